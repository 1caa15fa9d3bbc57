// SPDX-License-Identifier: Apache-2.0
#include "core/server/first_link.h"

namespace parlour::server {

void makeFirstLink(RoomServer& server, bool toTerminal, std::function<void(base::Result<FirstLink>)> done) {
    server.house().createRoom({"First room"}, [&server, toTerminal, done = std::move(done)](base::Result<api::RoomMade> made) {
        if (!made) return done(base::Unexpected(std::move(made).error()));
        FirstLink first{made->links.moderator, {}};
        if (!toTerminal) {
            const char* name = "first-link.txt";
            if (auto wrote = server.folder().writeFile(name, first.link + "\n"); !wrote)
                return done(base::Unexpected(std::move(wrote).error()));
            first.file = server.folder().path() + "/" + name;
        }
        done(std::move(first));
    });
}

}  // namespace parlour::server

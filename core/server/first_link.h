// SPDX-License-Identifier: Apache-2.0
// The first start of a house: a first room and its moderator link, so that somebody can get in. The link goes to the
// terminal once, or to DATA/first-link.txt (0600); never into the log.
#pragma once

#include <functional>
#include <string>

#include "core/base/error.h"
#include "core/server/room_server.h"

namespace parlour::server {

struct FirstLink {
    std::string link;
    std::string file;   ///< where it was written; empty = print it
};
/// When the house has no room. `toTerminal`: nothing is written to disk. Loop's thread; `done` there.
void makeFirstLink(RoomServer& server, bool toTerminal, std::function<void(base::Result<FirstLink>)> done);

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/houses.h"

#include "app/desktop/hallway.h"

namespace parlour::desktop {

Houses::Houses(net::EventLoop& loop, room::PersonKeys& keys) : m_loop(loop), m_keys(keys) {}
Houses::~Houses() = default;

void Houses::request(const std::string& house, const std::string& path, const std::string& body,
                     std::function<void(base::Result<std::string>)> done) {
    m_loop.post([this, house, path, body, done = std::move(done)] {
        auto& client = m_clients[house];
        if (!client) {
            auto address = parseServer(house);
            if (!address) return done(base::Unexpected(std::move(address).error()));
            client = std::make_unique<room::HouseClient>(m_loop, m_keys, *address);
        }
        client->request(path, body, false, done);
    });
}

}  // namespace parlour::desktop

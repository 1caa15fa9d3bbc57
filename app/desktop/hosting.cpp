// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/hosting.h"

#include <future>

#include "core/server/room_server.h"

namespace parlour::desktop {

namespace {
constexpr std::uint16_t kPreferredPort = 7880;   // so that links stay good from one evening to the next
constexpr base::Duration kDrain = std::chrono::milliseconds(300);
constexpr auto kPatience = std::chrono::milliseconds(1200);

server::ServerConfig configOf(const std::string& folder, ui::Reach reach, bool anyPort) {
    server::ServerConfig config;
    config.data = folder;
    config.name = "This computer";
    const bool open = reach == ui::Reach::localNetwork;
    config.listen = base::SocketAddress{base::IpAddress::v4(open ? std::array<std::uint8_t, 4>{0, 0, 0, 0}
                                                                : std::array<std::uint8_t, 4>{127, 0, 0, 1}),
                                        anyPort ? std::uint16_t{0} : kPreferredPort};
    config.udpPort = 0;
    return config;
}
}  // namespace

Hosting::Hosting(const base::Clock& clock, std::string folder) : m_clock(clock), m_folder(std::move(folder)) {}

Hosting::~Hosting() {
    if (!m_running) return;
    auto gone = std::make_shared<std::promise<void>>();
    auto waiting = gone->get_future();
    m_loop.post([this, gone] {
        if (!m_server) return gone->set_value();
        m_server->drain(kDrain, [this, gone] {
            m_loop.post([this, gone] {   // not from inside the server's own call
                m_server.reset();
                gone->set_value();
            });
        });
    });
    waiting.wait_for(kPatience);
    m_loop.stop();
    m_loop.join();
    m_server.reset();
}

base::Result<void> Hosting::startServer(ui::Reach reach, std::function<void(base::Result<std::size_t>)> ready) {
    m_server.reset();
    auto started = server::RoomServer::start(m_loop, m_clock, configOf(m_folder, reach, false), ready);
    // Somebody else listens on the usual port: any other will do.
    if (!started) started = server::RoomServer::start(m_loop, m_clock, configOf(m_folder, reach, true), ready);
    if (!started) return base::Unexpected(std::move(started).error());
    m_server = std::move(*started);
    m_reach = reach;
    return {};
}

void Hosting::makeRoom(const std::string& title, ui::Reach reach, std::function<void(base::Result<std::string>)> done) {
    if (!m_running) {
        m_loop.start("host");
        m_running = true;
    }
    m_loop.post([this, title, reach, done = std::move(done)] {
        auto create = [this, title, done] {
            m_server->house().createRoom(api::RoomWish{title}, [done](base::Result<api::RoomMade> made) {
                if (!made) return done(base::Unexpected(std::move(made).error()));
                done(made->links.moderator);
            });
        };
        if (m_server && m_reach == reach) return create();
        auto started = startServer(reach, [create, done](base::Result<std::size_t> rooms) {
            if (!rooms) return done(base::Unexpected(std::move(rooms).error()));
            create();
        });
        if (!started) done(base::Unexpected(std::move(started).error()));
    });
}

void Hosting::listRooms(std::function<void(std::string, std::vector<api::AdminRoom>)> done) {
    if (!m_running) return done({}, {});
    m_loop.post([this, done = std::move(done)] {
        if (!m_server) return done({}, {});
        const auto& address = m_server->address();
        const auto server = address.pin.empty() ? address.linkBase : address.linkBase + "#p=" + address.pin;
        m_server->house().listRooms([done, server](base::Result<std::vector<api::AdminRoom>> rooms) {
            done(server, rooms ? *rooms : std::vector<api::AdminRoom>{});
        });
    });
}

}  // namespace parlour::desktop

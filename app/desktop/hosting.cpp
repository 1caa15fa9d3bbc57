// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/hosting.h"

#include <future>

#include "core/api/house_json.h"
#include "core/api/member_types.h"
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

void Hosting::withServer(ui::Reach reach, std::function<void(base::Result<void>)> use) {
    if (!m_running) {
        m_loop.start("host");
        m_running = true;
    }
    m_loop.post([this, reach, use = std::move(use)] {
        if (m_server && m_reach == reach) return use({});
        auto started = startServer(reach, [use](base::Result<std::size_t> rooms) {
            if (!rooms) return use(base::Unexpected(std::move(rooms).error()));
            use({});
        });
        if (!started) use(base::Unexpected(std::move(started).error()));
    });
}

std::string Hosting::serverText() const {
    const auto& address = m_server->address();
    return address.pin.empty() ? address.linkBase : address.linkBase + "#p=" + address.pin;
}

void Hosting::makeRoom(const std::string& title, ui::Reach reach, std::function<void(base::Result<std::string>)> done) {
    withServer(reach, [this, title, done = std::move(done)](base::Result<void> ready) {
        if (!ready) return done(base::Unexpected(std::move(ready).error()));
        m_server->house().createRoom(api::RoomWish{title}, [done](base::Result<api::RoomMade> made) {
            if (!made) return done(base::Unexpected(std::move(made).error()));
            done(made->links.moderator);
        });
    });
}

void Hosting::open(ui::Reach reach, std::function<void(base::Result<std::string>)> done) {
    withServer(reach, [this, done = std::move(done)](base::Result<void> ready) {
        if (!ready) return done(base::Unexpected(std::move(ready).error()));
        done(serverText());
    });
}

void Hosting::makeOwner(const std::string& title, const std::string& name, ui::Reach reach,
                        std::function<base::Bytes(const base::HouseId&)> keyOf, std::function<void(base::Result<std::string>)> done) {
    withServer(reach, [this, title, name, keyOf = std::move(keyOf), done = std::move(done)](base::Result<void> ready) {
        if (!ready) return done(base::Unexpected(std::move(ready).error()));
        // The house says who it is, the key for it is made, and only this process may ask for the first owner.
        server::ApiRequest who;
        who.method = "GET";
        who.path = "/api/v1/house";
        m_server->house().request(who, [this, title, name, keyOf, done](base::Result<server::ApiReply> reply) {
            if (!reply) return done(base::Unexpected(std::move(reply).error()));
            auto info = api::fromJson<api::HouseInfo>(reply->body);
            if (!info) return done(base::Unexpected(std::move(info).error()));
            server::ApiRequest init;
            init.method = "POST";
            init.path = "/api/v1/house/init";
            init.body = api::toJson(api::HouseInit{title, name, base::toBase64Url(keyOf(info->house))});
            init.caller.admin = true;
            m_server->house().request(init, [this, done](base::Result<server::ApiReply> made) {
                if (!made) return done(base::Unexpected(std::move(made).error()));
                done(serverText());
            });
        });
    });
}

void Hosting::listRooms(std::function<void(std::string, std::vector<api::AdminRoom>)> done) {
    if (!m_running) return done({}, {});
    m_loop.post([this, done = std::move(done)] {
        if (!m_server) return done({}, {});
        const auto server = serverText();
        m_server->house().listRooms([done, server](base::Result<std::vector<api::AdminRoom>> rooms) {
            done(server, rooms ? *rooms : std::vector<api::AdminRoom>{});
        });
    });
}

}  // namespace parlour::desktop

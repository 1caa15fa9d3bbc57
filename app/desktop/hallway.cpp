// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/hallway.h"

namespace parlour::desktop {

namespace {
constexpr const char* kPinMark = "#p=";

std::string hostOf(const std::string& server) {
    const auto origin = server.substr(0, server.find('#'));
    const auto at = origin.find("://");
    return at == std::string::npos ? origin : origin.substr(at + 3);
}
}  // namespace

base::Result<room::HouseAddress> parseServer(const std::string& server) {
    const auto mark = server.find(kPinMark);
    auto origin = signal::parseOrigin(server.substr(0, mark));
    if (!origin) return base::Unexpected(std::move(origin).error());
    room::HouseAddress address;
    address.origin = *origin;
    if (mark != std::string::npos) address.pin = server.substr(mark + 3);
    return address;
}

std::string serverText(const room::HouseAddress& address) {
    return address.pin.empty() ? address.origin.str() : address.origin.str() + kPinMark + address.pin;
}

Hallway::Hallway(net::EventLoop& loop, room::PersonKeys& keys, std::function<void(ui::HallwayView)> show)
    : m_loop(loop), m_keys(keys), m_show(std::move(show)) {}
Hallway::~Hallway() = default;

void Hallway::refresh(const std::vector<std::string>& servers) {
    m_order = servers;
    for (const auto& server : servers) {
        if (server == m_ownServer) continue;
        auto& house = m_houses[server];
        if (!house.client) {
            auto address = parseServer(server);
            if (!address) continue;
            house.client = std::make_unique<room::HouseClient>(m_loop, m_keys, *address);
        }
        if (house.asked) continue;
        house.asked = true;
        house.client->rooms([this, server](base::Result<api::RoomList> answer) { take(server, answer); });
    }
    publish();
}

void Hallway::take(const std::string& server, const base::Result<api::RoomList>& answer) {
    auto& house = m_houses[server];
    house.asked = false;
    house.answered = true;
    house.reachable = answer.has_value();
    house.rooms.clear();
    if (answer)
        for (const auto& room : answer->rooms) {
            ui::HallwayRoom entry;
            entry.origin = server;
            entry.host = hostOf(server);
            entry.houseName = house.client->houseName();
            entry.room = room.room;
            entry.title = room.title;
            entry.live = room.live;
            entry.listeners = room.listeners;
            entry.onStage = room.onStage;
            if (room.liveSinceMs) entry.liveSince = base::fromUnixMs(*room.liveSinceMs);
            house.rooms.push_back(std::move(entry));
        }
    publish();
}

void Hallway::setOwn(const std::string& server, std::vector<ui::HallwayRoom> rooms) {
    m_ownServer = server;
    m_ownRooms = std::move(rooms);
    publish();
}

void Hallway::publish() {
    ui::HallwayView view;
    if (!m_ownServer.empty()) {
        view.servers.push_back({m_ownServer, hostOf(m_ownServer), true, true});
        view.rooms = m_ownRooms;
    }
    for (const auto& server : m_order) {
        const auto found = m_houses.find(server);
        if (server == m_ownServer || found == m_houses.end()) continue;
        const auto& house = found->second;
        view.servers.push_back({server, hostOf(server), house.reachable || !house.answered, false});
        view.rooms.insert(view.rooms.end(), house.rooms.begin(), house.rooms.end());
    }
    m_show(std::move(view));
}

}  // namespace parlour::desktop

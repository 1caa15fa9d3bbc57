// SPDX-License-Identifier: Apache-2.0
// Asks the known houses for their rooms and keeps the last answers, so that one slow house does not empty the hallway.
// Thread: net.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/net/event_loop.h"
#include "core/room/house_client.h"
#include "ui/models/room_client.h"

namespace parlour::desktop {

/// "https://host[:port]" with "#p=PIN" behind it where the link named the certificate (ui::LinkFacts::server).
base::Result<room::HouseAddress> parseServer(const std::string& server);
std::string serverText(const room::HouseAddress& address);

class Hallway {
  public:
    Hallway(net::EventLoop& loop, room::PersonKeys& keys, std::function<void(ui::HallwayView)> show);
    ~Hallway();

    void refresh(const std::vector<std::string>& servers);
    /// Rooms of the embedded server; empty `server` = none runs.
    void setOwn(const std::string& server, std::vector<ui::HallwayRoom> rooms);

  private:
    struct House {
        std::unique_ptr<room::HouseClient> client;
        std::vector<ui::HallwayRoom> rooms;
        bool reachable = false;
        bool asked = false;     ///< an answer is outstanding
        bool answered = false;
    };
    void publish();
    void take(const std::string& server, const base::Result<api::RoomList>& answer);

    net::EventLoop& m_loop;
    room::PersonKeys& m_keys;
    std::function<void(ui::HallwayView)> m_show;
    std::vector<std::string> m_order;
    std::map<std::string, House> m_houses;
    std::string m_ownServer;
    std::vector<ui::HallwayRoom> m_ownRooms;
};

}  // namespace parlour::desktop

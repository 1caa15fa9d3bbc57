// SPDX-License-Identifier: Apache-2.0
// Rooms on this computer: the embedded server, started when the first one is wanted. Reachable from this computer only, or,
// when the person said so, from the local network with a self-signed certificate whose pin stands in the links.
// Owns a loop of its own, so that a busy room never delays the own sound. Thread: any; answers come on the server's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/api/house_types.h"
#include "core/base/byte_io.h"
#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/net/event_loop.h"
#include "ui/models/room_client.h"

namespace parlour::server {
class RoomServer;
}

namespace parlour::desktop {

class Hosting {
  public:
    /// `folder`: where the house of this computer lives; made when first needed.
    Hosting(const base::Clock& clock, std::string folder);
    /// Tells clients, stops the server, joins its threads; at most about a second.
    ~Hosting();

    /// A room with its founder's link. A server that runs with another reach is started anew with the wanted one.
    void makeRoom(const std::string& title, ui::Reach reach, std::function<void(base::Result<std::string>)> done);
    /// The first owner of this computer's house. `keyOf` is asked on the loop's thread for the owner's public key of the house.
    void makeOwner(const std::string& title, const std::string& name, ui::Reach reach,
                   std::function<base::Bytes(const base::HouseId&)> keyOf, std::function<void(base::Result<std::string>)> done);
    /// Runs the server for a house that exists; answers where it is found.
    void open(ui::Reach reach, std::function<void(base::Result<std::string>)> done);
    /// Rooms of this computer; empty while no server runs.
    void listRooms(std::function<void(std::string origin, std::vector<api::AdminRoom>)> done);

  private:
    /// On the loop's thread, once a server with this reach runs.
    void withServer(ui::Reach reach, std::function<void(base::Result<void>)> use);
    std::string serverText() const;   ///< as ui::LinkFacts::server
    base::Result<void> startServer(ui::Reach reach, std::function<void(base::Result<std::size_t>)> ready);

    const base::Clock& m_clock;
    const std::string m_folder;
    net::EventLoop m_loop;
    bool m_running = false;                           // the loop's thread was started; UI thread
    ui::Reach m_reach = ui::Reach::thisComputer;      // of the server that runs; loop's thread
    std::unique_ptr<server::RoomServer> m_server;     // loop's thread
};

}  // namespace parlour::desktop

// SPDX-License-Identifier: Apache-2.0
// A whole room server as one object: data folder, house, media engine, HTTP port, admin socket. parlourd runs it, the
// desktop app embeds it, tests start it in-process. Lives on the given loop's thread; owns the house and media threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/net/event_loop.h"
#include "core/net/http_server.h"
#include "core/server/config.h"
#include "core/server/data_folder.h"
#include "core/server/house_service.h"

namespace parlour::server {

/// A house that was opened by somebody who shares it with others (replica.h): its store is fenced, and the folder's admin socket
/// is theirs.
struct OpenedHouse {
    std::shared_ptr<DataFolder> folder;
    std::unique_ptr<house::Store> store;
    std::function<std::string()> moreMetrics;   ///< goes before the server's own
    std::function<bool()> ours;                 ///< false: another may run the house by now, so a LiveKit server is told nothing. Empty: never
};

class RoomServer {
  public:
    /// Loop's thread, or before the loop runs. Ports are open when it returns; requests wait until the house is open, and
    /// then `ready` is called on the loop with the number of rooms. Errors have a sentence: data folder, store, ports, TLS.
    static base::Result<std::unique_ptr<RoomServer>> start(net::EventLoop& loop, const base::Clock& clock, const ServerConfig& config,
                                                           std::function<void(base::Result<std::size_t>)> ready = {});
    static base::Result<std::unique_ptr<RoomServer>> start(net::EventLoop& loop, const base::Clock& clock, const ServerConfig& config,
                                                           std::function<void(base::Result<std::size_t>)> ready, OpenedHouse opened);
    /// Loop's thread, or after the loop has stopped. Cuts what is open; drain() first for an orderly end.
    ~RoomServer();

    HouseService& house();
    const DataFolder& folder() const;
    const HouseAddress& address() const;
    /// "http://127.0.0.1:7880": where this machine reaches it.
    std::string httpUrl() const;
    std::vector<std::uint16_t> udpPorts() const;
    /// One sentence: who can reach this server.
    std::string reach() const;

    /// What came by another door: from another server of this house.
    void handle(const net::HttpRequest& request, net::Respond respond);
    void handle(const net::HttpRequest& request, net::Upgrade upgrade);
    /// A line of the admin socket (admin.h).
    void admin(const std::string& line, std::function<void(std::string)> answer);
    /// Before the end: `idle` on the loop when the house thread has nothing left to do, so that destroying this does not wait for
    /// the database. `abandon`: the house is another's now, nothing is written from here on.
    void settle(bool abandon, std::function<void()> idle);
    /// Clients are told to reconnect elsewhere or later, nobody is let in any more; `done` on the loop, at the latest after `within`.
    void drain(base::Duration within, std::function<void()> done);

  private:
    struct Impl;
    explicit RoomServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::server

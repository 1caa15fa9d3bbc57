// SPDX-License-Identifier: Apache-2.0
// One of several servers of one house on one PostgreSQL. The one that holds the claim runs a RoomServer; the others pass what
// they are asked on to it, and one of them takes over when it is gone. Whoever learns that its turn is over ends its RoomServer
// and passes on again. Lives on the given loop's thread.
#pragma once

#include <functional>
#include <memory>

#include "core/base/doors/clock.h"
#include "core/net/event_loop.h"
#include "core/server/config.h"
#include "core/server/room_server.h"

namespace parlour::server {

/// For the first time something can be asked here.
struct ReplicaReady {
    RoomServer* server = nullptr;   ///< this one runs the house; null = another does
    std::size_t rooms = 0;          ///< of the house, where it runs here
    std::string httpUrl;
};

class Replica {
  public:
    /// Before the loop runs: blocks while it opens the database. config.replicaAddress says where the others reach this one. Errors
    /// have a sentence: those of HouseClaims::open(), data folder, ports, TLS, and invalidInput "replica_url" without a public URL.
    static base::Result<std::unique_ptr<Replica>> start(net::EventLoop& loop, const base::Clock& clock, const ServerConfig& config,
                                                        std::function<void(ReplicaReady)> ready);
    /// Loop's thread, or after the loop has stopped. Cuts what is open and keeps the claim until it runs out; drain() first.
    ~Replica();

    /// People are told to come back, the house is closed, the claim given back; `done` then.
    void drain(base::Duration within, std::function<void()> done);
    bool holds() const;
    std::string httpUrl() const;

    struct Impl;

  private:
    explicit Replica(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::server

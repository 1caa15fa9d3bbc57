// SPDX-License-Identifier: Apache-2.0
// A server that does not run the house passes what it is asked on to the one that does: requests and WebSockets as they came,
// with who asked and under which name, so that origins, limits and throttles are judged there as if they had come there. The
// key of the claim says that it comes from one of us. Between servers it is plain HTTP: their network has to be a private one.
// Loop's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/net/event_loop.h"
#include "core/net/http_server.h"
#include "core/net/pending.h"

namespace parlour::server {

struct PassTarget {
    base::SocketAddress address;   ///< --replica-address of the one that runs the house
    std::string key;               ///< of its claim
    bool operator==(const PassTarget&) const = default;
};

struct PassStats {
    std::uint64_t requests = 0;    ///< passed on
    std::uint64_t upgrades = 0;    ///< WebSockets passed on
    std::uint64_t refused = 0;     ///< 503: nobody ran the house, or nobody answered
    std::size_t open = 0;          ///< WebSockets now
};

/// 503 "house_moved" with Retry-After: nothing was done, ask again in a second.
net::HttpResponse houseMoving();

class PassOn {
  public:
    explicit PassOn(net::EventLoop& loop);
    /// Cuts what is under way.
    ~PassOn();

    /// nullopt = nobody runs the house at the moment, or this server does. What goes to the one before, which may hang, is let go: who
    /// waits is told to ask again, WebSockets end.
    void setTarget(std::optional<PassTarget> target);
    bool hasTarget() const;

    void handle(const net::HttpRequest& request, net::Respond respond);
    void handle(const net::HttpRequest& request, net::Upgrade upgrade);
    /// A line of the admin socket; the answer is a line.
    void admin(const std::string& line, std::function<void(std::string)> answer);
    PassStats stats() const;

    struct Impl;

  private:
    std::shared_ptr<Impl> m_impl;
};

/// The other end: the request as it came to the one that passed it on. nullopt when the key is not `key`.
std::optional<net::HttpRequest> passedOn(const net::HttpRequest& request, const std::string& key);
/// True for what PassOn::admin() sends, asked of the request that came (not of passedOn()'s, and only where that gave one); the body is
/// the line. No path says so: whatever a stranger writes is passed on.
bool isAdminLine(const net::HttpRequest& request);

}  // namespace parlour::server

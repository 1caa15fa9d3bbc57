// SPDX-License-Identifier: Apache-2.0
// Asks a LiveKit server's RoomService (Twirp, JSON). Calls of one queue go one after the other, in order; each has a limit
// of time within which it is tried again, and the queues are bounded. Every call has a token of its own that is good for a
// minute and for nothing else. Thread: net.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/base/error.h"
#include "core/net/http_client.h"
#include "core/net/pending.h"
#include "core/net/url.h"
#include "core/signal/access_token.h"

namespace parlour::server {

/// Code of the error of a call that was kept back here: LiveKit was not asked.
inline constexpr const char* kNotOurs = "not_ours";

enum class RoomServiceGrant { roomAdmin, roomCreate, roomList };

struct RoomServiceCall {
    std::string queue;       ///< usually the room
    std::string room;        ///< whose admin the call is
    RoomServiceGrant grant = RoomServiceGrant::roomAdmin;
    std::string method;
    /// Asked right before each attempt, so that the newest state goes out; nothing = there is no need any more, answered "".
    std::function<std::optional<std::string>()> body;
    /// From now on; zero = one attempt.
    base::Duration patience = std::chrono::seconds(5);
    /// Errors: notFound (LiveKit knows no such room or person), unavailable "media_unreachable", "media_busy" (queue full),
    /// "media_refused" (key), kNotOurs, internal "media_error".
    std::function<void(base::Result<std::string>)> answer;
};

struct RoomServiceStats {
    std::uint64_t calls = 0;       ///< answered, one way or the other
    std::uint64_t retries = 0;
    std::uint64_t failures = 0;    ///< gave up
    std::uint64_t overflows = 0;   ///< refused because a queue was full
    std::size_t waiting = 0;       ///< now
    std::uint64_t heard = 0;       ///< attempts that somebody took, whatever the answer
};

class RoomServiceClient {
  public:
    using Send = std::function<net::Pending(net::HttpCall, net::HttpAnswer)>;
    static constexpr std::size_t kQueue = 8192;
    static constexpr base::Duration kAttempt = std::chrono::seconds(2);

    /// `service`: http or https, host and port of the LiveKit server.
    RoomServiceClient(base::Executor& net, const base::Clock& clock, net::Url service, signal::TokenKey key, Send send);
    ~RoomServiceClient();
    RoomServiceClient(const RoomServiceClient&) = delete;

    void call(RoomServiceCall call);
    const RoomServiceStats& stats() const { return m_stats; }

  private:
    struct Item {
        RoomServiceCall call;
        base::TimePoint deadline{};
        int attempts = 0;
    };
    struct Line {
        std::deque<Item> items;
        bool busy = false;
        net::Pending pending{};
        base::Timer retry{};
    };
    void run(const std::string& queue);
    void answered(const std::string& queue, base::Result<net::HttpResponse> response);
    void finish(const std::string& queue, base::Result<std::string> result);
    std::string token(const RoomServiceCall& call) const;

    base::Executor& m_net;
    const base::Clock& m_clock;
    net::Url m_service;
    signal::TokenKey m_key;
    Send m_send;
    std::map<std::string, Line> m_lines;
    RoomServiceStats m_stats;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace parlour::server

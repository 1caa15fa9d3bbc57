// SPDX-License-Identifier: Apache-2.0
// Tells one address what happens in the rooms, as LiveKit's webhooks do: POST of JSON, signed by a token that carries the
// hash of the body. In order, one at a time, repeated with growing pauses; what waits is bounded and what is dropped is
// counted. Nothing survives the process: whoever needs certainty asks the RoomService. Thread: net.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/base/error.h"
#include "core/server/room_news.h"
#include "core/signal/access_token.h"

namespace parlour::server {

struct WebhookStats {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;     ///< given up after all tries, or refused for good (4xx)
    std::uint64_t dropped = 0;    ///< came while the queue was full
    std::size_t waiting = 0;
};

class WebhookSender {
  public:
    static constexpr std::size_t kMaxWaiting = 256;
    static constexpr std::size_t kMaxWaitingBytes = 4 * 1024 * 1024;
    static constexpr int kTries = 8;
    static constexpr base::Duration kFirstPause = std::chrono::milliseconds(500);   ///< doubles: a minute in all
    static constexpr base::Duration kTokenLife = std::chrono::minutes(5);

    struct Message {
        std::string body;
        std::string authorization;   ///< the token alone, without "Bearer"
    };
    /// Sends one; answers the HTTP status, on the net thread, once.
    using Post = std::function<void(Message, std::function<void(base::Result<int> status)>)>;

    WebhookSender(base::Executor& net, const base::Clock& clock, signal::TokenKey key, Post post);
    void tell(const RoomNews& news);
    WebhookStats stats() const;

  private:
    void next();
    void tryFirst();
    void answered(const base::Result<int>& status);

    base::Executor& m_net;
    const base::Clock& m_clock;
    signal::TokenKey m_key;
    Post m_post;
    std::deque<std::string> m_waiting;   // bodies; the first one is on its way while m_tries > 0
    std::size_t m_bytes = 0;
    int m_tries = 0;
    WebhookStats m_stats;
    base::Timer m_pause;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

}  // namespace parlour::server

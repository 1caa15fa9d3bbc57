// SPDX-License-Identifier: Apache-2.0
// Takes LiveKit's webhooks: who signed, whether it is this very body, how old it is, and whether it was here before. Says
// nothing about what an event means. Bounded; thread: net.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/net/http_message.h"
#include "core/server/livekit_types.h"
#include "core/signal/access_token.h"

namespace parlour::server {

inline constexpr std::string_view kLiveKitWebhookPath = "/livekit/webhook";

struct LiveKitWebhookStats {
    std::uint64_t taken = 0;
    std::uint64_t refused = 0;   ///< unsigned, changed, too old, too long, repeated
};

class LiveKitWebhook {
  public:
    static constexpr std::size_t kMaxBody = 256 * 1024;
    static constexpr std::chrono::seconds kMaxAge{300};
    static constexpr std::chrono::seconds kLeeway{60};
    static constexpr std::size_t kRemembered = 65'536;

    LiveKitWebhook(const base::Clock& clock, signal::TokenKey key);

    /// The event, or how to answer: invalidInput "too_large" (413), untrusted (401), expired (401), conflict (409: seen
    /// before), invalidInput (400).
    base::Result<LiveKitEvent> take(const net::HttpRequest& request);
    const LiveKitWebhookStats& stats() const { return m_stats; }

  private:
    base::Result<LiveKitEvent> judge(const net::HttpRequest& request);

    const base::Clock& m_clock;
    signal::TokenKey m_key;
    const std::int64_t m_since;   ///< what was said before this is not known to be new
    std::map<std::string, std::int64_t> m_seen;              ///< id -> created, as long as it is young enough to be believed
    std::set<std::pair<std::int64_t, std::string>> m_byAge;
    LiveKitWebhookStats m_stats;
};

}  // namespace parlour::server

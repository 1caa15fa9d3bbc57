// SPDX-License-Identifier: Apache-2.0
// When and how to come back after a lost connection: resume first, then a whole new join; short waits first, long ones
// later, never all clients at the same moment. Pure; the caller brings the randomness.
#pragma once

#include <optional>

#include "core/base/time.h"

namespace parlour::room {

enum class ReconnectKind {
    resume,  ///< same participant, media kept where it lives
    rejoin,  ///< everything anew; the house keeps seat and hand for 60 s
};

struct ReconnectAttempt {
    ReconnectKind kind;
    base::Duration wait;
};

class ReconnectPolicy {
  public:
    static constexpr int kMaxAttempts = 30;             ///< about three minutes
    static constexpr int kResumeAttempts = 4;

    /// The next attempt; nullopt when all are used up. `chance` is in [0, 1).
    std::optional<ReconnectAttempt> next(double chance);
    /// The server said, or showed, that it does not know us any more; until it does again.
    void resumeImpossible() { m_resume = false; }
    void resumePossible() { m_resume = true; }
    /// It said so when it was asked to resume. It is there, then, and what it waits for is a join: that comes at once.
    void resumeRefused() {
        m_atOnce = m_resume;
        m_resume = false;
    }
    /// The connection held: the next loss begins with short waits again.
    void succeeded() {
        m_attempt = 0;
        m_resume = true;
    }
    int attempts() const { return m_attempt; }

  private:
    int m_attempt = 0;
    bool m_resume = true;
    bool m_atOnce = false;
};

}  // namespace parlour::room

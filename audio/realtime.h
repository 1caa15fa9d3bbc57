// SPDX-License-Identifier: Apache-2.0
// Priority for the threads that must not be late. Each system has its own way (one source file per system); on Linux, where the
// program may not take it itself, the service rtkit is asked over D-Bus. That call may take half a minute where nobody answers,
// so a thread of its own asks, and the sound thread goes on meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "core/base/time.h"

namespace parlour::audio {

enum class Realtime {
    asking,   ///< at normal priority, an answer is awaited
    own,      ///< the system lets us
    granted,  ///< rtkit gave it
    high,     ///< rtkit gave no real time, but a better place among the others
    refused,  ///< at normal priority: works, but a busy computer may be heard
    lost,     ///< at normal priority again: the thread ran too long without a pause, or the machine stood still
};
/// "by itself", "by rtkit" ...: for `parlourctl doctor`.
std::string_view toString(Realtime state);
/// The name above, for events.
std::string_view wordOf(Realtime state);

/// What a system can do; tests hand in others.
struct RealtimeSystem {
    std::function<bool()> take;                           ///< for the calling thread; at once
    std::function<void()> leave;                          ///< the same thread, at its end
    std::function<std::uint64_t()> thread;                ///< the calling one's number
    std::function<Realtime(std::uint64_t thread)> ask;    ///< somebody else; may block for long. Empty = nobody
    std::function<bool()> has = {};                       ///< the calling thread is in real time now. Empty = nobody takes it away
};
RealtimeSystem systemRealtime();

/// While it lives, on the thread that made it.
class RealtimeSeat {
  public:
    static constexpr base::Duration kLookEach{1'000'000};
    static constexpr base::Duration kCalm{30'000'000};  ///< after a loss, until it is asked for again; twice as long each time
    static constexpr int kAsksAgain = 4;                ///< then it stays away: what cost it four times will cost it again

    explicit RealtimeSeat(RealtimeSystem system = systemRealtime());
    ~RealtimeSeat();
    RealtimeSeat(const RealtimeSeat&) = delete;
    RealtimeSeat& operator=(const RealtimeSeat&) = delete;

    /// The same thread, in each of its turns: looks each second whether what was given is still there, and asks again.
    void tend(base::TimePoint now);
    /// Any thread.
    Realtime state() const { return m_asked->answer.load(std::memory_order_relaxed); }

  private:
    struct Asked {
        std::atomic<Realtime> answer{Realtime::asking};
        std::atomic<bool> wanted{true};  ///< the thread is there
        std::atomic<bool> pending{false};
    };
    void ask(bool again);

    RealtimeSystem m_system;
    std::shared_ptr<Asked> m_asked = std::make_shared<Asked>();
    base::TimePoint m_lookAt{};
    base::TimePoint m_askAt{};
    int m_asks = 0;
};

/// What a thread of this program gets; waits for the answer, three seconds at most.
Realtime tryRealtime();

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
// usrsctp's state is one per process; this is its only owner. Every call into the library is made under one lock, so
// associations of different threads (net of a client, media of a server, tests) may live side by side. The library's own
// timers advance by the time that associations hand in.
// Thread: any; the lock is held for the duration of one call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "core/base/byte_io.h"
#include "core/base/time.h"

namespace parlour::rtc {

class SctpDriver {
  public:
    /// What the library does to one association, called under the lock.
    class Sink {
      public:
        virtual void onPacket(base::ByteView packet) = 0;
        virtual void onData(std::uint16_t stream, std::uint32_t ppid, base::ByteView bytes, bool last) = 0;
        virtual void onNotification(base::ByteView notification) = 0;

      protected:
        ~Sink() = default;
    };

    /// Starts the library at first use and keeps it until the process ends: usrsctp cannot be started twice.
    static std::shared_ptr<SctpDriver> acquire();

    std::unique_lock<std::mutex> lock() { return std::unique_lock(m_mutex); }
    // All below: with the lock held.
    std::uintptr_t add(Sink& sink);       ///< registers the address that names this association
    void remove(std::uintptr_t id);
    Sink* find(std::uintptr_t id) const;
    static constexpr base::Duration kStep = std::chrono::milliseconds(10);
    /// Runs the library's timers up to `now`, unless that was done less than `step` ago: it looks at every timer of every association
    /// each time. A `now` of another clock only sets the start.
    void advance(base::TimePoint now, base::Duration step = kStep);

  private:
    SctpDriver();

    struct Registry;
    std::mutex m_mutex;
    std::shared_ptr<Registry> m_registry;
    base::TimePoint m_last{};
};

}  // namespace parlour::rtc

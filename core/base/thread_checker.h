// SPDX-License-Identifier: Apache-2.0
// Turns "only on the net thread" from a comment into a check. Binds to the first thread that asks.
#pragma once

#include <atomic>
#include <cassert>
#include <thread>

namespace parlour::base {

class ThreadChecker {
  public:
    /// True on the owning thread; the first call decides which one that is.
    bool isCurrent() const {
        std::thread::id none{};
        const auto self = std::this_thread::get_id();
        return m_owner.compare_exchange_strong(none, self) || none == self;
    }
    /// The next call decides anew; for objects handed over once.
    void detach() { m_owner = std::thread::id{}; }

  private:
    mutable std::atomic<std::thread::id> m_owner{};
};

}  // namespace parlour::base

/// Checked in debug and sanitizer builds.
#define PARLOUR_CHECK_THREAD(checker) assert((checker).isCurrent())

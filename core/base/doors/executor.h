// SPDX-License-Identifier: Apache-2.0
// Door: "run this on that thread". Real: net::EventLoop (the net thread), base::ThreadExecutor (the house thread).
// Fake: tests/support/manual_executor.h, which runs on virtual time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/base/time.h"

namespace parlour::base {

/// Cancels the delayed task when destroyed. Movable, empty by default. Destroy it on the executor's thread.
class [[nodiscard]] Timer {
  public:
    Timer() = default;
    /// `cancelled` is shared with the task; set = do not run.
    explicit Timer(std::shared_ptr<bool> cancelled) : m_cancelled(std::move(cancelled)) {}
    Timer(Timer&& other) noexcept = default;
    Timer& operator=(Timer&& other) noexcept {
        if (this != &other) {
            cancel();
            m_cancelled = std::move(other.m_cancelled);
        }
        return *this;
    }
    ~Timer() { cancel(); }
    void cancel() {
        if (m_cancelled) *m_cancelled = true;
        m_cancelled.reset();
    }

  private:
    std::shared_ptr<bool> m_cancelled;
};

class Executor {
  public:
    virtual ~Executor() = default;
    /// Runs `task` on the executor's thread, in order of posting. Any thread.
    virtual void post(std::function<void()> task) = 0;
    /// Runs `task` after `delay` unless the Timer is cancelled or destroyed first. Executor's thread only.
    virtual Timer postAfter(Duration delay, std::function<void()> task) = 0;
    /// True on the executor's own thread.
    virtual bool isCurrent() const = 0;
};

}  // namespace parlour::base

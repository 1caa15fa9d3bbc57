// SPDX-License-Identifier: Apache-2.0
// An Executor on virtual time: nothing runs until the test says so, everything runs on the test's thread.
#pragma once

#include <deque>
#include <map>

#include "core/base/doors/executor.h"
#include "tests/support/manual_clock.h"

namespace parlour::tests {

class ManualExecutor final : public base::Executor {
  public:
    explicit ManualExecutor(ManualClock& clock) : m_clock(clock) {}

    void post(std::function<void()> task) override { m_ready.push_back(std::move(task)); }
    base::Timer postAfter(base::Duration delay, std::function<void()> task) override {
        auto cancelled = std::make_shared<bool>(false);
        m_delayed.emplace(m_clock.now() + delay, std::pair(cancelled, std::move(task)));
        return base::Timer(std::move(cancelled));
    }
    bool isCurrent() const override { return true; }

    /// Runs what is due now, including what that posts; returns how many tasks ran.
    std::size_t runReady() {
        std::size_t count = 0;
        while (true) {
            while (!m_delayed.empty() && m_delayed.begin()->first <= m_clock.now()) {
                auto [cancelled, task] = std::move(m_delayed.begin()->second);
                m_delayed.erase(m_delayed.begin());
                if (!*cancelled) m_ready.push_back(std::move(task));
            }
            if (m_ready.empty()) return count;
            auto task = std::move(m_ready.front());
            m_ready.pop_front();
            task();
            ++count;
        }
    }

    /// Moves the clock to each due time in turn and runs, until `d` has passed.
    void runFor(base::Duration d) {
        const auto end = m_clock.now() + d;
        runReady();
        while (!m_delayed.empty() && m_delayed.begin()->first <= end) {
            if (m_delayed.begin()->first > m_clock.now()) m_clock.set(m_delayed.begin()->first);
            runReady();
        }
        m_clock.set(end);
        runReady();
    }

    /// When the next delayed task is due; kNever when there is none.
    base::TimePoint nextDue() const { return m_delayed.empty() ? base::kNever : m_delayed.begin()->first; }

  private:
    ManualClock& m_clock;
    std::deque<std::function<void()>> m_ready;
    std::multimap<base::TimePoint, std::pair<std::shared_ptr<bool>, std::function<void()>>> m_delayed;
};

}  // namespace parlour::tests

// SPDX-License-Identifier: Apache-2.0
// An Executor with a thread of its own that may block (SQL): the house thread. The net thread is net::EventLoop.
#pragma once

#include <memory>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"

namespace parlour::base {

class ThreadExecutor final : public Executor {
  public:
    ThreadExecutor(std::string name, const Clock& clock);
    /// finish(), unless that was done.
    ~ThreadExecutor() override;
    /// Runs what is posted already, drops what is delayed, joins. What is posted later is dropped, so whoever still answers to this
    /// thread may. Not on the thread itself.
    void finish();

    void post(std::function<void()> task) override;
    Timer postAfter(Duration delay, std::function<void()> task) override;
    bool isCurrent() const override;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::base

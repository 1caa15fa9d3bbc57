// SPDX-License-Identifier: Apache-2.0
// The net thread: one Asio loop. Everything in core/net, and whoever is posted to it, runs here and nowhere else.
// It outlives everything that was made with it; destroy servers, channels and calls on its thread or after it has ended.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"

namespace boost::asio {
class io_context;
}

namespace parlour::net {

class EventLoop final : public base::Executor {
  public:
    EventLoop();
    /// Stops, joins its own thread if it has one, drops what is still posted.
    ~EventLoop() override;
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Runs on the calling thread until stop(). Use either run() or start().
    void run();
    /// Runs on the calling thread until `done` is true, asked after every task; false when `atMost` has passed first.
    bool runUntil(const std::function<bool()>& done, base::Duration atMost);
    /// Runs on a thread of its own.
    void start(std::string threadName = "net");
    /// Any thread. run() returns after the task that is running; a loop stopped once stays stopped.
    void stop();
    /// Waits for the thread of start(). Not on the loop's own thread.
    void join();

    void post(std::function<void()> task) override;
    /// Tasks due at the same time run in the order of the calls. Also legal before run().
    base::Timer postAfter(base::Duration delay, std::function<void()> task) override;
    /// True on the loop's thread; before run() or start() on every thread.
    bool isCurrent() const override;

    /// The clock of the timers.
    const base::Clock& clock() const;
    /// For the .cpp files of core/net only.
    boost::asio::io_context& context();

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::net

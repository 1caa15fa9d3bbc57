// SPDX-License-Identifier: Apache-2.0
#include "core/net/event_loop.h"

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/thread.h"

namespace parlour::net {

namespace asio = boost::asio;

struct EventLoop::Impl {
    struct Delayed {
        std::shared_ptr<bool> cancelled;
        std::function<void()> task;
    };

    // First, so that it is there to the last: what io_context destroys may still call post().
    std::atomic<bool> gone{false};
    base::SystemClock clock;
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    asio::steady_timer timer{context};
    base::TimePoint armedFor = base::kNever;
    // Equal times keep the order of insertion.
    std::multimap<base::TimePoint, Delayed> delayed;
    std::size_t sweepAt = 64;
    std::atomic<std::thread::id> owner{};
    base::Thread thread;

    /// Cancelled tasks must not hold what they captured until they would have been due.
    void sweep() {
        if (delayed.size() < sweepAt) return;
        for (auto it = delayed.begin(); it != delayed.end();) it = *it->second.cancelled ? delayed.erase(it) : std::next(it);
        sweepAt = std::max<std::size_t>(64, delayed.size() * 2);
    }

    void arm() {
        if (delayed.empty() || delayed.begin()->first >= armedFor) return;
        armedFor = delayed.begin()->first;
        const auto wait = std::max(base::Duration(0), armedFor - clock.now());
        timer.expires_after(wait);
        timer.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            armedFor = base::kNever;
            runDue();
            arm();
        });
    }

    void runDue() {
        const auto now = clock.now();
        // Only what was due at the beginning: a task that asks for zero delay must not starve the sockets.
        std::vector<Delayed> due;
        while (!delayed.empty() && delayed.begin()->first <= now) {
            due.push_back(std::move(delayed.begin()->second));
            delayed.erase(delayed.begin());
        }
        for (auto& entry : due)
            if (!*entry.cancelled) entry.task();
    }
};

EventLoop::EventLoop() : m_impl(std::make_unique<Impl>()) {}

EventLoop::~EventLoop() {
    stop();
    join();
    m_impl->gone = true;
    // Tasks own things that use the loop while they die: let them go while all of it is there.
    auto dropped = std::move(m_impl->delayed);
}

void EventLoop::run() {
    m_impl->owner = std::this_thread::get_id();
    m_impl->context.run();
    m_impl->owner = std::thread::id{};
}

bool EventLoop::runUntil(const std::function<bool()>& done, base::Duration atMost) {
    const auto end = m_impl->clock.now() + atMost;
    m_impl->owner = std::this_thread::get_id();
    bool reached = done();
    while (!reached && !m_impl->context.stopped()) {
        const auto left = end - m_impl->clock.now();
        if (left.count() <= 0) break;
        m_impl->context.run_one_for(left);
        reached = done();
    }
    m_impl->owner = std::thread::id{};
    return reached;
}

void EventLoop::start(std::string threadName) {
    m_impl->thread = base::Thread(std::move(threadName), base::ThreadPriority::normal, [this] { run(); });
}

void EventLoop::stop() { m_impl->context.stop(); }

void EventLoop::join() { m_impl->thread.join(); }

void EventLoop::post(std::function<void()> task) {
    if (m_impl && !m_impl->gone) asio::post(m_impl->context, std::move(task));
}

base::Timer EventLoop::postAfter(base::Duration delay, std::function<void()> task) {
    if (!m_impl || m_impl->gone) return {};
    auto cancelled = std::make_shared<bool>(false);
    m_impl->sweep();
    m_impl->delayed.emplace(m_impl->clock.now() + delay, Impl::Delayed{cancelled, std::move(task)});
    m_impl->arm();
    return base::Timer(std::move(cancelled));
}

bool EventLoop::isCurrent() const {
    const auto owner = m_impl->owner.load();
    return owner == std::thread::id{} || owner == std::this_thread::get_id();
}

const base::Clock& EventLoop::clock() const { return m_impl->clock; }

boost::asio::io_context& EventLoop::context() { return m_impl->context; }

}  // namespace parlour::net

// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread_executor.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "core/base/thread.h"

namespace parlour::base {

struct ThreadExecutor::Impl {
    struct Delayed {
        std::shared_ptr<bool> cancelled;
        std::function<void()> task;
    };

    const Clock& clock;
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> ready;
    std::multimap<TimePoint, Delayed> delayed;
    bool stopping = false;
    bool over = false;   ///< joined
    std::thread::id id;
    Thread thread;

    explicit Impl(const Clock& c) : clock(c) {}

    void run() {
        std::unique_lock lock(mutex);
        id = std::this_thread::get_id();
        wake.notify_all();
        while (true) {
            const auto now = clock.now();
            while (!delayed.empty() && delayed.begin()->first <= now) {
                auto entry = std::move(delayed.begin()->second);
                delayed.erase(delayed.begin());
                ready.push_back([entry = std::move(entry)] {
                    if (!*entry.cancelled) entry.task();
                });
            }
            if (!ready.empty()) {
                auto task = std::move(ready.front());
                ready.pop_front();
                lock.unlock();
                task();
                task = nullptr;
                lock.lock();
                continue;
            }
            if (stopping) return;
            if (delayed.empty())
                wake.wait(lock);
            else
                wake.wait_for(lock, delayed.begin()->first - now);
        }
    }
};

ThreadExecutor::ThreadExecutor(std::string name, const Clock& clock) : m_impl(std::make_unique<Impl>(clock)) {
    m_impl->thread = Thread(std::move(name), ThreadPriority::normal, [impl = m_impl.get()] { impl->run(); });
    std::unique_lock lock(m_impl->mutex);
    m_impl->wake.wait(lock, [this] { return m_impl->id != std::thread::id{}; });
}

ThreadExecutor::~ThreadExecutor() { finish(); }

void ThreadExecutor::finish() {
    {
        std::lock_guard lock(m_impl->mutex);
        if (m_impl->over) return;
        m_impl->stopping = true;
        m_impl->delayed.clear();
    }
    m_impl->wake.notify_all();
    m_impl->thread.join();
    std::deque<std::function<void()>> left;   // dropped outside the lock
    std::lock_guard lock(m_impl->mutex);
    m_impl->over = true;
    m_impl->ready.swap(left);
}

void ThreadExecutor::post(std::function<void()> task) {
    {
        std::lock_guard lock(m_impl->mutex);
        if (m_impl->over) return;
        m_impl->ready.push_back(std::move(task));
    }
    m_impl->wake.notify_all();
}

Timer ThreadExecutor::postAfter(Duration delay, std::function<void()> task) {
    auto cancelled = std::make_shared<bool>(false);
    {
        std::lock_guard lock(m_impl->mutex);
        if (!m_impl->over) m_impl->delayed.emplace(m_impl->clock.now() + delay, Impl::Delayed{cancelled, std::move(task)});
    }
    m_impl->wake.notify_all();
    return Timer(std::move(cancelled));
}

bool ThreadExecutor::isCurrent() const { return std::this_thread::get_id() == m_impl->id; }

}  // namespace parlour::base

// SPDX-License-Identifier: Apache-2.0
#include "audio/pacer.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace parlour::audio {
namespace {

/// Denormal numbers in fading tails cost a hundred times a normal one: flush them to zero in every sound thread.
void flushDenormals() {
#if defined(__x86_64__) || defined(_M_X64)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
}

}  // namespace

struct Pacer::Impl {
    const base::Clock& clock;
    std::mutex mutex;
    std::condition_variable condition;
    bool stopping = false;
    bool woken = false;
    bool realtime = false;
    std::atomic<Realtime>* got = nullptr;
    std::function<base::TimePoint()> body;
    base::Thread thread;  // last: joined first

    explicit Impl(const base::Clock& c) : clock(c) {}

    void run() {
        flushDenormals();
        std::optional<RealtimeSeat> seat;
        if (realtime) seat.emplace();
        auto next = clock.now();
        while (true) {
            {
                std::unique_lock lock(mutex);
                condition.wait_for(lock, next - clock.now(), [this] { return stopping || woken; });
                if (stopping) return;
                woken = false;
            }
            if (seat) {
                seat->tend(clock.now());
                if (got) got->store(seat->state(), std::memory_order_relaxed);
            }
            next = std::max(body(), clock.now() + kSoonest);
        }
    }
};

Pacer::Pacer(const base::Clock& clock, std::string name, base::ThreadPriority priority,
             std::function<base::TimePoint()> body, std::atomic<Realtime>* got)
    : m_impl(std::make_unique<Impl>(clock)) {
    m_impl->realtime = priority == base::ThreadPriority::realtime;
    m_impl->body = std::move(body);
    m_impl->got = got;
    m_impl->thread = base::Thread(std::move(name), base::ThreadPriority::normal, [impl = m_impl.get()] { impl->run(); });
}

Pacer::Pacer(const base::Clock& clock, std::string name, base::ThreadPriority priority, base::Duration period,
             std::function<void()> body)
    : Pacer(clock, std::move(name), priority, [&clock, period, next = clock.now(), body = std::move(body)]() mutable {
          body();
          return next = following(next, clock.now(), period);
      }) {}

base::TimePoint Pacer::following(base::TimePoint due, base::TimePoint now, base::Duration period) {
    if (due > now) return due;  // it was woken before
    return due + period > now ? due + period : now + period;
}

Pacer::~Pacer() {
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->stopping = true;
    }
    m_impl->condition.notify_one();
    m_impl->thread.join();
}

void Pacer::wake() {
    {
        const std::lock_guard lock(m_impl->mutex);
        m_impl->woken = true;
    }
    m_impl->condition.notify_one();
}

}  // namespace parlour::audio

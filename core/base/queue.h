// SPDX-License-Identifier: Apache-2.0
// A bounded queue from one thread to one other: never blocks, never allocates after construction, counts what it refused.
#pragma once

#include <readerwriterqueue/readerwriterqueue.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace parlour::base {

template <class T>
class SpscQueue {
  public:
    explicit SpscQueue(std::size_t capacity) : m_queue(capacity) {}

    /// Producer thread. False (and counted) when full: the newest is refused, still whole, and the caller may react.
    bool push(T&& value) { return counted(m_queue.try_enqueue(std::move(value))); }
    bool push(const T& value) { return counted(m_queue.try_enqueue(value)); }
    /// Consumer thread.
    bool pop(T& value) { return m_queue.try_dequeue(value); }
    /// Consumer thread; nullptr when empty. Valid until the next pop.
    T* front() { return m_queue.peek(); }
    std::size_t sizeApprox() const { return m_queue.size_approx(); }
    /// Any thread.
    std::uint64_t dropped() const { return m_dropped.load(std::memory_order_relaxed); }

  private:
    bool counted(bool taken) {
        if (!taken) m_dropped.fetch_add(1, std::memory_order_relaxed);
        return taken;
    }

    moodycamel::ReaderWriterQueue<T> m_queue;
    std::atomic<std::uint64_t> m_dropped{0};
};

}  // namespace parlour::base

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

    /// Producer thread. False (and counted) when full: the newest is dropped, the caller may react.
    bool push(T value) {
        if (m_queue.try_enqueue(std::move(value))) return true;
        m_dropped.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    /// Consumer thread.
    bool pop(T& value) { return m_queue.try_dequeue(value); }
    /// Consumer thread; nullptr when empty. Valid until the next pop.
    T* front() { return m_queue.peek(); }
    std::size_t sizeApprox() const { return m_queue.size_approx(); }
    /// Any thread.
    std::uint64_t dropped() const { return m_dropped.load(std::memory_order_relaxed); }

  private:
    moodycamel::ReaderWriterQueue<T> m_queue;
    std::atomic<std::uint64_t> m_dropped{0};
};

}  // namespace parlour::base

// SPDX-License-Identifier: Apache-2.0
// Ring of PCM samples between a device callback and the pump: one producer, one consumer, wait-free, no allocation after
// construction. Each side keeps a copy of the other's index so that the shared cache lines are read only when needed.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <span>
#include <vector>

namespace parlour::base {

template <class T>
class SpscRing {
  public:
    /// Holds at least `capacity` elements (rounded up to a power of two).
    explicit SpscRing(std::size_t capacity) : m_data(std::bit_ceil(std::max<std::size_t>(capacity, 2))) {}

    std::size_t capacity() const { return m_data.size(); }

    /// Producer. Writes as much as fits; returns how much.
    std::size_t write(std::span<const T> in) {
        const auto head = m_head.load(std::memory_order_relaxed);
        if (m_data.size() - (head - m_tailCopy) < in.size()) m_tailCopy = m_tail.load(std::memory_order_acquire);
        const auto count = std::min(in.size(), m_data.size() - (head - m_tailCopy));
        for (std::size_t i = 0; i < count; ++i) m_data[(head + i) & (m_data.size() - 1)] = in[i];
        m_head.store(head + count, std::memory_order_release);
        return count;
    }

    /// Consumer. Reads as much as is there; returns how much.
    std::size_t read(std::span<T> out) {
        const auto tail = m_tail.load(std::memory_order_relaxed);
        if (m_headCopy - tail < out.size()) m_headCopy = m_head.load(std::memory_order_acquire);
        const auto count = std::min(out.size(), m_headCopy - tail);
        for (std::size_t i = 0; i < count; ++i) out[i] = m_data[(tail + i) & (m_data.size() - 1)];
        m_tail.store(tail + count, std::memory_order_release);
        return count;
    }

    /// Consumer. Throws away up to `count` elements; returns how many.
    std::size_t discard(std::size_t count) {
        const auto tail = m_tail.load(std::memory_order_relaxed);
        m_headCopy = m_head.load(std::memory_order_acquire);
        const auto n = std::min(count, m_headCopy - tail);
        m_tail.store(tail + n, std::memory_order_release);
        return n;
    }

    /// Either side; exact on the consumer's, a lower bound of free space on the producer's.
    std::size_t size() const {
        return m_head.load(std::memory_order_acquire) - m_tail.load(std::memory_order_acquire);
    }

  private:
    std::vector<T> m_data;
    alignas(64) std::atomic<std::size_t> m_head{0};
    std::size_t m_tailCopy = 0;  // producer's
    alignas(64) std::atomic<std::size_t> m_tail{0};
    std::size_t m_headCopy = 0;  // consumer's
};

}  // namespace parlour::base

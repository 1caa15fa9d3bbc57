// SPDX-License-Identifier: Apache-2.0
// How much is on its way from one thread to another: what would be too much is refused and counted. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace parlour::server {

class InFlight {
  public:
    explicit InFlight(std::size_t most) : m_most(most) {}
    /// All of `count` or nothing.
    bool take(std::size_t count) {
        if (m_now.fetch_add(count, std::memory_order_relaxed) + count <= m_most) return true;
        m_now.fetch_sub(count, std::memory_order_relaxed);
        m_refused.fetch_add(count, std::memory_order_relaxed);
        return false;
    }
    void arrived(std::size_t count) { m_now.fetch_sub(count, std::memory_order_relaxed); }
    std::uint64_t refused() const { return m_refused.load(std::memory_order_relaxed); }

  private:
    const std::size_t m_most;
    std::atomic<std::size_t> m_now{0};
    std::atomic<std::uint64_t> m_refused{0};
};

}  // namespace parlour::server

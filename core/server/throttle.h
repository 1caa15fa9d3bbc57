// SPDX-License-Identifier: Apache-2.0
// Counts failed secrets, tokens and proofs per IPv4 address or IPv6 /64 (security: T21): after `limit` failures within the
// window everything that could be guessed is refused until failures have aged. Loopback is not exempt: a proxy is loopback.
// Bounded memory; the net thread's.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

#include "core/base/socket_address.h"
#include "core/base/time.h"

namespace parlour::server {

/// The network a stranger can change addresses in freely: the address itself, or 64 bits of it.
std::string sourceOf(const base::IpAddress& ip);

class Throttle {
  public:
    /// limit 0 = off.
    explicit Throttle(std::size_t limit, base::Duration window = std::chrono::minutes(30)) : m_limit(limit), m_window(window) {}

    bool blocked(const base::IpAddress& ip, base::TimePoint now);
    void failed(const base::IpAddress& ip, base::TimePoint now);
    std::uint64_t failures() const { return m_failures; }

    static constexpr std::size_t kMaxSources = 100'000;

  private:
    std::deque<base::TimePoint>* recent(const std::string& source, base::TimePoint now);

    std::size_t m_limit;
    base::Duration m_window;
    std::unordered_map<std::string, std::deque<base::TimePoint>> m_sources;
    std::uint64_t m_failures = 0;
};

}  // namespace parlour::server

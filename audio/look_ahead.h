// SPDX-License-Identifier: Apache-2.0
// How unevenly sound is asked for. Sound is made ahead of the device by what is ready already, so packets for it have to be here
// that much earlier; a device with odd blocks, a reserve kept against stumbles, a program that wakes late and makes several
// blocks at once all change it from block to block. What counts is the most of the last 512 blocks but the two farthest.
// Pure. Thread: the pump.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace parlour::audio {

class LookAhead {
  public:
    static constexpr std::size_t kBlocks = 512;  ///< 2.6 s of 5 ms

    /// A block is made that leaves the device so many samples later. What a device takes at a time anyway does not count.
    void add(std::size_t samples) {
        m_last[m_next] = static_cast<std::uint32_t>(std::min<std::size_t>(samples, 0xffffffffu));
        m_next = (m_next + 1) % kBlocks;
        std::array<std::uint32_t, 3> top{};  // falling
        for (const auto ahead : m_last) {
            if (ahead <= top[2]) continue;
            top[2] = ahead;
            if (top[2] > top[1]) std::swap(top[2], top[1]);
            if (top[1] > top[0]) std::swap(top[1], top[0]);
        }
        m_lead = top[2];
    }
    /// Samples.
    std::size_t lead() const { return m_lead; }

  private:
    std::array<std::uint32_t, kBlocks> m_last{};
    std::size_t m_next = 0;
    std::size_t m_lead = 0;
};

}  // namespace parlour::audio

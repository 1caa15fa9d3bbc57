// SPDX-License-Identifier: Apache-2.0
// When and how far the playout ring is filled. One device block is kept ready; each time the device ran dry adds 5 ms to
// that, and a calm while takes 5 ms back: a minute, twice as long after each try that failed. For the shortest delay there
// is a step below: for a device that takes all that is ready its block is made late, as packets that come meanwhile are then
// heard a block earlier. Pure. Thread: the pump.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "audio/sound_length.h"
#include "core/base/time.h"

namespace parlour::audio {

class Refill {
  public:
    static constexpr std::size_t kStep = 240;
    static constexpr std::size_t kMost = 1920;
    static constexpr base::Duration kCalm = std::chrono::seconds(60);
    static constexpr base::Duration kMostCalm = std::chrono::minutes(16);
    static constexpr base::Duration kBefore{2'800};  ///< the device comes back: two passes of the pump and some

    struct Device {
        std::size_t waiting = 0;      ///< samples in the ring
        std::size_t asked = 0;        ///< what it takes at a time
        std::size_t block = 0;        ///< what it was opened for, or more
        std::uint64_t underruns = 0;  ///< ever
    };

    /// Samples that should be in the ring now. Once per pass; `shortest`: the shortest delay is wanted.
    std::size_t wanted(base::TimePoint now, const Device& device, bool shortest) {
        if (m_least != (shortest ? -1 : 0)) {
            m_least = shortest ? -1 : 0;
            if (m_step <= 0) m_step = m_least;
        }
        watch(now, device.underruns);
        if (device.waiting < m_left) m_taken = now;
        m_left = device.waiting;
        const auto block = std::max(device.block, device.asked);
        const bool takesAll = device.asked == block && device.waiting == 0;
        if (m_step < 0 && takesAll && now - m_taken < soundLength(static_cast<std::int64_t>(block)) - kBefore) return 0;
        return block + reserve();
    }
    /// So much is in it after that.
    void left(std::size_t waiting) { m_left = waiting; }
    /// Samples kept beyond one block.
    std::size_t reserve() const { return static_cast<std::size_t>(std::max(0, m_step)) * kStep; }

  private:
    void watch(base::TimePoint now, std::uint64_t underruns) {
        if (underruns != m_underruns) {
            m_underruns = underruns;
            if (m_tried && now - m_since <= kCalm) m_calm = std::min(kMostCalm, 2 * m_calm);
            m_tried = false;
            m_step = std::min(static_cast<int>(kMost / kStep), m_step + 1);
            m_since = now;
        } else if (m_step > m_least && now - m_since > m_calm) {
            --m_step;
            m_tried = true;
            m_since = now;
        }
    }

    std::uint64_t m_underruns = 0;
    int m_step = 0;   // of the reserve; below 0: made late
    int m_least = 0;  // that is aimed at
    std::size_t m_left = 0;
    bool m_tried = false;  // less has been kept since m_since
    base::Duration m_calm = kCalm;
    base::TimePoint m_since{};  // the device ran dry, or less is kept
    base::TimePoint m_taken{};  // the device was seen to have taken
};

}  // namespace parlour::audio

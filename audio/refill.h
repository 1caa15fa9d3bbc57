// SPDX-License-Identifier: Apache-2.0
// When and how far the playout ring is filled. One device block is kept ready; each time the device ran dry adds 5 ms to
// that, and a calm minute takes 5 ms back, unless the device often takes more than would then be there (two blocks in a row).
// What was needed again within a minute is not taken back for two, then four, sixteen at most. For the shortest delay there
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
    static constexpr int kOften = 3;               ///< in a calm minute
    static constexpr base::Duration kBefore{1'550};  ///< the earliest that the device can come back: a pass of the pump and some

    struct Device {
        std::size_t waiting = 0;      ///< samples in the ring
        std::size_t asked = 0;        ///< what it takes at a time
        std::size_t block = 0;        ///< what it was first to be opened for; longer ones show in `asked`
        std::uint64_t underruns = 0;  ///< ever
    };

    /// Samples that should be in the ring now. Once per pass; `shortest`: the shortest delay is wanted.
    std::size_t wanted(base::TimePoint now, const Device& device, bool shortest) {
        const int least = shortest ? -1 : 0;
        if (m_least != least) {
            m_least = least;
            m_floorWait = kCalm;
            m_floorUntil = now;
            if (m_step <= 0) m_step = least;
        }
        const auto block = std::max(device.block, device.asked);
        if (device.waiting < m_left) {
            m_taken = m_lastPass;  // or later
            if (m_step > 0 && m_left - device.waiting > block + reserve() - kStep) ++m_large;
        }
        m_left = device.waiting;
        // Where the pump stood still for longer than all that could be kept, keeping more helps nothing.
        const bool stood = now - m_lastPass > soundLength(static_cast<std::int64_t>(block + kMost));
        m_lastPass = now;
        watch(now, device.underruns, stood);
        const bool takesAll = device.asked == device.block && device.waiting == 0;
        if (m_step < 0 && takesAll && now - m_taken < soundLength(static_cast<std::int64_t>(block)) - kBefore) return 0;
        return block + reserve();
    }
    /// So much is in it after that.
    void left(std::size_t waiting) { m_left = waiting; }
    /// Samples kept beyond one block.
    std::size_t reserve() const { return static_cast<std::size_t>(std::max(0, m_step)) * kStep; }

  private:
    void watch(base::TimePoint now, std::uint64_t underruns, bool stood) {
        const bool calm = now - m_since > kCalm;
        if (underruns != m_underruns) {
            m_underruns = underruns;
            if (stood) return;
            m_step = std::min(static_cast<int>(kMost / kStep), m_step + 1);
            if (m_tried && !calm) {
                m_floor = m_step;
                m_floorWait = std::min(kMostCalm, 2 * m_floorWait);
                m_floorUntil = now + m_floorWait;
            }
            begin(now, false);
        } else if (calm && m_tried) {
            m_tried = false;  // less is enough
            m_floorWait = kCalm;
        } else if (calm && m_step > m_least && (m_step > m_floor || now > m_floorUntil)) {
            const bool needed = m_large >= kOften;
            if (!needed) --m_step;
            begin(now, !needed);
        }
    }
    void begin(base::TimePoint now, bool tried) {
        m_since = now;
        m_tried = tried;
        m_large = 0;
    }

    std::uint64_t m_underruns = 0;
    int m_step = 0;   // of the reserve; below 0: made late
    int m_least = 0;  // that is aimed at
    std::size_t m_left = 0;
    bool m_tried = false;  // less has been kept since m_since
    int m_large = 0;       // takes since then that needed this step
    int m_floor = 0;       // the step that was needed again, which is not left before m_floorUntil
    base::Duration m_floorWait = kCalm;
    base::TimePoint m_floorUntil{};
    base::TimePoint m_since{};     // the device ran dry, or less is kept
    base::TimePoint m_lastPass{};
    base::TimePoint m_taken{};     // the device has taken, at the earliest
};

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
// Turns wrapping 16-bit RTP sequence numbers into ever growing 64-bit ones (RFC 3550 appendix A.1, extended).
#pragma once

#include <cstdint>
#include <optional>

namespace parlour::rtc {

class SequenceUnwrapper {
  public:
    /// The unwrapped number nearest to the highest one seen so far; remembers it when it is a new highest.
    std::int64_t unwrap(std::uint16_t sequence) {
        const auto value = peek(sequence);
        if (!m_highest || value > *m_highest) m_highest = value;
        return value;
    }
    /// As unwrap, without remembering.
    std::int64_t peek(std::uint16_t sequence) const {
        if (!m_highest) return sequence;
        const auto distance =
            static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(*m_highest)));
        return *m_highest + distance;
    }
    std::optional<std::int64_t> highest() const { return m_highest; }
    void reset() { m_highest.reset(); }

  private:
    std::optional<std::int64_t> m_highest;
};

}  // namespace parlour::rtc

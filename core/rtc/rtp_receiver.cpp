// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/rtp_receiver.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace parlour::rtc {

std::uint32_t opusDuration(base::ByteView payload) {
    if (payload.empty()) return 0;
    constexpr std::array<std::uint32_t, 4> silk{480, 960, 1920, 2880};
    constexpr std::array<std::uint32_t, 4> celt{120, 240, 480, 960};
    const auto toc = std::to_integer<unsigned>(payload[0]);
    const unsigned config = toc >> 3;
    std::uint32_t frame = celt[config & 3];
    if (config < 12)
        frame = silk[config & 3];
    else if (config < 16)
        frame = silk[config & 1];
    std::uint32_t count = 1;
    if ((toc & 3) == 1 || (toc & 3) == 2) count = 2;
    if ((toc & 3) == 3) {
        if (payload.size() < 2) return 0;
        count = std::to_integer<unsigned>(payload[1]) & 0x3f;
    }
    const auto samples = frame * count;
    return samples <= 5760 ? samples : 0;  // 120 ms is the longest packet allowed
}

std::int64_t RtpReceiver::receive(const RtpView& packet, base::TimePoint now) {
    const auto before = m_unwrapper.highest();
    const auto sequence = m_unwrapper.unwrap(packet.sequence);
    const auto ahead = before ? sequence - *before : 1;
    if (ahead > 0)
        m_seen = (ahead < 64 && before ? m_seen << ahead : 0) | 1u;
    else if (ahead > -64)
        m_seen |= std::uint64_t{1} << -ahead;
    if (!before) {
        m_base = sequence;
    } else if (sequence > *before + kMaxDropout) {
        // The sender started anew: keep what was lost so far, count from here.
        m_lostBefore += (*before - m_base + 1) - static_cast<std::int64_t>(m_received);
        m_base = sequence;
        m_received = 0;
        m_expectedPrior = 0;
        m_receivedPrior = 0;
        m_lastTransit.reset();
    } else if (sequence < m_base) {
        // The very first packets came out of order, or this one belongs to what was before a jump.
        if (m_base - sequence > kMaxMisorder) return sequence;
        m_base = sequence;
    }
    ++m_received;
    ++m_totalReceived;
    m_bytes += packet.payload.size();

    // RFC 3550 section 6.4.1, in timestamp units; wraps are harmless in 32-bit differences.
    const auto arrival = static_cast<std::uint32_t>(now.time_since_epoch().count() * 48 / 1000);
    const auto transit = static_cast<std::int32_t>(arrival - packet.timestamp);
    if (m_lastTransit) {
        const auto difference = std::abs(static_cast<double>(
            static_cast<std::int32_t>(static_cast<std::uint32_t>(transit) - static_cast<std::uint32_t>(*m_lastTransit))));
        if (difference < 48'000.0 * 10) m_jitter += (difference - m_jitter) / 16.0;  // a new time base is no jitter
    }
    m_lastTransit = transit;
    return sequence;
}

bool RtpReceiver::has(std::int64_t sequence) const {
    const auto highest = m_unwrapper.highest();
    if (!highest || sequence > *highest || *highest - sequence >= 64) return false;
    return (m_seen >> (*highest - sequence) & 1u) != 0;
}

void RtpReceiver::handleSenderReport(const SenderReport& report, base::TimePoint now) {
    m_lastSenderReport = static_cast<std::uint32_t>(report.ntp >> 16);
    m_senderReportAt = now;
}

std::int64_t RtpReceiver::expected() const {
    const auto highest = m_unwrapper.highest();
    return highest ? *highest - m_base + 1 : 0;
}

std::int64_t RtpReceiver::packetsLost() const {
    return m_lostBefore + expected() - static_cast<std::int64_t>(m_received);
}

ReportBlock RtpReceiver::report(base::TimePoint now) {
    ReportBlock block;
    block.ssrc = m_ssrc;
    const auto expectedNow = expected();
    const auto expectedInterval = expectedNow - m_expectedPrior;
    const auto receivedInterval = static_cast<std::int64_t>(m_received - m_receivedPrior);
    const auto lostInterval = expectedInterval - receivedInterval;
    m_expectedPrior = expectedNow;
    m_receivedPrior = m_received;
    if (expectedInterval > 0 && lostInterval > 0)
        block.fractionLost = static_cast<std::uint8_t>(std::min<std::int64_t>(lostInterval * 256 / expectedInterval, 255));
    block.cumulativeLost = static_cast<std::int32_t>(std::clamp<std::int64_t>(packetsLost(), -0x800000, 0x7fffff));
    block.highestSequence = static_cast<std::uint32_t>(m_unwrapper.highest().value_or(0));
    block.jitter = static_cast<std::uint32_t>(std::lround(m_jitter));
    block.lastSenderReport = m_lastSenderReport;
    if (m_lastSenderReport != 0) {
        const auto waited = std::clamp<std::int64_t>((now - m_senderReportAt).count(), 0, 60'000'000);
        block.delaySinceReport = static_cast<std::uint32_t>(waited * 65'536 / 1'000'000);
    }
    return block;
}

std::vector<std::uint16_t> RtpReceiver::allowNacks(std::span<const std::int64_t> sequences, base::TimePoint now) {
    std::vector<std::uint16_t> allowed;
    const auto highest = m_unwrapper.highest();
    if (!highest) return allowed;
    if (m_nackTokensAt != base::TimePoint{}) {
        const auto seconds = static_cast<double>(std::max<std::int64_t>((now - m_nackTokensAt).count(), 0)) / 1e6;
        m_nackTokens = std::min(kNackBurst, m_nackTokens + seconds * kNacksPerSecond);
    }
    m_nackTokensAt = now;
    for (const auto sequence : sequences) {
        if (sequence >= *highest || *highest - sequence >= 200 || m_nackTokens < 1.0) continue;
        m_nackTokens -= 1.0;
        ++m_nacks;
        allowed.push_back(static_cast<std::uint16_t>(sequence));
    }
    return allowed;
}

}  // namespace parlour::rtc

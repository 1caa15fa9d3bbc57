// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/rtp_sender.h"

#include <algorithm>

#include "core/rtc/rtp_packet.h"

namespace parlour::rtc {
namespace {

constexpr double kMaxRepeatBudget = 20'000.0;                    // bytes saved up at most
constexpr base::Duration kMinRepeatInterval = std::chrono::milliseconds(10);
constexpr base::Duration kLongestRoundTrip = std::chrono::seconds(10);

}  // namespace

std::uint64_t toNtp(base::TimePoint t) {
    const auto us = static_cast<std::uint64_t>(std::max<std::int64_t>(t.time_since_epoch().count(), 0));
    const auto seconds = us / 1'000'000;
    const auto fraction = ((us % 1'000'000) << 32) / 1'000'000;
    return (seconds << 32) | fraction;
}

base::ByteView RtpSender::payload(const base::OpusFrame& frame) {
    if (m_parameters.redPayloadType == 0) return frame.bytes();
    if (!m_red) m_red = std::make_unique<RedHistory>();
    if (frame.marker) m_red->clear();   // the first of a talk spurt: what was before it is over
    return m_red->pack(m_parameters.payloadType, frame.bytes(), frame.rtpTimestamp, frame.redundancy);
}

std::size_t RtpSender::writeHeader(const base::OpusFrame& frame, std::span<std::byte> out) {
    RtpHeader header;
    header.marker = frame.marker;
    header.payloadType = m_parameters.redPayloadType != 0 ? m_parameters.redPayloadType : m_parameters.payloadType;
    header.sequence = m_next;
    header.timestamp = frame.rtpTimestamp;
    header.ssrc = m_ssrc;
    header.levelExtensionId = m_parameters.levelExtensionId;
    header.level = frame.level;
    header.voice = !frame.comfortNoise && frame.level.value < 127;
    if (m_packets < kMidPackets) {
        header.midExtensionId = m_parameters.midExtensionId;
        header.mid = m_parameters.mid;
    }
    const auto size = writeRtpHeader(header, out);
    if (size > 0) {
        ++m_next;
        ++m_written;
    }
    return size;
}

void RtpSender::noteSent(base::ByteView protectedPacket, std::size_t payloadBytes, std::uint32_t rtpTimestamp,
                         base::TimePoint now) {
    if (m_history.empty()) m_history.resize(kHistory);
    const auto sequence = static_cast<std::uint16_t>(m_next - 1);
    // 65536 is no multiple of 200: the slot goes by a running count so that the ring stays even across the wrap.
    auto& slot = m_history[static_cast<std::size_t>((m_written - 1) % kHistory)];
    slot.sequence = sequence;
    slot.repeated = {};
    slot.packet.assign(protectedPacket.begin(), protectedPacket.end());
    m_repeatBudget = std::min(kMaxRepeatBudget, m_repeatBudget + kRetransmitShare * static_cast<double>(protectedPacket.size()));
    noteForwarded(payloadBytes, rtpTimestamp, now);
}

void RtpSender::noteForwarded(std::size_t payloadBytes, std::uint32_t rtpTimestamp, base::TimePoint now) {
    ++m_packets;
    m_bytes += payloadBytes;
    m_lastTimestamp = rtpTimestamp;
    m_lastSent = now;
}

std::optional<base::ByteView> RtpSender::retransmission(std::uint16_t sequence, base::TimePoint now) {
    if (m_history.empty() || m_packets == 0) return std::nullopt;
    const auto behind = static_cast<std::uint16_t>(static_cast<std::uint16_t>(m_next - 1) - sequence);
    if (behind >= kHistory || behind >= m_written) return std::nullopt;
    auto& slot = m_history[static_cast<std::size_t>((m_written - 1 - behind) % kHistory)];
    if (slot.packet.empty() || slot.sequence != sequence) return std::nullopt;
    const auto interval = std::max(kMinRepeatInterval, m_roundTrip.value_or(base::Duration{0}));
    if (slot.repeated != base::TimePoint{} && now - slot.repeated < interval) return std::nullopt;
    const auto cost = static_cast<double>(slot.packet.size());
    if (cost > m_repeatBudget) return std::nullopt;
    m_repeatBudget -= cost;
    slot.repeated = now;
    ++m_retransmitted;
    return slot.packet;
}

void RtpSender::handleReport(const ReportBlock& block, base::TimePoint now) {
    m_fractionLost = static_cast<double>(block.fractionLost) / 256.0;
    if (block.lastSenderReport == 0) return;
    // RFC 3550 section 6.4.1: RTT = A - LSR - DLSR in 1/65536 s, modulo 2^32.
    const auto middle = static_cast<std::uint32_t>(toNtp(now) >> 16);
    const auto units = static_cast<std::int32_t>(middle - block.lastSenderReport - block.delaySinceReport);
    if (units < 0) return;
    const base::Duration roundTrip(static_cast<std::int64_t>(units) * 1'000'000 / 65'536);
    if (roundTrip <= kLongestRoundTrip) m_roundTrip = roundTrip;
}

std::optional<SenderReport> RtpSender::report(base::TimePoint now) const {
    if (m_packets == 0) return std::nullopt;
    SenderReport report;
    report.ssrc = m_ssrc;
    report.ntp = toNtp(now);
    const auto elapsed = std::max<std::int64_t>((now - m_lastSent).count(), 0);
    report.rtpTimestamp = m_lastTimestamp + static_cast<std::uint32_t>(elapsed * 48 / 1000);
    report.packetCount = static_cast<std::uint32_t>(m_packets);
    report.octetCount = static_cast<std::uint32_t>(m_bytes);
    return report;
}

}  // namespace parlour::rtc

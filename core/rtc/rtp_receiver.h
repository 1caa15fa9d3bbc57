// SPDX-License-Identifier: Apache-2.0
// One incoming RTP stream: unwrapped sequence numbers, loss and jitter as RFC 3550 counts them, report blocks, NACK rate.
// No allocation per packet. Thread: the owner of the PeerConnection.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/media.h"
#include "core/base/time.h"
#include "core/rtc/rtcp_packet.h"
#include "core/rtc/rtp_packet.h"
#include "core/rtc/sequence_unwrapper.h"

namespace parlour::rtc {

/// How many samples at 48 kHz an Opus packet plays for, from its TOC byte (RFC 6716 section 3.1); 0 when malformed.
std::uint32_t opusDuration(base::ByteView payload);

class RtpReceiver {
  public:
    static constexpr std::int64_t kMaxDropout = 3000;  ///< RFC 3550 appendix A.1: a larger jump starts the counting anew
    static constexpr std::int64_t kMaxMisorder = 100;  ///< the same: one further behind the first is not counted
    static constexpr double kNacksPerSecond = 100.0;
    static constexpr double kNackBurst = 50.0;

    explicit RtpReceiver(std::uint32_t ssrc) : m_ssrc(ssrc) {}

    std::uint32_t ssrc() const { return m_ssrc; }
    /// Counts the packet; returns its unwrapped sequence number.
    std::int64_t receive(const RtpView& packet, base::TimePoint now);
    /// Among the newest 64 before the highest: this one was received itself.
    bool has(std::int64_t sequence) const;
    void handleSenderReport(const SenderReport& report, base::TimePoint now);
    /// The block for the next report; starts a new loss interval.
    ReportBlock report(base::TimePoint now);
    /// Those of the wanted sequences that may be asked for now (rate limit, nothing older than the history of a sender).
    std::vector<std::uint16_t> allowNacks(std::span<const std::int64_t> sequences, base::TimePoint now);

    std::uint64_t packetsReceived() const { return m_totalReceived; }
    std::int64_t packetsLost() const;
    std::uint64_t bytesReceived() const { return m_bytes; }
    double jitterSeconds() const { return m_jitter / 48'000.0; }
    std::uint64_t nackCount() const { return m_nacks; }

  private:
    std::int64_t expected() const;

    std::uint32_t m_ssrc;
    SequenceUnwrapper m_unwrapper;
    std::int64_t m_base = 0;              // first sequence of the current count
    std::uint64_t m_received = 0;         // since m_base
    std::uint64_t m_seen = 0;             // bit n: the n-th before the highest was received
    std::int64_t m_lostBefore = 0;        // of counts that ended by a jump
    std::uint64_t m_totalReceived = 0;
    std::uint64_t m_bytes = 0;
    double m_jitter = 0.0;                // timestamp units
    std::optional<std::int32_t> m_lastTransit;
    std::int64_t m_expectedPrior = 0;
    std::uint64_t m_receivedPrior = 0;
    std::uint32_t m_lastSenderReport = 0;
    base::TimePoint m_senderReportAt{};
    double m_nackTokens = kNackBurst;
    base::TimePoint m_nackTokensAt{};
    std::uint64_t m_nacks = 0;
};

}  // namespace parlour::rtc

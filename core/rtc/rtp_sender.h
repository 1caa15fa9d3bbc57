// SPDX-License-Identifier: Apache-2.0
// One outgoing RTP stream: numbering, header extensions, history for NACK within a budget, sender reports, what the
// receiver reports back. Makes no packets by itself; PeerConnection protects and queues them.
// Thread: the owner of the PeerConnection.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/media.h"
#include "core/base/time.h"
#include "core/rtc/red.h"
#include "core/rtc/rtcp_packet.h"

namespace parlour::rtc {

/// NTP format (32.32) of a monotonic time; RFC 3550 section 6.4.1 allows any clock.
std::uint64_t toNtp(base::TimePoint t);

/// What the answer said about one section.
struct RtpNegotiated {
    std::uint8_t payloadType = 111;
    std::string mid;
    int midExtensionId = 0;
    int levelExtensionId = 0;
    std::uint8_t redPayloadType = 0;   ///< 0 = the far side takes none
};

class RtpSender {
  public:
    static constexpr std::size_t kHistory = 200;      ///< packets, as LiveKit keeps
    static constexpr std::uint64_t kMidPackets = 50;  ///< the mid extension rides on the first ones only
    static constexpr double kRetransmitShare = 0.1;   ///< of the bytes sent (security T40)

    RtpSender(std::uint32_t ssrc, std::uint16_t firstSequence) : m_ssrc(ssrc), m_first(firstSequence), m_next(firstSequence) {}

    void negotiate(RtpNegotiated parameters) { m_parameters = std::move(parameters); }
    const RtpNegotiated& parameters() const { return m_parameters; }
    std::uint32_t ssrc() const { return m_ssrc; }
    std::uint16_t firstSequence() const { return m_first; }

    /// What the next packet carries: the frame, in RED framing where that was negotiated, with the copies of earlier ones
    /// that `frame.redundancy` asks for. Lives until the next call.
    base::ByteView payload(const base::OpusFrame& frame);
    /// Writes the next header (sequence advances); returns its size, 0 when `out` is too small.
    std::size_t writeHeader(const base::OpusFrame& frame, std::span<std::byte> out);
    /// The packet of the last writeHeader has left in this protected form. It is repeated as it is: the same plain text
    /// under the same SRTP index, so no key stream is ever used for two texts.
    void noteSent(base::ByteView protectedPacket, std::size_t payloadBytes, std::uint32_t rtpTimestamp, base::TimePoint now);
    /// A forwarder sent a packet of this stream itself.
    void noteForwarded(std::size_t payloadBytes, std::uint32_t rtpTimestamp, base::TimePoint now);

    /// The packet to repeat, if it is still known, not repeated within the round trip, and the budget allows.
    std::optional<base::ByteView> retransmission(std::uint16_t sequence, base::TimePoint now);

    void handleReport(const ReportBlock& block, base::TimePoint now);
    /// nullopt until something was sent.
    std::optional<SenderReport> report(base::TimePoint now) const;

    std::uint64_t packetsSent() const { return m_packets; }
    std::uint64_t bytesSent() const { return m_bytes; }
    std::uint64_t retransmitted() const { return m_retransmitted; }
    std::optional<base::Duration> roundTrip() const { return m_roundTrip; }
    double fractionLost() const { return m_fractionLost; }

  private:
    struct Stored {
        std::uint16_t sequence = 0;
        base::TimePoint repeated{};
        base::Bytes packet;
    };

    std::uint32_t m_ssrc;
    std::uint16_t m_first;
    std::uint16_t m_next;
    RtpNegotiated m_parameters;
    std::unique_ptr<RedHistory> m_red;   // made at the first packet with RED
    std::vector<Stored> m_history;   // ring by sequence modulo kHistory, made at the first packet
    std::uint64_t m_written = 0;     // headers; one that was not sent leaves its slot as it was
    std::uint64_t m_packets = 0;
    std::uint64_t m_bytes = 0;
    std::uint64_t m_retransmitted = 0;
    double m_repeatBudget = 0.0;     // bytes
    std::uint32_t m_lastTimestamp = 0;
    base::TimePoint m_lastSent{};
    std::optional<base::Duration> m_roundTrip;
    double m_fractionLost = 0.0;
};

}  // namespace parlour::rtc

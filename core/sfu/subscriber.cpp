// SPDX-License-Identifier: Apache-2.0
#include "core/sfu/subscriber.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/prefetch.h"

namespace parlour::sfu {
namespace {

/// The mid is told in the first packets only, as stock servers and clients do; later the SSRC is known.
constexpr std::int64_t kPacketsWithMid = 50;
/// Retransmissions may cost a tenth of what was sent, and never more than this many bytes at once.
constexpr double kResendShare = 0.1;
constexpr double kResendBurst = 4000;
constexpr base::Duration kNoteEvery = std::chrono::milliseconds(400);

std::size_t redSize(const ForwardedPacket& packet) {
    auto size = 1 + packet.payload.size();
    for (const auto& copy : packet.older()) size += 4 + copy.payload.size();
    return size;
}

}  // namespace

Subscriber::Subscriber(rtc::PeerConnection& connection, rtc::SenderId sender)
    : m_connection(&connection), m_transport(&connection.transport()), m_sender(sender) {
    refresh();
}

void Subscriber::refresh() {
    const auto parameters = m_connection->senderParameters(m_sender);
    const auto route = m_transport->route();
    m_ready = parameters.has_value() && route.has_value();
    if (route) {
        m_from = route->local;
        m_to = route->remote;
    }
    if (!parameters) return;
    // Another form of header or payload: what went out in the old one is not repeated (one key stream for two texts).
    if (m_begun && (m_payloadType != parameters->payloadType || m_redPayloadType != parameters->redPayloadType ||
                    m_midExtensionId != parameters->midExtensionId || m_levelExtensionId != parameters->levelExtensionId))
        m_floor = m_next;
    m_payloadType = parameters->payloadType;
    m_redPayloadType = parameters->redPayloadType;
    m_midExtensionId = parameters->midExtensionId;
    m_levelExtensionId = parameters->levelExtensionId;
    m_mid = parameters->mid;
    if (m_ssrc == parameters->ssrc) return;
    m_ssrc = parameters->ssrc;
    m_firstSequence = parameters->firstSequence;
    m_next = 0;
    m_fresh = true;
    m_begun = false;
}

void Subscriber::setPaused(bool paused) {
    if (paused && !m_paused) m_fresh = true;
    m_paused = paused;
}

void Subscriber::prefetch(unsigned step) const {
    if (step == 0) base::prefetch(this, sizeof *this);
    else if (step == 1) base::prefetch(m_transport);
    else m_transport->prefetch(step - 2);
}

bool Subscriber::send(const ForwardedPacket& packet, SendBatch& out, base::TimePoint now) {
    if (!m_ready || m_paused) return false;
    if (m_fresh) {
        m_fresh = false;
        m_floor = m_next;
        m_offset = m_next - packet.sequence;
        if (m_begun) {
            const auto elapsed = static_cast<std::uint32_t>((now - m_lastTime).count() * 48 / 1000);
            m_timestampOffset = m_lastTimestamp + std::max<std::uint32_t>(elapsed, 1) - packet.timestamp;
        }
    }
    const auto number = packet.sequence + m_offset;
    if (number < m_floor) return false;  // late packet of what was before

    const auto size = write(packet, number, out);
    if (size == 0) return false;
    out.commit(size, m_from, m_to);
    if (number >= m_next) {
        m_next = number + 1;
        m_lastTimestamp = timestampOf(packet);
        m_lastTime = now;
    }
    m_begun = true;
    ++sent;
    m_resendBudget = std::min(kResendBurst, m_resendBudget + kResendShare * static_cast<double>(size));
    note(packet, now);
    return true;
}

// The counts for sender reports lie deep in the connection: told in handfuls, they cost no cache misses per packet.
void Subscriber::note(const ForwardedPacket& packet, base::TimePoint now) {
    ++m_unnoted;
    m_unnotedBytes += static_cast<std::uint32_t>(m_redPayloadType != 0 ? redSize(packet) : packet.payload.size());
    if (sent > 1 && now - m_notedAt < kNoteEvery) return;
    for (; m_unnoted > 1; --m_unnoted) {
        m_connection->noteForwarded(m_sender, m_unnotedBytes / m_unnoted, timestampOf(packet), now);
        m_unnotedBytes -= m_unnotedBytes / m_unnoted;
    }
    m_connection->noteForwarded(m_sender, m_unnotedBytes, timestampOf(packet), now);
    m_unnoted = m_unnotedBytes = 0;
    m_notedAt = now;
}

// With the copies that belong to this line: none from before its track or stretch began.
std::size_t Subscriber::writeRed(base::ByteView header, const ForwardedPacket& packet, std::int64_t number, SendBatch& out) {
    const auto reach = static_cast<std::size_t>(std::max<std::int64_t>(number - m_floor, 0));
    std::array<std::byte, Publisher::kMaxPayload + 1> payload;   // a packet that was no RED gets one byte more
    const auto size = rtc::writeRed(m_payloadType, packet.older().first(std::min(packet.copyCount, reach)), packet.payload, payload);
    return size == 0 ? 0 : m_transport->protectRtp(header, base::ByteView(payload).first(size), out.slot());
}

// Must write the same header for the same packet every time: SRTP would use one nonce for two different texts otherwise.
std::size_t Subscriber::write(const ForwardedPacket& packet, std::int64_t number, SendBatch& out) {
    rtc::RtpHeader header;
    header.marker = packet.marker;
    header.payloadType = m_redPayloadType != 0 ? m_redPayloadType : m_payloadType;
    header.sequence = static_cast<std::uint16_t>(m_firstSequence + number);
    header.timestamp = timestampOf(packet);
    header.ssrc = m_ssrc;
    if (m_midExtensionId != 0 && number < kPacketsWithMid) {
        header.midExtensionId = m_midExtensionId;
        header.mid = m_mid;
    }
    if (m_levelExtensionId != 0) {
        header.levelExtensionId = m_levelExtensionId;
        header.level = packet.level;
        header.voice = packet.level.value < 60;
    }
    std::array<std::byte, 48> bytes;
    const auto length = rtc::writeRtpHeader(header, bytes);
    if (length == 0) return 0;
    const auto head = base::ByteView(bytes).first(length);
    if (m_redPayloadType != 0) return writeRed(head, packet, number, out);
    return m_transport->protectRtp(head, packet.payload, out.slot());
}

int Subscriber::resend(std::span<const std::uint16_t> sequences, SendBatch& out, base::TimePoint now) {
    (void)now;
    if (!m_ready || m_paused || m_fresh || publisher == nullptr) return 0;
    int count = 0;
    for (const auto wanted : sequences) {
        const auto newest = static_cast<std::uint16_t>(m_firstSequence + m_next - 1);
        const auto behind = static_cast<std::uint16_t>(newest - wanted);
        if (behind >= Publisher::kRing) continue;
        const auto number = m_next - 1 - behind;
        if (number < m_floor) continue;
        const auto packet = publisher->recall(number - m_offset);
        if (!packet) continue;
        const auto cost = static_cast<double>((m_redPayloadType != 0 ? redSize(*packet) : packet->payload.size()) + 40);
        if (m_resendBudget < cost) break;
        const auto size = write(*packet, number, out);
        if (size == 0) continue;
        m_resendBudget -= cost;
        out.commit(size, m_from, m_to);
        ++count;
        ++resent;
    }
    return count;
}

}  // namespace parlour::sfu

// SPDX-License-Identifier: Apache-2.0
#include "core/sfu/publisher.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace parlour::sfu {
namespace {

/// RTP clock of Opus is always 48 kHz (RFC 7587 section 4.1).
std::uint32_t toTicks(base::Duration d) { return static_cast<std::uint32_t>(d.count() * 48 / 1000); }

/// Sources whose clock stood still while they were closed (devices are stopped on mute) are moved on by the time that
/// passed; smaller differences are left to the source's own clock.
constexpr std::int32_t kClockTolerance = 4800;

}  // namespace

Publisher::Publisher(PublisherConfig config) : m_config(std::move(config)) {}

void Publisher::setAuthorised(bool authorised) {
    m_config.authorised = authorised;
    if (!open()) m_splice = true;
}

void Publisher::setMuted(bool muted) {
    m_config.muted = muted;
    if (!open()) m_splice = true;
}

void Publisher::setSource(std::optional<std::uint32_t> ssrc, std::uint8_t payloadType, int levelExtensionId,
                          int midExtensionId) {
    m_config.payloadType = payloadType;
    m_config.levelExtensionId = levelExtensionId;
    m_config.midExtensionId = midExtensionId;
    if (ssrc == m_config.ssrc) return;
    m_config.ssrc = ssrc;
    m_started = false;
    m_newClock = true;
    m_splice = true;
}

bool Publisher::takeToken(base::TimePoint now) {
    const auto elapsed = std::chrono::duration<double>(now - m_tokenTime).count();
    m_tokenTime = now;
    m_tokens = std::min<double>(kMaxPacketsPerSecond, m_tokens + elapsed * kMaxPacketsPerSecond);
    if (m_tokens < 1.0) return false;
    m_tokens -= 1.0;
    return true;
}

void Publisher::splice(std::int64_t source, std::uint32_t timestamp, base::TimePoint now) {
    m_splice = false;
    m_floor = source;
    m_shift = source - (m_lastForwarded + 1);
    const bool newClock = std::exchange(m_newClock, false);
    if (m_lastForwarded < 0) return;
    const auto expected = m_lastTimestamp + toTicks(now - m_lastForwardTime);
    const auto difference = static_cast<std::int32_t>(expected - (timestamp + m_timestampOffset));
    if (newClock || std::abs(difference) > kClockTolerance) m_timestampOffset = expected - timestamp;
}

std::optional<ForwardedPacket> Publisher::accept(const rtc::RtpView& packet, base::TimePoint now) {
    if (packet.payloadType != m_config.payloadType || packet.payload.empty() || packet.payload.size() > kMaxPayload) {
        ++refused;
        return std::nullopt;
    }
    // RFC 3550 appendix A.1: extend the 16-bit number by the nearest distance to the highest one.
    std::int64_t source = packet.sequence;
    if (m_started) {
        source = m_highest + static_cast<std::int16_t>(packet.sequence - static_cast<std::uint16_t>(m_highest));
    }
    if (!m_started || source > m_highest) m_highest = source;
    m_started = true;

    if (!open() || !takeToken(now)) {
        // Held-back packets leave no hole: the next stretch continues the numbers.
        if (open()) m_splice = true;
        ++refused;
        return std::nullopt;
    }
    if (m_splice) splice(source, packet.timestamp, now);
    if (source < m_floor) {  // a late packet of a stretch that is over
        ++refused;
        return std::nullopt;
    }

    ForwardedPacket out;
    out.sequence = source - m_shift;
    out.timestamp = packet.timestamp + m_timestampOffset;
    out.marker = packet.marker;
    out.level = packet.level(m_config.levelExtensionId).value_or(base::LevelDbov{});
    out.payload = packet.payload;
    if (out.sequence > m_lastForwarded) {
        m_lastForwarded = out.sequence;
        m_lastTimestamp = out.timestamp;
        m_lastForwardTime = now;
    }

    if (!m_ring) m_ring = std::make_unique<std::array<Kept, kRing>>();
    auto& kept = (*m_ring)[static_cast<std::size_t>(out.sequence) % kRing];
    kept.sequence = out.sequence;
    kept.timestamp = out.timestamp;
    kept.marker = out.marker;
    kept.level = out.level;
    kept.size = static_cast<std::uint16_t>(out.payload.size());
    std::memcpy(kept.payload.data(), out.payload.data(), out.payload.size());
    ++forwarded;
    return out;
}

std::optional<ForwardedPacket> Publisher::recall(std::int64_t sequence) const {
    // What was said before a mute must not come out after it.
    if (!m_ring || sequence < 0 || !open() || m_splice) return std::nullopt;
    const auto& kept = (*m_ring)[static_cast<std::size_t>(sequence) % kRing];
    if (kept.sequence != sequence) return std::nullopt;
    return ForwardedPacket{kept.sequence, kept.timestamp, kept.marker, kept.level,
                           base::ByteView(kept.payload).first(kept.size)};
}

}  // namespace parlour::sfu

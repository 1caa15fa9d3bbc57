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

void Publisher::setSource(std::optional<std::uint32_t> ssrc, std::uint8_t payloadType, std::uint8_t redPayloadType,
                          int levelExtensionId, int midExtensionId) {
    m_config.payloadType = payloadType;
    m_config.redPayloadType = redPayloadType;
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
    m_recoveredCount = 0;
    const bool isRed = m_config.redPayloadType != 0 && packet.payloadType == m_config.redPayloadType;
    if ((!isRed && packet.payloadType != m_config.payloadType) || packet.payload.empty() ||
        packet.payload.size() > kMaxPayload) {
        ++refused;
        return std::nullopt;
    }
    std::optional<rtc::RedPayload> red;
    if (isRed) {
        red = rtc::parseRed(packet.payload);
        if (!red || red->primary().payloadType != m_config.payloadType || red->primary().payload.empty()) {
            ++refused;
            ++malformed;
            return std::nullopt;
        }
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
    if (!m_ring) m_ring = std::make_unique<std::array<Kept, kRing>>();
    const auto sequence = source - m_shift;
    // A late packet of a stretch that is over; one whose copy went out already, or may have: listeners get a number once.
    if (source < m_floor || sequence + static_cast<std::int64_t>(kRing) <= m_lastForwarded ||
        place(sequence).sequence == sequence) {
        ++refused;
        return std::nullopt;
    }

    ForwardedPacket out;
    out.sequence = sequence;
    out.timestamp = packet.timestamp + m_timestampOffset;
    out.marker = packet.marker;
    out.level = packet.level(m_config.levelExtensionId).value_or(base::LevelDbov{});
    out.payload = red ? red->primary().payload : packet.payload;
    if (red) {
        // Only as far back as this stretch goes: what was said before a mute must not come out after it.
        const auto reach = static_cast<std::size_t>(std::min<std::int64_t>(source - m_floor, ForwardedPacket::kMaxCopies));
        out.copyCount = std::min(red->usable(m_config.payloadType), reach);
        for (std::size_t n = 0; n < out.copyCount; ++n) out.copies[n] = red->before(n + 1);
    }
    if (out.sequence > m_lastForwarded) {
        m_lastForwarded = out.sequence;
        m_lastTimestamp = out.timestamp;
        m_lastForwardTime = now;
    }
    keep(out, packet.payload);
    ++forwarded;
    recover(out, now);
    return out;
}

void Publisher::keep(const ForwardedPacket& packet, base::ByteView whole) {
    auto& kept = place(packet.sequence);
    kept.sequence = packet.sequence;
    kept.timestamp = packet.timestamp;
    kept.marker = packet.marker;
    kept.level = packet.level;
    const auto at = [&](base::ByteView part) { return static_cast<std::uint16_t>(part.data() - whole.data()); };
    kept.at = at(packet.payload);
    kept.size = static_cast<std::uint16_t>(packet.payload.size());
    kept.copyCount = static_cast<std::uint8_t>(packet.copyCount);
    for (std::size_t n = 0; n < packet.copyCount; ++n)
        kept.copies[n] = {at(packet.copies[n].payload), static_cast<std::uint16_t>(packet.copies[n].payload.size()),
                          static_cast<std::uint16_t>(packet.copies[n].timestampOffset)};
    std::memcpy(kept.payload.data(), whole.data(), whole.size());
}

void Publisher::recover(const ForwardedPacket& carrier, base::TimePoint now) {
    for (auto n = carrier.copyCount; n > 0; --n) {
        const auto& copy = carrier.copies[n - 1];
        const auto sequence = carrier.sequence - static_cast<std::int64_t>(n);
        if (sequence < 0 || sequence + static_cast<std::int64_t>(kRing) <= m_lastForwarded ||
            place(sequence).sequence == sequence)
            continue;
        if (!takeToken(now)) return;
        auto& out = m_recovered[m_recoveredCount++];
        out = ForwardedPacket{};
        out.sequence = sequence;
        out.timestamp = carrier.timestamp - copy.timestampOffset;
        out.level = carrier.level;
        out.payload = copy.payload;
        keep(out, copy.payload);
        ++forwarded;
    }
}

std::optional<ForwardedPacket> Publisher::recall(std::int64_t sequence) const {
    // What was said before a mute must not come out after it.
    if (!m_ring || sequence < 0 || !open() || m_splice) return std::nullopt;
    const auto& kept = place(sequence);
    if (kept.sequence != sequence) return std::nullopt;
    const auto bytes = base::ByteView(kept.payload);
    ForwardedPacket out;
    out.sequence = kept.sequence;
    out.timestamp = kept.timestamp;
    out.marker = kept.marker;
    out.level = kept.level;
    out.payload = bytes.subspan(kept.at, kept.size);
    out.copyCount = kept.copyCount;
    for (std::size_t n = 0; n < out.copyCount; ++n)
        out.copies[n] = {0, kept.copies[n].offset, bytes.subspan(kept.copies[n].at, kept.copies[n].size)};
    return out;
}

}  // namespace parlour::sfu

// SPDX-License-Identifier: Apache-2.0
// One authorised track on its way in: what is let through, under which continuous numbering, and a short memory of plain
// payloads for NACKs. Numbers given here have no holes for packets that we kept back (mute, hold, flood), so listeners do
// not conceal them as loss; real loss stays visible. RED is taken apart: what was lost on the way in is found again in the
// copies of a later packet, and no copy reaches back behind a mute.
// Thread: media.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/media.h"
#include "core/base/time.h"
#include "core/rtc/red.h"
#include "core/rtc/rtp_packet.h"

namespace parlour::sfu {

class Subscriber;

/// The track as its transport negotiated it. Nothing in here comes from an unauthenticated packet.
struct PublisherConfig {
    std::uint32_t transport = 0;         ///< key of the transport that may send it; SSRCs count per transport (T5)
    std::string mid;
    std::optional<std::uint32_t> ssrc;   ///< absent: learned from the mid extension of the first packet
    std::uint8_t payloadType = 111;
    std::uint8_t redPayloadType = 0;     ///< 0 = not negotiated
    int levelExtensionId = 0;            ///< RFC 6464; 0 = not negotiated
    int midExtensionId = 0;
    bool stereo = false;                 ///< sends two channels; told to those who hear it
    bool authorised = false;             ///< may publish and is not held
    bool muted = false;                  ///< by the person or softly by a moderator
};

/// A packet as every subscriber gets it, before its own offsets.
struct ForwardedPacket {
    static constexpr std::size_t kMaxCopies = rtc::RedPayload::kMaxBlocks - 1;
    std::int64_t sequence = 0;       ///< continuous over gaps that we made
    std::uint32_t timestamp = 0;     ///< 48 kHz, continuous over mute and a new source
    bool marker = false;
    base::LevelDbov level{};
    base::ByteView payload;          ///< Opus
    /// The n-th is of the packet n + 1 before this one, its clock so much earlier; what came along as RED.
    std::array<rtc::RedBlock, kMaxCopies> copies;
    std::size_t copyCount = 0;
    std::span<const rtc::RedBlock> older() const { return {copies.data(), copyCount}; }
};

class Publisher {
  public:
    static constexpr std::size_t kMaxPayload = 1400;     ///< anything longer is no Opus packet of a call
    static constexpr std::size_t kRing = 64;             ///< packets kept for NACKs: 1.28 s at 20 ms
    static constexpr int kMaxPacketsPerSecond = 250;     ///< 5 ms frames and some; a flood stops here (T40)

    explicit Publisher(PublisherConfig config);

    const PublisherConfig& config() const { return m_config; }
    /// Rights changed. Closing takes effect with the next packet: none of it is forwarded.
    void setAuthorised(bool authorised);
    void setMuted(bool muted);
    bool open() const { return m_config.authorised && !m_config.muted; }
    /// The same track goes on with another SSRC; numbers and timestamps continue.
    void setSource(std::optional<std::uint32_t> ssrc, std::uint8_t payloadType, std::uint8_t redPayloadType,
                   int levelExtensionId, int midExtensionId);

    /// nullopt: closed, foreign payload type, malformed, too long, too many, twice, too late, or older than the point
    /// where it was opened.
    std::optional<ForwardedPacket> accept(const rtc::RtpView& packet, base::TimePoint now);
    /// Packets that had been lost on the way in and came as copies with the one just accepted, in order. Each takes its
    /// share of the packets per second: a RED packet buys nobody more of them.
    std::span<const ForwardedPacket> recovered() const { return {m_recovered.data(), m_recoveredCount}; }
    /// A packet forwarded lately, for a retransmission; its payload lives until the next accept().
    std::optional<ForwardedPacket> recall(std::int64_t sequence) const;

    std::vector<Subscriber*> subscribers;    ///< those to whom it goes; kept by Forwarder
    std::uint64_t forwarded = 0;
    std::uint64_t refused = 0;
    std::uint64_t malformed = 0;             ///< of them, RED that is none

  private:
    struct Kept {
        std::int64_t sequence = -1;
        std::uint32_t timestamp = 0;
        std::uint16_t at = 0, size = 0;   // of the Opus payload; RED is kept as it came
        bool marker = false;
        std::uint8_t copyCount = 0;
        base::LevelDbov level{};
        struct Copy {
            std::uint16_t at = 0, size = 0, offset = 0;
        };
        std::array<Copy, ForwardedPacket::kMaxCopies> copies{};
        std::array<std::byte, kMaxPayload> payload;
    };
    bool takeToken(base::TimePoint now);
    Kept& place(std::int64_t sequence) { return (*m_ring)[static_cast<std::size_t>(sequence) % kRing]; }
    const Kept& place(std::int64_t sequence) const { return (*m_ring)[static_cast<std::size_t>(sequence) % kRing]; }
    void keep(const ForwardedPacket& packet, base::ByteView whole);
    void recover(const ForwardedPacket& carrier, base::TimePoint now);
    void splice(std::int64_t source, std::uint32_t timestamp, base::TimePoint now);

    PublisherConfig m_config;
    bool m_started = false;           // a packet of this source was seen
    bool m_newClock = true;           // its timestamps have nothing to do with those before
    bool m_splice = true;             // the next packet let through starts a new stretch
    std::int64_t m_highest = 0;       // highest unwrapped source sequence
    std::int64_t m_floor = 0;         // source sequences below belong to a stretch that is over
    std::int64_t m_shift = 0;         // source sequence - forwarded sequence
    std::int64_t m_lastForwarded = -1;
    std::uint32_t m_timestampOffset = 0;
    std::uint32_t m_lastTimestamp = 0;
    base::TimePoint m_lastForwardTime{};
    double m_tokens = kMaxPacketsPerSecond;
    base::TimePoint m_tokenTime{};
    std::array<ForwardedPacket, ForwardedPacket::kMaxCopies> m_recovered{};
    std::size_t m_recoveredCount = 0;
    std::unique_ptr<std::array<Kept, kRing>> m_ring;  // made by the first packet that was let through (T10)
};

}  // namespace parlour::sfu

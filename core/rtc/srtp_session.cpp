// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/srtp_session.h"

#include <algorithm>
#include <bitset>
#include <optional>
#include <vector>

#include "core/base/prefetch.h"
#include "core/rtc/srtp_transform.h"

namespace parlour::rtc {

namespace {

constexpr std::uint32_t kEncryptedFlag = 0x80000000u;
constexpr std::size_t kRtcpHead = 8;

std::uint16_t u16At(base::ByteView p, std::size_t at) {
    return static_cast<std::uint16_t>((std::to_integer<unsigned>(p[at]) << 8) | std::to_integer<unsigned>(p[at + 1]));
}
std::uint32_t u32At(base::ByteView p, std::size_t at) {
    return (std::uint32_t{u16At(p, at)} << 16) | u16At(p, at + 2);
}
std::array<std::byte, 4> u32Bytes(std::uint32_t v) {
    return {static_cast<std::byte>(v >> 24), static_cast<std::byte>((v >> 16) & 0xff),
            static_cast<std::byte>((v >> 8) & 0xff), static_cast<std::byte>(v & 0xff)};
}

/// Size of the RTP header with CSRCs and extension; 0 when it is not RTP or does not fit.
std::size_t rtpHeaderSize(base::ByteView p) {
    if (p.size() < 12 || std::to_integer<unsigned>(p[0]) >> 6 != 2) return 0;
    std::size_t size = 12 + 4 * (std::to_integer<std::size_t>(p[0]) & 0xf);
    if (std::to_integer<unsigned>(p[0]) & 0x10) {
        if (p.size() < size + 4) return 0;
        size += 4 + 4 * std::size_t{u16At(p, size + 2)};
    }
    return size <= p.size() ? size : 0;
}

/// RFC 3711 section 3.3.1 and appendix A: the index nearest to the highest one seen. nullopt before the first.
std::optional<std::uint64_t> guessIndex(std::uint64_t highest, std::uint16_t sequence) {
    const auto roc = highest >> 16;
    const auto top = static_cast<std::uint16_t>(highest);
    const int ahead = int{sequence} - int{top};
    auto guess = roc;
    if (ahead > 32768) {
        if (roc == 0) return std::nullopt;
        --guess;
    } else if (ahead < -32768) {
        ++guess;
    }
    if (guess > 0xFFFFFFFFu) return std::nullopt;  // 2^48 packets: the key is used up
    return (guess << 16) | sequence;
}

/// RFC 3711 section 3.3.2.
class ReplayWindow {
  public:
    explicit ReplayWindow(std::uint64_t first) : m_highest(first) { m_seen.set(0); }
    std::uint64_t highest() const { return m_highest; }
    bool isNew(std::uint64_t index) const {
        if (index > m_highest) return true;
        const auto age = m_highest - index;
        return age < kReplayWindow && !m_seen.test(age);
    }
    void accept(std::uint64_t index) {
        if (index > m_highest) {
            const auto step = index - m_highest;
            if (step >= kReplayWindow)
                m_seen.reset();
            else
                m_seen <<= step;
            m_highest = index;
            m_seen.set(0);
        } else {
            m_seen.set(m_highest - index);
        }
    }

  private:
    std::uint64_t m_highest;
    std::bitset<kReplayWindow> m_seen;
};

/// Windows by SSRC, made only after authentication. Full: the one unused for longest goes.
class InboundStreams {
  public:
    explicit InboundStreams(std::size_t limit) : m_limit(limit) {}

    ReplayWindow* find(std::uint32_t ssrc) {
        for (auto& s : m_streams)
            if (s.ssrc == ssrc) return &s.window;
        return nullptr;
    }
    void accept(std::uint32_t ssrc, std::uint64_t index) {
        ++m_uses;
        for (auto& s : m_streams) {
            if (s.ssrc != ssrc) continue;
            s.window.accept(index);
            s.lastUse = m_uses;
            return;
        }
        if (m_streams.size() >= m_limit)
            m_streams.erase(std::min_element(m_streams.begin(), m_streams.end(),
                                             [](const auto& a, const auto& b) { return a.lastUse < b.lastUse; }));
        m_streams.push_back({ssrc, m_uses, ReplayWindow(index)});
    }
    void forget(std::uint32_t ssrc) {
        std::erase_if(m_streams, [ssrc](const auto& s) { return s.ssrc == ssrc; });
    }
    std::size_t size() const { return m_streams.size(); }

  private:
    struct Stream {
        std::uint32_t ssrc;
        std::uint64_t lastUse;
        ReplayWindow window;
    };
    std::size_t m_limit;
    std::uint64_t m_uses = 0;
    std::vector<Stream> m_streams;
};

}  // namespace

// ------------------------------------------------------------------------------------------------ outgoing

struct SrtpSender::Impl {
    struct Stream {
        std::uint32_t ssrc;
        std::uint64_t highest;
    };
    SrtpTransform rtp;
    SrtpTransform rtcp;
    std::vector<Stream> streams;  // sorted by ssrc
    std::uint32_t rtcpIndex = 0;  // one for all SSRCs: still rising for each of them

    Impl(SrtpProfile profile, const SrtpMaster& master)
        : rtp(profile, deriveSrtpKeys(profile, master, false), true),
          rtcp(profile, deriveSrtpKeys(profile, master, true), true) {}

    std::optional<std::uint64_t> indexOf(std::uint32_t ssrc, std::uint16_t sequence) {
        const auto at = std::lower_bound(streams.begin(), streams.end(), ssrc,
                                         [](const Stream& s, std::uint32_t v) { return s.ssrc < v; });
        if (at == streams.end() || at->ssrc != ssrc) {
            if (streams.size() >= kMaxOutboundSsrcs) return std::nullopt;
            streams.insert(at, {ssrc, sequence});
            return sequence;
        }
        const auto index = guessIndex(at->highest, sequence);
        if (index && *index > at->highest) at->highest = *index;
        return index;
    }
};

SrtpSender::SrtpSender(SrtpProfile profile, const SrtpMaster& master)
    : m_impl(std::make_unique<Impl>(profile, master)) {}
SrtpSender::~SrtpSender() = default;
SrtpSender::SrtpSender(SrtpSender&&) noexcept = default;
SrtpSender& SrtpSender::operator=(SrtpSender&&) noexcept = default;

std::size_t SrtpSender::protectRtp(base::ByteView header, base::ByteView payload, std::span<std::byte> out) {
    auto& rtp = m_impl->rtp;
    const auto size = header.size() + payload.size() + rtp.tagSize();
    if (header.size() < 12 || std::to_integer<unsigned>(header[0]) >> 6 != 2 || size > out.size() ||
        size > kMaxSrtpPacket)
        return 0;
    const auto ssrc = u32At(header, 8);
    const auto index = m_impl->indexOf(ssrc, u16At(header, 2));
    if (!index) return 0;
    std::copy(header.begin(), header.end(), out.begin());
    const auto roc = u32Bytes(static_cast<std::uint32_t>(*index >> 16));
    // CM authenticates the rollover counter behind the body (RFC 3711 section 4.2); GCM has it in the IV.
    const SrtpTransform::Packet packet{
        ssrc, *index, header, rtp.profile() == SrtpProfile::aes128CmSha1_80 ? base::ByteView(roc) : base::ByteView()};
    const auto body = out.subspan(header.size(), payload.size());
    return rtp.seal(packet, payload, body, out.subspan(header.size() + payload.size(), rtp.tagSize())) ? size : 0;
}

void SrtpSender::prefetch(unsigned step) const {
    if (step == 0) return base::prefetch(m_impl.get(), sizeof(Impl));
    if (step == 1) base::prefetch(m_impl->streams.data());
    m_impl->rtp.prefetch(step - 1);
}

std::size_t SrtpSender::protectRtcp(base::ByteView packet, std::span<std::byte> out) {
    auto& rtcp = m_impl->rtcp;
    const bool gcm = rtcp.profile() == SrtpProfile::aeadAes128Gcm;
    const auto size = packet.size() + 4 + rtcp.tagSize();
    if (packet.size() < kRtcpHead || size > out.size() || size > kMaxSrtpPacket) return 0;
    if (m_impl->rtcpIndex >= kEncryptedFlag - 1) return 0;  // 2^31 packets: the key is used up
    const auto index = ++m_impl->rtcpIndex;
    const auto word = u32Bytes(index | kEncryptedFlag);
    const auto head = packet.first(kRtcpHead);
    std::copy(head.begin(), head.end(), out.begin());
    const auto bodySize = packet.size() - kRtcpHead;
    // CM: body, E+index, tag (RFC 3711 section 3.4). GCM: body, tag, E+index (RFC 7714 section 9.2).
    const auto wordAt = gcm ? packet.size() + 16 : packet.size();
    const auto tagAt = gcm ? packet.size() : packet.size() + 4;
    std::copy(word.begin(), word.end(), out.begin() + static_cast<std::ptrdiff_t>(wordAt));
    const SrtpTransform::Packet p{u32At(packet, 4), index, head, word};
    return rtcp.seal(p, packet.subspan(kRtcpHead), out.subspan(kRtcpHead, bodySize),
                     out.subspan(tagAt, rtcp.tagSize()))
               ? size
               : 0;
}

void SrtpSender::forgetSsrc(std::uint32_t ssrc) {
    std::erase_if(m_impl->streams, [ssrc](const auto& s) { return s.ssrc == ssrc; });
}

// ------------------------------------------------------------------------------------------------ incoming

/// Where a packet is decrypted: a forged one must not spoil the caller's buffer.
using Scratch = std::array<std::byte, kMaxSrtpPacket>;

struct SrtpReceiver::Impl {
    SrtpTransform rtp;
    SrtpTransform rtcp;
    InboundStreams rtpStreams;
    InboundStreams rtcpStreams;

    Impl(SrtpProfile profile, const SrtpMaster& master, std::size_t maxSsrcs)
        : rtp(profile, deriveSrtpKeys(profile, master, false), false),
          rtcp(profile, deriveSrtpKeys(profile, master, true), false),
          rtpStreams(maxSsrcs),
          rtcpStreams(maxSsrcs) {}

    bool openRtp(std::uint32_t ssrc, std::uint64_t index, base::ByteView head, std::span<std::byte> body,
                 base::ByteView tag) {
        const auto roc = u32Bytes(static_cast<std::uint32_t>(index >> 16));
        const SrtpTransform::Packet p{
            ssrc, index, head, rtp.profile() == SrtpProfile::aes128CmSha1_80 ? base::ByteView(roc) : base::ByteView()};
        Scratch scratch;
        const auto plain = std::span(scratch).first(body.size());
        if (!rtp.open(p, body, tag, plain)) return false;
        std::copy(plain.begin(), plain.end(), body.begin());
        return true;
    }
};

SrtpReceiver::SrtpReceiver(SrtpProfile profile, const SrtpMaster& master, std::size_t maxSsrcs)
    : m_impl(std::make_unique<Impl>(profile, master, maxSsrcs)) {}
SrtpReceiver::~SrtpReceiver() = default;
SrtpReceiver::SrtpReceiver(SrtpReceiver&&) noexcept = default;
SrtpReceiver& SrtpReceiver::operator=(SrtpReceiver&&) noexcept = default;

SrtpPlain SrtpReceiver::unprotectRtp(std::span<std::byte> packet) {
    const auto tagSize = m_impl->rtp.tagSize();
    if (packet.size() > kMaxSrtpPacket || packet.size() < 12 + tagSize) return {};
    const auto clear = packet.first(packet.size() - tagSize);
    const auto headSize = rtpHeaderSize(clear);
    if (headSize == 0) return {};
    const auto ssrc = u32At(packet, 8);
    const auto sequence = u16At(packet, 2);
    const auto head = clear.first(headSize);
    const auto body = clear.subspan(headSize);
    const auto tag = packet.last(tagSize);

    std::uint64_t index = sequence;
    if (const auto* window = m_impl->rtpStreams.find(ssrc)) {
        const auto guess = guessIndex(window->highest(), sequence);
        if (!guess) return {SrtpVerdict::unauthentic, {}};
        index = *guess;
        if (!window->isNew(index)) return {SrtpVerdict::replayed, {}};
        if (!m_impl->openRtp(ssrc, index, head, body, tag)) return {SrtpVerdict::unauthentic, {}};
    } else if (!m_impl->openRtp(ssrc, index, head, body, tag)) {
        // A stream that began near 65535 may have wrapped before the first packet that reached us (security T11).
        index += 0x10000;
        if (sequence >= 0x8000 || !m_impl->openRtp(ssrc, index, head, body, tag)) return {SrtpVerdict::unauthentic, {}};
    }
    m_impl->rtpStreams.accept(ssrc, index);
    return {SrtpVerdict::ok, clear};
}

SrtpPlain SrtpReceiver::unprotectRtcp(std::span<std::byte> packet) {
    auto& rtcp = m_impl->rtcp;
    const bool gcm = rtcp.profile() == SrtpProfile::aeadAes128Gcm;
    const auto extra = rtcp.tagSize() + 4;
    if (packet.size() > kMaxSrtpPacket || packet.size() < kRtcpHead + extra) return {};
    if (std::to_integer<unsigned>(packet[0]) >> 6 != 2) return {};
    const auto plainSize = packet.size() - extra;
    const auto word = packet.subspan(gcm ? plainSize + 16 : plainSize, 4);
    const auto tag = packet.subspan(gcm ? plainSize : plainSize + 4, rtcp.tagSize());
    const auto flagged = u32At(word, 0);
    if (!(flagged & kEncryptedFlag)) return {SrtpVerdict::unauthentic, {}};  // never negotiated in WebRTC
    const auto index = flagged & ~kEncryptedFlag;
    const auto ssrc = u32At(packet, 4);
    if (const auto* window = m_impl->rtcpStreams.find(ssrc); window && !window->isNew(index))
        return {SrtpVerdict::replayed, {}};
    const auto body = packet.subspan(kRtcpHead, plainSize - kRtcpHead);
    Scratch scratch;
    const auto plain = std::span(scratch).first(body.size());
    const SrtpTransform::Packet p{ssrc, index, packet.first(kRtcpHead), word};
    if (!rtcp.open(p, body, tag, plain)) return {SrtpVerdict::unauthentic, {}};
    std::copy(plain.begin(), plain.end(), body.begin());
    m_impl->rtcpStreams.accept(ssrc, index);
    return {SrtpVerdict::ok, packet.first(plainSize)};
}

std::size_t SrtpReceiver::ssrcCount() const { return m_impl->rtpStreams.size(); }

void SrtpReceiver::forgetSsrc(std::uint32_t ssrc) { m_impl->rtpStreams.forget(ssrc); }

}  // namespace parlour::rtc

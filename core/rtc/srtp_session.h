// SPDX-License-Identifier: Apache-2.0
// SRTP and SRTCP (RFC 3711) with AEAD_AES_128_GCM (RFC 7714) and AES128_CM_SHA1_80, on OpenSSL's EVP.
// One cipher context per key, reused for every packet; no allocation per packet. Thread: the transport's owner.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/byte_io.h"

namespace parlour::rtc {

/// IANA numbers of use_srtp (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
enum class SrtpProfile : std::uint16_t { aes128CmSha1_80 = 0x0001, aeadAes128Gcm = 0x0007 };

/// Master key and salt of one direction. GCM uses 12 bytes of the salt, CM all 14.
struct SrtpMaster {
    std::array<std::byte, 16> key{};
    std::array<std::byte, 14> salt{};
};

inline constexpr std::size_t kMaxSrtpOverhead = 16;    ///< bytes added to RTP at most
inline constexpr std::size_t kMaxSrtcpOverhead = 20;   ///< bytes added to RTCP at most
inline constexpr std::size_t kMaxSrtpPacket = 2048;    ///< longer packets are refused both ways
inline constexpr std::size_t kReplayWindow = 512;      ///< packets; RFC 3711 section 3.3.2 asks for 64
inline constexpr std::size_t kMaxInboundSsrcs = 8;     ///< of one client at a server (security T10)
inline constexpr std::size_t kMaxServerSsrcs = 256;    ///< of a server at a client: one per track of the room
inline constexpr std::size_t kMaxOutboundSsrcs = 1024;

/// Outgoing direction.
class SrtpSender {
  public:
    SrtpSender(SrtpProfile profile, const SrtpMaster& master);
    ~SrtpSender();
    SrtpSender(SrtpSender&&) noexcept;
    SrtpSender& operator=(SrtpSender&&) noexcept;

    /// Writes header + encrypted payload + tag to `out`, which must not overlap with either input; returns the size.
    /// 0: no room, not RTP, or over kMaxOutboundSsrcs. The rollover counter follows the sequence numbers handed in;
    /// the same sequence number twice must be the same packet, or GCM gives its key away.
    std::size_t protectRtp(base::ByteView header, base::ByteView payload, std::span<std::byte> out);
    /// Brings into the cache what protectRtp reads, pointer after pointer: step 0, and each of 1 and 2 some time after the one before.
    void prefetch(unsigned step) const;
    /// A whole compound packet.
    std::size_t protectRtcp(base::ByteView packet, std::span<std::byte> out);
    /// A track ended: its place among the outgoing SSRCs becomes free. Never use that SSRC again.
    void forgetSsrc(std::uint32_t ssrc);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

enum class SrtpVerdict {
    ok,
    malformed,
    unauthentic,  ///< wrong tag; nothing was changed
    replayed,     ///< its index was seen before, or is too old to tell; not decrypted
};

struct SrtpPlain {
    SrtpVerdict verdict = SrtpVerdict::malformed;
    std::span<std::byte> packet;  ///< within the buffer handed in; empty unless ok
};

/// Incoming direction. A packet that is not ok leaves its buffer and all state untouched. An SSRC takes memory only
/// after an authentic packet; when `maxSsrcs` are known, the one unused for longest makes room.
class SrtpReceiver {
  public:
    SrtpReceiver(SrtpProfile profile, const SrtpMaster& master, std::size_t maxSsrcs = kMaxInboundSsrcs);
    ~SrtpReceiver();
    SrtpReceiver(SrtpReceiver&&) noexcept;
    SrtpReceiver& operator=(SrtpReceiver&&) noexcept;

    SrtpPlain unprotectRtp(std::span<std::byte> packet);
    SrtpPlain unprotectRtcp(std::span<std::byte> packet);
    std::size_t ssrcCount() const;
    /// A track ended: makes room for another SSRC.
    void forgetSsrc(std::uint32_t ssrc);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
// The cryptography below srtp_session: key derivation (RFC 3711 section 4.3) and one keyed transform per direction
// and kind. Knows nothing of indexes or replay. Thread: the transport's owner.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/byte_io.h"
#include "core/rtc/srtp_session.h"

namespace parlour::rtc {

struct SrtpSessionKeys {
    std::array<std::byte, 16> cipher{};
    std::array<std::byte, 14> salt{};
    std::array<std::byte, 20> auth{};  ///< HMAC-SHA1, CM only
};

/// `rtcp` picks labels 3..5 instead of 0..2. The GCM salt is padded to 14 bytes with zeros (RFC 7714 section 11).
SrtpSessionKeys deriveSrtpKeys(SrtpProfile profile, const SrtpMaster& master, bool rtcp);

std::size_t srtpTagSize(SrtpProfile profile);

class SrtpTransform {
  public:
    SrtpTransform(SrtpProfile profile, const SrtpSessionKeys& keys, bool encrypts);
    ~SrtpTransform();
    SrtpTransform(SrtpTransform&&) noexcept;
    SrtpTransform& operator=(SrtpTransform&&) noexcept;

    SrtpProfile profile() const { return m_profile; }
    std::size_t tagSize() const { return srtpTagSize(m_profile); }

    /// One packet. `head` stands in clear before the body and `tail` behind it; both are authenticated.
    /// `index` is the 48-bit packet index of RTP or the 31-bit index of RTCP.
    struct Packet {
        std::uint32_t ssrc = 0;
        std::uint64_t index = 0;
        base::ByteView head;
        base::ByteView tail;
    };
    /// `out` has the size of `body`; they are the same or do not overlap.
    bool seal(const Packet& packet, base::ByteView body, std::span<std::byte> out, std::span<std::byte> tag);
    /// Step 0 or 1 of SrtpSender::prefetch.
    void prefetch(unsigned step) const;
    /// On false `out` is garbage.
    bool open(const Packet& packet, base::ByteView body, base::ByteView tag, std::span<std::byte> out);

  private:
    struct Impl;
    SrtpProfile m_profile;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any bytes as SRTP and SRTCP. First byte: which profile. Forged packets change nothing; the same bytes sealed by us
// with the right key (when they are RTP at all) have to come back.
#include <algorithm>
#include <cstdlib>

#include "core/rtc/srtp_session.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1 || size > 4096) return 0;
    const auto profile = data[0] & 1 ? rtc::SrtpProfile::aeadAes128Gcm : rtc::SrtpProfile::aes128CmSha1_80;
    const base::ByteView bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
    rtc::SrtpMaster master;
    master.key[3] = std::byte{7};
    rtc::SrtpReceiver receiver(profile, master);

    auto packet = base::toBytes(bytes);
    if (receiver.unprotectRtp(packet).verdict == rtc::SrtpVerdict::ok) std::abort();
    if (receiver.unprotectRtcp(packet).verdict == rtc::SrtpVerdict::ok) std::abort();
    if (!std::equal(packet.begin(), packet.end(), bytes.begin(), bytes.end()) || receiver.ssrcCount() != 0) std::abort();

    rtc::SrtpSender sender(profile, master);
    base::Bytes sealed(bytes.size() + rtc::kMaxSrtcpOverhead);
    if (const auto n = sender.protectRtcp(bytes, sealed)) {
        const auto plain = receiver.unprotectRtcp(std::span(sealed).first(n));
        const bool isRtcp = (bytes[0] & std::byte{0xc0}) == std::byte{0x80};
        if ((plain.verdict == rtc::SrtpVerdict::ok) != isRtcp) std::abort();
        if (isRtcp && !std::equal(plain.packet.begin(), plain.packet.end(), bytes.begin(), bytes.end())) std::abort();
    }
    if (bytes.size() >= 12) {
        if (const auto n = sender.protectRtp(bytes.first(12), bytes.subspan(12), sealed)) {
            const auto plain = receiver.unprotectRtp(std::span(sealed).first(n));
            // Sealed with a 12-byte header; a packet that claims more in clear is read differently, and refused.
            const bool plainHeader = (bytes[0] & std::byte{0x1f}) == std::byte{0};
            if (plainHeader && plain.verdict != rtc::SrtpVerdict::ok) std::abort();
        }
    }
    return 0;
}

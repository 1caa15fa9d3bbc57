// SPDX-License-Identifier: Apache-2.0
#include "core/base/opus_packet.h"

namespace parlour::base {
namespace {

constexpr std::byte kCode{0x03}, kPadded{0x40}, kFrames{0x3f};

}  // namespace

std::optional<OpusSingleFrame> singleOpusFrame(ByteView packet) {
    if (packet.empty()) return std::nullopt;
    const auto code = packet[0] & kCode;
    OpusSingleFrame out{packet[0] & ~kCode, packet.subspan(1), 0};
    if (code == std::byte{0}) return out;
    if (code != kCode || packet.size() < 2) return std::nullopt;
    const auto count = packet[1];
    if ((count & kFrames) != std::byte{1}) return std::nullopt;
    auto rest = packet.subspan(2);
    if ((count & kPadded) != std::byte{0}) {
        for (bool more = true; more;) {  // 255: 254 bytes, and another length follows
            if (rest.empty()) return std::nullopt;
            const auto length = std::to_integer<std::size_t>(rest[0]);
            rest = rest.subspan(1);
            more = length == 255;
            out.padding += more ? 254 : length;
        }
        if (out.padding > rest.size()) return std::nullopt;
    }
    out.frame = rest.first(rest.size() - out.padding);
    return out;
}

}  // namespace parlour::base

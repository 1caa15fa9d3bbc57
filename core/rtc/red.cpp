// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/red.h"

namespace parlour::rtc {

std::optional<RedPayload> parseRed(base::ByteView payload) {
    RedPayload red;
    std::array<std::size_t, RedPayload::kMaxBlocks> lengths{};
    base::ByteReader reader(payload);
    while (true) {
        if (red.count == RedPayload::kMaxBlocks) return std::nullopt;
        const auto first = reader.u8();
        if (!reader.ok()) return std::nullopt;
        auto& block = red.blocks[red.count];
        block.payloadType = first & 0x7f;
        if ((first & 0x80) == 0) break;  // the primary: no offset, takes the rest
        const auto rest = reader.u24();  // 14 bits timestamp offset, 10 bits length
        block.timestampOffset = rest >> 10;
        lengths[red.count] = rest & 0x3ff;
        ++red.count;
    }
    for (std::size_t i = 0; i < red.count; ++i) red.blocks[i].payload = reader.bytes(lengths[i]);
    if (!reader.ok()) return std::nullopt;
    red.blocks[red.count].payload = reader.rest();
    ++red.count;
    return red;
}

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/red.h"

#include <algorithm>

namespace parlour::rtc {
namespace {

constexpr std::uint32_t kMaxOffset = (1u << 14) - 1;
constexpr std::size_t kMaxLength = (1u << 10) - 1;
constexpr std::size_t kOlderHeader = 4, kPrimaryHeader = 1;

}  // namespace

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

std::size_t RedPayload::usable(std::uint8_t payloadType) const {
    std::size_t n = 0;
    std::uint32_t offset = 0;
    while (n < older()) {
        const auto& block = before(n + 1);
        if (block.payloadType != payloadType || block.payload.empty() || block.timestampOffset <= offset) break;
        offset = block.timestampOffset;
        ++n;
    }
    return n;
}

std::size_t writeRed(std::uint8_t payloadType, std::span<const RedBlock> older, base::ByteView primary,
                     std::span<std::byte> out) {
    auto size = kPrimaryHeader + primary.size();
    if (size > out.size()) return 0;
    std::size_t count = 0;
    for (const auto& block : older) {
        const auto more = kOlderHeader + block.payload.size();
        if (block.payload.size() > kMaxLength || block.timestampOffset > kMaxOffset || size + more > out.size() ||
            count + 1 == RedPayload::kMaxBlocks)
            break;
        size += more;
        ++count;
    }
    auto* at = out.data();
    for (std::size_t i = count; i > 0; --i) {   // the oldest first
        const auto& block = older[i - 1];
        const auto rest = block.timestampOffset << 10 | static_cast<std::uint32_t>(block.payload.size());
        *at++ = static_cast<std::byte>(0x80 | payloadType);
        for (const int shift : {16, 8, 0}) *at++ = static_cast<std::byte>(rest >> shift & 0xff);
    }
    *at++ = static_cast<std::byte>(payloadType & 0x7f);
    for (std::size_t i = count; i > 0; --i) at = std::copy(older[i - 1].payload.begin(), older[i - 1].payload.end(), at);
    std::copy(primary.begin(), primary.end(), at);
    return size;
}

base::ByteView RedHistory::pack(std::uint8_t payloadType, base::ByteView payload, std::uint32_t timestamp,
                                std::size_t distance) {
    std::array<RedBlock, kMaxDistance> older{};
    std::size_t count = 0;
    auto size = kPrimaryHeader + payload.size();
    while (count < std::min(distance, m_count)) {
        const auto& kept = m_kept[(m_newest + kMaxDistance - count) % kMaxDistance];
        const auto offset = timestamp - kept.timestamp;
        size += kOlderHeader + kept.size;
        // A hole in the row would shift the numbers of all before it.
        if (kept.size == 0 || offset == 0 || offset > kMaxOffset || size > kMaxPayload) break;
        older[count++] = {payloadType, offset, base::ByteView(kept.bytes).first(kept.size)};
    }
    const auto written = writeRed(payloadType, std::span(older).first(count), payload, m_out);

    m_newest = (m_newest + 1) % kMaxDistance;
    m_count = std::min(m_count + 1, kMaxDistance);
    auto& newest = m_kept[m_newest];
    newest.timestamp = timestamp;
    newest.size = payload.size() <= newest.bytes.size() ? payload.size() : 0;
    std::copy_n(payload.begin(), newest.size, newest.bytes.begin());
    return base::ByteView(m_out).first(written);
}

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any bytes as a RED payload: the blocks lie inside it, in order and without overlap.
#include <cstdlib>

#include "core/rtc/red.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const auto red = rtc::parseRed(bytes);
    if (!red) return 0;
    if (red->count == 0 || red->count > rtc::RedPayload::kMaxBlocks) std::abort();
    const auto* at = bytes.data();
    for (const auto& block : red->view()) {
        if (block.payload.empty()) continue;
        if (block.payload.data() < at) std::abort();
        at = block.payload.data() + block.payload.size();
        if (at > bytes.data() + bytes.size()) std::abort();
    }
    if (red->blocks[red->count - 1].timestampOffset != 0) std::abort();
    return 0;
}

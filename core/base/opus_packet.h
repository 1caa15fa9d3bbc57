// SPDX-License-Identifier: Apache-2.0
// The shape of an Opus packet (RFC 6716, 3.2) as far as somebody has to know it who does not decode. Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>

#include "core/base/byte_io.h"

namespace parlour::base {

struct OpusSingleFrame {
    std::byte toc{};          ///< its code is 0, whatever the packet's was
    ByteView frame;           ///< inside the packet
    std::size_t padding = 0;  ///< bytes behind it: nothing, or extensions such as deep redundancy
};

/// What a packet with one frame holds, padded (code 3) or not (code 0). Nothing for several frames or a length that points outside.
std::optional<OpusSingleFrame> singleOpusFrame(ByteView packet);

}  // namespace parlour::base

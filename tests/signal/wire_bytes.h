// SPDX-License-Identifier: Apache-2.0
// Protobuf bytes written by hand, so that tests can say what our own encoder never says.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/byte_io.h"

namespace parlour::tests {

inline std::string varint(std::uint64_t value) {
    std::string out;
    while (value >= 0x80) {
        out += static_cast<char>((value & 0x7f) | 0x80);
        value >>= 7;
    }
    out += static_cast<char>(value);
    return out;
}
inline std::string numberField(std::uint32_t number, std::uint64_t value) { return varint(number << 3) + varint(value); }
inline std::string bytesField(std::uint32_t number, const std::string& bytes) {
    return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}
inline base::Bytes toWire(const std::string& text) { return base::toBytes(base::asBytes(text)); }
inline std::string fromWire(const base::Bytes& bytes) { return std::string(base::asText(bytes)); }

}  // namespace parlour::tests

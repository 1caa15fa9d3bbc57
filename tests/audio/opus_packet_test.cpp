// SPDX-License-Identifier: Apache-2.0
// Whether a packet brings a low-rate copy of the one before it (LBRR) is read from its one frame, wherever that stands (RFC 6716, 3.2).
#include <initializer_list>
#include <vector>

#include "audio/opus_decoder.h"
#include "tests/support/catch.h"

using parlour::audio::OpusDecoder;

namespace {

bool hasFec(std::initializer_list<int> bytes, std::size_t more = 0) {
    std::vector<std::byte> packet;
    for (const int b : bytes) packet.push_back(static_cast<std::byte>(b));
    packet.resize(packet.size() + more);
    return OpusDecoder::hasFec(packet);
}

constexpr int kCopy = 0x40, kNone = 0x00;   // first byte of a mono frame of 20 ms, SILK

}  // namespace

TEST_CASE("the frame of an Opus packet is found with padding and without", "[opus]") {
    CHECK(hasFec({0x48, kCopy, 2, 3}));
    CHECK_FALSE(hasFec({0x48, kNone, 2, 3}));
    CHECK_FALSE(hasFec({0x48}));
    CHECK(hasFec({0x4b, 0x01, kCopy, 2}));            // code 3, one frame, no padding
    CHECK_FALSE(hasFec({0x4b, 0x01, kNone, kCopy}));
    CHECK(hasFec({0x4b, 0x41, 2, kCopy, 8, 9, 9}));   // two bytes of it
    CHECK_FALSE(hasFec({0x4b, 0x41, 2, kNone, kCopy, kCopy, kCopy}));
    CHECK(hasFec({0x4b, 0xc1, 0, kCopy}));            // "VBR" changes nothing for one frame
    CHECK(hasFec({0x4b, 0x41, 255, 1, kCopy}, 255));
}

TEST_CASE("several frames, and lengths that point outside, are no single frame", "[opus]") {
    CHECK_FALSE(hasFec({}));
    CHECK_FALSE(hasFec({0x49, kCopy, kCopy}));
    CHECK_FALSE(hasFec({0x4a, 1, kCopy}));
    CHECK_FALSE(hasFec({0x4b}));
    CHECK_FALSE(hasFec({0x4b, 0x02, kCopy, kCopy}));
    CHECK_FALSE(hasFec({0x4b, 0x00}));
    CHECK_FALSE(hasFec({0x4b, 0x41}));
    CHECK_FALSE(hasFec({0x4b, 0x41, 255}));
    CHECK_FALSE(hasFec({0x4b, 0x41, 3, kCopy, kCopy}));
    CHECK_FALSE(hasFec({0x4b, 0x41, 255, 0, kCopy}));
    CHECK_FALSE(hasFec({0x4b, 0x41, 2, kCopy, kCopy}));   // all of it padding: a frame of nothing
}

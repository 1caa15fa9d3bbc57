// SPDX-License-Identifier: Apache-2.0
#include "core/base/opus_packet.h"

#include <initializer_list>
#include <vector>

#include "tests/support/catch.h"

using namespace parlour;
using base::singleOpusFrame;

namespace {

base::Bytes packet(std::initializer_list<int> bytes) {
    base::Bytes out;
    for (const int b : bytes) out.push_back(static_cast<std::byte>(b));
    return out;
}
base::Bytes frameOf(const base::Bytes& whole) {
    const auto single = singleOpusFrame(whole);
    return single ? base::toBytes(single->frame) : packet({-1});
}

}  // namespace

TEST_CASE("the frame of an Opus packet is found with padding and without", "[opus]") {
    CHECK(frameOf(packet({0x48, 1, 2, 3})) == packet({1, 2, 3}));
    CHECK(frameOf(packet({0x48})).empty());
    CHECK(frameOf(packet({0x4b, 0x01, 1, 2})) == packet({1, 2}));            // code 3, one frame, no padding
    CHECK(frameOf(packet({0x4b, 0x41, 2, 7, 8, 9, 9})) == packet({7, 8}));   // two bytes of it
    CHECK(frameOf(packet({0x4b, 0xc1, 0, 7})) == packet({7}));               // "VBR" changes nothing for one frame
    const auto padded = singleOpusFrame(packet({0x4b, 0x41, 2, 7, 8, 9, 9}));
    REQUIRE(padded);
    CHECK(padded->padding == 2);
    CHECK(padded->toc == std::byte{0x48});
    auto large = packet({0x4b, 0x41, 255, 1, 7});
    large.resize(large.size() + 255);
    CHECK(frameOf(large) == packet({7}));
}

TEST_CASE("several frames, and lengths that point outside, are no single frame", "[opus]") {
    for (const auto& bad : {packet({}), packet({0x49, 1, 2}), packet({0x4a, 1, 2}), packet({0x4b}), packet({0x4b, 0x02, 1, 2}), packet({0x4b, 0x00}),
                            packet({0x4b, 0x41}), packet({0x4b, 0x41, 255}), packet({0x4b, 0x41, 3, 1, 2}), packet({0x4b, 0x41, 255, 0, 1})})
        CHECK_FALSE(singleOpusFrame(bad));
    CHECK(frameOf(packet({0x4b, 0x41, 2, 1, 2})).empty());   // all of it padding: a frame of nothing
}

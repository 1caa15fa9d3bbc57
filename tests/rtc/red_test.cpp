// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/red.h"

#include "tests/support/catch.h"

using namespace parlour;
using rtc::parseRed;
using rtc::RedPayload;

namespace {

/// A payload with `older` redundant blocks of one byte each and a primary of two.
base::Bytes redundant(std::size_t older) {
    base::ByteWriter out;
    for (std::size_t i = older; i > 0; --i) {
        out.u8(0x80 | 111);
        out.u24(static_cast<std::uint32_t>(960 * i) << 10 | 1u);
    }
    out.u8(111);
    for (std::size_t i = older; i > 0; --i) out.u8(static_cast<std::uint8_t>(i));
    out.u16(0xabcd);
    return out.take();
}

}  // namespace

TEST_CASE("a RED payload with the primary alone is one byte of header", "[rtc]") {
    const auto bytes = redundant(0);
    const auto red = parseRed(bytes);
    REQUIRE(red);
    REQUIRE(red->count == 1);
    CHECK(red->blocks[0].payloadType == 111);
    CHECK(red->blocks[0].timestampOffset == 0);
    CHECK(red->blocks[0].payload.size() == 2);
}

TEST_CASE("older blocks come first, each with its distance in time", "[rtc]") {
    const auto bytes = redundant(2);
    const auto red = parseRed(bytes);
    REQUIRE(red);
    REQUIRE(red->count == 3);
    CHECK(red->blocks[0].timestampOffset == 1920);
    CHECK(red->blocks[0].payload[0] == std::byte{2});
    CHECK(red->blocks[1].timestampOffset == 960);
    CHECK(red->blocks[1].payload[0] == std::byte{1});
    CHECK(red->blocks[2].payload.size() == 2);
}

TEST_CASE("eight older blocks are read, a ninth is refused", "[rtc]") {
    const auto most = redundant(8);
    REQUIRE(parseRed(most));
    CHECK(parseRed(most)->count == RedPayload::kMaxBlocks);
    CHECK_FALSE(parseRed(redundant(9)));
}

TEST_CASE("lengths over the end and headers without a primary are refused", "[rtc]") {
    const auto whole = redundant(2);
    // Without its last two bytes the primary is empty, which is allowed; one byte less and a block is cut.
    CHECK(parseRed(base::ByteView(whole).first(whole.size() - 2)));
    CHECK_FALSE(parseRed(base::ByteView(whole).first(whole.size() - 3)));
    CHECK_FALSE(parseRed(base::ByteView(whole).first(8)));
    CHECK_FALSE(parseRed(base::ByteView(whole).first(3)));
    CHECK_FALSE(parseRed({}));
}

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

TEST_CASE("what is written is read, the newest copies first when there is no room for all", "[rtc][red]") {
    const base::Bytes one(200, std::byte{1}), two(300, std::byte{2}), primary(100, std::byte{9});
    const std::vector<rtc::RedBlock> older{{0, 960, one}, {0, 1920, two}};
    base::Bytes out(1200);
    const auto size = rtc::writeRed(111, older, primary, out);
    REQUIRE(size == 1 + 100 + 2 * 4 + 500);
    const auto red = parseRed(base::ByteView(out).first(size));
    REQUIRE(red);
    CHECK(red->usable(111) == 2);
    CHECK(red->before(1).payload.size() == 200);
    CHECK(red->before(2).timestampOffset == 1920);
    CHECK(red->primary().payload.size() == 100);
    CHECK(rtc::writeRed(111, older, primary, std::span(out).first(size - 1)) == 1 + 100 + 4 + 200);
    CHECK(rtc::writeRed(111, older, primary, std::span(out).first(100)) == 0);
}

TEST_CASE("header fields bound what can ride along: 1023 bytes, 16383 samples", "[rtc][red]") {
    const base::Bytes longest(1023, std::byte{1}), longer(1024, std::byte{1}), primary(10, std::byte{9});
    base::Bytes out(3000);
    const auto with = [&](std::uint32_t offset, base::ByteView payload) {
        const std::vector<rtc::RedBlock> older{{0, offset, payload}};
        return rtc::writeRed(111, older, primary, out);
    };
    CHECK(with(16'383, longest) == 11 + 4 + 1023);
    CHECK(with(16'384, longest) == 11);
    CHECK(with(16'383, longer) == 11);
    const std::vector<rtc::RedBlock> many(RedPayload::kMaxBlocks, {0, 960, base::ByteView(primary)});
    CHECK(parseRed(base::ByteView(out).first(rtc::writeRed(111, many, primary, out)))->count == RedPayload::kMaxBlocks);
}

TEST_CASE("copies that do not go back in time, are empty or of another codec end the row", "[rtc][red]") {
    const base::Bytes payload(5, std::byte{1});
    RedPayload red;
    red.count = 4;
    red.blocks[3] = {111, 0, payload};
    red.blocks[2] = {111, 960, payload};
    red.blocks[1] = {111, 1920, payload};
    red.blocks[0] = {111, 2880, payload};
    CHECK(red.usable(111) == 3);
    red.blocks[1].timestampOffset = 960;
    CHECK(red.usable(111) == 1);
    red.blocks[1] = {111, 1920, {}};
    CHECK(red.usable(111) == 1);
    red.blocks[1] = {8, 1920, payload};
    CHECK(red.usable(111) == 1);
    red.blocks[2].timestampOffset = 0;
    CHECK(red.usable(111) == 0);
}

TEST_CASE("the sender's memory carries the frames before, as many as asked, none over a pause", "[rtc][red]") {
    rtc::RedHistory history;
    const auto frame = [](std::uint8_t n, std::size_t size = 40) { return base::Bytes(size, static_cast<std::byte>(n)); };
    const auto copies = [&](std::uint8_t n, std::uint32_t timestamp, std::size_t distance, std::size_t size = 40) {
        const auto packed = history.pack(111, frame(n, size), timestamp, distance);
        const auto red = parseRed(packed);
        REQUIRE(red);
        CHECK(red->primary().payload.size() == size);
        CHECK(red->usable(111) == red->older());
        std::vector<int> out;
        for (std::size_t i = 1; i <= red->older(); ++i) out.push_back(std::to_integer<int>(red->before(i).payload[0]));
        return out;
    };
    CHECK(copies(1, 960, 2) == std::vector<int>{});
    CHECK(copies(2, 1'920, 2) == std::vector<int>{1});
    CHECK(copies(3, 2'880, 2) == std::vector<int>{2, 1});
    CHECK(copies(4, 3'840, 0) == std::vector<int>{});
    CHECK(copies(5, 4'800, 9) == std::vector<int>{4, 3, 2, 1});
    CHECK(copies(6, 5'760, 9) == std::vector<int>{5, 4, 3, 2});   // four at most
    CHECK(copies(7, 5'760 + 16'384, 2) == std::vector<int>{});    // a pause is longer than the header can say
    CHECK(copies(8, 5'760 + 17'344, 2) == std::vector<int>{7});   // and cuts off what was before it
    CHECK(copies(9, 5'760 + 18'304, 2, 1024) == std::vector<int>{8});
    CHECK(copies(10, 5'760 + 19'264, 2) == std::vector<int>{});   // too long to be a copy
    history.clear();
    CHECK(copies(11, 5'760 + 20'224, 2) == std::vector<int>{});
}

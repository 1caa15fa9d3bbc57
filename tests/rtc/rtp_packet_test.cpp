// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/rtp_packet.h"

#include <array>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;
using base::fromHex;

namespace {

base::Bytes hex(const char* text) { return fromHex(text).value(); }

/// Version 2, payload type 111, sequence 7, timestamp 960, SSRC 0x11223344.
const std::string kFixed = "806f0007000003c011223344";

}  // namespace

TEST_CASE("an RTP packet without extensions is read field by field", "[rtc]") {
    const auto bytes = hex((kFixed + "78aabb").c_str());
    const auto packet = parseRtp(bytes);
    REQUIRE(packet);
    CHECK_FALSE(packet->marker);
    CHECK(packet->payloadType == 111);
    CHECK(packet->sequence == 7);
    CHECK(packet->timestamp == 960);
    CHECK(packet->ssrc == 0x11223344);
    CHECK(packet->payload.size() == 3);
    CHECK(packet->header.size() == 12);
    CHECK(packet->extensionProfile == 0);
    CHECK_FALSE(packet->level(1));
}

TEST_CASE("other versions and packets shorter than the fixed header are no RTP", "[rtc][T40]") {
    CHECK_FALSE(parseRtp(hex("406f0007000003c011223344")));
    CHECK_FALSE(parseRtp(hex("c06f0007000003c011223344")));
    const auto whole = hex(kFixed.c_str());
    CHECK(parseRtp(whole));
    CHECK_FALSE(parseRtp(base::ByteView(whole).first(11)));
    CHECK_FALSE(parseRtp({}));
}

TEST_CASE("contributing sources are skipped, and may not reach over the end", "[rtc][T40]") {
    const auto two = hex("826f0007000003c011223344000000010000000278");
    REQUIRE(parseRtp(two));
    CHECK(parseRtp(two)->payload.size() == 1);
    CHECK_FALSE(parseRtp(hex("836f0007000003c0112233440000000100000002")));
}

TEST_CASE("padding is cut off, and may be the whole payload but not more", "[rtc][T40]") {
    CHECK(parseRtp(hex("a06f0007000003c01122334478000003"))->payload.size() == 1);
    CHECK(parseRtp(hex("a06f0007000003c01122334400000004"))->payload.empty());
    CHECK_FALSE(parseRtp(hex("a06f0007000003c01122334400000005")));
    CHECK_FALSE(parseRtp(hex("a06f0007000003c01122334400000000")));
    CHECK_FALSE(parseRtp(hex("a06f0007000003c011223344")));
}

TEST_CASE("one-byte extensions: padding between elements, unknown ids, level and mid", "[rtc]") {
    // id 1: 0xa2 = voice, -34 dBov; a padding byte; id 5 of 3 bytes; id 4 = "12".
    const auto bytes = hex("906f0007000003c011223344bede000310a20052010203413132000078");
    const auto packet = parseRtp(bytes);
    REQUIRE(packet);
    REQUIRE(packet->level(1));
    CHECK(packet->level(1)->value == 34);
    REQUIRE(packet->mid(4));
    CHECK(*packet->mid(4) == "12");
    CHECK(packet->extension(5)->size() == 3);
    CHECK_FALSE(packet->extension(2));
    CHECK_FALSE(packet->extension(0));
    CHECK_FALSE(packet->extension(15));
    CHECK(packet->payload.size() == 1);
}

TEST_CASE("id 15 ends a one-byte block, and an element over the end is not found", "[rtc][T40]") {
    CHECK_FALSE(parseRtp(hex("906f0007000003c011223344bede0001f0001022"))->extension(1));
    CHECK_FALSE(parseRtp(hex("906f0007000003c011223344bede000000"))->extension(1));
    CHECK_FALSE(parseRtp(hex("906f0007000003c011223344bede00011f000000"))->extension(1));
}

TEST_CASE("two-byte extensions are read too, with ids over 14 and empty elements", "[rtc]") {
    const auto bytes = hex("906f0007000003c0112233441000000201012204013014000078");
    const auto packet = parseRtp(bytes);
    REQUIRE(packet);
    CHECK(packet->level(1)->value == 34);
    CHECK(*packet->mid(4) == "0");
    REQUIRE(packet->extension(20));
    CHECK(packet->extension(20)->empty());
    CHECK_FALSE(packet->level(20));
}

TEST_CASE("an extension length over the end of the packet makes it no RTP", "[rtc][T40]") {
    CHECK(parseRtp(hex("906f0007000003c011223344bede000110a20000")));
    CHECK_FALSE(parseRtp(hex("906f0007000003c011223344bede000210a20000")));
    CHECK_FALSE(parseRtp(hex("906f0007000003c011223344bedeffff10a20000")));
    CHECK_FALSE(parseRtp(hex("906f0007000003c011223344bede")));
}

TEST_CASE("an RTP header that was written is read back", "[rtc]") {
    RtpHeader header;
    header.marker = true;
    header.payloadType = 109;
    header.sequence = 65535;
    header.timestamp = 0xfffffff0;
    header.ssrc = 0xdeadbeef;
    header.levelExtensionId = 1;
    header.level.value = 127;
    header.voice = false;
    header.midExtensionId = 14;
    header.mid = "audio-3";
    std::array<std::byte, 48> out;
    const auto size = writeRtpHeader(header, out);
    REQUIRE(size == 12 + 4 + 12);
    const auto packet = parseRtp(base::ByteView(out).first(size));
    REQUIRE(packet);
    CHECK(packet->marker);
    CHECK(packet->payloadType == 109);
    CHECK(packet->sequence == 65535);
    CHECK(packet->timestamp == 0xfffffff0);
    CHECK(packet->ssrc == 0xdeadbeef);
    CHECK(packet->level(1)->value == 127);
    CHECK(std::to_integer<int>((*packet->extension(1))[0]) == 0x7f);
    CHECK(*packet->mid(14) == "audio-3");
}

TEST_CASE("a header without extensions is twelve bytes, and nothing is written where there is no room", "[rtc]") {
    std::array<std::byte, 48> out;
    CHECK(writeRtpHeader({}, out) == 12);
    CHECK(writeRtpHeader({}, std::span(out).first(12)) == 12);
    CHECK(writeRtpHeader({}, std::span(out).first(11)) == 0);
    RtpHeader header;
    header.levelExtensionId = 1;
    CHECK(writeRtpHeader(header, std::span(out).first(20)) == 20);
    CHECK(writeRtpHeader(header, std::span(out).first(19)) == 0);
}

TEST_CASE("a mid of 16 characters fits the one-byte form, a longer one is left out", "[rtc]") {
    std::array<std::byte, 48> out;
    RtpHeader header;
    header.midExtensionId = 4;
    const std::string longest(16, 'm'), longer(17, 'm');
    header.mid = longest;
    auto size = writeRtpHeader(header, out);
    CHECK(parseRtp(base::ByteView(out).first(size))->mid(4) == std::string_view(longest));
    header.mid = longer;
    size = writeRtpHeader(header, out);
    CHECK(size == 12);
}

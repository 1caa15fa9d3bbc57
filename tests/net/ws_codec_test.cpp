// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "core/net/ws_codec.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::net;
using base::asBytes;
using base::asText;
using Mask = std::array<std::byte, 4>;

namespace {

constexpr Mask kMask{std::byte{0x37}, std::byte{0xfa}, std::byte{0x21}, std::byte{0x3d}};

struct Result {
    std::vector<std::pair<WsOpcode, std::string>> events;
    std::optional<WsFailure> failure;
    int closeCode = 0;
};

Result decode(base::ByteView bytes, WsRole role = WsRole::server, const Limits& limits = {}, std::size_t chunk = SIZE_MAX) {
    WsDecoder decoder(role, limits);
    Result out;
    while (!bytes.empty() && !out.failure) {
        const auto part = bytes.first(std::min(chunk, bytes.size()));
        out.failure = decoder.feed(part, base::TimePoint{}, [&](const WsEvent& e) {
            out.events.emplace_back(e.kind, std::string(asText(e.payload)));
            if (e.kind == WsOpcode::close) out.closeCode = e.closeCode;
            return true;
        });
        bytes = bytes.subspan(part.size());
    }
    return out;
}

/// A masked frame with any first byte.
base::Bytes frame(unsigned first, std::string_view payload) {
    auto out = encodeFrame(WsOpcode::binary, asBytes(payload), kMask);
    out[0] = static_cast<std::byte>(first);
    return out;
}

base::Bytes joined(std::initializer_list<base::Bytes> parts) {
    base::Bytes out;
    for (const auto& p : parts) out.insert(out.end(), p.begin(), p.end());
    return out;
}

int codeOf(const base::Bytes& bytes, const Limits& limits = {}) {
    const auto result = decode(bytes, WsRole::server, limits);
    return result.failure ? result.failure->code : 0;
}

}  // namespace

TEST_CASE("the examples of RFC 6455 are read and written", "[net][ws]") {
    CHECK(acceptKey("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    CHECK(base::toHex(encodeFrame(WsOpcode::text, asBytes("Hello"))) == "810548656c6c6f");
    CHECK(base::toHex(encodeFrame(WsOpcode::text, asBytes("Hello"), kMask)) == "818537fa213d7f9f4d5158");
    const auto whole = decode(*base::fromHex("818537fa213d7f9f4d5158"));
    REQUIRE(whole.events.size() == 1);
    CHECK(whole.events[0] == std::pair(WsOpcode::text, std::string("Hello")));
    const auto pieces = decode(*base::fromHex("010348656c80026c6f"), WsRole::client);
    REQUIRE(pieces.events.size() == 1);
    CHECK(pieces.events[0].second == "Hello");
}

TEST_CASE("every length form comes back whole, however the bytes are cut", "[net][ws]") {
    for (const std::size_t size : {0u, 1u, 125u, 126u, 127u, 65535u, 65536u, 100000u}) {
        std::string payload;
        for (std::size_t i = 0; i < size; ++i) payload.push_back(static_cast<char>(i * 31));
        const auto bytes = encodeFrame(WsOpcode::binary, asBytes(payload), kMask);
        for (const std::size_t chunk : {std::size_t{1}, std::size_t{3}, std::size_t{4096}, SIZE_MAX}) {
            const auto result = decode(bytes, WsRole::server, {}, chunk);
            REQUIRE(result.events.size() == 1);
            CHECK(result.events[0].second == payload);
            CHECK_FALSE(result.failure);
        }
    }
}

TEST_CASE("control frames may stand between the pieces of a message", "[net][ws]") {
    const auto result = decode(joined({frame(0x01, "Hel"), frame(0x89, "p"), frame(0x80, "lo")}));
    REQUIRE(result.events.size() == 2);
    CHECK(result.events[0] == std::pair(WsOpcode::ping, std::string("p")));
    CHECK(result.events[1] == std::pair(WsOpcode::text, std::string("Hello")));
}

TEST_CASE("T36 frames that break RFC 6455 end the connection with 1002", "[net][ws][T36]") {
    for (const unsigned first : {0xc2u, 0xa2u, 0x92u, 0x83u, 0x87u, 0x8bu, 0x8fu}) CHECK(codeOf(frame(first, "x")) == 1002);
    CHECK(codeOf(encodeFrame(WsOpcode::binary, asBytes("unmasked"))) == 1002);
    CHECK(decode(encodeFrame(WsOpcode::binary, asBytes("masked"), kMask), WsRole::client).failure->code == 1002);
    CHECK(codeOf(frame(0x80, "continues nothing")) == 1002);
    CHECK(codeOf(joined({frame(0x02, "a"), frame(0x82, "b")})) == 1002);
    CHECK(codeOf(frame(0x09, "ping in pieces")) == 1002);
    CHECK(codeOf(frame(0x89, std::string(125, 'p'))) == 0);
    CHECK(codeOf(frame(0x89, std::string(126, 'p'))) == 1002);
    // Lengths not in their shortest form, and one with the top bit.
    CHECK(codeOf(*base::fromHex("82fe007d37fa213d")) == 1002);
    CHECK(codeOf(*base::fromHex("82ff000000000000ffff37fa213d")) == 1002);
    CHECK(codeOf(*base::fromHex("82ff800000000000000037fa213d")) == 1002);
}

TEST_CASE("T36 text that is not UTF-8 ends with 1007, good text passes", "[net][ws][T36]") {
    for (const char* good : {"", "ascii", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x8e\xa4", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"})
        CHECK(codeOf(frame(0x81, good)) == 0);
    for (const char* bad : {"\x80", "\xc0\xaf", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xe0\x80\x80", "\xf4\x90\x80\x80",
                            "\xf5\x80\x80\x80", "\xff", "\xf0\x80\x80\x80", "a\xc3(b"})
        CHECK(codeOf(frame(0x81, bad)) == 1007);
    // A character cut in two by the fragments is whole in the message.
    CHECK(codeOf(joined({frame(0x01, "\xe2\x82"), frame(0x80, "\xac")})) == 0);
}

TEST_CASE("T36 close frames are judged by code and reason", "[net][ws][T36]") {
    const auto close = [](std::initializer_list<unsigned> bytes) {
        std::string payload;
        for (const auto b : bytes) payload.push_back(static_cast<char>(b));
        return decode(frame(0x88, payload));
    };
    CHECK(close({}).closeCode == 1005);
    CHECK(close({0x03, 0xe8}).closeCode == 1000);
    CHECK(close({0x0b, 0xb8, 'o', 'k'}).events.at(0).second == "ok");
    CHECK(close({0x03}).failure->code == 1002);
    for (const unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 2999u, 5000u, 65535u})
        CHECK(close({code >> 8, code & 0xff}).failure->code == 1002);
    for (const unsigned code : {1000u, 1003u, 1007u, 1011u, 3000u, 4999u})
        CHECK(close({code >> 8, code & 0xff}).closeCode == static_cast<int>(code));
    CHECK(close({0x03, 0xe8, 0xff}).failure->code == 1007);
    CHECK(closePayload(1006, "x").empty());
    CHECK(closePayload(1000, std::string(200, 'r')).size() == 125);
    CHECK(isUtf8(base::ByteView(closePayload(1000, std::string(122, 'r') + "\xc3\xa4")).subspan(2)));
}

TEST_CASE("T33 a message of the limit passes, one byte more ends with 1009 before it is stored", "[net][ws][T33]") {
    Limits limits;
    limits.messageBytes = 1000;
    CHECK(codeOf(frame(0x82, std::string(1000, 'm')), limits) == 0);
    CHECK(codeOf(frame(0x82, std::string(1001, 'm')), limits) == 1009);
    CHECK(codeOf(joined({frame(0x02, std::string(600, 'm')), frame(0x80, std::string(400, 'm'))}), limits) == 0);
    CHECK(codeOf(joined({frame(0x02, std::string(600, 'm')), frame(0x80, std::string(401, 'm'))}), limits) == 1009);
    // The header alone is enough: 2^62 bytes are announced, none is sent.
    CHECK(codeOf(*base::fromHex("82ff400000000000000037fa213d")) == 1009);
    // 2 MiB is the default.
    auto big = encodeFrame(WsOpcode::binary, base::Bytes(2 * 1024 * 1024), kMask);
    CHECK(codeOf(big) == 0);
    CHECK(codeOf(encodeFrame(WsOpcode::binary, base::Bytes(2 * 1024 * 1024 + 1), kMask)) == 1009);
}

TEST_CASE("T36 64 fragments pass, 65 do not, empty ones count too", "[net][ws][T36]") {
    const auto fragments = [](int count, const char* payload) {
        base::Bytes out;
        for (int i = 0; i < count; ++i) {
            const auto part = frame((i == 0 ? 0x02u : 0x00u) | (i == count - 1 ? 0x80u : 0u), payload);
            out.insert(out.end(), part.begin(), part.end());
        }
        return out;
    };
    CHECK(codeOf(fragments(64, "x")) == 0);
    CHECK(codeOf(fragments(65, "x")) == 1008);
    CHECK(codeOf(fragments(65, "")) == 1008);
    CHECK(codeOf(joined({fragments(64, "x"), fragments(64, "x")})) == 0);
}

TEST_CASE("T36 ten control frames in a second pass, the eleventh does not, the next second starts anew", "[net][ws][T36]") {
    WsDecoder decoder(WsRole::server, {});
    const auto ping = frame(0x89, "");
    base::TimePoint now(std::chrono::seconds(100));
    const auto feed = [&] { return decoder.feed(ping, now, [](const WsEvent&) { return true; }); };
    for (int second = 0; second < 3; ++second) {
        for (int i = 0; i < 10; ++i) CHECK_FALSE(feed());
        now += std::chrono::seconds(1);
    }
    for (int i = 0; i < 10; ++i) CHECK_FALSE(feed());
    REQUIRE(feed());
    CHECK(feed()->code == 1008);
}

// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/stun.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;

namespace {

// RFC 5769 sections 2.1 to 2.3.
constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";
constexpr std::string_view kRequest =
    "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
constexpr std::string_view kResponseV4 =
    "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
    "002000080001a147e112a643000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";
constexpr std::string_view kResponseV6 =
    "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d900080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c";

base::Bytes bytes(std::string_view hex) { return base::fromHex(hex).value(); }

base::Bytes check(std::string_view password = kPassword) {
    StunWriter w(StunClass::request, kStunBinding, randomTransactionId());
    w.username("server:client").priority(0x6e7f00ff).controlling(0x1122334455667788).useCandidate();
    return w.finish(password);
}

}  // namespace

TEST_CASE("the sample request of RFC 5769 is read and its integrity holds") {
    const auto raw = bytes(kRequest);
    const auto m = parseStun(raw);
    REQUIRE(m);
    CHECK(m->messageClass == StunClass::request);
    CHECK(m->method == kStunBinding);
    CHECK(m->username == "evtj:h6vY");
    CHECK(m->priority == 0x6e0001ffu);
    CHECK(m->controlled == 0x932ff9b151263b36u);
    CHECK_FALSE(m->controlling);
    CHECK_FALSE(m->useCandidate);
    CHECK(m->hasFingerprint);
    CHECK(checkIntegrity(*m, kPassword));
    CHECK_FALSE(checkIntegrity(*m, "VOkJxbRl1RmTxUk/WvJxBu"));
    CHECK_FALSE(checkIntegrity(*m, ""));
}

TEST_CASE("the sample responses of RFC 5769 carry their addresses") {
    const auto v4 = bytes(kResponseV4);
    const auto m4 = parseStun(v4);
    REQUIRE(m4);
    CHECK(m4->messageClass == StunClass::success);
    CHECK(m4->mappedAddress == base::SocketAddress::parse("192.0.2.1:32853"));
    CHECK(checkIntegrity(*m4, kPassword));
    const auto v6 = bytes(kResponseV6);
    const auto m6 = parseStun(v6);
    REQUIRE(m6);
    CHECK(m6->mappedAddress == base::SocketAddress::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
    CHECK(checkIntegrity(*m6, kPassword));
}

TEST_CASE("what is written is read back") {
    const auto raw = check();
    const auto m = parseStun(raw);
    REQUIRE(m);
    CHECK(m->username == "server:client");
    CHECK(m->priority == 0x6e7f00ffu);
    CHECK(m->controlling == 0x1122334455667788u);
    CHECK(m->useCandidate);
    CHECK(m->hasFingerprint);
    CHECK(checkIntegrity(*m, kPassword));

    for (const auto* text : {"192.0.2.7:65535", "[2001:db8::1]:1"}) {
        const auto address = base::SocketAddress::parse(text);
        StunWriter w(StunClass::success, kStunBinding, randomTransactionId());
        const auto answer = w.xorMappedAddress(*address).finish(kPassword);
        const auto back = parseStun(answer);
        REQUIRE(back);
        CHECK(back->mappedAddress == address);
    }
    StunWriter w(StunClass::error, kStunBinding, randomTransactionId());
    const auto error = w.errorCode(487, "Role Conflict").finish(kPassword);
    const auto back = parseStun(error);
    REQUIRE(back);
    CHECK(back->messageClass == StunClass::error);
    CHECK(back->errorCode == 487);
    CHECK(back->errorReason == "Role Conflict");
}

TEST_CASE("a message with any flipped bit is refused or loses its integrity") {
    const auto good = check();
    for (std::size_t i = 0; i < good.size() * 8; ++i) {
        auto bad = good;
        bad[i / 8] ^= static_cast<std::byte>(1 << (i % 8));
        const auto m = parseStun(bad);
        // FINGERPRINT catches every one, unless the flip made another attribute of it.
        CHECK_FALSE((m && m->hasFingerprint));
    }
    // Without FINGERPRINT (the last 8 bytes) only MESSAGE-INTEGRITY is left.
    base::Bytes bare(good.begin(), good.end() - 8);
    bare[3] = static_cast<std::byte>(bare.size() - 20);
    REQUIRE(parseStun(bare));
    CHECK(checkIntegrity(*parseStun(bare), kPassword));
    for (std::size_t i = 20 * 8; i < bare.size() * 8; ++i) {
        auto bad = bare;
        bad[i / 8] ^= static_cast<std::byte>(1 << (i % 8));
        const auto m = parseStun(bad);
        CHECK_FALSE((m && checkIntegrity(*m, kPassword)));
    }
}

TEST_CASE("every truncation of a message is refused") {
    const auto good = check();
    for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(parseStun(base::ByteView(good).first(n)));
    auto longer = good;
    longer.push_back(std::byte{0});
    CHECK_FALSE(parseStun(longer));
}

TEST_CASE("attributes behind MESSAGE-INTEGRITY are not believed") {
    StunWriter w(StunClass::request, kStunBinding, randomTransactionId());
    auto raw = w.username("a:b").finish(kPassword);
    raw.resize(raw.size() - 8);  // FINGERPRINT away, USE-CANDIDATE on
    for (const int b : {0x00, 0x25, 0x00, 0x00}) raw.push_back(static_cast<std::byte>(b));
    raw[3] = static_cast<std::byte>(raw.size() - 20);
    const auto m = parseStun(raw);
    REQUIRE(m);
    CHECK(checkIntegrity(*m, kPassword));
    CHECK_FALSE(m->useCandidate);
}

TEST_CASE("an attribute that has to be understood and is not is named") {
    StunWriter w(StunClass::request, kStunBinding, randomTransactionId());
    w.username("a:b");
    auto raw = w.finish("");
    raw.resize(raw.size() - 8);
    for (const int b : {0x00, 0x33, 0x00, 0x00}) raw.push_back(static_cast<std::byte>(b));
    raw[3] = static_cast<std::byte>(raw.size() - 20);
    const auto m = parseStun(raw);
    REQUIRE(m);
    CHECK(m->unknownRequired == 0x0033);
}

TEST_CASE("the longest message is 1280 bytes") {
    const auto withSoftware = [](std::size_t size) {
        StunWriter w(StunClass::request, kStunBinding, randomTransactionId());
        w.software(std::string(size, 'x'));
        return w.finish("");
    };
    const auto largest = withSoftware(kMaxStunSize - 20 - 4 - 8);
    CHECK(largest.size() == kMaxStunSize);
    CHECK(parseStun(largest));
    CHECK_FALSE(parseStun(withSoftware(kMaxStunSize - 20 - 4 - 8 + 1)));
}

TEST_CASE("the receiver's ufrag is found without reading the rest") {
    const auto raw = check();
    CHECK(stunLocalUfrag(raw) == "server");
    CHECK(stunLocalUfrag(bytes(kRequest)) == "evtj");
    CHECK_FALSE(stunLocalUfrag(bytes(kResponseV4)));
    CHECK_FALSE(stunLocalUfrag({}));
    const auto noColon = StunWriter(StunClass::request, kStunBinding, randomTransactionId()).username("ab").finish("");
    CHECK_FALSE(stunLocalUfrag(noColon));
    for (std::size_t n = 0; n < raw.size(); ++n) (void)stunLocalUfrag(base::ByteView(raw).first(n));
}

TEST_CASE("what sends a client elsewhere, and which kind of address it wants, is read back", "[turn]") {
    const auto id = randomTransactionId();
    const auto v4 = *base::SocketAddress::parse("198.51.100.2:3479"), v6 = *base::SocketAddress::parse("[2001:db8::1]:443");
    for (const auto& to : {v4, v6}) {
        const auto bytes = StunWriter(StunClass::error, kTurnAllocate, id).errorCode(300, "").alternateServer(to).alternateDomain("relay.example").finish("");
        const auto read = parseStun(bytes);
        REQUIRE(read);
        CHECK(read->turn.alternate == to);
        CHECK(read->turn.alternateDomain == "relay.example");
        CHECK_FALSE(read->unknownRequired);
    }
    const auto asking = StunWriter(StunClass::request, kTurnAllocate, id).requestedFamilyV6().additionalFamilyV6().finish("");
    CHECK(parseStun(asking)->turn.family == 2);
    CHECK(parseStun(asking)->turn.additionalFamily == 2);
    const auto two = StunWriter(StunClass::success, kTurnAllocate, id).xorRelayedAddress(v4).xorRelayedAddress(v6).finish("");
    CHECK(parseStun(two)->turn.relayed == v4);
    CHECK(parseStun(two)->turn.relayedToo == v6);
    CHECK(parseStun(StunWriter(StunClass::error, kTurnAllocate, id).alternateDomain(std::string(255, 'a')).finish("")));
    CHECK_FALSE(parseStun(StunWriter(StunClass::error, kTurnAllocate, id).alternateDomain(std::string(256, 'a')).finish("")));
    CHECK_FALSE(parseStun(StunWriter(StunClass::error, kTurnAllocate, id).alternateDomain("").finish("")));
}

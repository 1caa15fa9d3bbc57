// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/queue.h"
#include "core/base/socket_address.h"
#include "core/base/spsc_ring.h"
#include "core/base/thread_executor.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/manual_executor.h"
#include "tests/support/memory_channel.h"
#include "tests/support/memory_socket.h"

using namespace parlour;
using namespace parlour::base;

TEST_CASE("an address reads back as it was written, in every form", "[base]") {
    for (const char* text : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "fe80::1", "2001:db8::1:0:0:1",
                             "1:2:3:4:5:6:7:8", "2001:db8:0:1:1:1:1:1"}) {
        const auto ip = IpAddress::parse(text);
        REQUIRE(ip);
        CHECK(ip->toString() == text);
    }
    CHECK(IpAddress::parse("::ffff:10.0.0.1")->toString() == "10.0.0.1");
    for (const char* text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", ":::", "1::2::3", "g::1",
                             "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:", "localhost"})
        CHECK_FALSE(IpAddress::parse(text));
    CHECK(SocketAddress::parse("[::1]:443")->toString() == "[::1]:443");
    CHECK(SocketAddress::parse("10.1.2.3:1")->port == 1);
    for (const char* text : {"1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "::1:80", "[::1]80"})
        CHECK_FALSE(SocketAddress::parse(text));
}

TEST_CASE("a reader that ran out of bytes stays failed and yields zeros", "[base]") {
    const Bytes data{std::byte{1}, std::byte{2}, std::byte{3}};
    ByteReader reader(data);
    CHECK(reader.u16() == 0x0102);
    CHECK(reader.u16() == 0);
    CHECK_FALSE(reader.ok());
    CHECK(reader.u8() == 0);
    CHECK(reader.remaining() == 0);
}

TEST_CASE("base64url, base64, base32 and hex follow RFC 4648", "[base]") {
    CHECK(toBase64(asBytes("foobar")) == "Zm9vYmFy");
    CHECK(toBase64(asBytes("fooba")) == "Zm9vYmE=");
    CHECK(toBase64Url(asBytes("fooba")) == "Zm9vYmE");
    CHECK(toBase64Url(asBytes("fooba"), true) == "Zm9vYmE=");
    CHECK(asText(*fromBase64Url("Zm9vYmE")) == "fooba");
    CHECK_FALSE(fromBase64Url("Zm9vYmF"));  // spare bits set
    CHECK_FALSE(fromBase64Url("a+b/"));
    CHECK(toBase32Lower(asBytes("foobar")) == "mzxw6ytboi");
    CHECK(toHex(asBytes("az")) == "617a");
    CHECK_FALSE(fromHex("6g"));
}

TEST_CASE("the log masks secrets wherever they stand", "[base][T48]") {
    CHECK(redact("GET /rtc?access_token=abc.def.ghi&x=1") == "GET /rtc?access_token=***&x=1");
    CHECK(redact("link https://h/i/ID#k=SECRET22") == "link https://h/i/ID#k=***");
    CHECK(redact("a=ice-pwd:topsecret\r\n") == "a=ice-pwd:***\\r\\n");
    CHECK(redact("token eyJhbGciOi.eyJzdWIi.c2ln end") == "token *** end");
    CHECK(redact("eyJhb is not a token") == "eyJhb is not a token");
}

TEST_CASE("a full queue refuses and counts, a ring takes what fits", "[base]") {
    SpscQueue<int> queue(3);
    int accepted = 0;
    for (int i = 0; i < 10; ++i) accepted += queue.push(i) ? 1 : 0;
    CHECK(accepted >= 3);
    CHECK(queue.dropped() == static_cast<std::uint64_t>(10 - accepted));
    SpscQueue<std::unique_ptr<int>> full(3);
    auto whole = std::make_unique<int>(7);
    while (full.push(std::move(whole))) whole = std::make_unique<int>(7);
    CHECK(whole);  // refused, and not lost
    SpscRing<float> ring(4);
    const std::vector<float> in{1, 2, 3, 4, 5};
    CHECK(ring.write(in) == 4);
    std::vector<float> out(3);
    CHECK(ring.read(out) == 3);
    CHECK(out[2] == 3.0f);
    CHECK(ring.write(in) == 3);
    CHECK(ring.discard(10) == 4);
}

TEST_CASE("a cancelled timer never fires, others fire in order of time", "[base]") {
    tests::ManualClock clock;
    tests::ManualExecutor executor(clock);
    std::vector<int> order;
    auto a = executor.postAfter(20ms, [&] { order.push_back(2); });
    auto b = executor.postAfter(10ms, [&] { order.push_back(1); });
    auto c = executor.postAfter(15ms, [&] { order.push_back(9); });
    c.cancel();
    executor.runFor(30ms);
    CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE("the thread executor runs what was posted before it ends", "[base]") {
    tests::ManualClock clock;
    std::atomic<int> ran{0};
    {
        ThreadExecutor executor("test", clock);
        for (int i = 0; i < 100; ++i) executor.post([&] { ++ran; });
        auto never = executor.postAfter(1h, [&] { ran = -1000; });
        CHECK_FALSE(executor.isCurrent());
        never = Timer();
    }
    CHECK(ran == 100);
}

TEST_CASE("a thread executor that has finished drops what is posted to it later", "[base]") {
    tests::ManualClock clock;
    std::atomic<int> ran{0};
    auto alive = std::make_shared<int>(0);
    ThreadExecutor executor("test", clock);
    executor.post([&] { ++ran; });
    executor.finish();
    CHECK(ran == 1);
    executor.post([&ran, alive] { ++ran; });
    const auto never = executor.postAfter(0ms, [&ran, alive] { ++ran; });
    CHECK(alive.use_count() == 1);
    executor.finish();
    CHECK(ran == 1);
}

TEST_CASE("the network in memory loses, delays and duplicates by its seed", "[base]") {
    tests::ManualClock clock;
    tests::ManualExecutor executor(clock);
    tests::MemoryNetwork network(executor, 7);
    auto a = network.open(*SocketAddress::parse("10.0.0.1:1"));
    auto b = network.open(*SocketAddress::parse("10.0.0.2:2"));
    int got = 0;
    b->onDatagram([&](auto, const auto& from) { got += from.port == 1 ? 1 : 0; });
    network.impairment = {.delay = 10ms, .jitter = 5ms, .loss = 0.5};
    for (int i = 0; i < 1000; ++i) a->send(asBytes("x"), b->localAddress());
    executor.runFor(9ms);
    CHECK(got == 0);
    executor.runFor(10ms);
    CHECK(got > 400);
    CHECK(got < 600);
}

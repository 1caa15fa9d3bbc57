// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/sctp_association.h"

#include <barrier>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "core/rtc/data_channel.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace std::chrono_literals;
using base::TimePoint;

namespace {

/// Two associations that exchange packets at once, on virtual time.
struct Pair {
    std::unique_ptr<SctpAssociation> a = std::make_unique<SctpAssociation>(), b = std::make_unique<SctpAssociation>();
    TimePoint now{1000s};
    bool cut = false;
    bool collect = false;   // b's messages are taken as they come, and counted
    std::size_t collected = 0;
    std::size_t moved = 0;  // packets
    std::function<void()> beat = [] {};   // before each step

    void exchange() {
        for (int round = 0; round < 200; ++round) {
            bool any = false;
            while (auto packet = a->pollPacket()) {
                any = true;
                ++moved;
                if (!cut && b) b->handlePacket(*packet, now);
                while (collect && b->pollMessage()) ++collected;
            }
            while (b) {
                auto packet = b->pollPacket();
                if (!packet) break;
                any = true;
                ++moved;
                if (!cut) a->handlePacket(*packet, now);
            }
            if (!any) return;
        }
    }
    void run(base::Duration d) {
        for (const auto end = now + d; now < end; now += 10ms) {
            beat();
            exchange();
            a->handleTimeout(now);
            if (b) b->handleTimeout(now);
        }
        exchange();
    }
    void connect() {
        a->start(now);
        b->start(now);
        run(2s);
        REQUIRE(a->connected());
        REQUIRE(b->connected());
    }
};

base::Bytes filled(std::size_t size) { return base::Bytes(size, std::byte{7}); }

}  // namespace

TEST_CASE("both sides connect and messages arrive whole with stream and kind", "[rtc]") {
    Pair pair;
    pair.connect();
    REQUIRE(pair.a->send(3, 51, base::asBytes("hello"), Reliability::ordered, pair.now));
    REQUIRE(pair.b->send(15, 53, filled(60'000), Reliability::ordered, pair.now));
    pair.run(1s);
    const auto hello = pair.b->pollMessage();
    REQUIRE(hello);
    CHECK(hello->stream == 3);
    CHECK(hello->ppid == 51);
    CHECK(base::asText(hello->bytes) == "hello");
    const auto large = pair.a->pollMessage();
    REQUIRE(large);
    CHECK(large->stream == 15);
    CHECK(large->bytes.size() == 60'000);
}

TEST_CASE("stream 15 is the last one, stream 16 is refused", "[rtc][T41]") {
    Pair pair;
    pair.connect();
    CHECK(pair.a->send(15, 53, filled(1), Reliability::ordered, pair.now));
    CHECK_FALSE(pair.a->send(16, 53, filled(1), Reliability::ordered, pair.now));
}

TEST_CASE("64 KiB is the longest message, and an empty one is none", "[rtc][T41]") {
    Pair pair;
    pair.connect();
    CHECK(pair.a->send(1, 53, filled(SctpAssociation::kMaxMessage), Reliability::ordered, pair.now));
    CHECK_FALSE(pair.a->send(1, 53, filled(SctpAssociation::kMaxMessage + 1), Reliability::ordered, pair.now));
    CHECK_FALSE(pair.a->send(1, 53, {}, Reliability::ordered, pair.now));
}

TEST_CASE("one mebibyte waits at most while the peer does not answer, and all of it arrives when it does", "[rtc][T41]") {
    Pair pair;
    pair.connect();
    pair.cut = true;
    std::size_t accepted = 0;
    while (accepted < 10'000 && pair.a->send(1, 53, filled(1024), Reliability::ordered, pair.now)) ++accepted;
    CHECK(pair.a->queued() == SctpAssociation::kMaxQueued);
    CHECK_FALSE(pair.a->send(1, 53, filled(1), Reliability::ordered, pair.now));
    pair.cut = false;
    pair.collect = true;
    pair.run(60s);
    CHECK(pair.collected == accepted);
    CHECK(pair.a->queued() == 0);
}

TEST_CASE("lost packets of an ordered message are sent again, an unordered one is given up", "[rtc]") {
    Pair pair;
    pair.connect();
    pair.cut = true;
    REQUIRE(pair.a->send(1, 53, base::asBytes("kept"), Reliability::ordered, pair.now));
    REQUIRE(pair.a->send(2, 53, base::asBytes("gone"), Reliability::unordered, pair.now));
    pair.run(100ms);
    pair.cut = false;
    // The library looks at the wall clock, too, before it repeats anything: here time has to be the real one.
    const auto begin = std::chrono::steady_clock::now();
    const auto start = pair.now;
    std::optional<SctpMessage> message;
    while (!message && pair.now < start + 5s) {
        pair.now = start + std::chrono::duration_cast<base::Duration>(std::chrono::steady_clock::now() - begin);
        pair.a->handleTimeout(pair.now);
        pair.b->handleTimeout(pair.now);
        pair.exchange();
        message = pair.b->pollMessage();
    }
    REQUIRE(message);
    CHECK(base::asText(message->bytes) == "kept");
    CHECK_FALSE(pair.b->pollMessage());
}

TEST_CASE("a quiet association is looked at every ten seconds, one that waits for an answer four times a second", "[rtc]") {
    Pair pair;
    pair.connect();
    REQUIRE(pair.a->send(1, 53, filled(100), Reliability::ordered, pair.now));
    pair.run(3s);
    CHECK(pair.a->nextTimeout() - pair.now > 5s);
    CHECK(pair.b->nextTimeout() - pair.now > 5s);
    const auto before = pair.moved;
    pair.run(60s);
    CHECK(pair.moved == before);   // no heartbeats
    CHECK(pair.a->connected());
    pair.cut = true;
    REQUIRE(pair.a->send(1, 53, filled(100), Reliability::ordered, pair.now));
    pair.run(1s);
    CHECK(pair.a->nextTimeout() - pair.now <= 250ms);
}

TEST_CASE("an association may be destroyed in any state", "[rtc]") {
    const TimePoint now{5s};
    { SctpAssociation never; }
    {
        SctpAssociation started;
        started.start(now);
    }
    {
        Pair pair;   // in the middle of the handshake
        pair.a->start(pair.now);
        pair.b->start(pair.now);
        if (const auto init = pair.a->pollPacket()) pair.b->handlePacket(*init, pair.now);
        pair.b.reset();
        pair.run(1s);
    }
    {
        Pair pair;   // with much under way
        pair.connect();
        for (int i = 0; i < 40; ++i) pair.a->send(1, 53, filled(30'000), Reliability::ordered, pair.now);
        pair.a->pollPacket();
    }
}

TEST_CASE("a peer that vanished ends the association after a while, and nothing is accepted then", "[rtc]") {
    Pair pair;
    pair.connect();
    pair.b.reset();
    CHECK(pair.a->send(1, 53, filled(100), Reliability::ordered, pair.now));
    pair.run(120s);
    CHECK(pair.a->ended());
    CHECK_FALSE(pair.a->connected());
    CHECK_FALSE(pair.a->send(1, 53, filled(100), Reliability::ordered, pair.now));
}

TEST_CASE("bytes that are no SCTP harm nothing", "[rtc]") {
    Pair pair;
    pair.connect();
    for (std::size_t size = 0; size < 200; ++size) pair.a->handlePacket(filled(size), pair.now);
    pair.a->send(1, 53, base::asBytes("still"), Reliability::ordered, pair.now);
    pair.run(1s);
    CHECK(pair.b->pollMessage());
}

TEST_CASE("on the wire both ends are port 5000, and a packet with another port or a wrong checksum is none", "[rtc]") {
    Pair pair;
    pair.connect();
    REQUIRE(pair.a->send(1, 53, base::asBytes("once"), Reliability::ordered, pair.now));
    const auto packet = pair.a->pollPacket();
    REQUIRE(packet);
    CHECK(base::ByteReader(*packet).u32() == (5000u << 16 | 5000u));
    for (const std::size_t at : {std::size_t{3}, packet->size() - 1}) {
        auto damaged = *packet;
        damaged[at] ^= std::byte{1};
        pair.b->handlePacket(damaged, pair.now);
        CHECK_FALSE(pair.b->pollMessage());
        CHECK_FALSE(pair.b->pollPacket());
    }
    pair.b->handlePacket(*packet, pair.now);
    CHECK(pair.b->pollMessage());
}

TEST_CASE("associations of two threads live side by side", "[rtc]") {
    // The library knows one time for all of a process, as a product has; so two virtual ones go in step.
    std::barrier step(2);
    const auto work = [&step](bool& done) {
        for (int round = 0; round < 5; ++round) {
            Pair pair;
            pair.beat = [&step] { step.arrive_and_wait(); };
            pair.a->start(pair.now);
            pair.b->start(pair.now);
            pair.run(2s);
            pair.a->send(1, 53, filled(20'000), Reliability::ordered, pair.now);
            pair.run(1s);
            const auto message = pair.b->pollMessage();
            done = message && message->bytes.size() == 20'000;
            if (!done) break;
        }
        step.arrive_and_drop();
    };
    bool first = false, second = false;
    std::thread one(work, std::ref(first)), two(work, std::ref(second));
    one.join();
    two.join();
    CHECK(first);
    CHECK(second);
}

TEST_CASE("a channel's opening message is read back, labels of 256 bytes are the longest", "[rtc]") {
    const ChannelOpen lossy{Reliability::unordered, "_lossy", "p"};
    const auto open = parseChannelOpen(toBytes(lossy));
    REQUIRE(open);
    CHECK(open->label == "_lossy");
    CHECK(open->protocol == "p");
    CHECK(open->reliability == Reliability::unordered);
    CHECK(parseChannelOpen(toBytes({Reliability::ordered, std::string(256, 'x'), {}})));
    CHECK_FALSE(parseChannelOpen(toBytes({Reliability::ordered, std::string(257, 'x'), {}})));
    const auto whole = toBytes(lossy);
    for (std::size_t size = 0; size < whole.size(); ++size) CHECK_FALSE(parseChannelOpen(base::ByteView(whole).first(size)));
}

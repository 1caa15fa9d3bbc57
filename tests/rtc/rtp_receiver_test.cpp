// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/rtp_receiver.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace std::chrono_literals;
using base::TimePoint;

namespace {

struct Bench {
    RtpReceiver receiver{42};
    TimePoint now{100s};
    base::Bytes payload = base::Bytes(40, std::byte{0x78});

    std::int64_t receive(std::uint16_t sequence, std::uint32_t timestamp) {
        RtpView packet;
        packet.ssrc = 42;
        packet.sequence = sequence;
        packet.timestamp = timestamp;
        packet.payload = payload;
        return receiver.receive(packet, now);
    }
    std::int64_t onTime(std::uint16_t sequence) {
        now += 20ms;
        return receive(sequence, static_cast<std::uint32_t>(sequence) * 960);
    }
};

base::Bytes toc(int first, int second = -1) {
    base::Bytes out{static_cast<std::byte>(first)};
    if (second >= 0) out.push_back(static_cast<std::byte>(second));
    return out;
}

}  // namespace

TEST_CASE("loss is what was expected less what came, per interval and in all", "[rtc]") {
    Bench bench;
    for (std::uint16_t i = 100; i < 200; ++i)
        if (i % 4 != 0 || i == 100) bench.onTime(i);
    auto block = bench.receiver.report(bench.now);
    CHECK(block.ssrc == 42);
    CHECK(block.cumulativeLost == 24);
    CHECK(block.fractionLost == 24 * 256 / 100);
    CHECK(block.highestSequence == 199);
    for (std::uint16_t i = 200; i < 250; ++i) bench.onTime(i);
    block = bench.receiver.report(bench.now);
    CHECK(block.fractionLost == 0);
    CHECK(block.cumulativeLost == 24);
    CHECK(bench.receiver.packetsReceived() == 126);
    CHECK(bench.receiver.bytesReceived() == 126 * 40);
}

TEST_CASE("late packets undo their loss, repeated ones may make it negative", "[rtc]") {
    Bench bench;
    for (const int i : {1, 2, 4, 5}) bench.onTime(static_cast<std::uint16_t>(i));
    CHECK(bench.receiver.packetsLost() == 1);
    bench.receive(3, 3 * 960);
    CHECK(bench.receiver.packetsLost() == 0);
    bench.receive(3, 3 * 960);
    CHECK(bench.receiver.packetsLost() == -1);
    CHECK(bench.receiver.report(bench.now).cumulativeLost == -1);
}

TEST_CASE("the highest number is extended by the rounds", "[rtc]") {
    Bench bench;
    for (std::uint32_t i = 65'530; i < 65'546; ++i) bench.onTime(static_cast<std::uint16_t>(i));
    CHECK(bench.receiver.report(bench.now).highestSequence == 0x10000 + 9);
    CHECK(bench.receiver.packetsLost() == 0);
}

TEST_CASE("jitter follows RFC 3550: a step of 10 ms adds a sixteenth of it, silence adds none", "[rtc]") {
    Bench bench;
    for (std::uint16_t i = 0; i < 10; ++i) bench.onTime(i);
    CHECK(bench.receiver.jitterSeconds() == Approx(0.0));
    bench.now += 30ms;   // 10 ms late
    bench.receive(10, 10 * 960);
    CHECK(bench.receiver.report(bench.now).jitter == 480 / 16);
    bench.now += 10ms;   // in time again: another step
    bench.receive(11, 11 * 960);
    CHECK(bench.receiver.report(bench.now).jitter == 58);   // 30 + (480 - 30) / 16
    const auto before = bench.receiver.jitterSeconds();
    bench.now += 400ms;   // discontinuous transmission
    bench.receive(12, 31 * 960);
    CHECK(bench.receiver.jitterSeconds() < before);
}

TEST_CASE("a new time base of the sender is no jitter", "[rtc]") {
    Bench bench;
    for (std::uint16_t i = 0; i < 10; ++i) bench.onTime(i);
    bench.now += 20ms;
    bench.receive(10, 0x80000000);
    CHECK(bench.receiver.jitterSeconds() == Approx(0.0));
}

TEST_CASE("a jump of 3000 is loss, a longer one starts the count anew", "[rtc]") {
    Bench small;
    small.onTime(0);
    small.onTime(1);
    small.onTime(3001);
    CHECK(small.receiver.packetsLost() == 2999);
    Bench large;
    large.onTime(0);
    large.onTime(2);   // one lost before the jump stays lost
    large.onTime(3003);
    CHECK(large.receiver.packetsLost() == 1);
    large.onTime(3005);
    CHECK(large.receiver.packetsLost() == 2);
}

TEST_CASE("a packet far behind the first one of the count changes no loss", "[rtc]") {
    Bench bench;
    bench.onTime(20'000);
    bench.onTime(20'001);
    bench.receive(19'999, 0);   // the very first packets may come out of order
    CHECK(bench.receiver.packetsLost() == 0);
    bench.receive(5'000, 0);    // a sender that fell back far
    CHECK(bench.receiver.packetsLost() == 0);
    CHECK(bench.receiver.report(bench.now).fractionLost == 0);
}

TEST_CASE("a report names the last sender report and how long ago it came", "[rtc]") {
    Bench bench;
    bench.onTime(1);
    CHECK(bench.receiver.report(bench.now).lastSenderReport == 0);
    CHECK(bench.receiver.report(bench.now).delaySinceReport == 0);
    SenderReport report;
    report.ntp = 0x1111222233334444;
    bench.receiver.handleSenderReport(report, bench.now);
    const auto block = bench.receiver.report(bench.now + 500ms);
    CHECK(block.lastSenderReport == 0x22223333);
    CHECK(block.delaySinceReport == 32'768);
}

TEST_CASE("at most 50 packets at once and 100 a second are asked for again", "[rtc][T40]") {
    Bench bench;
    bench.onTime(0);
    bench.onTime(190);
    std::vector<std::int64_t> wanted;
    for (std::int64_t i = 1; i < 190; ++i) wanted.push_back(i);
    CHECK(bench.receiver.allowNacks(wanted, bench.now).size() == 50);
    CHECK(bench.receiver.allowNacks(wanted, bench.now).empty());
    CHECK(bench.receiver.allowNacks(wanted, bench.now + 100ms).size() == 10);
    CHECK(bench.receiver.allowNacks(wanted, bench.now + 60s).size() == 50);
    CHECK(bench.receiver.nackCount() == 110);
}

TEST_CASE("nothing is asked for that is too old, has not been sent, or belongs to no stream", "[rtc]") {
    Bench bench;
    const std::vector<std::int64_t> any{1};
    CHECK(bench.receiver.allowNacks(any, bench.now).empty());
    bench.onTime(1000);
    const std::vector<std::int64_t> wanted{800, 801, 999, 1000, 1001};
    CHECK(bench.receiver.allowNacks(wanted, bench.now) == std::vector<std::uint16_t>{801, 999});
}

TEST_CASE("the length of an Opus packet is told by its first bytes", "[rtc]") {
    CHECK(opusDuration(toc(0x78)) == 960);          // hybrid, 20 ms
    CHECK(opusDuration(toc(0x70)) == 480);
    CHECK(opusDuration(toc(0x18)) == 2880);         // SILK, 60 ms
    CHECK(opusDuration(toc(0x80)) == 120);          // CELT, 2.5 ms
    CHECK(opusDuration(toc(0xf8)) == 960);
    CHECK(opusDuration(toc(0xf9)) == 1920);
    CHECK(opusDuration(toc(0xfb, 6)) == 5760);      // 120 ms is the longest
    CHECK(opusDuration(toc(0xfb, 7)) == 0);
    CHECK(opusDuration(toc(0xfb)) == 0);
    CHECK(opusDuration({}) == 0);
}

TEST_CASE("which of the last 64 came themselves is remembered over late ones, jumps and the wrap", "[rtc][red]") {
    RtpReceiver receiver(1);
    const base::Bytes payload(20, std::byte{0x48});
    const auto take = [&](std::uint16_t sequence) {
        RtpView view;
        view.sequence = sequence;
        view.payload = payload;
        return receiver.receive(view, base::TimePoint(base::Duration(1'000'000)));
    };
    CHECK_FALSE(receiver.has(0));
    const auto first = take(65'534);
    CHECK(receiver.has(first));
    CHECK_FALSE(receiver.has(first - 1));
    CHECK(take(1) == first + 3);
    CHECK_FALSE(receiver.has(first + 1));
    CHECK(receiver.has(first));
    take(65'535);
    CHECK(receiver.has(first + 1));
    CHECK_FALSE(receiver.has(first + 4));
    take(64);
    CHECK(receiver.has(first + 3));            // 63 before the newest
    take(65);
    CHECK_FALSE(receiver.has(first + 3));      // 64 before it
    CHECK(receiver.has(first + 66));
    take(1000);
    CHECK_FALSE(receiver.has(first + 66));
}

// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/rtp_sender.h"

#include <array>

#include "core/rtc/rtp_packet.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;
using namespace std::chrono_literals;
using base::TimePoint;

namespace {

struct Bench {
    RtpSender sender;
    TimePoint now{10s};

    explicit Bench(std::uint16_t first) : sender(0xaabbccdd, first) { sender.negotiate({111, "3", 4, 1}); }

    /// Sends one packet of `size` bytes; its first two bytes tell its sequence number. Returns the header as parsed.
    RtpView send(std::uint32_t timestamp, std::size_t size = 100) {
        base::OpusFrame frame;
        frame.size = 40;
        frame.rtpTimestamp = timestamp;
        frame.level.value = 20;
        const auto length = sender.writeHeader(frame, m_header);
        const auto view = *parseRtp(base::ByteView(m_header).first(length));
        base::Bytes packet(size);
        packet[0] = static_cast<std::byte>(view.sequence >> 8);
        packet[1] = static_cast<std::byte>(view.sequence & 0xff);
        sender.noteSent(packet, frame.size, timestamp, now);
        now += 20ms;
        return view;
    }
    bool repeats(std::uint16_t sequence) {
        const auto packet = sender.retransmission(sequence, now);
        if (packet) CHECK((std::to_integer<int>((*packet)[0]) << 8 | std::to_integer<int>((*packet)[1])) == sequence);
        return packet.has_value();
    }

  private:
    std::array<std::byte, 48> m_header;
};

}  // namespace

TEST_CASE("the mid rides on the first 50 packets, the level on all", "[rtc]") {
    Bench bench(0);
    for (std::uint32_t i = 0; i < 60; ++i) {
        const auto view = bench.send(i * 960);
        CHECK(view.mid(4).has_value() == (i < 50));
        CHECK(view.level(1)->value == 20);
        CHECK(view.sequence == i);
    }
}

TEST_CASE("a lost packet is repeated byte for byte from the last 200, across the wrap", "[rtc]") {
    Bench bench(65'400);
    for (std::uint32_t i = 0; i < 250; ++i) bench.send(i * 960);
    const auto newest = static_cast<std::uint16_t>(65'400 + 249);
    for (const int behind : {0, 1, 113, 114, 199}) {
        INFO(behind);
        CHECK(bench.repeats(static_cast<std::uint16_t>(newest - behind)));
        bench.now += 1s;
    }
    CHECK_FALSE(bench.repeats(static_cast<std::uint16_t>(newest - 200)));
    CHECK_FALSE(bench.repeats(static_cast<std::uint16_t>(newest + 1)));
}

TEST_CASE("a packet that could not be protected leaves the history in order", "[rtc]") {
    Bench bench(10);
    for (std::uint32_t i = 0; i < 30; ++i) bench.send(i);
    std::array<std::byte, 48> header;
    (void)bench.sender.writeHeader(base::OpusFrame{}, header);   // number 40, never sent
    for (std::uint32_t i = 0; i < 30; ++i) bench.send(i);
    CHECK(bench.repeats(39));
    CHECK_FALSE(bench.repeats(40));
    CHECK(bench.repeats(41));
    CHECK(bench.repeats(70));
}

TEST_CASE("repeating costs a tenth of what was sent at most", "[rtc][T40]") {
    Bench bench(0);
    for (std::uint32_t i = 0; i < 100; ++i) bench.send(i * 960);   // 10 000 bytes: a budget of 1000
    int repeated = 0;
    for (int storm = 0; storm < 100; ++storm) {
        for (std::uint16_t s = 0; s < 100; ++s) repeated += bench.repeats(s);
        bench.now += 100ms;
    }
    CHECK(repeated == 10);
    CHECK(bench.sender.retransmitted() == 10);
    for (std::uint32_t i = 0; i < 10; ++i) bench.send(i * 960);
    CHECK(bench.repeats(105));
    CHECK_FALSE(bench.repeats(106));
}

TEST_CASE("the same packet is not repeated again within the round trip", "[rtc]") {
    Bench bench(0);
    for (std::uint32_t i = 0; i < 100; ++i) bench.send(i * 960);
    // A report that was on its way for 80 ms altogether.
    ReportBlock block;
    block.lastSenderReport = static_cast<std::uint32_t>(toNtp(bench.now - 80ms) >> 16);
    bench.sender.handleReport(block, bench.now);
    REQUIRE(bench.sender.roundTrip());
    CHECK(std::chrono::abs(*bench.sender.roundTrip() - 80ms) < 1ms);
    CHECK(bench.repeats(50));
    bench.now += 70ms;
    CHECK_FALSE(bench.repeats(50));
    bench.now += 11ms;
    CHECK(bench.repeats(50));
}

TEST_CASE("nothing is repeated before something was sent, or of a forwarder's stream", "[rtc]") {
    Bench bench(5);
    CHECK_FALSE(bench.repeats(5));
    bench.sender.noteForwarded(80, 960, bench.now);
    CHECK_FALSE(bench.repeats(5));
    CHECK(bench.sender.packetsSent() == 1);
}

TEST_CASE("a sender report tells the RTP time of now and what was sent", "[rtc]") {
    Bench bench(0);
    CHECK_FALSE(bench.sender.report(bench.now));
    for (std::uint32_t i = 0; i < 3; ++i) bench.send(i * 960);
    const auto report = bench.sender.report(bench.now + 480ms);   // the last packet went 500 ms ago
    REQUIRE(report);
    CHECK(report->packetCount == 3);
    CHECK(report->octetCount == 120);
    CHECK(report->rtpTimestamp == 2 * 960 + 24'000);
    CHECK(report->ntp == toNtp(bench.now + 480ms));
}

TEST_CASE("reports that cannot be true change no round trip", "[rtc]") {
    Bench bench(0);
    bench.send(0);
    ReportBlock block;
    block.fractionLost = 128;
    bench.sender.handleReport(block, bench.now);   // no sender report seen yet
    CHECK_FALSE(bench.sender.roundTrip());
    CHECK(bench.sender.fractionLost() == Approx(0.5));
    block.lastSenderReport = static_cast<std::uint32_t>(toNtp(bench.now + 1s) >> 16);   // from the future
    bench.sender.handleReport(block, bench.now);
    CHECK_FALSE(bench.sender.roundTrip());
    block.lastSenderReport = static_cast<std::uint32_t>(toNtp(TimePoint{1s}) >> 16);
    bench.sender.handleReport(block, TimePoint{12s});   // eleven seconds
    CHECK_FALSE(bench.sender.roundTrip());
}

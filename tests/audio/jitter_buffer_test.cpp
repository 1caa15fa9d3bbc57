// SPDX-License-Identifier: Apache-2.0
// The jitter buffer on made-up networks, minutes of them in virtual time.
#include <map>

#include "audio/jitter_buffer.h"
#include "audio/opus_encoder.h"
#include "tests/support/catch.h"
#include "tests/support/realtime_trap.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// Packets of a talking person, encoded once per test.
std::vector<base::OpusFrame> packetsOf(std::span<const float> voice, int frameMs, bool fec = true, int loss = 10) {
    OpusEncoder encoder;
    encoder.apply({32'000, false, fec, loss});
    const auto size = static_cast<std::size_t>(frameMs) * 48;
    std::vector<base::OpusFrame> packets;
    for (std::size_t at = 0; at + size <= voice.size(); at += size) {
        base::OpusFrame f;
        f.size = static_cast<std::uint16_t>(encoder.encode(voice.subspan(at, size), f.payload));
        f.sequence = 1000 + static_cast<std::int64_t>(packets.size());
        f.rtpTimestamp = static_cast<std::uint32_t>(0xFFFFF000u + at);  // wraps around early
        f.durationSamples = static_cast<std::uint32_t>(size);
        packets.push_back(f);
    }
    return packets;
}

struct Network {
    double loss = 0.0;
    double burstLoss = 0.0;  ///< chance that a loss is followed by another one
    base::Duration base{20'000};
    std::function<base::Duration(std::size_t, std::mt19937&)> jitter = [](std::size_t, std::mt19937&) { return 0us; };
    double drift = 0.0;  ///< sender's clock too fast, parts per one
};

struct Outcome {
    std::vector<float> heard;
    TrackStats stats;
    base::Duration target{};
    double meanDelayMs = 0.0;
};

/// Sends all packets through the network and pulls 10 ms blocks meanwhile. `offset` puts the pulls between the
/// arrivals.
Outcome play(const std::vector<base::OpusFrame>& packets, int frameMs, const Network& net, std::uint32_t seed,
             JitterBuffer* buffer = nullptr, base::Duration offset = 3ms) {
    auto own = std::make_unique<JitterBuffer>();
    if (!buffer) buffer = own.get();
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    std::multimap<base::TimePoint, base::OpusFrame> arrivals;
    bool lastLost = false;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const double sentMs = static_cast<double>(i + 1) * frameMs * (1.0 - net.drift);
        const auto wait = net.jitter(i, random);
        lastLost = unit(random) < (lastLost && net.burstLoss > 0 ? net.burstLoss : net.loss);
        if (lastLost) continue;
        auto f = packets[i];
        f.received = base::TimePoint(base::Duration(static_cast<std::int64_t>(sentMs * 1000.0)) + net.base + wait);
        arrivals.emplace(f.received, f);
    }
    Outcome out;
    auto next = arrivals.begin();
    const auto end = base::TimePoint(std::chrono::milliseconds(
        packets.size() * static_cast<std::size_t>(frameMs)));  // the last packet is not awaited
    for (auto now = base::TimePoint(offset); now < end; now += 10ms) {
        for (; next != arrivals.end() && next->first <= now; ++next) buffer->insert(next->second);
        std::array<float, 480> block{};
        buffer->pull(block, now);
        out.heard.insert(out.heard.end(), block.begin(), block.end());
    }
    out.stats = buffer->stats();
    out.target = buffer->target();
    out.meanDelayMs = 1e3 * out.stats.jitterBufferDelay /
                      static_cast<double>(std::max<std::uint64_t>(1, out.stats.jitterBufferEmittedCount));
    return out;
}

double concealedShare(const TrackStats& s) {
    return static_cast<double>(s.concealedSamples) /
           static_cast<double>(std::max<std::uint64_t>(1, s.totalSamplesReceived));
}

const std::vector<float>& minuteOfSpeech();

const std::vector<base::OpusFrame>& minuteOfPackets(int frameMs = 20) {
    static const auto ten = packetsOf(minuteOfSpeech(), 10);
    static const auto twenty = packetsOf(minuteOfSpeech(), 20);
    return frameMs == 10 ? ten : twenty;
}

const std::vector<float>& minuteOfSpeech() {
    static const auto voice = speechLike(60.0, 11);
    return voice;
}

auto uniform(base::Duration most) {
    return [most](std::size_t, std::mt19937& r) {
        return base::Duration(std::uniform_int_distribution<std::int64_t>(0, most.count())(r));
    };
}

}  // namespace

TEST_CASE("on a clean line the delay settles below 20 ms and nothing is invented") {
    for (const int ms : {10, 20}) {
        const auto out = play(minuteOfPackets(ms), ms, {}, 1);
        INFO(ms << " ms frames: mean " << out.meanDelayMs << " ms, target " << out.target.count());
        CHECK(out.stats.concealedSamples == 0);
        CHECK(out.stats.packetsLate == 0);
        CHECK(out.meanDelayMs < 20.0);
        CHECK(out.target <= 15ms);
    }
}

TEST_CASE("jitter of a LAN and of a Wi-Fi cost the delay they need and not more", "[G3]") {
    Network lan;
    lan.jitter = uniform(4ms);
    const auto& packets = minuteOfPackets();
    const auto quiet = play(packets, 20, lan, 2);
    CHECK(concealedShare(quiet.stats) < 0.0005);
    CHECK(quiet.meanDelayMs < 25.0);
    Network wifi;  // mostly quick, sometimes a queue of up to 60 ms
    wifi.jitter = [](std::size_t, std::mt19937& r) {
        std::uniform_real_distribution<double> unit(0.0, 1.0);
        return base::Duration(static_cast<std::int64_t>(unit(r) < 0.05 ? 60'000 * unit(r) : 8'000 * unit(r)));
    };
    const auto busy = play(packets, 20, wifi, 3);
    INFO("LAN " << quiet.meanDelayMs << " ms, Wi-Fi " << busy.meanDelayMs << " ms, concealed "
                << concealedShare(busy.stats));
    CHECK(concealedShare(busy.stats) < 0.005);
    CHECK(busy.meanDelayMs < 90.0);
    CHECK(busy.meanDelayMs > quiet.meanDelayMs);
}

TEST_CASE("wherever the pulls fall between the packets, a quiet LAN is played without inventing or cutting sound",
          "[G3]") {
    // A target between two pulls cannot be kept: it made the buffer cut 10 ms and invent 10 ms in turn.
    Network lan;
    lan.jitter = [](std::size_t, std::mt19937& r) {
        return base::Duration(static_cast<std::int64_t>(std::exponential_distribution<double>(1.0 / 830.0)(r)));
    };
    for (const int ms : {10, 20})
        for (int offset = 0; offset < 10; ++offset) {
            const auto out = play(minuteOfPackets(ms), ms, lan, 12 + static_cast<std::uint32_t>(offset), nullptr,
                                  std::chrono::milliseconds(offset));
            const auto& s = out.stats;
            INFO(ms << " ms frames, pulls at " << offset << " ms: mean " << out.meanDelayMs << " ms, concealed "
                    << s.concealedSamples << ", removed " << s.removedSamplesForAcceleration << ", inserted "
                    << s.insertedSamplesForDeceleration);
            CHECK(s.concealedSamples <= 600);  // two of 6,000 packets came behind the last look
            CHECK(s.removedSamplesForAcceleration < 4'800);  // coming down from the start
            CHECK(s.insertedSamplesForDeceleration < 1'920);
            CHECK(out.meanDelayMs < 20.0);
        }
}

TEST_CASE("a stall in half a minute is not paid for with delay all the time", "[G7]") {
    DelayEstimator estimator;
    std::mt19937 random(3);
    base::Duration most{0};
    for (int i = 0; i < 6'000; ++i) {  // two minutes; stalls of 150 ms at 20, 50, 80, 110 s
        const auto inPeriod = i % 1'500;
        const auto stall = inPeriod >= 1'000 && inPeriod < 1'007 ? base::Duration((1'007 - inPeriod) * 20'000) : 0us;
        const auto jitter = base::Duration(random() % 3'000);
        estimator.add(i * 20'000, base::TimePoint(std::chrono::milliseconds(20 * i) + 30ms + jitter + stall), false);
        if (i > 2'600) most = std::max(most, estimator.target());
    }
    INFO("target up to " << most.count() << " us");
    CHECK(most <= 20ms);
}

TEST_CASE("lost packets are filled from the next packet's copy or invented, and counted", "[G5]") {
    const auto& packets = minuteOfPackets();
    Network net;
    net.loss = 0.05;
    const auto out = play(packets, 20, net, 4);
    INFO("concealed " << concealedShare(out.stats) << ", recovered " << out.stats.fecPacketsReceived);
    CHECK(concealedShare(out.stats) < 0.05);
    CHECK(out.stats.fecPacketsReceived > 50);  // of about 150 lost ones, most are alone
    CHECK(out.stats.concealmentEvents > 0);
    // The same without copies conceals more: the copies are really used.
    const auto bare = play(packetsOf(minuteOfSpeech(), 20, false, 0), 20, net, 4);
    CHECK(concealedShare(bare.stats) > concealedShare(out.stats));
    CHECK(bare.stats.fecPacketsReceived == 0);
}

TEST_CASE("reordered and doubled packets are put right") {
    const auto& packets = minuteOfPackets();
    Network net;
    net.jitter = [](std::size_t i, std::mt19937&) { return i % 10 == 3 ? base::Duration(30'000) : base::Duration(0); };
    const auto out = play(packets, 20, net, 5);
    INFO("concealed " << concealedShare(out.stats) << ", mean " << out.meanDelayMs);
    CHECK(concealedShare(out.stats) < 0.002);
    JitterBuffer buffer;
    auto f = packets[0];
    f.received = base::TimePoint(1s);
    CHECK(buffer.insert(f) == JitterBuffer::Inserted::taken);
    CHECK(buffer.insert(f) == JitterBuffer::Inserted::duplicate);
}

TEST_CASE("after a stall the newest sound is heard and the delay comes back", "[G7]") {
    const auto& packets = minuteOfPackets();
    Network net;
    net.jitter = [](std::size_t i, std::mt19937&) {  // at 30 s nothing for 800 ms, then everything at once
        const std::int64_t sent = static_cast<std::int64_t>(i + 1) * 20'000;
        return base::Duration(sent >= 30'000'000 && sent < 30'800'000 ? 30'800'000 - sent : 0);
    };
    const auto out = play(packets, 20, net, 6);
    const auto& voice = minuteOfSpeech();
    const auto late =
        match(std::span(voice).subspan(50 * 48'000, 48'000), std::span(out.heard).subspan(50 * 48'000), 48'000);
    INFO("delay at the end " << late.delay / 48.0 << " ms, correlation " << late.correlation);
    CHECK(late.correlation > 0.8);
    CHECK(late.delay < 48 * 120);
    CHECK(out.stats.packetsDiscarded > 10);
    CHECK(concealedShare(out.stats) < 0.02);
}

TEST_CASE("ten minutes on a bad line stay intelligible and never run away") {
    const auto& packets = minuteOfPackets();
    std::vector<base::OpusFrame> many;
    for (int minute = 0; minute < 10; ++minute)
        for (auto f : packets) {
            f.sequence = 5 + static_cast<std::int64_t>(many.size());
            f.rtpTimestamp = static_cast<std::uint32_t>(many.size() * 960);
            many.push_back(f);
        }
    Network net;
    net.loss = 0.03;
    net.burstLoss = 0.3;
    net.jitter = uniform(40ms);
    const auto out = play(many, 20, net, 7);
    const auto right = match(std::span(minuteOfSpeech()).subspan(30 * 48'000, 24'000),
                             std::span(out.heard).subspan((9 * 60 + 30) * 48'000), 24'000);
    INFO("mean delay " << out.meanDelayMs << " ms, concealed " << concealedShare(out.stats) << ", correlation "
                       << right.correlation);
    CHECK(right.correlation > 0.5);
    CHECK(out.meanDelayMs < 90.0);
    CHECK(concealedShare(out.stats) < 0.04);
}

TEST_CASE("clocks that differ by 200 ppm make no delay grow and no sound stop", "[G8]") {
    const auto& packets = minuteOfPackets();
    for (const double drift : {200e-6, -200e-6}) {
        std::vector<base::OpusFrame> many;
        for (int minute = 0; minute < 10; ++minute)
            for (auto f : packets) {
                f.sequence = static_cast<std::int64_t>(many.size());
                f.rtpTimestamp = static_cast<std::uint32_t>(many.size() * 960);
                many.push_back(f);
            }
        Network net;
        net.drift = drift;
        const auto out = play(many, 20, net, 8);  // 120 ms of creep if nothing were done
        INFO("drift " << drift << ": mean " << out.meanDelayMs << ", concealed " << concealedShare(out.stats));
        CHECK(out.meanDelayMs < 30.0);
        CHECK(concealedShare(out.stats) < 0.001);
    }
}

TEST_CASE("a sender in DTX pauses without a loss and is heard from its first word") {
    OpusEncoder encoder;
    encoder.apply({32'000, true, true, 1});
    auto voice = speechLike(4.0, 21);
    std::fill(voice.begin() + 48'000, voice.begin() + 3 * 48'000, 0.0f);
    JitterBuffer buffer;
    std::vector<float> heard;
    std::int64_t sequence = 1;
    bool silent = false;
    std::size_t at = 0;
    for (auto now = base::TimePoint(0s); at + 960 <= voice.size(); now += 10ms) {
        if (now.time_since_epoch().count() % 20'000 == 0) {
            base::OpusFrame f;
            f.size = static_cast<std::uint16_t>(encoder.encode(std::span(voice).subspan(at, 960), f.payload));
            f.rtpTimestamp = static_cast<std::uint32_t>(at);
            f.received = now;
            at += 960;
            const bool skip = encoder.inDtx() && silent;
            silent = encoder.inDtx();
            if (!skip) {
                f.sequence = sequence++;
                buffer.insert(f);
            }
        }
        std::array<float, 480> block{};
        buffer.pull(block, now + 4ms);
        heard.insert(heard.end(), block.begin(), block.end());
    }
    REQUIRE(sequence < 170);  // it really paused
    INFO("concealed " << buffer.stats().concealedSamples);
    CHECK(buffer.stats().concealedSamples == 0);
    CHECK(buffer.stats().packetsLate == 0);
    const auto first = match(std::span(voice).subspan(3 * 48'000, 12'000), std::span(heard).subspan(3 * 48'000), 9'600);
    CHECK(first.correlation > 0.7);
}

TEST_CASE("a sender that stops without a word fades out and starts again cleanly") {
    const auto& packets = minuteOfPackets();
    JitterBuffer buffer;
    auto now = base::TimePoint(0s);
    std::array<float, 480> block{};
    const auto feed = [&](std::size_t from, std::size_t to) {
        for (auto i = from; i < to; ++i) {
            auto f = packets[i];
            f.received = now;
            buffer.insert(f);
            for (int k = 0; k < 2; ++k, now += 10ms) buffer.pull(block, now + 4ms);
        }
    };
    feed(0, 100);
    double last = 1.0;
    for (int i = 0; i < 300; ++i, now += 10ms) {
        buffer.pull(block, now + 4ms);
        last = rms(block);
    }
    CHECK(last == 0.0);
    const auto concealed = buffer.stats().concealedSamples;
    CHECK(concealed <= 48'480);  // a second at most, then the stream counts as gone
    feed(250, 400);
    CHECK(std::isfinite(rms(block)));
    CHECK(buffer.stats().concealedSamples == concealed);
}

TEST_CASE("when packets stop in speech, the voice gives way to the room's noise and that to silence, without a click") {
    auto voice = speechLike(6.0, 41);
    std::mt19937 random(5);
    std::normal_distribution<float> room(0.0f, 1e-3f);
    std::fill(voice.begin() + 24'000, voice.begin() + 96'000, 0.0f);  // a pause long enough to hear the room
    for (auto& s : voice) s += room(random);
    const auto packets = packetsOf(voice, 20);
    JitterBuffer buffer;
    auto now = base::TimePoint(0s);
    std::array<float, 480> block{};
    std::vector<float> heard;
    const auto pull = [&] {
        buffer.pull(block, now + 4ms);
        heard.insert(heard.end(), block.begin(), block.end());
        now += 10ms;
    };
    for (std::size_t i = 0; i < 130; ++i) {
        auto f = packets[i];
        f.received = now;
        buffer.insert(f);
        pull();
        pull();
    }
    while (buffer.stats().concealedSamples == 0) pull();
    const auto stop = heard.size() - 480;
    for (int i = 0; i < 120; ++i) pull();
    const auto level = [&](std::size_t fromMs, std::size_t ms) {
        return rms(std::span(heard).subspan(stop + 48 * fromMs, 48 * ms));
    };
    INFO("levels " << level(0, 20) << ", at 120 ms " << level(120, 80) << ", at 600 ms " << level(600, 100)
                   << ", at 1.1 s " << level(1'100, 50));
    CHECK(level(120, 80) < 3e-3);
    CHECK(level(120, 80) > 3e-4);
    CHECK(level(600, 100) > 3e-4);  // the line does not sound dead
    CHECK(level(1'100, 50) == 0.0);
    double step = 0.0;
    for (auto i = stop + 48 * 100; i + 1 < heard.size(); ++i)
        step = std::max(step, std::abs(static_cast<double>(heard[i + 1]) - heard[i]));
    CHECK(step < 0.02);
    const auto& s = buffer.stats();
    CHECK(s.silentConcealedSamples >= s.concealedSamples - 48 * 130);
    CHECK(s.interruptionCount == 1);
    CHECK(std::abs(s.totalInterruptionDuration - 1.0) < 0.02);
}

TEST_CASE("what is concealed in a pause counts as concealed and as silent") {
    auto voice = speechLike(4.0, 42);
    std::fill(voice.begin() + 48'000, voice.begin() + 144'000, 0.0f);
    const auto packets = packetsOf(voice, 20, true, 0);
    JitterBuffer buffer;
    auto now = base::TimePoint(0s);
    std::array<float, 480> block{};
    for (std::size_t i = 0; i < 190; ++i) {
        auto f = packets[i];
        f.received = now;
        if (i != 80 && i != 81 && i != 110) buffer.insert(f);  // lost in the pause
        for (int k = 0; k < 2; ++k, now += 10ms) buffer.pull(block, now + 4ms);
    }
    const auto& s = buffer.stats();
    INFO(s.concealedSamples << " of them silent " << s.silentConcealedSamples);
    CHECK(s.concealedSamples >= 2 * 960);
    CHECK(s.silentConcealedSamples == s.concealedSamples);
    CHECK(s.interruptionCount == 0);
    CHECK(s.jitterBufferMinimumDelay > 0.0);
    CHECK(s.jitterBufferMinimumDelay <= s.jitterBufferTargetDelay);
}

TEST_CASE("full copies are used before low-rate ones and waited for where packets are lost") {
    const auto& packets = minuteOfPackets();
    const auto withCopies = [&](std::size_t distance) {
        JitterBuffer buffer;
        std::mt19937 random(17);
        auto now = base::TimePoint(0s);
        std::array<float, 480> block{};
        for (std::size_t i = 0; i < packets.size(); ++i) {
            if (random() % 10 != 0) {  // 10 % lost
                for (std::size_t d = std::min(distance, i); d > 0; --d) {
                    auto copy = packets[i - d];
                    copy.redundancyDistance = static_cast<std::uint8_t>(d);
                    copy.received = now;
                    buffer.insert(copy);
                }
                auto f = packets[i];
                f.received = now;
                buffer.insert(f);
            }
            for (int k = 0; k < 2; ++k, now += 10ms) buffer.pull(block, now + 4ms);
        }
        return buffer.stats();
    };
    const auto none = withCopies(0), one = withCopies(1), two = withCopies(2);
    INFO("concealed: LBRR alone " << concealedShare(none) << ", one copy " << concealedShare(one) << ", two "
                                  << concealedShare(two));
    CHECK(concealedShare(one) < 0.7 * concealedShare(none));
    CHECK(concealedShare(two) < 0.5 * concealedShare(one));
    CHECK(concealedShare(two) < 0.004);
    CHECK(two.packetsDiscarded == 0);  // copies of what is here are no losses
    CHECK(two.packetsLate == 0);
}

TEST_CASE("a stream over a known network starts with what the network needs") {
    const auto& packets = minuteOfPackets();
    const auto first = [&](std::optional<base::Duration> known) {
        JitterBuffer buffer;
        if (known) buffer.startFrom(*known);
        auto f = packets[0];
        f.received = base::TimePoint(1s);
        buffer.insert(f);
        std::array<float, 480> block{};
        auto now = base::TimePoint(1s);
        while (buffer.stats().jitterBufferEmittedCount == 0) buffer.pull(block, now += 5ms);
        CHECK_FALSE(buffer.learnedTarget());
        return now - base::TimePoint(1s);
    };
    CHECK(first({}) >= 40ms);
    CHECK(first(8ms) <= 15ms);
    CHECK(first(100ms) >= 100ms);
}

TEST_CASE("a new stream epoch starts afresh and old packets of the former one are refused") {
    const auto packets = packetsOf(std::span(minuteOfSpeech()).first(48'000), 20);
    JitterBuffer buffer;
    auto f = packets[10];
    f.received = base::TimePoint(1s);
    f.streamEpoch = 2;
    CHECK(buffer.insert(f) == JitterBuffer::Inserted::taken);
    f = packets[11];
    f.streamEpoch = 1;
    CHECK(buffer.insert(f) == JitterBuffer::Inserted::stale);
    f = packets[0];
    f.streamEpoch = 3;
    f.received = base::TimePoint(1200ms);
    CHECK(buffer.insert(f) == JitterBuffer::Inserted::taken);
}

TEST_CASE("malformed packets are counted and do no harm", "[T42]") {
    JitterBuffer buffer;
    base::OpusFrame f;
    f.size = 0;
    CHECK(buffer.insert(f) == JitterBuffer::Inserted::malformed);
    f.size = 2;
    f.payload[0] = std::byte{0xFF};  // code 3
    f.payload[1] = std::byte{0x3F};  // 63 frames of 20 ms: more than 120 ms
    CHECK(buffer.insert(f) == JitterBuffer::Inserted::malformed);
    CHECK(buffer.stats().packetsDiscarded == 2);
    f.sequence = -1;
    f.size = 1;
    f.payload[0] = std::byte{0x78};
    CHECK(buffer.insert(f) == JitterBuffer::Inserted::malformed);
}

TEST_CASE("what is missing and could still come is listed, what cannot is not") {
    const auto packets = packetsOf(std::span(minuteOfSpeech()).first(96'000), 20);
    JitterBuffer buffer;
    auto now = base::TimePoint(1s);
    for (const int i : {0, 1, 3, 4}) {
        auto f = packets[static_cast<std::size_t>(i)];
        f.received = now + std::chrono::milliseconds(0);
        buffer.insert(f);
    }
    const auto soon = buffer.missing(now, 10ms);
    REQUIRE(soon.missingCount == 1);
    CHECK(soon.missing[0] == packets[2].sequence);
    CHECK(buffer.missing(now, 500ms).missingCount == 0);  // a round trip takes longer than the sound waits
    auto f = packets[2];
    f.received = now;
    buffer.insert(f);
    CHECK(buffer.missing(now, 10ms).missingCount == 0);
}

TEST_CASE(
    "hostile streams do no harm: long packets, wrong TOC, jumping time, sequence wrap, epochs, an hour of silence",
    "[T42]") {
    const auto& packets = minuteOfPackets();
    JitterBuffer buffer;
    std::array<float, 480> block{};
    auto now = base::TimePoint(1s);
    double loudest = 0.0;
    bool finite = true;
    const auto pull = [&](int times) {
        for (int i = 0; i < times; ++i, now += 10ms) {
            buffer.pull(block, now);
            for (const float s : block) {
                finite = finite && std::isfinite(s);
                loudest = std::max(loudest, static_cast<double>(std::abs(s)));
            }
        }
    };
    const auto insert = [&](base::OpusFrame f) {
        f.received = now;
        return buffer.insert(f);
    };
    const auto speech = [&](std::int64_t sequence, std::uint32_t timestamp, int count, std::uint32_t epoch = 0) {
        for (int i = 0; i < count; ++i) {
            auto f = packets[static_cast<std::size_t>(100 + i)];
            f.sequence = sequence + i;
            f.rtpTimestamp = timestamp + static_cast<std::uint32_t>(i) * 960;
            f.streamEpoch = epoch;
            insert(f);
            pull(2);
        }
        return rms(block);
    };
    // 120 ms packets: six frames of one speech packet, code 3, all of the same size.
    for (int i = 0; i < 20; ++i) {
        base::OpusFrame f;
        f.payload[0] = std::byte{0x4B};  // SILK wideband, 20 ms, code 3
        f.payload[1] = std::byte{6};
        f.size = 2 + 6 * 30;
        for (std::size_t k = 2; k < f.size; ++k)
            f.payload[k] = static_cast<std::byte>(k * 37 + static_cast<std::size_t>(i));
        f.sequence = i;
        f.rtpTimestamp = static_cast<std::uint32_t>(i) * 5'760;
        CHECK(insert(f) == JitterBuffer::Inserted::taken);
        pull(12);
    }
    // Every TOC before a body that belongs to another.
    for (int toc = 0; toc < 256; ++toc) {
        auto f = packets[static_cast<std::size_t>(toc)];
        f.payload[0] = static_cast<std::byte>(toc);
        f.sequence = 20 + toc;
        f.rtpTimestamp = 115'200u + static_cast<std::uint32_t>(toc) * 960;
        insert(f);
        pull(2);
    }
    // Time that jumps: forwards, back, by half of its range, in odd steps.
    std::int64_t sequence = 300;
    for (const std::uint32_t jump : {48'000'000u, 0xF0000000u, 0x80000000u, 7u, 961u, 0u}) {
        speech(sequence, jump, 30);
        sequence += 30;
    }
    // After all that a proper speaker is heard: across the wrap of its sequence numbers and of its timestamps.
    pull(150);
    loudest = 0.0;
    speech(65'500, 0xFFFFC000u, 80);
    CHECK(loudest > 0.05);
    // A jump of the sequence is a new beginning; a newer epoch too, and an old one is refused.
    pull(150);
    loudest = 0.0;
    speech(1'000'000, 12'345, 50);
    CHECK(loudest > 0.05);
    loudest = 0.0;
    speech(3, 99, 50, 2);
    CHECK(loudest > 0.05);
    CHECK(insert(packets[5]) == JitterBuffer::Inserted::stale);
    // An hour of nothing: silence, no counters that run away, and the next word is whole.
    pull(150);
    const auto before = buffer.stats();
    pull(360'000);
    CHECK(rms(block) == 0.0);
    CHECK(buffer.stats().concealedSamples == before.concealedSamples);
    loudest = 0.0;
    speech(53, 99 + 50 * 960 + 3600u * 48'000u, 50, 2);
    CHECK(loudest > 0.05);
    CHECK(buffer.stats().concealedSamples - before.concealedSamples <= 960);
    CHECK(finite);
}

TEST_CASE("losses, copies, concealment and catching up allocate nothing and take no lock", "[G16]") {
    const auto& packets = minuteOfPackets();
    JitterBuffer buffer;
    RealtimeTrap trap;
    trap.reset();
    std::array<float, 480> block{};
    auto now = base::TimePoint(1s);
    {
        const auto armed = trap.arm();
        for (std::size_t i = 0; i < 1'000; ++i) {
            auto f = packets[i];
            f.received = now;
            if (i % 11 != 0 && i % 300 > 30) buffer.insert(f);
            f.redundancyDistance = 1;
            if (i % 22 == 0) buffer.insert(f);
            if (i % 250 < 230) buffer.pull(block, now);
            if (i % 250 < 230) buffer.pull(block, now + 10ms);
            now += 20ms;
        }
    }
    CHECK(buffer.stats().concealedSamples > 0);
    CHECK(buffer.stats().silentConcealedSamples > 0);
    CHECK(buffer.stats().removedSamplesForAcceleration > 0);
    if (RealtimeTrap::works()) CHECK(trap.count() == 0);
}

// SPDX-License-Identifier: Apache-2.0
// What the wish for a short delay does to the packets that leave: really 5 ms, heard without a click, and 10 where that is the truth.
#include "audio/delay_mode.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "audio/opus_decoder.h"
#include "tests/support/card_engine.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// An engine whose microphone hears a steady tone, open, and what it sends.
struct Sender : LoneEngine {
    std::vector<base::OpusFrame> sent;
    EngineSettings settings;
    double phase = 0.0;

    explicit Sender(DelayMode delay) {
        engine.onEncoded([this](const base::OpusFrame& f) { sent.push_back(f); });
        card->microphone = [this](std::span<float> block) {
            for (auto& s : block) s = 0.3f * static_cast<float>(std::sin(phase += 2.0 * std::numbers::pi * 300.0 / base::kSampleRate));
        };
        settings.devices.delay = delay;
        settings.capture.echoCancelling = settings.capture.noiseSuppression = settings.capture.highPass = false;
        engine.start(settings);
        engine.setGate(true);
    }
    void report(double loss = 0.0) {
        base::Feedback f;
        f.roundTrip = 20ms;
        f.audience = 3;
        f.loss = static_cast<float>(loss);
        f.redundancy = true;
        engine.setFeedback(f);
    }
    /// Lengths of the packets of the last `length`, ms.
    std::set<int> lengths(base::Duration length) {
        sent.clear();
        run(length);
        std::set<int> found;
        for (const auto& f : sent) {
            found.insert(static_cast<int>(f.durationSamples) / 48);
            CHECK(OpusDecoder::packetSamples(f.bytes()) == static_cast<int>(f.durationSamples));
        }
        return found;
    }
};

/// The largest step between neighbours of what the packets decode to, from `skip` packets on.
float largestStep(const std::vector<base::OpusFrame>& packets, std::size_t skip) {
    OpusDecoder decoder;
    std::vector<float> out(OpusDecoder::kMaxSamples);
    float last = 0.0f, most = 0.0f;
    std::size_t n = 0;
    for (const auto& p : packets) {
        const auto count = decoder.decode(p.bytes(), out);
        for (std::size_t i = 0; i < count; ++i) {
            if (n >= skip) most = std::max(most, std::abs(out[i] - last));
            last = out[i];
        }
        ++n;
    }
    return most;
}

}  // namespace

TEST_CASE("low latency sends packets of 5 ms once the way is known to be clean, music too", "[delay]") {
    for (const bool music : {false, true}) {
        Sender s(DelayMode::low);
        s.settings.capture.music = music;
        s.engine.apply(s.settings);
        CHECK(s.lengths(1s) == std::set{10});
        s.report();
        s.report();
        s.run(100ms);
        CHECK(s.lengths(2s) == std::set{5});
        CHECK(s.sent.size() >= 398);   // none is left out, none doubled
        CHECK(s.sent.size() <= 402);
        CHECK(s.engine.stats().sendFrameMs == 5);
        CHECK(s.engine.stats().blockFrames == 240);
        for (std::size_t i = 1; i < s.sent.size(); ++i) {
            CHECK(s.sent[i].rtpTimestamp - s.sent[i - 1].rtpTimestamp == 240);
            CHECK(s.sent[i].sequence == s.sent[i - 1].sequence + 1);
        }
        s.report(0.05);
        s.run(100ms);
        CHECK(s.lengths(1s) == std::set{10});
    }
}

TEST_CASE("what works in blocks of 10 ms keeps packets of 10 ms, and the statistics say so", "[delay]") {
    Sender s(DelayMode::low);
    s.settings.capture.noiseSuppression = true;
    s.engine.apply(s.settings);
    s.report();
    s.report();
    s.run(100ms);
    CHECK(s.lengths(1s) == std::set{10});
    CHECK(s.engine.stats().sendFrameMs == 10);
    s.settings.capture.noiseSuppression = false;
    s.engine.apply(s.settings);
    s.run(500ms);   // the suppression fades away first
    CHECK(s.lengths(1s) == std::set{5});
}

TEST_CASE("comfort has long blocks and packets, automatic short ones", "[delay]") {
    Sender comfort(DelayMode::comfort);
    comfort.run(100ms);
    CHECK(comfort.engine.stats().blockFrames == 960);
    Sender automatic(DelayMode::automatic);
    automatic.report();
    automatic.report();
    automatic.run(100ms);
    CHECK(automatic.lengths(1s) == std::set{10});
    CHECK(automatic.engine.stats().blockFrames == 240);
}

TEST_CASE("the loudspeaker has blocks of 5 ms, and the microphone those of a packet unless the shortest delay is wanted", "[delay]") {
    Sender s(DelayMode::automatic);
    s.run(100ms);
    CHECK(s.card->playoutBlock == 240);
    CHECK(s.card->captureBlock == 480);
    const auto openings = s.card->playoutOpenings;
    s.settings.devices.delay = DelayMode::low;
    s.engine.apply(s.settings);
    s.run(100ms);
    CHECK(s.card->playoutBlock == 240);
    CHECK(s.card->captureBlock == 240);
    CHECK(s.card->playoutOpenings == openings);   // what is right already is not opened again: that would be a gap
    CHECK(s.card->captureOpenings == 2);
}

TEST_CASE("going over to another kind of encoder and back makes no click", "[delay]") {
    Sender s(DelayMode::low);
    s.run(500ms);
    s.sent.clear();
    s.run(500ms);
    s.report();
    s.report();
    s.run(500ms);   // packets of 5 ms by now
    s.report(0.05);
    s.run(500ms);   // and of 10 again
    const auto lengthOf = [&](std::size_t at) { return s.sent[at].durationSamples; };
    REQUIRE(std::count_if(s.sent.begin(), s.sent.end(), [](const auto& f) { return f.durationSamples == 240; }) > 80);
    REQUIRE(lengthOf(s.sent.size() - 1) == 480);
    // 0.3 at 300 Hz moves by 0.012 from sample to sample; the fades of 5 ms and the codec add little.
    CHECK(largestStep(s.sent, 5) < 0.03f);
}

TEST_CASE("the words for the delay are these and no others", "[delay]") {
    CHECK(delayModeOf("automatic") == DelayMode::automatic);
    CHECK(delayModeOf("low") == DelayMode::low);
    CHECK(delayModeOf("comfort") == DelayMode::comfort);
    for (const auto* word : {"", "Low", "lowest", "0"}) CHECK_FALSE(delayModeOf(word));
}

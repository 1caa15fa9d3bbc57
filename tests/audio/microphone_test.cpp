// SPDX-License-Identifier: Apache-2.0
// When the microphone runs, and whose voice it is that it hears.
#include <cmath>

#include "audio/audio_engine.h"
#include "audio/capture_chain.h"
#include "audio/device_callback.h"
#include "audio/engine_core.h"
#include "tests/support/card_engine.h"
#include "tests/support/catch.h"
#include "tests/support/processing_lab.h"
#include "tests/support/realtime_trap.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// An engine on a card whose microphone hears one person without a pause, and nothing where nobody talks.
struct Desk : LoneEngine {
    std::vector<float> voice = person(6.0, 1);
    std::size_t at = 0;
    bool talks = true;

    Desk() {
        card->microphone = [this](std::span<float> block) {
            for (auto& s : block) s = talks ? voice[at++ % voice.size()] : 0.0f;
        };
        EngineSettings settings;
        settings.devices.blockFrames = 480;
        settings.capture.echoCancelling = settings.capture.noiseSuppression = false;
        engine.start(settings);
    }
};

}  // namespace

TEST_CASE("a microphone that may run while muted is kept, never opened: that does the person alone", "[T32][R7]") {
    Desk d;
    d.engine.keepMicrophone(true);  // on stage, muted, in the first room
    d.run(1s);
    CHECK(d.card->captureOpenings == 0);
    d.engine.setGate(true);
    d.run(1s);
    d.engine.setGate(false);
    d.run(30s);
    CHECK(d.card->capture);  // what the person opened goes on while they are muted: they allowed it
    CHECK(d.card->captureOpenings == 1);

    d.engine.keepMicrophone(false);  // off the stage
    d.run(11s);
    CHECK_FALSE(d.card->capture);
    d.engine.keepMicrophone(true);  // and on another one, muted
    d.run(30s);
    CHECK_FALSE(d.card->capture);
    CHECK(d.card->captureOpenings == 1);

    d.engine.testMicrophone(true);  // a test is a test
    d.run(1s);
    CHECK(d.card->capture);
    d.engine.testMicrophone(false);
    d.run(200ms);
    CHECK_FALSE(d.card->capture);

    d.engine.setGate(true);
    d.run(1s);
    CHECK(d.card->capture);
    d.engine.setGate(false);
    d.engine.stop();
    d.engine.start({});
    d.run(1s);
    CHECK_FALSE(d.card->capture);
}

TEST_CASE("a microphone that was closed or pulled has no level and nobody speaks into it", "[R7]") {
    Desk d;
    d.engine.testMicrophone(true);
    d.run(3s);
    REQUIRE(d.engine.microphoneSpeaking());
    REQUIRE(d.engine.microphoneLevel() > 0.0f);
    d.engine.testMicrophone(false);
    d.run(100ms);
    REQUIRE_FALSE(d.card->capture);
    CHECK(d.engine.microphoneLevel() == 0.0f);
    CHECK_FALSE(d.engine.microphoneSpeaking());

    d.engine.setGate(true);
    d.run(3s);
    REQUIRE(d.engine.microphoneSpeaking());
    d.card->present = false;
    d.run(2s);
    REQUIRE_FALSE(d.engine.stats().captureRunning);
    CHECK(d.engine.microphoneLevel() == 0.0f);
    CHECK_FALSE(d.engine.microphoneSpeaking());
}

TEST_CASE("others out of the loudspeaker are not the person, whether echo is cancelled or not", "[processing][voice][echo]") {
    const auto others = person(8.0, 0);
    const auto own = person(8.0, 1);
    constexpr std::size_t kLate = 3 * kLabBlock;  // 30 ms of devices
    for (const bool talks : {false, true}) {
        auto settings = unprocessed({});
        settings.automaticGain = true;
        CaptureChain chain([](const base::OpusFrame&) {}, {});
        chain.apply(settings);
        chain.setGate(true, 1);
        int speaking = 0;
        std::vector<float> block(kLabBlock);
        for (std::size_t at = 0; at + kLabBlock <= others.size(); at += kLabBlock) {
            chain.played(std::span(others).subspan(at, kLabBlock));
            for (std::size_t i = 0; i < kLabBlock; ++i) {
                block[i] = at + i >= kLate ? 0.4f * others[at + i - kLate] : 0.0f;
                if (talks) block[i] += 1.5f * own[at + i];
            }
            chain.process(block, base::TimePoint(base::Duration(static_cast<std::int64_t>(at) * 1000 / 48)), 30ms);
            if (chain.activity().speaking()) ++speaking;
        }
        INFO("speaking in " << speaking << " of " << others.size() / kLabBlock << " blocks, gain " << chain.gain().decibel() << " dB");
        if (talks)
            CHECK(speaking > 400);
        else
            CHECK(speaking == 0);
        if (!talks) CHECK(chain.gain().decibel() == 0.0f);  // it learned nothing from them
    }
}

TEST_CASE("where nothing is processed the pump gets no processor to throw away", "[processing][G16]") {
    if (!RealtimeTrap::works()) return;
    DeviceCallback device;
    EngineCore core(device);
    ManualClock clock;
    RealtimeTrap trap;
    auto music = CaptureSettings{};
    music.music = true;
    for (const auto& settings : {music, unprocessed({}), music}) {
        core.apply(settings);
        trap.reset();
        {
            const auto armed = trap.arm();
            core.pass(clock.now());
        }
        INFO("music " << settings.music);
        CHECK(trap.count() == 0);
    }
}

TEST_CASE("a microphone whose clock is slow loses nothing, one that was away leaves a gap in time", "[microphone]") {
    for (const bool away : {false, true}) {
        std::vector<base::OpusFrame> sent;
        CaptureChain chain([&](const base::OpusFrame& f) { sent.push_back(f); }, {});
        auto settings = unprocessed({});
        settings.frameMs = 20;
        chain.apply(settings);
        chain.setGate(true, 1);
        std::vector<float> block(480);
        double phase = 0.0;
        base::TimePoint now{};
        for (int k = 0; k < 2'000; ++k) {
            for (auto& s : block) s = 0.3f * static_cast<float>(std::sin(phase += 0.04));
            chain.process(block, {}, now, {});
            now += away ? 10ms : 10'500us;  // 5 % slow: a second behind after 20
            if (away && k == 1'000) now += 1s;
        }
        int jumps = 0;
        for (std::size_t i = 1; i < sent.size(); ++i) jumps += sent[i].rtpTimestamp - sent[i - 1].rtpTimestamp != 960u ? 1 : 0;
        CHECK(jumps == (away ? 1 : 0));
        CHECK(sent.size() >= 990);
    }
}

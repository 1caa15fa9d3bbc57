// SPDX-License-Identifier: Apache-2.0
// The processing of the own microphone around the libraries: switching, bad input, voices, gain. What the libraries
// themselves do to echo and noise is in processing_goals_test.cpp.
#include <limits>
#include <numbers>

#include "audio/automatic_gain.h"
#include "audio/capture_chain.h"
#include "audio/opus_decoder.h"
#include "tests/bench/sound_lab.h"
#include "tests/support/catch.h"
#include "tests/support/fake_backend.h"
#include "tests/support/manual_clock.h"
#include "tests/support/processing_lab.h"
#include "tests/support/realtime_trap.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

constexpr double kLevel = 0.06;

/// A chain whose finished microphone signal is kept.
struct Tapped {
    std::vector<float> out;
    std::vector<base::OpusFrame> packets;
    CaptureChain chain{[this](const base::OpusFrame& f) { packets.push_back(f); },
                       [this](std::span<const float> b) { out.insert(out.end(), b.begin(), b.end()); }};
    std::size_t blocks = 0;

    explicit Tapped(const CaptureSettings& settings) {
        chain.apply(settings);
        chain.setGate(true, 1);
        chain.setTapped(true);
    }
    void speak(std::span<const float> sound) {
        const std::vector<float> nothing(kLabBlock, 0.0f);
        for (std::size_t at = 0; at + kLabBlock <= sound.size(); at += kLabBlock) {
            chain.played(nothing);
            chain.process(sound.subspan(at, kLabBlock), base::TimePoint(base::Duration(10'000 * blocks++)), 40ms);
        }
    }
};

CaptureSettings processedCapture() {
    auto s = plainCapture(20);
    s.echoCancelling = s.noiseSuppression = s.highPass = s.automaticGain = true;
    return s;
}

/// Does what it is told to the blocks.
struct FakeStage final : ProcessorStage {
    static inline float value = 0.0f;
    static inline bool good = true;
    static inline int resets = 0;
    static inline std::vector<float> reference;
    void played(std::span<const float> block) override { reference.assign(block.begin(), block.end()); }
    bool process(std::span<float> block, base::Duration) override {
        std::fill(block.begin(), block.end(), value);
        return good;
    }
    void reset() override { ++resets; }
};
const ProcessorLibrary kFake{"fake", [] { return std::unique_ptr<ProcessorStage>(new FakeStage); },
                             [] { return std::unique_ptr<ProcessorStage>(new FakeStage); }};

}  // namespace

TEST_CASE("a stage is switched on and off by a fade, after it has settled", "[processing]") {
    FakeStage::value = 0.5f;
    FakeStage::good = true;
    AudioProcessor processor(kFake);
    std::vector<float> block(kLabBlock);
    std::vector<float> out;
    const auto run = [&](int blocks) {
        for (int i = 0; i < blocks; ++i) {
            std::fill(block.begin(), block.end(), -0.5f);
            processor.process(block, 0ms);
            out.insert(out.end(), block.begin(), block.end());
        }
    };
    run(2);
    processor.apply({true, false});
    run(10);
    processor.apply({false, false});
    run(10);
    CHECK(out[3 * kLabBlock] == -0.5f);  // settling: not heard yet
    CHECK(out[11 * kLabBlock] == 0.5f);  // on
    CHECK(out.back() == -0.5f);          // off
    float steepest = 0.0f;
    for (std::size_t i = 1; i < out.size(); ++i) steepest = std::max(steepest, std::abs(out[i] - out[i - 1]));
    CHECK(steepest < 1.2f / 480.0f);  // 10 ms at the least
    CHECK(std::count(out.begin(), out.end(), 0.5f) > 4 * 480);
}

TEST_CASE("each kind of processing goes on and off while somebody speaks, without a click", "[processing]") {
    for (const auto& library : processorLibraries()) {
        const auto voice = speechLike(12.0, 51, 0.3f);
        REQUIRE(clicks(voice) == 0);
        Tapped tapped(plainCapture());
        tapped.chain.apply(plainCapture(), std::make_unique<AudioProcessor>(library));
        auto settings = plainCapture();
        std::mt19937 random(8);
        for (std::size_t at = 0; at + kLabBlock <= voice.size(); at += kLabBlock) {
            if (at % (15 * kLabBlock) == 0) {
                switch (random() % 5) {
                    case 0:
                        settings.echoCancelling = !settings.echoCancelling;
                        break;
                    case 1:
                        settings.noiseSuppression = !settings.noiseSuppression;
                        break;
                    case 3:
                        settings.voiceGate = !settings.voiceGate;
                        break;
                    case 2:
                        settings.highPass = !settings.highPass;
                        break;
                    default:
                        settings.automaticGain = !settings.automaticGain;
                }
                tapped.chain.apply(settings, std::make_unique<AudioProcessor>(library));
            }
            tapped.speak(std::span(voice).subspan(at, kLabBlock));
        }
        INFO(library.name << ", level " << rms(tapped.out) / rms(voice));
        CHECK(clicks(tapped.out) == 0);
        CHECK(rms(tapped.out) > 0.5 * rms(voice));
        CHECK(tapped.chain.processorFailures() == 0);
    }
}

TEST_CASE("the voice gate is switched in the middle of a word without a click, and in a pause as a ramp", "[processing]") {
    const auto voice = person(4.0, 1, 0.2f);
    auto settings = plainCapture();
    Tapped tapped(settings);
    for (std::size_t at = 0; at + kLabBlock <= voice.size(); at += kLabBlock) {
        if (at % (7 * kLabBlock) == 0) {
            settings.voiceGate = !settings.voiceGate;
            tapped.chain.apply(settings);
        }
        tapped.speak(std::span(voice).subspan(at, kLabBlock));
    }
    CHECK(clicks(tapped.out) <= clicks(voice));

    // A hum that the gate shuts out: it goes and comes over a block.
    std::vector<float> hum(kSecond);
    for (std::size_t i = 0; i < hum.size(); ++i) hum[i] = 0.02f * static_cast<float>(std::sin(0.02 * static_cast<double>(i)));
    settings.voiceGate = false;
    Tapped quiet(settings);
    for (std::size_t at = 0; at + kLabBlock <= hum.size(); at += kLabBlock) {
        if (at % (20 * kLabBlock) == 0) {
            settings.voiceGate = !settings.voiceGate;
            quiet.chain.apply(settings);
        }
        quiet.speak(std::span(hum).subspan(at, kLabBlock));
    }
    float step = 0.0f;
    for (std::size_t i = 2'400; i < quiet.out.size(); ++i) step = std::max(step, std::abs(quiet.out[i] - quiet.out[i - 1]));
    CHECK(step < 0.0006f);  // the hum's own steepest is 0.0004
}

TEST_CASE("what a library refuses or spoils goes on as it came, and is counted", "[processing]") {
    AudioProcessor processor(kFake);
    processor.apply({true, false});
    std::vector<float> block(kLabBlock);
    const auto level = [&] {
        std::fill(block.begin(), block.end(), 0.25f);
        processor.process(block, 0ms);
        return *std::max_element(block.begin(), block.end());
    };
    FakeStage::value = 0.5f;
    FakeStage::good = true;
    for (int i = 0; i < 20; ++i) level();
    REQUIRE(level() == 0.5f);
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e9f}) {
        const auto before = processor.failures();
        const auto resets = FakeStage::resets;
        FakeStage::value = bad;
        CHECK(level() == 0.25f);
        CHECK(processor.failures() == before + 1);
        CHECK(FakeStage::resets == resets + 1);
    }
    FakeStage::value = 0.5f;
    FakeStage::good = false;
    CHECK(level() == 0.25f);
    FakeStage::good = true;
    CHECK(level() == 0.5f);
    // A reference that is no sound is silence for the canceller.
    std::vector<float> spoiled(kLabBlock, std::numeric_limits<float>::quiet_NaN());
    processor.played(spoiled);
    CHECK(FakeStage::reference == std::vector<float>(kLabBlock, 0.0f));
}

TEST_CASE("a device that hands in no numbers is heard as silence and counted", "[processing]") {
    for (const auto& library : processorLibraries()) {
        Tapped tapped(plainCapture());
        tapped.chain.apply(processedCapture(), std::make_unique<AudioProcessor>(library));
        auto voice = person(6.0, 2);
        const float bad[] = {std::numeric_limits<float>::quiet_NaN(),
                             std::numeric_limits<float>::infinity(),
                             -std::numeric_limits<float>::infinity(),
                             3e38f,
                             1e-42f,
                             -1e-40f};
        std::mt19937 random(3);
        std::size_t invalid = 0;
        for (std::size_t i = 2 * kSecond; i < 3 * kSecond; ++i) {
            voice[i] = bad[random() % 6];
            if (!std::isfinite(voice[i])) ++invalid;
        }
        tapped.speak(voice);
        CHECK(tapped.chain.invalidSamples() == invalid);
        for (const float s : tapped.out) REQUIRE(std::abs(s) <= 1.0f);
        CHECK(rms(part(tapped.out, 4.0, 6.0)) > 0.3 * rms(part(voice, 4.0, 6.0)));
        CHECK(tapped.chain.processorFailures() == 0);
    }
}

TEST_CASE("delays that jump about do no harm", "[processing]") {
    for (const auto& library : processorLibraries()) {
        AudioProcessor processor(library);
        processor.apply({true, true});
        const auto far = person(8.0, 0);
        const auto near = person(8.0, 5);
        std::mt19937 random(12);
        const auto out = processed(processor, far, near, [&](std::size_t) {
            return base::Duration(static_cast<std::int64_t>(random() % 4'000'000) - 1'000'000);
        });
        CHECK(processor.failures() == 0);
        CHECK(rms(out) < 1.5 * rms(near));
        CHECK(rms(out) > 0.3 * rms(near));
    }
}

TEST_CASE("silence stays silence, and the first word after it comes through", "[processing]") {
    for (const auto& library : processorLibraries()) {
        Tapped tapped(plainCapture());
        tapped.chain.apply(processedCapture(), std::make_unique<AudioProcessor>(library));
        tapped.speak(std::vector<float>(30 * kSecond, 0.0f));
        CHECK(rms(tapped.out) < 1e-4);
        tapped.out.clear();
        const auto voice = person(3.0, 1);
        tapped.speak(voice);
        INFO(library.name << " level " << levelChange(voice, tapped.out));
        CHECK(levelChange(voice, tapped.out) > -4.0);
    }
}

TEST_CASE("an hour of silence costs nothing but time", "[.long][hour]") {
    for (const auto& library : processorLibraries()) {
        Tapped tapped(plainCapture());
        tapped.chain.apply(processedCapture(), std::make_unique<AudioProcessor>(library));
        const std::vector<float> minute(60 * kSecond, 0.0f);
        for (int i = 0; i < 60; ++i) {
            tapped.out.clear();
            tapped.speak(minute);
            REQUIRE(rms(tapped.out) < 1e-4);
        }
        const auto voice = person(3.0, 1);
        tapped.out.clear();
        tapped.speak(voice);
        CHECK(levelChange(voice, tapped.out) > -4.0);
        CHECK(tapped.chain.processorFailures() == 0);
    }
}

TEST_CASE("somebody speaks: words do, fans, keys and silence do not", "[processing][voice]") {
    const auto share = [](std::span<const float> sound, bool withLibrary) {
        VoiceActivity activity;
        AudioProcessor processor;
        processor.apply({false, withLibrary});
        std::vector<float> block(kLabBlock);
        double speaking = 0.0, blocks = 0.0;
        for (std::size_t at = 0; at + kLabBlock <= sound.size(); at += kLabBlock) {
            std::copy_n(sound.begin() + static_cast<std::ptrdiff_t>(at), kLabBlock, block.begin());
            processor.process(block, 0ms);
            activity.add(block, processor.speech());
            if (at < 2 * kSecond) continue;  // until the noise is known
            speaking += activity.speaking() ? 1.0 : 0.0;
            ++blocks;
        }
        return speaking / blocks;
    };
    for (const bool withLibrary : {true, false}) {
        INFO((withLibrary ? "library" : "pitch"));
        for (const int who : {0, 1, 2, 3, 5}) {
            auto voice = person(8.0, who);
            const auto noise = fanNoise(8.0, 4);
            auto room = noise;
            scale(room, 1e-3);
            add(voice, room);
            CHECK(share(voice, withLibrary) > 0.75);
            auto quiet = person(8.0, who, 0.01f);
            scale(room, 0.3);
            add(quiet, room);
            CHECK(share(quiet, withLibrary) > 0.5);
        }
        auto fan = fanNoise(12.0, 9);
        scale(fan, 0.01);
        CHECK(share(fan, withLibrary) < 0.02);
        auto keys = keyboardNoise(12.0, 9);
        scale(keys, 0.02);
        CHECK(share(keys, withLibrary) < 0.10);
        CHECK(share(std::vector<float>(6 * kSecond, 0.0f), withLibrary) == 0.0);
    }
}

TEST_CASE("the noise behind a voice is told whatever the level, and never by blocks without any sound", "[processing][voice]") {
    const auto floorOf = [](double noiseLevel, bool withVoice) {
        VoiceActivity activity;
        auto sound = fanNoise(6.0, 4);
        scale(sound, noiseLevel / rms(sound));
        if (withVoice) add(sound, person(6.0, 1, 0.2f));
        std::fill_n(sound.begin(), kSecond / 10, 0.0f);                     // as streams begin
        std::fill_n(sound.begin() + 3 * kSecond, kSecond / 50, 0.0f);       // a switch at the microphone
        CHECK(activity.noiseFloor() == 0.0f);
        for (std::size_t at = 0; at + kLabBlock <= sound.size(); at += kLabBlock) activity.add(std::span<const float>(sound).subspan(at, kLabBlock), {});
        return 20.0 * std::log10(activity.noiseFloor() / noiseLevel);
    };
    for (const double level : {0.0005, 0.005, 0.05}) {
        INFO(level);
        CHECK(std::abs(floorOf(level, false)) < 4.0);
    }
    CHECK(std::abs(floorOf(0.001, true)) < 6.0);
    VoiceActivity activity;
    const auto fan = fanNoise(2.0, 4);
    for (std::size_t at = 0; at + kLabBlock <= fan.size(); at += kLabBlock) activity.add(std::span<const float>(fan).subspan(at, kLabBlock), {});
    CHECK(activity.noiseFloor() > 0.0f);
    activity.clear();
    CHECK(activity.noiseFloor() == 0.0f);
}

TEST_CASE("a steady offset and hum behind a voice hide it from nobody when the rumble filter is off", "[processing][voice]") {
    for (const bool filter : {true, false}) {
        INFO(filter);
        auto settings = plainCapture(20);
        settings.highPass = filter;
        Tapped tapped(settings);
        const auto speaks = [&](float voiceLevel) {
            auto sound = person(6.0, 1, voiceLevel);
            for (std::size_t i = 0; i < sound.size(); ++i)
                sound[i] += 0.03f + 0.01f * static_cast<float>(std::sin(2.0 * std::numbers::pi * 50.0 * static_cast<double>(i) / 48'000.0));
            int speaking = 0, blocks = 0;
            for (std::size_t at = 0; at + kLabBlock <= sound.size(); at += kLabBlock) {
                tapped.speak(std::span<const float>(sound).subspan(at, kLabBlock));
                if (at < 2 * kSecond) continue;
                ++blocks;
                speaking += tapped.chain.activity().speaking();
            }
            return static_cast<double>(speaking) / blocks;
        };
        CHECK(speaks(0.0f) < 0.05);
        CHECK(speaks(0.05f) > 0.5);
    }
}

TEST_CASE("automatic gain: soft and loud voices meet, pauses and noise do not count", "[processing][gain]") {
    const auto run = [](std::span<const float> sound, bool on = true) {
        VoiceActivity activity;
        AutomaticGain gain;
        gain.set(on);
        std::vector<float> out(sound.begin(), sound.end());
        for (std::size_t at = 0; at + kLabBlock <= out.size(); at += kLabBlock) {
            const auto block = std::span(out).subspan(at, kLabBlock);
            activity.add(block, std::nullopt);
            gain.process(block, activity.voice(), activity.rms(), activity.floor());
        }
        return out;
    };
    const auto settled = [](std::span<const float> x) { return 20.0 * std::log10(rms(part(x, 15.0, 25.0)) + 1e-9); };
    const auto soft = person(25.0, 1, 0.012f), usual = person(25.0, 1, 0.08f), loud = person(25.0, 1, 0.25f);
    const double s = settled(run(soft)), u = settled(run(usual)), l = settled(run(loud));
    INFO("soft " << settled(soft) << " -> " << s << ", usual " << settled(usual) << " -> " << u << ", loud "
                 << settled(loud) << " -> " << l);
    CHECK(std::abs(s - u) < 2.5);
    CHECK(std::abs(l - u) < 2.5);
    CHECK(std::abs(u + 22.0) < 3.0);
    CHECK(clicks(run(soft)) == 0);
    for (const float x : run(loud)) REQUIRE(std::abs(x) <= 0.892f);
    // The room's noise alone is never lifted.
    auto fan = fanNoise(20.0, 3);
    scale(fan, 0.004);
    CHECK(settled(run(fan)) < settled(fan) + 1.0);
    CHECK(run(soft, false) == soft);
}

TEST_CASE("processing allocates when it is made, not on every block", "[processing][G16]") {
    if (!RealtimeTrap::works()) {
        WARN("the trap does not work in this build (sanitizers bring their own allocator)");
        return;
    }
    const auto voice = person(4.0, 1);
    for (const auto& library : processorLibraries()) {
        AudioProcessor processor(library);
        processor.apply({true, true});
        std::vector<float> block(kLabBlock);
        RealtimeTrap trap;
        std::uint64_t worst = 0;
        for (std::size_t at = 0; at + kLabBlock <= voice.size(); at += kLabBlock) {
            std::copy_n(voice.begin() + static_cast<std::ptrdiff_t>(at), kLabBlock, block.begin());
            trap.reset();
            {
                const auto armed = trap.arm();
                processor.played(block);
                processor.process(block, 40ms);
            }
            if (at > kSecond) worst = std::max(worst, trap.count());
        }
        INFO(library.name << ": allocations and locks per block " << worst);
        CHECK(worst <= (library.name == "speexdsp" ? 0u : 40u));
    }
}

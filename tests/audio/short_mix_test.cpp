// SPDX-License-Identifier: Apache-2.0
// Who wants the shortest delay gets the mix in blocks of 5 ms: less waits for the device, and nothing else is different.
#include "audio/engine_core.h"
#include "tests/support/catch.h"
#include "tests/support/likeness.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kHalf = 240;

CaptureSettings plain(DelayMode delay) {
    CaptureSettings settings;
    settings.frameMs = 10;
    settings.delay = delay;
    settings.echoCancelling = settings.noiseSuppression = settings.highPass = false;
    return settings;
}

struct Heard {
    std::vector<float> left, right;
    std::size_t mostReady = 0;  // samples that wait for the device, right after the mix
    float level = 0.0f;         // most the meter showed
};

/// `said` by one core, heard by another whose device takes blocks of 5 ms, two channels.
Heard listen(const std::vector<float>& said, DelayMode delay, ListeningSettings listening = {}, CaptureSettings own = {}) {
    DeviceCallback microphone, speaker;
    EngineCore talking(microphone), hearing(speaker);
    own.delay = delay;
    talking.apply(plain(DelayMode::automatic));
    talking.setGate(true);
    hearing.apply(own);
    hearing.apply(listening);
    hearing.setBlockFrames(kHalf);
    hearing.addTrack({1});
    base::TimePoint now{};
    talking.onEncoded([&](const base::OpusFrame& frame) {
        auto arrived = frame;
        arrived.received = now;
        hearing.insert({1}, arrived);
    });
    Heard heard;
    std::vector<float> none(kHalf), pairs(2 * kHalf);
    for (std::size_t at = 0; at + kHalf <= said.size(); at += kHalf, now += 5ms) {
        microphone.captured(std::span(said).subspan(at, kHalf));
        microphone.wanted(none);
        talking.pass(now);
        speaker.wantedStereo(pairs);
        hearing.pass(now);
        heard.mostReady = std::max(heard.mostReady, speaker.playoutRing.size());
        heard.level = std::max(heard.level, hearing.trackLevel({1}));
        for (std::size_t i = 0; i < kHalf; ++i) {
            heard.left.push_back(pairs[2 * i]);
            heard.right.push_back(pairs[2 * i + 1]);
        }
    }
    return heard;
}

double levelDb(std::span<const float> sound) { return 10.0 * std::log10(energy(sound) / static_cast<double>(sound.size()) + 1e-12); }

}  // namespace

TEST_CASE("with the shortest delay wanted, at most 5 ms wait for a device that takes 5 ms at a time") {
    const auto voice = speechLike(4.0, 51);
    CHECK(listen(voice, DelayMode::low).mostReady == kHalf);
    CHECK(listen(voice, DelayMode::automatic).mostReady > kHalf);
}

TEST_CASE("a voice mixed in blocks of 5 ms sounds as in blocks of 10, seated or not, quiet or loud") {
    for (const auto& [level, seats] : {std::pair{0.3f, Seats::headphones}, {0.02f, Seats::off}}) {
        ListeningSettings listening;
        listening.seats = seats;
        const auto voice = speechLike(12.0, 52, level);
        const auto halves = listen(voice, DelayMode::low, listening), wholes = listen(voice, DelayMode::automatic, listening);
        INFO("level " << level << ", seats " << static_cast<int>(seats));
        const auto middle = [](const std::vector<float>& s, std::size_t second, std::size_t length) { return std::span(s).subspan(second * 48'000, length); };
        const auto said = middle(voice, 7, 24'000);   // and the codec is the same
        CHECK(likeness(said, middle(halves.left, 7, 48'000)) > likeness(said, middle(wholes.left, 7, 48'000)) - 0.01);
        CHECK(likeness(middle(wholes.left, 7, 24'000), middle(halves.left, 6, 96'000)) > 0.97);
        // Levelling, judged each 10 ms, has come to the same volume.
        CHECK(std::abs(levelDb(middle(halves.left, 6, 240'000)) - levelDb(middle(wholes.left, 6, 240'000))) < 0.5);
        CHECK(std::abs(halves.level - wholes.level) < 0.05f * wholes.level);
    }
}

TEST_CASE("an echo canceller at work is told whole blocks of 10 ms, and gets the sound before its echo") {
    DeviceCallback device;
    EngineCore core(device);
    auto settings = plain(DelayMode::low);
    settings.echoCancelling = true;
    core.apply(settings);
    core.setBlockFrames(kHalf);
    core.setGate(true);
    std::vector<float> silence(kHalf), out(kHalf);
    std::size_t most = 0;
    base::TimePoint now{};
    for (int i = 0; i < 400; ++i, now += 5ms) {
        device.captured(silence);
        device.wanted(out);
        core.pass(now);
        if (i > 100) most = std::max(most, device.playoutRing.size());
    }
    CHECK(most >= 2 * kHalf);
    CHECK(core.processorFailures() == 0);
}

TEST_CASE("a level is the peak of the last 50 ms whatever the length of the blocks") {
    for (const std::size_t block : {240u, 480u}) {
        LevelMeter meter;
        std::vector<float> loud(block, 0.0f), quiet(block, 0.1f);
        loud[7] = 0.5f;
        meter.add(loud);
        const auto blocks = 2'400 / block;
        INFO("block " << block);
        for (std::size_t i = 1; i < blocks; ++i) meter.add(quiet);
        CHECK(meter.level() == 0.5f);
        for (std::size_t i = 0; i < 480 / block; ++i) meter.add(quiet);
        CHECK(meter.level() == 0.1f);
    }
}

// SPDX-License-Identifier: Apache-2.0
// A device that takes 5 ms at a time gets the mix in such blocks: less waits for it, and nothing else is different.
#include <deque>

#include "audio/engine_core.h"
#include "tests/support/catch.h"
#include "tests/support/likeness.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kHalf = 240, kWhole = 480;

CaptureSettings plain(DelayMode delay) {
    CaptureSettings settings;
    settings.frameMs = 10;
    settings.delay = delay;
    settings.echoCancelling = settings.noiseSuppression = settings.highPass = false;
    return settings;
}

/// Somebody whose packets reach `hearing` as its track 1 at once.
struct Talker {
    DeviceCallback microphone;
    EngineCore core{microphone};
    base::TimePoint now{};
    std::vector<float> none = std::vector<float>(kHalf);

    explicit Talker(EngineCore& hearing) {
        core.apply(plain(DelayMode::automatic));
        core.setGate(true);
        hearing.addTrack({1});
        core.onEncoded([this, &hearing](const base::OpusFrame& frame) {
            auto arrived = frame;
            arrived.received = now;
            hearing.insert({1}, arrived);
        });
    }
    /// 5 ms, which end `at`.
    void say(std::span<const float> half, base::TimePoint at) {
        now = at;
        microphone.captured(half);
        microphone.wanted(none);
        core.pass(now);
    }
};

struct Heard {
    std::vector<float> left, right;
    std::size_t mostReady = 0;  // samples that wait for the device, right after the mix
    float level = 0.0f;         // most the meter showed
};

/// `said` by one core, heard by another whose device takes `block` at a time, two channels.
Heard listen(const std::vector<float>& said, std::size_t block, ListeningSettings listening = {}) {
    DeviceCallback speaker;
    EngineCore hearing(speaker);
    hearing.apply(plain(DelayMode::automatic));
    hearing.apply(listening);
    hearing.setBlockFrames(static_cast<int>(block));
    Talker talker(hearing);
    base::TimePoint now{};
    Heard heard;
    std::vector<float> pairs(2 * block);
    for (std::size_t at = 0; at + kHalf <= said.size(); at += kHalf, now += 5ms) {
        talker.say(std::span(said).subspan(at, kHalf), now);
        const bool comes = (at + kHalf) % block == 0;
        if (comes) speaker.wantedStereo(pairs);
        hearing.pass(now);
        heard.mostReady = std::max(heard.mostReady, speaker.playoutRing.size());
        heard.level = std::max(heard.level, hearing.trackLevel({1}));
        for (std::size_t i = 0; comes && i < block; ++i) {
            heard.left.push_back(pairs[2 * i]);
            heard.right.push_back(pairs[2 * i + 1]);
        }
    }
    return heard;
}

double levelDb(std::span<const float> sound) { return 10.0 * std::log10(energy(sound) / static_cast<double>(sound.size()) + 1e-12); }

}  // namespace

TEST_CASE("what a device takes at a time waits for it and no more, 5 ms as well as 10") {
    const auto voice = speechLike(4.0, 51);
    CHECK(listen(voice, kHalf).mostReady == kHalf);
    CHECK(listen(voice, kWhole).mostReady == kWhole);
}

TEST_CASE("a voice mixed in blocks of 5 ms sounds as in blocks of 10, seated or not, quiet or loud") {
    for (const auto& [level, seats] : {std::pair{0.3f, Seats::headphones}, {0.02f, Seats::off}}) {
        ListeningSettings listening;
        listening.seats = seats;
        const auto voice = speechLike(12.0, 52, level);
        const auto halves = listen(voice, kHalf, listening), wholes = listen(voice, kWhole, listening);
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

TEST_CASE("the echo canceller works on blocks of 10 ms that were played in halves as well as on whole ones") {
    const auto voice = speechLike(10.0, 53);
    // What of a room is still heard by the others, after six seconds; dB below the echo itself.
    const auto left = [&](std::size_t block) {
        DeviceCallback device;
        EngineCore core(device);
        auto settings = plain(DelayMode::automatic);
        settings.echoCancelling = true;
        core.apply(settings);
        core.setBlockFrames(static_cast<int>(block));
        core.setDeviceLatency(20ms);
        core.setGate(true);
        Talker talker(core);
        base::TimePoint now{};
        OpusDecoder decoder;
        std::vector<float> sent, echo, decoded(OpusDecoder::kMaxSamples), side(OpusDecoder::kMaxSamples), out(block);
        core.onEncoded([&](const base::OpusFrame& frame) {
            const auto count = decoder.decode(frame.bytes(), decoded, side);
            sent.insert(sent.end(), decoded.begin(), decoded.begin() + static_cast<std::ptrdiff_t>(count));
        });
        std::deque<float> air(960, 0.0f);  // 20 ms, with both devices
        for (std::size_t at = 0; at + kHalf <= voice.size(); at += kHalf, now += 5ms) {
            talker.say(std::span(voice).subspan(at, kHalf), now);
            if ((at + kHalf) % block == 0) {
                device.wanted(out);
                for (const float s : out) air.push_back(0.4f * s);
                std::vector<float> heard(air.begin(), air.begin() + static_cast<std::ptrdiff_t>(block));
                air.erase(air.begin(), air.begin() + static_cast<std::ptrdiff_t>(block));
                echo.insert(echo.end(), heard.begin(), heard.end());
                device.captured(heard);
            }
            core.pass(now);
        }
        CHECK(core.processorFailures() == 0);
        return levelDb(std::span(echo).subspan(6 * 48'000)) - levelDb(std::span(sent).subspan(6 * 48'000));
    };
    const auto halves = left(kHalf), wholes = left(kWhole);
    INFO("halves " << halves << " dB, wholes " << wholes << " dB");
    CHECK(halves > 15.0);
    CHECK(halves > wholes - 6.0);
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

TEST_CASE("with low latency a block is made in the third look after the device took one, else in the first") {
    for (const auto delay : {DelayMode::low, DelayMode::automatic}) {
        DeviceCallback device;
        EngineCore core(device);
        core.apply(plain(delay));
        core.setBlockFrames(kHalf);
        std::vector<float> out(kHalf);
        base::TimePoint now{1s};
        std::vector<std::size_t> ready;
        for (int i = 0; i < 40; ++i, now += 1250us) {
            if (i % 4 == 0) device.wanted(out);
            core.pass(now);
            if (i >= 36) ready.push_back(device.playoutRing.size());
        }
        const auto late = delay == DelayMode::low ? std::size_t{0} : kHalf;
        CHECK(ready == std::vector<std::size_t>{late, late, kHalf, kHalf});
    }
}

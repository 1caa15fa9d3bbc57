// SPDX-License-Identifier: Apache-2.0
// Music has two channels from the microphone to the ear: left stays left and right stays right, and whatever is done to one of
// them on the way is done to the other.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/capture_chain.h"
#include "audio/jitter_buffer.h"
#include "audio/opus_decoder.h"
#include "audio/opus_encoder.h"
#include "audio/voice_path.h"
#include "tests/support/card_engine.h"
#include "tests/support/catch.h"
#include "tests/support/realtime_trap.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// An engine whose microphone hears one voice on each side.
struct Stage : CardEngine {
    std::vector<base::OpusFrame> sent;
    std::vector<float> left, right;
    std::size_t at = 0;
    EngineSettings settings;

    explicit Stage(ManualClock& c) : CardEngine(c) {
        engine.onEncoded([this](const base::OpusFrame& f) { sent.push_back(f); });
        card->microphonePairs = [this](std::span<float> pairs) {
            for (std::size_t i = 0; i + 1 < pairs.size(); i += 2, ++at) {
                pairs[i] = at < left.size() ? left[at] : 0.0f;
                pairs[i + 1] = at < right.size() ? right[at] : 0.0f;
            }
        };
        settings.capture.echoCancelling = settings.capture.noiseSuppression = settings.capture.highPass = false;
        settings.capture.music = true;
    }
};

/// Two engines on one time: what the first one sends the second one hears.
void talk(ManualClock& clock, Stage& from, CardEngine& to, base::Duration length) {
    std::size_t taken = from.sent.size();
    for (base::Duration t{0}; t < length; t += 5ms) {
        clock.advance(5ms);
        from.step();
        for (; taken < from.sent.size(); ++taken) {
            auto frame = from.sent[taken];
            frame.received = clock.now();
            to.engine.insert({7}, frame);
        }
        to.step();
    }
}

/// A packet with a tone on the left and nothing on the right.
base::OpusFrame leftOnly(OpusEncoder& encoder, int n) {
    std::vector<float> pairs(1920, 0.0f);
    for (std::size_t i = 0; i < 960; ++i)
        pairs[2 * i] = 0.3f * static_cast<float>(std::sin(2.0 * std::numbers::pi * 440.0 * static_cast<double>(n * 960 + static_cast<int>(i)) / 48'000.0));
    base::OpusFrame frame;
    frame.size = static_cast<std::uint16_t>(encoder.encode(pairs, frame.payload));
    frame.sequence = n;
    frame.rtpTimestamp = static_cast<std::uint32_t>(960 * n);
    return frame;
}

OpusEncoder musicEncoder() {
    OpusEncoder encoder;
    EncoderSettings settings;
    settings.music = true;
    settings.bitRate = 128'000;
    settings.dtx = settings.fec = false;
    encoder.apply(settings);
    return encoder;
}

}  // namespace

TEST_CASE("left is heard left and right is heard right, by the waveform", "[music]") {
    ManualClock clock;
    Stage stage(clock);
    CardEngine ear(clock);
    stage.left = speechLike(12.0, 1, 0.15f);
    stage.right = speechLike(12.0, 2, 0.15f);
    ear.card->stereo = true;
    stage.engine.start(stage.settings);
    ear.engine.start({});
    ear.engine.addTrack({7});
    stage.engine.setGate(true);
    CHECK(stage.engine.sendsMusic());
    talk(clock, stage, ear, 11s);
    CHECK(stage.engine.stats().sendBitRate == 128'000);
    const auto part = [](const std::vector<float>& all) { return std::span(all).subspan(6 * 48'000, 2 * 48'000); };
    const auto heard = [](const std::vector<float>& all) { return std::span(all).subspan(6 * 48'000); };
    const auto ll = match(part(stage.left), heard(ear.card->heardLeft), 24'000);
    const auto lr = match(part(stage.left), heard(ear.card->heardRight), 24'000);
    const auto rr = match(part(stage.right), heard(ear.card->heardRight), 24'000);
    const auto rl = match(part(stage.right), heard(ear.card->heardLeft), 24'000);
    INFO("left on left " << ll.correlation << ", left on right " << lr.correlation << ", right on right " << rr.correlation
                         << ", right on left " << rl.correlation);
    CHECK(ll.correlation > 0.9);
    CHECK(rr.correlation > 0.9);
    CHECK(lr.correlation < 0.3);
    CHECK(rl.correlation < 0.3);
    CHECK(std::abs(ll.delay - rr.delay) <= 1);
    // As loud as it was sent: nothing levels music.
    const auto gain = rms(heard(ear.card->heardLeft).first(4 * 48'000)) / rms(std::span(stage.left).subspan(6 * 48'000, 4 * 48'000));
    CHECK(gain > 0.7);
    CHECK(gain < 1.2);
}

TEST_CASE("a listener with one loudspeaker hears the middle, one with seats the music as it is", "[music]") {
    for (const bool stereo : {false, true}) {
        ManualClock clock;
        Stage stage(clock);
        CardEngine ear(clock);
        stage.left = speechLike(6.0, 1, 0.15f);
        stage.right.assign(stage.left.size(), 0.0f);
        ear.card->stereo = stereo;
        EngineSettings settings;
        settings.listening.seats = Seats::headphones;
        stage.engine.start(stage.settings);
        ear.engine.start(settings);
        ear.engine.addTrack({7});
        stage.engine.setGate(true);
        talk(clock, stage, ear, 6s);
        if (stereo) {
            CHECK(rms(std::span(ear.card->heardLeft).last(3 * 48'000)) > 20.0 * rms(std::span(ear.card->heardRight).last(3 * 48'000)));
        } else {
            CHECK(match(std::span(stage.left).subspan(3 * 48'000, 48'000), std::span(ear.card->heard).subspan(3 * 48'000), 24'000).correlation > 0.9);
        }
    }
}

TEST_CASE("both channels are cut off by the person's gate, also what is on one side alone", "[music][T32]") {
    for (const float rightIs : {0.0f, -1.0f, 1.0f}) {   // one side; only a difference; only a sum
        ManualClock clock;
        Stage stage(clock);
        stage.left = speechLike(4.0, 3, 0.4f);
        for (auto& s : stage.left) s += 0.05f;   // never silent
        stage.right = stage.left;
        for (auto& s : stage.right) s *= rightIs;
        stage.engine.start(stage.settings);
        stage.engine.setGate(true);
        stage.run(1s);
        const auto energyOf = [](const base::OpusFrame& f) {
            OpusDecoder decoder;
            std::vector<float> middle(OpusDecoder::kMaxSamples), side(OpusDecoder::kMaxSamples);
            const auto n = decoder.decode(f.bytes(), middle, side);
            return energy(std::span(middle).first(n)) + energy(std::span(side).first(n));
        };
        REQUIRE(stage.sent.size() > 20);
        CHECK(energyOf(stage.sent.back()) > 0.01);
        CHECK(stage.sent.back().level.value < 40);   // heard on one side is heard
        stage.engine.setGate(false);
        stage.run(40ms);
        const auto before = stage.sent.size();
        stage.run(1s);
        for (auto i = before; i < stage.sent.size(); ++i) CHECK(energyOf(stage.sent[i]) < 1e-6);
    }
}

TEST_CASE("going over from speech to music and back makes no click, and the side comes only when nothing works on the middle alone", "[music]") {
    ManualClock clock;
    Stage stage(clock);
    CardEngine ear(clock);
    for (int i = 0; i < 12 * 48'000; ++i) {
        const double phase = 2.0 * std::numbers::pi * i / 48'000.0;
        stage.left.push_back(0.2f * static_cast<float>(std::sin(300.0 * phase)));
        stage.right.push_back(0.1f * static_cast<float>(std::sin(200.0 * phase)));
    }
    stage.card->microphone = [&](std::span<float> mono) {   // the same room through one channel
        for (auto& s : mono) s = 0.5f * (stage.left[stage.at % stage.left.size()] + stage.right[stage.at % stage.left.size()]), ++stage.at;
    };
    ear.card->stereo = true;
    stage.settings.capture.music = false;
    stage.settings.capture.dtx = false;
    stage.settings.capture.automaticGain = true;
    EngineSettings plain;
    plain.listening.levelling = false;
    stage.engine.start(stage.settings);
    ear.engine.start(plain);
    ear.engine.addTrack({7});
    stage.engine.setGate(true);
    talk(clock, stage, ear, 3s);
    stage.settings.capture.music = true;
    stage.engine.apply(stage.settings);
    talk(clock, stage, ear, 3s);
    const auto inMusic = ear.card->heardLeft.size();
    stage.settings.capture.music = false;
    stage.engine.apply(stage.settings);
    talk(clock, stage, ear, 3s);
    float most = 0.0f;
    for (std::size_t i = 2 * 48'000; i < ear.card->heardLeft.size(); ++i)
        most = std::max({most, std::abs(ear.card->heardLeft[i] - ear.card->heardLeft[i - 1]), std::abs(ear.card->heardRight[i] - ear.card->heardRight[i - 1])});
    CHECK(most < 0.03f);   // the tones themselves move by 0.01
    const auto differs = [&](std::size_t from, std::size_t to) {
        double sum = 0.0;
        for (auto i = from; i < to; ++i) sum += std::abs(ear.card->heardLeft[i] - ear.card->heardRight[i]);
        return sum / static_cast<double>(to - from);
    };
    CHECK(differs(2 * 48'000, 3 * 48'000) < 1e-6);
    CHECK(differs(inMusic - 48'000, inMusic) > 0.03);
    CHECK(differs(ear.card->heardLeft.size() - 48'000, ear.card->heardLeft.size()) < 1e-3);
}

TEST_CASE("a first packet with two channels allocates nothing on the pump", "[music][G16]") {
    if (!RealtimeTrap::works()) return;
    auto encoder = musicEncoder();
    OpusEncoder speech;
    std::vector<base::OpusFrame> packets;
    for (int n = 0; n < 60; ++n) {
        if (n < 20) {
            base::OpusFrame frame;
            const std::vector<float> quiet(960, 0.01f);
            frame.size = static_cast<std::uint16_t>(speech.encode(quiet, frame.payload));
            frame.sequence = n;
            frame.rtpTimestamp = static_cast<std::uint32_t>(960 * n);
            packets.push_back(frame);
        } else {
            packets.push_back(leftOnly(encoder, n));
        }
    }
    JitterBuffer buffer;
    RealtimeTrap trap;
    trap.reset();
    std::array<float, 480> middle{}, side{};
    base::TimePoint now{};
    bool two = false;
    {
        const auto armed = trap.arm();
        for (auto& p : packets) {
            p.received = now;
            buffer.insert(p);
            for (int i = 0; i < 2; ++i, now += 10ms) buffer.pull(middle, side, now);
            two = two || buffer.stereo();
        }
    }
    CHECK(two);
    CHECK(trap.count() == 0);
    CHECK(energy(side) > 0.01);

    OpusEncoder both;   // nor does the sender's going over
    EncoderSettings settings;
    std::vector<float> pairs(1920, 0.1f);
    std::array<std::byte, 1500> out{};
    trap.reset();
    {
        const auto armed = trap.arm();
        for (int i = 0; i < 4; ++i) {
            settings.music = i % 2 == 0;
            both.apply(settings);
            both.encode(std::span(pairs).first(settings.music ? 1920 : 960), out);
        }
    }
    CHECK(trap.count() == 0);
}

TEST_CASE("a decoder goes over to two channels only for a packet that it can decode", "[music][T42]") {
    OpusDecoder decoder;
    std::vector<float> middle(OpusDecoder::kMaxSamples), side(OpusDecoder::kMaxSamples);
    OpusEncoder speech;
    std::array<std::byte, 1500> packet{};
    const std::vector<float> voice(960, 0.1f);
    const auto size = speech.encode(voice, packet);
    REQUIRE(decoder.decode(std::span(packet).first(size), middle, side) == 960);
    CHECK_FALSE(decoder.stereo());
    // Two channels, two frames of differing length, the first of 200 bytes that are not there.
    const std::array<std::byte, 3> broken{std::byte{0xFF}, std::byte{0x82}, std::byte{200}};
    CHECK(decoder.decode(broken, middle, side) == 0);
    CHECK_FALSE(decoder.stereo());
    REQUIRE(decoder.decode(std::span(packet).first(size), middle, side) == 960);
    CHECK(energy(std::span(side).first(960)) == 0.0);
    auto music = musicEncoder();
    std::size_t n = 0;
    for (int i = 0; i < 10; ++i) n = decoder.decode(leftOnly(music, i).bytes(), middle, side);
    REQUIRE(n == 960);
    CHECK(decoder.stereo());
    CHECK(rms(std::span(side).first(n)) > 0.8 * rms(std::span(middle).first(n)));   // left alone: both the same
    REQUIRE(decoder.decode(std::span(packet).first(size), middle, side) == 960);   // one channel meanwhile is one on both sides
    CHECK(decoder.stereo());
    CHECK(decoder.conceal(std::span(middle).first(480), std::span(side).first(480)) == 480);
    decoder.reset();
    CHECK_FALSE(decoder.stereo());
}

TEST_CASE("volume, guard and loudness keep the two channels as they stand to each other", "[music]") {
    VoicePath path;
    path.gain.set(1.4f);
    double worst = 0.0;
    for (int n = 0; n < 300; ++n) {
        std::array<float, 480> middle{}, side{};
        float peak = 0.0f;
        for (std::size_t i = 0; i < 480; ++i) {
            // Left is three times as loud as right; bursts far above what the guard lets through.
            const auto phase = 2.0 * std::numbers::pi * 500.0 * (n * 480 + static_cast<int>(i)) / 48'000.0;
            const auto tone = static_cast<float>((n / 30 % 2 ? 0.9 : 0.05) * std::sin(phase));
            const float left = tone, right = tone / 3.0f;
            middle[i] = 0.5f * (left + right);
            side[i] = 0.5f * (left - right);
            peak = std::max(peak, std::abs(middle[i]));
        }
        if (n == 150) path.gain.set(0.4f);
        if (!path.shape(middle, side, peak, n > 200, n < 250)) continue;
        if (n >= 249) continue;   // speech: the high-pass fades in, alike
        double left = 0.0, right = 0.0;
        for (std::size_t i = 0; i < 480; ++i) {
            left += std::pow(middle[i] + side[i], 2);
            right += std::pow(middle[i] - side[i], 2);
        }
        if (right > 1e-9) worst = std::max(worst, std::abs(std::sqrt(left / right) - 3.0));
    }
    CHECK(worst < 0.01);
}

// SPDX-License-Identifier: Apache-2.0
// What is left of echo and noise, and what becomes of the voice between them, in rooms made from nothing. The goals are
// those of the sound path; where a library does not reach one, the test holds what it reaches (docs/sound.md has the
// table and ./dev bench processing repeats it).
#include "audio/audio_engine.h"
#include "audio/capture_chain.h"
#include "audio/opus_decoder.h"
#include "tests/support/card_engine.h"
#include "tests/support/catch.h"
#include "tests/support/processing_lab.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

bool isWebrtc(const ProcessorLibrary& library) { return library.name != "speexdsp"; }

base::Duration told(double ms) { return base::Duration(static_cast<std::int64_t>(1000.0 * ms)); }

std::vector<float> withNoise(std::vector<float> echo, const EchoScene& scene) {
    add(echo, scene.noise(echo.size()));
    return echo;
}

std::vector<float> cancelled(const ProcessorLibrary& library, std::span<const float> far, std::span<const float> mic,
                             const std::function<base::Duration(std::size_t)>& delay) {
    AudioProcessor processor(library);
    processor.apply({true, false});
    return processed(processor, far, mic, delay);
}

}  // namespace

TEST_CASE("the loudspeaker is 25 dB down after two seconds, whatever room and clock", "[processing][goals]") {
    const auto far = person(10.0, 0);
    struct Case {
        double decay, ppm, webrtc, speex;
    };
    for (const auto& library : processorLibraries())
        for (const auto& [decay, ppm, webrtc, speex] :
             {Case{0.2, 0.0, 25.0, 20.0}, Case{0.2, 100.0, 24.0, 8.0}, Case{0.45, 0.0, 14.0, 14.0}}) {
            const double goal = isWebrtc(library) ? webrtc : speex;
            EchoScene scene;
            scene.room.decaySeconds = decay;
            const auto echo = byOtherClock(scene.echoOf(far), ppm);
            const auto out =
                cancelled(library, far, withNoise(echo, scene), [&](std::size_t) { return told(scene.deviceMs); });
            const double got = erle(part(echo, 2, 9.9), part(out, 2, 9.9));
            INFO(library.name << ", decay " << decay << " s, " << ppm << " ppm: " << got << " dB");
            CHECK(got >= goal);
        }
}

TEST_CASE("a device of long blocks, which plays and captures four at once, has its echo cancelled too", "[processing][goals]") {
    const auto far = person(8.0, 0);
    for (const auto& library : processorLibraries()) {
        EchoScene scene;
        scene.deviceMs = 120.0;  // two device blocks of 40 ms on the way out, one on the way in
        const auto echo = scene.echoOf(far);
        auto out = withNoise(echo, scene);
        AudioProcessor processor(library);
        processor.apply({true, false});
        for (std::size_t at = 0; at + 4 * kLabBlock <= out.size(); at += 4 * kLabBlock) {
            for (std::size_t i = 0; i < 4; ++i) processor.played(std::span(far).subspan(at + i * kLabBlock, kLabBlock));
            for (std::size_t i = 0; i < 4; ++i)
                processor.process(std::span(out).subspan(at + i * kLabBlock, kLabBlock), told(scene.deviceMs));
        }
        const double got = erle(part(echo, 2, 7.9), part(out, 2, 7.9));
        INFO(library.name << ": " << got << " dB");
        CHECK(got >= (isWebrtc(library) ? 12.0 : 15.0));
    }
}

TEST_CASE("who speaks into the echo keeps their level", "[processing][goals]") {
    const auto far = person(14.0, 0);
    for (const auto& library : processorLibraries()) {
        const EchoScene scene;
        auto near = person(14.0, 5);
        std::fill(near.begin(), near.begin() + 5 * kSecond, 0.0f);
        auto mic = withNoise(scene.echoOf(far), scene);
        add(mic, near);
        const auto out = cancelled(library, far, mic, [&](std::size_t) { return told(scene.deviceMs); });
        const double change = levelChange(part(near, 5, 14), part(out, 5, 14));
        INFO(library.name << ": " << change << " dB");
        CHECK(std::abs(change) <= 3.0);
    }
}

TEST_CASE("a device that was opened again has another delay, and the echo goes again", "[processing][goals]") {
    const auto far = person(12.0, 0);
    for (const auto& library : processorLibraries()) {
        EchoScene before, after;
        after.deviceMs = 100.0;
        auto echo = before.echoOf(far);
        const auto later = after.echoOf(far);
        std::copy(later.begin() + 6 * kSecond, later.end(), echo.begin() + 6 * kSecond);
        const auto out = cancelled(library, far, withNoise(echo, before), [&](std::size_t at) {
            return told(at < 6 * kSecond ? before.deviceMs : after.deviceMs);
        });
        INFO(library.name);
        CHECK(erle(part(echo, 8, 12), part(out, 8, 12)) >= (isWebrtc(library) ? 20.0 : 12.0));
    }
}

TEST_CASE("noise goes by 10 dB and the words stay", "[processing][goals]") {
    struct Kind {
        const char* name;
        std::vector<float> sound;
        double snr, webrtc, speex;
    };
    for (const auto& kind :
         {Kind{"fan", fanNoise(14.0, 5), 10.0, 10.0, 8.0}, Kind{"keyboard", keyboardNoise(14.0, 6), 10.0, 3.0, 0.5},
          Kind{"babble", babbleNoise(14.0), 10.0, 5.0, 1.0}})
        for (const auto& library : processorLibraries()) {
            const auto f = suppress(library, kind.sound, kind.snr);
            INFO(library.name << ", " << kind.name << ": " << f.gain() << " dB, ESTOI " << f.estoiBefore << " -> "
                              << f.estoiAfter);
            CHECK(f.gain() >= (isWebrtc(library) ? kind.webrtc : kind.speex));
            CHECK(f.estoiAfter >= f.estoiBefore - 0.025);
        }
}

TEST_CASE("a room does not hear itself through somebody's loudspeaker", "[processing][engine]") {
    // The whole engine: what is mixed for the loudspeaker comes back to the microphone 30 ms after the card played it.
    const auto sentRms = [](bool cancel) {
        LoneEngine lone;
        auto& clock = lone.clock;
        auto* card = lone.card;
        auto& engine = lone.engine;
        OpusDecoder decoder;
        std::vector<float> sent;
        engine.onEncoded([&](const base::OpusFrame& f) {
            std::vector<float> pcm(OpusDecoder::kMaxSamples);
            const auto n = decoder.decode(f.bytes(), pcm);
            sent.insert(sent.end(), pcm.begin(), pcm.begin() + static_cast<std::ptrdiff_t>(n));
        });
        EngineSettings settings;
        settings.devices.blockFrames = 480;
        settings.capture.dtx = false;
        settings.capture.echoCancelling = cancel;
        settings.capture.noiseSuppression = false;
        const auto path = roomResponse({}, {2.4, 1.2, 1.0}, {2.1, 1.6, 1.1});
        std::size_t micAt = 0;
        card->microphone = [&](std::span<float> block) {
            // Direct sound and the strongest reflections are enough here.
            for (std::size_t i = 0; i < block.size(); ++i, ++micAt) {
                float s = 0.0f;
                for (std::size_t k = 0; k < 480; ++k)
                    if (micAt >= 1'440 + k && micAt - 1'440 - k < card->heard.size())
                        s += 0.25f * path[k] * card->heard[micAt - 1'440 - k];
                block[i] = s;
            }
        };
        engine.start(settings);
        engine.addTrack({1});
        engine.setGate(true);
        // Somebody else speaks.
        std::vector<base::OpusFrame> words;
        CaptureChain chain([&](const base::OpusFrame& f) { words.push_back(f); }, {});
        auto plain = settings.capture;
        plain.echoCancelling = plain.highPass = false;
        chain.apply(plain);
        chain.setGate(true, 1);
        const auto voice = person(8.0, 0, 0.1f);
        std::size_t taken = 0;
        for (std::size_t at = 0; at + kLabBlock <= voice.size(); at += kLabBlock) {
            chain.process(std::span(voice).subspan(at, kLabBlock), {}, clock.now());
            for (; taken < words.size(); ++taken) {
                auto frame = words[taken];
                frame.received = clock.now();
                engine.insert({1}, frame);
            }
            lone.run(10ms);
        }
        REQUIRE(engine.stats().processorFailures == 0);
        return rms(part(sent, 3.0, 7.5));
    };
    const double with = sentRms(true), without = sentRms(false);
    INFO("echo " << 20.0 * std::log10(without / (with + 1e-9)) << " dB weaker");
    CHECK(without > 0.003);
    CHECK(with < without / 10.0);
}

TEST_CASE("who speaks while muted is noticed, and nothing of it leaves", "[processing][voice]") {
    LoneEngine lone;
    auto& engine = lone.engine;
    std::vector<base::OpusFrame> sent;
    engine.onEncoded([&](const base::OpusFrame& f) { sent.push_back(f); });
    const auto voice = person(6.0, 1);
    std::size_t at = voice.size();
    lone.card->microphone = [&](std::span<float> block) {
        for (auto& s : block) s = at < voice.size() ? voice[at++] : 0.0f;
    };
    EngineSettings settings;
    settings.devices.blockFrames = 480;
    engine.start(settings);
    engine.setGate(true);
    lone.run(1s);
    CHECK_FALSE(engine.microphoneSpeaking());
    engine.setGate(false);
    lone.run(500ms);
    sent.clear();
    at = 0;
    lone.run(2s);
    CHECK(engine.microphoneSpeaking());
    CHECK(sent.empty());
    lone.run(5s);
    CHECK_FALSE(engine.microphoneSpeaking());  // the words are over
    at = 0;
    lone.run(1s);
    CHECK(engine.microphoneSpeaking());
    lone.run(5s);  // the microphone was given back meanwhile
    at = 0;
    lone.run(2s);
    CHECK_FALSE(lone.card->capture);
    CHECK_FALSE(engine.microphoneSpeaking());
}

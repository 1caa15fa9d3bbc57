// SPDX-License-Identifier: Apache-2.0
// What a processing library makes of rooms and noises, as figures. For tests/audio/processing_test.cpp and
// parlour_bench_processing, so that the table of docs/sound.md and the tests say the same.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "audio/processor.h"
#include "tests/support/acoustic_room.h"
#include "tests/support/intelligibility.h"
#include "tests/support/speech.h"

namespace parlour::tests {

constexpr std::size_t kLabBlock = 480;
constexpr std::size_t kSecond = 48'000;

inline double decibels(double powerRatio) { return 10.0 * std::log10(std::max(powerRatio, 1e-12)); }
inline std::span<const float> part(std::span<const float> x, double from, double to) {
    const auto a = std::min(x.size(), static_cast<std::size_t>(from * kSecond));
    return x.subspan(a, std::min(x.size(), static_cast<std::size_t>(to * kSecond)) - a);
}

/// Block by block, as the pump does it. `told`: what the processor hears of the delay, per block.
inline std::vector<float> processed(audio::AudioProcessor& processor, std::span<const float> played,
                                    std::span<const float> microphone,
                                    const std::function<base::Duration(std::size_t)>& told = {}) {
    std::vector<float> out(microphone.begin(), microphone.end());
    for (std::size_t at = 0; at + kLabBlock <= out.size(); at += kLabBlock) {
        if (at + kLabBlock <= played.size()) processor.played(played.subspan(at, kLabBlock));
        processor.process(std::span(out).subspan(at, kLabBlock), told ? told(at) : base::Duration{0});
    }
    return out;
}

/// A desk with a loudspeaker half a metre from the microphone, devices that add 40 ms, and a quiet room.
struct EchoScene {
    double deviceMs = 40.0;
    double loudness = 1.0;    ///< echo at the microphone against what is played: about -8 dB at 1
    float roomNoise = 3e-4f;  ///< RMS, -70 dBFS
    Room room{};

    std::size_t delay() const { return static_cast<std::size_t>(48.0 * deviceMs); }
    std::vector<float> echoOf(std::span<const float> played, Place microphone = {2.1, 1.6, 1.1}) const {
        auto h = roomResponse(room, {2.4, 1.2, 1.0}, microphone);
        scale(h, 0.4 * loudness / std::sqrt(energy(h)));
        auto echo = through(smallLoudspeaker(played), h);
        echo.insert(echo.begin(), delay(), 0.0f);
        echo.resize(played.size());
        return echo;
    }
    std::vector<float> noise(std::size_t size) const {
        auto out = fanNoise(static_cast<double>(size) / kSecond, 77);
        scale(out, roomNoise);
        out.resize(size);
        return out;
    }
};

/// Echo return loss enhancement of a stretch: how much weaker the echo leaves than it came.
inline double erle(std::span<const float> echo, std::span<const float> out) {
    return decibels(energy(echo) / (energy(out) + 1e-12));
}

/// Level of `out` against `clean` in blocks of 20 ms in which `clean` speaks, in dB; delays up to 20 ms do not matter.
inline double levelChange(std::span<const float> clean, std::span<const float> out) {
    constexpr std::size_t kFrame = 960;
    const double gate = 0.1 * energy(clean) / static_cast<double>(std::max<std::size_t>(1, clean.size() / kFrame));
    double before = 0.0, after = 0.0;
    for (std::size_t at = kFrame; at + 2 * kFrame <= clean.size() && at + 2 * kFrame <= out.size(); at += kFrame) {
        if (energy(clean.subspan(at, kFrame)) < gate || energy(clean.subspan(at - kFrame, kFrame)) < gate) continue;
        before += energy(clean.subspan(at, kFrame));
        after += energy(out.subspan(at, kFrame));
    }
    return decibels(after / std::max(before, 1e-12));
}

struct NoiseFigures {
    double snrBefore = 0.0, snrAfter = 0.0;      ///< speech while it speaks against noise in the pauses, dB
    double estoiBefore = 0.0, estoiAfter = 0.0;  ///< against the clean voice
    double gain() const { return snrAfter - snrBefore; }
};

/// Blocks of 10 ms: true where `clean` speaks, false where it has been silent for 100 ms and more; the rest counts for
/// neither.
struct SpeechMap {
    std::vector<bool> speech, pause;
    explicit SpeechMap(std::span<const float> clean) {
        const auto blocks = clean.size() / kLabBlock;
        speech.assign(blocks, false);
        pause.assign(blocks, false);
        double mean = 0.0;
        std::vector<double> e(blocks);
        for (std::size_t b = 0; b < blocks; ++b) mean += e[b] = energy(clean.subspan(b * kLabBlock, kLabBlock));
        mean /= static_cast<double>(std::max<std::size_t>(1, blocks));
        int quiet = 0;
        for (std::size_t b = 0; b < blocks; ++b) {
            quiet = e[b] < 1e-4 * mean ? quiet + 1 : 0;
            speech[b] = e[b] > 0.1 * mean;
            pause[b] = quiet >= 10;
        }
    }
};

inline double snrOf(std::span<const float> sound, const SpeechMap& map, std::size_t fromBlock) {
    double speech = 1e-12, pause = 1e-12, nSpeech = 0, nPause = 0;
    for (std::size_t b = fromBlock; b < map.speech.size() && (b + 1) * kLabBlock <= sound.size(); ++b) {
        const double e = energy(sound.subspan(b * kLabBlock, kLabBlock));
        if (map.speech[b]) speech += e, ++nSpeech;
        if (map.pause[b]) pause += e, ++nPause;
    }
    speech /= std::max(1.0, nSpeech);
    pause /= std::max(1.0, nPause);
    return decibels(std::max(speech - pause, 1e-3 * pause) / pause);
}

/// A voice at `snr` dB above `noise` (RMS 1), through noise suppression alone; the first two seconds are for learning.
inline NoiseFigures suppress(const audio::ProcessorLibrary& library, std::span<const float> noise, double snr) {
    const double seconds = static_cast<double>(noise.size()) / kSecond;
    const auto voice = person(seconds, 1);
    const SpeechMap map(voice);
    double speech = 0.0, blocks = 0.0;
    for (std::size_t b = 0; b < map.speech.size(); ++b)
        if (map.speech[b]) speech += energy(std::span(voice).subspan(b * kLabBlock, kLabBlock)), ++blocks;
    auto dirty = std::vector<float>(noise.begin(), noise.end());
    scale(dirty, std::sqrt(speech / blocks / kLabBlock) * std::pow(10.0, -0.05 * snr));
    add(dirty, voice);
    audio::AudioProcessor processor(library);
    processor.apply({false, true});
    const auto clean = processed(processor, {}, dirty);
    NoiseFigures f;
    constexpr double kLearn = 2.0;
    f.snrBefore = snrOf(dirty, map, 200);
    f.snrAfter = snrOf(clean, map, 200);
    const auto said = part(voice, kLearn, seconds);
    f.estoiBefore = meanEstoi(scoreUtterances(said, part(dirty, kLearn, seconds), 1'440));
    f.estoiAfter = meanEstoi(scoreUtterances(said, part(clean, kLearn, seconds), 1'440));
    return f;
}

/// Samples that the way through adds, by the best match with a voice.
inline double addedDelayMs(const audio::ProcessorLibrary& library, audio::ProcessorSettings settings) {
    audio::AudioProcessor processor(library);
    processor.apply(settings);
    const auto voice = person(6.0, 2);
    const auto silence = std::vector<float>(voice.size(), 0.0f);
    const auto out = processed(processor, silence, voice);
    return static_cast<double>(match(part(voice, 2.0, 4.0), part(out, 2.0, 4.2), 1'440).delay) / 48.0;
}

}  // namespace parlour::tests

// SPDX-License-Identifier: Apache-2.0
// Echo cancelling and noise suppression of each library that this build has, in rooms made from nothing
// (tests/support/processing_lab.h): one table, the same on every run but for the CPU.
#include <cstdio>
#include <ctime>
#include <string>

#include "audio/automatic_gain.h"
#include "audio/voice_activity.h"
#include "tests/support/processing_lab.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;

namespace {

struct Cost {
    double mean = 0.0, worst = 0.0;  // µs per block
};

template <class Body>
Cost costOf(std::size_t blocks, Body body) {
    std::vector<double> each;
    for (std::size_t b = 0; b < blocks; ++b) {
        const auto before = std::clock();  // of the process, which has this thread only
        body(b);
        each.push_back(1e6 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }
    std::sort(each.begin(), each.end());
    Cost cost;
    for (const double e : each) cost.mean += e / static_cast<double>(each.size());
    cost.worst = each[each.size() * 999 / 1000];
    return cost;
}

void echo(const ProcessorLibrary& library) {
    const EchoScene scene;
    const double seconds = 20.0;
    const auto far = person(seconds, 0);
    const auto path = scene.echoOf(far);
    const auto delayIs = [&](std::size_t) { return base::Duration(static_cast<std::int64_t>(scene.deviceMs * 1000)); };

    {  // single talk
        auto mic = path;
        add(mic, scene.noise(mic.size()));
        AudioProcessor p(library);
        p.apply({true, false});
        const auto out = processed(p, far, mic, delayIs);
        std::printf("  single talk, ERLE:            1-2 s %5.1f   2-4 s %5.1f   4-20 s %5.1f dB\n",
                    erle(part(path, 1, 2), part(out, 1, 2)), erle(part(path, 2, 4), part(out, 2, 4)),
                    erle(part(path, 4, 20), part(out, 4, 20)));
    }
    {  // told nothing true of the delay
        auto mic = path;
        add(mic, scene.noise(mic.size()));
        AudioProcessor p(library);
        p.apply({true, false});
        const auto out = processed(p, far, mic, [](std::size_t) { return base::Duration(0); });
        std::printf("  told a delay of 0:            2-4 s %5.1f   4-20 s %5.1f dB\n",
                    erle(part(path, 2, 4), part(out, 2, 4)), erle(part(path, 4, 20), part(out, 4, 20)));
    }
    for (const double ppm : {100.0, -100.0}) {
        const auto drifted = byOtherClock(path, ppm);
        auto mic = drifted;
        add(mic, scene.noise(mic.size()));
        AudioProcessor p(library);
        p.apply({true, false});
        const auto out = processed(p, far, mic, delayIs);
        std::printf("  clocks %+4.0f ppm:              2-4 s %5.1f   4-20 s %5.1f dB\n", ppm,
                    erle(part(drifted, 2, 4), part(out, 2, 4)), erle(part(drifted, 4, 19), part(out, 4, 19)));
    }
    {  // the device is opened again: 60 ms more, then 90 less
        EchoScene longer = scene, shorter = scene;
        longer.deviceMs += 60.0;
        shorter.deviceMs = 10.0;
        auto mic = path;
        const auto b = longer.echoOf(far), c = shorter.echoOf(far);
        std::copy(b.begin() + 7 * kSecond, b.end(), mic.begin() + 7 * kSecond);
        std::copy(c.begin() + 14 * kSecond, c.end(), mic.begin() + 14 * kSecond);
        const auto echoAlone = mic;
        add(mic, scene.noise(mic.size()));
        AudioProcessor p(library);
        p.apply({true, false});
        const auto out = processed(p, far, mic, [](std::size_t at) {
            return base::Duration(at < 7 * kSecond ? 40'000 : at < 14 * kSecond ? 100'000 : 10'000);
        });
        std::printf("  delay +60 ms at 7 s:          8-9 s %5.1f   9-14 s %5.1f dB\n",
                    erle(part(echoAlone, 8, 9), part(out, 8, 9)), erle(part(echoAlone, 9, 14), part(out, 9, 14)));
        std::printf("  delay -90 ms at 14 s:         15-16 s %5.1f   16-20 s %5.1f dB\n",
                    erle(part(echoAlone, 15, 16), part(out, 15, 16)), erle(part(echoAlone, 16, 20), part(out, 16, 20)));
    }
    for (const double nearLevel : {0.06, 0.03}) {  // double talk from 8 s on
        auto near = person(seconds, 5, static_cast<float>(nearLevel));
        std::fill(near.begin(), near.begin() + 8 * kSecond, 0.0f);
        auto mic = path;
        add(mic, near);
        add(mic, scene.noise(mic.size()));
        AudioProcessor p(library);
        p.apply({true, false});
        const auto out = processed(p, far, mic, delayIs);
        const auto score = [&](std::span<const float> x) {
            return meanEstoi(scoreUtterances(part(near, 8, seconds), part(x, 8, seconds), 1'440));
        };
        std::printf("  double talk, near %+3.0f dB to echo: level %+5.1f dB, ESTOI %.3f -> %.3f\n",
                    decibels(energy(part(near, 8, 20)) / energy(part(path, 8, 20))),
                    levelChange(part(near, 8, seconds), part(out, 8, seconds)), score(mic), score(out));
    }
}

void noise(const ProcessorLibrary& library) {
    const double seconds = 24.0;
    struct Kind {
        const char* name;
        std::vector<float> sound;
        double snr;
    };
    for (const auto& kind :
         {Kind{"fan", fanNoise(seconds, 5), 10.0}, Kind{"fan", fanNoise(seconds, 5), 20.0},
          Kind{"keyboard", keyboardNoise(seconds, 6), 10.0}, Kind{"keyboard", keyboardNoise(seconds, 6), 20.0},
          Kind{"babble", babbleNoise(seconds), 10.0}, Kind{"babble", babbleNoise(seconds), 20.0}}) {
        const auto f = suppress(library, kind.sound, kind.snr);
        std::printf("  %-9s at %4.1f dB:  SNR %+5.1f dB   ESTOI %.3f -> %.3f\n", kind.name, f.snrBefore, f.gain(),
                    f.estoiBefore, f.estoiAfter);
    }
}

void cost(const ProcessorLibrary& library) {
    const EchoScene scene;
    const auto far = person(20.0, 0);
    auto mic = scene.echoOf(far);
    add(mic, person(20.0, 5));
    for (const auto& [name, settings] :
         {std::pair{"echo and noise", ProcessorSettings{true, true}}, std::pair{"echo", ProcessorSettings{true, false}},
          std::pair{"noise", ProcessorSettings{false, true}}}) {
        AudioProcessor p(library);
        p.apply(settings);
        auto out = mic;
        const auto c = costOf(out.size() / kLabBlock, [&](std::size_t b) {
            p.played(std::span(far).subspan(b * kLabBlock, kLabBlock));
            p.process(std::span(out).subspan(b * kLabBlock, kLabBlock), base::Duration(40'000));
        });
        std::printf("  %-15s adds %4.1f ms   CPU per 10 ms block %5.0f us = %4.2f %% of a core, p99.9 %5.0f us\n", name,
                    addedDelayMs(library, settings), c.mean, c.mean / 100.0, c.worst);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::string only = argc > 1 ? argv[1] : "";
    std::printf("processing: %s\n", espeakInstalled() ? "espeak-ng voices" : "speech-like sound");
    for (const auto& library : processorLibraries()) {
        if (argc > 2 && library.name.find(argv[2]) == std::string_view::npos) continue;
        std::printf("%s\n", std::string(library.name).c_str());
        if (only.empty() || only == "echo") echo(library);
        if (only.empty() || only == "noise") noise(library);
        if (only.empty() || only == "cost") cost(library);
    }
    if (only.empty() || only == "cost") {
        VoiceActivity activity;
        AutomaticGain gain;
        gain.set(true);
        auto sound = person(20.0, 5);
        const auto c = costOf(sound.size() / kLabBlock, [&](std::size_t b) {
            const auto block = std::span(sound).subspan(b * kLabBlock, kLabBlock);
            activity.add(block, std::nullopt);
            gain.process(block, activity.voice(), activity.rms(), activity.floor());
        });
        std::printf("own\n  voice activity and automatic gain: %5.1f us, p99.9 %5.1f us\n", c.mean, c.worst);
    }
    return 0;
}

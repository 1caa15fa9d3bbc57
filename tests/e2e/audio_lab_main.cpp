// SPDX-License-Identifier: Apache-2.0
// The sound engine alone over real devices: microphone -> Opus -> jitter buffer -> loudspeaker, in one process without
// a network.
//   parlour_audio_lab loop --capture EP --playout EP [--seconds N] [--frame 10|20] [--block 240|480] [--process on|off]
//   parlour_audio_lab copy --capture EP --playout EP [--seconds N] [--block 240|480]     microphone to loudspeaker,
//   nothing between parlour_audio_lab devices
// loop prints one line of state each 100 ms: t, captured level, played level, running, restarts.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "audio/audio_engine.h"
#include "audio/portaudio_backend.h"
#include "core/base/clock.h"
#include "core/base/spsc_ring.h"

using namespace parlour;

namespace {

std::atomic<bool> ended{false};

int devices() {
    for (const bool capture : {true, false}) {
        const auto list = audio::listDevices(capture);
        if (!list) {
            std::fprintf(stderr, "%s\n", base::describe(list.error()).c_str());
            return 1;
        }
        for (const auto& d : *list)
            std::printf("%s\t%s\t%d%s\n", capture ? "capture" : "playout", d.name.c_str(), d.channels,
                        d.isDefault ? "\tdefault" : "");
    }
    return 0;
}

/// The floor of every latency figure: one ring between two device callbacks, started with one block in it.
int copy(const audio::AudioDeviceSettings& settings, double seconds) {
    base::SystemClock clock;
    base::SpscRing<float> ring(16'384);
    const std::vector<float> first(static_cast<std::size_t>(settings.playoutBlock()), 0.0f);
    ring.write(first);
    const auto fill = [&](std::span<float> mono) {
        while (ring.size() > 2 * mono.size()) ring.discard(mono.size());
        const auto got = ring.read(mono);
        std::fill(mono.begin() + static_cast<std::ptrdiff_t>(got), mono.end(), 0.0f);
    };
    std::vector<float> one(8'192);
    const audio::DeviceCallbacks callbacks{[&](std::span<const float> mono) { ring.write(mono); }, fill, [&](std::span<float> pairs) {
                                               const auto mono = std::span(one).first(std::min(one.size(), pairs.size() / 2));
                                               fill(mono);
                                               for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = one[std::min(i / 2, one.size() - 1)];
                                           }};
    const auto backend = audio::makePortAudioBackend();
    auto opened = backend->openPlayout(settings.playout, settings.playoutBlock(), callbacks);
    if (opened) opened = backend->openCapture(settings.capture, settings.playoutBlock(), callbacks);
    if (!opened) {
        std::fprintf(stderr, "%s\n", base::describe(opened.error()).c_str());
        return 1;
    }
    const auto end = clock.now() + std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds));
    while (!ended && clock.now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGTERM, [](int) { ended = true; });
    std::signal(SIGINT, [](int) { ended = true; });
    if (argc >= 2 && std::strcmp(argv[1], "devices") == 0) return devices();
    const std::string mode = argc < 2 ? "" : argv[1];
    if (mode != "loop" && mode != "copy") {
        std::fprintf(stderr, "parlour_audio_lab loop|copy|devices …\n");
        return 2;
    }
    audio::EngineSettings settings;
    double seconds = 10.0;
    settings.capture.echoCancelling = false;
    settings.capture.noiseSuppression = false;
    settings.capture.dtx = false;
    for (int i = 2; i + 1 < argc; i += 2) {
        const std::string key = argv[i];
        const std::string value = argv[i + 1];
        if (key == "--capture" || key == "--playout") {
            const auto endpoint = audio::parseEndpoint(value, key == "--capture");
            if (!endpoint) {
                std::fprintf(stderr, "%s\n", base::describe(endpoint.error()).c_str());
                return 2;
            }
            (key == "--capture" ? settings.devices.capture : settings.devices.playout) = *endpoint;
        } else if (key == "--seconds") {
            seconds = std::stod(value);
        } else if (key == "--frame") {
            settings.capture.frameMs = std::stoi(value);
        } else if (key == "--block") {
            settings.devices.blockFrames = std::stoi(value);
        } else if (key == "--delay") {
            const auto delay = audio::delayModeOf(value);
            if (!delay) return 2;
            settings.devices.delay = *delay;
        } else if (key == "--process") {
            settings.capture.echoCancelling = settings.capture.noiseSuppression = value == "on";
        } else {
            std::fprintf(stderr, "unknown option %s\n", key.c_str());
            return 2;
        }
    }

    if (mode == "copy") return copy(settings.devices, seconds);
    base::SystemClock clock;
    audio::AudioEngine engine(clock);
    engine.addTrack({1});
    // The pump is both ends here: it encodes, and the same thread hands the frame back through the track's queue.
    engine.onEncoded([&](const base::OpusFrame& frame) {
        auto copy = frame;
        copy.received = clock.now();
        engine.insert({1}, copy);
    });
    engine.start(settings);
    engine.setGate(true);
    const auto start = clock.now();
    while (!ended &&
           clock.now() - start < std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(seconds))) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const auto s = engine.stats();
        const auto capture = engine.captureState();
        const auto playout = engine.playoutState();
        const auto t = engine.trackStats({1});
        std::printf(
            "t=%lld mic=%.4f ear=%.4f capture=%d playout=%d restarts=%llu underruns=%llu concealed=%llu target=%.1f "
            "held=%.1f %s\n",
            static_cast<long long>(base::toMs(clock.now() - start)), static_cast<double>(engine.microphoneLevel()),
            static_cast<double>(engine.trackLevel({1})), s.captureRunning, s.playoutRunning,
            static_cast<unsigned long long>(s.deviceRestarts), static_cast<unsigned long long>(s.playoutUnderruns),
            static_cast<unsigned long long>(t.concealedSamples),
            t.totalSamplesReceived ? 1e3 * t.jitterBufferTargetDelay / static_cast<double>(t.totalSamplesReceived)
                                   : 0.0,
            t.jitterBufferEmittedCount ? 1e3 * t.jitterBufferDelay / static_cast<double>(t.jitterBufferEmittedCount)
                                       : 0.0,
            !playout.ok   ? playout.problem.code.c_str()
            : !capture.ok ? capture.problem.code.c_str()
                          : "");
        std::fflush(stdout);
    }
    engine.stop();
    return 0;
}

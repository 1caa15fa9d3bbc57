// SPDX-License-Identifier: Apache-2.0
// CPU of listening: so many speakers through the whole playout (jitter buffer, decoding, loudness, seats, mix, guard, limiter),
// beside decoding their packets and nothing else, in the same run.   parlour_bench_listening [SPEAKERS] [ROUNDS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "audio/engine_core.h"
#include "audio/opus_decoder.h"
#include "tests/bench/cpu_time.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;
using tests::cpuSeconds;
using tests::median;

namespace {

constexpr int kSeconds = 30;
constexpr int kBlocks = 100 * kSeconds;

struct Packet {
    int block = 0;
    base::OpusFrame frame;
};

std::vector<Packet> record(std::uint32_t seed) {
    DeviceCallback device;
    EngineCore core(device);
    std::vector<Packet> tape;
    int block = 0;
    core.onEncoded([&](const base::OpusFrame& frame) { tape.push_back({block, frame}); });
    CaptureSettings plain;
    plain.echoCancelling = plain.noiseSuppression = plain.highPass = false;
    core.apply(plain);
    core.setGate(true);
    const auto voice = tests::speechLike(kSeconds, seed);
    std::vector<float> out(480);
    for (; block < kBlocks; ++block) {
        device.captured(std::span(voice).subspan(static_cast<std::size_t>(block) * 480, 480));
        device.wanted(out);
        core.pass(base::TimePoint(std::chrono::milliseconds(10 * block)));
    }
    return tape;
}

double decodeOnly(const std::vector<std::vector<Packet>>& tapes) {
    std::vector<float> pcm(OpusDecoder::kMaxSamples);
    const double start = cpuSeconds();
    for (const auto& tape : tapes) {
        OpusDecoder decoder;
        for (const auto& packet : tape) decoder.decode(packet.frame.bytes(), pcm);
    }
    return cpuSeconds() - start;
}

/// By a device that takes `samples` at a time.
double listen(const std::vector<std::vector<Packet>>& tapes, ListeningSettings settings, bool stereo, std::size_t samples) {
    DeviceCallback device;
    EngineCore core(device);
    core.apply(settings);
    core.setBlockFrames(static_cast<int>(samples));
    for (std::uint32_t id = 1; id <= tapes.size(); ++id) {
        core.addTrack({id});
        core.setPerson({id}, id);
    }
    std::vector<std::size_t> next(tapes.size(), 0);
    std::vector<float> out(2 * samples);
    const auto pieces = static_cast<int>(480 / samples);
    double spent = 0.0;
    for (int block = 0; block < kBlocks; ++block) {
        auto now = base::TimePoint(std::chrono::milliseconds(10 * block));
        for (std::size_t t = 0; t < tapes.size(); ++t)
            for (; next[t] < tapes[t].size() && tapes[t][next[t]].block <= block; ++next[t]) {
                auto frame = tapes[t][next[t]].frame;
                frame.received = now;
                core.insert({static_cast<std::uint32_t>(t + 1)}, frame);
            }
        for (int i = 0; i < pieces; ++i, now += std::chrono::milliseconds(10) / pieces) {
            if (stereo)
                device.wantedStereo(out);
            else
                device.wanted(std::span(out).first(samples));
            const double start = cpuSeconds();
            core.pass(now);
            spent += cpuSeconds() - start;
        }
    }
    return spent;
}

}  // namespace

int main(int argc, char** argv) {
    const int speakers = argc > 1 ? std::clamp(std::atoi(argv[1]), 1, 50) : 3;
    const int rounds = argc > 2 ? std::clamp(std::atoi(argv[2]), 1, 50) : 5;
    std::vector<std::vector<Packet>> tapes;
    for (int s = 0; s < speakers; ++s) tapes.push_back(record(100u + static_cast<std::uint32_t>(s)));
    struct Row {
        const char* name;
        ListeningSettings settings;
        bool stereo;
        std::size_t samples;
        std::vector<double> spent;
    };
    std::vector<double> floor;
    std::vector<Row> rows{{"loudness off, one channel", {false, Seats::off}, false, 240, {}},
                          {"loudness on, one channel", {true, Seats::off}, false, 240, {}},
                          {"loudness on, loudspeakers", {true, Seats::loudspeakers}, true, 240, {}},
                          {"loudness on, headphones", {true, Seats::headphones}, true, 240, {}},
                          {"... device takes 10 ms", {true, Seats::headphones}, true, 480, {}}};
    for (int round = 0; round < rounds; ++round) {  // interleaved: a busy machine is busy for all
        floor.push_back(decodeOnly(tapes));
        for (auto& row : rows) row.spent.push_back(listen(tapes, row.settings, row.stereo, row.samples));
    }
    const double base = median(floor);
    std::printf("listening to %d speakers for %d s, median of %d rounds; CPU of the pump\n", speakers, kSeconds, rounds);
    std::printf("  %-28s %6s  %5.2f %% of a core\n", "decoding only", "1.0x", 100.0 * base / kSeconds);
    for (const auto& row : rows)
        std::printf("  %-28s %5.1fx  %5.2f %% of a core\n", row.name, median(row.spent) / base, 100.0 * median(row.spent) / kSeconds);
    return 0;
}

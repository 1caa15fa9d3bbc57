// SPDX-License-Identifier: Apache-2.0
// CPU of talking: the own microphone through all the processing, the encoder and the copies of earlier frames (RED), beside encoding
// alone in the same run; and how long single calls of the device and single passes of the pump take in a room where three others talk.
// In virtual time, in CPU time of the thread.   parlour_bench_talking [ROUNDS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "audio/engine_core.h"
#include "audio/opus_encoder.h"
#include "core/base/clock.h"
#include "core/rtc/red.h"
#include "tests/bench/cpu_time.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;
using tests::cpuSeconds;
using tests::median;

namespace {

constexpr int kSeconds = 30;
constexpr int kPieces = 200 * kSeconds;        // the device takes and gives 5 ms
constexpr std::size_t kPiece = 240;
constexpr std::size_t kEcho = 48 * 60;         // the room gives back what was played 60 ms ago,
constexpr float kEchoLevel = 0.25f;            // 12 dB quieter

struct Packet {
    int piece = 0;
    base::OpusFrame frame;
};
using Tape = std::vector<Packet>;

struct Spent {
    double pump = 0.0;                 ///< seconds
    std::vector<double> passes;        ///< each, in shares of 5 ms
    std::vector<double> calls;         ///< of the device: both directions of one period together
};

CaptureSettings plain() {
    CaptureSettings s;
    s.echoCancelling = s.noiseSuppression = s.highPass = false;
    return s;
}
CaptureSettings processed() {
    CaptureSettings s;
    s.automaticGain = true;
    return s;
}

/// `others` are heard, and come back into the microphone beside `own`.
Spent run(const CaptureSettings& settings, std::span<const float> own, const std::vector<Tape>& others, Tape* made = nullptr) {
    const base::SystemClock clock;
    DeviceCallback device(&clock);
    EngineCore core(device);
    rtc::RedHistory red;
    std::size_t bytes = 0;
    int piece = 0;
    core.onEncoded([&](const base::OpusFrame& frame) {
        if (made) made->push_back({piece, frame});
        bytes += red.pack(111, frame.bytes(), frame.rtpTimestamp, 1).size();
    });
    core.apply(settings);
    core.apply(ListeningSettings{true, Seats::headphones});
    core.setBlockFrames(static_cast<int>(kPiece));
    core.setDeviceLatency(std::chrono::milliseconds(60));
    core.setGate(true);
    for (std::uint32_t id = 1; id <= others.size(); ++id) {
        core.addTrack({id});
        core.setPerson({id}, id);
    }
    std::vector<std::size_t> next(others.size(), 0);
    std::vector<float> played(2 * kPiece), microphone(kPiece), past(kEcho, 0.0f);
    Spent spent;
    for (; piece < kPieces; ++piece) {
        const auto now = base::TimePoint(std::chrono::milliseconds(5 * piece));
        for (std::size_t t = 0; t < others.size(); ++t)
            for (; next[t] < others[t].size() && others[t][next[t]].piece <= piece; ++next[t]) {
                auto frame = others[t][next[t]].frame;
                frame.received = now;
                core.insert({static_cast<std::uint32_t>(t + 1)}, frame);
            }
        const std::size_t at = static_cast<std::size_t>(piece) * kPiece;
        for (std::size_t i = 0; i < kPiece; ++i) microphone[i] = own[at + i] + kEchoLevel * past[(at + i) % kEcho];
        double start = cpuSeconds();
        device.captured(microphone);
        device.wantedStereo(played);
        const double called = cpuSeconds() - start;
        for (std::size_t i = 0; i < kPiece; ++i) past[(at + i) % kEcho] = 0.5f * (played[2 * i] + played[2 * i + 1]);
        start = cpuSeconds();
        core.pass(now);
        const double passed = cpuSeconds() - start;
        spent.pump += passed;
        spent.calls.push_back(called / 0.005);
        spent.passes.push_back(passed / 0.005);
    }
    if (bytes == 0) std::puts("nothing was encoded");
    return spent;
}

double encodeOnly(std::span<const float> own) {
    OpusEncoder encoder;
    encoder.apply({});
    std::vector<std::byte> packet(1500);
    const double start = cpuSeconds();
    for (std::size_t at = 0; at + 960 <= own.size(); at += 960) encoder.encode(own.subspan(at, 960), packet);
    return cpuSeconds() - start;
}

double quantile(std::vector<double>& values, double q) {
    const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 1 ? std::clamp(std::atoi(argv[1]), 1, 50) : 5;
    const auto own = tests::speechLike(kSeconds, 7);
    std::vector<Tape> three(3);
    for (std::uint32_t s = 0; s < 3; ++s) run(plain(), tests::speechLike(kSeconds, 100 + s), {}, &three[s]);
    const std::vector<Tape> one(three.begin(), three.begin() + 1);
    struct Row {
        const char* name;
        CaptureSettings settings;
        const std::vector<Tape>& others;
        std::vector<double> spent{};
        Spent all{};
    };
    const std::vector<Tape> nobody;
    std::vector<Row> rows{{"nothing processed", plain(), nobody},
                          {"all processed, nobody else talks", processed(), nobody},
                          {"... one other talks", processed(), one},
                          {"... three others talk", processed(), three}};
    std::vector<double> floor;
    for (int round = 0; round < rounds; ++round) {  // interleaved: a busy machine is busy for all
        floor.push_back(encodeOnly(own));
        for (auto& row : rows) {
            const auto spent = run(row.settings, own, row.others);
            row.spent.push_back(spent.pump);
            row.all.calls.insert(row.all.calls.end(), spent.calls.begin(), spent.calls.end());
            row.all.passes.insert(row.all.passes.end(), spent.passes.begin(), spent.passes.end());
        }
    }
    const double base = median(floor);
    std::printf("talking for %d s, median of %d rounds; CPU of the pump, playing included   goal <= 6 %% of a core\n", kSeconds, rounds);
    std::printf("  %-34s %5.1fx  %5.2f %% of a core\n", "encoding only, 20 ms", 1.0, 100.0 * base / kSeconds);
    for (const auto& row : rows)
        std::printf("  %-34s %5.1fx  %5.2f %% of a core\n", row.name, median(row.spent) / base, 100.0 * median(row.spent) / kSeconds);
    std::printf("CPU time of one period of 5 ms, of that period\n  %-34s %8s %8s %8s %8s\n", "", "median", "p99", "p99.9", "worst");
    const auto line = [](const char* name, std::vector<double>& values) {
        std::printf("  %-34s %6.2f %% %6.2f %% %6.2f %% %6.2f %%\n", name, 100 * quantile(values, 0.5), 100 * quantile(values, 0.99),
                    100 * quantile(values, 0.999), 100 * quantile(values, 1.0));
    };
    for (auto& row : rows) {
        line((std::string("device: ") + row.name).c_str(), row.all.calls);
        line((std::string("pump: ") + row.name).c_str(), row.all.passes);
    }
    std::puts("  goal p99.9 <= 20 %");
    return 0;
}

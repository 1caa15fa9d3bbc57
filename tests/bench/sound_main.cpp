// SPDX-License-Identifier: Apache-2.0
// The sound path over each bad network, in virtual time, for run.py: sender -> Impair -> jitter buffer -> score.
//   parlour_bench_sound [--profiles P1,P2] [--seeds N] [--first S] [--minutes M] [--frame 10|20|40|auto] [--red N|auto]
//                       [--nack] [--way MS] [--pull 10|5|2.5] [--complexity N] [--voice FILE] [--fast]
//       --way: of each direction without any queue, instead of the profile's. Seeds S to S + N - 1; auto: what the send policy decides.
//       --pull: milliseconds that the listener's device takes at a time.
//       FILE: signed 16-bit mono at 22050 Hz (what espeak-ng makes); without it speech-like sound of our own.
//       --fast leaves the score out. Same seeds, same table, on every run.
//   parlour_bench_sound --wakes [--profiles P0,P1] [--seeds N] [--first S] [--minutes M]
//       Through the engine and a device: how evenly the device asks and the pump wakes (wake_lab.h). Without the first 5 s of each.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iostream>
#include <numbers>
#include <random>
#include <string>
#include <thread>

#include "audio/opus_encoder.h"
#include "tests/bench/wake_lab.h"
#include "tests/support/intelligibility.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

constexpr double kRoomNoise = 5e-4;  // RMS, -66 dBFS: no microphone hears nothing

struct Options {
    std::vector<std::string> profiles;
    std::uint32_t seeds = 3;
    std::uint32_t first = 1;
    double minutes = 10.0;
    int frameMs = 20;
    std::optional<std::size_t> red = 0;
    bool nack = false;
    int complexity = 0;
    std::optional<double> wayMs;
    std::size_t pull = 480;
    std::string voice;
    bool fast = false;
    bool wakes = false;
};

struct Row {
    double concealed = 0, audible = 0, mean = 0, p95 = 0, target = 0, stretch = 0, interruptions = 0, late = 0;
    double recovery = -1, estoi = -1, creepMs = 0, clicks = 0;
};

/// 22.05 to 48 kHz: 147 samples become 320; windowed sinc.
std::vector<float> toForty8(std::span<const float> in) {
    constexpr int kHalf = 24;
    std::vector<std::array<double, 2 * kHalf>> phases(320);
    for (int p = 0; p < 320; ++p) {
        const double part = static_cast<double>(p * 147 % 320) / 320.0;
        for (int k = 0; k < 2 * kHalf; ++k) {
            const double t = k - kHalf + 1 - part;
            const double x = 0.95 * t;
            phases[static_cast<std::size_t>(p)][static_cast<std::size_t>(k)] =
                0.95 * (0.5 + 0.5 * std::cos(std::numbers::pi * std::clamp(t / kHalf, -1.0, 1.0))) *
                (std::abs(x) < 1e-9 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x));
        }
    }
    std::vector<float> out(in.size() * 320 / 147);
    for (std::size_t n = 0; n < out.size(); ++n) {
        const auto first = static_cast<std::ptrdiff_t>(n * 147 / 320) - kHalf + 1;
        double sum = 0.0;
        for (int k = 0; k < 2 * kHalf; ++k)
            if (const auto at = first + k; at >= 0 && at < static_cast<std::ptrdiff_t>(in.size()))
                sum += phases[n % 320][static_cast<std::size_t>(k)] * in[static_cast<std::size_t>(at)];
        out[n] = static_cast<float>(sum);
    }
    return out;
}

Voice voiceOf(const Options& options) {
    Voice voice;
    if (!options.voice.empty()) {
        std::ifstream in(options.voice, std::ios::binary);
        std::vector<float> raw;
        for (char pair[2]; in.read(pair, 2);)
            raw.push_back(static_cast<float>(static_cast<std::int16_t>(static_cast<unsigned char>(pair[0]) |
                                                                       static_cast<unsigned char>(pair[1]) << 8)) /
                          32768.0f);
        voice.samples = toForty8(raw);
    }
    if (voice.samples.size() < 48'000 * 10) voice.samples = speechLike(120.0, 11);
    voice.samples.resize(voice.samples.size() / 1920 * 1920);
    std::mt19937 random(99);
    std::normal_distribution<float> noise(0.0f, static_cast<float>(kRoomNoise));
    for (auto& s : voice.samples) s += noise(random);
    return voice;
}

Row rowOf(const audio::TrackStats& s) {
    Row row;
    row.concealed = 100.0 * share(s.concealedSamples, s.totalSamplesReceived);
    row.audible = 100.0 * share(s.concealedSamples - s.silentConcealedSamples, s.totalSamplesReceived);
    row.mean = 1e3 * s.jitterBufferDelay / static_cast<double>(std::max<std::uint64_t>(1, s.jitterBufferEmittedCount));
    row.stretch =
        100.0 * share(s.insertedSamplesForDeceleration + s.removedSamplesForAcceleration, s.totalSamplesReceived);
    return row;
}

Row measure(const Voice& voice, ImpairProfile profile, const Options& options, std::uint32_t seed,
            const std::vector<std::vector<base::OpusFrame>>& tape) {
    const bool drift = profile.driftPpm != 0.0;
    profile.baseMs = options.wayMs.value_or(profile.baseMs);
    CallPlan plan;
    plan.seconds = 60.0 * (drift ? 6.0 : 1.0) * options.minutes;
    plan.seed = seed;
    plan.frameMs = options.frameMs;
    plan.red = options.red;
    plan.nack = options.nack;
    plan.complexity = options.complexity;
    plan.pull = options.pull;
    plan.keepSeconds = drift ? 120.0 : plan.seconds;
    const auto call = hold(voice, profile, plan, &tape);
    const auto& s = call.stats;
    Row row = rowOf(s);
    row.p95 = percentileOf(call.delayMs, 0.95);
    row.target =
        1e3 * s.jitterBufferTargetDelay / static_cast<double>(std::max<std::uint64_t>(1, s.totalSamplesReceived));
    row.late = 100.0 * share(s.packetsLate, call.sent);
    row.interruptions = static_cast<double>(call.interruptions) / (plan.seconds / 60.0);
    if (!call.recoverySeconds.empty()) row.recovery = percentileOf(call.recoverySeconds, 0.95);
    if (drift) {
        row.creepMs = creepMs(call);
        row.clicks = static_cast<double>(clicks(call.heard));
    }
    if (!options.fast) {
        // Someone who was cut off for long is scored on what came: look for each utterance up to 600 ms late.
        const auto gained = static_cast<double>(call.heardFrom) * profile.driftPpm * 1e-6;  // by the sender's clock
        const auto from = static_cast<std::size_t>(static_cast<double>(call.heardFrom) + gained);
        const auto said = voice.stretch(from, call.heard.size());
        row.estoi = meanEstoi(scoreUtterances(said, call.heard, 28'800));
    }
    return row;
}

double median(const std::vector<Row>& rows, double Row::*field) {
    std::vector<double> values;
    for (const auto& r : rows) values.push_back(r.*field);
    std::sort(values.begin(), values.end());
    const auto n = values.size();
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

void printWakes(const Options& options, const Voice& voice, const std::vector<std::vector<base::OpusFrame>>& tape) {
    std::printf("%-6s %-5s %8s %8s %7s %8s %8s\n", "wakes", "", "conceal%", "audible%", "mean ms", "stretch%", "dry/min");
    for (const auto& wake : kWakeProfiles)
        for (const auto& id : options.profiles) {
            std::vector<Row> rows;
            std::vector<double> dry;
            for (std::uint32_t seed = options.first; seed < options.first + options.seeds; ++seed) {
                const auto call = holdAwake(voice, *impairProfile(id), wake, 60.0 * options.minutes, seed, tape);
                rows.push_back(rowOf(call.stats));
                dry.push_back(static_cast<double>(call.underruns) / options.minutes);
            }
            const auto m = [&](double Row::*field) { return median(rows, field); };
            std::printf("%-6s %-5s %8.3f %8.3f %7.1f %8.2f %8.1f\n", wake.id.data(), id.c_str(), m(&Row::concealed), m(&Row::audible),
                        m(&Row::mean), m(&Row::stretch), percentileOf(dry, 0.5));
        }
}

std::optional<Options> parse(int argc, char** argv) {
    Options o;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--fast") {
            o.fast = true;
            continue;
        }
        if (name == "--wakes") {
            o.wakes = true;
            continue;
        }
        if (name == "--nack") {
            o.nack = true;
            continue;
        }
        if (i + 1 == argc) return std::nullopt;
        const std::string value = argv[++i];
        if (name == "--profiles") {
            for (std::size_t from = 0; from <= value.size();) {
                const auto to = std::min(value.find(',', from), value.size());
                o.profiles.push_back(value.substr(from, to - from));
                if (!impairProfile(o.profiles.back())) return std::nullopt;
                from = to + 1;
            }
        } else if (name == "--seeds") {
            o.seeds = static_cast<std::uint32_t>(std::max(1, std::atoi(value.c_str())));
        } else if (name == "--minutes") {
            o.minutes = std::max(0.5, std::atof(value.c_str()));
        } else if (name == "--frame") {
            o.frameMs = value == "auto" ? 0 : value == "10" ? 10 : value == "40" ? 40 : 20;
        } else if (name == "--red") {
            o.red = static_cast<std::size_t>(std::clamp(std::atoi(value.c_str()), 0, 4));
            if (value == "auto") o.red.reset();
        } else if (name == "--way") {
            o.wayMs = std::clamp(std::atof(value.c_str()), 0.0, 1000.0);
        } else if (name == "--pull") {
            o.pull = value == "2.5" ? 120 : value == "5" ? 240 : 480;
        } else if (name == "--first") {
            o.first = static_cast<std::uint32_t>(std::max(1, std::atoi(value.c_str())));
        } else if (name == "--complexity") {
            o.complexity = std::clamp(std::atoi(value.c_str()), 0, 10);
        } else if (name == "--voice") {
            o.voice = value;
        } else {
            return std::nullopt;
        }
    }
    if (o.profiles.empty() && o.wakes) o.profiles = {"P0", "P1", "P2"};
    if (o.profiles.empty())
        for (const auto& p : impairProfiles()) o.profiles.emplace_back(p.id);
    return o;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse(argc, argv);
    if (!options) {
        std::fprintf(stderr,
                     "usage: parlour_bench_sound [--profiles P1,P2] [--seeds N] [--first S] [--minutes M] [--frame 10|20|40|auto]"
                     " [--red N|auto] [--nack] [--way MS] [--pull 10|5|2.5] [--complexity N] [--voice FILE] [--fast] [--wakes]\n");
        return 2;
    }
    const auto voice = voiceOf(*options);
    const auto tape = Speaker::record(voice, plainCapture(options->frameMs));
    if (options->wakes) return printWakes(*options, voice, tape), 0;
    // Every seed meets every profile before the next seed begins; each is its own job.
    struct Job {
        std::size_t profile;
        std::uint32_t seed;
    };
    std::vector<Job> jobs;
    for (std::uint32_t seed = options->first; seed < options->first + options->seeds; ++seed)
        for (std::size_t p = 0; p < options->profiles.size(); ++p) jobs.push_back({p, seed});
    std::vector<std::vector<Row>> rows(options->profiles.size(), std::vector<Row>(options->seeds));
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t j; (j = next++) < jobs.size();)
            rows[jobs[j].profile][jobs[j].seed - options->first] =
                measure(voice, *impairProfile(options->profiles[jobs[j].profile]), *options, jobs[j].seed, tape);
    };
    std::vector<std::thread> workers;
    for (unsigned i = 1; i < std::max(1u, std::thread::hardware_concurrency()); ++i) workers.emplace_back(work);
    work();
    for (auto& w : workers) w.join();

    const auto chosen = [](long long value, bool automatic) { return automatic ? std::string("auto") : std::to_string(value); };
    std::printf("sound: %s, frames of %s ms, RED %s, NACK %s, %s, %g min per profile (drift: %g), medians of seeds %u to %u\n",
                audio::opusVersion().c_str(), chosen(options->frameMs, options->frameMs == 0).c_str(),
                chosen(static_cast<long long>(options->red.value_or(0)), !options->red).c_str(), options->nack ? "on" : "off",
                options->voice.empty() ? "speech-like sound" : "espeak-ng", options->minutes, 6 * options->minutes,
                options->first, options->first + options->seeds - 1);
    std::printf("a device that takes %g ms at a time\n", static_cast<double>(options->pull) / 48.0);
    std::printf("%-5s %-14s %8s %8s %7s %7s %7s %8s %7s %7s %9s %6s\n", "", "profile", "conceal%", "audible%",
                "mean ms", "p95 ms", "target", "stretch%", "late%", "int/min", "recov p95", "ESTOI");
    for (std::size_t p = 0; p < rows.size(); ++p) {
        const auto& profile = *impairProfile(options->profiles[p]);
        const auto m = [&](double Row::*field) { return median(rows[p], field); };
        std::printf("%-5s %-14s %8.3f %8.3f %7.1f %7.1f %7.1f %8.2f %7.3f %7.2f ", profile.id.data(),
                    profile.name.data(), m(&Row::concealed), m(&Row::audible), m(&Row::mean), m(&Row::p95),
                    m(&Row::target), m(&Row::stretch), m(&Row::late), m(&Row::interruptions));
        const auto recovery = m(&Row::recovery);
        recovery < 0 ? std::printf("%9s ", "-") : std::printf("%7.2f s ", recovery);
        const auto estoi = m(&Row::estoi);
        estoi < 0 ? std::printf("%6s", "-") : std::printf("%6.3f", estoi);
        if (profile.driftPpm != 0.0) std::printf("  creep %+.2f ms, clicks %.0f", m(&Row::creepMs), m(&Row::clicks));
        std::printf("\n");
    }
    return 0;
}

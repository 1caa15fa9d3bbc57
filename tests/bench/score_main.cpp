// SPDX-License-Identifier: Apache-2.0
// How much of what was said is understood in a recording that was begun at any time, as one line of JSON for sound_peers.py.
//   parlour_bench_score SAID.wav HEARD.wav [--from S] [--list]      48 kHz; utterances that begin before second S of SAID do not count
// Each utterance is looked for up to 700 ms before and 1.3 s after where the recording has it on the whole. levelDb: heard against said.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "audio/wav.h"
#include "tests/support/intelligibility.h"

using namespace parlour;

namespace {

std::vector<float> load(const char* path) {
    std::vector<float> out;
    auto reader = audio::WavReader::open(path);
    if (!reader) {
        std::fprintf(stderr, "%s: %s\n", path, base::describe(reader.error()).c_str());
        std::exit(1);
    }
    std::vector<float> block(48'000);
    for (std::size_t n; (n = reader->read(block)) > 0;) out.insert(out.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(n));
    return out;
}

double energy(std::span<const float> x) {
    double sum = 1e-12;
    for (const float v : x) sum += static_cast<double>(v) * v;
    return sum;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: parlour_bench_score SAID.wav HEARD.wav [--from S] [--list]\n");
        return 2;
    }
    double from = 0.0;
    bool list = false;
    for (int i = 3; i < argc; ++i) {
        if (std::strcmp(argv[i], "--list") == 0) list = true;
        if (std::strcmp(argv[i], "--from") == 0 && i + 1 < argc) from = std::atof(argv[++i]);
    }
    const auto said = load(argv[1]);
    const auto heard = load(argv[2]);
    const auto begin = tests::beginsAt(said, heard);
    if (!begin) {
        std::printf("{\"estoi\": 0, \"utterances\": 0}\n");
        return 0;
    }
    // From 700 ms before the usual place on, padded where the recording is shorter.
    constexpr std::ptrdiff_t kBefore = 33'600, kMost = 96'000;
    std::vector<float> aligned(said.size() + static_cast<std::size_t>(kMost), 0.0f);
    for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(aligned.size()); ++i)
        if (const auto at = i + *begin - kBefore; at >= 0 && at < static_cast<std::ptrdiff_t>(heard.size()))
            aligned[static_cast<std::size_t>(i)] = heard[static_cast<std::size_t>(at)];
    auto found = tests::scoreUtterances(said, aligned, static_cast<std::size_t>(kMost));
    std::erase_if(found, [&](const auto& u) { return static_cast<double>(u.begin) < from * 48'000.0; });
    double saidEnergy = 0.0, heardEnergy = 0.0;
    for (const auto& u : found) {
        const auto length = u.end - u.begin;
        saidEnergy += energy(std::span(said).subspan(u.begin, length));
        heardEnergy += energy(std::span(aligned).subspan(u.begin + static_cast<std::size_t>(u.delay), length));
        if (list)
            std::fprintf(stderr, "%7.2f s  %5.2f s long  moved %+7.1f ms  correlation %.3f  ESTOI %.3f\n", static_cast<double>(u.begin) / 48e3,
                         static_cast<double>(length) / 48e3, static_cast<double>(u.delay - kBefore) / 48.0, u.correlation, u.estoi);
    }
    std::printf("{\"estoi\": %.4f, \"utterances\": %zu, \"levelDb\": %.2f, \"beginS\": %.3f}\n", tests::meanEstoi(found), found.size(),
                10.0 * std::log10((heardEnergy + 1e-9) / (saidEnergy + 1e-9)), static_cast<double>(*begin) / 48e3);
    return 0;
}

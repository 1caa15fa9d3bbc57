// SPDX-License-Identifier: Apache-2.0
#include "tests/support/acoustic_room.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <numbers>
#include <random>
#include <string>

#include "tests/support/fft.h"
#include "tests/support/speech.h"

namespace parlour::tests {
namespace {

constexpr double kRate = 48'000.0;
constexpr double kSpeedOfSound = 343.0;
using Complex = std::complex<float>;

constexpr std::array kVoices{"en-us",          "en-us+f3", "en-gb",  "en-gb+f2",
                             "en-gb-scotland", "en-us+m3", "en-029", "en-gb-x-rp+f4"};
constexpr std::array kSentences{
    "The room opens at eight, and whoever comes early finds the kettle on.",
    "Could you say that again? I lost you for a second.",
    "We measured it twice, on a quiet line and on a bad one.",
    "I think the second answer is better, but only if nobody has to wait for it.",
    "She asked for thirty seconds, took five minutes, and nobody minded.",
    "Wait, go back to the picture with the three boats.",
    "Every chair near the window was taken, so they stood and talked until the last train left.",
    "My brother shows old films on Thursday evenings, with a very loud projector.",
};

/// What espeak-ng says, 22.05 kHz; empty where it is not installed.
std::vector<float> espeak(const char* voice, const char* text) {
#if defined(_WIN32)
    (void)voice, (void)text;
    return {};
#else
    const auto command = std::string("espeak-ng -v ") + voice + " -s 165 --stdout \"" + text + "\" 2>/dev/null";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe) return {};
    std::vector<unsigned char> raw;
    std::array<unsigned char, 4096> piece{};
    for (std::size_t got; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
        raw.insert(raw.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got));
    ::pclose(pipe);
    std::vector<float> out;
    for (std::size_t i = 44; i + 1 < raw.size(); i += 2)
        out.push_back(static_cast<float>(static_cast<std::int16_t>(raw[i] | raw[i + 1] << 8)) / 32768.0f);
    return out;
#endif
}

/// 22.05 to 48 kHz, windowed sinc.
std::vector<float> toForty8(std::span<const float> in) {
    constexpr int kHalf = 16;
    constexpr int kPhases = 320;  // 147 samples become 320
    std::vector<float> taps(static_cast<std::size_t>(kPhases) * 2 * kHalf);
    for (int p = 0; p < kPhases; ++p)
        for (int k = 0; k < 2 * kHalf; ++k) {
            const double t = k - kHalf + 1 - static_cast<double>(p * 147 % kPhases) / kPhases;
            const double x = std::numbers::pi * 0.95 * t;
            const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * std::clamp(t / kHalf, -1.0, 1.0));
            taps[static_cast<std::size_t>(p * 2 * kHalf + k)] =
                static_cast<float>(0.95 * window * (std::abs(x) < 1e-9 ? 1.0 : std::sin(x) / x));
        }
    std::vector<float> out(in.size() * kPhases / 147);
    for (std::size_t n = 0; n < out.size(); ++n) {
        const auto first = static_cast<std::ptrdiff_t>(n * 147 / kPhases) - kHalf + 1;
        const float* tap = &taps[n % kPhases * 2 * kHalf];
        float sum = 0.0f;
        for (int k = 0; k < 2 * kHalf; ++k)
            if (const auto at = first + k; at >= 0 && at < static_cast<std::ptrdiff_t>(in.size()))
                sum += tap[k] * in[static_cast<std::size_t>(at)];
        out[n] = sum;
    }
    return out;
}

std::vector<float> whiteNoise(double seconds, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<float> out(static_cast<std::size_t>(seconds * kRate));
    for (auto& s : out) {  // sum of four: near enough to a bell, the same with every standard library
        s = 0.0f;
        for (int i = 0; i < 4; ++i) s += static_cast<float>(random()) / 4294967296.0f - 0.5f;
    }
    return out;
}

void lowPass(std::vector<float>& x, double hertz) {
    const auto a = static_cast<float>(1.0 - std::exp(-2.0 * std::numbers::pi * hertz / kRate));
    float y = 0.0f;
    for (auto& s : x) s = y += a * (s - y);
}

void toUnit(std::vector<float>& x) { scale(x, 1.0 / std::max(1e-9, rms(x))); }

}  // namespace

void scale(std::vector<float>& x, double factor) {
    for (auto& s : x) s *= static_cast<float>(factor);
}
void add(std::vector<float>& x, std::span<const float> y) {
    for (std::size_t i = 0; i < x.size() && i < y.size(); ++i) x[i] += y[i];
}

std::vector<float> roomResponse(const Room& room, Place from, Place to) {
    // Sabine: the walls' reflection that gives the decay asked for.
    const auto [x, y, z] = room.size;
    const double absorption = std::min(0.95, 0.161 * x * y * z / (room.decaySeconds * 2.0 * (x * y + y * z + x * z)));
    const double reflection = std::sqrt(1.0 - absorption);
    std::vector<float> h(static_cast<std::size_t>(kRate * (0.02 + 0.5 * room.decaySeconds)), 0.0f);
    const double reach = kSpeedOfSound * static_cast<double>(h.size()) / kRate;
    std::array<int, 3> most{};
    for (std::size_t d = 0; d < 3; ++d) most[d] = static_cast<int>(reach / (2.0 * room.size[d])) + 1;
    for (int nx = -most[0]; nx <= most[0]; ++nx)
        for (int ny = -most[1]; ny <= most[1]; ++ny)
            for (int nz = -most[2]; nz <= most[2]; ++nz)
                for (int mirror = 0; mirror < 8; ++mirror) {
                    const std::array<int, 3> n{nx, ny, nz};
                    double square = 0.0;
                    int walls = 0;
                    for (std::size_t d = 0; d < 3; ++d) {
                        const bool m = (mirror >> d) & 1;
                        const double image = (m ? -from[d] : from[d]) + 2.0 * n[d] * room.size[d];
                        square += (image - to[d]) * (image - to[d]);
                        walls += std::abs(n[d] - (m ? 1 : 0)) + std::abs(n[d]);
                    }
                    const double distance = std::sqrt(square);
                    const double at = distance / kSpeedOfSound * kRate;
                    const auto whole = static_cast<std::size_t>(at);
                    if (whole + 1 >= h.size()) continue;
                    const double strength = std::pow(reflection, walls) / std::max(0.1, distance);
                    const double part = at - static_cast<double>(whole);
                    h[whole] += static_cast<float>(strength * (1.0 - part));
                    h[whole + 1] += static_cast<float>(strength * part);
                }
    return h;
}

std::vector<float> through(std::span<const float> x, std::span<const float> h) {
    std::size_t size = 1;
    while (size < 4 * h.size()) size <<= 1;
    const std::size_t step = size - h.size() + 1;
    std::vector<Complex> filter(size);
    for (std::size_t i = 0; i < h.size(); ++i) filter[i] = h[i];
    fft(filter, false);
    std::vector<float> out(x.size(), 0.0f);
    std::vector<Complex> work(size);
    for (std::size_t at = 0; at < x.size(); at += step) {
        std::fill(work.begin(), work.end(), Complex{});
        for (std::size_t i = 0; i < step && at + i < x.size(); ++i) work[i] = x[at + i];
        fft(work, false);
        for (std::size_t i = 0; i < size; ++i) work[i] *= filter[i];
        fft(work, true);
        for (std::size_t i = 0; i < size && at + i < x.size(); ++i)
            out[at + i] += work[i].real();
    }
    return out;
}

std::vector<float> smallLoudspeaker(std::span<const float> x) {
    std::vector<float> out(x.begin(), x.end());
    for (auto& s : out) s += 0.03f * s * s - 0.06f * s * s * s;
    return out;
}

bool espeakInstalled() {
    static const bool installed = !espeak("en-us", "yes").empty();
    return installed;
}

std::vector<float> person(double seconds, int who, float level) {
    const auto size = static_cast<std::size_t>(seconds * kRate);
    if (!espeakInstalled()) {
        auto out = speechLike(seconds, 700 + static_cast<std::uint32_t>(who), 0.3f);
        scale(out, level / std::max(1e-9, rms(out)));
        return out;
    }
    static std::map<std::pair<int, int>, std::vector<float>> said;
    std::vector<float> out;
    for (int turn = 0; out.size() < size; ++turn) {
        const int voice = who % static_cast<int>(kVoices.size());
        const int sentence = (turn * 3 + who) % static_cast<int>(kSentences.size());
        auto& sound = said[{voice, sentence}];
        if (sound.empty()) {
            sound = toForty8(
                espeak(kVoices[static_cast<std::size_t>(voice)], kSentences[static_cast<std::size_t>(sentence)]));
            toUnit(sound);
        }
        out.insert(out.end(), sound.begin(), sound.end());
        out.insert(out.end(), static_cast<std::size_t>(kRate * (0.25 + 0.1 * ((turn + who) % 4))), 0.0f);
    }
    out.resize(size);
    scale(out, level);
    return out;
}

std::vector<float> fanNoise(double seconds, std::uint32_t seed) {
    auto out = whiteNoise(seconds, seed);
    auto rush = whiteNoise(seconds, seed + 1);
    lowPass(out, 300.0);
    lowPass(rush, 3'000.0);
    scale(rush, 0.15);
    add(out, rush);
    toUnit(out);
    for (std::size_t i = 0; i < out.size(); ++i)  // blades
        for (int h = 1; h <= 4; ++h)
            out[i] += 0.25f / static_cast<float>(h) *
                      static_cast<float>(std::sin(2.0 * std::numbers::pi * 117.0 * h * static_cast<double>(i) / kRate));
    toUnit(out);
    return out;
}

std::vector<float> keyboardNoise(double seconds, std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto unit = [&] { return static_cast<double>(random()) / 4294967296.0; };
    std::vector<float> out(static_cast<std::size_t>(seconds * kRate), 0.0f);
    for (double t = 0.05; t < seconds; t += 0.12 + 0.08 * unit())
        for (const double later : {0.0, 0.055 + 0.03 * unit()}) {  // down and up again
            const auto from = static_cast<std::size_t>((t + later) * kRate);
            const double hertz = 1'800.0 + 1'500.0 * unit();
            const double force = later > 0.0 ? 0.4 : 1.0;
            for (std::size_t i = 0; i < 1'200 && from + i < out.size(); ++i) {
                const double s = static_cast<double>(i) / kRate;
                out[from + i] +=
                    static_cast<float>(force * std::exp(-s / 0.004) *
                                       (0.6 * std::sin(2.0 * std::numbers::pi * hertz * s) + (unit() - 0.5)));
            }
        }
    toUnit(out);
    return out;
}

std::vector<float> babbleNoise(double seconds) {
    std::vector<float> out(static_cast<std::size_t>(seconds * kRate), 0.0f);
    for (int who = 0; who < 8; ++who) {
        const auto voice = person(seconds, who + 3);
        const auto offset = static_cast<std::size_t>(who) * 31'013 % voice.size();
        for (std::size_t i = 0; i < out.size(); ++i) out[i] += voice[(i + offset) % voice.size()];
    }
    out = through(out, roomResponse({{9.0, 7.0, 3.0}, 0.5}, {7.5, 5.0, 1.4}, {2.0, 2.0, 1.2}));
    toUnit(out);
    return out;
}

std::vector<float> byOtherClock(std::span<const float> x, double ppm) {
    std::vector<float> out(x.size(), 0.0f);
    for (std::size_t n = 0; n < out.size(); ++n) {
        const double at = static_cast<double>(n) * (1.0 + 1e-6 * ppm);
        const auto i = static_cast<std::size_t>(at);
        if (i < 1 || i + 2 >= x.size()) continue;
        const auto t = static_cast<float>(at - static_cast<double>(i));
        const float a = x[i - 1], b = x[i], c = x[i + 1], d = x[i + 2];  // cubic through four
        out[n] = b + 0.5f * t * (c - a + t * (2.0f * a - 5.0f * b + 4.0f * c - d + t * (3.0f * (b - c) + d - a)));
    }
    return out;
}

}  // namespace parlour::tests

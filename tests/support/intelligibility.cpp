// SPDX-License-Identifier: Apache-2.0
#include "tests/support/intelligibility.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>

#include "tests/support/fft.h"

namespace parlour::tests {
namespace {

using Complex = std::complex<double>;
constexpr std::size_t kFrame = 256;  // at 10 kHz, half overlapping
constexpr std::size_t kHop = 128;
constexpr std::size_t kFft = 512;
constexpr std::size_t kBands = 15;      // one-third octaves from 150 Hz
constexpr std::size_t kSegment = 30;    // frames: 384 ms
constexpr double kDynamicRange = 40.0;  // dB below the loudest frame: silence
constexpr double kTiny = 1e-12;

/// 48 kHz to 10 kHz: 24 samples become 5, windowed sinc with its edge at 4.7 kHz.
std::vector<double> toTenKilohertz(std::span<const float> in) {
    constexpr int kHalf = 96;
    static const auto phases = [] {
        std::array<std::array<double, 2 * kHalf>, 5> table{};
        for (int p = 0; p < 5; ++p) {
            double sum = 0.0;
            for (int k = 0; k < 2 * kHalf; ++k) {
                const double t = k - kHalf + 1 - p * 4.8 + std::floor(p * 4.8);
                const double x = t * 2.0 * 4700.0 / 48'000.0;
                const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * std::clamp(t / kHalf, -1.0, 1.0));
                table[p][k] =
                    window * (std::abs(x) < 1e-9 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x));
                sum += table[p][k];
            }
            for (auto& v : table[p]) v /= sum;
        }
        return table;
    }();
    std::vector<double> out(in.size() * 5 / 24);
    for (std::size_t n = 0; n < out.size(); ++n) {
        const auto& taps = phases[n % 5];
        const auto first = static_cast<std::ptrdiff_t>(n * 24 / 5) - kHalf + 1;
        double sum = 0.0;
        for (int k = 0; k < 2 * kHalf; ++k) {
            const auto at = first + k;
            if (at >= 0 && at < static_cast<std::ptrdiff_t>(in.size()))
                sum += taps[k] * in[static_cast<std::size_t>(at)];
        }
        out[n] = sum;
    }
    return out;
}

const std::array<double, kFrame>& hann() {
    static const auto window = [] {
        std::array<double, kFrame> w{};
        for (std::size_t i = 0; i < kFrame; ++i)
            w[i] = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(i + 1) / (kFrame + 1));
        return w;
    }();
    return window;
}

/// Frames of `said` within 40 dB of its loudest, joined again, and the same frames of `heard`.
void dropSilence(std::vector<double>& said, std::vector<double>& heard) {
    std::vector<double> level;
    for (std::size_t at = 0; at + kFrame <= said.size(); at += kHop) {
        double sum = 0.0;
        for (std::size_t i = 0; i < kFrame; ++i) sum += std::pow(said[at + i] * hann()[i], 2.0);
        level.push_back(10.0 * std::log10(sum + kTiny));
    }
    if (level.empty()) return;
    const double floor = *std::max_element(level.begin(), level.end()) - kDynamicRange;
    std::vector<double> a, b;
    for (std::size_t f = 0, kept = 0; f < level.size(); ++f) {
        if (level[f] < floor) continue;
        a.resize(kept * kHop + kFrame);
        b.resize(kept * kHop + kFrame);
        for (std::size_t i = 0; i < kFrame; ++i) {
            a[kept * kHop + i] += said[f * kHop + i] * hann()[i];
            b[kept * kHop + i] += heard[f * kHop + i] * hann()[i];
        }
        ++kept;
    }
    said.swap(a);
    heard.swap(b);
}

using Envelope = std::vector<std::array<double, kBands>>;

Envelope bandsOf(const std::vector<double>& x) {
    static const auto edges = [] {
        std::array<std::pair<std::size_t, std::size_t>, kBands> e{};
        for (std::size_t b = 0; b < kBands; ++b) {
            const double centre = 150.0 * std::pow(2.0, static_cast<double>(b) / 3.0);
            const auto bin = [](double hz) { return static_cast<std::size_t>(std::lround(hz * kFft / 10'000.0)); };
            e[b] = {bin(centre * std::pow(2.0, -1.0 / 6.0)), bin(centre * std::pow(2.0, 1.0 / 6.0))};
        }
        return e;
    }();
    Envelope out;
    std::vector<Complex> f(kFft);
    for (std::size_t at = 0; at + kFrame <= x.size(); at += kHop) {
        std::fill(f.begin(), f.end(), Complex{});
        for (std::size_t i = 0; i < kFrame; ++i) f[i] = x[at + i] * hann()[i];
        fft(f, false);
        auto& frame = out.emplace_back();
        for (std::size_t b = 0; b < kBands; ++b) {
            double sum = 0.0;
            for (auto k = edges[b].first; k < edges[b].second; ++k) sum += std::norm(f[k]);
            frame[b] = std::sqrt(sum);
        }
    }
    return out;
}

bool prepare(std::span<const float> said, std::span<const float> heard, Envelope& x, Envelope& y) {
    const auto length = std::min(said.size(), heard.size());
    auto a = toTenKilohertz(said.first(length));
    auto b = toTenKilohertz(heard.first(length));
    dropSilence(a, b);
    x = bandsOf(a);
    y = bandsOf(b);
    return x.size() >= kSegment;
}

/// Takes the mean away and brings to length 1.
template <class Get>
void normalise(std::size_t count, Get get) {
    double mean = 0.0, sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) mean += get(i);
    mean /= static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i) sum += std::pow(get(i) -= mean, 2.0);
    const double scale = 1.0 / std::sqrt(sum + kTiny);
    for (std::size_t i = 0; i < count; ++i) get(i) *= scale;
}

std::size_t powerOfTwo(std::size_t n) {
    std::size_t p = 1;
    while (p < n) p <<= 1;
    return p;
}

/// Where a sound is, its high bands say better: a high-pass moves the deep ones alone.
std::vector<double> bright(std::vector<double> x) {
    for (std::size_t i = x.size(); i-- > 1;) x[i] -= 0.95 * x[i - 1];
    return x;
}

/// Where `piece` is in `in`, by normalised correlation. Both at 10 kHz.
std::pair<std::size_t, double> find(std::span<const double> piece, std::span<const double> in) {
    const auto n = powerOfTwo(in.size() + piece.size());
    std::vector<Complex> a(n), b(n);
    std::copy(in.begin(), in.end(), a.begin());
    std::copy(piece.begin(), piece.end(), b.begin());
    fft(a, false);
    fft(b, false);
    for (std::size_t i = 0; i < n; ++i) a[i] *= std::conj(b[i]);
    fft(a, true);
    double own = kTiny, energy = kTiny;
    for (const double v : piece) own += v * v;
    for (std::size_t i = 0; i < piece.size() && i < in.size(); ++i) energy += in[i] * in[i];
    std::pair<std::size_t, double> best{0, 0.0};
    for (std::size_t lag = 0; lag + piece.size() <= in.size(); ++lag) {
        const double c = a[lag].real() / std::sqrt(own * std::max(energy, 1e-6 * own));
        if (c > best.second) best = {lag, c};
        if (lag + piece.size() < in.size())
            energy += in[lag + piece.size()] * in[lag + piece.size()] - in[lag] * in[lag];
    }
    return best;
}

}  // namespace

double stoi(std::span<const float> said, std::span<const float> heard) {
    Envelope x, y;
    if (!prepare(said, heard, x, y)) return 0.0;
    const double clip = 1.0 + std::pow(10.0, 15.0 / 20.0);  // distortion below -15 dB counts no further
    double sum = 0.0;
    std::size_t count = 0;
    for (std::size_t m = kSegment; m <= x.size(); ++m)
        for (std::size_t b = 0; b < kBands; ++b, ++count) {
            std::array<double, kSegment> s{}, h{};
            double es = kTiny, eh = kTiny;
            for (std::size_t i = 0; i < kSegment; ++i) {
                s[i] = x[m - kSegment + i][b];
                h[i] = y[m - kSegment + i][b];
                es += s[i] * s[i];
                eh += h[i] * h[i];
            }
            const double scale = std::sqrt(es / eh);
            for (std::size_t i = 0; i < kSegment; ++i) h[i] = std::min(h[i] * scale, s[i] * clip);
            normalise(kSegment, [&](std::size_t i) -> double& { return s[i]; });
            normalise(kSegment, [&](std::size_t i) -> double& { return h[i]; });
            for (std::size_t i = 0; i < kSegment; ++i) sum += s[i] * h[i];
        }
    return sum / static_cast<double>(count);
}

double estoi(std::span<const float> said, std::span<const float> heard) {
    Envelope x, y;
    if (!prepare(said, heard, x, y)) return 0.0;
    double sum = 0.0;
    std::size_t count = 0;
    for (std::size_t m = kSegment; m <= x.size(); ++m, ++count) {
        std::array<std::array<double, kBands>, kSegment> s{}, h{};
        std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(m - kSegment), kSegment, s.begin());
        std::copy_n(y.begin() + static_cast<std::ptrdiff_t>(m - kSegment), kSegment, h.begin());
        for (auto* part : {&s, &h}) {
            for (std::size_t b = 0; b < kBands; ++b)
                normalise(kSegment, [&](std::size_t i) -> double& { return (*part)[i][b]; });
            for (std::size_t i = 0; i < kSegment; ++i)
                normalise(kBands, [&](std::size_t b) -> double& { return (*part)[i][b]; });
        }
        for (std::size_t i = 0; i < kSegment; ++i)
            for (std::size_t b = 0; b < kBands; ++b) sum += s[i][b] * h[i][b] / kSegment;
    }
    return sum / static_cast<double>(count);
}

namespace {

struct Piece {
    std::size_t begin, end;
};

/// Pieces of speech between pauses, in samples.
std::vector<Piece> utterancesOf(std::span<const float> said) {
    constexpr std::size_t kStep = 480;
    constexpr std::size_t kPause = 10;     // steps of silence end an utterance
    constexpr std::size_t kLongest = 200;  // steps
    constexpr std::size_t kShortest = 50;
    double loudest = 0.0;
    std::vector<double> level;
    for (std::size_t at = 0; at + kStep <= said.size(); at += kStep) {
        double sum = 0.0;
        for (std::size_t i = 0; i < kStep; ++i) sum += static_cast<double>(said[at + i]) * said[at + i];
        level.push_back(sum);
        loudest = std::max(loudest, sum);
    }
    std::vector<Piece> out;
    const auto close = [&](std::size_t from, std::size_t to) {
        if (to - from >= kShortest) out.push_back({from * kStep, to * kStep});
    };
    std::size_t begin = 0, quiet = 0;
    bool open = false;
    for (std::size_t i = 0; i < level.size(); ++i) {
        const bool loud = level[i] > 1e-4 * loudest;
        if (loud && !open) begin = i, open = true;
        quiet = loud ? 0 : quiet + 1;
        if (open && (quiet == kPause || i - begin + 1 >= kLongest)) {
            close(begin, i + 1 - quiet);
            open = false;
        }
    }
    if (open) close(begin, level.size() - quiet);
    return out;
}

/// What was heard of an utterance, each half second of it where it is best found around `delay`: a pause that the network put
/// into a sentence costs itself and not all that follows.
std::vector<float> laidBeside(std::span<const float> said, std::span<const float> heard, std::ptrdiff_t delay) {
    constexpr std::size_t kPiece = 24'000;
    constexpr std::ptrdiff_t kAround = 7'200;
    constexpr std::size_t kFade = 240;
    constexpr double kSure = 0.5;
    std::vector<float> out;
    for (std::size_t at = 0; at < said.size();) {
        const auto length = said.size() - at < 2 * kPiece ? said.size() - at : kPiece;
        const auto first = static_cast<std::ptrdiff_t>(at) + std::max(delay - kAround, -static_cast<std::ptrdiff_t>(at));
        const auto last = std::min(static_cast<std::ptrdiff_t>(at + length) + delay + kAround, static_cast<std::ptrdiff_t>(heard.size()));
        const auto wanted = bright(toTenKilohertz(said.subspan(at, length)));
        const auto around = bright(toTenKilohertz(heard.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first))));
        const auto [lag, correlation] = find(wanted, around);
        auto from = static_cast<std::ptrdiff_t>(at) + delay;
        if (correlation >= kSure) from = first + static_cast<std::ptrdiff_t>(lag * 24 / 5);
        const auto take = [&](std::ptrdiff_t i) { return i >= 0 && i < static_cast<std::ptrdiff_t>(heard.size()) ? heard[static_cast<std::size_t>(i)] : 0.0f; };
        const auto fade = std::min(kFade, out.size());
        for (std::size_t i = 0; i < fade; ++i) {   // the end of the piece before goes over into what is before this one
            const auto part = static_cast<float>(i) / static_cast<float>(fade);
            auto& s = out[out.size() - fade + i];
            s += part * (take(from - static_cast<std::ptrdiff_t>(fade - i)) - s);
        }
        for (std::size_t i = 0; i < length; ++i) out.push_back(take(from + static_cast<std::ptrdiff_t>(i)));
        at += length;
    }
    return out;
}

}  // namespace

std::vector<Utterance> scoreUtterances(std::span<const float> said, std::span<const float> heard, std::size_t most) {
    std::vector<Utterance> out;
    for (const auto& [begin, finish] : utterancesOf(said)) {
        Utterance u;
        u.begin = begin;
        u.end = finish;
        const auto end = std::min(heard.size(), u.end + most);
        if (end < u.end) continue;
        const auto wanted = bright(toTenKilohertz(said.subspan(u.begin, u.end - u.begin)));
        const auto around = bright(toTenKilohertz(heard.subspan(u.begin, end - u.begin)));
        const auto [lag, correlation] = find(wanted, around);
        u.delay = static_cast<std::ptrdiff_t>(lag * 24 / 5);
        u.correlation = correlation;
        const auto piece = said.subspan(u.begin, u.end - u.begin);
        u.estoi = estoi(piece, laidBeside(piece, heard.subspan(u.begin, end - u.begin), u.delay));
        out.push_back(u);
    }
    return out;
}

std::optional<std::ptrdiff_t> beginsAt(std::span<const float> said, std::span<const float> heard) {
    const auto whole = bright(toTenKilohertz(heard));
    constexpr std::size_t kEnough = 9;
    std::vector<std::ptrdiff_t> found;
    const auto pieces = utterancesOf(said);
    const auto step = pieces.size() / kEnough + 1;
    for (std::size_t i = 0; i < pieces.size(); i += step) {
        const auto& piece = pieces[i];
        const auto wanted = bright(toTenKilohertz(said.subspan(piece.begin, piece.end - piece.begin)));
        if (wanted.size() > whole.size()) continue;
        const auto [lag, correlation] = find(wanted, whole);
        if (correlation > 0.5) found.push_back(static_cast<std::ptrdiff_t>(lag * 24 / 5) - static_cast<std::ptrdiff_t>(piece.begin));
    }
    if (found.empty()) return std::nullopt;
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(found.size() / 2), found.end());
    return found[found.size() / 2];
}

double meanEstoi(std::span<const Utterance> utterances) {
    double sum = 0.0, weight = 0.0;
    for (const auto& u : utterances) {
        const auto length = static_cast<double>(u.end - u.begin);
        sum += length * u.estoi;
        weight += length;
    }
    return weight > 0.0 ? sum / weight : 0.0;
}

}  // namespace parlour::tests

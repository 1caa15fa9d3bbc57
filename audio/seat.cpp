// SPDX-License-Identifier: Apache-2.0
#include "audio/seat.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace parlour::audio {
namespace {

constexpr double kHeadRadius = 0.0875;  // m
constexpr double kSoundSpeed = 343.0;   // m/s
constexpr double kCrossing = kHeadRadius / kSoundSpeed * base::kSampleRate;  // samples sound takes for one radius
constexpr double kAlphaMin = 0.1;       // Brown and Duda, eq. 4
constexpr double kThetaMin = 150.0;     // degrees
constexpr double kCorner = 2.0 * kSoundSpeed / kHeadRadius;  // rad/s, twice the head's own frequency
constexpr double kPanReach = 24.0;      // degrees of the sine law at the farthest seat

double radians(double degrees) { return degrees * std::numbers::pi / 180.0; }

/// Head shadow: how much more or less of the high sound arrives at `theta` degrees from the ear's own axis.
double alphaAt(double theta) {
    return 1.0 + kAlphaMin / 2.0 + (1.0 - kAlphaMin / 2.0) * std::cos(radians(theta / kThetaMin * 180.0));
}
const double kAlphaAhead = alphaAt(90.0);

/// What both ears together get of a voice: octaves of speech, its upper ones counted for more, as loudness does.
double power(double alphaLeft, double alphaRight) {
    struct Band {
        double hz, weight;
    };
    constexpr Band kSpeech[] = {{125, 0.2}, {250, 1.0}, {500, 1.0}, {1000, 1.0}, {2000, 1.0}, {4000, 0.12}, {8000, 0.04}};
    double sum = 0.0;
    double all = 0.0;
    for (const auto& band : kSpeech) {
        const double u = 2.0 * std::numbers::pi * band.hz / kCorner;
        const auto ear = [&](double alpha) { return 1.0 + alpha * alpha * u * u; };
        sum += band.weight * (ear(alphaLeft) + ear(alphaRight)) / 2.0 / ear(kAlphaAhead);
        all += band.weight;
    }
    return sum / all;
}

}  // namespace

Seat::Place Seat::placeAt(float azimuth) {
    Place place;
    if (azimuth == 0.0f) {
        const double k = 2.0 * base::kSampleRate / kCorner;
        place.left.b1 = place.right.b1 = static_cast<float>((1.0 - kAlphaAhead * k) / (1.0 + kAlphaAhead * k));
        return place;
    }
    const double fromLeft = std::abs(90.0 + azimuth);
    const double fromRight = std::abs(90.0 - azimuth);
    const double level = 1.0 / std::sqrt(power(alphaAt(fromLeft), alphaAt(fromRight)));
    const auto ear = [&](double theta) {
        // Woodworth: straight to the near side, along the head to the far one; counted from the head's middle.
        const double way = theta < 90.0 ? -std::cos(radians(theta)) : radians(theta - 90.0);
        const double k = 2.0 * base::kSampleRate / kCorner;  // bilinear transform
        const double alpha = alphaAt(theta);
        Ear e;
        e.delay = static_cast<float>(static_cast<double>(kAhead) + kCrossing * way);
        e.b0 = static_cast<float>(level * (1.0 + alpha * k) / (1.0 + kAlphaAhead * k));
        e.b1 = static_cast<float>(level * (1.0 - alpha * k) / (1.0 + kAlphaAhead * k));
        return e;
    };
    place.left = ear(fromLeft);
    place.right = ear(fromRight);
    // Between constant power and constant sum: either is kept within 0.4 dB.
    const double turn = radians(kPanReach * azimuth / kFarthest);
    const double keep = std::numbers::sqrt2 / std::sqrt(std::cos(turn));
    place.panLeft = static_cast<float>(keep * std::cos(std::numbers::pi / 4.0 + turn));
    place.panRight = static_cast<float>(keep * std::sin(std::numbers::pi / 4.0 + turn));
    return place;
}

/// The sound `from`..`to` samples ago, between samples by a cubic.
void Seat::delayed(float from, float to, std::span<float> out) const {
    const float step = (to - from) / static_cast<float>(out.size());
    float delay = from;
    for (std::size_t i = 0; i < out.size(); ++i) {
        delay += step;
        const auto whole = static_cast<std::size_t>(delay);
        const float f = delay - static_cast<float>(whole);
        const float* const x = m_recent.data() + kPast + i - whole;  // x[0] is `whole` samples ago
        out[i] = -f * (f - 1.0f) * (f - 2.0f) / 6.0f * x[1] + (f + 1.0f) * (f - 1.0f) * (f - 2.0f) / 2.0f * x[0] -
                 (f + 1.0f) * f * (f - 2.0f) / 2.0f * x[-1] + (f + 1.0f) * f * (f - 1.0f) / 6.0f * x[-2];
    }
}

void Seat::render(std::span<const float> sound, Seats mode, float azimuth, std::span<float> left, std::span<float> right) {
    azimuth = std::clamp(azimuth, -kFarthest, kFarthest);
    std::copy(sound.begin(), sound.end(), m_recent.begin() + kPast);
    const auto from = m_place;
    if (azimuth != m_azimuth) m_place = placeAt(azimuth);
    m_azimuth = azimuth;
    if (mode == m_mode) {
        add(sound, mode, from, m_place, 1.0f, 1.0f, left, right);
    } else {
        add(sound, m_mode, from, m_place, 1.0f, 0.0f, left, right);
        add(sound, mode, from, m_place, 0.0f, 1.0f, left, right);
        m_mode = mode;
    }
    std::copy_n(m_recent.begin() + static_cast<std::ptrdiff_t>(sound.size()), kPast, m_recent.begin());
}

void Seat::add(std::span<const float> sound, Seats mode, const Place& from, const Place& to, float before, float after,
               std::span<float> left, std::span<float> right) {
    const float each = 1.0f / static_cast<float>(sound.size());
    const auto mixed = [&](auto&& at, float start, float end, std::span<float> out) {
        const float step = (end - start) * each;
        float gain = start;
        for (std::size_t i = 0; i < out.size(); ++i) out[i] += (gain += step) * at(i);
    };
    if (mode != Seats::headphones) {
        const bool pan = mode == Seats::loudspeakers;
        const auto direct = [&](std::size_t i) { return sound[i]; };
        mixed(direct, before * (pan ? from.panLeft : 1.0f), after * (pan ? to.panLeft : 1.0f), left);
        mixed(direct, before * (pan ? from.panRight : 1.0f), after * (pan ? to.panRight : 1.0f), right);
        return;
    }
    if (before == 0.0f) m_leftIn = m_leftOut = m_rightIn = m_rightOut = 0.0f;  // faded in from here
    const auto pole = placeAt(0.0f).left.b1;
    const auto side = [&](const Ear& a, const Ear& b, float& in, float& last, std::span<float> out) {
        Block whole;
        const auto x = std::span(whole).first(sound.size());
        delayed(a.delay, b.delay, x);
        const float step0 = (b.b0 - a.b0) * each;
        const float step1 = (b.b1 - a.b1) * each;
        float b0 = a.b0;
        float b1 = a.b1;
        for (auto& s : x) {
            b0 += step0;
            b1 += step1;
            const float now = b0 * s + b1 * in - pole * last;
            in = s;
            last = std::abs(now) < 1e-20f ? 0.0f : now;
            s = last;
        }
        mixed([&](std::size_t i) { return x[i]; }, before, after, out);
    };
    side(from.left, to.left, m_leftIn, m_leftOut, left);
    side(from.right, to.right, m_rightIn, m_rightOut, right);
}

}  // namespace parlour::audio

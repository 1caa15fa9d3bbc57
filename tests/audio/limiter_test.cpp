// SPDX-License-Identifier: Apache-2.0
// Nothing above -1 dBTP reaches an ear, measured by an interpolation of its own.
#include <limits>

#include "audio/limiter.h"
#include "audio/playout_chain.h"
#include "tests/support/catch.h"
#include "tests/support/speech.h"
#include "tests/support/true_peak.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;

namespace {

std::vector<float> limited(std::vector<float> x) {
    Limiter limiter;
    for (std::size_t at = 0; at + 480 <= x.size(); at += 480) limiter.process(std::span(x).subspan(at, 480));
    return x;
}

constexpr double kMinusOne = 0.89125;

}  // namespace

TEST_CASE("no peak, on a sample or between, passes -1 dBTP", "[T45]") {
    std::mt19937 random(1);
    std::uniform_real_distribution<float> unit(-1.0f, 1.0f);
    std::vector<std::vector<float>> bombs;
    std::vector<float> square(9'600), quarter(9'600), noise(9'600), burst(9'600, 0.0f), steps(9'600);
    for (std::size_t i = 0; i < square.size(); ++i) {
        square[i] = (i / 60) % 2 ? 8.0f : -8.0f;
        quarter[i] =
            1.4f * std::sin(1.5707963f * static_cast<float>(i) + 0.785398f);  // all samples at 0.99, peaks at 1.4
        noise[i] = 4.0f * unit(random);
        if (i > 5'000) burst[i] = 6.0f * std::sin(0.13f * static_cast<float>(i));
        steps[i] = 2.0f * std::sin(0.05f * static_cast<float>(i)) * static_cast<float>(i) / 9'600.0f;
    }
    for (const auto& bomb : {square, quarter, noise, burst, steps}) {
        const auto out = limited(bomb);
        float most = 0.0f;
        for (const float s : out) most = std::max(most, std::abs(s));
        CHECK(most <= kMinusOne + 1e-4);
    }
    // Band-limited sounds also between the samples (a hard square has no true peak below its samples' overshoot).
    CHECK(truePeak(limited(quarter)) <= kMinusOne + 0.002);
    CHECK(truePeak(limited(burst)) <= kMinusOne + 0.002);
    CHECK(truePeak(limited(steps)) <= kMinusOne + 0.002);
    CHECK(truePeak(quarter) > 1.3);  // the measure itself can see
}

TEST_CASE("two channels are limited by one gain, and one channel becomes two without a jump") {
    Limiter limiter;
    std::vector<float> left(9'600), right(9'600);
    for (std::size_t i = 0; i < left.size(); ++i) {
        left[i] = (i > 4'800 ? 3.0f : 0.2f) * std::sin(0.05f * static_cast<float>(i));
        right[i] = i < 2'400 ? left[i] : 0.1f * left[i];
    }
    for (std::size_t at = 0; at < left.size(); at += 480) {
        const auto r = std::span(right).subspan(at, 480);
        limiter.process(std::span(left).subspan(at, 480), at < 2'400 ? std::span<float>() : r);
        if (at < 2'400) std::copy_n(left.begin() + static_cast<std::ptrdiff_t>(at), 480, r.begin());
    }
    CHECK(truePeak(left) <= kMinusOne + 0.002);
    for (std::size_t i = 2'472; i < left.size(); ++i) REQUIRE(std::abs(right[i] - 0.1f * left[i]) < 1e-5f);
    for (std::size_t i = 2'300; i < 2'472; ++i) REQUIRE(std::abs(right[i] - left[i]) < 1e-6f);  // still the one channel
}

TEST_CASE("quiet speech passes the limiter unchanged but for its delay") {
    const auto voice = speechLike(1.0, 4, 0.2f);
    const auto out = limited(voice);
    double worst = 0.0;
    for (std::size_t i = Limiter::kLookahead; i < out.size(); ++i)
        worst = std::max(worst, static_cast<double>(std::abs(out[i] - voice[i - Limiter::kLookahead])));
    CHECK(worst < 1e-6);
}

TEST_CASE("after a bang the volume comes back within half a second") {
    std::vector<float> x(48'000);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (i < 480 ? 8.0f : 0.3f) * std::sin(0.06f * static_cast<float>(i));
    const auto out = limited(x);
    CHECK(rms(std::span(out).subspan(1'000, 2'000)) < 0.1);
    CHECK(rms(std::span(out).last(20'000)) == Approx(0.3 / std::sqrt(2.0)).epsilon(0.03));
}

TEST_CASE("NaN and infinity become silence and do not stick", "[T45]") {
    const float inf = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> x(48'000, 0.1f);
    x[100] = nan;
    x[200] = inf;
    x[300] = -inf;
    x[301] = 3e38f;
    const auto out = limited(x);
    for (const float s : out) REQUIRE(std::isfinite(s));
    CHECK(out.back() == Approx(0.1f).margin(0.02));

    GainRamp ramp;
    std::vector<float> mix(480, 0.0f);
    ramp.set(nan);
    ramp.addTo(mix, std::span(x).first(480));
    for (const float s : mix) REQUIRE(std::isfinite(s));
    ramp.set(9.0f);
    CHECK(ramp.goal() == 2.0f);
    ramp.set(-1.0f);
    CHECK(ramp.goal() == 0.0f);
}

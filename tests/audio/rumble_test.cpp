// SPDX-License-Identifier: Apache-2.0
// A listener's high-pass works where there is something below voices, and leaves voices alone.
#include "audio/rumble.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>
#include <vector>

#include "audio/voice_path.h"
#include "tests/support/catch.h"
#include "tests/support/speech.h"

using namespace parlour::audio;
using namespace parlour::tests;

namespace {

std::vector<float> tone(double hertz, float rmsLevel, double seconds) {
    std::vector<float> out(static_cast<std::size_t>(seconds * 48'000));
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<float>(std::min(1.0, static_cast<double>(i) / 2'400.0) * rmsLevel * std::numbers::sqrt2 * std::sin(2.0 * std::numbers::pi * hertz * static_cast<double>(i) / 48'000.0));
    return out;
}

/// Block that it is first heard in, -1 = never.
int firstHeard(Rumble& rumble, const std::vector<float>& sound) {
    for (std::size_t at = 0; at + 480 <= sound.size(); at += 480)
        if (rumble.heard(std::span(sound).subspan(at, 480))) return static_cast<int>(at / 480);
    return -1;
}

}  // namespace

TEST_CASE("voices are no rumble, what is below them is within 100 ms", "[rumble]") {
    for (const auto& [hertz, level, heard] : {std::tuple{85.0, 0.2f, false}, {120.0, 0.3f, false}, {20.0, 0.01f, true}, {40.0, 0.06f, true}, {40.0, 0.01f, false}}) {
        Rumble rumble;
        const auto block = firstHeard(rumble, tone(hertz, level, 1.0));
        INFO(hertz << " Hz at " << level << ": block " << block);
        CHECK((block >= 0) == heard);
        CHECK(block <= 10);
    }
    Rumble speech, dc;
    CHECK(firstHeard(speech, speechLike(20.0, 41)) == -1);
    CHECK(firstHeard(dc, std::vector<float>(4'800, 0.05f)) >= 0);
}

TEST_CASE("a high-pass that is switched on again does not begin with what it heard long ago", "[rumble]") {
    HighPass again(60.0, 480, true), fresh(60.0, 480, false);
    std::vector<float> before(2'400, -0.9f), pause(2'400, 0.5f), sound(2'400, 0.5f), same = sound;
    again.process(before);
    again.set(false);
    again.process(pause);
    CHECK(pause.back() == 0.5f);   // off: untouched
    again.process(pause);
    again.set(true);
    fresh.set(true);
    again.process(sound);
    fresh.process(same);
    CHECK(sound == same);
    float step = 0.0f;
    for (std::size_t i = 1; i < sound.size(); ++i) step = std::max(step, std::abs(sound[i] - sound[i - 1]));
    CHECK(step < 0.002f);   // 0.5 within its ramp of 10 ms
    CHECK(std::abs(sound.back()) < 1e-3f);
}

TEST_CASE("the high-pass stays for two seconds after rumble, and not-a-number does not blind it", "[rumble]") {
    Rumble rumble;
    CHECK(firstHeard(rumble, tone(20.0, 0.1f, 0.5)) >= 0);
    const std::vector<float> silence(480, 0.0f);
    int stays = 0;
    while (rumble.heard(silence) && stays < 1'000) ++stays;
    CHECK(stays >= 199);
    CHECK(stays < 250);
    CHECK(rumble.heard(std::vector<float>(480, std::nanf(""))));
    for (int i = 0; i < 300; ++i) rumble.heard(silence);
    CHECK_FALSE(rumble.heard(silence));
    CHECK(firstHeard(rumble, tone(20.0, 0.1f, 0.5)) >= 0);
}

TEST_CASE("a voice path hands a quiet room's voice on sample by sample, and takes DC away", "[rumble]") {
    VoicePath path, other;
    auto voice = speechLike(3.0, 42, 0.1f);
    const auto before = voice;
    double difference = 0.0, energy = 0.0;
    for (std::size_t at = 0; at + 480 <= voice.size(); at += 480) {
        path.shape(std::span(voice).subspan(at, 480), {}, 0.3f, false, false);
        if (at < 9'600) continue;   // fades in
        for (std::size_t i = at; i < at + 480; ++i) {
            difference += std::pow(static_cast<double>(voice[i]) - before[i], 2.0);
            energy += static_cast<double>(before[i]) * before[i];
        }
    }
    CHECK(difference < 1e-3 * energy);
    std::vector<float> dc(48'000, 0.1f);
    for (std::size_t at = 0; at + 480 <= dc.size(); at += 480) other.shape(std::span(dc).subspan(at, 480), {}, 0.1f, false, false);
    CHECK(std::abs(dc.back()) < 1e-3f);
}

// SPDX-License-Identifier: Apache-2.0
// T45: whatever strangers send, nothing hurts. And what the same parts do to normal voices: as little as possible.
#include <ebur128.h>

#include <limits>
#include <memory>
#include <random>
#include <string>

#include "audio/scrub.h"
#include "audio/voice_path.h"
#include "tests/support/catch.h"
#include "tests/support/speech.h"
#include "tests/support/true_peak.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;

namespace {

constexpr std::size_t kSecond = 48'000;
using Sound = std::vector<float>;

/// What a listener hears of these voices, each through its own path, all through the output.
Sound heard(const std::vector<Sound>& voices, const std::vector<float>& volumes = {}) {
    std::vector<std::unique_ptr<VoicePath>> paths;
    std::size_t length = 0;
    for (std::size_t v = 0; v < voices.size(); ++v) {
        paths.push_back(std::make_unique<VoicePath>());
        if (v < volumes.size()) paths.back()->gain.set(volumes[v]);
        length = std::max(length, voices[v].size());
    }
    OutputStage output;
    Sound out(length / 480 * 480, 0.0f);
    for (std::size_t at = 0; at + 480 <= length; at += 480) {
        const auto mix = std::span(out).subspan(at, 480);
        for (std::size_t v = 0; v < voices.size(); ++v) {
            if (at + 480 > voices[v].size()) continue;
            std::array<float, 480> sound{};
            std::copy_n(voices[v].begin() + static_cast<std::ptrdiff_t>(at), 480, sound.begin());
            const float peak = scrub(sound);
            if (!paths[v]->shape(sound, {}, peak, true, false)) continue;
            for (std::size_t i = 0; i < 480; ++i) mix[i] += sound[i];
        }
        output.process(mix);
    }
    return out;
}

struct Loudness {
    double integrated = -100.0;
    double momentary = -100.0;  ///< most
};
Loudness loudnessOf(std::span<const float> sound) {
    auto* state = ebur128_init(1, kSecond, EBUR128_MODE_I | EBUR128_MODE_M);
    Loudness l;
    for (std::size_t at = 0; at + 4'800 <= sound.size(); at += 4'800) {
        ebur128_add_frames_float(state, sound.data() + at, 4'800);
        double now = -100.0;
        ebur128_loudness_momentary(state, &now);
        l.momentary = std::max(l.momentary, now);
    }
    ebur128_loudness_global(state, &l.integrated);
    ebur128_destroy(&state);
    return l;
}

Sound scaledTo(Sound sound, double lufs) {
    const double gain = std::pow(10.0, (lufs - loudnessOf(sound).integrated) / 20.0);
    for (auto& s : sound) s *= static_cast<float>(gain);
    return sound;
}
Sound wave(double hz, double seconds, float level, bool square = false) {
    Sound out(static_cast<std::size_t>(seconds * kSecond));
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double s = std::sin(2.0 * 3.14159265358979 * hz * static_cast<double>(i) / kSecond);
        out[i] = square ? (s >= 0.0 ? level : -level) : level * static_cast<float>(s);
    }
    return out;
}
Sound noise(double seconds, float level, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> unit(-level, level);
    Sound out(static_cast<std::size_t>(seconds * kSecond));
    for (auto& s : out) s = unit(random);
    return out;
}
Sound sweep(double from, double to, double seconds, float level) {
    Sound out(static_cast<std::size_t>(seconds * kSecond));
    double phase = 0.0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double part = static_cast<double>(i) / static_cast<double>(out.size());
        phase += 2.0 * 3.14159265358979 * from * std::pow(to / from, part) / kSecond;
        out[i] = level * static_cast<float>(std::sin(phase));
    }
    return out;
}
Sound operator+(Sound a, const Sound& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
Sound silence(double seconds) { return Sound(static_cast<std::size_t>(seconds * kSecond), 0.0f); }

struct Attack {
    std::string name;
    std::vector<Sound> voices;
};

std::vector<Attack> attacks() {
    const float inf = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    Sound broken = wave(300.0, 2.0, 0.9f);
    for (std::size_t i = 0; i < broken.size(); i += 97) broken[i] = i % 2 ? nan : i % 3 ? inf : -inf;
    Sound clicks = silence(2.0);
    for (std::size_t i = 0; i < clicks.size(); i += 700) clicks[i] = i % 1'400 ? 1.0f : -1.0f;
    Sound pulses;
    for (int i = 0; i < 20; ++i) pulses = pulses + silence(0.03) + wave(1'000.0, 0.03, 1.0f, true);
    const auto whisper = scaledTo(speechLike(12.0, 3), -48.0);
    Sound chorusPart = wave(440.0, 2.0, 1.0f, true);
    return {
        {"square at full scale", {wave(400.0, 3.0, 1.0f, true)}},
        {"square beyond full scale", {wave(90.0, 2.0, 60.0f, true)}},
        {"sweep over everything", {sweep(5.0, 23'900.0, 5.0, 1.0f)}},
        {"noise after silence", {silence(2.0) + noise(1.0, 1.0f, 1) + silence(1.0) + noise(0.5, 1.0f, 2)}},
        {"a direct current", {Sound(2 * kSecond, 1.0f)}},
        {"a direct current that jumps", {Sound(kSecond, 1.0f) + Sound(kSecond, -1.0f) + Sound(kSecond, 1.0f)}},
        {"below hearing", {wave(8.0, 3.0, 1.0f, true)}},
        {"above hearing", {wave(22'000.0, 2.0, 1.0f) + wave(23'990.0, 2.0, 1.0f)}},
        {"not a number", {broken}},
        {"all not a number", {Sound(kSecond, nan)}},
        {"clicks", {clicks}},
        {"pulses of 30 ms", {pulses}},
        {"samples that lie between", {wave(12'000.0, 1.0, 1.0f)}},
        {"whisper, then a scream", {whisper + wave(900.0, 2.0, 1.0f, true) + whisper + noise(1.0, 1.0f, 5)}},
        {"whisper, then shouted words", {whisper + scaledTo(speechLike(4.0, 4), -2.0)}},
        {"five screams at once", {chorusPart, wave(410.0, 2.0, 1.0f, true), noise(2.0, 1.0f, 7), chorusPart, chorusPart}},
    };
}

void checkSafe(std::span<const float> out) {
    for (const float s : out) REQUIRE(std::isfinite(s));
    CHECK(toDb(truePeak(out)) <= -1.0 + 0.02);
    CHECK(toDb(loudest50ms(out)) <= -12.0);  // the first 100 ms, too
    CHECK(loudnessOf(out).momentary <= -12.0);
}

}  // namespace

TEST_CASE("no attack on the ears gets through, at any volume of the person", "[T45]") {
    for (const auto& attack : attacks()) {
        INFO(attack.name);
        checkSafe(heard(attack.voices));
        checkSafe(heard(attack.voices, std::vector<float>(attack.voices.size(), 2.0f)));
    }
}

TEST_CASE("the attacks are attacks: without protection they hurt", "[T45]") {
    int loud = 0;
    for (const auto& attack : attacks()) {
        double most = 0.0;
        for (const auto& voice : attack.voices) most = std::max(most, loudest50ms(voice));
        if (toDb(most) > -12.0) ++loud;
    }
    CHECK(loud >= 12);
    CHECK(toDb(truePeak(wave(12'000.0, 0.2, 1.0f))) > -0.1);
}

TEST_CASE("any sequence of sounds is safe", "[T45]") {
    std::mt19937 random(2'026);
    std::uniform_real_distribution<double> unit(0.0, 1.0);
    for (int round = 0; round < 12; ++round) {
        std::vector<Sound> voices;
        for (int v = 0; v < 1 + round % 4; ++v) {
            Sound sound;
            while (sound.size() < 6 * kSecond) {
                const double seconds = 0.004 + unit(random) * unit(random) * 1.5;
                const auto level = static_cast<float>(std::pow(10.0, -2.5 * unit(random) * unit(random)) * (unit(random) < 0.1 ? 4.0 : 1.0));
                switch (static_cast<int>(unit(random) * 6.0)) {
                    case 0: sound = sound + silence(seconds); break;
                    case 1: sound = sound + wave(20.0 * std::pow(1'150.0, unit(random)), seconds, level, unit(random) < 0.5); break;
                    case 2: sound = sound + noise(seconds, level, static_cast<std::uint32_t>(random())); break;
                    case 3: sound = sound + Sound(static_cast<std::size_t>(seconds * kSecond), unit(random) < 0.5 ? level : -level); break;
                    case 4: sound = sound + sweep(30.0, 20'000.0, seconds, level); break;
                    default: sound = sound + speechLike(seconds, static_cast<std::uint32_t>(random()), level); break;
                }
            }
            voices.push_back(std::move(sound));
        }
        INFO("round " << round);
        checkSafe(heard(voices, {2.0f, 1.0f, 0.3f, 1.5f}));
    }
}

TEST_CASE("quiet and loud voices come to the same loudness, normal ones stay as they are") {
    struct Row {
        double sent, least, most;
    };
    for (const auto& row : {Row{-33.0, -23.0, -18.0}, Row{-29.0, -23.0, -18.0}, Row{-22.0, -23.0, -18.0}, Row{-20.0, -21.0, -19.0},
                            Row{-12.0, -23.0, -18.0}, Row{-8.0, -23.0, -18.0}}) {
        const auto voice = scaledTo(speechLike(40.0, 11), row.sent);
        const auto out = heard({voice});
        const auto later = loudnessOf(std::span(out).last(20 * kSecond)).integrated;
        INFO("sent at " << row.sent << " LUFS, heard at " << later);
        CHECK(later >= row.least);
        CHECK(later <= row.most);
        if (row.sent <= -19.5 && row.sent >= -22.0) CHECK(std::abs(loudnessOf(out).integrated - row.sent) <= 1.0);
    }
    // Nobody is raised by more than 12 dB.
    const auto whisper = scaledTo(speechLike(40.0, 12), -45.0);
    const auto out = heard({whisper});
    CHECK(loudnessOf(std::span(out).last(15 * kSecond)).integrated == Approx(-33.0).margin(1.0));
}

TEST_CASE("the gain stands still in pauses, for a fan, a tone and for music") {
    const auto quiet = scaledTo(speechLike(20.0, 13), -34.0);
    const auto fan = noise(20.0, 0.004f, 14);
    SpeakerLevel level;
    const auto through = [&level](Sound sound, bool levelling = true) {
        for (std::size_t at = 0; at + 480 <= sound.size(); at += 480) level.process(std::span(sound).subspan(at, 480), levelling);
        return level.gainDb();
    };
    const float raised = through(quiet);
    CHECK(raised > 9.0f);
    CHECK(through(silence(20.0)) == raised);
    (void)through(fan);  // its beginning may look like a syllable, not the rest
    CHECK(level.gainDb() == Approx(raised).margin(0.5));
    CHECK_FALSE(level.speaking());
    CHECK(through(silence(5.0), false) == Approx(0.0).margin(0.01));  // switched off

    SpeakerLevel hum;
    auto tone = silence(1.0) + wave(300.0, 10.0, 0.02f);
    for (std::size_t at = 0; at + 480 <= tone.size(); at += 480) hum.process(std::span(tone).subspan(at, 480), true);
    CHECK(hum.gainDb() == 0.0f);

    VoicePath music;
    auto song = scaledTo(speechLike(20.0, 15), -34.0);
    for (std::size_t at = 0; at + 480 <= song.size(); at += 480) {
        const auto block = std::span(song).subspan(at, 480);
        music.shape(block, {}, scrub(block), true, true);
    }
    CHECK(music.level.gainDb() == 0.0f);
}

TEST_CASE("the gain never moves fast enough to be heard moving") {
    SpeakerLevel level;
    auto voice = scaledTo(speechLike(30.0, 16), -36.0) + scaledTo(speechLike(30.0, 17), -14.0);
    float before = 0.0f;
    float up = 0.0f;
    float down = 0.0f;
    for (std::size_t at = 0; at + 480 <= voice.size(); at += 480) {
        level.process(std::span(voice).subspan(at, 480), true);
        up = std::max(up, level.gainDb() - before);
        down = std::max(down, before - level.gainDb());
        before = level.gainDb();
    }
    CHECK(up <= 0.016f);    // 1.5 dB a second
    CHECK(down <= 0.251f);  // 25 dB a second while it is far too loud
}

TEST_CASE("a voice fades in without a click, and its first syllable is heard") {
    VoicePath path;
    Sound voice = silence(0.5) + scaledTo(speechLike(1.0, 18), -20.0);
    const auto said = voice;
    for (std::size_t at = 0; at + 480 <= voice.size(); at += 480) {
        const auto block = std::span(voice).subspan(at, 480);
        path.shape(block, {}, scrub(block), true, false);
    }
    // From where it sounds: the first 150 ms keep at least two thirds of their energy.
    std::size_t first = 0;
    while (std::abs(said[first]) < 1e-3f) ++first;
    const auto part = [first](const Sound& x) { return energy(std::span(x).subspan(first, 7'200)); };
    CHECK(part(voice) >= 0.66 * part(said));
    // A voice that begins in the middle of a wave does not jump.
    VoicePath hard;
    Sound begins(4'800);
    for (std::size_t i = 0; i < begins.size(); ++i) begins[i] = 0.4f * std::cos(0.03f * static_cast<float>(i));
    for (std::size_t at = 0; at < begins.size(); at += 480) {
        const auto block = std::span(begins).subspan(at, 480);
        hard.shape(block, {}, scrub(block), true, false);
    }
    CHECK(std::abs(begins[0]) < 0.001f);
    for (std::size_t i = 1; i < begins.size(); ++i) REQUIRE(std::abs(begins[i] - begins[i - 1]) < 0.02f);
}

TEST_CASE("what was learned of a voice holds for its next track from the first word on") {
    SpeakerLevel first;
    auto voice = scaledTo(speechLike(20.0, 19), -32.0);
    for (std::size_t at = 0; at + 480 <= voice.size(); at += 480) first.process(std::span(voice).subspan(at, 480), true);
    SpeakerLevel second;
    second.remember(first.known());
    CHECK(second.gainDb() == first.gainDb());
    CHECK(second.gainDb() > 8.0f);
    SpeakerLevel third;
    third.remember({});  // nothing known
    CHECK(third.gainDb() == 0.0f);
}

TEST_CASE("a loud sound is made quieter, not cut to pieces, and comes back") {
    LoudnessGuard guard;
    auto tone = wave(500.0, 2.0, 0.9f) + wave(500.0, 2.0, 0.1f);
    const auto said = tone;
    for (std::size_t at = 0; at + 480 <= tone.size(); at += 480) guard.process(std::span(tone).subspan(at, 480));
    for (std::size_t at = 4'800; at + 2'400 <= 2 * kSecond; at += 2'400)
        CHECK(toDb(rms(std::span(tone).subspan(at, 2'400))) >= -16.0);
    CHECK(toDb(rms(std::span(tone).subspan(kSecond, 24'000))) == Approx(-12.4).margin(0.4));
    CHECK(rms(std::span(tone).last(24'000)) == Approx(rms(std::span(said).last(24'000))));  // unchanged again
}

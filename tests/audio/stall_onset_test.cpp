// SPDX-License-Identifier: Apache-2.0
// Words that begin around a stall of the network are heard from their first sound on.
#include <cmath>
#include <random>

#include "audio/capture_chain.h"
#include "audio/jitter_buffer.h"
#include "tests/bench/sound_lab.h"
#include "tests/support/catch.h"
#include "tests/support/likeness.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

constexpr std::int64_t kWord = 28'800, kPause = 19'200, kOnset = 2'880;   // samples: 600, 400 and 60 ms
constexpr int kWords = 20;

/// Word n begins with a sweep of its own; a room behind all of it.
std::vector<float> words() {
    std::mt19937 random(3);
    std::normal_distribution<float> room(0.0f, 3e-4f);
    std::vector<float> out;
    for (int n = 0; n < kWords; ++n) {
        for (std::int64_t i = 0; i < kPause; ++i) out.push_back(room(random));
        double phase = 0.0;
        for (std::int64_t i = 0; i < kWord; ++i) {
            const double t = static_cast<double>(i) / kOnset;
            const double pitch = t < 1.0 ? 180.0 + 10.0 * n + 250.0 * t : 130.0 + 20.0 * std::sin(0.0004 * static_cast<double>(i));
            phase += 2.0 * 3.14159265358979 * pitch / 48'000.0;
            const double rise = std::min(1.0, static_cast<double>(std::min(i, kWord - i)) / 240.0);
            double s = std::sin(phase);
            if (t >= 1.0) s = 0.6 * s + 0.3 * std::sin(2.0 * phase) + 0.2 * std::sin(5.0 * phase);
            out.push_back(static_cast<float>(0.3 * rise * s) + room(random));
        }
    }
    return out;
}

/// What is heard when the network stands still for `stallMs` around the onset of the 12th word, `before` ms before it.
std::vector<float> heardWith(const std::vector<float>& voice, int frameMs, double stallMs, double before) {
    std::vector<base::OpusFrame> sent;
    audio::CaptureChain chain([&](const base::OpusFrame& f) { sent.push_back(f); }, {});
    chain.apply(plainCapture(frameMs));
    chain.setGate(true, 1);
    const double onset = static_cast<double>(11 * (kWord + kPause) + kPause) / 48.0;
    const double from = onset - before, to = from + stallMs;
    std::mt19937 random(4);
    audio::JitterBuffer buffer;
    std::multimap<base::TimePoint, base::OpusFrame> air;
    std::vector<float> heard;
    double last = 0.0;
    for (std::size_t k = 0; k * 480 < voice.size(); ++k) {
        const double spoken = static_cast<double>(k + 1) * 10.0;
        sent.clear();
        chain.process(std::span(voice).subspan(k * 480, 480), {}, base::TimePoint(base::Duration(static_cast<std::int64_t>(k) * 10'000)));
        for (auto& f : sent) {
            double at = spoken + 1.0 + static_cast<double>(random() % 1000) / 1000.0;
            if (at >= from && at < to) at = to;
            at = last = std::max(at, last);
            f.received = base::TimePoint(base::Duration(static_cast<std::int64_t>(at * 1000.0)));
            air.emplace(f.received, f);
        }
        const auto now = base::TimePoint(base::Duration(static_cast<std::int64_t>(spoken * 1000.0) + 3'000));
        for (auto it = air.begin(); it != air.end() && it->first <= now; it = air.erase(it)) buffer.insert(it->second);
        std::array<float, 480> out{};
        buffer.pull(out, now);
        heard.insert(heard.end(), out.begin(), out.end());
    }
    return heard;
}

}  // namespace

TEST_CASE("after a stall of 150 ms no onset is cut", "[G7][onset]") {
    const auto voice = words();
    for (const int frameMs : {10, 20}) {
        const auto clean = heardWith(voice, frameMs, 0.0, 0.0);
        for (double before = 10.0; before <= 250.0; before += 20.0) {   // the onset itself is late, or comes into the catching up
            const auto heard = heardWith(voice, frameMs, 150.0, before);
            for (std::int64_t word = 11; word <= 13; ++word) {
                const auto at = static_cast<std::size_t>(word * (kWord + kPause) + kPause);
                const auto said = std::span(voice).subspan(at, kOnset / 2);   // later on whole periods may be cut out to catch up
                const auto around = [&](const std::vector<float>& sound) {
                    return std::span(sound).subspan(at, std::min<std::size_t>(kOnset + 24'000, sound.size() - at));
                };
                const double usual = likeness(said, around(clean)), now = likeness(said, around(heard));
                INFO(frameMs << " ms frames, stall " << before << " ms before the onset, word " << word << ": " << now << " of " << usual);
                REQUIRE(usual > 0.7);   // the codec keeps no more of a sweep
                CHECK(now > 0.9 * usual);
            }
        }
    }
}

TEST_CASE("a vowel whose packets stop for good ends: two periods are played again at most, the rest is concealment and fades") {
    // Stalls of 60 ms each half second first, so that the network is known for them.
    for (const int frameMs : {10, 20}) {
        std::vector<float> vowel(48'000 * 20);
        for (std::size_t i = 0; i < vowel.size(); ++i) {
            const double t = static_cast<double>(i) / 48'000.0;
            for (int k = 1; k <= 8; ++k) vowel[i] += static_cast<float>(0.25 / k * std::sin(2.0 * 3.14159265358979 * 90.0 * k * t));
        }
        std::vector<base::OpusFrame> sent;
        audio::CaptureChain chain([&](const base::OpusFrame& f) { sent.push_back(f); }, {});
        chain.apply(plainCapture(frameMs));
        chain.setGate(true, 1);
        audio::JitterBuffer buffer;
        std::vector<base::OpusFrame> held;
        std::array<float, 480> out{};
        std::uint64_t stretchedBefore = 0, concealedBefore = 0;
        double level = 0.0;
        constexpr int kStop = 1'800;   // blocks; in the middle of what has come by then
        for (int k = 0; k < kStop + 200; ++k) {
            const auto now = base::TimePoint(base::Duration(k * 10'000 + 3'000));
            chain.process(std::span(vowel).subspan(static_cast<std::size_t>(k % 2'000) * 480, 480), {}, base::TimePoint(base::Duration(k * 10'000)));
            held.insert(held.end(), sent.begin(), sent.end());
            sent.clear();
            if (k >= kStop) held.clear();
            if (k % 50 >= 6) {
                for (auto& f : held) {
                    f.received = now;
                    buffer.insert(f);
                }
                held.clear();
            }
            if (k == kStop) {
                stretchedBefore = buffer.stats().insertedSamplesForDeceleration;
                concealedBefore = buffer.stats().concealedSamples;
            }
            buffer.pull(out, now);
            double sum = 0.0;
            for (const float s : out) sum += static_cast<double>(s) * s;
            level = std::sqrt(sum / 480.0);
            if (k == kStop - 1) REQUIRE(level > 0.05);
        }
        const auto repeated = buffer.stats().insertedSamplesForDeceleration - stretchedBefore;
        INFO(frameMs << " ms frames: repeated " << repeated << ", before " << stretchedBefore << ", concealed "
                     << buffer.stats().concealedSamples - concealedBefore << ", level 2 s later " << level);
        CHECK(stretchedBefore > 0);
        CHECK(repeated <= 960);
        CHECK(buffer.stats().concealedSamples > concealedBefore);
        CHECK(level < 1e-4);
    }
}

TEST_CASE("deep voices through stalls of any length, pulled in pieces of any length: what is looked back at is kept") {
    for (const double hertz : {85.0, 90.0, 180.0}) {
        for (const std::size_t piece : {480u, 120u, 60u, 1u}) {
            const int blocks = piece == 1 ? 600 : 3'000;
            std::vector<base::OpusFrame> sent, held;
            audio::CaptureChain chain([&](const base::OpusFrame& f) { sent.push_back(f); }, {});
            chain.apply(plainCapture(20));
            chain.setGate(true, 1);
            audio::JitterBuffer buffer;
            std::mt19937 random(2);
            std::array<float, 480> in{}, out{}, side{};
            long long spoken = 0;
            unsigned stall = 0, next = 300;
            bool finite = true;
            for (int k = 0; k < blocks; ++k) {
                const auto now = base::TimePoint(base::Duration(k * 10'000LL + 1'000'000));
                for (auto& s : in) {
                    const double t = static_cast<double>(spoken++) / 48'000.0;
                    s = 0.0f;
                    for (int n = 1; n <= 8; ++n) s += static_cast<float>(0.25 / n * std::sin(2.0 * 3.14159265358979 * hertz * n * t));
                }
                chain.process(in, {}, now);
                held.insert(held.end(), sent.begin(), sent.end());
                sent.clear();
                if (--next == 0) {
                    stall = 10 + random() % 40;
                    next = 150 + random() % 150;
                }
                if (stall > 0) {
                    --stall;
                } else {
                    for (auto& f : held) {
                        f.received = now;
                        buffer.insert(f);
                    }
                    held.clear();
                }
                for (std::size_t at = 0; at < out.size(); at += piece) {
                    const auto heard = now + base::Duration(3'000 + static_cast<std::int64_t>(at) * 1000 / 48);
                    buffer.pull(std::span(out).subspan(at, piece), std::span(side).subspan(at, piece), heard);
                }
                for (const float s : out) finite = finite && std::isfinite(s);
            }
            INFO(hertz << " Hz in pieces of " << piece);
            CHECK(finite);
            // So little at a time is hardly ever gone back for: of the deepest voice never, where a wait may be a seventh too short.
            if (piece > 60 || (piece == 60 && hertz > 85.0)) CHECK(buffer.stats().insertedSamplesForDeceleration > 0);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// The goals of the sound path on its networks (G3, G4, G7, G8), a few minutes each; ./dev bench sound has the long
// runs.
#include "tests/bench/sound_lab.h"
#include "tests/support/catch.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

const Voice& voice() {
    static const auto made = [] {
        Voice v{speechLike(60.0, 51)};
        std::mt19937 random(52);
        std::normal_distribution<float> room(0.0f, 5e-4f);
        for (auto& s : v.samples) s += room(random);
        return v;
    }();
    return made;
}

Call call(const char* profile, double minutes, std::uint32_t seed, double keepSeconds = 1.0, int frameMs = 20) {
    static const auto twenty = Speaker::record(voice(), plainCapture());
    static const auto ten = Speaker::record(voice(), plainCapture(10));
    const auto& tape = frameMs == 10 ? ten : twenty;
    CallPlan plan;
    plan.frameMs = frameMs;
    plan.pull = 240;  // blocks of 5 ms, as devices are opened
    plan.seconds = 60.0 * minutes;
    plan.seed = seed;
    plan.keepSeconds = keepSeconds;
    return hold(voice(), *impairProfile(profile), plan, &tape);
}

double audibleShare(const audio::TrackStats& s) {
    return share(s.concealedSamples - s.silentConcealedSamples, s.totalSamplesReceived);
}
double meanDelayMs(const audio::TrackStats& s) {
    return 1e3 * s.jitterBufferDelay / static_cast<double>(std::max<std::uint64_t>(1, s.jitterBufferEmittedCount));
}

}  // namespace

TEST_CASE("LAN, Wi-Fi and LTE cost no more delay and lose no more sound than they may", "[G3][G4]") {
    struct Row {
        const char* id;
        double delayMs, audible;
    };
    for (const auto& row : {Row{"P1", 13.0, 0.0001}, Row{"P2", 65.0, 0.0004}, Row{"P3", 138.0, 0.002}}) {
        double delay = 0.0, audible = 0.0;
        for (const std::uint32_t seed : {1u, 2u}) {
            const auto& s = call(row.id, 5.0, seed).stats;
            delay += meanDelayMs(s) / 2.0;
            audible += audibleShare(s) / 2.0;
        }
        INFO(row.id << ": mean " << delay << " ms, audibly concealed " << 100.0 * audible << " %");
        CHECK(delay <= row.delayMs);
        CHECK(audible <= row.audible);
    }
}

TEST_CASE("after a stall of 150 ms the delay is back within 0.8 s", "[G7]") {
    for (const int frameMs : {10, 20}) {
        std::vector<double> all;
        for (const std::uint32_t seed : {1u, 2u, 3u}) {
            const auto one = call("S150", 6.0, seed, 1.0, frameMs).recoverySeconds;
            all.insert(all.end(), one.begin(), one.end());
        }
        INFO(frameMs << " ms frames: " << all.size() << " stalls, p95 " << percentileOf(all, 0.95) << " s, most " << percentileOf(all, 1.0) << " s");
        REQUIRE(all.size() >= 25);
        CHECK(percentileOf(all, 0.95) <= 0.5);
    }
}

TEST_CASE("clocks 200 ppm apart add no delay and no click", "[G8]") {
    for (const char* id : {"P9+", "P9-"}) {
        const auto c = call(id, 12.0, 1, 720.0);
        INFO(id << ": creep " << creepMs(c) << " ms, clicks " << clicks(c.heard) << ", audibly concealed "
                << 100.0 * audibleShare(c.stats) << " %, mean " << meanDelayMs(c.stats));
        CHECK(std::abs(creepMs(c)) <= 2.0);
        CHECK(clicks(c.heard) == 0);
        CHECK(audibleShare(c.stats) <= 0.0002);
    }
    // The detector hears what it should.
    auto broken = voice().stretch(0, 480'000);
    CHECK(clicks(broken) == 0);
    for (std::size_t i = 100'000; i < broken.size(); ++i) broken[i] = i % 50'000 == 0 ? broken[i] + 0.3f : broken[i];
    CHECK(clicks(broken) == 8);
}

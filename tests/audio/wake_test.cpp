// SPDX-License-Identifier: Apache-2.0
// Sound is asked for unevenly: by devices with odd blocks, by a computer that lets the pump wait. That must not read as a bad network.
#include "audio/look_ahead.h"
#include "audio/pump_pace.h"
#include "tests/bench/wake_lab.h"
#include "tests/support/catch.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

const Voice& voice() {
    static const auto made = [] {
        Voice v{speechLike(30.0, 61)};
        std::mt19937 random(62);
        std::normal_distribution<float> room(0.0f, 5e-4f);
        for (auto& s : v.samples) s += room(random);
        return v;
    }();
    return made;
}

const std::vector<std::vector<base::OpusFrame>>& tape() {
    static const auto made = Speaker::record(voice(), plainCapture());
    return made;
}

/// What it aimed at of late, in ms.
double targetMs(const audio::TrackStats& now, const audio::TrackStats& before) {
    return 1e3 * (now.jitterBufferMinimumDelay - before.jitterBufferMinimumDelay) /
           static_cast<double>(now.totalSamplesReceived - before.totalSamplesReceived);
}

double concealedPercent(std::string_view wake, const char* network, std::uint32_t seed) {
    const auto at = std::find_if(kWakeProfiles.begin(), kWakeProfiles.end(), [&](const auto& w) { return w.id == wake; });
    const auto call = holdAwake(voice(), *impairProfile(network), *at, 60.0, seed, tape());
    INFO(wake << ": " << call.underruns << " times dry");
    return 100.0 * share(call.stats.concealedSamples, call.stats.totalSamplesReceived);
}

}  // namespace

TEST_CASE("the farthest looks but two of the last 512 count", "[wake]") {
    audio::LookAhead look;
    CHECK(look.lead() == 0);
    look.add(480);
    look.add(900);
    CHECK(look.lead() == 0);   // two may be an accident
    look.add(240);
    CHECK(look.lead() == 240);
    look.add(700);
    CHECK(look.lead() == 480);
    for (std::size_t i = 0; i < audio::LookAhead::kBlocks; ++i) look.add(10);
    CHECK(look.lead() == 10);
}

TEST_CASE("on a good network nothing is invented because sound is asked for unevenly", "[wake]") {
    for (const auto& [wake, network] : {std::pair{"even", "P1"}, {"short", "P0"}, {"odd", "P1"}, {"pairs", "P1"}}) {
        INFO(wake << " " << network);
        CHECK(concealedPercent(wake, network, 3) <= 0.01);
    }
}

TEST_CASE("the pump passes once for each block of an even device, and not more than each 2.5 ms for one that calls in bursts or not at all", "[wake]") {
    for (const auto* id : {"even", "short", "odd", "pairs"}) {
        INFO(id);
        const auto at = std::find_if(kWakeProfiles.begin(), kWakeProfiles.end(), [&](const auto& w) { return w.id == id; });
        WakeLab lab(voice(), *impairProfile("P0"), *at, 4, tape());
        lab.run(2.0);
        const auto before = lab.passes;
        lab.run(10.0);
        const auto passes = static_cast<double>(lab.passes - before);
        lab.standsStill = true;
        lab.run(2.0);
        CHECK(static_cast<double>(lab.passes - before) - passes == Approx(2.0 / 0.0025).margin(10.0));
        lab.standsStill = false;
        const auto dry = lab.device.underruns();
        lab.run(2.0);
        CHECK(lab.device.underruns() <= dry + 1);
        if (at->together > 1) {
            CHECK(passes <= 10.0 / 0.0025);
            continue;
        }
        const double blocks = 10.0 * base::kSampleRate / static_cast<double>(at->block);
        // Blocks longer than 20 ms: a pass between them.
        const double each = at->block > 960 ? 2.0 : 1.0;
        CHECK(passes == Approx(each * blocks).margin(3.0));
    }
}

TEST_CASE("when the pump passes next", "[wake]") {
    using Call = audio::DeviceCallback::Call;
    const auto at = [](double ms) { return base::TimePoint(base::Duration(static_cast<std::int64_t>(1e3 * ms))); };
    const auto now = at(1000.0);
    const Call none{}, microphone{at(999.0), 480}, loudspeaker{at(998.0), 240}, slow{at(990.0), 1920}, late{at(993.0), 240}, later{at(990.0), 240}, gone{at(700.0), 480};
    struct Row {
        const char* what;
        Call in, out;
        bool shortest;
        base::TimePoint next;
    };
    for (const auto& row : {Row{"nothing known", none, none, false, at(1002.5)},
                            Row{"a loudspeaker: a little after its next call", none, loudspeaker, false, at(1004.25)},
                            Row{"a microphone that comes later changes nothing", microphone, loudspeaker, false, at(1004.25)},
                            Row{"directly after a microphone that comes first", microphone, slow, false, at(1009.3)},
                            Row{"a late one: soon", none, late, false, at(1001.25)},
                            Row{"one that is later than that: as if nothing were known", none, later, false, at(1002.5)},
                            Row{"long blocks: not longer than 20 ms", none, slow, false, at(1020.0)},
                            Row{"a microphone that was pulled is not waited for", gone, slow, false, at(1020.0)},
                            Row{"a loudspeaker that was: looked for", microphone, gone, false, at(1002.5)},
                            Row{"the shortest delay is found by looking often", microphone, slow, true, at(1001.25)}}) {
        INFO(row.what);
        CHECK(audio::nextPass(now, row.in, row.out, row.shortest) == row.next);
    }
}

TEST_CASE("a pump that wakes late costs the sound of those moments, not of the next minutes", "[wake]") {
    for (const auto& [network, seed] : {std::pair{"P0", 1u}, {"P1", 3u}}) {
        INFO(network << " seed " << seed);
        CHECK(concealedPercent("late", network, seed) <= 0.3);
        CHECK(concealedPercent("busy", network, seed) <= 1.0);
    }
}

TEST_CASE("the wait that a network needs is told once a voice was heard for 20 s, and belongs to that network", "[wake][networks]") {
    WakeLab lab(voice(), *impairProfile("P1"), kWakeProfiles[0], 5, tape());
    auto& engine = *lab.engine;
    engine.changeNetwork(std::nullopt);
    lab.run(15.0);
    CHECK_FALSE(engine.neededDelay());
    lab.run(25.0);
    REQUIRE(engine.neededDelay());
    CHECK(*engine.neededDelay() <= 14ms);
    engine.changeNetwork(60ms);
    CHECK_FALSE(engine.neededDelay());   // at once: the old one's is not told as the new one's
    lab.run(0.1);
    CHECK_FALSE(engine.neededDelay());
}

TEST_CASE("a known network's wait counts from the first moment in it, and is learned anew", "[wake][networks]") {
    WakeLab lab(voice(), *impairProfile("P1"), kWakeProfiles[0], 6, tape());
    auto& engine = *lab.engine;
    engine.changeNetwork(14ms);
    lab.run(1.0);
    CHECK(targetMs(lab.stats(), {}) == Approx(14.0).margin(0.1));   // unknown: 40
    lab.run(10.0);
    engine.changeNetwork(80ms);   // as coming back to a bad one in the middle of a call
    auto before = lab.stats();
    lab.run(1.0);
    CHECK(targetMs(lab.stats(), before) == Approx(80.0).margin(1.0));
    lab.run(60.0);
    before = lab.stats();
    lab.run(1.0);
    CHECK(targetMs(lab.stats(), before) <= 14.0);
}

TEST_CASE("a network that nobody knows is learned from what was needed before", "[wake][networks]") {
    WakeLab lab(voice(), *impairProfile("P1"), kWakeProfiles[0], 7, tape());
    lab.engine->changeNetwork(60ms);
    lab.run(0.5);
    lab.engine->changeNetwork(std::nullopt);
    const auto before = lab.stats();
    lab.run(0.5);
    CHECK(targetMs(lab.stats(), before) == Approx(60.0).margin(1.0));
}

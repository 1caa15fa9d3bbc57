// SPDX-License-Identifier: Apache-2.0
// Where the bell rings: on the device of the person's choice, beside the room or in its mix, once, and never left open.
#include "audio/ringer.h"

#include "tests/support/catch.h"
#include "tests/support/fake_backend.h"
#include "tests/support/manual_clock.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

Endpoint device(const std::string& name) {
    Endpoint e;
    e.name = name;
    return e;
}

struct Bells {
    ManualClock clock;
    FakeBackend card;
    Ringer ringer{clock, card};
    int inMix = 0;

    void run(base::Duration length, const Endpoint& where, const Endpoint& room) {
        for (base::Duration t{0}; t < length; t += 20ms) {
            clock.advance(20ms);
            card.tick();
            if (ringer.pass(where, room)) ++inMix;
        }
    }
};

}  // namespace

TEST_CASE("the bell is heard on another device than the room, once, and the device is given back", "[bell]") {
    for (const bool stereo : {false, true}) {
        Bells b;
        b.card.stereo = stereo;
        b.run(1s, device("speakers"), device("headset"));
        CHECK(b.card.playoutOpenings == 0);   // nothing is opened without a bell
        b.ringer.ring();
        b.run(200ms, device("speakers"), device("headset"));
        CHECK(b.card.playout);
        CHECK(b.card.lastPlayout == "speakers");
        b.ringer.ring();   // while it rings: not twice
        b.run(2s, device("speakers"), device("headset"));
        CHECK_FALSE(b.card.playout);
        CHECK(b.card.playoutOpenings == 1);
        CHECK(b.inMix == 0);
        const auto& heard = stereo ? b.card.heardRight : b.card.heard;
        CHECK(heard.size() >= Bell::kLength);
        CHECK(rms(std::span(heard).first(Bell::kLength)) > 0.01);
        CHECK(*std::max_element(heard.begin(), heard.end()) < 0.3f);
        b.ringer.ring();
        b.run(100ms, device("speakers"), device("headset"));
        CHECK(b.card.playoutOpenings == 2);
    }
}

TEST_CASE("on the room's own device, and where no device can be had, the bell rings in the room's mix", "[bell]") {
    Bells b;
    b.ringer.ring();
    b.run(100ms, device(""), device(""));
    CHECK(b.inMix == 1);
    CHECK(b.card.playoutOpenings == 0);
    b.card.present = false;
    b.ringer.ring();
    b.run(100ms, device("speakers"), device("headset"));
    CHECK(b.inMix == 2);
    CHECK(b.card.playoutOpenings == 2);   // the chosen one, then the system's default
    CHECK(b.card.lastPlayout.empty());
}

TEST_CASE("a device that takes the bell and never plays it is given back all the same", "[bell][R7]") {
    Bells b;
    b.ringer.ring();
    b.card.dead = true;
    b.run(5s, device("speakers"), device("headset"));
    CHECK_FALSE(b.card.playout);
    b.card.dead = false;
    b.ringer.ring();
    b.run(2s, device("speakers"), device("headset"));
    CHECK(b.card.heard.size() >= Bell::kLength);
}

TEST_CASE("the bell begins and ends without a click", "[bell]") {
    Bell bell;
    CHECK_FALSE(bell.sounding());
    bell.strike();
    std::vector<float> sound(Bell::kLength + 480, 0.0f);
    bell.addTo(sound);
    CHECK_FALSE(bell.sounding());
    float most = std::abs(sound.front());
    for (std::size_t i = 1; i < sound.size(); ++i) most = std::max(most, std::abs(sound[i] - sound[i - 1]));
    CHECK(most < 0.04f);
    CHECK(std::abs(sound[Bell::kLength - 1]) < 0.001f);
}

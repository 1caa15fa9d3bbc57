// SPDX-License-Identifier: Apache-2.0
// RED (RFC 2198) as clients see it: agreed on per track, carried to who takes it, unpacked for who does not.
#include "tests/server/endpoint_world.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct Room : World {
    ScriptedClient ana{*this, "ana"}, ben{*this, "ben"}, cleo{*this, "cleo"};

    Room() {
        admit("ana", true);
        admit("ben", false);
        admit("cleo", false);
        cleo.takesRed = false;
        ana.join();
        ben.join();
        cleo.join();
    }
    void anaTalks(bool disableRed) {
        ana.publish(false, disableRed);
        ana.talk(true);
        run(1s);
        ben.takeHeard();
        cleo.takeHeard();
        run(1s);
    }
};

bool mentionsRed(const std::string& sdp) { return sdp.find(" red/48000/2") != std::string::npos; }

}  // namespace

TEST_CASE("one hears a speaker with RED, another beside without, each all of it", "[server][red]") {
    Room room;
    room.anaTalks(false);
    CHECK(mentionsRed(room.ana.last<signal::Answer>()->description.sdp));
    CHECK(mentionsRed(room.ben.last<signal::Offer>()->description.sdp));
    CHECK_FALSE(room.ana.last<signal::TrackPublished>()->track.disableRed);
    for (auto* listener : {&room.ben, &room.cleo}) {
        const auto heard = listener->takeHeard()['a'];
        CHECK(heard >= 48);
        CHECK(heard <= 52);
    }
}

TEST_CASE("a track published with disable_red is answered, offered and announced without", "[server][red]") {
    Room room;
    room.anaTalks(true);
    CHECK_FALSE(mentionsRed(room.ana.last<signal::Answer>()->description.sdp));
    CHECK_FALSE(mentionsRed(room.ben.last<signal::Offer>()->description.sdp));
    CHECK(room.ana.last<signal::TrackPublished>()->track.disableRed);
    REQUIRE(room.ben.knows("ana")->tracks.size() == 1);
    CHECK(room.ben.knows("ana")->tracks[0].disableRed);
    CHECK(room.ben.takeHeard()['a'] >= 48);
    CHECK(room.cleo.takeHeard()['a'] >= 48);
}

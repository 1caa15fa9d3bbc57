// SPDX-License-Identifier: Apache-2.0
// How fast a person and a whole room may react, and what everybody is told: the rules of both engines.
#include "core/server/room_reactions.h"

#include "core/signal/data_packet.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace std::chrono_literals;
using server::RoomReactions;
using Taken = RoomReactions::Taken;

namespace {

struct Crowd {
    RoomReactions reactions;
    base::TimePoint now{1h};
    server::MediaRights rights;

    static base::Identity one(int i) { return base::Identity("p" + std::to_string(i)); }
    Taken take(int who, std::size_t which = 0) { return reactions.take(one(who), rights, which, now); }
    /// So many people, one reaction each; how many were counted.
    int all(int first, int people) {
        int counted = 0;
        for (int i = first; i < first + people; ++i) counted += take(i) == Taken::counted ? 1 : 0;
        return counted;
    }
};

}  // namespace

TEST_CASE("a person gives five reactions at once, not six, and then two a second", "[reactions][limits]") {
    Crowd crowd;
    for (int i = 0; i < 5; ++i) CHECK(crowd.take(1) == Taken::counted);
    CHECK(crowd.take(1) == Taken::tooFast);
    CHECK(crowd.take(2) == Taken::counted);   // another person
    crowd.now += 499ms;
    CHECK(crowd.take(1) == Taken::tooFast);
    crowd.now += 1ms;
    CHECK(crowd.take(1) == Taken::counted);
    CHECK(crowd.take(1) == Taken::tooFast);
    crowd.now += 10min;
    for (int i = 0; i < 5; ++i) CHECK(crowd.take(1) == Taken::counted);
    CHECK(crowd.take(1) == Taken::tooFast);
    CHECK(crowd.reactions.count() == 12);
}

TEST_CASE("a whole room gives two hundred in any second, not two hundred and one; that costs nobody an own one", "[reactions][limits]") {
    Crowd crowd;
    CHECK(crowd.all(0, 150) == 150);
    crowd.now += 600ms;
    CHECK(crowd.all(1000, 50) == 50);
    CHECK(crowd.take(2000) == Taken::crowded);
    crowd.now += 399ms;
    CHECK(crowd.take(2000) == Taken::crowded);   // still the same second
    crowd.now += 1ms;
    for (int i = 0; i < 5; ++i) CHECK(crowd.take(2000) == Taken::counted);
    CHECK(crowd.take(2000) == Taken::tooFast);
    CHECK(crowd.all(3000, 200) == 145);          // the fifty of 600 ms later and these five are in this second
    CHECK(crowd.reactions.totals().of[0] == 350);
}

TEST_CASE("who may send nothing in a room does not react there", "[reactions]") {
    Crowd crowd;
    crowd.rights.canPublishData = false;
    CHECK(crowd.take(1) == Taken::noRight);
    CHECK(crowd.reactions.count() == 0);
    crowd.rights = {};
    crowd.rights.canPublish = false;
    crowd.rights.forcedMute = true;              // a held listener claps like everybody
    CHECK(crowd.take(1) == Taken::counted);
}

TEST_CASE("everybody is told all totals in one packet of the server's own", "[reactions]") {
    Crowd crowd;
    crowd.take(1, 0);
    crowd.take(2, 0);
    crowd.take(2, 5);
    const auto packet = signal::decodeDataPacket(crowd.reactions.packet());
    REQUIRE(packet);
    CHECK(packet->sender.empty());
    const auto& user = std::get<signal::UserData>(packet->value);
    CHECK(user.topic == signal::kTopicReactions);
    CHECK(base::asText(user.payload) == R"({"clap":2,"thanks":1})");
}

TEST_CASE("a day of strangers who clap once is not remembered", "[reactions][limits]") {
    Crowd crowd;
    for (int second = 0; second < 60; ++second, crowd.now += 1s) REQUIRE(crowd.all(second * 1000, 200) == 200);
    CHECK(crowd.reactions.watched() <= RoomReactions::kWatched);
    CHECK(crowd.reactions.count() == 12'000);
}

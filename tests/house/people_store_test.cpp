// SPDX-License-Identifier: Apache-2.0
// What the house keeps of people's profiles and of what they do with each other.
#include "core/house/store/people_store.h"

#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::house;

namespace {

const base::Identity kAnn("ann"), kBob("bob"), kCleo("cleo");
base::WallTime day(int n) { return base::fromUnixMs(1'700'000'000'000ll + n * 86'400'000ll); }

struct World {
    tests::Database database{tests::eachEngine()};
    std::unique_ptr<Store> store = database.open();
    void in(const std::function<void(PeopleStore&)>& body) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            PeopleStore people(*store);
            body(people);
            return {};
        }));
    }
};

}  // namespace

TEST_CASE("a profile is kept as it was written, and the picture beside it", "[people]") {
    World world;
    world.in([](PeopleStore& people) {
        CHECK(people.profile(kAnn).about.empty());
        people.putProfile(kAnn, {"Gardener", "she", {"https://a.example", "https://b.example"}, 0});
        people.setPicture(kAnn, base::asBytes("jpeg"), day(1));
        people.putProfile(kAnn, {"Gardener and baker", "she", {"https://a.example"}, 0});
        const auto row = people.profile(kAnn);
        CHECK(row.about == "Gardener and baker");
        CHECK(row.links == std::vector<std::string>{"https://a.example"});
        CHECK(row.pictureMs == base::toUnixMs(day(1)));
        CHECK(base::asText(*people.picture(kAnn)) == "jpeg");
        people.setPicture(kAnn, {}, day(2));
        CHECK_FALSE(people.picture(kAnn));
        CHECK(people.profile(kAnn).pictureMs == 0);
    });
}

TEST_CASE("blocking hides both ways and ends following both ways", "[people]") {
    World world;
    world.in([](PeopleStore& people) {
        people.follow(kAnn, kBob, true, day(1));
        people.follow(kAnn, kBob, true, day(2));
        people.follow(kBob, kAnn, true, day(1));
        people.follow(kAnn, kCleo, true, day(3));
        CHECK(people.followers(kBob) == 1);
        CHECK(people.followsOf(kAnn) == std::vector<base::Identity>{kBob, kCleo});
        CHECK(people.followedBy({kAnn, kBob}) == std::vector<base::Identity>{kAnn, kBob, kCleo});
        people.block(kBob, kAnn, true, day(4));
        CHECK(people.hidden(kAnn, kBob));
        CHECK(people.hidden(kBob, kAnn));
        CHECK_FALSE(people.hidden(kAnn, kCleo));
        CHECK_FALSE(people.follows(kAnn, kBob));
        CHECK_FALSE(people.follows(kBob, kAnn));
        people.block(kBob, kAnn, false, day(5));
        CHECK_FALSE(people.hidden(kAnn, kBob));
    });
}

TEST_CASE("waves are found by both, open ones only as long as they are fresh", "[people]") {
    World world;
    world.in([](PeopleStore& people) {
        people.addWave({"w1", kAnn, kBob, "come talk", day(1), WaveState::open, {}});
        CHECK(people.openWave(kAnn, kBob, day(1))->text == "come talk");
        CHECK_FALSE(people.openWave(kAnn, kBob, day(2)));
        CHECK_FALSE(people.openWave(kBob, kAnn, day(0)));
        people.setWave("w1", WaveState::talking, base::RoomId("room"));
        CHECK_FALSE(people.openWave(kAnn, kBob, day(0)));
        CHECK(people.wave("w1")->room == base::RoomId("room"));
        CHECK(people.wavesOf(kBob, day(0)).size() == 1);
        CHECK(people.wavesOf(kCleo, day(0)).empty());
    });
}

TEST_CASE("notices are numbered per person and only the newest 200 are kept", "[people]") {
    World world;
    world.in([](PeopleStore& people) {
        for (int i = 0; i < PeopleStore::kMaxNotices + 5; ++i) people.addNotice(kAnn, {0, "ping", "room", kBob, "", day(i)});
        people.addNotice(kBob, {0, "ping", "room", kAnn, "", day(0)});
        const auto all = people.notices(kAnn, 0);
        REQUIRE(all.size() == PeopleStore::kMaxNotices);
        CHECK(all.front().n == 6);
        CHECK(people.notices(kAnn, all.back().n - 1).size() == 1);
        CHECK(people.notices(kBob, 0).front().n == 1);
    });
}

TEST_CASE("a forgotten person leaves nothing here", "[people]") {
    World world;
    world.in([](PeopleStore& people) {
        people.putProfile(kAnn, {"x", "", {}, 0});
        people.follow(kBob, kAnn, true, day(1));
        people.addWave({"w1", kAnn, kBob, "", day(1), WaveState::open, {}});
        people.addNotice(kBob, {0, "wave", "w1", kAnn, "", day(1)});
        people.forget(kAnn);
        CHECK(people.profile(kAnn).about.empty());
        CHECK(people.followsOf(kBob).empty());
        CHECK(people.wavesOf(kBob, day(0)).empty());
        CHECK(people.notices(kBob, 0).empty());
    });
}

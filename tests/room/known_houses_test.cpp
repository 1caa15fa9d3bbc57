// SPDX-License-Identifier: Apache-2.0
// The houses of a person, kept by several of their programs.
#include "core/room/known_houses.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::room;

namespace {

KnownHouse house(const std::string& name) { return {base::HouseId("h-" + name), "https://" + name + ".example", "", name, "Ana"}; }

}  // namespace

TEST_CASE("two programs that come into two houses both stay known there", "[houses]") {
    const tests::TempFolder folder;
    auto one = KnownHouses::open(folder.path()), two = KnownHouses::open(folder.path());
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->remember(house("poets")));
    CHECK(two->remember(house("readers")));
    auto moved = house("poets");
    moved.title = "Poets and friends";
    CHECK(one->remember(moved));
    CHECK(one->all().size() == 2);
    const auto now = KnownHouses::open(folder.path());
    REQUIRE(now);
    REQUIRE(now->all().size() == 2);
    CHECK(now->all()[0].title == "readers");
    CHECK(now->all()[1].title == "Poets and friends");
}

TEST_CASE("a damaged list of houses is not written over", "[houses]") {
    const tests::TempFolder folder;
    auto known = KnownHouses::open(folder.path());
    REQUIRE(known);
    std::ofstream(folder.path() / "houses.json") << "{";   // by something else, meanwhile
    const auto done = known->remember(house("poets"));
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "houses_damaged");
    CHECK_FALSE(KnownHouses::open(folder.path()));
}

// SPDX-License-Identifier: Apache-2.0
// In an audience that is too large to draw, those whom one knows are drawn.
#include <algorithm>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"
#include "ui/models/audience_model.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

std::vector<std::string> firstOf(const RoomWindow& w, std::size_t count) {
    std::vector<std::string> out;
    const auto& rows = static_cast<ui::AudienceModel*>(w.app->session()->audience())->rows();
    for (std::size_t i = 0; i < std::min(count, rows.size()); ++i) out.push_back(rows[i].identity);
    return out;
}
bool amongFirst(const RoomWindow& w, const std::string& who, std::size_t count) {
    const auto first = firstOf(w, count);
    return std::find(first.begin(), first.end(), who) != first.end();
}
void member(RoomWindow& w, const std::string& id, const std::string& invitedBy = {}) {
    api::Member one;
    one.id = base::Identity(id);
    one.name = id;
    one.handle = id;
    one.invitedBy = base::Identity(invitedBy);
    w.client.houses.members.push_back(one);
}

}  // namespace

TEST_CASE("past 200 those who are known come after those who matter, and before the rest", "[ui][crowd][known]") {
    auto state = thousands();
    const auto picked = ui::pickAudience(state, {}, 200, {"p4950", "p4800", "nobody"});
    REQUIRE(picked.shown.size() == 200);
    CHECK(picked.shown[0]->isSelf);
    CHECK(picked.shown[1]->handUp());
    CHECK(picked.shown[2]->identity.str() == "p4800");   // in the room's order
    CHECK(picked.shown[3]->identity.str() == "p4950");
    CHECK(picked.shown[4]->identity.str() == "p0");
    // Found ones, too.
    const auto found = ui::pickAudience(state, "person 4", 200, {"p4950"});
    CHECK(found.shown[2]->identity.str() == "p4950");
    // A small audience stays in the room's order.
    state.participants.resize(100);
    CHECK(ui::pickAudience(state, {}, 200, {"p50"}).shown[0]->identity.str() == "p0");
}

TEST_CASE("whom one follows, whom one brought and who has spoken is seen in a crowd of five thousand", "[ui][crowd][known]") {
    RoomWindow w("crowd");
    auto* audience = w.app->session()->audience();
    REQUIRE(w.until([&] { return audience->total() > 5000; }));
    REQUIRE_FALSE(amongFirst(w, "listener4321", 200));
    member(w, "listener4321");
    w.client.houses.profiles["listener4321"].followed = true;
    member(w, "listener4000", w.client.houses.me.id.str());
    w.app->house()->noteChange();   // one followed somebody on a page of the house
    CHECK(w.until([&] { return amongFirst(w, "listener4321", 30) && amongFirst(w, "listener4000", 30); }));
    CHECK(said(w, "Hands, moderators and people you know first, 200 shown."));

    // Who comes down from the stage is still somebody one knows.
    auto state = w.client.state();
    auto speaker = std::make_shared<room::Participant>(*state.participants.back());
    REQUIRE(speaker->identity.str() == "listener5000");
    speaker->seat = api::Seat::stage;
    state.participants.pop_back();
    state.participants.insert(state.participants.begin(), speaker);
    w.client.show(state);
    REQUIRE(w.until([&] { return w.app->session()->stageCount() > 0 && !amongFirst(w, "listener5000", 200); }));
    w.settle();
    auto listener = std::make_shared<room::Participant>(*speaker);
    listener->seat = api::Seat::audience;
    state.participants.erase(state.participants.begin());
    state.participants.push_back(listener);
    w.client.show(state);
    CHECK(w.until([&] { return amongFirst(w, "listener5000", 40); }));

    // And unfollowing takes them back into the crowd, with the next room at the latest.
    w.client.houses.profiles["listener4321"].followed = false;
    w.app->house()->noteChange();
    CHECK(w.until([&] { return !amongFirst(w, "listener4321", 40); }));
}

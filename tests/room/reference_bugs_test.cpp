// SPDX-License-Identifier: Apache-2.0
// A bug of other audio rooms (rooms-and-invitations.md, section 2) that shows only with sound: the others are in tests/server.
#include "tests/room/room_lab.h"

using namespace parlour;
using namespace parlour::tests;
using api::StageVerb;

namespace {

/// Long enough that a statistic, which is a second old at most, would have seen a packet.
constexpr auto kWatch = 1300ms;

struct Arrivals : RoomLab {
    Person& host = RoomLab::host();

    /// On stage, speaking into a card: nothing leaves until the person opens the microphone, then it is heard.
    void arrivesMuted(Person& who, const char* how) {
        INFO(how);
        REQUIRE(until([&] { return who.onStage() && host.sees(who) && host.sees(who)->seat == api::Seat::stage; }));
        const auto sent = who.stats.packetsSent;
        pass(kWatch);
        CHECK_FALSE(who.state()->microphoneWanted);
        CHECK_FALSE(who.state()->microphoneLive);
        CHECK_FALSE(host.sees(who)->microphoneOpen);
        CHECK((who.stats.packetsSent == sent || who.stats.packetsSent == 0));   // the count of a new seat begins anew
        CHECK(host.silent(kWatch - 300ms));
        who.session->setMicrophone(true);
        CHECK(until([&] { return host.hears(who) > 0.8; }));
    }
};

}  // namespace

TEST_CASE("new speakers arrive unmuted (Clubhouse): nothing is heard before the person's own unmute, whichever way they come", "[room][whole][reference-bug][T32]") {
    Arrivals lab;
    auto& anna = lab.add("anna");
    anna.speak(3);
    anna.enter(lab.made.links.speaker);   // by a speaker's link
    lab.arrivesMuted(anna, "by a link");
    anna.session->setMicrophone(false);
    REQUIRE(lab.until([&] { return !lab.host.sees(anna)->microphoneOpen; }));

    auto& ben = lab.add("ben");   // by an accepted offer, and again after having been taken down with an open microphone
    ben.speak(7);
    ben.enter(lab.made.links.listener);
    for (int time = 0; time < 2; ++time) {
        REQUIRE(lab.until([&] { return ben.joined() && !ben.onStage() && lab.host.sees(ben); }));
        ben.session->setMicrophone(true);   // an early wish counts for nothing
        lab.host.order(StageVerb::invite, &ben);
        REQUIRE(lab.until([&] { return ben.me()->invitedUntil.has_value(); }));
        ben.order(StageVerb::accept);
        lab.arrivesMuted(ben, "by an offer");
        lab.host.order(StageVerb::down, &ben);
        REQUIRE(lab.until([&] { return !ben.onStage(); }));
        lab.fallsSilent(lab.host);
    }

    auto& mod = lab.add("mod");   // a moderator takes the stage alone
    mod.speak(11);
    std::optional<base::Result<api::InvitationMade>> made;
    lab.server->house().createInvitation({{}, true}, lab.made.room, {api::Role::moderator, 1, {}}, [&](auto result) { made.emplace(std::move(result)); });
    REQUIRE(lab.until([&] { return made.has_value(); }));
    mod.enter((*made)->link);
    REQUIRE(lab.until([&] { return mod.joined() && mod.me() != nullptr; }));
    if (mod.onStage()) {
        mod.order(StageVerb::down);
        REQUIRE(lab.until([&] { return !mod.onStage(); }));
    }
    mod.order(StageVerb::up);
    lab.arrivesMuted(mod, "alone");
    CHECK(lab.host.refused.empty());
}

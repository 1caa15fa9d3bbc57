// SPDX-License-Identifier: Apache-2.0
// A famous guest through the table of requests: three links, a code, a negotiation, two signatures, a file that holds.
#include <set>

#include "core/house/rate_limit.h"
#include "tests/server/guest_world.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("a guest invitation needs a topic and gives three links and a code, once", "[guests]") {
    GuestWorld world;
    api::GuestWish empty;
    empty.name = "Ada";
    CHECK(code(postAs<api::GuestMade>(world, "guests", empty, world.sessions["hanna"])) == "bad_terms");
    CHECK(world.made.claimCode.size() == api::kClaimCodeLength);
    CHECK(std::set<std::string>{world.made.publicLink, world.made.guestLink, world.made.delegateLink}.size() == 3);
    const auto view = world.host();
    REQUIRE(view);
    CHECK(view->state == "sent");
    CHECK(view->version == 1);
    CHECK(view->messages[0].text == "We would be honoured.");
    CHECK(world.host("olga"));                                   // an admin
    CHECK(code(world.host("member")) == "invitation_unknown");   // another member
    const auto board = getAs<api::GuestBoard>(world, "guests", world.sessions["hanna"]);
    REQUIRE(board->guests.size() == 1);
    CHECK(board->guests[0].column == "invited");
    CHECK(board->guests[0].waitsFor == "guest");
    CHECK(getAs<api::GuestBoard>(world, "guests", world.sessions["member"])->guests.empty());
}

TEST_CASE("the links of a guest whose host is gone say that they are withdrawn, a wrong secret learns nothing", "[guests]") {
    GuestWorld world;
    CHECK(code(world.look(world.as(world.made.publicLink))) == "code_needed");
    const auto hanna = world.id("hanna");
    const auto done = world.wait<server::ApiReply>([&](auto answer) {
        world.house->request({"POST", "/api/v1/persons/" + hanna.str() + "/delete", {}, R"({"confirm":")" + hanna.str() + R"("})", {world.sessions["hanna"], false}}, answer);
    });
    REQUIRE(done);
    for (const auto& link : {world.made.publicLink, world.made.guestLink, world.made.delegateLink}) {
        CHECK(code(world.look(world.as(link))) == "invitation_revoked");
        auto wrong = world.as(link);
        wrong.secret = "AAAAAAAAAAAAAAAAAAAAAA";
        CHECK(code(world.look(wrong)) == "invitation_unknown");
    }
}

TEST_CASE("the delegate asks, counters and signs for the guest; both hold the same file, a kill in between or not", "[guests]") {
    GuestWorld world;
    const auto delegate = [&] { return world.as(world.made.delegateLink); };
    REQUIRE(world.look(delegate()));
    CHECK(world.host()->state == "opened");
    CHECK(world.answer(delegate(), "ask", "Interesting, but first tell us what is proposed.")->state == "asked");
    CHECK(getAs<api::GuestBoard>(world, "guests", world.sessions["hanna"])->guests[0].waitsFor == "host");
    CHECK(world.hostAnswer("ask", "An hour about the sea.")->state == "opened");
    auto terms = world.host()->terms;
    terms.excluded = {"family"};
    CHECK(world.answer(delegate(), "counter", "Not about the family.", terms, 1)->version == 2);
    terms.lengthMinutes = 45;
    CHECK(world.hostAnswer("counter", "Then 45 minutes.", terms)->version == 3);
    world.crash();
    CHECK(code(world.sign(delegate(), "spoke", api::Party::delegate, 2)) == "terms_changed");
    CHECK(world.hostSign(3)->state == "countered");
    CHECK(code(postAs<api::TermsFile>(world, "guests/open/terms", delegate())) == "not_agreed");
    const auto view = world.sign(delegate(), "spoke", api::Party::delegate, 3);
    REQUIRE(view);
    CHECK(view->state == "agreed");
    CHECK_FALSE(view->seatTaken);
    CHECK(view->delegateKey == text(HouseWorld::keyOf("spoke")));
    const auto file = postAs<api::TermsFile>(world, "guests/open/terms", delegate());
    const auto hosts = getAs<api::TermsFile>(world, world.one() + "/terms", world.sessions["hanna"]);
    REQUIRE(file);
    REQUIRE(hosts);
    CHECK(api::toJson(*file) == api::toJson(*hosts));
    CHECK(file->signedBy[1].side == "guest");
    CHECK(file->signedBy[1].by == api::Party::delegate);
    const auto key = *base::fromBase64Url(file->houseKey);
    CHECK(crypto::identityOf(key) == file->house.str());
    CHECK(crypto::verifySignature(key, api::termsFileStatement(*file), *base::fromBase64Url(file->houseSignature)));
    CHECK(getAs<api::GuestBoard>(world, "guests", world.sessions["hanna"])->guests[0].column == "agreed");
    CHECK(world.change({false, false, false, "", base::toUnixMs(world.clock.wallNow()) + 1000, {}}) == "");
    CHECK(getAs<api::GuestBoard>(world, "guests", world.sessions["hanna"])->guests[0].column == "scheduled");
}

TEST_CASE("strangers learn nothing: unknown links, wrong secrets and links of other kinds get one answer", "[guests]") {
    GuestWorld world;
    auto wrong = world.as(world.made.guestLink);
    wrong.secret = "AAAAAAAAAAAAAAAAAAAAAA";
    auto unknown = wrong;
    unknown.link = base::InvitationId("nosuchlink00");
    const auto room = world.as(world.links.listener);
    const auto first = world.look(wrong);
    REQUIRE_FALSE(first);
    for (const auto& link : {wrong, unknown, room}) {
        const std::vector<base::Error> errors{
            world.look(link).error(), world.answer(link, "accept").error(), world.sign(link, "eve", api::Party::guest, 1).error(),
            postAs<api::GuestView>(world, "guests/open/claim", link).error(), postAs<api::TermsFile>(world, "guests/open/terms", link).error(),
            postAs<api::GuestNotice>(world, "guests/public", link).error()};
        for (const auto& error : errors) {
            CHECK(error.code == "invitation_unknown");
            CHECK(base::describe(error) == base::describe(first.error()));
        }
    }
    CHECK(code(getAs<api::GuestView>(world, world.one(), "no session")) == "session_invalid");
    CHECK(code(getAs<api::GuestView>(world, "guests/nosuchguest0", world.sessions["hanna"])) == "invitation_unknown");
}

TEST_CASE("the public link tells what the post told, and opens the exchange only with the code", "[guests]") {
    GuestWorld world;
    const auto notice = postAs<api::GuestNotice>(world, "guests/public", world.as(world.made.publicLink));
    REQUIRE(notice);
    CHECK(notice->topic == "The sea");
    CHECK(notice->name == "Ada");
    CHECK(notice->state == "open");
    CHECK(code(world.look(world.as(world.made.publicLink))) == "code_needed");
    CHECK(code(world.look(world.as(world.made.publicLink, "eve"))) == "code_needed");
    CHECK(code(world.answer(world.as(world.made.publicLink, "eve", "0000000000"), "decline")) == "code_wrong");
    const auto taken = world.answer(world.as(world.made.publicLink, "ada", world.made.claimCode), "accept");
    REQUIRE(taken);
    CHECK(taken->mySeat);
    CHECK(taken->verified == "code");
    CHECK(world.look(world.as(world.made.publicLink, "ada")));            // the key alone from now on
    CHECK(code(world.look(world.as(world.made.publicLink, "eve"))) == "code_needed");
    CHECK(code(world.answer(world.as(world.made.publicLink, "eve", world.made.claimCode), "decline")) == "seat_taken");
    CHECK(world.sign(world.as(world.made.publicLink), "ada", api::Party::guest, 1)->signedBy[0].bound == "code");
    CHECK(code(world.sign(world.as(world.made.publicLink), "eve", api::Party::guest, 1)) == "code_needed");
}

TEST_CASE("wrong codes delay everybody a little and lock nobody out", "[guests]") {
    GuestWorld world;
    for (std::size_t i = 0; i < house::ClaimTries::kPerMinute; ++i)
        CHECK(code(world.look(world.as(world.made.publicLink, "", "0000000000"))) == "code_wrong");
    const auto right = [&] { return world.look(world.as(world.made.publicLink, "", world.made.claimCode)); };
    for (int i = 0; i < 50; ++i) CHECK(code(right()) == "code_wait");
    CHECK(world.look(world.as(world.made.guestLink)));                    // the private link needs none
    world.clock.advance(60s);
    CHECK(right());
}

TEST_CASE("the tenth code of a minute is looked at, the eleventh waits, whoever tries and however; then the right one fits", "[guests]") {
    GuestWorld world;
    const auto look = [&](const std::string& with) { return code(world.look(world.as(world.made.publicLink, "", with))); };
    const auto come = [&](const std::string& name, const std::string& with) {
        const auto [id, secret] = HouseWorld::parts(world.made.publicLink);
        const api::RedeemRequest request{id, secret, name, world.proof(name, api::redeemPurpose(id)), with};
        return code(world.wait<api::Redeemed>([&](auto answer) { world.house->redeem(request, answer); }));
    };
    const auto claim = [&](const std::string& name, const std::string& with) {
        return code(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.publicLink, name, with)));
    };
    for (int i = 0; i < 3; ++i) {   // by three doors, from everybody together
        CHECK(look("000000000" + std::to_string(i)) == "code_wrong");
        CHECK(come("eve", "100000000" + std::to_string(i)) == "code_wrong");
        CHECK(claim("mallory", "200000000" + std::to_string(i)) == "code_wrong");
        world.clock.advance(1s);
    }
    CHECK(look("0000000009") == "code_wrong");                       // the tenth
    CHECK(come("eve", world.made.claimCode) == "code_wait");         // the eleventh, by each door
    CHECK(claim("ada", world.made.claimCode) == "code_wait");
    CHECK(look(world.made.claimCode) == "code_wait");
    CHECK_FALSE(world.host()->seatTaken);
    const auto waits = world.look(world.as(world.made.publicLink, "", world.made.claimCode));
    REQUIRE_FALSE(waits);
    const int seconds = std::stoi(waits.error().detail);             // told how long
    CHECK(seconds > 0);
    CHECK(seconds <= 60);
    world.clock.advance(std::chrono::seconds(seconds));
    CHECK(claim("ada", world.made.claimCode) == "");                 // never a lockout
    CHECK(world.host()->seatKey == text(HouseWorld::keyOf("ada")));
}

TEST_CASE("the guest's link alone takes the seat, the delegate's never does", "[guests]") {
    GuestWorld world;
    CHECK(code(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.delegateLink, "spoke"))) == "seat_not_yours");
    REQUIRE(world.answer(world.as(world.made.delegateLink, "spoke"), "accept"));
    CHECK_FALSE(world.host()->seatTaken);
    CHECK(code(world.sign(world.as(world.made.delegateLink), "spoke", api::Party::guest, 1)) == "signature_wrong");
    CHECK(code(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.guestLink))) == "bad_field");
    const auto taken = postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.guestLink, "ada"));
    REQUIRE(taken);
    CHECK(taken->mySeat);
    CHECK(taken->verified == "link");
    CHECK(code(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.guestLink, "eve"))) == "seat_taken");
    CHECK(world.host()->safetyCode == taken->safetyCode);
    CHECK(world.change({false, false, false, text(HouseWorld::keyOf("eve")), {}, {}}) == "key_unknown");
    CHECK(world.change({false, false, false, taken->seatKey, {}, {}}) == "");
    CHECK(world.host()->verified == "compared");
    CHECK(world.change({false, false, true, "", {}, {}}) == "");
    CHECK(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.guestLink, "eve")));
}

TEST_CASE("a delegate whose pass was withdrawn can do nothing more, and the guest goes on", "[guests]") {
    GuestWorld world;
    REQUIRE(world.sign(world.as(world.made.delegateLink), "spoke", api::Party::delegate, 1));
    CHECK(world.change({false, true, false, "", {}, {}}, "member") == "invitation_unknown");
    CHECK(world.change({false, true, false, "", {}, {}}) == "");
    CHECK(world.host()->signedBy.empty());
    CHECK(code(world.look(world.as(world.made.delegateLink))) == "invitation_revoked");
    CHECK(code(world.sign(world.as(world.made.delegateLink), "spoke", api::Party::delegate, 1)) == "invitation_revoked");
    REQUIRE(world.hostSign(1));
    CHECK(world.sign(world.as(world.made.guestLink), "ada", api::Party::guest, 1)->state == "agreed");
}

TEST_CASE("the host signs with the key of the session only", "[guests]") {
    GuestWorld world;
    CHECK(code(world.hostSign(1, "olga")) == "key_not_yours");
    CHECK(world.hostSign(1));
}

TEST_CASE("a revoked or expired invitation says so to those who hold it", "[guests]") {
    GuestWorld world;
    CHECK(world.change({true, false, false, "", {}, {}}) == "");
    CHECK(code(world.look(world.as(world.made.guestLink))) == "invitation_revoked");
    CHECK(world.host()->state == "revoked");
    api::GuestWish wish;
    wish.name = "Bea";
    wish.terms.topic = "The moon";
    wish.expiresSeconds = 3600;
    world.made = postAs<api::GuestMade>(world, "guests", wish, world.sessions["hanna"]).value();
    world.clock.advance(1h);
    CHECK(world.look(world.as(world.made.guestLink))->state == "expired");
    CHECK(code(world.answer(world.as(world.made.guestLink), "accept")) == "guest_closed");
}

TEST_CASE("guest, delegate and host meet in the green room, and both lights are seen; strangers stay outside", "[guests]") {
    GuestWorld world;
    const auto ready = [&] { return postAs<api::GuestView>(world, "guests/open/ready", api::GuestReady{true, world.as(world.made.delegateLink)}); };
    CHECK(code(ready()) == "not_agreed");
    CHECK(code(world.redeem("spoke", world.made.delegateLink)) == "terms_open");
    const auto ada = world.redeem("ada", world.made.guestLink);
    REQUIRE(ada);
    const auto eve = world.redeem("eve", world.made.publicLink);
    REQUIRE(eve);
    REQUIRE(world.hostSign(1));
    REQUIRE(world.sign(world.as(world.made.guestLink), "ada", api::Party::guest, 1));
    const auto green = world.host()->greenRoom;
    const auto spoke = world.redeem("spoke", world.made.delegateLink);
    REQUIRE(spoke);
    CHECK(spoke->join.room == green);   // the delegate speaks in the green room, never in the talk
    CHECK(spoke->role == api::Role::speaker);
    const auto token = [&](const std::string& session) {
        return code(world.wait<api::JoinGrant>([&](auto answer) { world.house->token({session, false}, green, {}, answer); }));
    };
    CHECK(token(ada->session) == "");
    CHECK(token(spoke->session) == "");
    CHECK(token(world.sessions["hanna"]) == "");
    CHECK(token(eve->session) != "");
    CHECK(ready()->guestReady);
    CHECK(postAs<api::GuestView>(world, world.one() + "/ready", api::GuestReady{true, {}}, world.sessions["hanna"])->hostReady);
    const auto card = [&](const std::string& session) {
        return getAs<api::RoomGuest>(world, "rooms/" + world.host()->room.str() + "/guest", session);
    };
    const auto host = card(world.sessions["hanna"]), listener = card(eve->session);
    CHECK(host->terms->topic == "The sea");
    CHECK(host->guest == world.host()->id);
    CHECK(host->room == world.host()->room);
    CHECK(listener->guest.empty());
    CHECK(listener->inGreenRoom.empty());
    CHECK(listener->greenRoom.empty());
    const auto own = card(ada->session);            // the guest finds the way to the green room and back
    CHECK(own->greenRoom == green);
    CHECK(own->room == host->room);
    CHECK_FALSE(own->terms);
    const auto there = getAs<api::RoomGuest>(world, "rooms/" + green.str() + "/guest", world.sessions["hanna"]);
    REQUIRE(there);
    CHECK(there->name == host->name);
    CHECK(there->room == host->room);
    CHECK(host->guestReady);
    CHECK(host->hostReady);
    CHECK_FALSE(listener->terms);
    CHECK(listener->identity == HouseWorld::id("ada"));
    CHECK(listener->verified == "link");
    CHECK(code(card(world.sessions["member"])) == code(getAs<api::RoomGuest>(world, "rooms/nosuchroom/guest", world.sessions["member"])));
}

TEST_CASE("the delegate takes the guest off the stage; a withdrawn one does not, and is out of the green room", "[guests]") {
    GuestWorld world;
    world.room = world.host()->room;
    world.enter("ada", world.made.guestLink);
    REQUIRE(world.hostSign(1));
    REQUIRE(world.sign(world.as(world.made.guestLink), "ada", api::Party::guest, 1));
    const auto spoke = world.redeem("spoke", world.made.delegateLink);
    REQUIRE(spoke);
    CHECK(world.last("ada")->attributes.at("parlour.seat") == "stage");
    CHECK(code(postAs<api::Nothing>(world, "guests/open/offstage", world.as(world.made.guestLink))) == "guest_not_yours");
    CHECK(code(postAs<api::Nothing>(world, "guests/open/offstage", world.as(world.made.delegateLink))) == "");
    CHECK(world.last("ada")->attributes.at("parlour.seat") == "audience");
    CHECK(world.change({false, true, false, "", {}, {}}) == "");
    CHECK(code(postAs<api::Nothing>(world, "guests/open/offstage", world.as(world.made.delegateLink))) == "invitation_revoked");
    CHECK(code(world.wait<api::JoinGrant>([&](auto answer) { world.house->token({spoke->session, false}, spoke->join.room, {}, answer); })) != "");
}

TEST_CASE("from the first post on the public listens, and the seat speaks in the room of the talk", "[guests]") {
    GuestWorld world;
    const auto room = world.host()->room;
    const auto eve = world.redeem("eve", world.made.publicLink);
    REQUIRE(eve);
    CHECK(eve->role == api::Role::listener);
    CHECK(eve->join.room == room);
    CHECK(postAs<api::GuestNotice>(world, "guests/public", world.as(world.made.publicLink))->canListen);
    const auto come = [&](const std::string& name, const std::string& link, const std::string& with) {
        const auto [id, secret] = HouseWorld::parts(link);
        const api::RedeemRequest request{id, secret, name, world.proof(name, api::redeemPurpose(id)), with};
        return world.wait<api::Redeemed>([&](auto answer) { world.house->redeem(request, answer); });
    };
    CHECK(code(come("ada", world.made.publicLink, "0000000000")) == "code_wrong");
    CHECK_FALSE(world.host()->seatTaken);
    const auto ada = come("ada", world.made.publicLink, world.made.claimCode);   // the public link and the code
    REQUIRE(ada);
    CHECK(ada->role == api::Role::speaker);
    CHECK(ada->name == "Ada");   // as the host wrote it, whatever was typed
    CHECK(world.host()->seatKey == text(HouseWorld::keyOf("ada")));
    CHECK(world.host()->verified == "code");
    CHECK(world.redeem("ada", world.made.guestLink)->role == api::Role::speaker);
    CHECK(code(world.redeem("eve", world.made.guestLink)) == "seat_taken");
    CHECK(code(come("eve", world.made.publicLink, world.made.claimCode)) == "seat_taken");
    // Another room of the host's can take its place.
    REQUIRE(world.redeem("hanna", world.links.moderator));
    CHECK(world.change({false, false, false, "", {}, world.room}) == "");
    CHECK(world.redeem("bob", world.made.publicLink)->join.room == world.room);
}

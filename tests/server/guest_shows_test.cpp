// SPDX-License-Identifier: Apache-2.0
// From signed terms to the evening: the calendar, the audience that waits for both lights, the board, and who never speaks.
#include "core/api/desk_types.h"
#include "core/api/people_types.h"
#include "core/api/schedule_types.h"
#include "core/base/local_time.h"
#include "tests/server/guest_world.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

std::string isoIn(std::chrono::hours later) {
    ManualClock clock;
    return base::formatIso(base::toUtcTime(clock.wallNow()) + later);
}

struct ShowWorld : GuestWorld {
    explicit ShowWorld(std::vector<std::string> dates = {isoIn(24h)}) : GuestWorld(std::move(dates)) {}
    void agree() {
        REQUIRE(hostSign(1));
        REQUIRE(sign(as(made.guestLink), "ada", api::Party::guest, 1));
    }
    base::Result<api::GuestView> schedule(const std::string& at = {}, const std::string& zone = {}, const std::string& who = "hanna") {
        return postAs<api::GuestView>(*this, one() + "/schedule", api::GuestSchedule{at, zone}, sessions[who]);
    }
    base::Result<api::EventView> event() { return getAs<api::EventView>(*this, "schedule/" + host()->event, sessions["hanna"]); }
    std::string hostReady(bool on = true) {
        return code(postAs<api::GuestView>(*this, one() + "/ready", api::GuestReady{on, {}}, sessions["hanna"]));
    }
    std::string guestReady(bool on = true) {
        return code(postAs<api::GuestView>(*this, "guests/open/ready", api::GuestReady{on, as(made.delegateLink)}));
    }
    std::string column() { return getAs<api::GuestBoard>(*this, "guests", sessions["hanna"])->guests[0].column; }
    std::vector<std::string> told(const std::string& who) {
        std::vector<std::string> out;
        const auto page = getAs<api::Notices>(*this, "notices?after=0", sessions[who]);
        REQUIRE(page);
        for (const auto& row : page->notices)
            if (row.kind.starts_with("event_")) out.push_back(row.kind + ": " + row.text);
        return out;
    }
    std::string open(const std::string& address) {
        const auto path = address.substr(std::string(kOrigin).size());
        server::ApiRequest request{"GET", path.substr(0, path.find('?')), {}, {}, {}};
        if (const auto key = path.find("?k="); key != std::string::npos) request.query["k"] = path.substr(key + 3);
        return wait<server::ApiReply>([&](auto answer) { house->request(request, answer); })->body;
    }
    /// As a client does it: redeem, then the signalling; what the door says.
    std::string arrive(const std::string& name, const std::string& link) {
        auto in = redeem(name, link);
        if (!in) return in.error().code;
        sessions[name] = in->session;
        const auto admitted = admit(in->join.token);
        if (admitted) house->connected(in->join.room, in->identity);
        executor.runReady();
        return code(admitted);
    }
    api::Line line(const std::string& name) {
        return postAs<api::Line>(*this, "rooms/" + host()->room.str() + "/line", api::Nothing{}, sessions[name]).value();
    }
};

}  // namespace

TEST_CASE("signed terms become a talk in the calendar in one step, with the room of the public post as an interview", "[guest-shows]") {
    ShowWorld world;
    CHECK(code(world.schedule()) == "not_agreed");
    world.agree();
    CHECK(world.column() == "agreed");
    CHECK(code(world.schedule({}, {}, "member")) == "invitation_unknown");
    const auto view = world.schedule({}, "Europe/Berlin");
    REQUIRE(view);
    CHECK(view->atMs == base::toUnixMs(world.clock.wallNow()) + 86'400'000);
    CHECK(world.column() == "scheduled");
    CHECK(code(world.schedule()) == "scheduled_already");
    world.crash();
    const auto event = world.event();
    REQUIRE(event);
    CHECK(event->title == "The sea");
    CHECK(event->room == view->room);
    CHECK(event->zone == "Europe/Berlin");
    CHECK(event->minutes == world.host()->terms.lengthMinutes);
    CHECK(event->details.find("Guest: Ada") == 0);
    CHECK(event->details.find("What is proposed?") == std::string::npos);   // the questions are not the public's
    const auto settings = getAs<api::RoomSettings>(world, "rooms/" + view->room.str() + "/settings", world.sessions["hanna"]);
    CHECK(settings->preset == "interview");
    CHECK(world.redeem("ada", world.made.guestLink)->join.room == view->room);
    CHECK(world.open(view->ics).find("SUMMARY:The sea") != std::string::npos);
    CHECK(world.open(view->page).find("Guest: Ada") != std::string::npos);
    const auto notice = postAs<api::GuestNotice>(world, "guests/public", world.as(world.made.publicLink));
    CHECK(notice->state == "scheduled");
    CHECK(notice->ics == view->ics);
    CHECK(world.host()->messages.back().act == "schedule");
}

TEST_CASE("only a date that both sides signed goes into the calendar", "[guest-shows]") {
    ShowWorld world({isoIn(24h), isoIn(48h)});
    world.agree();
    CHECK(code(world.schedule()) == "choose_date");
    CHECK(code(world.schedule(isoIn(30h))) == "date_not_agreed");
    CHECK(code(world.schedule("soon")) == "bad_time");
    CHECK(world.schedule(isoIn(48h))->atMs == base::toUnixMs(world.clock.wallNow()) + 2 * 86'400'000);
}

TEST_CASE("moving, delaying and calling off reach the guest's page; another date is possible then", "[guest-shows]") {
    ShowWorld world({isoIn(24h), isoIn(48h)});
    world.agree();
    REQUIRE(world.schedule(isoIn(24h)));
    REQUIRE(world.hostReady() == "");
    const auto event = "schedule/" + world.host()->event;
    const auto guests = [&] { return world.look(world.as(world.made.delegateLink)).value(); };
    REQUIRE(postAs<api::EventView>(world, event + "/move", api::EventMove{isoIn(36h), {}, {}}, world.sessions["hanna"]));
    CHECK(guests().atMs == base::toUnixMs(world.clock.wallNow()) + 36 * 3'600'000);
    CHECK(guests().messages.back().text.starts_with("The talk is now on "));
    CHECK_FALSE(guests().hostReady);
    REQUIRE(postAs<api::EventView>(world, event + "/late", api::EventLate{15}, world.sessions["hanna"]));
    CHECK(guests().lateMinutes == 15);
    CHECK(world.change({false, false, false, "", 1, {}}) == "scheduled_already");   // one place for the date
    const auto room = world.host()->room;
    REQUIRE(postAs<api::EventView>(world, event + "/cancel", api::EventCancel{}, world.sessions["hanna"]));
    CHECK(guests().atMs == 0);
    CHECK(guests().event.empty());
    CHECK(guests().messages.back().text.ends_with("is called off."));
    CHECK(world.column() == "agreed");
    world.executor.runFor(72h);   // the post still leads somewhere
    CHECK(postAs<api::GuestNotice>(world, "guests/public", world.as(world.made.publicLink))->canListen);
    const auto late = world.redeem("late", world.made.publicLink);
    REQUIRE(late);
    CHECK(late->join.room == room);
}

TEST_CASE("an invitation that is withdrawn takes its talk out of the calendar", "[guest-shows]") {
    ShowWorld world;
    world.agree();
    REQUIRE(world.schedule());
    const auto event = world.host()->event;
    REQUIRE(postAs<api::EventView>(world, "schedule/" + event + "/rsvp", api::EventRsvp{"yes"}, world.sessions["member"]));
    CHECK(world.change({true, false, false, "", {}, {}}) == "");
    const auto off = getAs<api::EventView>(world, "schedule/" + event, world.sessions["hanna"]);
    REQUIRE(off);
    CHECK(off->state == "cancelled");
    REQUIRE_FALSE(world.told("member").empty());
    CHECK(world.told("member").back().starts_with("event_cancelled: "));
    CHECK(world.column() == "done");
}

TEST_CASE("the audience waits until both lights are on; guest and host are inside, and nobody is let in by hand", "[guest-shows]") {
    ShowWorld world;
    CHECK(world.arrive("early", world.made.publicLink) == "waiting");   // before anything is agreed
    world.agree();
    REQUIRE(world.schedule());
    world.room = world.host()->room;
    CHECK(world.arrive("ada", world.made.guestLink) == "");
    CHECK(world.last("ada")->attributes.at("parlour.seat") == "stage");
    const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({world.sessions["hanna"], false}, world.room, {}, answer); });
    REQUIRE(grant);
    CHECK(code(world.admit(grant->token)) == "");
    CHECK(world.arrive("eve", world.made.publicLink) == "waiting");
    CHECK(world.line("eve").state == "waiting");
    CHECK(world.line("eve").awaits == "guest");
    CHECK(code(world.order("hanna", api::StageVerb::admit)) == "audience_held");
    api::RoomSettingsWish quiet;
    quiet.preset = "quiet";
    REQUIRE(postAs<api::RoomSettings>(world, "rooms/" + world.room.str() + "/settings", quiet, world.sessions["hanna"]));
    CHECK(world.line("eve").state == "waiting");   // a template is no way in
    CHECK(world.guestReady() == "");
    CHECK(world.line("eve").state == "waiting");
    world.crash();
    CHECK(world.hostReady() == "");
    CHECK(world.host()->started);
    CHECK(world.line("eve").state == "inside");
    CHECK(world.guestReady(false) == "");          // it has begun
    CHECK(world.arrive("bob", world.made.publicLink) == "");
}

TEST_CASE("the host can begin without waiting for the lights", "[guest-shows]") {
    ShowWorld world;
    CHECK(world.arrive("eve", world.made.publicLink) == "waiting");
    api::GuestChange wish;
    wish.start = true;
    CHECK(world.change(wish, "member") == "invitation_unknown");
    CHECK(world.change(wish) == "");
    CHECK(world.line("eve").state == "inside");
}

TEST_CASE("the board says done once the talk took place and its session is over, not before", "[guest-shows]") {
    ShowWorld world({isoIn(2h)});
    world.agree();
    REQUIRE(world.schedule());
    world.room = world.host()->room;
    const auto end = [&] {
        api::StageCommand over;
        over.verb = api::StageVerb::end;
        REQUIRE(world.wait<api::StageAnswer>([&](auto answer) { world.house->command({{}, true}, world.room, over, answer); }));
    };
    CHECK(world.arrive("ada", world.made.guestLink) == "");
    end();                                    // a rehearsal
    CHECK(world.column() == "scheduled");
    CHECK(world.guestReady() == "");
    CHECK(world.hostReady() == "");
    CHECK(world.arrive("ada", world.made.guestLink) == "");
    world.clock.advance(4h);                  // longer than planned, but people are there
    CHECK(world.column() == "scheduled");
    end();
    CHECK(world.column() == "done");
    world.crash();
    CHECK(world.column() == "done");
}

TEST_CASE("whoever took a reminder of the post hears of the date, before and at the start", "[guest-shows]") {
    ShowWorld world({isoIn(12h)});
    const auto [id, secret] = HouseWorld::parts(world.made.publicLink);
    REQUIRE(postAs<api::Nothing>(world, "guests/remind", api::GuestRemind{id, secret, true}, world.sessions["member"]));
    CHECK(code(postAs<api::Nothing>(world, "guests/remind", api::GuestRemind{id, "AAAAAAAAAAAAAAAAAAAAAA", true}, world.sessions["member"])) == "invitation_unknown");
    world.agree();
    REQUIRE(world.schedule());
    REQUIRE(world.told("member").size() == 1);
    CHECK(world.told("member")[0].starts_with("event_made: The sea, with Ada, is on "));
    world.executor.runFor(11h + 50min);
    CHECK(world.told("member").back().starts_with("event_reminder: "));
    world.executor.runFor(15min);
    CHECK(world.told("member").back() == "event_begins: The sea begins as soon as the guest is ready.");
    CHECK(world.told("member").size() == 3);
}

TEST_CASE("a delegate never speaks as the guest: no seat for their key, no name like the guest's", "[guest-shows]") {
    ShowWorld world;
    REQUIRE(world.hostSign(1));
    REQUIRE(world.sign(world.as(world.made.delegateLink), "spoke", api::Party::delegate, 1));
    // Neither by the guest's link nor with the code, with the key that signed as delegate or came by the delegate's link.
    CHECK(code(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.guestLink, "spoke"))) == "seat_not_yours");
    CHECK(code(world.redeem("spoke", world.made.guestLink)) == "seat_not_yours");
    const auto [id, secret] = HouseWorld::parts(world.made.delegateLink);
    const api::RedeemRequest request{id, secret, "Ada", world.proof("other", api::redeemPurpose(id)), {}};
    const auto in = world.wait<api::Redeemed>([&](auto answer) { world.house->redeem(request, answer); });
    REQUIRE(in);
    CHECK(in->name == "Delegate of Ada (delegate)");
    CHECK(in->join.room == world.host()->greenRoom);
    CHECK(code(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.publicLink, "other", world.made.claimCode))) == "seat_not_yours");
    // In the talk the delegate is one of the audience.
    const auto listens = world.redeem("spoke", world.made.publicLink);
    REQUIRE(listens);
    CHECK(listens->role == api::Role::listener);
    CHECK(world.change({false, true, false, "", {}, {}}) == "");   // withdrawn: a key like any other
    CHECK(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.guestLink, "spoke"))->mySeat);
}

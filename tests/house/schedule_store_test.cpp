// SPDX-License-Identifier: Apache-2.0
// What the house keeps of its calendar.
#include "core/house/store/guest_show_store.h"
#include "core/house/store/schedule_store.h"

#include "tests/house/event_lab.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono;
using house::Rsvp;
using house::ScheduleStore;

namespace {

const base::Identity kAnn("ann"), kBob("bob"), kCleo("cleo");
const auto kNow = base::fromUnixMs(1'800'000'000'000);

struct World {
    tests::Database database{tests::eachEngine()};
    std::unique_ptr<house::Store> store = database.open();
    void in(const std::function<void(ScheduleStore&)>& body) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            ScheduleStore schedule(*store);
            body(schedule);
            return {};
        }));
    }
};

house::Event named(const std::string& id, const std::string& iso, const std::string& rule = {}) {
    auto event = eventAt(iso, base::TimeZone::utc(), rule);
    event.id = id;
    event.uid = id + "@parlour";
    event.room = base::RoomId("room-" + id);
    return event;
}
std::string ids(const std::vector<house::Event>& events) {
    std::string out;
    for (const auto& one : events) out += one.id + " ";
    return out;
}

}  // namespace

TEST_CASE("a talk is kept with everything, and written again by its id", "[schedule-store]") {
    World world;
    const auto berlin = zoneNamed("Europe/Berlin");
    auto event = eventAt("2026-12-01T18:00", *berlin, "FREQ=MONTHLY;BYDAY=2TU;COUNT=10");
    event.details = "One\ntwo: äöü";
    event.host = kAnn;
    event.cohosts = {kBob, kCleo};
    event.minutes = 90;
    event.colour = "#3d5afe";
    event.room = base::RoomId("room");
    event.dates = {utcTime("2026-12-01T17:00"), utcTime("2026-12-02T17:00")};
    event.created = event.changed = kNow;
    world.in([&](ScheduleStore& schedule) {
        CHECK_FALSE(schedule.find(event.id));
        schedule.put(event, utcTime("2027-09-14T18:00"));
        event.sequence = 4;
        event.lateMinutes = 20;
        event.lateFor = event.start.at;
        event.cancelled = true;
        schedule.put(event, utcTime("2027-09-14T18:00"));
        for (const auto& found : {schedule.find(event.id), schedule.ofRoom(event.room)}) {
            REQUIRE(found);
            CHECK(found->uid == event.uid);
            CHECK(found->title == event.title);
            CHECK(found->details == event.details);
            CHECK(found->host == kAnn);
            CHECK(found->cohosts == event.cohosts);
            CHECK(found->zone == "Europe/Berlin");
            CHECK(found->start == event.start);
            CHECK(found->minutes == 90);
            CHECK(found->every == event.every);
            CHECK(found->colour == event.colour);
            CHECK(found->sequence == 4);
            CHECK(found->cancelled);
            CHECK(found->lateMinutes == 20);
            CHECK(found->lateFor == event.lateFor);
            CHECK(found->dates == event.dates);
            CHECK(found->changed == kNow);
        }
    });
}

TEST_CASE("a window of the calendar holds what may fall into it, in pages by their first start", "[schedule-store]") {
    World world;
    world.in([](ScheduleStore& schedule) {
        schedule.put(named("b", "2026-12-02T18:00"), utcTime("2026-12-02T19:00"));
        schedule.put(named("a", "2026-12-02T18:00"), utcTime("2026-12-02T19:00"));
        schedule.put(named("old", "2026-11-01T18:00"), utcTime("2026-11-01T19:00"));
        schedule.put(named("ever", "2026-10-01T18:00", "FREQ=DAILY"), std::nullopt);
        schedule.put(named("far", "2027-12-02T18:00"), utcTime("2027-12-02T19:00"));
        const auto from = utcTime("2026-12-01"), to = utcTime("2026-12-05");
        CHECK(ids(schedule.between(from, to, {}, 10)) == "ever a b ");
        const auto page = schedule.between(from, to, {}, 2);
        CHECK(ids(page) == "ever a ");
        CHECK(ids(schedule.between(from, to, {page[1].start.at, page[1].id}, 2)) == "b ");
        CHECK(ids(schedule.between(utcTime("2026-12-02T19:00"), to, {}, 10)) == "ever ");
        CHECK(ids(schedule.between(from, utcTime("2026-12-02T18:00"), {}, 10)) == "ever ");
    });
}

TEST_CASE("answers are counted, and each who comes is reminded once of each date", "[schedule-store]") {
    World world;
    using Moment = house::ReminderStore::Moment;
    world.in([&](ScheduleStore& schedule) {
        house::ReminderStore reminders(*world.store);
        const auto first = utcTime("2026-12-01T18:00"), second = utcTime("2026-12-08T18:00");
        schedule.setRsvp("e", kAnn, Rsvp::yes, kNow);
        schedule.setRsvp("e", kBob, Rsvp::maybe, kNow);
        schedule.setRsvp("e", kCleo, Rsvp::yes, kNow);
        schedule.setRsvp("e", kCleo, Rsvp::no, kNow);
        schedule.setRsvp("other", kCleo, Rsvp::yes, kNow);
        CHECK(schedule.rsvp("e", kCleo) == Rsvp::no);
        CHECK_FALSE(schedule.rsvp("e", base::Identity("dan")));
        CHECK(schedule.rsvps("e").yes == 1);
        CHECK(schedule.rsvps("e").maybe == 1);
        CHECK(schedule.coming("e") == std::vector{kAnn, kBob});
        CHECK(reminders.take("e", first, Moment::before) == std::vector{kAnn, kBob});
        CHECK(reminders.take("e", first, Moment::before).empty());
        schedule.setRsvp("e", kCleo, Rsvp::yes, kNow);
        CHECK(reminders.take("e", first, Moment::before) == std::vector{kCleo});
        CHECK(reminders.take("e", second, Moment::before).size() == 3);
        const base::Identity dan("dan");
        reminders.set("e", dan, true, kNow);
        reminders.set("e", kAnn, true, kNow);   // comes anyway: told once
        CHECK(reminders.take("e", second, Moment::before) == std::vector{kAnn, dan});
        CHECK(reminders.take("e", second, Moment::start).size() == 4);
        CHECK(reminders.take("e", second, Moment::start).empty());
        reminders.set("e", dan, false, kNow);
        CHECK_FALSE(reminders.has("e", dan));
        CHECK(reminders.take("e", utcTime("2026-12-15T18:00"), Moment::start).size() == 3);
        reminders.set("guest", dan, true, kNow);
        reminders.set("guest", kAnn, true, kNow);
        reminders.pass("guest", "e");
        CHECK(reminders.of("e") == std::vector{kAnn, dan});
        CHECK(reminders.of("guest").empty());
    });
}

TEST_CASE("a person votes for several dates, and a new vote replaces the old", "[schedule-store]") {
    World world;
    world.in([](ScheduleStore& schedule) {
        const auto one = utcTime("2026-12-01T18:00"), two = utcTime("2026-12-02T18:00");
        schedule.vote("e", kAnn, {one, two, two});
        schedule.vote("e", kBob, {two});
        CHECK(schedule.votes("e") == std::map<base::UtcTime, int>{{one, 1}, {two, 2}});
        schedule.vote("e", kAnn, {one});
        CHECK(schedule.votes("e") == std::map<base::UtcTime, int>{{one, 1}, {two, 1}});
        CHECK(schedule.votesOf("e", kAnn) == std::vector{one});
        schedule.clearVotes("e");
        CHECK(schedule.votes("e").empty());
    });
}

TEST_CASE("a person has one feed; a forgotten person leaves talks without a host and nothing else", "[schedule-store]") {
    World world;
    world.in([](ScheduleStore& schedule) {
        auto event = named("e", "2026-12-01T18:00");
        event.host = kAnn;
        event.cohosts = {kAnn, kBob};
        schedule.put(event, utcTime("2026-12-01T19:00"));
        CHECK(schedule.countUpcoming(kAnn, utcTime("2026-12-01T18:59")) == 1);
        CHECK(schedule.countUpcoming(kAnn, utcTime("2026-12-01T19:00")) == 0);
        schedule.setFeed(kAnn, "h1", kNow);
        schedule.setFeed(kAnn, "h2", kNow);
        schedule.setRsvp("e", kAnn, Rsvp::yes, kNow);
        CHECK_FALSE(schedule.feedOf("h1"));
        CHECK(schedule.feedOf("h2") == kAnn);
        schedule.forget(kAnn);
        CHECK_FALSE(schedule.feedOf("h2"));
        CHECK(schedule.coming("e").empty());
        CHECK(schedule.find("e")->host.empty());
        CHECK(schedule.find("e")->cohosts == std::vector{kBob});
    });
}

TEST_CASE("rooms of talks long over are found until they are ended, those of endless ones never", "[schedule-store]") {
    World world;
    REQUIRE(world.store->transact([&]() -> base::Result<void> {
        ScheduleStore schedule(*world.store);
        for (const auto& [id, rule] : {std::pair{"a", ""}, std::pair{"b", ""}, std::pair{"ever", "FREQ=DAILY"}}) {
            const auto event = named(id, "2026-12-01T18:00", rule);
            world.store->addRoom({event.room, "Talk", kNow, true});
            schedule.put(event, *rule ? std::nullopt : std::optional(utcTime("2026-12-01T19:00")));
        }
        CHECK(schedule.roomsLeft(utcTime("2026-12-01T19:00"), 9).empty());
        CHECK(schedule.roomsLeft(utcTime("2026-12-01T19:00:01"), 9).size() == 2);
        CHECK(schedule.roomsLeft(utcTime("2026-12-01T19:00:01"), 1).size() == 1);
        world.store->endRoom(base::RoomId("room-a"), kNow);
        CHECK(schedule.roomsLeft(utcTime("2027-12-01"), 9) == std::vector{base::RoomId("room-b")});
        return {};
    }));
}

// SPDX-License-Identifier: Apache-2.0
#include "core/server/guest_shows.h"

#include <algorithm>

#include "core/base/local_time.h"
#include "core/house/display_name.h"
#include "core/house/store/desk_store.h"
#include "core/house/store/people_store.h"
#include "core/server/guest_sides.h"
#include "core/server/schedule_view.h"

namespace parlour::server::guest_shows {

using api::Party;
using base::ErrorKind;
using guest_sides::Asked;
using house::GuestRow;
using house::GuestShow;
using house::GuestShowStore;
using house::GuestState;
using house::GuestStore;
using house::ReminderStore;

namespace {

/// On disk with whatever else is written, in force once that is committed.
void settleRoom(Impl& impl, const base::RoomId& id, const std::function<void(house::RoomSettings&)>& change) {
    const auto room = impl.find(id);
    house::DeskStore desk(impl.store);
    const auto before = room ? room->stage.settings : desk.settings(id);
    auto next = before;
    change(next);
    if (next == before) return;
    desk.saveSettings(id, next);
    impl.afterCommit.push_back([&impl, id, next] {
        const auto there = impl.find(id);
        if (!there) return;
        there->stage.settings = next;
        impl.tellRoom(there);
    });
}

void say(Impl& impl, const GuestRow& guest, const base::Identity& by, const std::string& act, const std::string& words) {
    GuestStore(impl.store).addMessage(guest.id, {0, Party::host, guest_sides::nameOf(impl, by), act, guest.version, words, impl.clock.wallNow()});
}

/// The guest whose talk this is, with what is known of it.
std::optional<std::pair<GuestRow, GuestShow>> guestOf(Impl& impl, const house::Event& event) {
    auto show = GuestShowStore(impl.store).ofEvent(event.id);
    auto guest = show ? GuestStore(impl.store).find(show->guest) : std::nullopt;
    if (!guest) return std::nullopt;
    return std::pair(std::move(*guest), std::move(*show));
}

/// What the public may read in a calendar: who comes, and how; the questions stay between the two sides.
std::string detailsOf(const GuestRow& guest, const api::Terms& terms) {
    std::string out = "Guest: " + guest.name;
    if (!terms.format.empty()) out += "\nFormat: " + terms.format;
    if (!terms.language.empty()) out += "\nLanguage: " + terms.language;
    return out + (terms.recording ? "\nIt will be recorded." : "\nIt is not recorded.");
}

base::Result<std::string> chosenDate(const api::Terms& terms, const std::string& wish) {
    if (wish.empty()) {
        if (terms.when.size() == 1) return terms.when.front();
        return base::fail(ErrorKind::invalidInput, "choose_date", "No single date was agreed.",
                          terms.when.empty() ? "Give the date that both sides have in mind." : "Choose one of the agreed dates.");
    }
    if (terms.when.empty()) return wish;
    const auto given = base::parseIsoTime(wish);
    if (!given) return base::Unexpected(given.error());
    for (const auto& one : terms.when)
        if (const auto date = base::parseIsoTime(one); date && date->utc() == given->utc()) return one;
    return base::fail(ErrorKind::invalidInput, "date_not_agreed", "This date does not stand in the signed terms.",
                      "Choose one of theirs, or propose terms with this one.");
}

base::Result<api::GuestView> schedule(Impl& impl, const RouteCall& call, const api::GuestSchedule& wish) {
    auto asked = guest_sides::hostSide(impl, call);
    if (!asked) return base::Unexpected(std::move(asked).error());
    auto& guest = asked->guest;
    GuestStore guests(impl.store);
    const auto newest = guests.version(guest.id, guest.version);
    if (guest.state != GuestState::agreed || !newest)
        return base::fail(ErrorKind::conflict, "not_agreed", "Both sides have not signed the same version yet.", "Sign the newest version first.");
    auto show = GuestShowStore(impl.store).find(guest.id);
    if (!show.event.empty())
        return base::fail(ErrorKind::conflict, "scheduled_already", "This talk is in the calendar already.", "Move it there, or call it off first.");
    const auto& terms = newest->terms;
    auto zone = zoneOf(impl, wish.zone);
    if (!zone) return base::Unexpected(std::move(zone).error());
    const auto date = chosenDate(terms, wish.at);
    if (!date) return base::Unexpected(date.error());
    auto planned = house::plan(*date, **zone, {});
    if (!planned) return base::Unexpected(std::move(planned).error());

    if (!impl.find(guest.room)) {   // it was ended: the links lead into a new one
        auto room = impl.makeRoom({house::cleanText(terms.topic, api::kMaxTitleBytes / 4, api::kMaxTitleBytes), false}, guest.host);
        if (!room) return base::Unexpected(std::move(room).error());
        guest.room = room->room;
        guests.setRoomOfLinks(guest.id, guest.room, guest.greenRoom);
        show.started.reset();
        show.ended.reset();
        hold(impl, guest);
    }
    settleRoom(impl, guest.room, [&](house::RoomSettings& settings) {
        const bool held = settings.audienceHeld;
        if (settings.preset == "open") settings = *house::roomTemplate("interview");
        settings.audienceHeld = held;
        if (settings.cap == 0 && terms.audienceCap <= 5000) settings.cap = terms.audienceCap;
    });
    house::Event event;
    event.title = house::cleanText(terms.topic, api::kMaxTitleBytes / 4, api::kMaxTitleBytes);
    event.details = detailsOf(guest, terms);
    event.host = guest.host;
    event.minutes = terms.lengthMinutes;
    event.start = planned->time;
    event.room = guest.room;
    auto made = addTalk(impl, std::move(event), *zone);
    if (!made) return base::Unexpected(std::move(made).error());
    show.event = made->id;
    GuestShowStore(impl.store).put(show);
    guest.talk = base::toWallTime(planned->time.at);
    guest.changed = impl.clock.wallNow();
    guests.put(guest);
    const auto when = whenText(**zone, planned->time.at);
    say(impl, guest, call.who, "schedule", "The talk is on " + when + ".");
    ReminderStore reminders(impl.store);
    reminders.pass(guest.id, made->id);
    for (const auto& who : reminders.of(made->id)) {
        house::NoticeRow notice;
        notice.kind = "event_made";
        notice.object = made->id;
        notice.from = guest.host;
        notice.text = terms.topic + ", with " + guest.name + ", is on " + when + ".";
        notice.at = impl.clock.wallNow();
        house::PeopleStore(impl.store).addNotice(who, std::move(notice));
    }
    guest_sides::audit(impl, guest, call.who, "guest_scheduled", made->id);
    return guest_sides::viewOf(impl, guest, asked->who);
}

base::Result<api::Nothing> remind(Impl& impl, const RouteCall& call, const api::GuestRemind& wish) {
    auto found = guest_sides::guestOfLink(impl, {wish.link, wish.secret, {}, {}});
    if (!found) return base::Unexpected(std::move(found).error());
    if (call.who.empty())
        return base::fail(ErrorKind::refused, "members_only", "A reminder belongs to a person.", "Put the talk into your calendar instead.");
    const auto& guest = found->first;
    const auto show = GuestShowStore(impl.store).find(guest.id);
    ReminderStore(impl.store).set(show.event.empty() ? guest.id : show.event, call.who, wish.on, impl.clock.wallNow());
    return api::Nothing{};
}

}  // namespace

void hold(Impl& impl, const GuestRow& guest) {
    if (const auto room = impl.find(guest.room))
        for (const auto& [who, person] : room->stage.people)
            if (person.seat == api::Seat::audience && person.power == api::Power::none) return;
    settleRoom(impl, guest.room, [](house::RoomSettings& settings) { settings.audienceHeld = true; });
}

void start(Impl& impl, const GuestRow& guest, const base::Identity& actor) {
    GuestShowStore shows(impl.store);
    auto show = shows.find(guest.id);
    if (show.started) return;
    show.started = impl.clock.wallNow();
    shows.put(show);
    settleRoom(impl, guest.room, [](house::RoomSettings& settings) { settings.audienceHeld = false; });
    guest_sides::audit(impl, guest, actor, "guest_started");
}

void startIfReady(Impl& impl, const GuestRow& guest) {
    if (guest.state == GuestState::agreed && guest.guestReady && guest.hostReady) start(impl, guest, {});
}

bool over(Impl& impl, const GuestRow& guest, const GuestShow& show, int lengthMinutes) {
    const auto room = impl.find(guest.room);
    if (room && room->stage.session.live) return false;
    return show.ended.has_value() || guest_sides::overNow(guest, lengthMinutes, impl.clock.wallNow());
}

void describe(Impl& impl, const GuestRow& guest, api::GuestView& view) {
    const auto show = GuestShowStore(impl.store).find(guest.id);
    view.started = show.started.has_value();
    const auto event = show.event.empty() ? std::nullopt : house::ScheduleStore(impl.store).find(show.event);
    if (!event) return;
    view.event = event->id;
    view.page = eventPageAddress(impl, event->id);
    view.ics = eventFileAddress(impl, event->id);
    view.lateMinutes = event->lateFor == event->start.at ? event->lateMinutes : 0;
}

void describe(Impl& impl, const GuestRow& guest, api::GuestNotice& notice) {
    api::GuestView view;
    describe(impl, guest, view);
    notice.page = view.page;
    notice.ics = view.ics;
    notice.lateMinutes = view.lateMinutes;
    notice.started = view.started;
}

void moved(Impl& impl, const house::Event& event, const base::Identity& by, const std::string& words) {
    auto found = guestOf(impl, event);
    if (!found) return;
    auto& guest = found->first;
    guest.talk = base::toWallTime(event.start.at);
    guest.guestReady = guest.hostReady = false;   // for another evening
    guest.changed = impl.clock.wallNow();
    GuestStore(impl.store).put(guest);
    say(impl, guest, by, "schedule", words);
}

void late(Impl& impl, const house::Event& event, const base::Identity& by, int minutes) {
    if (const auto found = guestOf(impl, event))
        say(impl, found->first, by, "schedule",
            minutes > 0 ? "The talk begins about " + std::to_string(minutes) + " minutes later." : std::string("The talk begins on time after all."));
}

bool calledOff(Impl& impl, const house::Event& event, const base::Identity& by, const std::string& words) {
    auto found = guestOf(impl, event);
    if (!found) return false;
    auto& [guest, show] = *found;
    show.event.clear();
    GuestShowStore(impl.store).put(show);
    ReminderStore(impl.store).pass(event.id, guest.id);
    guest.talk.reset();
    guest.guestReady = guest.hostReady = false;
    guest.changed = impl.clock.wallNow();
    GuestStore(impl.store).put(guest);
    say(impl, guest, by, "schedule", words);
    return true;
}

void closed(Impl& impl, const GuestRow& guest, const base::Identity& by) {
    const auto show = GuestShowStore(impl.store).find(guest.id);
    auto event = show.event.empty() ? std::nullopt : house::ScheduleStore(impl.store).find(show.event);
    if (!event || !house::isFinal(guest.state)) return;
    auto talk = withZone(impl, std::move(*event));
    (void)callOff(impl, talk, by);   // over already: nothing to call off
}

void addRoutes(HouseRoutes& routes) {
    routes.post<api::GuestSchedule, api::GuestView>("guests/{id}/schedule", schedule);
    routes.post<api::GuestRemind, api::Nothing>("guests/remind", remind);
}

}  // namespace parlour::server::guest_shows

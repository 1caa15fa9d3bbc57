// SPDX-License-Identifier: Apache-2.0
// Who comes in, who waits in front of the door and for what, and the settings that decide it. People in line have no
// transport: they ask again, and asking is what keeps their place.
#include "core/house/overflow.h"
#include "core/house/stage_draft.h"

namespace parlour::house {

using api::Power;
using api::Role;
using api::Seat;
using base::ErrorKind;

namespace {

constexpr base::Duration kJoinMinute = std::chrono::minutes(1);

void start(Draft& draft, const Arrive& in) {
    Session& session = draft.change.session;
    const auto version = session.version;
    session = Session{};
    session.version = version;
    session.live = true;
    session.sid = in.newSid;
    session.startedAt = draft.wall;
    session.emptySince = draft.now;
    session.joinsSince = draft.now;
    draft.audit({}, "session_started");
}

void takePower(Draft& draft, Person& person, Power power) {
    Session& session = draft.change.session;
    person.power = power;
    if (power != Power::none) person.overflow = 0;
    if (power != Power::none && person.powerOrder == 0) person.powerOrder = session.nextOrder++;
    if (power == Power::host) {
        session.host = person.identity;
        session.hadHost = true;
    }
}

void enter(Draft& draft, Person& person) {
    person.seat = Seat::audience;
    person.waitOrder = 0;
    const bool stage = person.role != Role::listener || person.power != Power::none;
    if (stage && draft.mark(person.identity) != Mark::lowered && !draft.stageFull()) draft.seat(person);
}

/// Listeners wait for a moderator, for a free seat or for the next minute; those before them in line come first.
bool mustWait(Draft& draft, const Person& person) {
    if (person.power != Power::none || person.role != Role::listener) return false;
    const RoomSettings& rules = draft.change.settings;
    if (rules.listenersWait()) return true;
    int inside = 0, before = 0;
    draft.forEach([&](const Person& other) {
        if (other.identity == person.identity) return;
        if (other.seat != Seat::waiting)
            inside += other.overflow == 0 ? 1 : 0;
        else if (person.waitOrder == 0 || other.waitOrder < person.waitOrder)
            ++before;
    });
    if (const int cap = capOf(rules, draft.policy); cap > 0 && inside + before >= cap) return true;
    if (rules.joinsPerMinute == 0) return false;
    Session& session = draft.change.session;
    if (draft.now - session.joinsSince >= kJoinMinute) {
        session.joinsSince = draft.now;
        session.joins = 0;
    }
    return session.joins + before >= rules.joinsPerMinute;
}

void enterOrWait(Draft& draft, Person& person) {
    if (!mustWait(draft, person)) {
        if (draft.change.settings.joinsPerMinute > 0 && person.power == Power::none && person.role == Role::listener)
            ++draft.change.session.joins;
        enter(draft, person);
        return;
    }
    person.seat = Seat::waiting;
    if (person.waitOrder == 0) person.waitOrder = draft.change.session.nextOrder++;
}

}  // namespace

base::Result<void> runArrive(Draft& draft, const Arrive& in) {
    Session& session = draft.change.session;
    if (!session.live) start(draft, in);
    if (draft.mark(in.who) == Mark::removed)
        return base::fail(ErrorKind::refused, "removed", "A moderator removed you from this conversation.",
                          "You can come back when it is over.");
    if (Person* known = draft.edit(in.who)) {  // within the grace, or from a second device: seat and hand stay
        if (!in.name.empty()) known->name = in.name;
        known->role = in.role;
        if (in.power > known->power) takePower(draft, *known, in.power);  // redeemed a better link meanwhile
        if (!known->present) known->goneSince = draft.now;
        if (known->seat == Seat::waiting) enterOrWait(draft, *known);
        return {};
    }
    if (session.doorLocked && in.power == Power::none && !(in.limitedLink && in.redeemedAt >= session.doorSince))
        return base::fail(ErrorKind::refused, "door_locked", "The door is locked at the moment.",
                          "Ask somebody inside for an invitation of your own, or try again later.");
    std::size_t people = 0;
    draft.forEach([&](const Person&) { ++people; });
    if (people >= peopleLimit(draft.change.settings, draft.policy) && in.power == Power::none)
        return base::fail(ErrorKind::exhausted, "room_full", "The room is full.", "Try again when somebody has left.");
    Person person;
    person.identity = in.who;
    person.name = in.name;
    person.role = in.role;
    person.goneSince = draft.now;
    person.cameBy = in.cameBy;
    person.arrivedAt = draft.wall;
    Person& added = draft.add(std::move(person));
    takePower(draft, added, in.power);
    enterOrWait(draft, added);
    return {};
}

base::Result<void> runSettle(Draft& draft, const Settle& in) {
    const Person* person = draft.look(in.actor);
    if (!in.admin && (!person || person->power == Power::none))
        return base::fail(ErrorKind::refused, "not_allowed", "You may not do that here.");
    if (in.ifVersion && *in.ifVersion != draft.change.session.version)
        return base::fail(ErrorKind::conflict, "version_conflict", "The room has changed in the meantime.",
                          "Look again and repeat.", "version " + std::to_string(draft.change.session.version));
    if (auto good = checkSettings(in.settings); !good) return good;
    if (draft.change.settings == in.settings) return {};
    draft.change.settings = in.settings;
    draft.change.settingsChanged = true;
    draft.audit(in.actor, "settings", {}, in.settings.preset);
    return {};
}

}  // namespace parlour::house

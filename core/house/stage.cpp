// SPDX-License-Identifier: Apache-2.0
#include "core/house/stage.h"

#include <algorithm>

#include "core/house/stage_draft.h"

namespace parlour::house {

using api::Power;
using api::Role;
using api::Seat;
using base::ErrorKind;

namespace {

base::Result<void> arrive(Draft& draft, const Arrive& in) {
    Session& session = draft.change.session;
    if (!session.live) {
        const auto version = session.version;
        session = Session{};
        session.version = version;
        session.live = true;
        session.sid = in.newSid;
        session.startedAt = draft.wall;
        session.emptySince = draft.now;
        draft.audit({}, "session_started");
    }
    if (draft.mark(in.who) == Mark::removed)
        return base::fail(ErrorKind::refused, "removed", "A moderator removed you from this conversation.",
                          "You can come back when it is over.");
    if (Person* known = draft.edit(in.who)) {  // within the grace, or from a second device: seat and hand stay
        if (!in.name.empty()) known->name = in.name;
        known->role = in.role;
        if (in.power > known->power) {  // redeemed a better link meanwhile
            known->power = in.power;
            if (known->powerOrder == 0) known->powerOrder = session.nextOrder++;
            if (in.power == Power::host) {
                session.host = in.who;
                session.hadHost = true;
            }
        }
        if (!known->present) known->goneSince = draft.now;
        return {};
    }
    std::size_t people = 0;
    draft.forEach([&](const Person&) { ++people; });
    if (people >= draft.policy.maxPeople && in.power == Power::none)
        return base::fail(ErrorKind::exhausted, "room_full", "The room is full.", "Try again when somebody has left.");
    Person person;
    person.identity = in.who;
    person.name = in.name;
    person.role = in.role;
    person.goneSince = draft.now;
    Person& added = draft.add(std::move(person));
    added.power = in.power;
    if (in.power != Power::none) added.powerOrder = session.nextOrder++;
    if (in.power == Power::host) {
        session.host = in.who;
        session.hadHost = true;
    }
    const bool lowered = draft.mark(in.who) == Mark::lowered;
    if ((in.role != Role::listener || in.power != Power::none) && !lowered && !draft.stageFull()) draft.seat(added);
    return {};
}

struct Dispatch {
    Draft& draft;

    base::Result<void> operator()(const Arrive& in) { return arrive(draft, in); }
    base::Result<void> operator()(const Connected& in) {
        if (Person* person = draft.edit(in.who)) {
            person->present = true;
            draft.change.session.everPresent = true;
        }
        return {};
    }
    base::Result<void> operator()(const Disconnected& in) {
        if (Person* person = draft.edit(in.who); person && person->present) {
            person->present = false;
            person->goneSince = draft.now;
        }
        return {};
    }
    base::Result<void> operator()(const Leave& in) {
        if (draft.look(in.who)) draft.drop(in.who);
        return {};
    }
    base::Result<void> operator()(const Unmuted& in) {
        if (Person* person = draft.edit(in.who)) person->mutedBy = {};
        return {};
    }
    base::Result<void> operator()(const Spoke& in) {
        if (Person* person = draft.edit(in.who); person && person->seat == Seat::stage && !person->held) person->hand.reset();
        return {};
    }
    base::Result<void> operator()(const Command& in) { return runCommand(draft, in); }
    base::Result<void> operator()(const Expel& in) {
        for (const auto& who : in.who) {
            draft.change.revoked.push_back(who);
            draft.change.powers.push_back({who, Power::none});
            if (draft.change.session.host == who) draft.change.session.host = {};
            if (!draft.look(who)) continue;
            draft.drop(who);
            draft.change.gone.push_back({who, Exit::removed});
        }
        return {};
    }
    base::Result<void> operator()(const Tick&) {
        runTick(draft);
        return {};
    }
    base::Result<void> operator()(const Restart&) {
        runRestart(draft);
        return {};
    }
};

}  // namespace

base::Result<Change> decide(const Stage& stage, const StageInput& input, const Policy& policy, base::TimePoint now,
                            base::WallTime wall) {
    Draft draft(stage, policy, now, wall);
    if (auto done = std::visit(Dispatch{draft}, input); !done) return base::Unexpected(std::move(done).error());
    draft.settle();
    return std::move(draft.change);
}

void apply(Stage& stage, const Change& change) {
    stage.session = change.session;
    for (const auto& [id, person] : change.people) {
        if (person)
            stage.people.insert_or_assign(id, *person);
        else
            stage.people.erase(id);
    }
    for (const auto& [id, mark] : change.marks) {
        if (mark == Mark::none)
            stage.marks.erase(id);
        else
            stage.marks.insert_or_assign(id, mark);
    }
}

bool waitingForHost(const Stage& stage) {
    if (!stage.session.live) return false;
    return std::none_of(stage.people.begin(), stage.people.end(),
                        [](const auto& entry) { return entry.second.power != Power::none; });
}

bool mayPublish(const Session& session, const Person& person) {
    return person.seat == Seat::stage && (session.lockSince == base::kNever || person.power != Power::none);
}

std::vector<const Person*> handQueue(const Stage& stage) {
    std::vector<const Person*> queue;
    for (const auto& [id, person] : stage.people)
        if (person.hand) queue.push_back(&person);
    std::sort(queue.begin(), queue.end(), [](const Person* a, const Person* b) { return a->hand->key < b->hand->key; });
    return queue;
}

}  // namespace parlour::house

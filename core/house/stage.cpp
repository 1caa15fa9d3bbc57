// SPDX-License-Identifier: Apache-2.0
#include "core/house/stage.h"

#include <algorithm>

#include "core/house/stage_draft.h"

namespace parlour::house {

using api::Power;
using api::Seat;

namespace {

struct Dispatch {
    Draft& draft;

    base::Result<void> operator()(const Arrive& in) { return runArrive(draft, in); }
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
    base::Result<void> operator()(const Settle& in) { return runSettle(draft, in); }
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
    stage.settings = change.settings;
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

std::vector<const Person*> waitingLine(const Stage& stage) {
    std::vector<const Person*> line;
    for (const auto& [id, person] : stage.people)
        if (person.seat == Seat::waiting) line.push_back(&person);
    std::sort(line.begin(), line.end(), [](const Person* a, const Person* b) { return a->waitOrder < b->waitOrder; });
    return line;
}

std::vector<const Person*> handQueue(const Stage& stage) {
    std::vector<const Person*> queue;
    for (const auto& [id, person] : stage.people)
        if (person.hand) queue.push_back(&person);
    std::sort(queue.begin(), queue.end(), [](const Person* a, const Person* b) { return a->hand->key < b->hand->key; });
    return queue;
}

}  // namespace parlour::house

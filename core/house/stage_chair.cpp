// SPDX-License-Identifier: Apache-2.0
// The interviewer's chair: handed over with one command, by a moderator or by whoever has it. Nothing else changes hands with
// it: seats, powers and microphones stay as they are.
#include "core/house/stage_draft.h"

namespace parlour::house {

using api::Power;
using api::Seat;
using base::ErrorKind;
using Done = base::Result<void>;

Done runChair(Draft& draft, const Command& command, const Actor& actor) {
    const auto refuse = [](const char* code, const char* message, const char* advice = "") {
        return base::fail(ErrorKind::refused, code, message, advice);
    };
    Chair& chair = draft.change.session.chair;
    const bool has = !actor.admin && chair.holder == actor.identity;
    if (!actor.moderates() && !has)
        return refuse("not_allowed", "Only moderators and the interviewer hand the chair over.");
    const base::Identity who = command.target.empty() && !actor.admin ? actor.identity : command.target;
    Person* person = draft.edit(who);
    if (!person || person->seat == Seat::waiting)
        return base::fail(ErrorKind::notFound, "not_here", "This person is not in the room.");
    if (person->seat == Seat::stage) {
        chair.next = {};
        if (chair.holder == who) return {};
        chair.holder = who;
        chair.given = true;
        draft.audit(actor.identity, "chair", who);
        return {};
    }
    if (!actor.moderates())
        return refuse("not_on_stage", "This person is not on the stage.", "Ask a moderator to invite them to the stage first.");
    if (who == actor.identity) return refuse("not_on_stage", "You are not on the stage.", "Take the stage first.");
    if (!person->offer) {
        if (draft.stageFull())
            return base::fail(ErrorKind::exhausted, "stage_full", "The stage is full.", "Ask somebody to step down first.");
        draft.offer(*person, actor.identity, false);
    }
    chair.next = who;
    draft.audit(actor.identity, "chair_offered", who);
    return {};
}

void settleChair(Draft& draft) {
    Session& session = draft.change.session;
    Chair& chair = session.chair;
    const auto onStage = [&](const base::Identity& who) {
        const Person* person = who.empty() ? nullptr : draft.look(who);
        return person && person->seat == Seat::stage;
    };
    if (!chair.next.empty()) {
        const Person* next = draft.look(chair.next);
        if (next && next->seat == Seat::stage) {
            chair.holder = chair.next;
            chair.given = true;
            draft.audit({}, "chair", chair.holder);
        }
        if (!next || next->seat == Seat::stage || !next->offer) chair.next = {};
    }
    if (!onStage(chair.holder)) chair.holder = {};
    if (!chair.given && draft.change.settings.preset == "interview" && onStage(session.host)) {
        chair.holder = session.host;
        chair.given = true;
    }
}

}  // namespace parlour::house

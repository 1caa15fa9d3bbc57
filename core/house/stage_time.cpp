// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/house/hand_queue.h"
#include "core/house/overflow.h"
#include "core/house/stage_draft.h"

namespace parlour::house {

namespace {
template <class F>
std::vector<base::Identity> those(const Draft& draft, F&& wanted) {
    std::vector<base::Identity> found;
    draft.forEach([&](const Person& person) {
        if (wanted(person)) found.push_back(person.identity);
    });
    return found;
}
}  // namespace

void runTick(Draft& draft) {
    if (!draft.change.session.live) return;
    for (const auto& who :
         those(draft, [&](const Person& p) { return !p.present && draft.now - p.goneSince >= draft.policy.grace; }))
        draft.drop(who);
    for (const auto& who : those(draft, [&](const Person& p) { return p.offer && draft.now >= p.offer->until; })) {
        Person& person = *draft.edit(who);
        auto hand = std::move(person.offer->hand);
        person.offer.reset();
        if (!hand) continue;
        hand->key = frontHandKey(draft.change.session.frontKey++);
        hand->missed = true;
        hand->pinnedFrom.clear();
        person.hand = std::move(hand);
    }
    if (draft.change.settings.slotIsSign) return;
    for (const auto& who : those(draft, [&](const Person& p) { return draft.now >= p.slotUntil; })) {
        draft.unseat(*draft.edit(who));
        draft.audit({}, "slot_over", who);
    }
}

// The process before this one is gone with its transports: everybody has the full grace to come back, offers have what
// their wall-clock deadline leaves, and timers start anew on this process's clock.
void runRestart(Draft& draft) {
    Session& session = draft.change.session;
    if (!session.live) return;
    for (const auto& who : those(draft, [](const Person&) { return true; })) {
        Person& person = *draft.edit(who);
        person.present = false;
        person.goneSince = draft.now;
        person.handAllowedAt = {};
        if (person.slotUntilWall != base::WallTime{})
            person.slotUntil = draft.now + std::max(base::Duration(0), std::chrono::duration_cast<base::Duration>(person.slotUntilWall - draft.wall));
        if (person.offer) {
            const auto left = std::chrono::duration_cast<base::Duration>(person.offer->untilWall - draft.wall);
            person.offer->until = draft.now + std::clamp(left, base::Duration(0), draft.policy.offerTime);
        }
    }
    session.hostGoneSince = base::kNever;
    session.joinsSince = draft.now;
    if (session.lockSince != base::kNever) session.lockSince = draft.now;
    if (session.emptySince != base::kNever) session.emptySince = draft.now;
    session.overflowIdleSince = base::kNever;  // counted anew
}

base::TimePoint nextDue(const Stage& stage, const Policy& policy) {
    const Session& session = stage.session;
    if (!session.live) return base::kNever;
    base::TimePoint due = base::kNever;
    for (const auto& [id, person] : stage.people) {
        if (!person.present) due = std::min(due, person.goneSince + policy.grace);
        if (person.offer) due = std::min(due, person.offer->until);
        if (!stage.settings.slotIsSign) due = std::min(due, person.slotUntil);
    }
    if (session.hostGoneSince != base::kNever) {
        // The same question as in settleHost: while only people in grace could take the chair, their own time wakes us.
        const bool locked = session.lockSince != base::kNever;
        bool moderator = false;
        bool someoneInGrace = false;
        for (const auto& [id, person] : stage.people) {
            const bool speaker = person.power == api::Power::none && person.seat == api::Seat::stage && !locked;
            if (id == session.host || (person.power != api::Power::moderator && !speaker)) continue;
            someoneInGrace = someoneInGrace || !person.present;
            moderator = moderator || (person.present && person.power == api::Power::moderator);
        }
        if (moderator || !someoneInGrace)
            due = std::min(due, locked ? session.lockSince + policy.listenerLock : session.hostGoneSince + policy.hostGrace);
    }
    if (session.overflowIdleSince != base::kNever) due = std::min(due, session.overflowIdleSince + kOverflowIdle);
    if (session.emptySince != base::kNever)
        due = std::min(due, session.emptySince + (session.everPresent ? policy.departure : policy.empty));
    return due;
}

}  // namespace parlour::house

// SPDX-License-Identifier: Apache-2.0
#include "core/house/stage_draft.h"

#include <algorithm>

namespace parlour::house {

using api::Power;
using api::Seat;

const Person* Draft::look(const base::Identity& who) const {
    if (const auto it = change.people.find(who); it != change.people.end()) return it->second ? &*it->second : nullptr;
    const auto it = m_stage.people.find(who);
    return it == m_stage.people.end() ? nullptr : &it->second;
}

Person* Draft::edit(const base::Identity& who) {
    if (const auto it = change.people.find(who); it != change.people.end()) return it->second ? &*it->second : nullptr;
    const auto it = m_stage.people.find(who);
    if (it == m_stage.people.end()) return nullptr;
    return &*change.people.emplace(who, it->second).first->second;
}

Person& Draft::add(Person person) {
    const auto who = person.identity;
    return *change.people.insert_or_assign(who, std::move(person)).first->second;
}

void Draft::drop(const base::Identity& who) {
    change.people.insert_or_assign(who, std::nullopt);
    if (change.session.onTurn == who) change.session.onTurn = {};
}

Mark Draft::mark(const base::Identity& who) const {
    if (const auto it = change.marks.find(who); it != change.marks.end()) return it->second;
    const auto it = m_stage.marks.find(who);
    return it == m_stage.marks.end() ? Mark::none : it->second;
}

void Draft::setMark(const base::Identity& who, Mark mark) {
    if (this->mark(who) != mark) change.marks.insert_or_assign(who, mark);
}

std::size_t Draft::onStageAndInvited() const {
    std::size_t count = 0;
    forEach([&](const Person& person) { count += person.seat == Seat::stage || person.offer ? 1u : 0u; });
    return count;
}

std::size_t Draft::hands() const {
    std::size_t count = 0;
    forEach([&](const Person& person) { count += person.hand || (person.offer && person.offer->hand) ? 1u : 0u; });
    return count;
}

void Draft::seat(Person& person) {
    person.seat = Seat::stage;
    person.stageOrder = change.session.nextOrder++;
    person.hand.reset();
    person.offer.reset();
    person.held = false;
    person.mutedBy = {};
    person.waitOrder = 0;
    person.overflow = 0;  // the stage is in the main room
    setSlot(person, 0);
    if (mark(person.identity) == Mark::lowered) setMark(person.identity, Mark::none);
}

void Draft::unseat(Person& person) {
    person.seat = Seat::audience;
    person.stageOrder = 0;
    person.hand.reset();
    person.offer.reset();
    person.held = false;
    person.mutedBy = {};
    setSlot(person, 0);
    setMark(person.identity, Mark::lowered);  // coming back does not put them up again
    if (change.session.onTurn == person.identity) change.session.onTurn = {};
}

void Draft::setSlot(Person& person, int seconds) {
    person.slotUntil = seconds > 0 ? now + std::chrono::seconds(seconds) : base::kNever;
    person.slotUntilWall = seconds > 0 ? wall + std::chrono::seconds(seconds) : base::WallTime{};
}

void Draft::offer(Person& person, const base::Identity& by, bool onTurn) {
    Offer made;
    made.until = now + policy.offerTime;
    made.untilWall = wall + std::chrono::duration_cast<std::chrono::milliseconds>(policy.offerTime);
    made.by = by;
    made.hand = std::move(person.hand);
    made.onTurn = onTurn;
    person.hand.reset();
    person.offer = std::move(made);
    audit(by, "invite", person.identity);
}

void Draft::setPower(Person& person, Power power) {
    if (person.power == power) return;
    if (person.power == Power::none) person.powerOrder = change.session.nextOrder++;
    if (power == Power::none) person.powerOrder = 0;
    person.power = power;
    if (power != Power::none) person.overflow = 0;
    change.powers.push_back({person.identity, power});
}

void Draft::makeHost(const base::Identity& who) {
    Session& session = change.session;
    if (!session.host.empty() && session.host != who) {
        if (Person* old = edit(session.host))
            setPower(*old, Power::moderator);
        else
            change.powers.push_back({session.host, Power::moderator});  // outside, or gone for good
    }
    session.host = who;
    session.hadHost = true;
    session.hostGoneSince = base::kNever;
    session.lockSince = base::kNever;
    if (Person* person = edit(who)) setPower(*person, Power::host);
}

void Draft::endSession(const base::Identity& actor, const std::string& why) {
    std::vector<base::Identity> all;
    forEach([&](const Person& person) { all.push_back(person.identity); });
    for (const auto& who : all) {
        drop(who);
        change.gone.push_back({who, Exit::ended});
    }
    for (const auto& [who, mark] : m_stage.marks) change.marks.insert_or_assign(who, Mark::none);
    for (auto& [who, mark] : change.marks) mark = Mark::none;
    const auto version = change.session.version;
    const auto sid = change.session.sid;
    change.session = Session{};
    change.session.version = version;
    change.session.sid = sid;
    change.ended = true;
    audit(actor, "session_ended", {}, why);
}

void Draft::settle() {
    if (change.session.live) settleHost();
    if (change.session.live) settleEmpty();
    if (change.session.live) settleOverflow();
    if (change.session.live) settleChair(*this);
    findVisible();
}

void Draft::settleHost() {
    Session& session = change.session;
    if (!session.hadHost) return;  // before the first host nothing runs out
    if (const Person* host = look(session.host); host && host->present) {
        session.hostGoneSince = base::kNever;
        session.lockSince = base::kNever;
        return;
    }
    if (session.hostGoneSince == base::kNever) {
        // The host may have been inside once and is only now missed: count from the loss.
        const Person* host = look(session.host);
        session.hostGoneSince = host ? host->goneSince : now;
    }
    if (now - session.hostGoneSince < policy.hostGrace) return;
    const Person* moderator = nullptr;
    const Person* speaker = nullptr;
    bool someoneInGrace = false;
    forEach([&](const Person& person) {
        if (person.identity == session.host) return;
        if (person.power == Power::moderator) {
            if (!person.present)
                someoneInGrace = true;
            else if (!moderator || person.powerOrder < moderator->powerOrder)
                moderator = &person;
        } else if (person.seat == Seat::stage && session.lockSince == base::kNever) {
            if (!person.present)
                someoneInGrace = true;
            else if (!speaker || person.stageOrder < speaker->stageOrder)
                speaker = &person;
        }
    });
    if (const Person* next = moderator ? moderator : (someoneInGrace ? nullptr : speaker)) {
        const base::Identity who = next->identity;
        makeHost(who);
        audit({}, "succession", who);
        return;
    }
    if (someoneInGrace) return;
    if (session.lockSince == base::kNever) session.lockSince = now;
    if (now - session.lockSince >= policy.listenerLock) endSession({}, "no moderator came");
}

void Draft::settleEmpty() {
    bool anybody = false;
    forEach([&](const Person&) { anybody = true; });
    Session& session = change.session;
    if (anybody) {
        session.emptySince = base::kNever;
        return;
    }
    if (session.emptySince == base::kNever) session.emptySince = now;
    if (now - session.emptySince >= (session.everPresent ? policy.departure : policy.empty)) endSession({}, "everybody left");
}

namespace {
bool looksEqual(const Person& a, const Person& b) {
    const auto key = [](const Person& p) { return p.hand ? p.hand->key : std::string(); };
    const auto offer = [](const Person& p) { return p.offer ? base::toUnixMs(p.offer->untilWall) : 0; };
    return a.name == b.name && a.power == b.power && a.seat == b.seat && a.held == b.held && a.mutedBy == b.mutedBy &&
           key(a) == key(b) && offer(a) == offer(b) && a.slotUntilWall == b.slotUntilWall && a.overflow == b.overflow;
}
}  // namespace

void Draft::findVisible() {
    const Session& before = m_stage.session;
    Session& after = change.session;
    for (auto it = change.people.begin(); it != change.people.end();) {
        const auto old = m_stage.people.find(it->first);
        const bool known = old != m_stage.people.end();
        if ((!known && !it->second) || (known && it->second && *it->second == old->second)) {
            it = change.people.erase(it);
            continue;
        }
        if (it->second && (!known || !looksEqual(*it->second, old->second))) change.told.push_back(it->first);
        ++it;
    }
    for (const auto* list : {&change.softMuted, &change.asked})
        for (const auto& who : *list)
            if (std::find(change.told.begin(), change.told.end(), who) == change.told.end()) change.told.push_back(who);
    if ((before.lockSince == base::kNever) != (after.lockSince == base::kNever)) {
        // Rights to publish depend on the listener lock: everybody on stage is told anew.
        forEach([&](const Person& person) {
            if (person.seat == Seat::stage && std::find(change.told.begin(), change.told.end(), person.identity) == change.told.end())
                change.told.push_back(person.identity);
        });
    }
    const auto powerful = [&](auto&& each) {
        bool any = false;
        each([&](const Person& person) { any = any || person.power != Power::none; });
        return any;
    };
    const bool hadPower = powerful([&](auto f) {
        for (const auto& [id, person] : m_stage.people) f(person);
    });
    const bool hasPower = powerful([&](auto f) { forEach(f); });
    change.roomChanged = before.live != after.live || before.handsLocked != after.handsLocked ||
                         before.doorLocked != after.doorLocked || change.settingsChanged || before.overflowRooms != after.overflowRooms ||
                         before.chair.holder != after.chair.holder ||
                         before.lockSince != after.lockSince || (after.live && hadPower != hasPower);
    const bool outsiders = std::any_of(change.people.begin(), change.people.end(), [](const auto& e) { return !e.second; });
    if (!change.told.empty() || change.roomChanged || !change.gone.empty() || outsiders) ++after.version;
    change.any = !change.people.empty() || !change.marks.empty() || !change.gone.empty() || !change.powers.empty() ||
                 !change.revoked.empty() || !change.bans.empty() || !change.told.empty() || change.roomChanged || change.ended ||
                 !(before == after);
}

}  // namespace parlour::house

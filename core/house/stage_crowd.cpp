// SPDX-License-Identifier: Apache-2.0
// Commands that arrange the queue, the door and many people at once.
#include <algorithm>

#include "core/house/hand_queue.h"
#include "core/house/stage_draft.h"

namespace parlour::house {

using api::Power;
using api::Seat;
using api::StageVerb;
using base::ErrorKind;
using Done = base::Result<void>;

namespace {

Done refuse(std::string code, std::string message, std::string advice = {}) {
    return base::fail(ErrorKind::refused, std::move(code), std::move(message), std::move(advice));
}
Done notHere() { return base::fail(ErrorKind::notFound, "not_here", "This person is not in the room."); }

std::vector<base::Identity> queueOf(const Draft& draft) {
    std::vector<std::pair<std::string, base::Identity>> keys;
    draft.forEach([&](const Person& p) {
        if (p.hand) keys.emplace_back(p.hand->key, p.identity);
    });
    std::sort(keys.begin(), keys.end());
    std::vector<base::Identity> out;
    for (auto& [key, who] : keys) out.push_back(std::move(who));
    return out;
}

Done pin(Draft& draft, const Command& c, const Actor& actor) {
    Person* person = draft.edit(c.target);
    if (!person) return notHere();
    if (!person->hand) return refuse("no_hand", "This person's hand is not up.");
    Hand& hand = *person->hand;
    if (hand.pinnedFrom.empty() != c.on) return {};
    if (c.on)
        hand.pinnedFrom = std::exchange(hand.key, pinnedHandKey(draft.change.session.pinKey++));
    else
        hand.key = std::exchange(hand.pinnedFrom, std::string());
    draft.audit(actor.identity, "pin", c.target, c.on ? "on" : "off");
    return {};
}

// The keys stay where they are in the queue and the hands move over them, so that no key is ever made between two others.
Done move(Draft& draft, const Command& c, const Actor& actor) {
    auto order = queueOf(draft);
    const auto from = std::find(order.begin(), order.end(), c.target);
    if (from == order.end()) return draft.look(c.target) ? refuse("no_hand", "This person's hand is not up.") : notHere();
    if (!c.place || *c.place < 1)
        return base::fail(ErrorKind::invalidInput, "bad_place", "There is no such place in the queue.", "The first place is 1.");
    const auto index = std::min(static_cast<std::size_t>(*c.place), order.size()) - 1;
    std::vector<std::pair<std::string, std::string>> places;
    for (const auto& who : order) {
        const Hand& hand = *draft.look(who)->hand;
        places.emplace_back(hand.key, hand.pinnedFrom);
    }
    order.erase(from);
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(index), c.target);
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (draft.look(order[i])->hand->key == places[i].first) continue;
        Hand& hand = *draft.edit(order[i])->hand;
        hand.key = places[i].first;
        hand.pinnedFrom = places[i].second;
    }
    draft.audit(actor.identity, "move", c.target, std::to_string(index + 1));
    return {};
}

Done clearHands(Draft& draft, const Actor& actor) {
    const auto all = queueOf(draft);
    for (const auto& who : all) draft.edit(who)->hand.reset();
    if (!all.empty()) draft.audit(actor.identity, "clear_hands", {}, std::to_string(all.size()));
    return {};
}

Done slot(Draft& draft, const Command& c, const Actor& actor) {
    Person* person = draft.edit(c.target.empty() ? actor.identity : c.target);
    if (!person) return notHere();
    if (person->identity != actor.identity && !actor.isAbove(*person)) return refuse("not_allowed", "You may not do that here.");
    if (person->seat != Seat::stage) return refuse("not_on_stage", "This person is not on the stage.");
    if (!c.seconds || *c.seconds < 0 || *c.seconds > 3600)
        return base::fail(ErrorKind::invalidInput, "bad_seconds", "This time is not possible.", "Give 0 to 3600 seconds; 0 is no limit.");
    draft.setSlot(*person, *c.seconds);
    draft.audit(actor.identity, "slot", person->identity, std::to_string(*c.seconds));
    return {};
}

Done lockDoor(Draft& draft, const Command& c, const Actor& actor) {
    Session& session = draft.change.session;
    if (session.doorLocked == c.on) return {};
    session.doorLocked = c.on;
    session.doorSince = c.on ? draft.wall : base::WallTime{};
    draft.audit(actor.identity, "lock_door", {}, c.on ? "on" : "off");
    return {};
}

Done admit(Draft& draft, const Command& c, const Actor& actor) {
    if (draft.change.settings.audienceHeld)
        return refuse("audience_held", "The guest and the host are not ready yet.", "Turn both lights on, or start without waiting for them.");
    std::vector<base::Identity> waiting;
    draft.forEach([&](const Person& p) {
        const bool outside = p.seat == Seat::waiting || (p.overflow > 0 && !c.target.empty());
        if (outside && (c.target.empty() || c.target == p.identity)) waiting.push_back(p.identity);
    });
    if (waiting.empty()) return c.target.empty() ? Done{} : refuse("not_waiting", "This person is not waiting.");
    for (const auto& who : waiting) {
        Person& person = *draft.edit(who);
        if (person.overflow == 0) person.goneSince = draft.now;  // the whole grace to come through the door
        person.seat = Seat::audience;
        person.overflow = 0;
        person.waitOrder = 0;
    }
    draft.audit(actor.identity, "admit", c.target, std::to_string(waiting.size()));
    return {};
}

// Everybody below the actor who fits, in one change: no second command, no half of it.
Done expelMany(Draft& draft, const Command& c, const Actor& actor, bool ban) {
    if (c.link.empty() == !c.sinceMinutes)
        return base::fail(ErrorKind::invalidInput, "bad_selector", "Say who is meant.", "Give a link, or the last minutes.");
    if (c.sinceMinutes && (*c.sinceMinutes < 1 || *c.sinceMinutes > 1440))
        return base::fail(ErrorKind::invalidInput, "bad_selector", "This time is not possible.", "Give 1 to 1440 minutes.");
    if (c.minutes && (*c.minutes < 1 || *c.minutes > 525'600))
        return base::fail(ErrorKind::invalidInput, "bad_minutes", "The length of the ban is not possible.",
                          "Give 1 to 525600 minutes, or none for good.");
    std::vector<base::Identity> found;
    draft.forEach([&](const Person& p) {
        if (p.identity == actor.identity || !actor.isAbove(p)) return;
        const bool fits = c.sinceMinutes ? p.arrivedAt >= draft.wall - std::chrono::minutes(*c.sinceMinutes) : p.cameBy == c.link;
        if (fits) found.push_back(p.identity);
    });
    for (const auto& who : found) {
        draft.drop(who);
        draft.change.revoked.push_back(who);
        draft.change.gone.push_back({who, ban ? Exit::banned : Exit::removed});
        if (ban) {
            draft.change.bans.push_back({who, c.minutes});
            draft.change.powers.push_back({who, Power::none});
            if (draft.change.session.host == who) draft.change.session.host = {};
        } else {
            draft.setMark(who, Mark::removed);
        }
    }
    if (ban && !c.link.empty()) {
        draft.change.linkBanned = c.link;
        draft.change.linkBanMinutes = c.minutes;
    } else if (c.closeLink && !c.link.empty()) {
        draft.change.linkClosed = c.link;
    }
    std::string detail = c.link.empty() ? "last " + std::to_string(*c.sinceMinutes) + " minutes" : "link " + c.link.str();
    detail += ", " + std::to_string(found.size()) + " people";
    if (ban) detail += c.minutes ? ", " + std::to_string(*c.minutes) + " minutes" : ", for good";
    draft.audit(actor.identity, ban ? "ban_many" : "remove_many", {}, detail);
    for (const auto& who : found) draft.audit(actor.identity, ban ? "ban" : "remove", who, c.link.empty() ? "many" : "link " + c.link.str());
    return {};
}

}  // namespace

Done runCrowdCommand(Draft& draft, const Command& command, const Actor& actor) {
    if (!actor.moderates()) return refuse("not_allowed", "You may not do that here.");
    switch (command.verb) {
        case StageVerb::pin: return pin(draft, command, actor);
        case StageVerb::move: return move(draft, command, actor);
        case StageVerb::clearHands: return clearHands(draft, actor);
        case StageVerb::slot: return slot(draft, command, actor);
        case StageVerb::lockDoor: return lockDoor(draft, command, actor);
        case StageVerb::admit: return admit(draft, command, actor);
        case StageVerb::removeMany: return expelMany(draft, command, actor, false);
        case StageVerb::banMany: return expelMany(draft, command, actor, true);
        default: return base::fail(ErrorKind::internal, "bad_verb", "This command is not known.");
    }
}

}  // namespace parlour::house

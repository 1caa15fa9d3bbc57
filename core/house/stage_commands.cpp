// SPDX-License-Identifier: Apache-2.0
// What persons, moderators and hosts may order; the rows of the state table, one function per verb. Every refusal has a
// sentence for people. Only the actor's power decides, and only the target changes.
#include "core/house/display_name.h"
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
Done notAllowed() { return refuse("not_allowed", "You may not do that here."); }
Done notHere() { return base::fail(ErrorKind::notFound, "not_here", "This person is not in the room."); }
Done hostOnly() { return refuse("host_only", "Only the host may do that."); }

class Run {
  public:
    Run(Draft& draft, const Command& command, Actor who) : d(draft), c(command), actor(std::move(who)) {
        onSelf = !actor.admin && (c.target.empty() || c.target == actor.identity);
    }

    Done raise();
    Done lower();
    Done accept();
    Done decline();
    Done invite();
    Done dismiss();
    Done mute();
    Done ask();
    Done hold(bool on);
    Done down();
    Done up();
    Done next();
    Done promote();
    Done demote();
    Done host();
    Done expel(bool ban);
    Done lockHands();
    Done muteAll();
    Done end();
    Done chair() { return runChair(d, c, actor); }
    Done crowd() { return runCrowdCommand(d, c, actor); }

  private:
    Person* target() { return d.edit(onSelf ? actor.identity : c.target); }
    Person* self() { return d.edit(actor.identity); }
    Done mayRaise(const Person& me) const;
    void note(std::string_view verb) { d.audit(actor.identity, std::string(verb), onSelf ? actor.identity : c.target); }

    Draft& d;
    const Command& c;
    Actor actor;
    bool onSelf = false;
};

Done Run::raise() {
    Person* me = self();
    if (!me || me->seat == Seat::waiting) return notHere();
    if (!onSelf) return notAllowed();
    if (countCharacters(c.note) > api::kMaxNoteCharacters)
        return base::fail(ErrorKind::invalidInput, "note_too_long", "The note is too long.", "Use at most 140 characters.");
    if (me->hand || me->offer) return {};  // up already, or invited: accept instead
    if (me->seat == Seat::stage && !me->held && me->power == Power::none)
        return refuse("already_on_stage", "You are on the stage already.", "Unmute to speak.");
    if (d.change.session.handsLocked && me->power == Power::none && !me->held)
        return refuse("hands_locked", "Raising hands is switched off at the moment.", "Wait until a moderator allows it again.");
    if (me->power == Power::none && !me->held)
        if (auto may = mayRaise(*me); !may) return may;
    if (d.now < me->handAllowedAt)
        return base::fail(ErrorKind::exhausted, "hand_too_soon", "You just had your hand up.", "Wait a few seconds and try again.");
    if (d.hands() >= d.policy.maxHands)
        return base::fail(ErrorKind::exhausted, "too_many_hands", "Too many hands are up.", "Try again later.");
    me->hand = Hand{handKey(d.change.session.nextKey++), cleanText(c.note, api::kMaxNoteCharacters, 1024), d.wall, false};
    me->handAllowedAt = d.now + d.policy.handPause;
    return {};
}

Done Run::mayRaise(const Person& me) const {
    const RoomSettings& rules = d.change.settings;
    if (rules.hands == HandPolicy::off || rules.stageOnly)
        return refuse("hands_off", "In this room nobody raises a hand.", "Listen; a moderator may still invite you to the stage.");
    if (rules.hands == HandPolicy::members && !c.followedMember)
        return refuse("hands_members", "Here members raise their hands whom somebody on stage follows.", "A moderator may still invite you.");
    if (rules.hands == HandPolicy::invited && !c.invited && me.role == api::Role::listener)
        return refuse("hands_invited", "Here only those raise their hands who were invited by name.", "A moderator may still invite you.");
    return {};
}

Done Run::lower() {
    if (!onSelf && !actor.moderates()) return notAllowed();
    Person* person = target();
    if (!person) return notHere();
    person->hand.reset();
    if (!onSelf) note("lower");
    return {};
}

Done Run::accept() {
    Person* me = self();
    if (!me) return notHere();
    if (!onSelf) return notAllowed();
    if (me->seat == Seat::stage) return {};
    if (!me->offer) return refuse("no_offer", "Nobody has invited you to speak.", "Raise your hand to ask.");
    if (d.now >= me->offer->until) return refuse("offer_over", "The invitation to speak has run out.", "Raise your hand again.");
    const bool onTurn = me->offer->onTurn;
    d.seat(*me);
    const RoomSettings& rules = d.change.settings;
    if (me->power == Power::none) d.setSlot(*me, onTurn && rules.turnSeconds > 0 ? rules.turnSeconds : rules.slotSeconds);
    if (onTurn) d.change.session.onTurn = me->identity;
    return {};
}

Done Run::decline() {
    Person* me = self();
    if (!me) return notHere();
    if (!onSelf) return notAllowed();
    me->offer.reset();
    return {};
}

Done Run::invite() {
    if (!actor.moderates() || onSelf) return notAllowed();
    Person* person = target();
    if (!person || person->seat == Seat::waiting) return notHere();
    if (person->seat == Seat::stage) return refuse("already_on_stage", "This person is on the stage already.");
    if (person->offer) return {};
    if (d.stageFull())
        return base::fail(ErrorKind::exhausted, "stage_full", "The stage is full.", "Ask somebody to step down first.");
    d.offer(*person, actor.identity, false);
    return {};
}

Done Run::dismiss() {
    if (!actor.moderates() || onSelf) return notAllowed();
    Person* person = target();
    if (!person) return notHere();
    if (!person->hand && !person->offer) return {};
    person->hand.reset();
    person->offer.reset();
    person->handAllowedAt = d.now + d.policy.refusalPause;
    note("dismiss");
    return {};
}

// Soft: reaches everybody, the host included; undone by the person alone.
Done Run::mute() {
    if (!actor.moderates()) return notAllowed();
    Person* person = target();
    if (!person) return notHere();
    if (person->seat != Seat::stage) return refuse("not_on_stage", "This person is not on the stage.");
    person->mutedBy = actor.admin ? base::Identity("admin") : actor.identity;
    d.change.softMuted.push_back(person->identity);
    note("mute");
    return {};
}

Done Run::ask() {
    if (!actor.moderates()) return notAllowed();
    Person* person = target();
    if (!person) return notHere();
    if (person->seat != Seat::stage) return refuse("not_on_stage", "This person is not on the stage.");
    if (person->held) return refuse("held", "This person is held and cannot unmute.", "Release first.");
    d.change.asked.push_back(person->identity);
    return {};
}

Done Run::hold(bool on) {
    if (!actor.moderates()) return notAllowed();
    Person* person = target();
    if (!person) return notHere();
    if (!actor.isAbove(*person)) return notAllowed();
    if (person->seat != Seat::stage) return refuse("not_on_stage", "This person is not on the stage.");
    if (person->held == on) return {};
    person->held = on;
    if (!on) person->hand.reset();  // the hand asked for the release
    note(on ? "hold" : "release");
    return {};
}

Done Run::down() {
    Person* person = target();
    if (!person) return notHere();
    if (!onSelf && (!actor.moderates() || !actor.isAbove(*person))) return notAllowed();
    if (person->seat != Seat::stage) return onSelf ? Done{} : refuse("not_on_stage", "This person is not on the stage.");
    d.unseat(*person);
    if (!onSelf) note("down");
    return {};
}

Done Run::up() {
    Person* me = self();
    if (!me || me->seat == Seat::waiting) return notHere();
    if (!onSelf) return notAllowed();
    if (me->seat == Seat::stage) return {};
    if (me->power == Power::none) return refuse("not_allowed", "Only moderators take the stage alone.", "Raise your hand to ask.");
    if (!me->offer && d.stageFull())
        return base::fail(ErrorKind::exhausted, "stage_full", "The stage is full.", "Ask somebody to step down first.");
    d.seat(*me);
    return {};
}

// Calls up the first hand and moves down whoever the last "next" brought up.
Done Run::next() {
    if (!actor.moderates()) return notAllowed();
    const Person* first = nullptr;
    d.forEach([&](const Person& p) {
        if (p.hand && p.seat == Seat::audience && (!first || p.hand->key < first->hand->key)) first = &p;
    });
    if (!first) return refuse("queue_empty", "No hand is up.");
    const base::Identity who = first->identity;
    if (Person* onTurn = d.edit(d.change.session.onTurn); onTurn && onTurn->power == Power::none && onTurn->seat == Seat::stage) {
        d.unseat(*onTurn);
        d.audit(actor.identity, "down", onTurn->identity, "next");
    }
    if (d.stageFull())
        return base::fail(ErrorKind::exhausted, "stage_full", "The stage is full.", "Ask somebody to step down first.");
    d.offer(*d.edit(who), actor.identity, true);
    return {};
}

Done Run::promote() {
    if (!actor.hosts()) return hostOnly();
    Person* person = target();
    if (!person) return notHere();
    if (person->power != Power::none) return {};
    d.setPower(*person, Power::moderator);
    note("promote");
    return {};
}

Done Run::demote() {
    if (!actor.hosts()) return hostOnly();
    Person* person = target();
    if (!person) return notHere();
    if (person->power == Power::none) return {};
    if (!actor.isAbove(*person) || person->power == Power::host)
        return refuse("host_stays", "The host cannot be demoted.", "Hand the room over to somebody else first.");
    d.setPower(*person, Power::none);
    note("demote");
    return {};
}

Done Run::host() {
    if (!actor.hosts()) return hostOnly();
    Person* person = target();
    if (!person) return notHere();
    if (person->power == Power::host) return {};
    d.makeHost(person->identity);
    note("host");
    return {};
}

Done Run::expel(bool ban) {
    if (!actor.moderates()) return notAllowed();
    if (c.minutes && (*c.minutes < 1 || *c.minutes > 525'600))
        return base::fail(ErrorKind::invalidInput, "bad_minutes", "The length of the ban is not possible.",
                          "Give 1 to 525600 minutes, or none for good.");
    if (onSelf) return refuse("not_yourself", "You cannot remove yourself.", "Leave instead.");
    Person* person = target();
    if (!person) return notHere();
    if (!actor.isAbove(*person)) return notAllowed();
    const base::Identity who = person->identity;
    d.drop(who);
    if (!ban) d.setMark(who, Mark::removed);  // a ban has its own row and its own end
    d.change.revoked.push_back(who);
    d.change.gone.push_back({who, ban ? Exit::banned : Exit::removed});
    if (ban) {
        d.change.bans.push_back({who, c.minutes});
        d.change.powers.push_back({who, Power::none});
        if (d.change.session.host == who) d.change.session.host = {};  // by the administrator: the chair is free
    }
    if (c.closeLink) d.change.closeLinkOf = who;
    std::string detail = ban ? (c.minutes ? std::to_string(*c.minutes) + " minutes" : "for good") : "";
    if (c.closeLink) detail += detail.empty() ? "link closed" : ", link closed";
    d.audit(actor.identity, ban ? "ban" : "remove", who, std::move(detail));
    return {};
}

Done Run::lockHands() {
    if (!actor.moderates()) return notAllowed();
    if (d.change.session.handsLocked == c.on) return {};
    d.change.session.handsLocked = c.on;
    d.audit(actor.identity, "lock_hands", {}, c.on ? "on" : "off");
    return {};
}

Done Run::muteAll() {
    if (!actor.moderates()) return notAllowed();
    std::vector<base::Identity> all;
    d.forEach([&](const Person& p) {
        if (p.seat == Seat::stage && p.power == Power::none) all.push_back(p.identity);
    });
    for (const auto& who : all) {
        d.edit(who)->mutedBy = actor.admin ? base::Identity("admin") : actor.identity;
        d.change.softMuted.push_back(who);
    }
    d.audit(actor.identity, "mute_all");
    return {};
}

Done Run::end() {
    if (!actor.hosts()) return hostOnly();
    d.endSession(actor.identity, actor.admin ? "by the administrator" : "by the host");
    return {};
}

Done dispatch(Run& run, StageVerb verb) {
    switch (verb) {
        case StageVerb::raise: return run.raise();
        case StageVerb::lower: return run.lower();
        case StageVerb::accept: return run.accept();
        case StageVerb::decline: return run.decline();
        case StageVerb::invite: return run.invite();
        case StageVerb::dismiss: return run.dismiss();
        case StageVerb::mute: return run.mute();
        case StageVerb::ask: return run.ask();
        case StageVerb::hold: return run.hold(true);
        case StageVerb::release: return run.hold(false);
        case StageVerb::down: return run.down();
        case StageVerb::up: return run.up();
        case StageVerb::next: return run.next();
        case StageVerb::promote: return run.promote();
        case StageVerb::demote: return run.demote();
        case StageVerb::host: return run.host();
        case StageVerb::remove: return run.expel(false);
        case StageVerb::ban: return run.expel(true);
        case StageVerb::lockHands: return run.lockHands();
        case StageVerb::muteAll: return run.muteAll();
        case StageVerb::end: return run.end();
        case StageVerb::chair: return run.chair();
        case StageVerb::pin:
        case StageVerb::move:
        case StageVerb::clearHands:
        case StageVerb::slot:
        case StageVerb::lockDoor:
        case StageVerb::admit:
        case StageVerb::removeMany:
        case StageVerb::banMany: return run.crowd();
    }
    return base::fail(ErrorKind::internal, "bad_verb", "This command is not known.");
}

}  // namespace

Done runCommand(Draft& draft, const Command& command) {
    const Session& session = draft.change.session;
    if (!session.live) return base::fail(ErrorKind::notFound, "not_live", "Nobody is in this room at the moment.");
    if (command.ifVersion && *command.ifVersion != session.version)
        return base::fail(ErrorKind::conflict, "version_conflict", "The room has changed in the meantime.",
                          "Look again and repeat.", "version " + std::to_string(session.version));
    Actor actor;
    actor.identity = command.actor;
    actor.admin = command.admin;
    if (!command.admin) {
        const Person* person = draft.look(command.actor);
        if (!person) return base::fail(ErrorKind::refused, "not_in_room", "You are not in this room.", "Join it first.");
        actor.power = person->power;
    }
    Run run(draft, command, std::move(actor));
    return dispatch(run, command.verb);
}

}  // namespace parlour::house

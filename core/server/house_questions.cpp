// SPDX-License-Identifier: Apache-2.0
// The question desk of a live room: asking, screening, ordering, and telling the room that something changed. House thread.
#include <algorithm>
#include <limits>

#include "core/api/question_types.h"
#include "core/house/store/guest_store.h"
#include "core/house/store/question_store.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

using Impl = HouseService::Impl;
using house::QuestionState;

constexpr int kOverShown = 50;

const house::QuestionLimits& limits() {
    static const house::QuestionLimits kLimits;
    return kLimits;
}

/// The desk of the running session; that of an earlier one is empty, its numbers go on.
house::QuestionDesk& deskOf(HouseRoom& room) {
    auto& desk = room.questions.desk;
    if (desk.session != room.stage.session.sid) {
        desk.session = room.stage.session.sid;
        desk.questions.clear();
    }
    return desk;
}

/// Who asks: somebody in the room, or the administrator.
struct Asker {
    HouseRoomPtr room;
    std::string name;
    bool moderates = false;
    bool onStage = false;
};
base::Result<Asker> askerOf(Impl& impl, const RouteCall& call) {
    Asker out{impl.find(base::RoomId(call.args[0])), {}, call.caller.admin, call.caller.admin};
    if (call.caller.admin) {
        if (!out.room) return base::Unexpected(Impl::unknownRoom());
        return out;
    }
    auto person = impl.inRoom(call, out.room);
    if (!person) return base::Unexpected(std::move(person).error());
    out.name = (*person)->name;
    out.moderates = (*person)->power != api::Power::none;
    out.onStage = (*person)->seat == api::Seat::stage;
    return out;
}

/// At most four times a second, whatever the desk does.
void tell(Impl& impl, const HouseRoomPtr& room) {
    auto& questions = room->questions;
    if (questions.telling) return;
    const auto now = impl.clock.now();
    if (questions.told == base::TimePoint::min() || now - questions.told >= RoomQuestions::kTellEvery) {
        questions.told = now;
        impl.tellRoom(room);
        return;
    }
    questions.telling = true;
    questions.later = impl.house.postAfter(questions.told + RoomQuestions::kTellEvery - now, [&impl, weak = std::weak_ptr(room)] {
        const auto alive = weak.lock();
        if (!alive || impl.stopped) return;
        alive->questions.telling = false;
        alive->questions.told = impl.clock.now();
        impl.tellRoom(alive);
    });
}

void store(Impl& impl, const HouseRoom& room, const house::DeskChange& change) {
    if (!change.questions.empty()) house::QuestionStore(impl.store).save(room.row.id, room.stage.session.sid, change);
}
/// After the commit.
void put(Impl& impl, const HouseRoomPtr& room, const house::DeskChange& change) {
    if (change.questions.empty()) return;
    house::apply(deskOf(*room), change);
    tell(impl, room);
}

api::QuestionAnswer answerOf(const house::QuestionDesk& desk, const house::DeskChange& change) {
    api::QuestionAnswer out;
    out.n = change.n;
    out.version = change.version;
    if (const auto* one = house::findQuestion(desk, change.n)) out.state = toString(one->state);
    for (const auto& one : change.questions)
        if (one.n == change.n) out.state = toString(one.state);
    return out;
}

// ---- what was agreed with the guest whose talk is in this room

base::Result<std::vector<std::string>> agreedQuestions(Impl& impl, const base::RoomId& room) {
    house::GuestStore guests(impl.store);
    const auto guest = guests.ofRoom(room);
    const auto terms = guest ? guests.version(guest->id, guest->version) : std::nullopt;
    if (!terms || guest->state != house::GuestState::agreed)
        return base::fail(ErrorKind::refused, "not_agreed", "No guest of this room has agreed to terms yet.",
                          "Sign the terms with the guest first, or write the questions down here.");
    return terms->terms.questions;
}

int agreedLeft(Impl& impl, const base::RoomId& room, const house::QuestionDesk& desk) {
    const auto words = agreedQuestions(impl, room);
    if (!words) return 0;
    return static_cast<int>(std::count_if(words->begin(), words->end(), [&](const std::string& text) {
        return std::none_of(desk.questions.begin(), desk.questions.end(), [&](const house::Question& one) {
            return one.origin == house::QuestionOrigin::agreed && one.words == text;
        });
    }));
}

// ---- requests

api::Question shown(const house::Question& one, const base::Identity& who, bool desk) {
    api::Question out;
    out.n = one.n;
    out.text = one.words;
    out.state = toString(one.state);
    out.place = static_cast<int>(one.place);
    out.origin = toString(one.origin);
    out.own = !who.empty() && one.asker == who;
    if (desk) {
        out.asker = one.asker;
        out.askerName = one.askerName;
        out.atMs = base::toUnixMs(one.at);
    }
    if (desk || out.own) out.reason = one.reason;
    return out;
}

base::Result<api::QuestionList> list(Impl& impl, const RouteCall& call) {
    auto asker = askerOf(impl, call);
    if (!asker) return base::Unexpected(std::move(asker).error());
    const auto& desk = deskOf(*asker->room);
    api::QuestionList out;
    out.version = desk.version;
    out.revision = desk.revision;
    out.desk = asker->moderates;
    for (const auto* one : house::publicQuestions(desk)) out.questions.push_back(shown(*one, call.who, out.desk));
    for (const auto& one : desk.questions)
        if (one.state == QuestionState::open && (out.desk || one.asker == call.who)) out.questions.push_back(shown(one, call.who, out.desk));
    int over = 0;
    for (auto it = desk.questions.rbegin(); it != desk.questions.rend() && over < kOverShown; ++it) {
        if (house::isPending(it->state) || !(out.desk || it->asker == call.who)) continue;
        out.questions.push_back(shown(*it, call.who, out.desk));
        ++over;
    }
    if (out.desk) out.agreed = agreedLeft(impl, asker->room->row.id, desk);
    return out;
}

base::Error tooFast() {
    return {ErrorKind::exhausted, "too_fast", "Too many commands at once.", "Wait a moment and try again.", {}};
}
base::Unexpected<base::Error> moderatorsOnly() {
    return base::fail(ErrorKind::refused, "not_allowed", "Only moderators may do that.");
}

/// The note becomes a question and the hand goes down, in one transaction.
void fromHand(Impl& impl, const RouteCall& call, const Asker& asker, const base::Identity& whose,
              const HouseService::Answer<api::QuestionAnswer>& answer) {
    if (!asker.moderates) return answer(moderatorsOnly());
    const auto& room = asker.room;
    const auto person = room->stage.people.find(whose);
    if (person == room->stage.people.end() || !person->second.hand || person->second.hand->note.empty())
        return answer(base::fail(ErrorKind::conflict, "no_note", "There is no raised hand with a note of this person.",
                                 "The hand may have gone down."));
    house::AskQuestion ask{whose, person->second.name, false, person->second.hand->note, house::QuestionOrigin::hand};
    auto change = house::decide(deskOf(*room), ask, limits(), impl.clock.wallNow());
    if (!change) return answer(base::Unexpected(std::move(change).error()));
    house::Command lower;
    lower.actor = call.who;
    lower.admin = call.caller.admin;
    lower.verb = api::StageVerb::lower;
    lower.target = whose;
    Impl::Extra extra;
    extra.alsoStore = [&]() -> base::Result<void> {
        store(impl, *room, *change);
        return {};
    };
    const auto refused = std::make_shared<bool>(false);
    // A failure is told from inside run(), a success when the hand is seen to be down; by then the desk has the question.
    impl.run(room, lower, extra, [refused, answer, made = answerOf(deskOf(*room), *change)](base::Result<std::uint64_t> done) {
        *refused = !done;
        if (!done) return answer(base::Unexpected(std::move(done).error()));
        answer(made);
    });
    if (!*refused) put(impl, room, *change);
}

void ask(Impl& impl, const RouteCall& call, const api::QuestionWish& wish, HouseService::Answer<api::QuestionAnswer> answer) {
    std::optional<Asker> asker;
    auto change = impl.reading<house::DeskChange>([&]() -> base::Result<house::DeskChange> {
        auto found = askerOf(impl, call);
        if (!found) return base::Unexpected(std::move(found).error());
        asker = *found;
        const auto& room = asker->room;
        if (!room->stage.session.live) return base::fail(ErrorKind::notFound, "not_live", "Nobody is in this room at the moment.");
        if (!call.caller.admin && !impl.takeCommand(call.who)) return base::Unexpected(tooFast());
        if (int(!wish.text.empty()) + int(!wish.hand.empty()) + int(wish.agreed) > 1)
            return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", "Give one of text, hand and agreed.", "text");
        if (!wish.hand.empty()) return house::DeskChange{};
        const auto now = impl.clock.wallNow();
        base::Result<house::DeskChange> made = house::DeskChange{};
        if (wish.agreed) {
            if (!asker->moderates) return moderatorsOnly();
            auto words = agreedQuestions(impl, room->row.id);
            if (!words) return base::Unexpected(std::move(words).error());
            made = house::decide(deskOf(*room), house::LoadAgreed{std::move(*words)}, limits(), now);
        } else {
            if (room->stage.settings.stageOnly && !asker->moderates && !asker->onStage)
                return base::fail(ErrorKind::refused, "stage_only", "Only the stage asks here at the moment.", "Listen; a moderator may open the room again.");
            made = house::decide(deskOf(*room), house::AskQuestion{call.who, asker->name, asker->moderates, wish.text}, limits(), now);
        }
        if (made) store(impl, *room, *made);
        return made;
    });
    if (!change) return answer(base::Unexpected(std::move(change).error()));
    if (!wish.hand.empty()) return fromHand(impl, call, *asker, wish.hand, answer);
    auto out = answerOf(deskOf(*asker->room), *change);
    if (wish.agreed) out.added = static_cast<int>(change->questions.size());
    put(impl, asker->room, *change);
    answer(std::move(out));
}

base::Result<api::QuestionAnswer> order(Impl& impl, const RouteCall& call, const api::QuestionOrder& wish) {
    auto asker = askerOf(impl, call);
    if (!asker) return base::Unexpected(std::move(asker).error());
    if (!call.caller.admin && !impl.takeCommand(call.who)) return base::Unexpected(tooFast());
    const auto verb = house::parseQuestionVerb(wish.verb);
    if (!verb)
        return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.",
                          "The verbs are approve, now, done, drop, move and withdraw.", "verb");
    const std::string& text = call.args[1];
    const bool digits = !text.empty() && text.size() <= 9 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    const auto& room = asker->room;
    const auto& desk = deskOf(*room);
    auto change = house::decide(desk, house::OrderQuestion{call.who, asker->moderates, digits ? std::stoull(text) : 0, *verb, wish.place, wish.reason, wish.ifVersion},
                                limits(), impl.clock.wallNow());
    if (!change) return base::Unexpected(std::move(change).error());
    store(impl, *room, *change);
    if (*verb == house::QuestionVerb::drop && !change->questions.empty())
        impl.store.addAudit({impl.clock.wallNow(), room->row.id, call.who, "question_dropped", house::findQuestion(desk, change->n)->asker, text});
    impl.afterCommit.push_back([&impl, room, change = *change] { put(impl, room, change); });
    return answerOf(desk, *change);
}

}  // namespace

void addQuestionRoutes(HouseRoutes& routes) {
    routes.get("rooms/{room}/questions", list);
    routes.wait<api::QuestionWish, api::QuestionAnswer>("rooms/{room}/questions", ask);
    routes.post<api::QuestionOrder, api::QuestionAnswer>("rooms/{room}/questions/{id}", order);
}

}  // namespace parlour::server

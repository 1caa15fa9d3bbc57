// SPDX-License-Identifier: Apache-2.0
// Reactions by the house API: where the sound is a LiveKit server's, people's data does not come to the house, so they ask it and
// it counts and tells (RoomReactions). Nothing is stored. House thread.
#include <algorithm>
#include <numeric>

#include "core/api/chat_write.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

using Impl = HouseService::Impl;
using Taken = RoomReactions::Taken;

/// The totals to everybody, at once or as soon as they may be told again.
void tellSoon(Impl& impl, const HouseRoomPtr& room) {
    auto& reactions = room->reactions;
    if (std::exchange(reactions.newsDue, true)) return;
    const auto now = impl.clock.now();
    const auto due = reactions.toldAt == base::TimePoint::min() ? now : std::max(now, reactions.toldAt + RoomReactions::kNews);
    reactions.news = impl.house.postAfter(due - now, [self = impl.shared_from_this(), weak = std::weak_ptr(room)] {
        const auto there = weak.lock();
        if (!there || self->stopped) return;
        auto& ours = there->reactions;
        ours.newsDue = false;
        if (ours.session != there->stage.session.sid || !there->stage.session.live || ours.told == ours.counted.count()) return;
        ours.told = ours.counted.count();
        ours.toldAt = self->clock.now();
        self->media.relay(there->row.id, {}, {ours.counted.packet()});
    });
}

/// The person, who is in the room now. Looked up without the store where that is so: a whole audience claps at once.
base::Result<const house::Person*> present(Impl& impl, const RouteCall& call, const HouseRoomPtr& room) {
    if (room && room->stage.session.live) {
        const auto person = room->stage.people.find(call.who);
        if (person != room->stage.people.end() && person->second.seat != api::Seat::waiting) return &person->second;
    }
    auto refusal = impl.reading<const house::Person*>([&] { return impl.inRoom(call, room); });
    if (!refusal) return refusal;
    return base::fail(ErrorKind::refused, "not_in_room", "You are not in this room.", "Join it first.");
}

base::Result<api::ReactionsAnswer> count(Impl& impl, const HouseRoomPtr& room, const house::Person& person, const api::ReactionCounts& wish) {
    const auto rights = Impl::rightsOf(room->stage.session, person);
    auto& reactions = room->reactionsNow();
    api::ReactionsAnswer answer;
    Taken worst = Taken::counted;
    for (std::size_t i = 0; i < api::kReactionCount; ++i)
        for (std::uint64_t left = wish.of[i]; left > 0; --left) {
            const auto taken = reactions.counted.take(person.identity, rights, i, impl.clock.now());
            if (taken == Taken::counted) ++answer.counted;
            else worst = taken;
        }
    if (answer.counted > 0) {
        tellSoon(impl, room);
        return answer;
    }
    if (worst == Taken::noRight) return base::fail(ErrorKind::refused, "not_allowed", "You may not react here.");
    if (worst == Taken::tooFast)
        return base::fail(ErrorKind::exhausted, "reacting_too_fast", "That was one reaction too many in a moment.", "Wait a second.");
    return answer;
}

void react(Impl& impl, const RouteCall& call, const api::ReactionsWish& wish, HouseService::Answer<api::ReactionsAnswer> answer) {
    const auto room = impl.find(base::RoomId(call.args[0]));
    const auto person = present(impl, call, room);
    if (!person) return answer(base::Unexpected(person.error()));
    if (impl.media.countsReactions())
        return answer(base::fail(ErrorKind::refused, "reactions_by_data", "In this room reactions go over the data channel.",
                                 "Send them there, under the topic parlour.reaction."));
    const auto& wanted = wish.reactions.of;
    const bool each = std::all_of(wanted.begin(), wanted.end(), [](auto n) { return n <= api::kMaxReactionsAtOnce; });
    const auto all = each ? std::accumulate(wanted.begin(), wanted.end(), std::uint64_t{0}) : 0;
    if (all < 1 || all > api::kMaxReactionsAtOnce)
        return answer(base::fail(ErrorKind::invalidInput, "bad_field", "One to five reactions are sent at once.", {}, "reactions"));
    answer(count(impl, room, **person, wish.reactions));
}

}  // namespace

void addReactionRoutes(HouseRoutes& routes) {
    routes.wait<api::ReactionsWish, api::ReactionsAnswer>("rooms/{room}/reactions", react);
}

}  // namespace parlour::server

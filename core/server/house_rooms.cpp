// SPDX-License-Identifier: Apache-2.0
// Commands to the stage, the hands as moderators see them, invitations, and the administrator's rooms. House thread.
#include "core/crypto/random.h"
#include "core/house/display_name.h"
#include "core/house/invitation.h"
#include "core/server/house_impl.h"

namespace parlour::server {

using base::ErrorKind;

namespace {
constexpr std::size_t kRoomIdLength = 12;
constexpr std::size_t kMaxLimits = 20'000;
constexpr std::string_view kRoomAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
}  // namespace

bool HouseService::Impl::takeCommand(const base::Identity& who) {
    const auto now = clock.now();
    if (commandLimits.size() >= kMaxLimits)
        std::erase_if(commandLimits, [&](const auto& entry) { return entry.second.full(now); });
    auto [it, added] = commandLimits.try_emplace(who, policy.commandBurst, policy.commandsPerSecond);
    return it->second.take(now);
}

void HouseService::Impl::stageCommand(const StageRequest& request, bool admin, Answer<std::uint64_t> answer) {
    auto room = need(request.room);
    if (!room) return answer(base::Unexpected(std::move(room).error()));
    if (!admin && !takeCommand(request.actor))
        return answer(base::fail(ErrorKind::exhausted, "too_fast", "Too many commands at once.", "Wait a moment and try again."));
    house::Command command;
    command.actor = request.actor;
    command.verb = request.verb;
    command.target = request.target;
    command.note = request.note;
    command.minutes = request.minutes;
    command.on = request.on;
    command.closeLink = request.closeLink;
    command.ifVersion = request.ifVersion;
    command.admin = admin;
    command.place = request.place;
    command.seconds = request.seconds;
    command.link = request.link;
    command.sinceMinutes = request.sinceMinutes;
    addRaiserFacts(**room, command);
    run(*room, command, {}, std::move(answer));
}

base::Result<base::Identity> HouseService::Impl::memberOf(const Caller& caller, const base::RoomId& room) {
    auto who = sessionOf(caller);
    if (!who) return who;
    return reading<base::Identity>([&]() -> Result<base::Identity> {
        const auto row = store.member(room, *who);
        if (row && row->active && find(room)) return *who;
        return base::Unexpected(unknownRoom());  // also where there is such a room (security: T25)
    });
}

base::Result<api::Hands> HouseService::Impl::hands(const Caller& caller, const base::RoomId& roomId) {
    bool notes = caller.admin;
    base::Identity asker;
    if (!caller.admin) {
        auto who = memberOf(caller, roomId);
        if (!who) return base::Unexpected(std::move(who).error());
        asker = *who;
    }
    auto room = need(roomId);
    if (!room) return base::Unexpected(std::move(room).error());
    if (!caller.admin) {
        const auto me = (*room)->stage.people.find(asker);
        if (me == (*room)->stage.people.end() || me->second.seat == api::Seat::waiting)
            return base::fail(ErrorKind::refused, "not_in_room", "You are not in this room.", "Join it first.");
        notes = me->second.power != api::Power::none;
    }
    api::Hands out;
    out.version = (*room)->stage.session.version;
    for (const auto* person : house::handQueue((*room)->stage))
        out.hands.push_back({person->identity, person->name, person->hand->key, notes ? person->hand->note : std::string(),
                             base::toUnixMs(person->hand->raisedAt), person->hand->missed});
    return out;
}

base::Result<house::MemberRow> HouseService::Impl::moderator(const Caller& caller, const base::RoomId& room) {
    if (caller.admin) {
        house::MemberRow row;
        row.room = room;
        row.power = api::Power::host;
        return row;
    }
    auto who = sessionOf(caller);
    if (!who) return base::Unexpected(std::move(who).error());
    const auto row = store.member(room, *who);
    if (!row || !row->active) return base::Unexpected(unknownRoom());
    if (row->power == api::Power::none || store.ban(room, *who, clock.wallNow()))
        return base::fail(ErrorKind::refused, "not_allowed", "Only moderators may do that.");
    return *row;
}

std::string HouseService::Impl::linkOf(const base::InvitationId& id, const std::string& secret) const {
    std::string link = address.linkBase + "/i/" + id.str() + "#k=" + secret;
    if (!address.pin.empty()) link += "&p=" + address.pin;
    return link;
}

base::Result<api::InvitationMade> HouseService::Impl::createInvitation(const Caller& caller, const base::RoomId& roomId,
                                                                       const api::InvitationWish& wish) {
    return reading<api::InvitationMade>([&]() -> Result<api::InvitationMade> {
        auto who = moderator(caller, roomId);
        if (!who) return base::Unexpected(std::move(who).error());
        if (!find(roomId)) return base::Unexpected(unknownRoom());
        if (auto good = house::checkWish(wish); !good) return base::Unexpected(std::move(good).error());
        if (wish.role == api::Role::moderator && who->power != api::Power::host)
            return base::fail(ErrorKind::refused, "host_only", "Only the host may invite moderators.");
        const auto made = house::makeInvitation(roomId, wish, who->identity, who->invitation, clock.wallNow());
        store.addInvitation(made.row);
        store.addAudit({clock.wallNow(), roomId, who->identity, "invitation_made", {}, made.row.id.str() + " " + std::string(api::toString(wish.role))});
        return api::InvitationMade{made.row.id, linkOf(made.row.id, made.secret)};
    });
}

base::Result<api::InvitationList> HouseService::Impl::invitations(const Caller& caller, const base::RoomId& room) {
    if (room.empty() && !caller.admin) return base::fail(ErrorKind::refused, "not_allowed", "You may not do that here.");
    return reading<api::InvitationList>([&]() -> Result<api::InvitationList> {
        if (!caller.admin)
            if (auto who = moderator(caller, room); !who) return base::Unexpected(std::move(who).error());
        api::InvitationList out;
        for (const auto& row : store.invitations(room)) {
            api::InvitationInfo info;
            info.id = row.id;
            info.room = row.room;
            info.kind = row.kind;
            info.uses = row.maxUses;
            info.used = row.used;
            if (row.expires) info.expiresMs = base::toUnixMs(*row.expires);
            info.state = std::string(house::toString(house::stateOf(row, clock.wallNow())));
            if (const auto issuer = store.person(row.issuer)) info.inviter = issuer->name;
            out.invitations.push_back(std::move(info));
        }
        return out;
    });
}

void HouseService::Impl::revokeInvitation(const Caller& caller, const base::RoomId& roomId, const base::InvitationId& id,
                                          api::RevokeScope scope, Answer<api::Nothing> answer) {
    base::RoomId room = roomId;
    auto lost = reading<std::vector<base::Identity>>([&]() -> Result<std::vector<base::Identity>> {
        if (!caller.admin)
            if (auto who = moderator(caller, roomId); !who) return base::Unexpected(std::move(who).error());
        const auto row = store.invitation(id);
        if (!row || (!roomId.empty() && row->room != roomId)) return base::Unexpected(house::unknownInvitation());
        room = row->room;
        auto who = moderator(caller, room);
        if (!who) return base::Unexpected(std::move(who).error());
        if (scope != api::RevokeScope::link && row->kind == api::InvitationKind::moderator && who->power != api::Power::host)
            return base::fail(ErrorKind::refused, "host_only", "Only the host may withdraw moderators.");
        store.addAudit({clock.wallNow(), room, who->identity, "invitation_revoked", {}, id.str() + " " + std::string(api::toString(scope))});
        return house::revoke(store, *row, scope, clock.wallNow());
    });
    if (!lost) return answer(base::Unexpected(std::move(lost).error()));
    const auto found = find(room);
    if (lost->empty() || !found) return answer(api::Nothing{});
    run(found, house::Expel{std::move(*lost)}, {}, [answer](Result<std::uint64_t> done) {
        if (!done) return answer(base::Unexpected(std::move(done).error()));
        answer(api::Nothing{});
    });
}

base::Result<api::RoomMade> HouseService::Impl::createRoom(const api::RoomWish& wish) {
    return reading<api::RoomMade>([&] { return makeRoom(wish, {}); });
}

base::Result<api::RoomMade> HouseService::Impl::makeRoom(const api::RoomWish& wish, const base::Identity& host) {
    const std::string title = house::cleanText(wish.title, api::kMaxTitleBytes * 4, api::kMaxTitleBytes * 4);
    if (title.empty()) return base::fail(ErrorKind::invalidInput, "bad_title", "The room needs a title.", "Give it a few words.");
    if (title.size() > api::kMaxTitleBytes)
        return base::fail(ErrorKind::invalidInput, "bad_title", "The title is too long.", "Use at most 256 bytes.");
    if (rooms.size() >= policy.maxRooms)
        return base::fail(ErrorKind::exhausted, "too_many_rooms", "This house has as many rooms as it may have.", "End one of them first.");
    auto room = std::make_shared<HouseRoom>();
    room->row = {base::RoomId(crypto::randomString(kRoomIdLength, kRoomAlphabet)), title, clock.wallNow(), wish.forMembers};
    store.addRoom(room->row);
    const auto link = [&](api::Role role, std::optional<int> uses) {
        const auto invitation = house::makeInvitation(room->row.id, {role, uses, std::nullopt}, host, {}, clock.wallNow());
        store.addInvitation(invitation.row);
        return linkOf(invitation.row.id, invitation.secret);
    };
    api::RoomMade out;
    out.room = room->row.id;
    out.links = {link(api::Role::moderator, 1), link(api::Role::speaker, std::nullopt), link(api::Role::listener, std::nullopt)};
    if (!host.empty()) {
        house::MemberRow place;
        place.room = room->row.id;
        place.identity = host;
        place.role = api::Role::moderator;
        place.power = api::Power::host;
        place.joined = clock.wallNow();
        store.putMember(place);
    }
    store.addAudit({clock.wallNow(), room->row.id, host, "room_made", {}, {}});
    afterCommit.push_back([this, room] { rooms.emplace(room->row.id, room); });
    return out;
}

void HouseService::Impl::endRoom(const base::RoomId& roomId, Answer<api::Nothing> answer, const base::Identity& actor) {
    auto found = need(roomId);
    if (!found) return answer(base::Unexpected(std::move(found).error()));
    const HouseRoomPtr room = *found;
    const auto close = [this, roomId, actor]() -> Result<void> {
        store.endRoom(roomId, clock.wallNow());
        store.addAudit({clock.wallNow(), roomId, actor, "room_ended", {}, {}});
        return {};
    };
    if (!room->stage.session.live) {
        if (auto done = store.transact(close); !done) return answer(base::Unexpected(std::move(done).error()));
        rooms.erase(roomId);
        return answer(api::Nothing{});
    }
    house::Command command;
    command.verb = api::StageVerb::end;
    command.actor = actor;
    command.admin = true;
    Extra extra;
    extra.alsoStore = close;
    run(room, command, std::move(extra), [this, roomId, room, answer](Result<std::uint64_t> done) {
        if (!done) return answer(base::Unexpected(std::move(done).error()));
        room->tick.cancel();
        rooms.erase(roomId);
        answer(api::Nothing{});
    });
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// Coming in: preview, redeem, login, join tokens, admission to the signalling. House thread.
#include "core/api/house_json.h"
#include "core/base/log.h"
#include "core/crypto/random.h"
#include "core/house/display_name.h"
#include "core/house/guest_desk.h"
#include "core/house/invitation.h"
#include "core/house/membership.h"
#include "core/house/overflow.h"
#include "core/house/store/people_store.h"
#include "core/house/store/person_store.h"
#include "core/server/house_impl.h"
#include "core/server/room_names.h"

namespace parlour::server {

using base::ErrorKind;

namespace {
base::Unexpected<base::Error> roomFull() {
    return base::fail(ErrorKind::exhausted, "room_full", "The room is full.", "Try again when somebody has left.");
}
}  // namespace

base::Result<api::Preview> HouseService::Impl::preview(const api::PreviewRequest& request) {
    return reading<api::Preview>([&]() -> Result<api::Preview> {
        auto found = house::findInvitation(store, request.id, request.secret);
        if (!found) return base::Unexpected(std::move(found).error());
        const auto member = request.identity.empty() ? std::nullopt : store.member(found->room, request.identity);
        const bool inside = member && member->active;
        api::Preview out;
        out.house = houseId;
        out.houseName = address.houseName;
        if (const auto inviter = store.person(found->issuer)) out.inviterName = inviter->name;
        if (const auto inviter = house::MemberStore(store).find(found->issuer)) out.inviterHandle = inviter->handle;
        out.kind = found->kind;
        out.object = found->object;
        out.forName = found->forName;
        out.message = found->message;
        out.needsCode = !found->codeHash.empty();
        out.approval = found->approval;
        if (!inside)
            if (auto open = house::usable(*found, clock.wallNow()); !open) return base::Unexpected(std::move(open).error());
        if (found->room.empty()) return out;
        const auto room = find(found->room);
        if (!room)
            return base::fail(ErrorKind::expired, "room_ended", "The room of this invitation has been closed.", "Ask for a new one.");
        if (!inside && room->stage.people.size() >= house::peopleLimit(room->stage.settings, policy) && found->kind != api::InvitationKind::moderator)
            return roomFull();
        const auto summary = summaryOf(*room, api::roleOf(found->kind));
        out.room = room->row.id;
        out.roomTitle = room->row.title;
        out.role = api::roleOf(found->kind);
        out.listeners = summary.listeners;
        out.onStage = summary.onStage;
        out.live = summary.live;
        out.liveSinceMs = summary.liveSinceMs;
        return out;
    });
}

base::Result<api::Redeemed> HouseService::Impl::redeem(const api::RedeemRequest& request) {
    auto name = house::cleanName(request.name);
    if (!name) return base::Unexpected(std::move(name).error());
    auto who = checkProof(request.proof, api::redeemPurpose(request.id));
    if (!who) return base::Unexpected(std::move(who).error());
    const house::RedeemAs as{*who, base::toHex(*base::fromBase64Url(request.proof.publicKey)), *name};
    auto answer = reading<api::Redeemed>([&] { return redeemAs(request, as); });
    if (!answer && answer.error().code == "approval_pending") {
        // The refusal rolled everything back; that somebody waits has to stay.
        if (auto noted = reading<api::Nothing>([&] { return noteWaiting(request, as); }); !noted)
            return base::Unexpected(std::move(noted).error());
    }
    return answer;
}

base::Result<api::Nothing> HouseService::Impl::noteWaiting(const api::RedeemRequest& request, const house::RedeemAs& as) {
    const auto invitation = store.invitation(request.id);
    house::MemberStore members(store);
    if (!invitation || members.applicationOf(as.identity, request.id)) return api::Nothing{};
    members.putApplication({crypto::randomString(12), as.identity, as.name, as.publicKeyHex, {}, request.id, invitation->room,
                            clock.wallNow(), "open", {}});
    return api::Nothing{};
}

/// Inside a transaction.
base::Result<api::Redeemed> HouseService::Impl::redeemAs(const api::RedeemRequest& request, const house::RedeemAs& asked) {
    house::RedeemAs as = asked;
    const auto now = clock.wallNow();
    auto found = house::findInvitation(store, request.id, request.secret);
    if (!found) return base::Unexpected(std::move(found).error());
    const auto guest = found->object.empty() ? std::nullopt : house::GuestStore(store).find(found->object);
    if (!request.code.empty()) {
        // For everybody together, so that a code cannot be guessed from many networks; a delay, never a lockout.
        if (const auto wait = codeTries[guest ? base::InvitationId(guest->id) : request.id].take(clock.now()); wait > base::Duration::zero())
            return base::Unexpected(house::codeWait(wait));
    }
    if (guest) {
        const bool fits = found->kind == api::InvitationKind::listener && !request.code.empty() && house::codeFits(request.code, guest->codeHash);
        if (!request.code.empty() && found->kind == api::InvitationKind::listener && !fits)
            return base::fail(ErrorKind::refused, "code_wrong", "This code does not belong to the invitation.", "Look at it again.");
        if (auto seat = house::enterAsGuest(store, *found, as.publicKeyHex, fits, now); !seat) return base::Unexpected(std::move(seat).error());
        // The seat carries the name that the host gave it.
        if (found->kind == api::InvitationKind::delegate) as.name = house::delegateName(as.name, guest->name);
        if (found->kind != api::InvitationKind::delegate && house::seatRole(store, *found, as.publicKeyHex) == api::Role::speaker) as.name = guest->name;
    }
    if (auto welcome = house::admitBy(store, *found, as, request.code, now); !welcome) return base::Unexpected(std::move(welcome).error());
    api::Redeemed out;
    out.identity = as.identity;
    out.name = as.name;
    out.kind = found->kind;
    out.session = makeSession(as.identity, now + policy.session);
    out.sessionExpiresMs = base::toUnixMs(now + policy.session);
    if (found->kind == api::InvitationKind::membership) {
        auto member = house::joinHouse(store, *found, as, now);
        if (!member) return base::Unexpected(std::move(member).error());
        store.addAudit({now, {}, as.identity, "member_joined", found->issuer, found->id.str()});
        return out;
    }
    if (found->room.empty())
        return base::fail(ErrorKind::refused, "terms_open", "The terms of this talk are still being agreed.",
                          "Open the link in a browser, or answer with parlourctl guest.");
    const auto room = find(found->room);
    if (!room)
        return base::fail(ErrorKind::expired, "room_ended", "The room of this invitation has been closed.", "Ask for a new one.");
    const auto open = house::rulesOf(store).open;
    // A guest's public link was given to the public.
    if (!open && found->kind == api::InvitationKind::listener && !guest && !isMember(as.identity))
        return base::fail(ErrorKind::refused, "members_only", "Only members of this house may listen here.", "Ask a member for an invitation to the house.");
    const auto mark = room->stage.marks.find(as.identity);
    if (mark != room->stage.marks.end() && mark->second == house::Mark::removed)
        return base::fail(ErrorKind::refused, "removed", "A moderator removed you from this conversation.",
                          "You can come back when it is over.");
    if (room->stage.people.size() >= house::peopleLimit(room->stage.settings, policy) && !room->stage.people.contains(as.identity) &&
        found->kind != api::InvitationKind::moderator)
        return roomFull();
    auto member = house::redeem(store, request.id, request.secret, as, now);
    if (!member) return base::Unexpected(std::move(member).error());
    out.role = member->role;
    if (guest && house::seatRole(store, *found, as.publicKeyHex) == api::Role::speaker) house::enterGreenRoom(store, *guest, as.identity, now);
    base::WallTime expires{};
    auto token = mint(*room, *member, as.name, signal::TokenType::join, policy.joinToken, &expires);
    if (!token) return base::Unexpected(std::move(token).error());
    out.join = {room->row.id, room->row.title, address.wsUrl, *token, base::toUnixMs(expires)};
    return out;
}

base::Result<api::LoginAnswer> HouseService::Impl::login(const api::LoginRequest& request) {
    auto who = checkProof(request.proof, std::string(api::kLoginPurpose));
    if (!who) return base::Unexpected(std::move(who).error());
    auto known = reading<std::optional<house::PersonRow>>([&]() -> Result<std::optional<house::PersonRow>> {
        if (house::PersonStore(store).movedTo(*who))
            if (auto free = house::notSuspended(store, *who, clock.wallNow()); !free) return base::Unexpected(std::move(free).error());
        auto person = store.person(*who);
        // Moved to by its id alone: the key is seen here for the first time.
        if (person && !person->name.empty() && person->publicKey.empty()) {
            person->publicKey = base::toHex(*base::fromBase64Url(request.proof.publicKey));
            store.putPerson(*person, clock.wallNow());
        }
        return person;
    });
    if (!known) return base::Unexpected(std::move(known).error());
    if (!*known || (*known)->name.empty())  // or was deleted
        return base::fail(ErrorKind::notFound, "person_unknown", "This house does not know you yet.", "Open an invitation link first.");
    auto rooms_ = roomsOf(*who);
    if (!rooms_) return base::Unexpected(std::move(rooms_).error());
    const auto expires = clock.wallNow() + policy.session;
    return api::LoginAnswer{*who, makeSession(*who, expires), base::toUnixMs(expires), address.houseName, std::move(*rooms_)};
}

base::Result<std::vector<api::RoomSummary>> HouseService::Impl::roomsOf(const base::Identity& who) {
    using List = std::vector<api::RoomSummary>;
    return reading<List>([&]() -> Result<List> {
        List list;
        for (const auto& member : store.membershipsOf(who)) {
            const auto room = find(member.room);
            if (!room || store.ban(member.room, who, clock.wallNow())) continue;
            list.push_back(summaryOf(*room, member.power != api::Power::none ? api::Role::moderator : member.role));
        }
        if (!isMember(who)) return list;
        for (const auto& [id, room] : rooms) {
            if (!room->row.forMembers || store.ban(id, who, clock.wallNow())) continue;
            const auto known = store.member(id, who);
            if (!known || !known->active) list.push_back(summaryOf(*room, api::Role::listener));
        }
        return list;
    });
}

base::Result<api::JoinGrant> HouseService::Impl::grant(const base::Identity& who, const base::RoomId& roomId,
                                                       const api::TokenRequest& request) {
    const int ttl = request.ttlSeconds.value_or(static_cast<int>(policy.joinToken.count()));
    if (ttl < 10 || ttl > 86'400)
        return base::fail(ErrorKind::invalidInput, "bad_ttl", "This lifetime is not possible.", "Give 10 seconds to 24 hours.");
    auto room = need(roomId);
    if (!room) return base::Unexpected(std::move(room).error());
    std::optional<std::string> name;
    if (!request.name.empty()) {
        auto clean = house::cleanName(request.name);
        if (!clean) return base::Unexpected(std::move(clean).error());
        name = *clean;
    }
    return reading<api::JoinGrant>([&]() -> Result<api::JoinGrant> {
        if (auto free = house::notSuspended(store, who, clock.wallNow()); !free) return base::Unexpected(std::move(free).error());
        auto member = store.member(roomId, who);
        if ((!member || !member->active) && (*room)->row.forMembers && isMember(who)) {
            house::MemberRow place = member.value_or(house::MemberRow{});
            place.room = roomId;
            place.identity = who;
            place.role = api::Role::listener;
            place.power = api::Power::none;
            place.active = true;
            if (!member) place.joined = clock.wallNow();
            store.putMember(place);
            member = place;
        }
        if (!member || !member->active) return base::Unexpected(unknownRoom());
        if (const auto ban = store.ban(roomId, who, clock.wallNow())) return base::Unexpected(house::bannedError(*ban));
        auto person = store.person(who);
        if (!person) return base::Unexpected(unknownRoom());
        if (name && *name != person->name) {
            person->name = *name;
            store.putPerson(*person, clock.wallNow());
        }
        base::WallTime expires{};
        auto token = mint(**room, *member, person->name, signal::TokenType::join, std::chrono::seconds(ttl), &expires);
        if (!token) return base::Unexpected(std::move(token).error());
        return api::JoinGrant{roomId, (*room)->row.title, address.wsUrl, *token, base::toUnixMs(expires)};
    });
}

void HouseService::Impl::admit(const AdmitRequest& request, Answer<Admission> answer) {
    auto token = check(request.token);
    if (!token) return answer(base::Unexpected(std::move(token).error()));
    const base::RoomId roomId = token->video.room;
    const base::Identity who = token->identity;
    auto found = need(roomId);
    if (!found) return answer(base::Unexpected(std::move(found).error()));
    const HouseRoomPtr room = *found;
    const bool known = room->stage.people.contains(who);
    if (request.resume && (!known || *token->type != signal::TokenType::refresh))
        return answer(base::fail(ErrorKind::notFound, "resume_unknown", "This session cannot be taken up again.", "Join anew."));

    // One transaction reads the membership and spends the token; the change it leads to is committed after the rules.
    bool limited = false;
    std::string name;
    std::int64_t picture = 0;
    auto member = reading<house::MemberRow>([&]() -> Result<house::MemberRow> {
        auto row = house::holderOf(store, roomId, who, *token->epoch, clock.wallNow());
        if (!row) return row;
        limited = isLimited(row->invitation);
        name = nameInRoom(*this, *room, *row, token->name);
        picture = house::PeopleStore(store).pictureMs(who);
        return row;
    });
    if (!member) return answer(base::Unexpected(std::move(member).error()));
    room->notePicture(who, picture);
    if (!known) {
        std::size_t elsewhere = 0;
        for (const auto& [id, other] : rooms)
            if (id != roomId && other->stage.people.contains(who)) ++elsewhere;
        if (elsewhere >= policy.roomsPerPerson)
            return answer(base::fail(ErrorKind::exhausted, "too_many_rooms", "You are in as many rooms as one person may be.",
                                     "Leave one of them first."));
    }
    Extra extra;
    extra.alwaysRights = {who};
    // A ban may have been committed while this arrival waited for its turn.
    extra.alsoStore = [this, roomId, who, spends = *token->type == signal::TokenType::join, jti = token->id,
                       expires = token->expires]() -> Result<void> {
        if (const auto ban = store.ban(roomId, who, clock.wallNow())) return base::Unexpected(house::bannedError(*ban));
        // Kept for the leeway too, so that no token outlives its memory.
        if (!spends || store.spendToken(jti, expires + std::chrono::minutes(1))) return {};
        return base::Unexpected(house::tokenSpentError());
    };
    if (clock.now() - tokensForgotten > std::chrono::minutes(10)) {
        tokensForgotten = clock.now();
        if (auto done = store.transact([&]() -> Result<void> {
                store.forgetTokens(clock.wallNow());
                return {};
            });
            !done)
            base::log(base::LogLevel::warn, "house", base::describe(done.error()));
    }
    // The row's power counts, not the token's; the name is the token's, unless it would be taken for somebody else's.
    house::Arrive arrive{who, name, member->role, member->power, base::RoomSid("RM_" + crypto::randomString(12)),
                         member->invitation, limited, member->joined};
    if (!known) room->arrivals.count(clock.now());
    run(room, arrive, std::move(extra), [this, room, who, member = *member, answer, spent = *token->type == signal::TokenType::join ? token->id : std::string()](Result<std::uint64_t> done) {
        if (!done) return answer(base::Unexpected(std::move(done).error()));
        const auto it = room->stage.people.find(who);
        if (it == room->stage.people.end())
            return answer(base::fail(ErrorKind::refused, "removed", "You have just been removed from this room."));
        if (it->second.seat == api::Seat::waiting) {  // no transport: nobody in line hears a thing
            // Not in yet, so the token is still good: a stock SDK knows no other and comes again with it.
            if (!spent.empty())
                if (auto back = reading<void>([&]() -> Result<void> { store.returnToken(spent); return {}; }); !back)
                    base::log(base::LogLevel::warn, "house", base::describe(back.error()));
            return answer(room->stage.settings.audienceHeld
                              ? base::fail(ErrorKind::unavailable, "waiting", "The talk starts when the guest is ready.", "Stay here; you come in by yourself.")
                              : base::fail(ErrorKind::unavailable, "waiting", "You are in line in front of the room.",
                                           "Stay here; you come in as soon as it is your turn."));
        }
        auto refreshed = mint(*room, member, it->second.name, signal::TokenType::refresh, policy.refreshToken);
        if (!refreshed) return answer(base::Unexpected(std::move(refreshed).error()));
        Admission out;
        out.room = room->row.id;
        out.roomSid = room->stage.session.sid;
        out.roomTitle = room->row.title;
        out.roomMetadata = metadataOf(*room);
        out.identity = who;
        out.name = it->second.name;
        out.attributes = attributesOf(*room, it->second);
        out.rights = rightsOf(room->stage.session, it->second);
        out.refreshToken = std::move(*refreshed);
        out.overflow = it->second.overflow;
        answer(std::move(out));
    });
}

void HouseService::Impl::connected(const base::RoomId& roomId, const base::Identity& who) {
    const auto room = find(roomId);
    if (!room) return;
    if (++room->transports[who] == 1) run(room, house::Connected{who}, {}, {});
}

void HouseService::Impl::disconnected(const base::RoomId& roomId, const base::Identity& who) {
    const auto room = find(roomId);
    if (!room) return;
    const auto it = room->transports.find(who);
    if (it == room->transports.end()) return;
    if (--it->second > 0) return;
    room->transports.erase(it);
    run(room, house::Disconnected{who}, {}, {});
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// Invitations of every kind, whom revoking hits, and those who wait to be let in. House thread.
#include "core/crypto/random.h"
#include "core/house/display_name.h"
#include "core/house/membership.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;
using Impl = HouseService::Impl;
using house::HouseMember;
using house::MemberStore;

namespace {

constexpr int kApplicationPage = 200;

base::Unexpected<base::Error> badField(const char* name) {
    return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, name);
}

/// What the caller may hand out of this kind. Answers the parent link.
base::Result<base::InvitationId> mayInvite(Impl& impl, const RouteCall& call, const HouseMember& member, bool inHouse,
                                           const api::InvitationOrder& order) {
    if (order.kind == api::InvitationKind::membership) {
        if (!inHouse) return base::fail(ErrorKind::refused, "members_only", "Only members invite to the house.");
        return member.invitation;
    }
    if (!api::isRoomKind(order.kind))
        return base::fail(ErrorKind::invalidInput, "bad_kind", "Links of this kind are made with a guest's invitation.", "Use guest create.");
    const auto room = impl.find(order.room);
    if (!room) return base::Unexpected(Impl::unknownRoom());
    if (inHouse && order.kind == api::InvitationKind::listener && room->row.forMembers) return member.invitation;
    auto place = impl.moderator(call.caller, order.room);
    if (!place) return base::Unexpected(std::move(place).error());
    if (order.kind == api::InvitationKind::moderator && place->power != api::Power::host)
        return base::fail(ErrorKind::refused, "host_only", "Only the host may invite moderators.");
    return place->invitation;
}

base::Result<api::InvitationsMade> invite(Impl& impl, const RouteCall& call, const api::InvitationOrder& order) {
    const auto now = impl.clock.wallNow();
    if (!call.caller.admin)
        if (auto free = house::notSuspended(impl.store, call.who, now); !free) return base::Unexpected(std::move(free).error());
    auto member = impl.needMember(call);
    const bool inHouse = static_cast<bool>(member);
    auto parent = mayInvite(impl, call, inHouse ? *member : HouseMember{}, inHouse, order);
    if (!parent) return base::Unexpected(std::move(parent).error());

    const bool membership = order.kind == api::InvitationKind::membership;
    if (order.names.size() > api::kMaxBatch)
        return base::fail(ErrorKind::invalidInput, "batch_too_large", "Too many names at once.", "Paste at most 500.");
    api::InvitationWish wish;
    wish.uses = !order.names.empty() ? std::optional(1) : order.uses ? order.uses : membership ? std::optional(1) : std::nullopt;
    if (auto good = house::checkStart(order.notBeforeMs, order.expiresInS, now); !good) return base::Unexpected(std::move(good).error());
    const auto start = order.notBeforeMs ? std::max(now, base::fromUnixMs(*order.notBeforeMs)) : now;
    wish.expiresInS = order.expiresInS;
    if (membership && !wish.expiresInS)   // as long as any other, from the day on which it opens
        wish.expiresInS = house::kMembershipLinkSeconds + (base::toUnixSeconds(start) - base::toUnixSeconds(now));
    if (auto good = house::checkWish(wish); !good) return base::Unexpected(std::move(good).error());
    if (house::countCharacters(order.message) > api::kMaxInvitationMessage)
        return base::fail(ErrorKind::invalidInput, "message_too_long", "The message is too long.", "Use at most 500 characters.");
    std::vector<std::string> names = order.names.empty() ? std::vector{order.forName} : order.names;
    for (auto& name : names) {
        if (name.empty() && order.names.empty()) continue;
        auto clean = house::cleanName(name);
        if (!clean) return base::Unexpected(std::move(clean).error());
        name = *clean;
    }
    if (membership) {
        const auto left = call.caller.admin ? std::nullopt : house::invitationsLeft(impl.store, *member, now);
        const auto needed = static_cast<std::int64_t>(names.size()) * *wish.uses;
        if (left && needed > *left)
            return base::fail(ErrorKind::exhausted, "no_invitations",
                              *left == 0 ? "You have no invitation left to give."
                                         : "You have only " + std::to_string(*left) + " left to give.",
                              "More are earned by hosting, or an admin grants them; unused ones come back when they expire.");
    }
    api::InvitationsMade out;
    for (const auto& name : names) {
        auto made = house::makeInvitation(membership ? base::RoomId() : order.room, wish, call.who, *parent, now);
        made.row.kind = order.kind;
        if (order.notBeforeMs) made.row.notBefore = base::fromUnixMs(*order.notBeforeMs);
        made.row.forName = name;
        made.row.forKey = order.forKey;
        made.row.message = house::cleanText(order.message, api::kMaxInvitationMessage, api::kMaxInvitationMessage * 4);
        made.row.approval = order.approval;
        std::string code;
        if (order.withCode) {
            code = house::makeCode();
            made.row.codeHash = house::codeHash(code);
        }
        impl.store.addInvitation(made.row);
        impl.store.addAudit({now, made.row.room, call.who, "invitation_made", {}, made.row.id.str() + " " + std::string(api::toString(order.kind))});
        out.invitations.push_back({made.row.id, impl.linkOf(made.row.id, made.secret), name, code});
    }
    if (!call.caller.admin) out.left = inHouse ? house::invitationsLeft(impl.store, *member, now) : std::optional(0);
    return out;
}

base::Result<api::InvitationPage> listInvitations(Impl& impl, const RouteCall& call) {
    const auto now = impl.clock.wallNow();
    const auto given = [&](const char* name) {
        const auto it = call.query.find(name);
        return it == call.query.end() ? std::string() : it->second;
    };
    bool all = call.caller.admin;
    auto member = impl.needMember(call);
    if (given("all") == "1") {
        if (auto admin = impl.needAdmin(call); !admin) return base::Unexpected(std::move(admin).error());
        all = true;
    }
    const int limit = pageLimit(given("limit"), api::kMaxMemberPage);
    api::InvitationPage out;
    for (const auto& row : impl.store.invitationPage(all ? base::Identity() : call.who, given("after"), limit + 1)) {
        if (static_cast<int>(out.invitations.size()) == limit) {
            out.next = out.invitations.back().id.str();
            break;
        }
        api::InvitationEntry one;
        one.id = row.id;
        one.kind = row.kind;
        one.room = row.room;
        if (const auto room = impl.find(row.room)) one.roomTitle = room->row.title;
        one.forName = row.forName;
        one.message = row.message;
        one.uses = row.maxUses;
        one.used = row.used;
        one.state = std::string(house::toString(house::stateOf(row, now)));
        one.createdMs = base::toUnixMs(row.created);
        if (row.notBefore) one.notBeforeMs = base::toUnixMs(*row.notBefore);
        if (row.expires) one.expiresMs = base::toUnixMs(*row.expires);
        one.issuer = row.issuer;
        if (const auto issuer = impl.store.person(row.issuer)) one.issuerName = issuer->name;
        one.approval = row.approval;
        one.redeemedBy = impl.store.redeemedBy(row.id);
        out.invitations.push_back(std::move(one));
    }
    if (!call.caller.admin) out.left = member ? house::invitationsLeft(impl.store, *member, now) : std::optional(0);
    return out;
}

/// The invitation of the path, if the caller may close it: its issuer, an admin, or a moderator of its room.
base::Result<house::InvitationRow> mine(Impl& impl, const RouteCall& call) {
    const auto row = impl.store.invitation(base::InvitationId(call.args[0]));
    if (!row) return base::Unexpected(house::unknownInvitation());
    if (call.caller.admin || row->issuer == call.who) return *row;
    if (auto admin = impl.needAdmin(call)) return *row;
    if (!row->room.empty())
        if (auto place = impl.moderator(call.caller, row->room)) return *row;
    return base::Unexpected(house::unknownInvitation());
}

/// Up to where the caller's word reaches in the house: the issuer of a link takes back whom it brought as long as they are plain
/// members.
api::Standing rankOf(Impl& impl, const RouteCall& call) {
    const auto member = impl.needMember(call);
    return member ? std::max(member->standing, api::Standing::admin) : api::Standing::admin;
}

base::Result<api::Hit> reach(Impl& impl, const RouteCall& call) {
    auto row = mine(impl, call);
    if (!row) return base::Unexpected(std::move(row).error());
    const auto it = call.query.find("scope");
    const auto scope = api::parseRevokeScope(it == call.query.end() ? "link" : it->second);
    if (!scope) return badField("scope");
    return hitOf(impl, house::reachOf(impl.store, *row, *scope, call.who, rankOf(impl, call)));
}

void revoke(Impl& impl, const RouteCall& call, const api::RevokeWish& in, HouseService::Answer<api::Hit> answer) {
    auto row = impl.reading<house::InvitationRow>([&] { return mine(impl, call); });
    if (!row) return answer(base::Unexpected(std::move(row).error()));
    if (row->kind != api::InvitationKind::membership && !row->room.empty()) {
        // A room's own revocation: its people lose the room, not the house.
        auto hit = impl.reading<api::Hit>(
            [&]() -> base::Result<api::Hit> { return hitOf(impl, house::reachOf(impl.store, *row, in.scope, call.who, rankOf(impl, call))); });
        if (!hit) return answer(base::Unexpected(std::move(hit).error()));
        return impl.revokeInvitation({{}, true}, row->room, row->id, in.scope, [answer, hit = *hit](base::Result<api::Nothing> done) {
            if (!done) return answer(base::Unexpected(std::move(done).error()));
            answer(hit);
        });
    }
    takeAway(impl, std::move(answer), api::MemberState::removed, [&]() -> base::Result<house::Reach> {
        impl.store.addAudit({impl.clock.wallNow(), {}, call.who, "invitation_revoked", {}, row->id.str() + " " + std::string(api::toString(in.scope))});
        return house::reachOf(impl.store, *row, in.scope, call.who, rankOf(impl, call));
    });
}

// ---- those who wait

base::Result<api::ApplicationAnswer> apply(Impl& impl, const RouteCall&, const api::ApplicationWish& in) {
    if (!MemberStore(impl.store).owner() || !house::rulesOf(impl.store).waitingList)
        return base::fail(ErrorKind::refused, "no_waiting_list", "This house has no waiting list.", "Ask a member for an invitation.");
    auto name = house::cleanName(in.name);
    if (!name) return base::Unexpected(std::move(name).error());
    const std::string words = house::cleanText(in.words, api::kMaxApplicationWords + 1, (api::kMaxApplicationWords + 1) * 4);
    if (words.empty() || house::countCharacters(words) > api::kMaxApplicationWords)
        return base::fail(ErrorKind::invalidInput, "bad_words", "Say in one sentence who you are.", "Use at most 140 characters.");
    auto who = impl.checkProof(in.proof, std::string(api::kApplyPurpose));
    if (!who) return base::Unexpected(std::move(who).error());
    const auto now = impl.clock.wallNow();
    if (auto free = house::notSuspended(impl.store, *who, now); !free) return base::Unexpected(std::move(free).error());
    if (impl.isMember(*who)) return base::fail(ErrorKind::conflict, "member_already", "You are a member of this house already.");
    MemberStore members(impl.store);
    auto row = members.applicationOf(*who, {});
    if (row && row->state == "declined") return api::ApplicationAnswer{row->id, row->state};
    if (!row) row = house::ApplicationRow{crypto::randomString(12), *who, {}, base::toHex(*base::fromBase64Url(in.proof.publicKey)), {}, {}, {}, now, "open", {}};
    row->name = *name;
    row->words = words;
    row->state = "open";
    members.putApplication(*row);
    return api::ApplicationAnswer{row->id, row->state};
}

api::Application viewOf(const house::ApplicationRow& row) {
    return {row.id, row.identity, row.name, row.words, row.invitation, row.room, base::toUnixMs(row.at), row.state};
}

base::Result<api::Applications> applications(Impl& impl, const RouteCall& call) {
    MemberStore members(impl.store);
    api::Applications out;
    if (impl.needMember(call))
        for (const auto& row : members.openApplications({}, kApplicationPage)) out.applications.push_back(viewOf(row));
    for (const auto& [id, room] : impl.rooms)
        if (impl.moderator(call.caller, id))
            for (const auto& row : members.openApplications(id, kApplicationPage)) out.applications.push_back(viewOf(row));
    // Those who came by one's own link to the house that asks for a yes.
    for (const auto& link : impl.store.invitationsBy(call.who))
        if (link.approval && link.room.empty())
            for (const auto& row : members.openApplicationsBy(link.id)) out.applications.push_back(viewOf(row));
    return out;
}

base::Result<api::Application> answerApplication(Impl& impl, const RouteCall& call, const api::ApplicationVerdict& in) {
    MemberStore members(impl.store);
    auto row = members.application(call.args[0]);
    const auto unknown = base::fail(ErrorKind::notFound, "application_unknown", "Nobody waits under this name any more.");
    if (!row) return unknown;
    const auto now = impl.clock.wallNow();
    auto member = impl.needMember(call);
    if (row->invitation.empty()) {
        if (!member) return base::Unexpected(std::move(member).error());
    } else {
        const auto link = impl.store.invitation(row->invitation);
        const bool own = link && link->issuer == call.who;
        if (!own && !call.caller.admin && (row->room.empty() || !impl.moderator(call.caller, row->room))) return unknown;
    }
    if (row->state != "open")
        return base::fail(ErrorKind::conflict, "answered_already", "Somebody else has answered this meanwhile.");
    if (in.accept && row->invitation.empty()) {
        auto joined = house::letIn(impl.store, {row->identity, row->publicKey, row->name}, *member, now);
        if (!joined) return base::Unexpected(std::move(joined).error());
    }
    row->state = in.accept ? "accepted" : "declined";
    row->answeredBy = call.who;
    members.putApplication(*row);
    impl.store.addAudit({now, row->room, call.who, in.accept ? "let_in" : "turned_away", row->identity, {}});
    return viewOf(*row);
}

}  // namespace

void addInvitationRoutes(HouseRoutes& routes) {
    routes.post<api::InvitationOrder, api::InvitationsMade>("invitations", invite);
    routes.get<api::InvitationPage>("invitations", listInvitations);
    routes.get<api::Hit>("invitations/{id}/reach", reach);
    routes.wait<api::RevokeWish, api::Hit>("invitations/{id}/revoke", revoke);
    routes.post<api::ApplicationWish, api::ApplicationAnswer>("applications", apply, HouseRoutes::For::open);
    routes.get<api::Applications>("applications", applications);
    routes.post<api::ApplicationVerdict, api::Application>("applications/{id}/answer", answerApplication);
}

}  // namespace parlour::server

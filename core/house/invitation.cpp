// SPDX-License-Identifier: Apache-2.0
#include "core/house/invitation.h"

#include <algorithm>
#include <set>

#include "core/crypto/hash.h"
#include "core/crypto/random.h"
#include "core/house/guest_desk.h"

namespace parlour::house {

using base::ErrorKind;

namespace {
constexpr std::size_t kIdLength = 12;
constexpr std::size_t kSecretBytes = 16;

std::string hashOf(const std::string& secret) { return base::toHex(crypto::sha256(base::asBytes(secret))); }
}  // namespace

std::string_view toString(InvitationState state) {
    switch (state) {
        case InvitationState::open: return "open";
        case InvitationState::used: return "used";
        case InvitationState::expired: return "expired";
        case InvitationState::revoked: return "revoked";
    }
    return {};
}

InvitationState stateOf(const InvitationRow& i, base::WallTime now) {
    if (i.revoked) return InvitationState::revoked;
    if (i.expires && now >= *i.expires) return InvitationState::expired;
    if (i.maxUses && i.used >= *i.maxUses) return InvitationState::used;
    return InvitationState::open;
}

base::Result<void> checkWish(const api::InvitationWish& wish) {
    if (wish.uses && (*wish.uses < 1 || *wish.uses > 100'000))
        return base::fail(ErrorKind::invalidInput, "bad_uses", "The number of uses is not possible.", "Give 1 to 100000, or none.");
    if (wish.expiresInS && (*wish.expiresInS < 1 || *wish.expiresInS > 31'536'000))
        return base::fail(ErrorKind::invalidInput, "bad_expiry", "The lifetime is not possible.", "Give 1 second to 365 days, or none.");
    return {};
}

base::Result<void> checkStart(std::optional<std::int64_t> notBeforeMs, std::optional<std::int64_t> expiresInS, base::WallTime now) {
    if (!notBeforeMs) return {};
    constexpr std::int64_t kLatestMs = 300LL * 86'400 * 1000;   // the default lifetime still ends within a year
    const auto inMs = *notBeforeMs < 0 ? 0 : *notBeforeMs - std::min(*notBeforeMs, base::toUnixMs(now));
    if (*notBeforeMs < 0 || inMs > kLatestMs)
        return base::fail(ErrorKind::invalidInput, "bad_start", "The invitation cannot begin then.", "Give a time within the next 300 days.");
    if (expiresInS && inMs >= std::clamp<std::int64_t>(*expiresInS, 0, 31'536'000) * 1000)
        return base::fail(ErrorKind::invalidInput, "bad_start", "The invitation would end before it begins.", "Let it begin earlier or last longer.");
    return {};
}

NewInvitation makeInvitation(const base::RoomId& room, const api::InvitationWish& wish, const base::Identity& issuer,
                             const base::InvitationId& parent, base::WallTime now) {
    NewInvitation made;
    made.secret = crypto::randomToken(kSecretBytes);
    InvitationRow& row = made.row;
    row.id = base::InvitationId(crypto::randomString(kIdLength));
    row.room = room;
    row.kind = api::kindOf(wish.role);
    row.secretHash = hashOf(made.secret);
    row.maxUses = wish.uses;
    if (wish.expiresInS) row.expires = now + std::chrono::seconds(*wish.expiresInS);
    row.issuer = issuer;
    row.parent = parent;
    row.created = now;
    return made;
}

base::Error unknownInvitation() {
    return {ErrorKind::notFound, "invitation_unknown", "This invitation is not known here.",
            "Check that the link is complete, or ask for a new one.", {}};
}

base::Result<InvitationRow> findInvitation(Store& store, const base::InvitationId& id, const std::string& secret) {
    const auto row = store.invitation(id);
    // The hash and the comparison happen for unknown ids too: one answer in words and in time (security: T21).
    static const std::string kNobody(64, '0');
    const bool fits = crypto::equalConstantTime(hashOf(secret), row ? row->secretHash : kNobody);
    if (!row || !fits) return base::Unexpected(unknownInvitation());
    return *row;
}

base::Result<void> usable(const InvitationRow& i, base::WallTime now) {
    if (i.notBefore && now < *i.notBefore)
        return base::fail(ErrorKind::refused, "invitation_not_yet", "This invitation is not valid yet.", "Try again later.",
                          "valid from " + std::to_string(base::toUnixSeconds(*i.notBefore)) + " (Unix time)");
    switch (stateOf(i, now)) {
        case InvitationState::open: return {};
        case InvitationState::used:
            return base::fail(ErrorKind::exhausted, "invitation_used", "This invitation has been used up.", "Ask for a new one.");
        case InvitationState::expired:
            return base::fail(ErrorKind::expired, "invitation_expired", "This invitation has expired.", "Ask for a new one.");
        case InvitationState::revoked:
            return base::fail(ErrorKind::expired, "invitation_revoked", "This invitation has been revoked.", "Ask for a new one.");
    }
    return {};
}

base::Error bannedError(const BanRow& ban) {
    return {ErrorKind::refused, "banned", "You are banned from this room.",
            ban.until ? "You can come back when the ban is over." : "Only a moderator can change that.",
            ban.until ? "until " + std::to_string(base::toUnixSeconds(*ban.until)) + " (Unix time)" : std::string()};
}

base::Result<MemberRow> redeem(Store& store, const base::InvitationId& id, const std::string& secret, const RedeemAs& who,
                               base::WallTime now) {
    auto found = findInvitation(store, id, secret);
    if (!found) return base::Unexpected(std::move(found).error());
    const InvitationRow& invitation = *found;
    if (const auto ban = store.ban(invitation.room, who.identity, now)) return base::Unexpected(bannedError(*ban));

    const auto known = store.member(invitation.room, who.identity);
    const api::Role role = seatRole(store, invitation, who.publicKeyHex);
    const bool gains = !known || !known->active || role > known->role ||
                       (role == api::Role::moderator && known->power == api::Power::none);
    const bool again = known && known->active && (!gains || store.hasRedeemed(id, who.identity));
    store.putPerson({who.identity, who.publicKeyHex, who.name}, now);
    if (again) return *known;
    if (auto open = usable(invitation, now); !open) {
        // A member with a closed link for more than they have: they stay what they are.
        if (known && known->active) return *known;
        return base::Unexpected(std::move(open).error());
    }
    if (!store.takeUse(id))
        return base::fail(ErrorKind::exhausted, "invitation_used", "This invitation has been used up.", "Ask for a new one.");

    MemberRow member = known.value_or(MemberRow{});
    if (!known) {
        member.room = invitation.room;
        member.identity = who.identity;
        member.joined = now;
    }
    member.role = known && known->active ? std::max(known->role, role) : role;
    if (!known || !known->active) member.power = api::Power::none;
    if (role == api::Role::moderator && member.power == api::Power::none)
        member.power = store.hasHost(invitation.room) ? api::Power::moderator : api::Power::host;
    member.invitation = id;
    member.active = true;
    store.putMember(member);
    if (!store.hasRedeemed(id, who.identity)) store.addRedeem(id, who.identity, now);
    return member;
}

std::vector<base::Identity> revoke(Store& store, const InvitationRow& invitation, api::RevokeScope scope, base::WallTime now) {
    std::vector<base::InvitationId> links{invitation.id};
    if (scope == api::RevokeScope::subtree) {
        std::set<base::InvitationId> seen(links.begin(), links.end());
        for (std::size_t i = 0; i < links.size(); ++i)
            for (const auto& child : store.childrenOf(links[i]))
                if (seen.insert(child).second) links.push_back(child);
    }
    std::vector<base::Identity> lost;
    for (const auto& link : links) {
        store.revokeInvitation(link, now);
        if (scope == api::RevokeScope::link) continue;
        for (const auto& who : store.cameBy(link)) {
            auto member = store.member(invitation.room, who);
            if (!member || member->power == api::Power::host) continue;  // the host is not unseated by a link
            member->active = false;
            member->power = api::Power::none;
            ++member->epoch;
            store.putMember(*member);
            lost.push_back(who);
        }
    }
    return lost;
}

}  // namespace parlour::house

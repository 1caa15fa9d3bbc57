// SPDX-License-Identifier: Apache-2.0
#include "core/api/json_shared.h"
#include "core/api/member_types.h"

namespace parlour::api {

namespace {
constexpr std::string_view kStandings[] = {"none", "member", "admin", "owner"};
constexpr std::string_view kStates[] = {"active", "suspended", "left", "removed", "deleted"};
constexpr std::string_view kKinds[] = {"membership", "listener", "speaker", "moderator", "delegate", "guest"};

template <class E, std::size_t N>
std::optional<E> wordOf(const std::string_view (&words)[N], std::string_view text) {
    for (std::size_t i = 0; i < N; ++i)
        if (words[i] == text) return static_cast<E>(i);
    return std::nullopt;
}
}  // namespace

std::string_view toString(Standing standing) { return kStandings[static_cast<std::size_t>(standing)]; }
std::string_view toString(MemberState state) { return kStates[static_cast<std::size_t>(state)]; }
std::string_view toString(InvitationKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::optional<Standing> parseStanding(std::string_view text) { return wordOf<Standing>(kStandings, text); }
std::optional<MemberState> parseMemberState(std::string_view text) { return wordOf<MemberState>(kStates, text); }
std::optional<InvitationKind> parseInvitationKind(std::string_view text) { return wordOf<InvitationKind>(kKinds, text); }
std::optional<InvitationKind> parseWord(std::type_identity<InvitationKind>, std::string_view text) {
    return parseInvitationKind(text);
}
Role roleOf(InvitationKind kind) {
    return kind == InvitationKind::moderator ? Role::moderator : kind == InvitationKind::speaker ? Role::speaker : Role::listener;
}
InvitationKind kindOf(Role role) {
    return role == Role::moderator ? InvitationKind::moderator : role == Role::speaker ? InvitationKind::speaker : InvitationKind::listener;
}
std::optional<Standing> parseWord(std::type_identity<Standing>, std::string_view text) { return parseStanding(text); }
std::optional<MemberState> parseWord(std::type_identity<MemberState>, std::string_view text) { return parseMemberState(text); }

template <class V, Same<HouseInfo> T>
void describe(V& v, T& t) {
    v.field("house", t.house);
    v.field("name", t.name, Need::optional);
    v.field("url", t.url, Need::optional);
    v.field("pin", t.pin, Need::optional);
    v.field("owned", t.owned, Need::optional);
    v.field("open", t.open, Need::optional);
    v.field("waiting_list", t.waitingList, Need::optional);
}
template <class V, Same<HouseInit> T>
void describe(V& v, T& t) {
    v.field("title", t.title, Need::required, kMaxTitleBytes * 2);
    v.field("name", t.name, Need::required, kMaxNameBytes * 4);
    v.field("public_key", t.publicKey, Need::required, 64);
}
template <class V, Same<HouseRules> T>
void describe(V& v, T& t) {
    v.field("title", t.title, Need::required, kMaxTitleBytes * 2);
    v.field("open", t.open);
    v.field("waiting_list", t.waitingList);
    v.field("newcomer_invitations", t.newcomerInvitations);
    v.field("earn_people", t.earnPeople);
    v.field("earn_minutes", t.earnMinutes);
    v.field("earn_per_week", t.earnPerWeek);
    v.field("version", t.version, Need::optional);
}
template <class V, Same<Member> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("name", t.name, Need::optional);
    v.field("handle", t.handle, Need::optional);
    v.field("standing", t.standing);
    v.field("state", t.state, Need::optional);
    v.field("invited_by", t.invitedBy, Need::optional);
    v.field("invited_by_name", t.invitedByName, Need::optional);
    v.field("invited", t.invited, Need::optional);
    v.field("joined_ms", t.joinedMs, Need::optional);
    v.field("suspended_until_ms", t.suspendedUntilMs);
    v.field("version", t.version, Need::optional);
    v.field("picture_ms", t.pictureMs, Need::optional);
}
template <class V, Same<MemberPage> T>
void describe(V& v, T& t) {
    v.field("members", t.members);
    v.field("next", t.next, Need::optional);
    v.field("total", t.total, Need::optional);
}
template <class V, Same<Whoami> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("name", t.name, Need::optional);
    v.field("handle", t.handle, Need::optional);
    v.field("standing", t.standing);
    v.field("house", t.house);
    v.field("house_name", t.houseName, Need::optional);
    v.field("left", t.left);
    v.field("invited_by", t.invitedBy);
}
template <class V, Same<StandingWish> T>
void describe(V& v, T& t) {
    v.field("standing", t.standing);
    v.field("if_version", t.ifVersion);
}
template <class V, Same<GrantWish> T>
void describe(V& v, T& t) {
    v.field("invitations", t.invitations);
}
template <class V, Same<SuspendWish> T>
void describe(V& v, T& t) {
    v.field("minutes", t.minutes);
    v.field("reason", t.reason, Need::optional, 2000);
    v.field("if_version", t.ifVersion);
}
template <class V, Same<RemoveWish> T>
void describe(V& v, T& t) {
    v.field("scope", t.scope, Need::optional);
}
template <class V, Same<HandleWish> T>
void describe(V& v, T& t) {
    v.field("handle", t.handle);
}
template <class V, Same<InvitationOrder> T>
void describe(V& v, T& t) {
    v.field("kind", t.kind);
    v.field("room", t.room, Need::optional);
    v.field("uses", t.uses);
    v.field("expires_in_s", t.expiresInS);
    v.field("not_before_ms", t.notBeforeMs);
    v.field("for_name", t.forName, Need::optional, kMaxNameBytes * 4);
    v.field("for_key", t.forKey, Need::optional);
    v.field("with_code", t.withCode, Need::optional);
    v.field("message", t.message, Need::optional, kMaxInvitationMessage * 8);
    v.field("approval", t.approval, Need::optional);
    v.field("names", t.names, Need::optional, kMaxNameBytes * 4);
}
template <class V, Same<MadeInvitation> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("link", t.link);
    v.field("for_name", t.forName, Need::optional, kMaxNameBytes * 4);
    v.field("code", t.code, Need::optional);
}
template <class V, Same<InvitationsMade> T>
void describe(V& v, T& t) {
    v.field("invitations", t.invitations);
    v.field("left", t.left);
}
template <class V, Same<InvitationEntry> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("kind", t.kind);
    v.field("room", t.room, Need::optional);
    v.field("room_title", t.roomTitle, Need::optional);
    v.field("for_name", t.forName, Need::optional, kMaxNameBytes * 4);
    v.field("message", t.message, Need::optional, kMaxInvitationMessage * 8);
    v.field("uses", t.uses);
    v.field("used", t.used, Need::optional);
    v.field("state", t.state);
    v.field("created_ms", t.createdMs, Need::optional);
    v.field("not_before_ms", t.notBeforeMs);
    v.field("expires_ms", t.expiresMs);
    v.field("issuer", t.issuer, Need::optional);
    v.field("issuer_name", t.issuerName, Need::optional);
    v.field("approval", t.approval, Need::optional);
    v.field("redeemed_by", t.redeemedBy, Need::optional);
}
template <class V, Same<InvitationPage> T>
void describe(V& v, T& t) {
    v.field("invitations", t.invitations);
    v.field("next", t.next, Need::optional);
    v.field("left", t.left);
}
template <class V, Same<PersonShort> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("name", t.name, Need::optional);
}
template <class V, Same<Hit> T>
void describe(V& v, T& t) {
    v.field("people", t.people);
    v.field("links", t.links, Need::optional);
}
template <class V, Same<ApplicationWish> T>
void describe(V& v, T& t) {
    v.field("name", t.name, Need::required, kMaxNameBytes * 4);
    v.field("words", t.words, Need::required, kMaxApplicationWords * 8);
    v.field("proof", t.proof);
}
template <class V, Same<ApplicationAnswer> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("state", t.state);
}
template <class V, Same<Application> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("identity", t.identity);
    v.field("name", t.name, Need::optional);
    v.field("words", t.words, Need::optional, kMaxApplicationWords * 8);
    v.field("invitation", t.invitation, Need::optional);
    v.field("room", t.room, Need::optional);
    v.field("at_ms", t.atMs, Need::optional);
    v.field("state", t.state);
}
template <class V, Same<Applications> T>
void describe(V& v, T& t) {
    v.field("applications", t.applications);
}
template <class V, Same<ApplicationVerdict> T>
void describe(V& v, T& t) {
    v.field("accept", t.accept);
}

PARLOUR_JSON(HouseInfo)
PARLOUR_JSON(HouseInit)
PARLOUR_JSON(HouseRules)
PARLOUR_JSON(Member)
PARLOUR_JSON(MemberPage)
PARLOUR_JSON(Whoami)
PARLOUR_JSON(StandingWish)
PARLOUR_JSON(GrantWish)
PARLOUR_JSON(SuspendWish)
PARLOUR_JSON(RemoveWish)
PARLOUR_JSON(HandleWish)
PARLOUR_JSON(InvitationOrder)
PARLOUR_JSON(InvitationsMade)
PARLOUR_JSON(InvitationPage)
PARLOUR_JSON(Hit)
PARLOUR_JSON(ApplicationWish)
PARLOUR_JSON(ApplicationAnswer)
PARLOUR_JSON(Application)
PARLOUR_JSON(Applications)
PARLOUR_JSON(ApplicationVerdict)

}  // namespace parlour::api

// SPDX-License-Identifier: Apache-2.0
#include "core/house/membership.h"

#include <algorithm>
#include <set>

#include "core/api/house_json.h"
#include "core/crypto/hash.h"
#include "core/crypto/random.h"
#include "core/crypto/scrypt.h"
#include "core/house/display_name.h"
#include "core/house/look_alike.h"
#include "core/house/store/person_store.h"

namespace parlour::house {

using base::ErrorKind;

namespace {

constexpr const char* kRulesKey = "house_rules";
constexpr crypto::ScryptCost kCodeCost{16384, 8, 1};

base::Unexpected<base::Error> usedUp() {
    return base::fail(ErrorKind::exhausted, "invitation_used", "This invitation has been used up.", "Ask for a new one.");
}

/// Everybody below these in the tree, themselves first.
std::vector<base::Identity> withDescendants(MemberStore& members, std::vector<base::Identity> people) {
    std::set<base::Identity> seen(people.begin(), people.end());
    for (std::size_t i = 0; i < people.size(); ++i)
        for (const auto& child : members.invitedBy(people[i]))
            if (seen.insert(child).second) people.push_back(child);
    return people;
}

Reach reachOfPeople(Store& store, std::vector<base::Identity> people, const base::Identity& actor, api::Standing rank) {
    MemberStore members(store);
    Reach reach;
    for (const auto& who : people) {
        const auto row = members.find(who);
        if (who == actor || (row && row->standing >= rank)) continue;
        // Whoever is gone already is not hit once more; what is below them is.
        const bool inside = row && (row->state == api::MemberState::active || row->state == api::MemberState::suspended);
        if (inside) reach.people.push_back(who);
        for (const auto& link : store.invitationsBy(who))
            if (!link.revoked) reach.links.push_back(link.id);
    }
    return reach;
}

HouseMember newMember(Store& store, const RedeemAs& who, base::WallTime now) {
    HouseMember member;
    member.identity = who.identity;
    member.handle = freeHandle(store, who.name);
    member.joined = now;
    member.version = 0;
    return member;
}

/// What people would take for the house or somebody of rank in it.
bool isReserved(std::string_view handle) {
    static constexpr std::string_view kReserved[] = {"owner", "admin", "house", "moderator", "host", "parlour", "system"};
    return std::find(std::begin(kReserved), std::end(kReserved), handle) != std::end(kReserved);
}

}  // namespace

api::HouseRules rulesOf(Store& store) {
    const auto text = store.meta(kRulesKey);
    auto rules = text ? api::fromJson<api::HouseRules>(*text) : base::Result<api::HouseRules>(api::HouseRules{});
    return rules ? *rules : api::HouseRules{};
}

base::Result<api::HouseRules> setRules(Store& store, api::HouseRules rules) {
    const auto within = [](int value, int most) { return value >= 0 && value <= most; };
    rules.title = cleanText(rules.title, api::kMaxTitleBytes, api::kMaxTitleBytes);
    if (rules.title.empty() || !within(rules.newcomerInvitations, 100) || !within(rules.earnPeople, 10'000) ||
        !within(rules.earnMinutes, 1440) || !within(rules.earnPerWeek, 100))
        return base::fail(ErrorKind::invalidInput, "bad_rules", "One of these settings is not possible.",
                          "The title needs words; invitations are 0 to 100, people 0 to 10000, minutes 0 to 1440.");
    if (rules.version != rulesOf(store).version)
        return base::fail(ErrorKind::conflict, "changed_meanwhile", "Somebody else changed these settings a moment ago.",
                          "Look at them again and repeat your change.");
    ++rules.version;
    store.setMeta(kRulesKey, api::toJson(rules));
    return rules;
}

base::Result<std::string> checkHandle(const std::string& text) {
    const bool good = std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    if (!good || text.size() < 2 || text.size() > api::kMaxHandleCharacters)
        return base::fail(ErrorKind::invalidInput, "bad_handle", "This handle is not possible.",
                          "Use 2 to 24 of the letters a to z, digits and _.");
    if (isReserved(text))
        return base::fail(ErrorKind::refused, "handle_reserved", "With this handle you could be taken for the house itself.",
                          "Choose another one.");
    return text;
}

std::string freeHandle(Store& store, const std::string& name) {
    std::string stem;
    for (const char c : plainLatin(name)) {
        if (c >= 'A' && c <= 'Z') stem += static_cast<char>(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) stem += c;
        else if (!stem.empty() && stem.back() != '_') stem += '_';
    }
    while (!stem.empty() && stem.back() == '_') stem.pop_back();
    stem = stem.substr(0, api::kMaxHandleCharacters - 7);
    if (stem.size() < 2) stem = "member";
    MemberStore members(store);
    if (!isReserved(stem) && !members.byHandle(stem)) return stem;
    // A few in order, for people; then by chance, for houses with a thousand Anns.
    for (int n = 2; n < 20; ++n)
        if (const auto handle = stem + std::to_string(n); !members.byHandle(handle)) return handle;
    while (true)
        if (const auto handle = stem + crypto::randomString(6, "23456789"); !members.byHandle(handle)) return handle;
}

std::optional<int> invitationsLeft(Store& store, const HouseMember& member, base::WallTime now) {
    if (member.standing >= api::Standing::admin) return std::nullopt;
    int left = member.granted + MemberStore(store).earned(member.identity);
    for (const auto& link : store.invitationsBy(member.identity)) {
        if (link.kind != api::InvitationKind::membership) continue;
        left -= stateOf(link, now) == InvitationState::open ? link.maxUses.value_or(link.used) : link.used;
    }
    return std::max(left, 0);
}

base::Result<void> notSuspended(Store& store, const base::Identity& who, base::WallTime now) {
    if (PersonStore(store).movedTo(who))
        return base::fail(ErrorKind::refused, "moved", "You have moved to a new key in this house; this one opens nothing here any more.",
                          "Go on where the new key is. If that was not you, tell the admins of the house.");
    const auto row = MemberStore(store).find(who);
    if (!row || row->state != api::MemberState::suspended || row->in(now)) return {};
    return base::fail(ErrorKind::refused, "suspended", "The admins of this house have suspended you.",
                      row->suspendedUntil ? "You can come back when the time is over." : "Only they can change that.",
                      row->suspendedUntil ? "until " + std::to_string(base::toUnixSeconds(*row->suspendedUntil)) + " (Unix time)" : std::string());
}

base::Result<MemberRow> holderOf(Store& store, const base::RoomId& room, const base::Identity& who, std::uint64_t epoch, base::WallTime now) {
    auto row = store.member(room, who);
    if (!row || !row->active || row->epoch != epoch)
        return base::fail(ErrorKind::untrusted, "token_revoked", "This token is not valid any more.", "Open the invitation link again.");
    if (auto free = notSuspended(store, who, now); !free) return base::Unexpected(std::move(free).error());
    if (const auto ban = store.ban(room, who, now)) return base::Unexpected(bannedError(*ban));
    return std::move(*row);
}

base::Error tokenSpentError() {
    return {ErrorKind::untrusted, "token_spent", "This token has been used already.", "Open the invitation link again."};
}

std::string makeCode() { return crypto::randomString(10, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"); }

std::string codeHash(const std::string& code) {
    const auto salt = crypto::randomBytes(16);
    const auto hash = crypto::scrypt(base::asBytes(code), salt, kCodeCost, 32);
    return base::toHex(salt) + ":" + base::toHex(hash->view());
}

namespace {
/// People type O for 0, I and L for 1, small letters and gaps.
std::string normalCode(const std::string& typed) {
    std::string out;
    for (char c : typed) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c == ' ' || c == '-') continue;
        out += c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
    }
    return out;
}
}  // namespace

bool codeFits(const std::string& typed, const std::string& stored) {
    const auto colon = stored.find(':');
    const auto salt = base::fromHex(stored.substr(0, colon));
    if (!salt || colon == std::string::npos) return false;
    const auto hash = crypto::scrypt(base::asBytes(normalCode(typed)), *salt, kCodeCost, 32);
    return hash && crypto::equalConstantTime(base::toHex(hash->view()), stored.substr(colon + 1));
}

base::Result<void> admitBy(Store& store, const InvitationRow& invitation, const RedeemAs& who, const std::string& code,
                           base::WallTime now) {
    if (auto free = notSuspended(store, who.identity, now); !free) return free;
    if (store.hasRedeemed(invitation.id, who.identity)) return {};
    if (!invitation.forKey.empty() && invitation.forKey != who.identity)
        return base::fail(ErrorKind::refused, "invitation_for_other", "This invitation is meant for somebody else.",
                          "Ask for one of your own.");
    if (!invitation.codeHash.empty()) {
        if (code.empty())
            return base::fail(ErrorKind::refused, "code_needed", "This invitation needs the code that was given to you with it.",
                              "Type the code, or ask whoever invited you for it.");
        if (!codeFits(code, invitation.codeHash))
            return base::fail(ErrorKind::refused, "code_wrong", "This code does not belong to the invitation.", "Look at it again.");
    }
    if (!invitation.approval) return {};
    if (auto open = usable(invitation, now); !open) return open;
    MemberStore members(store);
    auto application = members.applicationOf(who.identity, invitation.id);
    if (application && application->state == "accepted") return {};
    if (application && application->state == "declined")
        return base::fail(ErrorKind::refused, "approval_declined", "You were not let in by this invitation.", "Ask whoever invited you.");
    return base::fail(ErrorKind::refused, "approval_pending", "Somebody has to let you in. They have been told that you are here.",
                      "Try again in a while; the invitation stays yours.");
}

base::Result<HouseMember> joinHouse(Store& store, const InvitationRow& invitation, const RedeemAs& who, base::WallTime now) {
    MemberStore members(store);
    auto known = members.find(who.identity);
    store.putPerson({who.identity, who.publicKeyHex, who.name}, now);
    const bool inside = known && (known->state == api::MemberState::active || known->state == api::MemberState::suspended);
    if (inside) return *known;
    if (auto open = usable(invitation, now); !open) return base::Unexpected(std::move(open).error());
    if (!store.takeUse(invitation.id)) return usedUp();
    // Whoever comes back keeps the handle (which was forgotten with a deleted person) and gets no second set of invitations.
    HouseMember member = known.value_or(newMember(store, who, now));
    if (member.state == api::MemberState::deleted) member.handle = freeHandle(store, who.name);
    if (!known) member.granted = rulesOf(store).newcomerInvitations;
    member.standing = api::Standing::member;
    member.state = api::MemberState::active;
    member.suspendedUntil.reset();
    member.invitedBy = invitation.issuer;
    member.invitation = invitation.id;
    member.joined = now;
    members.put(member);
    if (!store.hasRedeemed(invitation.id, who.identity)) store.addRedeem(invitation.id, who.identity, now);
    return member;
}

base::Result<HouseMember> letIn(Store& store, const RedeemAs& who, const HouseMember& by, base::WallTime now) {
    // Who came in by a link while they waited costs nobody an invitation.
    if (const auto known = MemberStore(store).find(who.identity);
        known && (known->state == api::MemberState::active || known->state == api::MemberState::suspended))
        return *known;
    const auto left = invitationsLeft(store, by, now);
    if (left && *left == 0)
        return base::fail(ErrorKind::exhausted, "no_invitations", "You have no invitation left to give.",
                          "More are earned by hosting, or an admin grants them.");
    // The invitation that is spent is a real one: it shows in the list of whoever let in, and can be revoked with its people.
    api::InvitationWish wish;
    wish.uses = 1;
    auto made = makeInvitation({}, wish, by.identity, by.invitation, now);
    made.row.kind = api::InvitationKind::membership;
    made.row.forKey = who.identity;
    made.row.forName = who.name;
    store.addInvitation(made.row);
    return joinHouse(store, made.row, who, now);
}

Reach reachOf(Store& store, const InvitationRow& invitation, api::RevokeScope scope, const base::Identity& actor, api::Standing rank) {
    Reach reach;
    if (scope != api::RevokeScope::link && invitation.kind == api::InvitationKind::membership) {
        MemberStore members(store);
        auto people = members.cameBy(invitation.id);
        if (scope == api::RevokeScope::subtree) people = withDescendants(members, std::move(people));
        reach = reachOfPeople(store, std::move(people), actor, rank);
    } else if (scope != api::RevokeScope::link) {
        // A link to a room: its people lose the room, the links they made for it close with them.
        std::vector<base::InvitationId> links{invitation.id};
        if (scope == api::RevokeScope::subtree) {
            std::set<base::InvitationId> seen(links.begin(), links.end());
            for (std::size_t i = 0; i < links.size(); ++i)
                for (const auto& child : store.childrenOf(links[i]))
                    if (seen.insert(child).second) links.push_back(child);
        }
        for (const auto& link : links)
            for (const auto& who : store.cameBy(link)) {
                const auto row = store.member(invitation.room, who);
                if (row && row->power != api::Power::host) reach.people.push_back(who);
            }
        reach.links.assign(links.begin() + 1, links.end());
    }
    reach.links.insert(reach.links.begin(), invitation.id);
    std::sort(reach.links.begin(), reach.links.end());
    reach.links.erase(std::unique(reach.links.begin(), reach.links.end()), reach.links.end());
    return reach;
}

Reach reachOf(Store& store, const base::Identity& member, api::RevokeScope scope, const base::Identity& actor, api::Standing rank) {
    std::vector<base::Identity> people{member};
    MemberStore members(store);
    if (scope == api::RevokeScope::subtree) people = withDescendants(members, std::move(people));
    return reachOfPeople(store, std::move(people), actor, rank);
}

std::vector<base::RoomId> withdraw(Store& store, const Reach& reach, api::MemberState state, base::WallTime now) {
    MemberStore members(store);
    std::set<base::RoomId> rooms;
    for (const auto& link : reach.links) store.revokeInvitation(link, now);
    for (const auto& who : reach.people) {
        if (auto member = members.find(who)) {
            member->state = state;
            member->standing = api::Standing::member;
            members.put(*member);
        }
        for (auto place : members.roomsOf(who)) {
            rooms.insert(place.room);
            place.active = false;
            place.power = api::Power::none;
            ++place.epoch;
            store.putMember(place);
        }
    }
    return {rooms.begin(), rooms.end()};
}

bool HostingMeter::update(const base::RoomSid& sid, const base::Identity& host, int present, const api::HouseRules& rules,
                          base::TimePoint now) {
    if (sid != m_sid) {
        m_sid = sid;
        m_done = false;
        m_since = base::kNever;
    }
    if (host != m_host) m_since = base::kNever;
    m_host = host;
    if (m_done || rules.earnPeople == 0 || host.empty() || present < rules.earnPeople) {
        m_since = base::kNever;
        return false;
    }
    if (m_since == base::kNever) m_since = now;
    if (now - m_since < std::chrono::minutes(rules.earnMinutes)) return false;
    m_done = true;
    m_since = base::kNever;
    return true;
}

base::TimePoint HostingMeter::due(const api::HouseRules& rules) const {
    return m_since == base::kNever ? base::kNever : m_since + std::chrono::minutes(rules.earnMinutes);
}

}  // namespace parlour::house

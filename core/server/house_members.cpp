// SPDX-License-Identifier: Apache-2.0
// The house and its members: first owner, rules, lists, standing, suspension, leaving. House thread.
#include "core/base/log.h"
#include "core/crypto/ed25519.h"
#include "core/house/display_name.h"
#include "core/house/membership.h"
#include "core/house/store/people_store.h"
#include "core/house/store/tree_names.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;
using Impl = HouseService::Impl;
using house::HouseMember;
using house::MemberStore;

bool Impl::isMember(const base::Identity& who) {
    const auto row = MemberStore(store).find(who);
    return row && row->in(clock.wallNow());
}

base::Result<HouseMember> Impl::needMember(const RouteCall& call) {
    if (call.caller.admin) {
        HouseMember administrator;
        administrator.standing = api::Standing::owner;
        return administrator;
    }
    if (auto free = house::notSuspended(store, call.who, clock.wallNow()); !free) return base::Unexpected(std::move(free).error());
    auto row = MemberStore(store).find(call.who);
    if (!row || !row->in(clock.wallNow()))
        return base::fail(ErrorKind::refused, "members_only", "This is for members of the house.",
                          "Ask a member for an invitation, or put your name on the waiting list.");
    return *row;
}

base::Result<HouseMember> Impl::needAdmin(const RouteCall& call) {
    auto row = needMember(call);
    if (row && row->standing < api::Standing::admin)
        return base::fail(ErrorKind::refused, "admins_only", "Only the admins of the house may do that.");
    return row;
}

void Impl::expel(std::vector<base::RoomId> from, const std::vector<base::Identity>& who, std::function<void(Result<void>)> done) {
    struct Waiting {
        int left = 1;
        std::optional<base::Error> error;
        std::function<void(Result<void>)> done;
    };
    auto waiting = std::make_shared<Waiting>();
    waiting->done = std::move(done);
    const auto finished = [waiting] {
        if (--waiting->left > 0) return;
        waiting->done(waiting->error ? Result<void>(base::Unexpected(*waiting->error)) : Result<void>{});
    };
    for (const auto& id : from) {
        const auto room = find(id);
        if (!room) continue;
        std::vector<base::Identity> inside;
        for (const auto& one : who)
            if (room->stage.people.contains(one)) inside.push_back(one);
        if (inside.empty()) continue;
        ++waiting->left;
        run(room, house::Expel{std::move(inside)}, {}, [waiting, finished](Result<std::uint64_t> gone) {
            if (!gone) waiting->error = gone.error();
            finished();
        });
    }
    finished();
}

/// Whoever hosts well gets an invitation. Called after each change of a room.
void Impl::earn(HouseRoom& room) {
    if (!room.stage.session.live) return;
    int present = 0;
    for (const auto& [who, person] : room.stage.people) present += person.present ? 1 : 0;
    const base::Identity host = room.stage.session.host;
    const bool there = room.stage.people.contains(host) && room.stage.people.at(host).present;
    if (!room.hosting.update(room.stage.session.sid, there ? host : base::Identity(), present, rules, clock.now())) return;
    const auto now = clock.wallNow();
    auto done = store.transact([&]() -> Result<void> {
        MemberStore members(store);
        const auto member = members.find(host);
        if (!member || !member->in(now) || member->standing >= api::Standing::admin) return {};
        if (members.earned(host, now - std::chrono::hours(7 * 24)) >= rules.earnPerWeek) return {};
        if (members.addEarned(host, room.stage.session.sid, now)) store.addAudit({now, room.row.id, {}, "invitation_earned", host, {}});
        return {};
    });
    if (!done) base::log(base::LogLevel::warn, "house", base::describe(done.error()));
}

namespace {

api::Member viewOf(Impl& impl, const house::ListedMember& listed) {
    const HouseMember& row = listed.member;
    api::Member out;
    out.id = row.identity;
    out.name = listed.name;
    out.handle = row.handle;
    out.standing = row.standing;
    const auto now = impl.clock.wallNow();
    out.state = row.in(now) ? api::MemberState::active : row.state;
    out.invitedBy = row.invitedBy;
    out.invitedByName = listed.invitedByName;
    out.invited = listed.invited;
    out.joinedMs = base::toUnixMs(row.joined);
    if (out.state == api::MemberState::suspended && row.suspendedUntil) out.suspendedUntilMs = base::toUnixMs(*row.suspendedUntil);
    out.version = row.version;
    out.pictureMs = listed.pictureMs;
    return out;
}

api::Member viewOf(Impl& impl, const HouseMember& row) {
    house::ListedMember listed{row, {}, {}, MemberStore(impl.store).countInvited(row.identity), house::PeopleStore(impl.store).pictureMs(row.identity)};
    listed.name = house::nameInTree(impl.store, row.identity);
    listed.invitedByName = house::nameInTree(impl.store, row.invitedBy);
    return viewOf(impl, listed);
}

/// From the commit on.
void useRules(Impl& impl, const api::HouseRules& rules) {
    impl.afterCommit.push_back([&impl, rules] {
        impl.rules = rules;
        impl.address.houseName = rules.title;
    });
}

api::HouseInfo infoOf(Impl& impl) {
    const auto rules = house::rulesOf(impl.store);
    api::HouseInfo out;
    out.house = impl.houseId;
    out.name = impl.address.houseName;
    out.url = impl.address.linkBase;
    out.pin = impl.address.pin;
    out.owned = MemberStore(impl.store).owner().has_value();
    out.open = rules.open;
    out.waitingList = out.owned && rules.waitingList;
    return out;
}

base::Result<api::HouseInfo> getHouse(Impl& impl, const RouteCall&) { return infoOf(impl); }

base::Result<api::HouseInfo> initHouse(Impl& impl, const RouteCall& call, const api::HouseInit& in) {
    if (!call.caller.admin) return base::fail(ErrorKind::refused, "not_allowed", "Only the administrator of the server may do that.");
    if (MemberStore(impl.store).owner())
        return base::fail(ErrorKind::conflict, "house_owned", "This house has an owner already.", "The owner can hand it over in the app.");
    auto name = house::cleanName(in.name);
    if (!name) return base::Unexpected(std::move(name).error());
    const auto key = base::fromBase64Url(in.publicKey);
    if (!key || key->size() != crypto::PublicKey{}.size())
        return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "public_key");
    auto rules = house::rulesOf(impl.store);
    rules.title = in.title;
    auto stored = house::setRules(impl.store, rules);
    if (!stored) return base::Unexpected(std::move(stored).error());
    const auto now = impl.clock.wallNow();
    const base::Identity who(crypto::identityOf(*key));
    impl.store.putPerson({who, base::toHex(*key), *name}, now);
    HouseMember owner;
    owner.identity = who;
    owner.standing = api::Standing::owner;
    owner.handle = house::freeHandle(impl.store, *name);
    owner.joined = now;
    MemberStore(impl.store).put(owner);
    impl.store.addAudit({now, {}, {}, "house_founded", who, {}});
    useRules(impl, *stored);
    auto info = infoOf(impl);
    info.name = stored->title;
    return info;
}

base::Result<api::HouseRules> getRules(Impl& impl, const RouteCall& call) {
    if (auto who = impl.needMember(call); !who) return base::Unexpected(std::move(who).error());
    auto rules = house::rulesOf(impl.store);
    if (rules.title.empty()) rules.title = impl.address.houseName;
    return rules;
}

base::Result<api::HouseRules> changeRules(Impl& impl, const RouteCall& call, const api::HouseRules& in) {
    auto who = impl.needAdmin(call);
    if (!who) return base::Unexpected(std::move(who).error());
    auto stored = house::setRules(impl.store, in);
    if (!stored) return stored;
    impl.store.addAudit({impl.clock.wallNow(), {}, who->identity, "rules_changed", {}, std::to_string(stored->version)});
    useRules(impl, *stored);
    return stored;
}

base::Result<api::MemberPage> listMembers(Impl& impl, const RouteCall& call) {
    auto who = impl.needMember(call);
    if (!who) return base::Unexpected(std::move(who).error());
    const auto given = [&](const char* name) {
        const auto it = call.query.find(name);
        return it == call.query.end() ? std::string() : it->second;
    };
    house::MemberQuery query;
    query.after = given("after");
    query.asker = call.who;
    query.text = house::cleanText(given("q"), 64, 256);
    if (call.query.contains("invited_by")) query.invitedBy = base::Identity(given("invited_by"));
    if (const auto state = given("state"); !state.empty()) {
        query.state = api::parseMemberState(state);
        if (!query.state) return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "state");
        if (who->standing < api::Standing::admin) return base::fail(ErrorKind::refused, "admins_only", "Only the admins of the house may do that.");
    }
    const int limit = pageLimit(given("limit"), api::kMaxMemberPage);
    query.limit = limit + 1;
    api::MemberPage out;
    for (const auto& row : MemberStore(impl.store).list(query)) {
        if (static_cast<int>(out.members.size()) == limit) {
            out.next = out.members.back().handle;
            break;
        }
        out.members.push_back(viewOf(impl, row));
    }
    out.total = MemberStore(impl.store).count(query);
    return out;
}

base::Result<api::Whoami> whoami(Impl& impl, const RouteCall& call) {
    api::Whoami out;
    out.id = call.who;
    out.house = impl.houseId;
    out.houseName = impl.address.houseName;
    if (call.caller.admin) {
        out.standing = api::Standing::owner;
        return out;
    }
    const auto person = impl.store.person(call.who);
    if (!person || person->name.empty())
        return base::fail(ErrorKind::notFound, "person_unknown", "This house does not know you yet.", "Open an invitation link first.");
    out.name = person->name;
    out.left = 0;
    const auto now = impl.clock.wallNow();
    const auto row = MemberStore(impl.store).find(call.who);
    if (!row || !row->in(now)) return out;
    out.handle = row->handle;
    out.standing = row->standing;
    out.left = house::invitationsLeft(impl.store, *row, now);
    if (!row->invitedBy.empty()) out.invitedBy = row->invitedBy;
    return out;
}

base::Unexpected<base::Error> unknownPerson() {
    return base::fail(ErrorKind::notFound, "person_unknown", "There is no such member.", "They may have left the house.");
}

/// The member named in the path, whom the caller may change: below the caller's own rank, in the state the caller saw.
base::Result<HouseMember> below(Impl& impl, const RouteCall& call, const HouseMember& actor, std::optional<std::uint64_t> ifVersion) {
    auto row = MemberStore(impl.store).find(base::Identity(call.args[0]));
    if (!row) return unknownPerson();
    if (!call.caller.admin && row->standing >= actor.standing)
        return base::fail(ErrorKind::refused, "not_below", "This person is not below you in the house.");
    if (ifVersion && *ifVersion != row->version)
        return base::fail(ErrorKind::conflict, "changed_meanwhile", "Somebody else changed this person's standing a moment ago.",
                          "Look again and repeat your change.");
    return *row;
}

base::Result<api::Member> setStanding(Impl& impl, const RouteCall& call, const api::StandingWish& in) {
    auto actor = impl.needMember(call);
    if (!actor) return base::Unexpected(std::move(actor).error());
    if (actor->standing != api::Standing::owner) return base::fail(ErrorKind::refused, "owner_only", "Only the owner of the house may do that.");
    auto row = below(impl, call, *actor, in.ifVersion);
    if (!row) return base::Unexpected(std::move(row).error());
    if (!row->in(impl.clock.wallNow())) return unknownPerson();
    if (in.standing == api::Standing::none)
        return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", "Use remove.", "standing");
    MemberStore members(impl.store);
    if (in.standing == api::Standing::owner) {
        auto owner = members.owner();
        if (owner && owner->identity != row->identity) {
            owner->standing = api::Standing::admin;
            members.put(*owner);
        }
    }
    row->standing = in.standing;
    members.put(*row);
    impl.store.addAudit({impl.clock.wallNow(), {}, actor->identity, "standing", row->identity, std::string(api::toString(in.standing))});
    return viewOf(impl, *row);
}

base::Result<api::Member> grantInvitations(Impl& impl, const RouteCall& call, const api::GrantWish& in) {
    auto actor = impl.needAdmin(call);
    if (!actor) return base::Unexpected(std::move(actor).error());
    if (in.invitations < 1 || in.invitations > 100)
        return base::fail(ErrorKind::invalidInput, "bad_number", "This number is not possible.", "Grant 1 to 100 invitations.");
    MemberStore members(impl.store);
    auto row = members.find(base::Identity(call.args[0]));
    if (!row || !row->in(impl.clock.wallNow())) return unknownPerson();
    row->granted = std::min(row->granted + in.invitations, 1'000'000);
    members.put(*row);
    impl.store.addAudit({impl.clock.wallNow(), {}, actor->identity, "invitations_granted", row->identity, std::to_string(in.invitations)});
    return viewOf(impl, *row);
}

void suspend(Impl& impl, const RouteCall& call, const api::SuspendWish& in, HouseService::Answer<api::Member> answer) {
    struct Done {
        api::Member member;
        std::vector<base::RoomId> rooms;
    };
    auto done = impl.reading<Done>([&]() -> base::Result<Done> {
        auto actor = impl.needAdmin(call);
        if (!actor) return base::Unexpected(std::move(actor).error());
        if (in.minutes && (*in.minutes < 1 || *in.minutes > 5'256'000))
            return base::fail(ErrorKind::invalidInput, "bad_minutes", "This time is not possible.", "Give 1 minute to 10 years, or none.");
        auto row = below(impl, call, *actor, in.ifVersion);
        if (!row) return base::Unexpected(std::move(row).error());
        const auto now = impl.clock.wallNow();
        if (row->state != api::MemberState::active && row->state != api::MemberState::suspended) return unknownPerson();
        row->state = api::MemberState::suspended;
        row->suspendedUntil.reset();
        if (in.minutes) row->suspendedUntil = now + std::chrono::minutes(*in.minutes);
        MemberStore members(impl.store);
        members.put(*row);
        Done out;
        for (const auto& place : members.roomsOf(row->identity)) {
            impl.store.raiseEpoch(place.room, row->identity);
            out.rooms.push_back(place.room);
        }
        impl.store.addAudit({now, {}, actor->identity, "suspended", row->identity, in.minutes ? std::to_string(*in.minutes) : "for good"});
        out.member = viewOf(impl, *row);
        return out;
    });
    if (!done) return answer(base::Unexpected(std::move(done).error()));
    impl.expel(done->rooms, {done->member.id}, [answer, member = done->member](base::Result<void> gone) {
        if (!gone) return answer(base::Unexpected(std::move(gone).error()));
        answer(member);
    });
}

base::Result<api::Member> restoreMember(Impl& impl, const RouteCall& call, const api::Nothing&) {
    auto actor = impl.needAdmin(call);
    if (!actor) return base::Unexpected(std::move(actor).error());
    auto row = below(impl, call, *actor, std::nullopt);
    if (!row) return base::Unexpected(std::move(row).error());
    if (row->state != api::MemberState::suspended && row->state != api::MemberState::removed) return unknownPerson();
    row->state = api::MemberState::active;
    row->suspendedUntil.reset();
    MemberStore(impl.store).put(*row);
    impl.store.addAudit({impl.clock.wallNow(), {}, actor->identity, "restored", row->identity, {}});
    return viewOf(impl, *row);
}

void removeMember(Impl& impl, const RouteCall& call, const api::RemoveWish& in, HouseService::Answer<api::Hit> answer) {
    takeAway(impl, std::move(answer), api::MemberState::removed, [&]() -> base::Result<house::Reach> {
        auto actor = impl.needAdmin(call);
        if (!actor) return base::Unexpected(std::move(actor).error());
        auto row = below(impl, call, *actor, std::nullopt);
        if (!row) return base::Unexpected(std::move(row).error());
        impl.store.addAudit({impl.clock.wallNow(), {}, actor->identity, "removed", row->identity, std::string(api::toString(in.scope))});
        return house::reachOf(impl.store, row->identity, in.scope, actor->identity, actor->standing);
    });
}

void leaveHouse(Impl& impl, const RouteCall& call, const api::Nothing&, HouseService::Answer<api::Nothing> answer) {
    takeAway(
        impl,
        [answer](base::Result<api::Hit> hit) {
            if (!hit) return answer(base::Unexpected(std::move(hit).error()));
            answer(api::Nothing{});
        },
        api::MemberState::left, [&]() -> base::Result<house::Reach> {
            auto row = impl.needMember(call);
            if (!row) return base::Unexpected(std::move(row).error());
            if (row->standing == api::Standing::owner)
                return base::fail(ErrorKind::refused, "owner_stays", "The owner cannot leave the house.", "Make somebody else the owner first.");
            impl.store.addAudit({impl.clock.wallNow(), {}, row->identity, "left", row->identity, {}});
            return house::reachOf(impl.store, row->identity, api::RevokeScope::people, {}, api::Standing::owner);
        });
}

base::Result<api::Member> setHandle(Impl& impl, const RouteCall& call, const api::HandleWish& in) {
    auto row = impl.needMember(call);
    if (!row) return base::Unexpected(std::move(row).error());
    if (call.caller.admin) return unknownPerson();
    auto handle = house::checkHandle(in.handle);
    if (!handle) return base::Unexpected(std::move(handle).error());
    MemberStore members(impl.store);
    if (const auto other = members.byHandle(*handle); other && other->identity != row->identity)
        return base::fail(ErrorKind::conflict, "handle_taken", "Somebody else has this handle.", "Choose another one.");
    row->handle = *handle;
    members.put(*row);
    return viewOf(impl, *row);
}

base::Result<api::RoomMade> makeRoom(Impl& impl, const RouteCall& call, const api::RoomWish& in) {
    auto row = impl.needMember(call);
    if (!row) return base::Unexpected(std::move(row).error());
    return impl.makeRoom(in, row->identity);
}

}  // namespace

void takeAway(Impl& impl, HouseService::Answer<api::Hit> answer, api::MemberState state,
              const std::function<base::Result<house::Reach>()>& decide) {
    struct Done {
        house::Reach reach;
        std::vector<base::RoomId> rooms;
        api::Hit hit;
    };
    auto done = impl.reading<Done>([&]() -> base::Result<Done> {
        auto reach = decide();
        if (!reach) return base::Unexpected(std::move(reach).error());
        Done out;
        out.hit = hitOf(impl, *reach);
        out.rooms = house::withdraw(impl.store, *reach, state, impl.clock.wallNow());
        out.reach = std::move(*reach);
        return out;
    });
    if (!done) return answer(base::Unexpected(std::move(done).error()));
    impl.expel(done->rooms, done->reach.people, [answer, hit = done->hit](base::Result<void> gone) {
        if (!gone) return answer(base::Unexpected(std::move(gone).error()));
        answer(hit);
    });
}

api::Hit hitOf(Impl& impl, const house::Reach& reach) {
    api::Hit hit;
    for (const auto& who : reach.people) {
        const auto person = impl.store.person(who);
        hit.people.push_back({who, person ? person->name : std::string()});
    }
    hit.links = static_cast<int>(reach.links.size());
    return hit;
}

int pageLimit(const std::string& text, int most) {
    int value = 0;
    for (const char c : text.substr(0, 6)) {
        if (c < '0' || c > '9') return most;
        value = value * 10 + (c - '0');
    }
    return value < 1 ? most : std::min(value, most);
}

void addMemberRoutes(HouseRoutes& routes) {
    using api::Nothing;
    routes.get<api::HouseInfo>("house", getHouse, HouseRoutes::For::open);
    routes.post<api::HouseInit, api::HouseInfo>("house/init", initHouse);
    routes.get<api::HouseRules>("house/rules", getRules);
    routes.post<api::HouseRules, api::HouseRules>("house/rules", changeRules);
    routes.get<api::MemberPage>("members", listMembers);
    routes.get<api::Whoami>("whoami", whoami);
    routes.post<api::StandingWish, api::Member>("members/{id}/standing", setStanding);
    routes.post<api::GrantWish, api::Member>("members/{id}/grant", grantInvitations);
    routes.wait<api::SuspendWish, api::Member>("members/{id}/suspend", suspend);
    routes.post<Nothing, api::Member>("members/{id}/restore", restoreMember);
    routes.wait<api::RemoveWish, api::Hit>("members/{id}/remove", removeMember);
    routes.wait<Nothing, Nothing>("members/leave", leaveHouse);
    routes.post<api::HandleWish, api::Member>("handle", setHandle);
    routes.post<api::RoomWish, api::RoomMade>("rooms", makeRoom);
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// A person's data and keys: everything of one identity as a file, deleting it, whether it is in a room already. House thread.
#include "core/api/person_types.h"
#include "core/house/membership.h"
#include "core/house/person.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

using Impl = HouseService::Impl;
using house::MemberStore;

base::Unexpected<base::Error> unknownPerson() {
    return base::fail(ErrorKind::notFound, "person_unknown", "The house knows nobody by this id.", "Look at the list of members.");
}

base::Result<ApiReply> exported(Impl& impl, const RouteCall& call) {
    const base::Identity who(call.args[0]);
    if (!call.caller.admin && call.who != who)
        return base::fail(ErrorKind::refused, "not_yours", "Only the person themself may take these data along.", "The operator of the server can, too: parlourd person export.");
    house::PersonStore people(impl.store);
    if (!people.knows(who)) return unknownPerson();
    ApiReply reply;
    reply.body = people.everything(who, impl.clock.wallNow());
    reply.headers["content-disposition"] = "attachment; filename=\"parlour-person.json\"";
    return reply;
}

/// Whose word counts over this person: the administrator's, and an admin's above them.
base::Result<base::Identity> above(Impl& impl, const RouteCall& call, const base::Identity& who) {
    auto actor = impl.needAdmin(call);
    if (!actor) return base::Unexpected(std::move(actor).error());
    const auto row = MemberStore(impl.store).find(who);
    if (!call.caller.admin && row && row->standing >= actor->standing)
        return base::fail(ErrorKind::refused, "not_below", "This person is not below you in the house.");
    return actor->identity;
}

void deletePerson(Impl& impl, const RouteCall& call, const api::DeleteWish& wish, HouseService::Answer<api::PersonDeleted> answer) {
    const base::Identity who(call.args[0]);
    auto gone = impl.reading<house::PersonGone>([&]() -> base::Result<house::PersonGone> {
        const bool self = !call.caller.admin && call.who == who;
        if (self) {
            if (auto free = house::notSuspended(impl.store, who, impl.clock.wallNow()); !free) return base::Unexpected(std::move(free).error());
        } else if (auto actor = above(impl, call, who); !actor) {
            return base::Unexpected(std::move(actor).error());
        }
        if (wish.confirm != who.str())
            return base::fail(ErrorKind::invalidInput, "not_confirmed", "Nothing was deleted: this cannot be undone, so it asks for the id once more.",
                              "Give the person's id as \"confirm\".", "confirm");
        auto out = house::deletePerson(impl.store, who, impl.clock.wallNow());
        if (!out) return out;
        impl.store.addAudit({impl.clock.wallNow(), {}, call.who, "person_deleted", who, {}});
        impl.afterCommit.push_back([&impl, forgotten = out->forgotten] {
            for (const auto& id : forgotten.unpinned)
                if (const auto room = impl.find(id)) room->chat.rules.pinned.clear(), room->chat.rules.pinnedBy = {}, impl.tellRoom(room);
            for (const auto& id : forgotten.renamed)
                if (const auto room = impl.find(id)) room->row.title = house::kNamelessRoom, impl.tellRoom(room);
        });
        return out;
    });
    if (!gone) return answer(base::Unexpected(std::move(gone).error()));
    impl.expel(gone->rooms, {who}, [&impl, who, answer](base::Result<void> out) {
        house::wipeTraces(impl.store);
        if (!out) return answer(base::Unexpected(std::move(out).error()));
        answer(api::PersonDeleted{who});
    });
}

base::Result<api::Here> here(Impl& impl, const RouteCall& call) {
    const auto room = impl.find(base::RoomId(call.args[0]));
    return api::Here{room && room->transports.contains(call.who)};
}

}  // namespace

void addPersonRoutes(HouseRoutes& routes) {
    routes.file("persons/{id}/export", exported, HouseRoutes::For::session);
    routes.wait<api::DeleteWish, api::PersonDeleted>("persons/{id}/delete", deletePerson);
    routes.get<api::Here>("rooms/{room}/here", here);
}

}  // namespace parlour::server

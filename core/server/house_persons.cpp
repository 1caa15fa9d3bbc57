// SPDX-License-Identifier: Apache-2.0
// A person's data and keys: everything of one identity as a file, deleting it, whether it is in a room already. House thread.
#include "core/api/person_types.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/identity_text.h"
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
        impl.afterCommit.push_back([&impl, who, forgotten = out->forgotten] {
            for (const auto& [_, room] : impl.rooms)
                for (auto& question : room->questions.desk.questions)
                    if (question.asker == who) question.askerName.clear(), question.words.clear(), question.reason.clear();
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

/// A public key (32 bytes, base64url), or an id.
struct NewKey {
    base::Identity id;
    std::string hex;
};
std::optional<NewKey> newKey(const std::string& text) {
    if (const auto key = base::fromBase64Url(text); key && key->size() == crypto::PublicKey{}.size())
        return NewKey{base::Identity(crypto::identityOf(*key)), base::toHex(*key)};
    if (!crypto::isIdentityText(text)) return std::nullopt;
    return NewKey{base::Identity(text), {}};
}

void rekey(Impl& impl, const RouteCall& call, const api::RekeyWish& wish, HouseService::Answer<api::PersonMoved> answer) {
    const base::Identity from(call.args[0]);
    const auto to = newKey(wish.to);
    auto rooms = impl.reading<std::vector<base::RoomId>>([&]() -> base::Result<std::vector<base::RoomId>> {
        // With the old key in hand one moves oneself; without it somebody above has to say that it is the same person.
        if (!call.caller.admin && call.who == from) {
            if (auto free = house::notSuspended(impl.store, from, impl.clock.wallNow()); !free) return base::Unexpected(std::move(free).error());
        } else if (auto actor = above(impl, call, from); !actor) {
            return base::Unexpected(std::move(actor).error());
        }
        if (!to) return base::fail(ErrorKind::invalidInput, "bad_key", "This is no key.", "Give the public key, or the id, that the new computer shows.", "to");
        auto left = house::movePerson(impl.store, from, to->id, to->hex, impl.clock.wallNow());
        if (!left) return left;
        impl.store.addAudit({impl.clock.wallNow(), {}, call.who, "rekeyed", from, to->id.str()});
        impl.afterCommit.push_back([&impl, from, id = to->id] {
            for (const auto& [_, room] : impl.rooms) {
                // Whom a moderator removed from this conversation stays removed.
                if (const auto mark = room->stage.marks.find(from); mark != room->stage.marks.end()) room->stage.marks.insert_or_assign(id, mark->second);
                for (auto& question : room->questions.desk.questions)
                    if (question.asker == from) question.asker = id;
                if (room->chat.rules.pinnedBy == from) room->chat.rules.pinnedBy = id;
            }
        });
        return left;
    });
    if (!rooms) return answer(base::Unexpected(std::move(rooms).error()));
    impl.expel(std::move(*rooms), {from}, [from, to = to->id, answer](base::Result<void> out) {
        if (!out) return answer(base::Unexpected(std::move(out).error()));
        answer(api::PersonMoved{from, to});
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
    routes.wait<api::RekeyWish, api::PersonMoved>("persons/{id}/rekey", rekey);
    routes.get<api::Here>("rooms/{room}/here", here);
}

}  // namespace parlour::server

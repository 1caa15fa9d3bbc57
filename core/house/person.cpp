// SPDX-License-Identifier: Apache-2.0
#include "core/house/person.h"

#include "core/crypto/random.h"
#include "core/house/membership.h"

namespace parlour::house {

using base::ErrorKind;

namespace {

std::string namelessHandle(MemberStore& members) {
    while (true)
        if (auto handle = "gone_" + crypto::randomString(10, "abcdefghijkmnpqrstuvwxyz23456789"); !members.byHandle(handle)) return handle;
}

}  // namespace

base::Result<PersonGone> deletePerson(Store& store, const base::Identity& who, base::WallTime now) {
    MemberStore members(store);
    PersonStore people(store);
    const auto member = members.find(who);
    if (member && member->standing == api::Standing::owner)
        return base::fail(ErrorKind::refused, "owner_stays", "The owner of the house cannot be deleted.", "Make somebody else the owner first.");
    if (!people.knows(who)) return base::fail(ErrorKind::notFound, "person_unknown", "The house knows nobody by this id.", "Look at the list of members.");
    Reach reach;
    reach.people.push_back(who);
    for (const auto& link : store.invitationsBy(who))
        if (!link.revoked) reach.links.push_back(link.id);
    PersonGone out;
    out.rooms = withdraw(store, reach, api::MemberState::deleted, now);
    out.forgotten = people.forget(who, now);
    if (auto place = members.find(who)) {
        place->handle = namelessHandle(members);
        place->suspendedUntil.reset();
        members.put(*place);
    }
    return out;
}

base::Result<std::vector<base::RoomId>> movePerson(Store& store, const base::Identity& from, const base::Identity& to, const std::string& toKeyHex,
                                                   base::WallTime now) {
    MemberStore members(store);
    PersonStore people(store);
    if (people.movedTo(from))
        return base::fail(ErrorKind::conflict, "moved", "This person has a new key already.", "Move the new one, if that is lost as well.");
    const auto person = store.person(from);
    if (!person || person->name.empty())
        return base::fail(ErrorKind::notFound, "person_unknown", "The house knows nobody by this id.", "Look at the list of members.");
    if (to.empty() || to == from)
        return base::fail(ErrorKind::invalidInput, "bad_key", "This is no new key.", "Give the public key, or the id, that the new computer shows.", "to");
    // A member with a past is somebody else, or a sanction would be lost.
    if (const auto other = members.find(to))
        if (other->standing != api::Standing::member || members.countInvited(to) > 0 ||
            (other->state != api::MemberState::active && other->state != api::MemberState::left))
            return base::fail(ErrorKind::conflict, "key_taken", "The new key belongs to another member of the house.",
                              "Use a key that has not become a member, or one that has brought nobody.");
    std::vector<base::RoomId> rooms;
    for (const auto& place : members.roomsOf(from)) rooms.push_back(place.room);
    people.move(from, {to, toKeyHex, person->name}, now);
    return rooms;
}

}  // namespace parlour::house

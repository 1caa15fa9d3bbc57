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

}  // namespace parlour::house

// SPDX-License-Identifier: Apache-2.0
// A person as a whole: deleted with a nameless place left in the tree. Inside transact(); house thread.
#pragma once

#include <vector>

#include "core/base/error.h"
#include "core/house/store/person_store.h"

namespace parlour::house {

struct PersonGone {
    PersonStore::Forgotten forgotten;
    std::vector<base::RoomId> rooms;   ///< where they had a place
};

/// `from` goes on under the key of `to` (its public key in hex, or empty where only the id is known): membership, role, invitations,
/// handle, rooms, follows, talks, guests. Answers the rooms where `from` had a place. notFound "person_unknown"; invalidInput
/// "bad_key"; conflict "moved", "key_taken".
base::Result<std::vector<base::RoomId>> movePerson(Store& store, const base::Identity& from, const base::Identity& to, const std::string& toKeyHex,
                                                   base::WallTime now);

/// Names and words go, open links close, places in rooms end; whom they brought stays. refused "owner_stays"; notFound
/// "person_unknown".
base::Result<PersonGone> deletePerson(Store& store, const base::Identity& who, base::WallTime now);

}  // namespace parlour::house

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

/// Names and words go, open links close, places in rooms end; whom they brought stays. refused "owner_stays"; notFound
/// "person_unknown".
base::Result<PersonGone> deletePerson(Store& store, const base::Identity& who, base::WallTime now);

}  // namespace parlour::house

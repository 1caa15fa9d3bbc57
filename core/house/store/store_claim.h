// SPDX-License-Identifier: Apache-2.0
// One process at a time runs a house in a database server: alone, or as the one of several that holds the claim
// (house_claims.h). A file of SQLite is locked by whoever opens its folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/error.h"

namespace parlour::house {

class Store;

/// One holder's turn with the house. The number grows with every change of hands.
struct HouseFence {
    std::string holder;        ///< of this run of the process; A-Z a-z 0-9 _ - only
    std::int64_t number = 0;
};

/// As Store::open(), and alone, before anything is written: `who` ("process 12 on host") is told to others as the one that runs
/// this house, until the store is closed or the process dies. conflict "store_in_use" names who runs it now, or who shared it
/// with others until a moment ago. After a lost connection the same is asked again, and nothing is written if somebody else
/// ran the house meanwhile ("house_moved"). Of SQLite it is just Store::open().
base::Result<std::unique_ptr<Store>> openAlone(const std::string& where, const std::string& who, const base::Clock& clock);
/// As one of several, who has taken the claim: each transaction looks in itself whether that still holds, and otherwise fails
/// with unavailable "house_moved" and writes nothing.
base::Result<std::unique_ptr<Store>> openFenced(const std::string& where, const std::string& who, const HouseFence& fence,
                                                const base::Clock& clock);
/// Any thread: every later transact() of this store fails with "house_moved".
void abandonStore(Store& store);
/// What openAlone() does, with a store that is open. Not inside transact().
base::Result<void> claimStore(Store& store, const std::string& who);

}  // namespace parlour::house

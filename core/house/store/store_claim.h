// SPDX-License-Identifier: Apache-2.0
// One process at a time runs a house in a database server. (A file of SQLite is locked by whoever opens its folder.)
#pragma once

#include <string>

#include "core/house/store/store.h"

namespace parlour::house {

/// From now on, and again after each lost connection, `who` ("process 12 on host") is told to others as the one that runs this
/// house, until the store is closed or the process dies. conflict "store_in_use" names who runs it now. Of PostgreSQL only.
/// Not inside transact().
base::Result<void> claimStore(Store& store, const std::string& who);

}  // namespace parlour::house

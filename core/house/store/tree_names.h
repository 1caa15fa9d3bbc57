// SPDX-License-Identifier: Apache-2.0
// Names in the tree of who brought whom. Over a Store, inside transact() only; house thread.
#pragma once

#include <string>

#include "core/house/store/store.h"

namespace parlour::house {

/// Empty for nobody, and for a place that was deleted: it stays nameless, also where its key came back under a name later.
std::string nameInTree(Store& store, const base::Identity& who);

}  // namespace parlour::house

// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/tree_names.h"

#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

std::string nameInTree(Store& store, const base::Identity& who) {
    std::string name;
    store.impl().rows() << "SELECT p.name FROM persons p LEFT JOIN house_members m ON m.identity = p.identity "
                           "WHERE p.identity = :i AND COALESCE(m.state, '') <> 'deleted'",
        use(who.str(), "i"), into(name);
    return name;
}

}  // namespace parlour::house

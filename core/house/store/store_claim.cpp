// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/store_claim.h"

#include "core/house/store/store_impl.h"

namespace parlour::house {

base::Result<void> claimStore(Store& store, const std::string& who) {
    auto& connection = store.impl().connection;
    try {
        return connection.claim(who);
    } catch (const soci::soci_error& error) {
        return base::Unexpected(connection.explain(error));
    }
}

}  // namespace parlour::house

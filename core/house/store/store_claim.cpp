// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/store_claim.h"

#include "core/house/store/store_impl.h"

namespace parlour::house {

base::Result<void> claimStore(Store& store, const std::string& who) {
    auto& connection = store.impl().connection;
    try {
        if (auto alone = connection.claim(who); !alone) return alone;
        connection.takeFence();
        return {};
    } catch (const soci::soci_error& error) {
        return base::Unexpected(connection.explain(error));
    }
}

base::Result<std::unique_ptr<Store>> openAlone(const std::string& where, const std::string& who, const base::Clock& clock) {
    auto store = Store::open(where, clock, [&](Store::Impl& impl) { return impl.connection.claim(who); });
    if (!store) return store;
    auto& connection = (*store)->impl().connection;
    try {
        connection.takeFence();   // the table is there now
    } catch (const soci::soci_error& error) {
        return base::Unexpected(connection.explainOpen(error));
    }
    return store;
}

base::Result<std::unique_ptr<Store>> openFenced(const std::string& where, const std::string& who, const HouseFence& fence,
                                                const base::Clock& clock) {
    return Store::open(where, clock, [&](Store::Impl& impl) -> base::Result<void> {
        impl.connection.fence(fence);
        return impl.connection.claim(who, true);
    });
}

}  // namespace parlour::house

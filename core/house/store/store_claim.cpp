// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/store_claim.h"

#include "core/house/store/store_impl.h"
#include "core/house/store/store_place.h"

namespace parlour::house {

namespace {

base::Result<void> claimedAs(Connection& connection, const std::string& who, const std::optional<HouseFence>& fence) {
    if (fence) connection.fence(*fence);
    return connection.claim(who, fence.has_value());
}

/// The tables are brought up to date by a connection that holds the claim: nobody else's are touched.
base::Result<std::unique_ptr<Store>> openClaimed(const std::string& where, const std::string& who, const std::optional<HouseFence>& fence,
                                                 const base::Clock& clock) {
    if (!isDatabaseServer(where)) return Store::open(where, clock);
    Store::Impl first(clock);
    try {
        if (auto done = first.connection.open(where); !done) return base::Unexpected(std::move(done).error());
        if (auto done = claimedAs(first.connection, who, fence); !done) return base::Unexpected(std::move(done).error());
        if (auto done = migrate(first, migrations().back().version); !done) return base::Unexpected(std::move(done).error());
        first.connection.unclaim();
    } catch (const soci::soci_error& error) {
        return base::Unexpected(first.connection.explainOpen(error));
    }
    auto store = Store::open(where, clock);   // which finds nothing to write
    if (!store) return store;
    auto& connection = (*store)->impl().connection;
    try {
        if (auto done = claimedAs(connection, who, fence); !done) return base::Unexpected(std::move(done).error());
        connection.takeFence();
        connection.hurry();
    } catch (const soci::soci_error& error) {
        return base::Unexpected(connection.explainOpen(error));
    }
    return store;
}

}  // namespace

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
    return openClaimed(where, who, std::nullopt, clock);
}

base::Result<std::unique_ptr<Store>> openFenced(const std::string& where, const std::string& who, const HouseFence& fence,
                                                const base::Clock& clock) {
    return openClaimed(where, who, fence, clock);
}

void abandonStore(Store& store) { store.impl().connection.abandon(); }

}  // namespace parlour::house

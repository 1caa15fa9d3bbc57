// SPDX-License-Identifier: Apache-2.0
#include "core/server/store_opening.h"

#include <filesystem>

#include "core/base/clock.h"
#include "core/house/store/store_claim.h"
#include "core/house/store/store_place.h"

namespace parlour::server {

base::Result<OpenedStore> openStoreAlone(const DataFolder& folder, const std::string& configured) {
    OpenedStore out;
    const std::string place = DataFolder::storePlace(folder.path(), configured);
    // A file may be reached by two folders, or by two names.
    if (!configured.empty() && configured.find("://") == std::string::npos && configured != ":memory:") {
        std::error_code ignored;
        const auto file = std::filesystem::weakly_canonical(std::filesystem::absolute(configured, ignored), ignored).string();
        auto lock = FileLock::take(file + ".lock", base::Duration(0), "store_in_use", "runs the house in this database.",
                                   "Stop it, or give this one a database of its own with --store.");
        if (!lock) return base::Unexpected(std::move(lock).error());
        out.lock = std::move(*lock);
    }
    static const base::SystemClock kClock;
    auto store = house::openAlone(place, thisProcess(), kClock);
    if (!store) return base::Unexpected(std::move(store).error());
    out.store = std::move(*store);
    return out;
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// The house's database as the one process that runs the house opens it: a second is refused with a sentence that names the first.
#pragma once

#include <memory>
#include <string>

#include "core/base/error.h"
#include "core/house/store/store.h"
#include "core/server/data_folder.h"

namespace parlour::server {

struct OpenedStore {
    std::unique_ptr<FileLock> lock;   ///< of a file outside the data folder
    std::unique_ptr<house::Store> store;
};
/// Errors: those of Store::open(), and conflict "store_in_use".
base::Result<OpenedStore> openStoreAlone(const DataFolder& folder, const std::string& configured);

}  // namespace parlour::server

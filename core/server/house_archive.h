// SPDX-License-Identifier: Apache-2.0
// `parlourd backup` and `parlourd restore`: a whole house, with its certificate, to a file and back. Blocking; any one thread.
#pragma once

#include <string>

#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/house/store/archive.h"
#include "core/server/config.h"

namespace parlour::server {

/// Also while a server runs on the folder; the file appears whole or not at all, for its owner's eyes only. notFound
/// "no_house" when there is none yet; conflict "file_exists" when something is there and shall not be replaced.
base::Result<house::ArchiveInfo> backupHouse(const ServerConfig& config, const base::Clock& clock, const std::string& file, bool replace = false);
/// Into a folder (and database) without a house, while no server runs there: conflict "data_folder_in_use",
/// "house_not_empty".
base::Result<house::ArchiveInfo> restoreHouse(const ServerConfig& config, const base::Clock& clock, const std::string& file);

}  // namespace parlour::server

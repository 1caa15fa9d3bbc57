// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_house
// Backups: whatever the file holds, it is read or refused, never believed.
#include <cstdint>
#include <sstream>
#include <string>

#include "core/house/store/archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
    (void)parlour::house::checkArchive(in);
    return 0;
}

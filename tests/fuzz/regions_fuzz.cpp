// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_signal
// Any text as a server's list of its regions: bounded, and no entry without an address.
#include <cstdlib>

#include "core/signal/codec.h"
#include "core/signal/regions.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto list = signal::parseRegions({reinterpret_cast<const char*>(data), size});
    if (!list) return 0;
    if (list->size() > signal::kMaxRegions) std::abort();
    for (const auto& region : *list)
        if (region.url.empty() || region.url.size() > 512 || region.name.size() > 512) std::abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any bytes as DATA_CHANNEL_OPEN. What was read can be written, and reading that gives the same again.
#include <cstdlib>

#include "core/rtc/data_channel.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto open = rtc::parseChannelOpen({reinterpret_cast<const std::byte*>(data), size});
    if (!open) return 0;
    if (open->label.size() > 256 || open->protocol.size() > 256) std::abort();
    const auto again = rtc::parseChannelOpen(rtc::toBytes(*open));
    if (!again || again->label != open->label || again->protocol != open->protocol ||
        again->reliability != open->reliability)
        std::abort();
    return 0;
}

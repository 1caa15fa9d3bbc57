// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any text as a candidate line and as its JSON. What parses has to survive being written and read again.
#include <cstdlib>

#include "core/base/byte_io.h"
#include "core/rtc/ice_candidate.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = base::asText({reinterpret_cast<const std::byte*>(data), size});
    for (const auto& candidate : {rtc::parseCandidate(text), rtc::parseCandidateInit(text)}) {
        if (!candidate) continue;
        if (rtc::parseCandidate(rtc::toString(*candidate)) != candidate) std::abort();
    }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any bytes as an RTCP compound. What was read can be written, and reading that gives the same again.
#include <cstdlib>
#include <set>

#include "core/rtc/rtcp_packet.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const auto packets = rtc::parseRtcp(bytes);
    if (!packets) return 0;
    for (const auto& packet : *packets) {
        base::ByteWriter out;
        if (const auto* nack = std::get_if<rtc::Nack>(&packet)) {
            // The same sequences, perhaps in another order; their number stays bounded.
            if (nack->sequences.size() > rtc::kMaxNacked) std::abort();
            rtc::writeRtcp(out, *nack);
            const auto again = rtc::parseRtcp(out.view());
            if (!again || again->size() != 1) std::abort();
            const auto& read = std::get<rtc::Nack>(again->front()).sequences;
            if (std::set(read.begin(), read.end()) != std::set(nack->sequences.begin(), nack->sequences.end())) std::abort();
            continue;
        }
        std::visit([&](const auto& p) { rtc::writeRtcp(out, p); }, packet);
        const auto again = rtc::parseRtcp(out.view());
        if (!again || again->size() != 1 || again->front() != packet) std::abort();
    }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any bytes as STUN, at the parser and at both agents. What parses has to have views inside its own bytes.
#include <cstdlib>

#include "core/rtc/ice_agent.h"
#include "core/rtc/ice_lite.h"
#include "core/rtc/stun.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const auto ufrag = rtc::stunLocalUfrag(bytes);
    if (ufrag && (ufrag->data() < base::asText(bytes).data() || ufrag->size() > size)) std::abort();
    const auto message = rtc::parseStun(bytes);
    if (!message) return 0;
    if (message->integrityAt + 24 > size && message->integrityAt != 0) std::abort();
    (void)rtc::checkIntegrity(*message, "VOkJxbRl1RmTxUk/WvJxBt");

    const auto local = *base::SocketAddress::parse("10.0.0.1:1"), remote = *base::SocketAddress::parse("10.0.0.2:2");
    const base::TimePoint now{base::Duration(1)};
    rtc::IceLite lite;
    rtc::IceAgent full(true);
    full.addLocalAddress(local);
    // Random passwords: nobody can know them, so nothing may be proved and nothing answered.
    if (lite.handleStun(now, local, remote, *message) || lite.pollDatagram()) std::abort();
    if (full.handleStun(now, local, remote, *message) || full.pollDatagram()) std::abort();
    return 0;
}

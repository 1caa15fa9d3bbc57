// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any bytes as an RTP packet: every view lies inside the packet, extensions are found without leaving it.
#include <cstdlib>

#include "core/rtc/rtp_packet.h"
#include "core/rtc/rtp_receiver.h"

using namespace parlour;

namespace {

void inside(base::ByteView part, base::ByteView whole) {
    if (part.empty()) return;
    if (part.data() < whole.data() || part.data() + part.size() > whole.data() + whole.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const auto packet = rtc::parseRtp(bytes);
    (void)rtc::opusDuration(bytes);
    if (!packet) return 0;
    inside(packet->payload, bytes);
    inside(packet->extensions, bytes);
    inside(packet->header, bytes);
    if (packet->header.size() < 12 || packet->header.size() + packet->payload.size() > size) std::abort();
    for (int id = -1; id <= 256; ++id) {
        if (const auto element = packet->extension(id)) inside(*element, bytes);
        if (const auto level = packet->level(id); level && level->value > 127) std::abort();
        if (const auto mid = packet->mid(id)) inside(base::asBytes(*mid), bytes);
    }
    rtc::RtpReceiver receiver(packet->ssrc);
    (void)receiver.receive(*packet, base::TimePoint{base::Duration(1)});
    (void)receiver.report(base::TimePoint{base::Duration(2)});
    return 0;
}

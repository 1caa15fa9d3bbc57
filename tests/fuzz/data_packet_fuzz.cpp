// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_signal
// A stamped packet names the true sender and goes to the same people; what is read can be written and read again.
#include <cstdlib>

#include "core/signal/data_packet.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    constexpr std::size_t kRoom = 64 * 1024;
    const base::Identity sender("ana");
    const base::ParticipantSid sid("PA_ana");
    const auto packet = signal::decodeDataPacket(bytes);
    const auto stamped = signal::stampDataPacket(bytes, sender, sid);
    if (stamped && !packet) std::abort();
    if (packet) {
        const auto again = signal::decodeDataPacket(signal::encodeDataPacket(*packet), kRoom);
        if (!again || again->value.index() != packet->value.index() || again->destinations != packet->destinations) std::abort();
    }
    if (stamped) {
        const auto told = signal::decodeDataPacket(stamped->bytes, kRoom);
        if (!told || told->sender != sender || told->senderSid != sid || told->destinations != stamped->destinations) std::abort();
    }
    return 0;
}

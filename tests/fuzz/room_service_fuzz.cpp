// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_signal
// Foreign bytes as the body of every RoomService method, as JSON and as protobuf: what passes is within its limits.
#include <cstdlib>

#include "core/signal/codec.h"
#include "core/signal/room_service.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    for (int i = 0; i <= static_cast<int>(signal::RoomMethod::updateRoomMetadata); ++i)
        for (const auto form : {signal::BodyForm::json, signal::BodyForm::protobuf}) {
            const auto call = signal::decodeRoomCall(static_cast<signal::RoomMethod>(i), form, body);
            if (!call) continue;
            if (size > signal::kMaxRoomServiceBody || call->attributes.size() > signal::kMaxAttributes ||
                call->names.size() > signal::kMaxRepeated || call->destinations.size() > signal::kMaxRepeated)
                std::abort();
        }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_signal
// First byte: who speaks. What is read can be written, and read again as the same kind of message.
#include <cstdlib>

#include "core/signal/codec.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const base::ByteView bytes(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
    if (data[0] % 2 == 0) {
        if (const auto request = signal::decodeRequest(bytes)) {
            const auto again = signal::decodeRequest(signal::encode(*request), signal::kMaxMessageBytes);
            if (!again || again->index() != request->index()) std::abort();
        }
    } else {
        if (const auto response = signal::decodeResponse(bytes)) {
            const auto again = signal::decodeResponse(signal::encode(*response));
            if (!again || again->index() != response->index()) std::abort();
        }
    }
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_signal
// Foreign text as join_request, and foreign bytes as its inside: what passes is written and read as the same.
#include <cstdlib>

#include "core/signal/codec.h"
#include "core/signal/join_request.h"

using namespace parlour;

namespace {

void look(std::string_view text) {
    const auto request = signal::decodeJoinRequest(text);
    if (!request) return;
    if (request->offer && request->offer->sdp.size() > signal::kMaxSdpBytes) std::abort();
    const auto again = signal::encodeJoinRequest(*request);
    if (again.size() <= signal::kMaxJoinParameter && !signal::decodeJoinRequest(again)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    look(text);
    look(base::toBase64Url(base::asBytes(text)));
    const auto plain = signal::gunzip(base::asBytes(text), signal::kMaxJoinRequest);
    if (plain && plain->size() > signal::kMaxJoinRequest) std::abort();
    return 0;
}

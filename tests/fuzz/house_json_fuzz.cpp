// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_api parlour_house
// Bodies of the house API: whatever comes, no crash; what is accepted is written and read back the same.
#include <cstdlib>

#include "core/api/house_json.h"
#include "core/house/display_name.h"

using namespace parlour;

namespace {
template <class T>
void roundTrip(std::string_view text) {
    const auto first = api::fromJson<T>(text);
    if (!first) return;
    const std::string written = api::toJson(*first);
    const auto second = api::fromJson<T>(written);
    if (!second || api::toJson(*second) != written) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 12) {
        case 0: roundTrip<api::ChallengeRequest>(text); break;
        case 1: roundTrip<api::PreviewRequest>(text); break;
        case 2: roundTrip<api::RedeemRequest>(text); break;
        case 3: roundTrip<api::LoginRequest>(text); break;
        case 4: roundTrip<api::TokenRequest>(text); break;
        case 5: roundTrip<api::StageCommand>(text); break;
        case 6: roundTrip<api::InvitationWish>(text); break;
        case 7: roundTrip<api::RevokeWish>(text); break;
        case 8: roundTrip<api::Challenge>(text); break;
        case 9: roundTrip<api::Redeemed>(text); break;
        case 10: roundTrip<api::Hands>(text); break;
        default: {
            roundTrip<api::ErrorBody>(text);
            const std::string clean = house::cleanText(text, 64, 256);
            if (clean.size() > 256 || house::countCharacters(clean) > 64 || house::cleanText(clean, 64, 256) != clean) std::abort();
            break;
        }
    }
    return 0;
}

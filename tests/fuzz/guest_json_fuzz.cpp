// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_api parlour_house
// What holders of a guest's links send, account or not: no crash; what is accepted is written and read back the same, and
// cleaned terms stay as they are when cleaned again.
#include <cstdlib>

#include "core/api/guest_types.h"
#include "core/api/house_json.h"
#include "core/house/guest_terms.h"

using namespace parlour;

namespace {
template <class T>
std::optional<T> roundTrip(std::string_view text) {
    const auto first = api::fromJson<T>(text);
    if (!first) return std::nullopt;
    const std::string written = api::toJson(*first);
    const auto second = api::fromJson<T>(written);
    if (!second || api::toJson(*second) != written) std::abort();
    return *first;
}

void clean(const std::optional<api::Terms>& terms) {
    if (!terms) return;
    const auto once = house::cleanTerms(*terms);
    if (!once) return;
    const auto twice = house::cleanTerms(*once);
    if (!twice || !(*twice == *once) || !api::termsDifference(*once, *twice).empty()) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 6) {
        case 0: if (const auto wish = roundTrip<api::GuestWish>(text)) clean(wish->terms); break;
        case 1: if (const auto answer = roundTrip<api::GuestAnswer>(text)) clean(answer->terms); break;
        case 2: roundTrip<api::GuestSign>(text); break;
        case 3: roundTrip<api::GuestLink>(text); break;
        case 4: roundTrip<api::GuestChange>(text); break;
        default: clean(roundTrip<api::Terms>(text)); break;
    }
    return 0;
}

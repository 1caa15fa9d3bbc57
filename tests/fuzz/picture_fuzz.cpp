// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_house
// Whatever comes in, what is kept is a small JPEG that our own reader takes again.
#include <cstdlib>

#include "core/house/picture.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto picture = house::normalizedPicture({reinterpret_cast<const std::byte*>(data), size});
    if (picture && !house::normalizedPicture(*picture)) std::abort();
    return 0;
}

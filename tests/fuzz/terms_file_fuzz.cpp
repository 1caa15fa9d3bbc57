// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_room
// Files of signed terms from anywhere: nothing crashes, and what is no genuine file never passes.
#include <cstdlib>

#include "core/room/terms_file.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto file = room::verifyTerms(text);
    // Whoever passes has two different sides; a demand for a foreign key never passes.
    if (file && (file->signedBy.size() != 2 || file->signedBy[0].side == file->signedBy[1].side)) std::abort();
    if (room::verifyTerms(text, "nobody's key")) std::abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_room
// No text but a real export gives an identity, and reading one never costs more than the limits say.
#include <cstdlib>

#include "core/room/identity_file.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto person = room::importPerson(text, "fuzzing passphrase"); person && person->seed.size() != 32) std::abort();
    return 0;
}

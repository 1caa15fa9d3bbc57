// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_audio
// Headers of sound files.
#include <cstdlib>

#include "audio/wav.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto format = parlour::audio::parseWavHeader({reinterpret_cast<const std::byte*>(data), size});
    if (!format) return format.error().message.empty() ? (std::abort(), 0) : 0;
    if (format->channels < 1 || format->channels > 8 || format->dataOffset > size) std::abort();
    return 0;
}

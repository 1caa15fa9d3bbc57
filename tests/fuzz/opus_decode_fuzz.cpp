// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_audio
// Packets of strangers into the Opus wrapper. Input: packets, each with one length byte before it; a length of 255
// conceals.
#include <cmath>
#include <cstdlib>
#include <vector>

#include "audio/opus_decoder.h"

using parlour::audio::OpusDecoder;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    OpusDecoder decoder;
    std::vector<float> pcm(OpusDecoder::kMaxSamples), side(OpusDecoder::kMaxSamples);
    const auto check = [&](std::size_t count) {
        if (count > pcm.size()) std::abort();
        for (std::size_t i = 0; i < count; ++i)
            if (!std::isfinite(pcm[i]) || !std::isfinite(side[i])) std::abort();
    };
    int decoded = 0;
    while (size > 0 && decoded++ < 32) {
        std::size_t length = *data++;
        --size;
        if (length == 255) {
            check(decoder.conceal(std::span(pcm).first(480), std::span(side).first(480)));
            continue;
        }
        if (length > size) length = size;
        const std::span packet(reinterpret_cast<const std::byte*>(data), length);
        const auto samples = OpusDecoder::packetSamples(packet);
        if (OpusDecoder::hasFec(packet)) check(decoder.decodeFec(packet, std::span(pcm).first(960), side));
        const auto count = decoder.decode(packet, pcm, side);
        if (samples && count > static_cast<std::size_t>(*samples)) std::abort();
        check(count);
        data += length;
        size -= length;
    }
    return 0;
}

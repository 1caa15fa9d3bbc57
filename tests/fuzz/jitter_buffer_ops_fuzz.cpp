// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_audio
// Any order of inserts and pulls. Operations: 0x00-0x7F pull after that many ms; else insert: two bytes of sequence
// step, two of timestamp step (in 2.5 ms), one of lateness, one of epoch and payload choice.
#include <cmath>
#include <cstdlib>
#include <memory>

#include "audio/jitter_buffer.h"

using namespace parlour;
using namespace parlour::audio;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static auto buffer = std::make_unique<JitterBuffer>();  // 200 KB: made anew each time, but not on the stack
    buffer = std::make_unique<JitterBuffer>();
    std::array<float, 480> block{};
    auto now = base::TimePoint(std::chrono::seconds(1));
    std::int64_t sequence = 100;
    std::uint32_t timestamp = 0xFFFF0000u;
    base::OpusFrame frame;
    int operations = 0;
    while (size > 0 && operations++ < 400) {
        const auto op = *data++;
        --size;
        if (op < 0x80) {
            now += std::chrono::milliseconds(op);
            buffer->pull(block, now);
            for (const float s : block)
                if (!std::isfinite(s)) std::abort();
            const auto missing = buffer->missing(now, std::chrono::milliseconds(op));
            if (missing.missingCount > base::Feedback::kMaxMissing) std::abort();
            continue;
        }
        if (size < 6) break;
        sequence += static_cast<std::int16_t>(data[0] | (data[1] << 8)) % 2'000;
        timestamp += static_cast<std::uint32_t>(static_cast<std::int16_t>(data[2] | (data[3] << 8)) * 120);
        frame.sequence = sequence;
        frame.rtpTimestamp = timestamp;
        frame.received = now - std::chrono::milliseconds(data[4]);
        frame.streamEpoch = data[5] >> 6;
        frame.redundancyDistance = (data[5] >> 5) & 1;
        frame.size = static_cast<std::uint16_t>(data[5] & 0x1F);
        data += 6;
        size -= 6;
        if (frame.size > size) frame.size = static_cast<std::uint16_t>(size);
        for (std::size_t i = 0; i < frame.size; ++i) frame.payload[i] = static_cast<std::byte>(data[i]);
        data += frame.size;
        size -= frame.size;
        buffer->insert(frame);
    }
    const auto& s = buffer->stats();
    if (s.concealedSamples > s.totalSamplesReceived + 4 * OpusDecoder::kMaxSamples) std::abort();
    return 0;
}

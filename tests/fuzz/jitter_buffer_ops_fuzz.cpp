// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_audio
// Any order of inserts and pulls. Operations: 0x00-0x7F pull after that many ms, 10 ms at once, but where its lowest bits are
// 01 one or more pieces of 2.5 ms from one look, 10 a single sample, 11 20 ms behind a device that has 5 ms ready; 0x80-0xBF insert with two bytes of
// sequence step, two of timestamp step (in 2.5 ms), one of lateness, one of epoch, copy and length of the payload that
// follows; 0xC0-0xFF: that many (op & 63) packets of real speech in order, the next byte says per packet, in turn,
// which of them are lost (bit set) while 20 ms pass for each.
#include <cmath>
#include <cstdlib>
#include <memory>
#include <vector>

#include "audio/jitter_buffer.h"
#include "audio/opus_encoder.h"

using namespace parlour;
using namespace parlour::audio;

namespace {

const std::vector<base::OpusFrame>& speech() {
    static const auto made = [] {
        std::vector<base::OpusFrame> packets(50);
        OpusEncoder encoder;
        encoder.apply({32'000, true, true, 10});
        std::vector<float> pcm(960);
        std::size_t at = 0;
        for (auto& p : packets) {
            for (auto& s : pcm) {
                const auto t = static_cast<float>(at++) / 48'000.0f;
                s = 0.2f * std::sin(6.2832f * 140.0f * t) * (0.5f + 0.5f * std::sin(6.2832f * 3.0f * t));
            }
            p.size = static_cast<std::uint16_t>(encoder.encode(pcm, p.payload));
        }
        return packets;
    }();
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto buffer = std::make_unique<JitterBuffer>();  // 200 KB: not on the stack
    std::array<float, 960> block{};
    auto now = base::TimePoint(std::chrono::seconds(1));
    std::int64_t sequence = 100;
    std::uint32_t timestamp = 0xFFFF0000u;
    std::uint32_t epoch = 0;
    base::OpusFrame frame;
    const auto pull = [&](int ms) {
        now += std::chrono::milliseconds(ms);
        if ((ms & 3) == 1) {
            for (int i = 0; i <= ms / 32; ++i)
                buffer->pull(std::span(block).subspan(static_cast<std::size_t>(i) * 120, 120),
                             {now + base::Duration(i * 2'500), now, {}, 120 * static_cast<std::size_t>(ms / 32 + 1)});
        } else if ((ms & 3) == 2) {
            buffer->pull(std::span(block).first(1), now);
        } else if ((ms & 3) == 3) {
            buffer->pull(block, {now + base::Duration(5'000), now, base::Duration(5'000), 960});
        } else {
            buffer->pull(std::span(block).first(480), now);
        }
        for (const float s : block)
            if (!std::isfinite(s) || std::abs(s) > 8.0f) std::abort();
        const auto missing = buffer->missing(now, std::chrono::milliseconds(ms));
        if (missing.missingCount > base::Feedback::kMaxMissing) std::abort();
        if (buffer->target() < base::Duration(0) || buffer->target() > std::chrono::seconds(2)) std::abort();
    };
    int operations = 0;
    while (size > 0 && operations++ < 400) {
        const auto op = *data++;
        --size;
        if (op < 0x80) {
            pull(op);
            continue;
        }
        if (op >= 0xC0) {
            if (size < 1) break;
            const auto lost = *data++;
            --size;
            for (int i = 0; i < (op & 63); ++i) {
                frame = speech()[static_cast<std::size_t>(operations + i) % speech().size()];
                frame.sequence = ++sequence;
                frame.rtpTimestamp = timestamp += 960;
                frame.streamEpoch = epoch;
                frame.received = now;
                if (((lost >> (i % 8)) & 1) == 0) buffer->insert(frame);
                pull(i % 2 == 0 ? 12 : 9);
                pull(i % 2 == 0 ? 8 : 11);
            }
            continue;
        }
        if (size < 6) break;
        sequence += static_cast<std::int16_t>(data[0] | (data[1] << 8)) % 2'000;
        timestamp += static_cast<std::uint32_t>(static_cast<std::int16_t>(data[2] | (data[3] << 8)) * 120);
        epoch = data[5] >> 6;
        frame.sequence = sequence;
        frame.rtpTimestamp = timestamp;
        frame.received = now - std::chrono::milliseconds(data[4]);
        frame.streamEpoch = epoch;
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
    if (s.silentConcealedSamples > s.concealedSamples) std::abort();
    if (s.totalInterruptionDuration * base::kSampleRate > static_cast<double>(s.concealedSamples) + 1.0) std::abort();
    return 0;
}

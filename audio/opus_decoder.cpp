// SPDX-License-Identifier: Apache-2.0
#include "audio/opus_decoder.h"

#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <new>

#include "audio/scrub.h"
#include "core/base/media.h"

namespace parlour::audio {
namespace {

const unsigned char* raw(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

struct Free {
    void operator()(::OpusDecoder* d) const { opus_decoder_destroy(d); }
};
using Decoder = std::unique_ptr<::OpusDecoder, Free>;

Decoder make(int channels) {
    int error = OPUS_OK;
    Decoder decoder(opus_decoder_create(base::kSampleRate, channels, &error));
    if (!decoder || error != OPUS_OK) throw std::bad_alloc();
    return decoder;
}

bool hasTwoChannels(std::span<const std::byte> packet) {
    return !packet.empty() && (std::to_integer<unsigned>(packet[0]) & 0x04u) != 0;  // TOC, RFC 6716, 3.1
}

}  // namespace

struct OpusDecoder::Impl {
    Decoder one = make(1);
    Decoder two = make(2);
    bool stereo = false;
    int complexity = 0;
    int errorsInARow = 0;
    std::uint64_t malformed = 0;
    std::array<float, 2 * kMaxSamples> pairs{};
};

OpusDecoder::OpusDecoder() : m_impl(std::make_unique<Impl>()) {}
OpusDecoder::~OpusDecoder() = default;
OpusDecoder::OpusDecoder(OpusDecoder&&) noexcept = default;
OpusDecoder& OpusDecoder::operator=(OpusDecoder&&) noexcept = default;

std::optional<int> OpusDecoder::packetSamples(std::span<const std::byte> packet) {
    if (packet.empty() || packet.size() > base::kMaxOpusPayload) return std::nullopt;
    const int samples =
        opus_packet_get_nb_samples(raw(packet), static_cast<opus_int32>(packet.size()), base::kSampleRate);
    if (samples <= 0 || samples > static_cast<int>(kMaxSamples)) return std::nullopt;
    return samples;
}

bool OpusDecoder::hasFec(std::span<const std::byte> packet) {
    if (packet.empty()) return false;
    unsigned char toc = 0;
    std::array<const unsigned char*, 48> frames{};
    std::array<opus_int16, 48> sizes{};
    const int count = opus_packet_parse(raw(packet), static_cast<opus_int32>(packet.size()), &toc, frames.data(), sizes.data(), nullptr);
    if (count != 1 || sizes[0] == 0) return false;  // one frame per packet is what we and WebRTC send
    if (toc & 0x80) return false;  // CELT only: no LBRR
    const int samples = opus_packet_get_samples_per_frame(raw(packet), base::kSampleRate);
    const int silkFrames = std::max(1, samples / 960);
    const bool stereo = (toc & 0x04) != 0;
    const auto flags = unsigned{*frames[0]};
    const bool mid = ((flags >> (7 - silkFrames)) & 1u) != 0;
    const int sideBit = 7 - 2 * silkFrames - 1;
    const bool side = stereo && sideBit >= 0 && ((flags >> sideBit) & 1u) != 0;
    return mid || side;
}

std::size_t OpusDecoder::take(int result, std::span<float> out, std::span<float> side) {
    auto& d = *m_impl;
    if (result <= 0) {
        ++d.malformed;
        if (++d.errorsInARow >= 3) {
            reset();
            d.errorsInARow = 0;
        }
        return 0;
    }
    d.errorsInARow = 0;
    return deliver(static_cast<std::size_t>(result), out, side);
}

std::size_t OpusDecoder::deliver(std::size_t decoded, std::span<float> out, std::span<float> side) {
    auto& d = *m_impl;
    const auto count = std::min(out.size(), decoded);
    if (d.stereo) {
        const auto pairs = std::span(d.pairs).first(2 * count);
        scrub(pairs);
        for (std::size_t i = 0; i < count; ++i) out[i] = 0.5f * (pairs[2 * i] + pairs[2 * i + 1]);
        for (std::size_t i = 0; i < count && i < side.size(); ++i) side[i] = 0.5f * (pairs[2 * i] - pairs[2 * i + 1]);
    } else {
        scrub(out.first(count));
        std::fill_n(side.begin(), std::min(count, side.size()), 0.0f);
    }
    return count;
}

/// Into `out`, or of two channels into the pairs.
int OpusDecoder::run(const std::byte* packet, std::size_t size, std::span<float> out, int samples, bool fec) {
    auto& d = *m_impl;
    return opus_decode_float(d.stereo ? d.two.get() : d.one.get(), reinterpret_cast<const unsigned char*>(packet), static_cast<opus_int32>(size),
                             d.stereo ? d.pairs.data() : out.data(), samples, fec ? 1 : 0);
}

std::size_t OpusDecoder::decode(std::span<const std::byte> packet, std::span<float> out, std::span<float> side) {
    auto& d = *m_impl;
    const auto samples = packetSamples(packet);
    if (!samples || out.size() < static_cast<std::size_t>(*samples)) return take(-1, out, side);
    const bool goesOver = !d.stereo && hasTwoChannels(packet);
    if (goesOver) d.stereo = true;
    const int result = run(packet.data(), packet.size(), out, *samples, false);
    if (goesOver && result <= 0) {  // what cannot be decoded changes nothing
        d.stereo = false;
        opus_decoder_ctl(d.two.get(), OPUS_RESET_STATE);
    }
    return take(result, out, side);
}

std::size_t OpusDecoder::decodeFec(std::span<const std::byte> packet, std::span<float> out, std::span<float> side) {
    if (!packetSamples(packet) || out.size() > kMaxSamples) return take(-1, out, side);
    return take(run(packet.data(), packet.size(), out, static_cast<int>(out.size()), true), out, side);
}

std::size_t OpusDecoder::conceal(std::span<float> out, std::span<float> side) {
    const auto piece = out.first(std::min(out.size(), kMaxSamples));
    const int result = run(nullptr, 0, piece, static_cast<int>(piece.size()), false);
    if (result > 0) return deliver(static_cast<std::size_t>(result), out, side);
    std::fill(out.begin(), out.end(), 0.0f);
    std::fill(side.begin(), side.end(), 0.0f);
    return out.size();
}

void OpusDecoder::setComplexity(int complexity) {
    auto& d = *m_impl;
    if (complexity == d.complexity) return;
    const auto set = [&](Decoder& decoder) { return opus_decoder_ctl(decoder.get(), OPUS_SET_COMPLEXITY(complexity)) == OPUS_OK; };
    if (set(d.one) && set(d.two)) d.complexity = complexity;
}

bool OpusDecoder::stereo() const { return m_impl->stereo; }

void OpusDecoder::reset() {
    opus_decoder_ctl(m_impl->one.get(), OPUS_RESET_STATE);
    opus_decoder_ctl(m_impl->two.get(), OPUS_RESET_STATE);
    m_impl->stereo = false;
}
std::uint64_t OpusDecoder::malformed() const { return m_impl->malformed; }

}  // namespace parlour::audio

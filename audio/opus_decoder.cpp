// SPDX-License-Identifier: Apache-2.0
#include "audio/opus_decoder.h"

#include <opus/opus.h>

#include <algorithm>
#include <new>

#include "audio/scrub.h"
#include "core/base/media.h"

namespace parlour::audio {
namespace {

const unsigned char* raw(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

struct OpusDecoder::Impl {
    struct Free {
        void operator()(::OpusDecoder* d) const { opus_decoder_destroy(d); }
    };
    std::unique_ptr<::OpusDecoder, Free> decoder;
    int errorsInARow = 0;
    std::uint64_t malformed = 0;
};

OpusDecoder::OpusDecoder() : m_impl(std::make_unique<Impl>()) {
    int error = OPUS_OK;
    m_impl->decoder.reset(opus_decoder_create(base::kSampleRate, 1, &error));
    if (!m_impl->decoder || error != OPUS_OK) throw std::bad_alloc();
}
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
    if (packet.size() < 2) return false;
    const auto toc = std::to_integer<unsigned>(packet[0]);
    if (toc & 0x80) return false;         // CELT only: no LBRR
    if ((toc & 0x03) != 0) return false;  // one frame per packet is what we and WebRTC send
    const int samples = opus_packet_get_samples_per_frame(raw(packet), base::kSampleRate);
    const int silkFrames = std::max(1, samples / 960);
    const bool stereo = (toc & 0x04) != 0;
    const auto flags = std::to_integer<unsigned>(packet[1]);
    const bool mid = ((flags >> (7 - silkFrames)) & 1u) != 0;
    const int sideBit = 7 - 2 * silkFrames - 1;
    const bool side = stereo && sideBit >= 0 && ((flags >> sideBit) & 1u) != 0;
    return mid || side;
}

std::size_t OpusDecoder::take(int result, std::span<float> out) {
    if (result <= 0) {
        ++m_impl->malformed;
        if (++m_impl->errorsInARow >= 3) {
            reset();
            m_impl->errorsInARow = 0;
        }
        return 0;
    }
    m_impl->errorsInARow = 0;
    const auto count = std::min(out.size(), static_cast<std::size_t>(result));
    scrub(out.first(count));
    return count;
}

std::size_t OpusDecoder::decode(std::span<const std::byte> packet, std::span<float> out) {
    const auto samples = packetSamples(packet);
    if (!samples || out.size() < static_cast<std::size_t>(*samples)) return take(-1, out);
    return take(opus_decode_float(m_impl->decoder.get(), raw(packet), static_cast<opus_int32>(packet.size()),
                                  out.data(), *samples, 0),
                out);
}

std::size_t OpusDecoder::decodeFec(std::span<const std::byte> packet, std::span<float> out) {
    if (!packetSamples(packet)) return take(-1, out);
    return take(opus_decode_float(m_impl->decoder.get(), raw(packet), static_cast<opus_int32>(packet.size()),
                                  out.data(), static_cast<int>(out.size()), 1),
                out);
}

std::size_t OpusDecoder::conceal(std::span<float> out) {
    const int result =
        opus_decode_float(m_impl->decoder.get(), nullptr, 0, out.data(), static_cast<int>(out.size()), 0);
    if (result > 0) {
        scrub(out.first(std::min(out.size(), static_cast<std::size_t>(result))));
        return static_cast<std::size_t>(result);
    }
    std::fill(out.begin(), out.end(), 0.0f);
    return out.size();
}

void OpusDecoder::reset() { opus_decoder_ctl(m_impl->decoder.get(), OPUS_RESET_STATE); }
std::uint64_t OpusDecoder::malformed() const { return m_impl->malformed; }

}  // namespace parlour::audio

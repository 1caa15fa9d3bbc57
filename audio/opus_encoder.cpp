// SPDX-License-Identifier: Apache-2.0
#include "audio/opus_encoder.h"

#include <opus/opus.h>

#include <new>
#include <utility>

#include "core/base/media.h"

namespace parlour::audio {

struct OpusEncoder::Impl {
    struct Free {
        void operator()(::OpusEncoder* e) const { opus_encoder_destroy(e); }
    };
    std::unique_ptr<::OpusEncoder, Free> encoder;
    std::size_t lastSize = 0;
    bool music = false;
};

std::string opusVersion() { return opus_get_version_string(); }

OpusEncoder::OpusEncoder() : m_impl(std::make_unique<Impl>()) {
    int error = OPUS_OK;
    m_impl->encoder.reset(opus_encoder_create(base::kSampleRate, 1, OPUS_APPLICATION_VOIP, &error));
    if (!m_impl->encoder || error != OPUS_OK) throw std::bad_alloc();
    auto* e = m_impl->encoder.get();
    opus_encoder_ctl(e, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(e, OPUS_SET_COMPLEXITY(9));
    opus_encoder_ctl(e, OPUS_SET_VBR(1));
    apply({});
}
OpusEncoder::~OpusEncoder() = default;
OpusEncoder::OpusEncoder(OpusEncoder&&) noexcept = default;
OpusEncoder& OpusEncoder::operator=(OpusEncoder&&) noexcept = default;

void OpusEncoder::apply(const EncoderSettings& settings) {
    auto* e = m_impl->encoder.get();
    if (std::exchange(m_impl->music, settings.music) != settings.music) {
        opus_encoder_ctl(e, OPUS_RESET_STATE);  // the application can be chosen before the first frame only
        opus_encoder_ctl(e, OPUS_SET_APPLICATION(settings.music ? OPUS_APPLICATION_AUDIO : OPUS_APPLICATION_VOIP));
        opus_encoder_ctl(e, OPUS_SET_SIGNAL(settings.music ? OPUS_SIGNAL_MUSIC : OPUS_SIGNAL_VOICE));
    }
    opus_encoder_ctl(e, OPUS_SET_BITRATE(settings.bitRate));
    opus_encoder_ctl(e, OPUS_SET_DTX(settings.dtx ? 1 : 0));
    opus_encoder_ctl(e, OPUS_SET_INBAND_FEC(settings.fec ? 1 : 0));
    opus_encoder_ctl(e, OPUS_SET_PACKET_LOSS_PERC(settings.expectedLoss));
}

void OpusEncoder::reset() { opus_encoder_ctl(m_impl->encoder.get(), OPUS_RESET_STATE); }

std::size_t OpusEncoder::encode(std::span<const float> pcm, std::span<std::byte> packet) {
    const auto size =
        opus_encode_float(m_impl->encoder.get(), pcm.data(), static_cast<int>(pcm.size()),
                          reinterpret_cast<unsigned char*>(packet.data()), static_cast<opus_int32>(packet.size()));
    m_impl->lastSize = size > 0 ? static_cast<std::size_t>(size) : 0;
    return m_impl->lastSize;
}

bool OpusEncoder::inDtx() const { return m_impl->lastSize > 0 && m_impl->lastSize <= 2; }  // opus.h: "2 bytes or less"

int OpusEncoder::lookahead() const {
    opus_int32 samples = 0;
    opus_encoder_ctl(m_impl->encoder.get(), OPUS_GET_LOOKAHEAD(&samples));
    return samples;
}

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
#include "audio/opus_encoder.h"

#include <opus/opus.h>

#include <new>

#include "core/base/media.h"

namespace parlour::audio {
namespace {

struct Free {
    void operator()(::OpusEncoder* e) const { opus_encoder_destroy(e); }
};
using Encoder = std::unique_ptr<::OpusEncoder, Free>;

Encoder make(int channels) {
    int error = OPUS_OK;
    Encoder encoder(opus_encoder_create(base::kSampleRate, channels, channels == 2 ? OPUS_APPLICATION_AUDIO : OPUS_APPLICATION_VOIP, &error));
    if (!encoder || error != OPUS_OK) throw std::bad_alloc();
    opus_encoder_ctl(encoder.get(), OPUS_SET_SIGNAL(channels == 2 ? OPUS_SIGNAL_MUSIC : OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(encoder.get(), OPUS_SET_COMPLEXITY(9));
    opus_encoder_ctl(encoder.get(), OPUS_SET_VBR(1));
    if (channels == 2) opus_encoder_ctl(encoder.get(), OPUS_SET_FORCE_CHANNELS(2));  // its packets say so: listeners know music by it
    return encoder;
}

}  // namespace

struct OpusEncoder::Impl {
    Encoder speech = make(1);
    Encoder music = make(2);  // both from the start: going over allocates nothing
    EncoderSettings settings;
    std::size_t lastSize = 0;

    ::OpusEncoder* now() const { return settings.music ? music.get() : speech.get(); }
};

std::string opusVersion() { return opus_get_version_string(); }

OpusEncoder::OpusEncoder() : m_impl(std::make_unique<Impl>()) { apply({}); }
OpusEncoder::~OpusEncoder() = default;
OpusEncoder::OpusEncoder(OpusEncoder&&) noexcept = default;
OpusEncoder& OpusEncoder::operator=(OpusEncoder&&) noexcept = default;

void OpusEncoder::apply(const EncoderSettings& settings) {
    const auto was = m_impl->settings;
    m_impl->settings = settings;
    auto* e = m_impl->now();
    if (settings.music != was.music || settings.lowDelay != was.lowDelay) {
        opus_encoder_ctl(e, OPUS_RESET_STATE);  // the application can be chosen before the first frame only
        opus_encoder_ctl(e, OPUS_SET_APPLICATION(settings.lowDelay ? OPUS_APPLICATION_RESTRICTED_LOWDELAY
                                                 : settings.music  ? OPUS_APPLICATION_AUDIO
                                                                   : OPUS_APPLICATION_VOIP));
    }
    opus_encoder_ctl(e, OPUS_SET_BITRATE(settings.bitRate));
    opus_encoder_ctl(e, OPUS_SET_DTX(settings.dtx ? 1 : 0));
    opus_encoder_ctl(e, OPUS_SET_INBAND_FEC(settings.fec ? 1 : 0));
    opus_encoder_ctl(e, OPUS_SET_PACKET_LOSS_PERC(settings.expectedLoss));
}

void OpusEncoder::reset() { opus_encoder_ctl(m_impl->now(), OPUS_RESET_STATE); }

std::size_t OpusEncoder::encode(std::span<const float> pcm, std::span<std::byte> packet) {
    const auto samples = static_cast<int>(m_impl->settings.music ? pcm.size() / 2 : pcm.size());
    const auto size = opus_encode_float(m_impl->now(), pcm.data(), samples, reinterpret_cast<unsigned char*>(packet.data()),
                                        static_cast<opus_int32>(packet.size()));
    m_impl->lastSize = size > 0 ? static_cast<std::size_t>(size) : 0;
    return m_impl->lastSize;
}

bool OpusEncoder::inDtx() const { return m_impl->lastSize > 0 && m_impl->lastSize <= 2; }  // opus.h: "2 bytes or less"

int OpusEncoder::lookahead() const {
    opus_int32 samples = 0;
    opus_encoder_ctl(m_impl->now(), OPUS_GET_LOOKAHEAD(&samples));
    return samples;
}

}  // namespace parlour::audio

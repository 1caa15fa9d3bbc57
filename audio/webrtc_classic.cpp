// SPDX-License-Identifier: Apache-2.0
// webrtc-audio-processing 0.3 (Debian 12): the canceller before AEC3, with its long filter and its own search for the
// delay. Echo and noise have an instance each: what one has learned survives the other's switching.
#include <webrtc/modules/audio_processing/include/audio_processing.h>

#include "audio/webrtc_stage.h"

namespace parlour::audio {
namespace {

std::unique_ptr<webrtc::AudioProcessing> makeInstance() {
    webrtc::Config config;
    config.Set<webrtc::ExtendedFilter>(new webrtc::ExtendedFilter(true));
    config.Set<webrtc::DelayAgnostic>(new webrtc::DelayAgnostic(true));
    config.Set<webrtc::ExperimentalAgc>(new webrtc::ExperimentalAgc(false));
    std::unique_ptr<webrtc::AudioProcessing> instance(webrtc::AudioProcessing::Create(config));
    const webrtc::StreamConfig mono(base::kSampleRate, 1);
    instance->Initialize(webrtc::ProcessingConfig{{mono, mono, mono, mono}});
    return instance;
}

using Stage = WebrtcStage<std::unique_ptr<webrtc::AudioProcessing>, webrtc::StreamConfig>;

class WebrtcEcho final : public Stage {
  public:
    WebrtcEcho() : Stage(makeInstance()) {
        // More suppression than the least takes the own voice too when both speak (docs/sound.md has the figures).
        m_instance->echo_cancellation()->set_suppression_level(webrtc::EchoCancellation::kLowSuppression);
        m_instance->echo_cancellation()->Enable(true);
    }
};

class WebrtcNoise final : public Stage {
  public:
    WebrtcNoise() : Stage(makeInstance()) {
        m_instance->noise_suppression()->set_level(webrtc::NoiseSuppression::kModerate);
        m_instance->noise_suppression()->Enable(true);
        m_instance->voice_detection()->set_likelihood(webrtc::VoiceDetection::kLowLikelihood);
        m_instance->voice_detection()->Enable(true);
    }
    void played(std::span<const float>) override {}   // noise is no matter of the loudspeaker
    std::optional<bool> voice() const override { return m_instance->voice_detection()->stream_has_voice(); }
};

}  // namespace

std::unique_ptr<ProcessorStage> makeWebrtcEcho() { return std::make_unique<WebrtcEcho>(); }
std::unique_ptr<ProcessorStage> makeWebrtcNoise() { return std::make_unique<WebrtcNoise>(); }

}  // namespace parlour::audio

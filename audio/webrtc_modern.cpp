// SPDX-License-Identifier: Apache-2.0
// webrtc-audio-processing 1.x and 2.x: AEC3. Echo and noise have an instance each, as in webrtc_classic.cpp.
#include <modules/audio_processing/include/audio_processing.h>

#include <optional>

#include "audio/pitch_check.h"
#include "audio/webrtc_stage.h"

namespace parlour::audio {
namespace {

/// 1.x tells voices from other sounds, 2.x does not any more.
template <class Config>
void askForVoice(Config& config, bool on) {
    if constexpr (requires { config.voice_detection.enabled; }) config.voice_detection.enabled = on;
}
template <class Statistics>
std::optional<bool> voiceIn(const Statistics& statistics) {
    if constexpr (requires { statistics.voice_detected; })
        if (statistics.voice_detected) return *statistics.voice_detected;
    return {};
}

rtc::scoped_refptr<webrtc::AudioProcessing> makeInstance(bool echo, bool noise) {
    rtc::scoped_refptr<webrtc::AudioProcessing> instance(webrtc::AudioProcessingBuilder().Create());
    webrtc::AudioProcessing::Config config;
    config.echo_canceller.enabled = echo;
    config.echo_canceller.mobile_mode = false;
    config.noise_suppression.enabled = noise;
    config.noise_suppression.level = webrtc::AudioProcessing::Config::NoiseSuppression::kModerate;
    askForVoice(config, noise);
    instance->ApplyConfig(config);
    return instance;
}

using Stage = WebrtcStage<rtc::scoped_refptr<webrtc::AudioProcessing>, webrtc::StreamConfig>;

class WebrtcNoise final : public Stage {
  public:
    WebrtcNoise() : Stage(makeInstance(false, true)) {}
    void played(std::span<const float>) override {}   // noise is no matter of the loudspeaker
    bool process(std::span<float> block, base::Duration echoDelay) override {
        m_pitch.add(block);
        return Stage::process(block, echoDelay);
    }
    void reset() override {
        m_pitch = {};
        Stage::reset();
    }
    std::optional<bool> voice() const override { return voiceIn(m_instance->GetStatistics()); }
    /// What this suppression leaves of keys swings at a pitch, so that is looked for before it.
    std::optional<bool> speech() const override { return m_pitch.pitched() && voice().value_or(true); }

  private:
    PitchCheck m_pitch;
};

}  // namespace

std::unique_ptr<ProcessorStage> makeWebrtcEcho() { return std::make_unique<Stage>(makeInstance(true, false)); }
std::unique_ptr<ProcessorStage> makeWebrtcNoise() { return std::make_unique<WebrtcNoise>(); }

}  // namespace parlour::audio

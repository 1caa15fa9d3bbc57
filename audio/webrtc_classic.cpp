// SPDX-License-Identifier: Apache-2.0
// webrtc-audio-processing 0.3 (Debian 12): the canceller before AEC3, with its long filter and its own search for the
// delay. Echo and noise have an instance each: what one has learned survives the other's switching.
#include <webrtc/modules/audio_processing/include/audio_processing.h>

#include <algorithm>

#include "audio/processor_libraries.h"

namespace parlour::audio {
namespace {

constexpr std::int64_t kLongestDelayMs = 500;  // the library's own limit

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

class WebrtcEcho final : public ProcessorStage {
  public:
    WebrtcEcho() : m_instance(makeInstance()) {
        // More suppression than the least takes the own voice too when both speak (docs/sound.md has the figures).
        m_instance->echo_cancellation()->set_suppression_level(webrtc::EchoCancellation::kLowSuppression);
        m_instance->echo_cancellation()->Enable(true);
    }
    void played(std::span<const float> block) override {
        const float* in = block.data();
        float* out = m_unused.data();
        m_instance->ProcessReverseStream(&in, m_mono, m_mono, &out);
    }
    bool process(std::span<float> block, base::Duration echoDelay) override {
        m_instance->set_stream_delay_ms(
            static_cast<int>(std::clamp<std::int64_t>(echoDelay.count() / 1000, 0, kLongestDelayMs)));
        float* samples = block.data();
        return m_instance->ProcessStream(&samples, m_mono, m_mono, &samples) == webrtc::AudioProcessing::kNoError;
    }
    void reset() override { m_instance->Initialize(); }

  private:
    const webrtc::StreamConfig m_mono{base::kSampleRate, 1};
    std::unique_ptr<webrtc::AudioProcessing> m_instance;
    std::array<float, base::kBlockSamples> m_unused{};
};

class WebrtcNoise final : public ProcessorStage {
  public:
    WebrtcNoise() : m_instance(makeInstance()) {
        m_instance->noise_suppression()->set_level(webrtc::NoiseSuppression::kModerate);
        m_instance->noise_suppression()->Enable(true);
        m_instance->voice_detection()->set_likelihood(webrtc::VoiceDetection::kLowLikelihood);
        m_instance->voice_detection()->Enable(true);
    }
    bool process(std::span<float> block, base::Duration) override {
        float* samples = block.data();
        return m_instance->ProcessStream(&samples, m_mono, m_mono, &samples) == webrtc::AudioProcessing::kNoError;
    }
    std::optional<bool> voice() const override { return m_instance->voice_detection()->stream_has_voice(); }
    void reset() override { m_instance->Initialize(); }

  private:
    const webrtc::StreamConfig m_mono{base::kSampleRate, 1};
    std::unique_ptr<webrtc::AudioProcessing> m_instance;
};

}  // namespace

std::unique_ptr<ProcessorStage> makeWebrtcEcho() { return std::make_unique<WebrtcEcho>(); }
std::unique_ptr<ProcessorStage> makeWebrtcNoise() { return std::make_unique<WebrtcNoise>(); }

}  // namespace parlour::audio

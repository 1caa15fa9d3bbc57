// SPDX-License-Identifier: Apache-2.0
// webrtc-audio-processing 1.x and 2.x: AEC3. Echo and noise have an instance each, as in webrtc_classic.cpp.
#include <modules/audio_processing/include/audio_processing.h>

#include <algorithm>

#include "audio/processor_libraries.h"

namespace parlour::audio {
namespace {

constexpr std::int64_t kLongestDelayMs = 500;  // the library's own limit

class WebrtcStage final : public ProcessorStage {
  public:
    WebrtcStage(bool echo, bool noise) : m_instance(webrtc::AudioProcessingBuilder().Create()) {
        webrtc::AudioProcessing::Config config;
        config.echo_canceller.enabled = echo;
        config.echo_canceller.mobile_mode = false;
        config.noise_suppression.enabled = noise;
        config.noise_suppression.level = webrtc::AudioProcessing::Config::NoiseSuppression::kModerate;
        m_instance->ApplyConfig(config);
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
    const rtc::scoped_refptr<webrtc::AudioProcessing> m_instance;
    std::array<float, base::kBlockSamples> m_unused{};
};

}  // namespace

std::unique_ptr<ProcessorStage> makeWebrtcEcho() { return std::make_unique<WebrtcStage>(true, false); }
std::unique_ptr<ProcessorStage> makeWebrtcNoise() { return std::make_unique<WebrtcStage>(false, true); }

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
// webrtc-audio-processing 1.x and 2.x: AEC3. Echo and noise have an instance each, as in webrtc_classic.cpp.
#include <modules/audio_processing/include/audio_processing.h>

#include "audio/webrtc_stage.h"

namespace parlour::audio {
namespace {

rtc::scoped_refptr<webrtc::AudioProcessing> makeInstance(bool echo, bool noise) {
    rtc::scoped_refptr<webrtc::AudioProcessing> instance(webrtc::AudioProcessingBuilder().Create());
    webrtc::AudioProcessing::Config config;
    config.echo_canceller.enabled = echo;
    config.echo_canceller.mobile_mode = false;
    config.noise_suppression.enabled = noise;
    config.noise_suppression.level = webrtc::AudioProcessing::Config::NoiseSuppression::kModerate;
    instance->ApplyConfig(config);
    return instance;
}

using Stage = WebrtcStage<rtc::scoped_refptr<webrtc::AudioProcessing>, webrtc::StreamConfig>;

}  // namespace

std::unique_ptr<ProcessorStage> makeWebrtcEcho() { return std::make_unique<Stage>(makeInstance(true, false)); }
std::unique_ptr<ProcessorStage> makeWebrtcNoise() { return std::make_unique<Stage>(makeInstance(false, true)); }

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
// What the library files give to processor.cpp; nobody else includes this.
#pragma once

#include <memory>

#include "audio/processor.h"

namespace parlour::audio {

std::unique_ptr<ProcessorStage> makeSpeexEcho();
std::unique_ptr<ProcessorStage> makeSpeexNoise();

#if defined(PARLOUR_WEBRTC)
/// webrtc_classic.cpp (library 0.3) or webrtc_modern.cpp (1.x and 2.x), whichever the build found.
std::unique_ptr<ProcessorStage> makeWebrtcEcho();
std::unique_ptr<ProcessorStage> makeWebrtcNoise();
inline constexpr std::string_view kWebrtcName = "webrtc-audio-processing " PARLOUR_WEBRTC;
#endif

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
#include "audio/portaudio_native.h"

namespace parlour::audio {

NativeDevice resolveDevice(const std::string&, bool) { return {}; }
std::string convertingDevice(const std::string&) { return {}; }
void prepareSoundLibraries() {}
void quietLibraries() {}
QuietStderr::QuietStderr() = default;
QuietStderr::~QuietStderr() = default;

}  // namespace parlour::audio

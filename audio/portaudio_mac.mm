// SPDX-License-Identifier: Apache-2.0
#include "audio/device_news.h"
#include "audio/portaudio_native.h"

namespace parlour::audio {

NativeDevice resolveDevice(const std::string&, bool) { return {}; }
std::string convertingDevice(const std::string&) { return {}; }
std::optional<int> preferredHostApi() { return {}; }
void* streamHints(int) { return nullptr; }
void prepareSoundLibraries() {}
void quietLibraries() {}
QuietStderr::QuietStderr() = default;
QuietStderr::~QuietStderr() = default;

/// Nobody tells here yet: the supervisor notices a lost device by its standstill.
std::unique_ptr<DeviceNews> makeDeviceNews(std::function<void()>) { return nullptr; }

}  // namespace parlour::audio

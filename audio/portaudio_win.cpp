// SPDX-License-Identifier: Apache-2.0
// WASAPI is the short way to a device; PortAudio's first choice (MME) adds some 100 ms and cuts names off at 31 letters. In
// shared mode WASAPI takes only the rate of the device's mixer unless it is asked to convert.
#include <portaudio.h>
#include <pa_win_wasapi.h>

#include "audio/device_news.h"
#include "audio/portaudio_native.h"

namespace parlour::audio {

NativeDevice resolveDevice(const std::string&, bool) { return {}; }
std::string convertingDevice(const std::string&) { return {}; }
std::optional<int> preferredHostApi() { return paWASAPI; }
void* streamHints(int device) {
    static PaWasapiStreamInfo converting = [] {
        PaWasapiStreamInfo info{};
        info.size = sizeof(info);
        info.hostApiType = paWASAPI;
        info.version = 1;
        info.flags = paWinWasapiAutoConvert;
        return info;
    }();
    const auto* info = Pa_GetDeviceInfo(device);
    const auto* api = info ? Pa_GetHostApiInfo(info->hostApi) : nullptr;
    return api && api->type == paWASAPI ? &converting : nullptr;
}
void prepareSoundLibraries() {}
void quietLibraries() {}
QuietStderr::QuietStderr() = default;
QuietStderr::~QuietStderr() = default;

/// Nobody tells here yet: the supervisor notices a lost device by its standstill.
std::unique_ptr<DeviceNews> makeDeviceNews(std::function<void()>) { return nullptr; }

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
#include "audio/portaudio_backend.h"

#include <portaudio.h>
#if defined(__linux__)
#include <pa_linux_alsa.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "audio/portaudio_native.h"
#include "core/base/media.h"

namespace parlour::audio {
namespace {

constexpr double kLatePeriods = 3.0;    // callbacks that were due meanwhile
constexpr double kLateAtLeast = 0.040;  // s: sound servers call in bursts of some 20 ms

base::Unexpected<base::Error> failed(bool capture, const std::string& name, PaError code) {
    const std::string which = name.empty() ? "The default " : "The ";
    return base::fail(base::ErrorKind::unavailable, capture ? "microphone_unavailable" : "loudspeaker_unavailable",
                      which + (capture ? "microphone " : "loudspeaker ") + (name.empty() ? "" : "\"" + name + "\" ") +
                          "cannot be opened.",
                      "Check that it is plugged in and that the sound server runs, or choose another one.",
                      code == paUnanticipatedHostError && Pa_GetLastHostErrorInfo()->errorText
                          ? Pa_GetLastHostErrorInfo()->errorText
                          : Pa_GetErrorText(code));
}

bool isPreferred(PaHostApiIndex index) {
    const auto wanted = preferredHostApi();
    const auto* api = Pa_GetHostApiInfo(index);
    return !wanted || (api && static_cast<int>(api->type) == *wanted);
}

/// Index in PortAudio's list, or paNoDevice.
PaDeviceIndex findListed(const std::string& name, bool capture) {
    PaDeviceIndex found = paNoDevice;
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); ++i) {
        const auto* info = Pa_GetDeviceInfo(i);
        if (!info || (capture ? info->maxInputChannels : info->maxOutputChannels) <= 0 || name != info->name) continue;
        if (isPreferred(info->hostApi)) return i;
        if (found == paNoDevice) found = i;
    }
    return found;
}

PaDeviceIndex systemDevice(bool capture) {
    const auto wanted = preferredHostApi();
    const auto* api = wanted ? Pa_GetHostApiInfo(Pa_HostApiTypeIdToHostApiIndex(static_cast<PaHostApiTypeId>(*wanted))) : nullptr;
    const auto device = !api ? paNoDevice : capture ? api->defaultInputDevice : api->defaultOutputDevice;
    if (device != paNoDevice) return device;
    return capture ? Pa_GetDefaultInputDevice() : Pa_GetDefaultOutputDevice();
}

/// One stream. Only `channels`, `callbacks` and `frames` are touched by the device thread, and only while it is open.
struct Stream {
    PaStream* stream = nullptr;
    bool capture = false;
    int channels = 1;
    base::Duration latency{};
    DeviceCallbacks callbacks;
    std::array<float, 4096> mono{};
    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> xruns{0};
    double lastCall = 0.0;  // seconds of the library's clock; 0 = none yet

    /// A gap in the calls that a device with these blocks can hardly survive.
    void watchGap(double now, unsigned long count) {
        const double most = std::max(kLateAtLeast, kLatePeriods * static_cast<double>(count) / base::kSampleRate);
        if (lastCall > 0.0 && now - lastCall > most) xruns.fetch_add(1, std::memory_order_relaxed);
        lastCall = now;
    }

    void deviceThread(const void* input, void* output, unsigned long count) {
        if (capture) {
            const auto* in = static_cast<const float*>(input);
            if (!in) return;
            if (channels == 1) {
                callbacks.captured({in, count});
            } else if (callbacks.bothChannels) {
                callbacks.capturedStereo({in, 2 * count});
            } else {
                for (unsigned long at = 0; at < count;) {
                    const auto n = std::min<unsigned long>(count - at, mono.size());
                    for (unsigned long i = 0; i < n; ++i) mono[i] = 0.5f * (in[2 * (at + i)] + in[2 * (at + i) + 1]);
                    callbacks.captured({mono.data(), n});
                    at += n;
                }
            }
        } else {
            auto* out = static_cast<float*>(output);
            if (channels == 1) {
                callbacks.wanted({out, count});
            } else {
                callbacks.wantedStereo({out, 2 * count});
            }
        }
        frames.fetch_add(count, std::memory_order_relaxed);
    }
};

int onDevice(const void* input, void* output, unsigned long count, const PaStreamCallbackTimeInfo* time,
             PaStreamCallbackFlags flags, void* user) {
    auto& stream = *static_cast<Stream*>(user);
    if ((flags & (paInputOverflow | paOutputUnderflow)) != 0)
        stream.xruns.fetch_add(1, std::memory_order_relaxed);
    else if (time)
        stream.watchGap(time->currentTime, count);
    stream.deviceThread(input, output, count);
    return paContinue;
}

class PortAudioBackend final : public AudioBackend {
  public:
    PortAudioBackend() {
        prepareSoundLibraries();
        m_capture.capture = true;
    }
    ~PortAudioBackend() override {
        closeCapture();
        closePlayout();
    }

    base::Result<void> openPlayout(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) override {
        closePlayout();
        return open(m_playout, endpoint, blockFrames, std::move(callbacks));
    }
    base::Result<void> openCapture(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) override {
        closeCapture();
        return open(m_capture, endpoint, blockFrames, std::move(callbacks));
    }
    void closePlayout() override { close(m_playout); }
    void closeCapture() override { close(m_capture); }
    std::uint64_t capturedFrames() const override { return m_capture.frames.load(std::memory_order_relaxed); }
    std::uint64_t playedFrames() const override { return m_playout.frames.load(std::memory_order_relaxed); }
    std::uint64_t xruns() const override {
        return m_capture.xruns.load(std::memory_order_relaxed) + m_playout.xruns.load(std::memory_order_relaxed);
    }

    base::Duration latency() const override {
        return (m_capture.stream ? m_capture.latency : base::Duration{}) +
               (m_playout.stream ? m_playout.latency : base::Duration{});
    }

  private:
    base::Result<void> open(Stream& s, const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) {
        const QuietStderr quiet;
        if (!m_initialised) {
            if (const auto code = Pa_Initialize(); code != paNoError) return failed(s.capture, endpoint.name, code);
            m_initialised = true;
            quietLibraries();
        }
        s.callbacks = std::move(callbacks);
        s.lastCall = 0.0;
        PaError code = paInvalidDevice;
        const bool two = !s.capture || s.callbacks.bothChannels;
        for (const int attempt : {1, 2}) {  // of a microphone one channel but for music, of a loudspeaker two, else what there is
            s.channels = two ? 3 - attempt : attempt;
            code = openOnce(s, endpoint.name, blockFrames);
            if (code != paInvalidChannelCount) break;
        }
        if (code == paNoError) code = Pa_StartStream(s.stream);
        if (code == paNoError) {
            const auto* info = Pa_GetStreamInfo(s.stream);
            const double seconds = !info ? 0.0 : s.capture ? info->inputLatency : info->outputLatency;
            s.latency = base::Duration(static_cast<std::int64_t>(1e6 * std::clamp(seconds, 0.0, 1.0)));
            return {};
        }
        auto error = failed(s.capture, endpoint.name, code);
        close(s);
        return error;
    }

    PaError openOnce(Stream& s, const std::string& name, int blockFrames) {
        PaStreamParameters p{};
        p.channelCount = s.channels;
        p.sampleFormat = paFloat32;
        p.suggestedLatency = 2.0 * blockFrames / base::kSampleRate;  // more only adds delay, less starves
        const auto listed = name.empty() ? paNoDevice : findListed(name, s.capture);
        const auto native = resolveDevice(name, listed != paNoDevice);
#if defined(__linux__)
        PaAlsaStreamInfo alsa{};
        if (native.byText) {
            PaAlsa_InitializeStreamInfo(&alsa);
            alsa.deviceString = native.text.c_str();
            p.device = paUseHostApiSpecificDeviceSpecification;
            p.hostApiSpecificStreamInfo = &alsa;
            const auto code = openWith(s, p, blockFrames);
            // No PCM called "default" in this configuration: whatever PortAudio takes for it.
            if (code == paNoError || !name.empty()) return code;
            p.hostApiSpecificStreamInfo = nullptr;
        }
#else
        (void)native;
#endif
        p.device = listed != paNoDevice ? listed
                   : !name.empty()      ? paNoDevice
                                        : systemDevice(s.capture);
        if (p.device == paNoDevice) return paInvalidDevice;
        p.hostApiSpecificStreamInfo = streamHints(p.device);
        const auto code = openWith(s, p, blockFrames);
#if defined(__linux__)
        // A bare card that knows only other rates or channel counts: ALSA's converter stands before it.
        const auto converted = code == paNoError ? std::string() : convertingDevice(name);
        if (!converted.empty()) {
            PaAlsa_InitializeStreamInfo(&alsa);
            alsa.deviceString = converted.c_str();
            p.device = paUseHostApiSpecificDeviceSpecification;
            p.hostApiSpecificStreamInfo = &alsa;
            return openWith(s, p, blockFrames);
        }
#endif
        return code;
    }

    static PaError openWith(Stream& s, const PaStreamParameters& p, int blockFrames) {
        const auto code =
            Pa_OpenStream(&s.stream, s.capture ? &p : nullptr, s.capture ? nullptr : &p, base::kSampleRate,
                          static_cast<unsigned long>(blockFrames), paClipOff | paDitherOff, &onDevice, &s);
        if (code != paNoError) s.stream = nullptr;
        return code;
    }

    void close(Stream& s) {
        const bool idle = !m_initialised;
        if (idle) return;
        const QuietStderr quiet;
        if (s.stream) {
            Pa_AbortStream(s.stream);
            Pa_CloseStream(s.stream);
            s.stream = nullptr;
        }
        s.callbacks = {};
        if (!m_capture.stream && !m_playout.stream) {
            Pa_Terminate();
            m_initialised = false;
        }
    }

    bool m_initialised = false;
    Stream m_capture;
    Stream m_playout;
};

}  // namespace

std::unique_ptr<AudioBackend> makePortAudioBackend() { return std::make_unique<PortAudioBackend>(); }

base::Result<std::vector<DeviceInfo>> listDevices(bool capture) {
    prepareSoundLibraries();
    const QuietStderr quiet;
    if (const auto code = Pa_Initialize(); code != paNoError) return failed(capture, "", code);
    std::vector<DeviceInfo> list;
    const auto standard = systemDevice(capture);
    for (PaDeviceIndex i = 0; i < Pa_GetDeviceCount(); ++i) {
        const auto* info = Pa_GetDeviceInfo(i);
        const int channels = info ? (capture ? info->maxInputChannels : info->maxOutputChannels) : 0;
        if (channels > 0 && isPreferred(info->hostApi)) list.push_back({info->name, i == standard, channels});
    }
    Pa_Terminate();
    return list;
}

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
// Door: the sound card. Real: PortAudioBackend, FileBackend, NullBackend (both clocked). Fake:
// tests/support/fake_backend.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/delay_mode.h"
#include "core/base/error.h"
#include "core/base/time.h"

namespace parlour::audio {

enum class SourceKind { device, file, tone, null };

/// Where capture comes from or playout goes to. Text form: "device:NAME", "file:PATH[?loop]", "tone:HZ", "null".
struct Endpoint {
    SourceKind kind = SourceKind::device;
    std::string name;  ///< device name ("" = system default) or file path
    double toneHz = 0.0;
    bool loop = false;  ///< file capture starts over at its end, else silence
    bool operator==(const Endpoint&) const = default;
};
/// Clear error for anything else.
base::Result<Endpoint> parseEndpoint(const std::string& text, bool capture);
/// The text form again.
std::string toText(const Endpoint& endpoint);

struct AudioDeviceSettings {
    Endpoint capture;
    Endpoint playout;
    Endpoint ring;          ///< where the bell rings
    DelayMode delay = DelayMode::automatic;  ///< how long device callbacks are; longer ones for a device that cannot keep up
    int blockFrames = 0;    ///< 240, 480 or 960 frames at 48 kHz instead; 0 = by `delay`

    bool stereoCapture = false;  ///< both channels of a microphone that has two; the engine fills it in: for music

    int playoutBlock() const { return blockGiven() ? blockFrames : playoutBlockOf(delay); }
    int captureBlock() const { return blockGiven() ? blockFrames : captureBlockOf(delay); }

  private:
    bool blockGiven() const { return blockFrames == 240 || blockFrames == 480 || blockFrames == 960; }
};

struct DeviceInfo {
    std::string name;  ///< what people see and what Endpoint::name takes
    bool isDefault = false;
    int channels = 1;
};

/// What a backend calls from its device thread. Both must return at once: no lock, no allocation, no log (architecture,
/// 4).
struct DeviceCallbacks {
    std::function<void(std::span<const float> mono)> captured;  ///< 48 kHz mono
    std::function<void(std::span<float> mono)> wanted;          ///< fill completely
    std::function<void(std::span<float> pairs)> wantedStereo;   ///< instead, by a device with two channels
    std::function<void(std::span<const float> pairs)> capturedStereo;  ///< instead of `captured`, by a microphone with two
    bool bothChannels = false;  ///< of the microphone are wanted; one that has no two goes on with one
};

class AudioBackend {
  public:
    virtual ~AudioBackend() = default;
    /// Starts streaming; capture and playout are opened independently. Not from the device thread.
    virtual base::Result<void> openPlayout(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) = 0;
    virtual base::Result<void> openCapture(const Endpoint& endpoint, int blockFrames, DeviceCallbacks callbacks) = 0;
    virtual void closePlayout() = 0;
    virtual void closeCapture() = 0;
    /// Count of frames ever delivered; the watchdog re-opens when one of them stands still.
    virtual std::uint64_t capturedFrames() const = 0;
    virtual std::uint64_t playedFrames() const = 0;
    /// Times the device ran dry or over, or called so late that it was about to: its blocks are too short for this machine.
    virtual std::uint64_t xruns() const { return 0; }
    /// What the open devices add to the way of a sound, both together, by their own account; for the echo canceller.
    virtual base::Duration latency() const { return {}; }
    /// The person's microphone was opened for the first time: a capture file starts now.
    virtual void microphoneOpened() {}
};

}  // namespace parlour::audio

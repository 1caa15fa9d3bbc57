// SPDX-License-Identifier: Apache-2.0
// The real sound card through PortAudio: two independent mono streams at 48 kHz with an explicit block length.
// What "device:NAME" takes: nothing = the system's default; a name from listDevices(); on Linux also the name of a
// PulseAudio or PipeWire sink or source (as `pactl list short sinks` or QAudioDevice::id() give it) or an ALSA device
// text such as "hw:1,0" or "pulse:DEVICE=name". PortAudio knows new devices and forgets dead servers only when it is
// initialised anew: that happens whenever both sides are closed and one is opened again. Thread: all calls from one
// thread at a time (the device supervisor); may block.
#pragma once

#include <memory>
#include <vector>

#include "audio/audio_backend.h"

namespace parlour::audio {

std::unique_ptr<AudioBackend> makePortAudioBackend();

/// What PortAudio itself lists (on Linux with a sound server that is little: use the server's names). Takes up to 0.5
/// s; not while an engine runs.
base::Result<std::vector<DeviceInfo>> listDevices(bool capture);

}  // namespace parlour::audio

// SPDX-License-Identifier: Apache-2.0
// Door: who says that a sound device came or went. Real: the sound server's own events (PulseAudio or PipeWire, on Linux
// with libpulse). It only listens to lists of names: it opens no device. Thread: `changed` comes on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace parlour::audio {

class DeviceNews {
  public:
    virtual ~DeviceNews() = default;
    /// Whether the server has a sink (or a source) of that name; nothing = it never had one, or no server answers.
    virtual std::optional<bool> present(const std::string& name, bool capture) const = 0;
};

/// Null where nobody tells. `changed` is called for each device that comes or goes and when the server is back; not any
/// more once the object is gone.
std::unique_ptr<DeviceNews> makeDeviceNews(std::function<void()> changed);

}  // namespace parlour::audio

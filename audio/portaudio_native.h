// SPDX-License-Identifier: Apache-2.0
// What differs between systems under PortAudio; one source file per system.
#pragma once

#include <optional>
#include <string>

namespace parlour::audio {

/// How a name is opened here.
struct NativeDevice {
    bool byText = false;  ///< open `text` through the ALSA host API
    std::string text;
};

/// `listed`: the name is in PortAudio's own list.
NativeDevice resolveDevice(const std::string& name, bool listed);
/// For a bare card "NAME (hw:X,Y)": the same with conversion before it, "plughw:X,Y". Empty for everything else.
std::string convertingDevice(const std::string& listedName);
/// Where the system shows each device several times: the host API (PaHostApiTypeId) to take; nullopt where it does not.
std::optional<int> preferredHostApi();
/// What the host API of this device (its place in PortAudio's list) is told beside the usual; nullptr: nothing. Lives on.
void* streamHints(int device);
/// Environment that keeps sound libraries from starting servers of their own. Before threads start.
void prepareSoundLibraries();

/// Stops the messages that sound libraries print while streams run. After they are loaded.
void quietLibraries();

/// Sound libraries print to standard error what is none of people's business; away with it while this lives.
class QuietStderr {
  public:
    QuietStderr();
    ~QuietStderr();
    QuietStderr(const QuietStderr&) = delete;
    QuietStderr& operator=(const QuietStderr&) = delete;

  private:
    int m_saved = -1;
};

}  // namespace parlour::audio

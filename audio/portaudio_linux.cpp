// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "audio/portaudio_native.h"

namespace parlour::audio {
namespace {

void sayNothing(const char*, int, const char*, int, const char*, ...) {}

}  // namespace

NativeDevice resolveDevice(const std::string& name, bool listed) {
    if (listed) return {};
    if (name.empty()) return {true, "default"};
    if (name.find(':') != std::string::npos) return {true, name};  // an ALSA text
    // A sink or source of the sound server, through ALSA's pulse plugin. Quotes protect commas; none may be inside.
    std::string quoted;
    for (const char c : name)
        if (c != '"' && c != '\\' && c != '\n') quoted += c;
    return {true, "pulse:DEVICE=\"" + quoted + "\""};
}

std::string convertingDevice(const std::string& listedName) {
    const auto at = listedName.rfind("(hw:");
    if (at == std::string::npos || listedName.back() != ')') return {};
    return "plug" + listedName.substr(at + 1, listedName.size() - at - 2);
}

std::optional<int> preferredHostApi() { return {}; }
void* streamHints(int) { return nullptr; }
void prepareSoundLibraries() { setenv("JACK_NO_START_SERVER", "1", 0); }

void quietLibraries() {
    // libasound comes with PortAudio; it is asked by name so that we need not link it. Signature: alsa/error.h.
    using Handler = void (*)(const char*, int, const char*, int, const char*, ...);
    using Setter = int (*)(Handler);
    if (const auto set = reinterpret_cast<Setter>(dlsym(RTLD_DEFAULT, "snd_lib_error_set_handler"))) set(&sayNothing);
}

QuietStderr::QuietStderr() {
    std::fflush(stderr);
    m_saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (m_saved >= 0 && nothing >= 0) dup2(nothing, STDERR_FILENO);
    if (nothing >= 0) close(nothing);
}
QuietStderr::~QuietStderr() {
    if (m_saved < 0) return;
    std::fflush(stderr);
    dup2(m_saved, STDERR_FILENO);
    close(m_saved);
}

}  // namespace parlour::audio

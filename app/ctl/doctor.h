// SPDX-License-Identifier: Apache-2.0
// `parlourctl doctor`: what works on this machine, as text. The facts are gathered by ctl_main, which may look at devices
// and interfaces; this part judges and words them. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"

namespace parlour::ctl {

struct DoctorFacts {
    struct Address {
        std::string interfaceName;
        std::string ip;
    };
    std::string version;
    std::string opusVersion;      ///< empty = libopus could not be asked
    bool opusWorks = false;       ///< a frame went through encoder and decoder
    std::string opusExtras;       ///< what it can do beyond the standard: "none", or names
    base::Result<std::vector<std::string>> microphones{std::vector<std::string>{}};   ///< names; the default is marked
    base::Result<std::vector<std::string>> loudspeakers{std::vector<std::string>{}};
    std::string realtime;         ///< which priority sound threads get, in words
    bool realtimeGood = false;
    std::string soundServer;      ///< "PulseAudio at …", empty = none answers
    std::vector<Address> addresses;
    std::string home;
    base::Result<void> homeUsable;
};

struct DoctorLine {
    enum class Kind { good, note, wrong };
    Kind kind = Kind::good;
    std::string what;
    std::string detail;
};

std::vector<DoctorLine> examine(const DoctorFacts& facts);
/// "ok    what: detail"
std::string toText(const DoctorLine& line);

}  // namespace parlour::ctl

// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/doctor.h"

namespace parlour::ctl {
namespace {

using Kind = DoctorLine::Kind;

std::string join(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

DoctorLine devices(const char* what, const base::Result<std::vector<std::string>>& found, const char* without) {
    if (!found) return {Kind::wrong, what, base::describe(found.error())};
    if (found->empty()) return {Kind::note, what, std::string("none. ") + without};
    return {Kind::good, what, join(*found)};
}

}  // namespace

std::vector<DoctorLine> examine(const DoctorFacts& facts) {
    std::vector<DoctorLine> out;
    out.push_back({Kind::good, "parlourctl", facts.version});
    out.push_back({facts.opusWorks ? Kind::good : Kind::wrong, "Opus",
                   facts.opusVersion + (facts.opusWorks ? ", a frame goes through encoder and decoder" : ": encoding fails") +
                       (facts.opusExtras.empty() ? "" : "; beyond the standard: " + facts.opusExtras)});
    out.push_back(devices("loudspeakers", facts.loudspeakers, "Sound is decoded but not heard; --playout file:OUT.wav records it."));
    out.push_back(devices("microphones", facts.microphones, "You can listen; --capture file:IN.wav or tone:HZ speaks without one."));
    out.push_back(facts.realtimeGood
                      ? DoctorLine{Kind::good, "real-time priority", facts.realtime}
                      : DoctorLine{Kind::note, "real-time priority",
                                   facts.realtime + ". Sound works, but may stumble on a busy computer. Install rtkit, or allow it in /etc/security/limits.d (rtprio)."});
    if (!facts.soundServer.empty()) out.push_back({Kind::good, "sound server", facts.soundServer});
    std::string addresses;
    for (const auto& a : facts.addresses) addresses += (addresses.empty() ? "" : ", ") + a.ip + " (" + a.interfaceName + ")";
    out.push_back(addresses.empty()
                      ? DoctorLine{Kind::note, "network", "no address but this computer's own; only rooms on this computer can be reached."}
                      : DoctorLine{Kind::good, "network", addresses});
    out.push_back(facts.homeUsable ? DoctorLine{Kind::good, "seed folder", facts.home}
                                   : DoctorLine{Kind::wrong, "seed folder", base::describe(facts.homeUsable.error())});
    return out;
}

std::string toText(const DoctorLine& line) {
    const char* mark = "ok    ";
    switch (line.kind) {
        case Kind::good: break;
        case Kind::note: mark = "note  "; break;
        case Kind::wrong: mark = "WRONG "; break;
    }
    return mark + line.what + ": " + line.detail;
}

}  // namespace parlour::ctl

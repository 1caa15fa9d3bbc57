// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/session_description.h"

#include <algorithm>
#include <cctype>

namespace parlour::rtc {
namespace {

bool sameWord(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
    });
}

std::string_view toText(Direction direction) {
    switch (direction) {
        case Direction::sendrecv: return "sendrecv";
        case Direction::sendonly: return "sendonly";
        case Direction::recvonly: return "recvonly";
        case Direction::inactive: return "inactive";
    }
    return "inactive";
}

std::string_view toText(Setup setup) {
    switch (setup) {
        case Setup::none: return "";
        case Setup::actpass: return "actpass";
        case Setup::active: return "active";
        case Setup::passive: return "passive";
    }
    return "";
}

void line(std::string& out, std::string_view name, std::string_view value) {
    out += "a=";
    out += name;
    if (!value.empty()) {
        out += ':';
        out += value;
    }
    out += "\r\n";
}

void writeMedia(std::string& out, const MediaDescription& m) {
    out += "m=" + m.kindText + " " + std::to_string(m.port) + " " + m.protocol;
    for (const auto& format : m.formats) out += " " + format;
    out += "\r\nc=IN IP4 0.0.0.0\r\n";
    for (const auto& candidate : m.candidates) out += "a=" + toString(candidate) + "\r\n";
    if (m.endOfCandidates) line(out, "end-of-candidates", {});
    if (!m.iceUfrag.empty()) line(out, "ice-ufrag", m.iceUfrag);
    if (!m.icePwd.empty()) line(out, "ice-pwd", m.icePwd);
    if (!m.fingerprint.empty()) line(out, "fingerprint", "sha-256 " + m.fingerprint);
    if (m.setup != Setup::none) line(out, "setup", toText(m.setup));
    if (!m.mid.empty()) line(out, "mid", m.mid);
    if (m.bundleOnly) line(out, "bundle-only", {});
    if (m.kind == MediaKind::application) {
        if (m.sctpPort != 0) line(out, "sctp-port", std::to_string(m.sctpPort));
        if (m.maxMessageSize) line(out, "max-message-size", std::to_string(*m.maxMessageSize));
        return;
    }
    line(out, toText(m.direction), {});
    if (m.rtcpMux) line(out, "rtcp-mux", {});
    if (m.reducedSize) line(out, "rtcp-rsize", {});
    for (const auto& e : m.extensions) line(out, "extmap", std::to_string(e.id) + " " + e.uri);
    for (const auto& c : m.codecs) {
        const auto type = std::to_string(c.payloadType);
        if (!c.name.empty())
            line(out, "rtpmap", type + " " + c.name + "/" + std::to_string(c.clockRate) +
                                    (c.channels > 1 ? "/" + std::to_string(c.channels) : std::string()));
        if (!c.parameters.empty()) line(out, "fmtp", type + " " + c.parameters);
        for (const auto& f : c.feedback) line(out, "rtcp-fb", type + " " + f);
    }
    if (!m.trackId.empty()) line(out, "msid", m.streamId + " " + m.trackId);
    for (const auto& s : m.ssrcs) {
        line(out, "ssrc", std::to_string(s.ssrc) + " cname:" + s.cname);
        if (!m.trackId.empty()) line(out, "ssrc", std::to_string(s.ssrc) + " msid:" + m.streamId + " " + m.trackId);
    }
}

}  // namespace

bool sends(Direction direction) { return direction == Direction::sendrecv || direction == Direction::sendonly; }
bool receives(Direction direction) { return direction == Direction::sendrecv || direction == Direction::recvonly; }

Direction makeDirection(bool send, bool receive) {
    if (send) return receive ? Direction::sendrecv : Direction::sendonly;
    return receive ? Direction::recvonly : Direction::inactive;
}

bool Codec::has(std::string_view parameter) const {
    for (std::string_view rest = parameters; !rest.empty();) {
        const auto end = rest.find(';');
        auto one = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
        if (one == parameter) return true;
    }
    return false;
}

const Codec* MediaDescription::codec(std::string_view name) const {
    for (const auto& c : codecs)
        if (sameWord(c.name, name)) return &c;
    return nullptr;
}

const Codec* MediaDescription::redOf(const Codec& primary) const {
    const auto type = std::to_string(primary.payloadType);
    for (const auto& c : codecs)
        if (sameWord(c.name, "red") && c.clockRate == primary.clockRate && c.channels == primary.channels &&
            (c.parameters.empty() || c.parameters == type || c.parameters.starts_with(type + "/")))
            return &c;
    return nullptr;
}

int MediaDescription::extensionId(std::string_view uri) const {
    for (const auto& e : extensions)
        if (e.uri == uri) return e.id;
    return 0;
}

std::string toString(const SessionDescription& s) {
    std::string out = "v=0\r\no=- " + std::to_string(s.id) + " " + std::to_string(s.version) +
                      " IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";
    if (!s.bundle.empty()) {
        out += "a=group:BUNDLE";
        for (const auto& mid : s.bundle) out += " " + mid;
        out += "\r\n";
    }
    line(out, "msid-semantic", " WMS *");
    line(out, "extmap-allow-mixed", {});
    if (s.iceLite) line(out, "ice-lite", {});
    line(out, "ice-options", "trickle");
    for (const auto& m : s.media) writeMedia(out, m);
    return out;
}

}  // namespace parlour::rtc

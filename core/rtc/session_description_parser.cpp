// SPDX-License-Identifier: Apache-2.0
// Reading SDP: one pass over the lines, every count bounded (security T38).
#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

#include "core/rtc/session_description.h"

namespace parlour::rtc {
namespace {

constexpr std::size_t kMaxBytes = 64 * 1024;
constexpr std::size_t kMaxLines = 1000;
constexpr std::size_t kMaxMedia = 64;
constexpr std::size_t kMaxPerSection = 64;   // codecs, extensions, ssrcs, candidates each

base::Unexpected<base::Error> malformed(std::string detail) {
    return base::fail(base::ErrorKind::invalidInput, "sdp_malformed", "The session description could not be read.", {},
                      std::move(detail));
}

std::string_view nextWord(std::string_view& text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

template <class T>
std::optional<T> number(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

/// What a session-level line gives to every section that has none of its own.
struct Inherited {
    Setup setup = Setup::none;
    std::string ufrag, pwd, fingerprint;
    Direction direction = Direction::sendrecv;
};

Setup parseSetup(std::string_view value) {
    if (value == "actpass") return Setup::actpass;
    if (value == "active") return Setup::active;
    if (value == "passive") return Setup::passive;
    return Setup::none;
}

std::optional<Direction> parseDirection(std::string_view name) {
    if (name == "sendrecv") return Direction::sendrecv;
    if (name == "sendonly") return Direction::sendonly;
    if (name == "recvonly") return Direction::recvonly;
    if (name == "inactive") return Direction::inactive;
    return std::nullopt;
}

/// "sha-256 AA:BB…" in upper case; empty for other hashes.
std::string parseFingerprint(std::string_view value) {
    auto hash = std::string(nextWord(value));
    for (auto& c : hash) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (hash != "sha-256") return {};
    auto hex = std::string(nextWord(value));
    if (hex.size() != 32 * 3 - 1) return {};
    for (std::size_t i = 0; i < hex.size(); ++i) {
        const auto c = static_cast<unsigned char>(hex[i]);
        if (i % 3 == 2 ? c != ':' : std::isxdigit(c) == 0) return {};
        hex[i] = static_cast<char>(std::toupper(c));
    }
    return hex;
}

Codec* codecOf(MediaDescription& media, std::string_view payloadType) {
    const auto type = number<unsigned>(payloadType);
    if (!type || *type > 127) return nullptr;
    for (auto& codec : media.codecs)
        if (codec.payloadType == *type) return &codec;
    return nullptr;
}

void parseSsrc(MediaDescription& media, std::string_view value) {
    const auto ssrc = number<std::uint32_t>(nextWord(value));
    if (!ssrc) return;
    auto found = std::find_if(media.ssrcs.begin(), media.ssrcs.end(), [&](const auto& s) { return s.ssrc == *ssrc; });
    if (found == media.ssrcs.end()) {
        if (media.ssrcs.size() >= kMaxPerSection) return;
        media.ssrcs.push_back({*ssrc, {}});
        found = media.ssrcs.end() - 1;
    }
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    if (value.rfind("cname:", 0) == 0) found->cname = std::string(value.substr(6));
    if (value.rfind("msid:", 0) == 0 && media.trackId.empty()) {
        value.remove_prefix(5);
        media.streamId = std::string(nextWord(value));
        media.trackId = std::string(nextWord(value));
    }
}

void parseMediaAttribute(MediaDescription& media, std::string_view name, std::string_view value) {
    if (const auto direction = parseDirection(name)) media.direction = *direction;
    else if (name == "mid") media.mid = std::string(nextWord(value).substr(0, 64));
    else if (name == "setup") media.setup = parseSetup(value);
    else if (name == "ice-ufrag") media.iceUfrag = std::string(value);
    else if (name == "ice-pwd") media.icePwd = std::string(value);
    else if (name == "fingerprint") { if (auto f = parseFingerprint(value); !f.empty()) media.fingerprint = std::move(f); }
    else if (name == "rtcp-mux") media.rtcpMux = true;
    else if (name == "rtcp-rsize") media.reducedSize = true;
    else if (name == "bundle-only") media.bundleOnly = true;
    else if (name == "end-of-candidates") media.endOfCandidates = true;
    else if (name == "candidate") {
        if (media.candidates.size() >= kMaxPerSection) return;
        auto candidate = parseCandidate("candidate:" + std::string(value));
        // RTCP shares the transport (rtcp-mux), so component 2 is never used.
        if (candidate && candidate->component == 1) media.candidates.push_back(std::move(*candidate));
    } else if (name == "rtpmap") {
        auto* codec = codecOf(media, nextWord(value));
        if (!codec) return;
        auto text = nextWord(value);
        const auto slash = text.find('/');
        codec->name = std::string(text.substr(0, slash));
        if (slash == std::string_view::npos) return;
        text.remove_prefix(slash + 1);
        const auto second = text.find('/');
        codec->clockRate = number<std::uint32_t>(text.substr(0, second)).value_or(0);
        if (second != std::string_view::npos) codec->channels = number<int>(text.substr(second + 1)).value_or(1);
    } else if (name == "fmtp") {
        if (auto* codec = codecOf(media, nextWord(value))) {
            while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
            codec->parameters = std::string(value);
        }
    } else if (name == "rtcp-fb") {
        const auto type = nextWord(value);
        while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
        for (auto& codec : media.codecs)
            if ((type == "*" || codecOf(media, type) == &codec) && codec.feedback.size() < kMaxPerSection)
                codec.feedback.emplace_back(value);
    } else if (name == "extmap") {
        auto idText = nextWord(value);
        idText = idText.substr(0, idText.find('/'));
        const auto id = number<int>(idText);
        const auto uri = nextWord(value);
        if (id && *id >= 1 && *id <= 14 && media.extensions.size() < kMaxPerSection)
            media.extensions.push_back({*id, std::string(uri)});
    } else if (name == "msid") {
        media.streamId = std::string(nextWord(value));
        media.trackId = std::string(nextWord(value));
    } else if (name == "ssrc") {
        parseSsrc(media, value);
    } else if (name == "sctp-port") {
        media.sctpPort = number<std::uint16_t>(value).value_or(0);
    } else if (name == "max-message-size") {
        media.maxMessageSize = number<std::uint32_t>(value);
    }
}

base::Result<MediaDescription> parseMediaLine(std::string_view value, const Inherited& inherited) {
    MediaDescription media;
    media.kindText = std::string(nextWord(value));
    media.kind = media.kindText == "audio"         ? MediaKind::audio
                 : media.kindText == "application" ? MediaKind::application
                                                   : MediaKind::other;
    auto portText = nextWord(value);
    const auto port = number<std::uint16_t>(portText.substr(0, portText.find('/')));
    media.protocol = std::string(nextWord(value));
    if (media.kindText.empty() || !port || media.protocol.empty()) return malformed("m-line without kind, port or protocol");
    media.port = *port;
    while (true) {
        const auto format = nextWord(value);
        if (format.empty()) break;
        if (media.formats.size() >= kMaxPerSection) return malformed("more than 64 formats in one m-line");
        media.formats.emplace_back(format);
        if (media.kind == MediaKind::application) continue;
        const auto type = number<unsigned>(format);
        if (type && *type <= 127) {
            Codec codec;
            codec.payloadType = static_cast<std::uint8_t>(*type);
            media.codecs.push_back(std::move(codec));
        }
    }
    media.setup = inherited.setup;
    media.iceUfrag = inherited.ufrag;
    media.icePwd = inherited.pwd;
    media.fingerprint = inherited.fingerprint;
    media.direction = inherited.direction;
    return media;
}

}  // namespace

base::Result<SessionDescription> parseSessionDescription(std::string_view text) {
    if (text.size() > kMaxBytes)
        return base::fail(base::ErrorKind::invalidInput, "sdp_too_large", "The session description is larger than 64 KiB.");
    SessionDescription session;
    Inherited inherited;
    std::size_t lines = 0;
    bool sawVersion = false;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find('\n', at), text.size());
        auto line = text.substr(at, end - at);
        at = end + 1;
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.empty()) continue;
        if (++lines > kMaxLines)
            return base::fail(base::ErrorKind::invalidInput, "sdp_too_large", "The session description has more than 1000 lines.");
        if (line.size() < 2 || line[1] != '=') return malformed("a line without '='");
        // RFC 8866 section 9: no control characters. Parts of lines are repeated in answers.
        if (std::any_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }))
            return malformed("a control character");
        const char type = line[0];
        auto value = line.substr(2);
        if (!sawVersion) {
            if (type != 'v' || value != "0") return malformed("does not start with v=0");
            sawVersion = true;
            continue;
        }
        if (type == 'o' && session.media.empty()) {
            (void)nextWord(value);
            session.id = number<std::uint64_t>(nextWord(value)).value_or(0);
            session.version = number<std::uint64_t>(nextWord(value)).value_or(0);
        } else if (type == 'm') {
            if (session.media.size() >= kMaxMedia)
                return base::fail(base::ErrorKind::invalidInput, "sdp_too_large", "The session description has more than 64 media sections.");
            auto media = parseMediaLine(value, inherited);
            if (!media) return base::Unexpected<base::Error>(std::move(media).error());
            session.media.push_back(std::move(*media));
        } else if (type == 'a') {
            const auto colon = value.find(':');
            const auto name = value.substr(0, colon);
            const auto rest = colon == std::string_view::npos ? std::string_view{} : value.substr(colon + 1);
            if (!session.media.empty()) {
                if (name == "ice-lite") session.iceLite = true;
                parseMediaAttribute(session.media.back(), name, rest);
            } else if (name == "ice-lite") {
                session.iceLite = true;
            } else if (name == "setup") {
                inherited.setup = parseSetup(rest);
            } else if (name == "ice-ufrag") {
                inherited.ufrag = std::string(rest);
            } else if (name == "ice-pwd") {
                inherited.pwd = std::string(rest);
            } else if (name == "fingerprint") {
                if (auto f = parseFingerprint(rest); !f.empty()) inherited.fingerprint = std::move(f);
            } else if (const auto direction = parseDirection(name)) {
                inherited.direction = *direction;
            } else if (name == "group" && session.bundle.empty()) {
                auto words = rest;
                if (nextWord(words) != "BUNDLE") continue;
                for (auto mid = nextWord(words); !mid.empty() && session.bundle.size() < kMaxMedia; mid = nextWord(words))
                    session.bundle.emplace_back(mid);
            }
        }
    }
    if (!sawVersion) return malformed("empty");
    return session;
}

}  // namespace parlour::rtc

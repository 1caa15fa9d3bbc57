// SPDX-License-Identifier: Apache-2.0
// The subset of SDP (RFC 8866, JSEP RFC 9429) that audio rooms need, as values. The parser is linear and bounded (security T38);
// session-level attributes are handed down to the sections, so a section is complete in itself.
// Limits: 64 KiB, 1000 lines, 64 m-lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/rtc/ice_candidate.h"

namespace parlour::rtc {

enum class MediaKind { audio, application, other };
enum class Direction { sendrecv, sendonly, recvonly, inactive };
enum class Setup { none, actpass, active, passive };  ///< RFC 4145, RFC 8842

bool sends(Direction direction);
bool receives(Direction direction);
Direction makeDirection(bool send, bool receive);

struct Codec {
    std::uint8_t payloadType = 0;
    std::string name;                     ///< as written; compare without case
    std::uint32_t clockRate = 0;
    int channels = 1;
    std::string parameters;               ///< a=fmtp
    std::vector<std::string> feedback;    ///< a=rtcp-fb, e.g. "nack"
    /// Among the parameters stands exactly this one, e.g. "sprop-stereo=1".
    bool has(std::string_view parameter) const;
    bool operator==(const Codec&) const = default;
};

struct HeaderExtension {
    int id = 0;                           ///< 1..14 (one-byte form)
    std::string uri;
    bool operator==(const HeaderExtension&) const = default;
};
inline constexpr std::string_view kMidExtension = "urn:ietf:params:rtp-hdrext:sdes:mid";
inline constexpr std::string_view kLevelExtension = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

struct SsrcDescription {
    std::uint32_t ssrc = 0;
    std::string cname;
    bool operator==(const SsrcDescription&) const = default;
};

struct MediaDescription {
    MediaKind kind = MediaKind::other;
    std::string kindText = "audio";       ///< the word of the m-line
    std::uint16_t port = 9;               ///< 0 = rejected (unless bundle-only)
    std::string protocol = "UDP/TLS/RTP/SAVPF";
    std::vector<std::string> formats;     ///< payload types, or "webrtc-datachannel"
    bool bundleOnly = false;
    std::string mid;
    Direction direction = Direction::sendrecv;
    Setup setup = Setup::none;
    std::string iceUfrag, icePwd;
    std::string fingerprint;              ///< SHA-256, upper case; empty = none of that kind
    bool rtcpMux = false;
    bool reducedSize = false;
    std::vector<Codec> codecs;            ///< in the order of the formats
    std::vector<HeaderExtension> extensions;
    std::string streamId, trackId;        ///< a=msid, else a=ssrc … msid
    std::vector<SsrcDescription> ssrcs;
    std::uint16_t sctpPort = 0;
    std::optional<std::uint32_t> maxMessageSize;  ///< RFC 8841: absent = 65536, 0 = any
    std::vector<IceCandidate> candidates; ///< component 1 only
    bool endOfCandidates = false;

    bool rejected() const { return port == 0 && !bundleOnly; }
    const Codec* codec(std::string_view name) const;
    const Codec* redOf(const Codec& primary) const;   ///< RFC 2198 with that codec in it
    int extensionId(std::string_view uri) const;  ///< 0 = not there
    bool operator==(const MediaDescription&) const = default;
};

struct SessionDescription {
    std::uint64_t id = 0;
    std::uint64_t version = 0;
    bool iceLite = false;
    std::vector<std::string> bundle;      ///< mids of the (first) BUNDLE group
    std::vector<MediaDescription> media;
    bool operator==(const SessionDescription&) const = default;
};

/// Error code "sdp_malformed" or "sdp_too_large".
base::Result<SessionDescription> parseSessionDescription(std::string_view text);
std::string toString(const SessionDescription& description);

}  // namespace parlour::rtc

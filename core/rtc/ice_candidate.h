// SPDX-License-Identifier: Apache-2.0
// An ICE candidate (RFC 8839 section 5.1) and the JSON in which LiveKit trickles it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/socket_address.h"

namespace parlour::rtc {

enum class CandidateType { host, serverReflexive, peerReflexive, relay };
enum class CandidateProtocol { udp, tcp };

struct IceCandidate {
    std::string foundation;
    int component = 1;
    CandidateProtocol protocol = CandidateProtocol::udp;
    std::uint32_t priority = 0;
    base::SocketAddress address;
    CandidateType type = CandidateType::host;
    std::string tcpType;      ///< "passive", "active", "so" for TCP, else empty
    std::string ufrag;        ///< of the generation it belongs to; may be empty

    bool operator==(const IceCandidate&) const = default;
};

/// RFC 8445 section 5.1.2.1.
std::uint32_t candidatePriority(CandidateType type, std::uint16_t localPreference, int component);

/// "candidate:…" without "a=". nullopt for malformed text and for host names (mDNS), which we never resolve.
std::optional<IceCandidate> parseCandidate(std::string_view text);
std::string toString(const IceCandidate& candidate);

/// The browser's RTCIceCandidateInit as JSON: {"candidate","sdpMid","sdpMLineIndex","usernameFragment"}.
std::optional<IceCandidate> parseCandidateInit(std::string_view json);
std::string toCandidateInit(const IceCandidate& candidate, std::string_view mid);

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
// The query parameter `join_request` of /rtc/v1: base64url of WrappedJoinRequest, whose inside may be gzip. Both ends.
// Stateless; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/signal/signal_request.h"

namespace parlour::signal {

/// The parameter as text. An HTTP request line has less room than that.
inline constexpr std::size_t kMaxJoinParameter = 48 * 1024;
/// After inflation (LiveKit: 1 MiB); a bomb is refused at the byte that goes over it.
inline constexpr std::size_t kMaxJoinRequest = 256 * 1024;

/// How a client joins with one peer connection.
struct JoinRequest {
    int protocol = kProtocolVersion;
    int clientProtocol = 0;
    bool autoSubscribe = false;                ///< unset on the wire means no
    bool reconnect = false;
    base::ParticipantSid participant;          ///< reconnect: whose session it was
    std::vector<AddTrack> addTracks;           ///< before the offer
    std::optional<SessionDescription> offer;   ///< not on a reconnect
    std::optional<SyncState> syncState;
    int sdk = 0;                               ///< number in ClientInfo.SDK; 0 = not told
    std::string version;                       ///< of it
};

/// Padded or not. invalidInput "join_malformed", "join_too_large".
base::Result<JoinRequest> decodeJoinRequest(std::string_view parameter);
std::string encodeJoinRequest(const JoinRequest& request, bool gzip = false);

/// RFC 1952, one member, at most `most` bytes out. nullopt for anything else.
std::optional<base::Bytes> gunzip(base::ByteView packed, std::size_t most);
base::Bytes gzip(base::ByteView bytes);

}  // namespace parlour::signal

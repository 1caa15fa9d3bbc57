// SPDX-License-Identifier: Apache-2.0
// Signal messages <-> the protobuf bytes of one binary WebSocket message. Stateless; any thread.
// Decoding is strict about size, nesting and counts (security T34) and lenient about what it does not know: a message of
// another LiveKit version decodes as Ignored. Errors: kind invalidInput, code "signal_malformed" or "signal_too_large".
#pragma once

#include <cstddef>
#include <span>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/signal/signal_request.h"
#include "core/signal/signal_response.h"

namespace parlour::signal {

inline constexpr std::size_t kMaxRequestBytes = 256 * 1024;      ///< what a server takes
inline constexpr std::size_t kMaxMessageBytes = 2 * 1024 * 1024; ///< nobody takes more
inline constexpr std::size_t kMaxSdpBytes = 64 * 1024;
inline constexpr std::size_t kMaxParticipants = 16'384;          ///< in one message
inline constexpr std::size_t kMaxRepeated = 1'024;               ///< any other repeated field
inline constexpr std::size_t kMaxRegions = 64;                   ///< of one server
inline constexpr std::size_t kMaxAttributes = 64;                ///< per participant
inline constexpr std::size_t kMaxAttributeBytes = 64 * 1024;     ///< keys and values together
inline constexpr int kMaxRecursion = 32;

base::Bytes encode(const SignalRequest& request);
base::Bytes encode(const SignalResponse& response);
/// A person as whole rosters have them, encoded once for all who read it.
base::Bytes encodeParticipant(const ParticipantInfo& participant);
/// `join` with these people, each from encodeParticipant, behind its own `others`.
base::Bytes encodeJoin(const Join& join, std::span<const base::ByteView> people);

/// `maxBytes` above kMaxMessageBytes counts as kMaxMessageBytes.
base::Result<SignalRequest> decodeRequest(base::ByteView bytes, std::size_t maxBytes = kMaxRequestBytes);
base::Result<SignalResponse> decodeResponse(base::ByteView bytes, std::size_t maxBytes = kMaxMessageBytes);

}  // namespace parlour::signal

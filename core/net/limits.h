// SPDX-License-Identifier: Apache-2.0
// How much a stranger may ask of us (security-and-reliability 1.2, T33, T36, T37). Every figure is tested at max and max+1.
#pragma once

#include <cstddef>

#include "core/base/time.h"

namespace parlour::net {

struct Limits {
    // HTTP
    base::Duration headerTime = std::chrono::seconds(5);  ///< from the first byte (or the connect) to the empty line; 408
    base::Duration bodyTime = std::chrono::seconds(10);   ///< from the empty line to the last byte of the body; 408
    base::Duration idleTime = std::chrono::seconds(60);   ///< between requests; also a WebSocket from which nothing comes
    base::Duration answerTime = std::chrono::seconds(30); ///< for our own handler; then 503
    std::size_t headerBytes = 32 * 1024;                  ///< request line (LiveKit's join_request!) and headers; 431
    std::size_t bodyBytes = 1024 * 1024;                  ///< 413
    // Connections
    std::size_t connectionsPerIp = 64;                    ///< 0 = unlimited; an IPv6 /64 counts as one IP
    std::size_t connections = 20'000;                     ///< altogether
    std::size_t webSocketConnectsPerMinute = 60;          ///< per IP; 0 = unlimited; 429
    base::Duration tlsHandshakeTime = std::chrono::seconds(10);
    std::size_t sendQueueBytes = 1024 * 1024;             ///< who does not read is dropped above this
    // WebSocket
    std::size_t messageBytes = 2 * 1024 * 1024;           ///< longer closes with 1009; the signal codec has its own 256 KiB
    std::size_t fragments = 64;                           ///< frames of one message; more closes with 1008
    std::size_t controlFramesPerSecond = 10;              ///< more closes with 1008
    base::Duration pingInterval = std::chrono::seconds(10);  ///< of silence, then we ping; 0 = never
    base::Duration closeTime = std::chrono::seconds(3);   ///< for the peer's close frame, then the socket is shut
};

/// What one signal message may weigh in normal use; Limits::messageBytes is where the connection ends.
inline constexpr std::size_t kSignalMessageBytes = 256 * 1024;

}  // namespace parlour::net

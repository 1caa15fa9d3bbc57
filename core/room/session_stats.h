// SPDX-License-Identifier: Apache-2.0
// Statistics of a session, once a second, under W3C webrtc-stats names. Values; published on the net thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace parlour::room {

/// One microphone that we hear.
struct RemoteTrackStats {
    base::Identity identity;
    std::string name;
    std::uint64_t packetsReceived = 0;
    std::int64_t packetsLost = 0;
    double jitter = 0.0;                          ///< s
    std::uint64_t totalSamplesReceived = 0;
    std::uint64_t concealedSamples = 0;
    std::uint64_t silentConcealedSamples = 0;
    std::uint64_t concealmentEvents = 0;
    std::uint64_t insertedSamplesForDeceleration = 0;
    std::uint64_t removedSamplesForAcceleration = 0;
    std::uint64_t interruptionCount = 0;          ///< concealment of 150 ms and more at a stretch
    double totalInterruptionDuration = 0.0;       ///< s
    std::uint64_t packetsDiscarded = 0;           ///< late, twice there, or not to be read
    std::uint64_t packetsLate = 0;                ///< of those: after they were to be heard
    std::uint64_t fecPacketsReceived = 0;         ///< lost, and found in a later packet (RED or in-band FEC)
    double jitterBufferDelay = 0.0;               ///< s, summed per sample
    double jitterBufferTargetDelay = 0.0;         ///< s, summed per sample
    double jitterBufferMinimumDelay = 0.0;        ///< s, summed per sample; without waits for copies
    std::uint64_t jitterBufferEmittedCount = 0;
};

struct SessionStats {
    std::uint64_t packetsSent = 0;                ///< RTP of our microphone, all publications of this session
    std::uint64_t bytesSent = 0;
    std::uint64_t packetsReceived = 0;
    std::int64_t packetsLost = 0;
    double fractionLost = 0.0;                    ///< of ours, as the server reports, 0..1
    std::optional<double> roundTripTime;          ///< s, of the media path
    int sendFrameMs = 0;                          ///< what the send policy has decided: milliseconds per packet,
    int sendBitRate = 0;                          ///< bit/s without copies,
    int sendRedundancy = 0;                       ///< copies of earlier frames in each packet (RED),
    int sendExpectedLoss = 0;                     ///< percent that in-band FEC prepares for
    std::string concealment;                      ///< what fills holes: "opus", "deep", "deep+lace", "deep+nolace"
    std::string soundPriority;                    ///< of our sound thread, now: "own", "granted", "high", "refused", "lost", "asking"
    bool single = false;                          ///< one peer connection for both ways (protocol v1)
    std::string path;                             ///< of the media: "udp", "tcp", "relay/udp", "relay/tcp", "relay/tls"; empty for none
    std::vector<RemoteTrackStats> tracks;
};

}  // namespace parlour::room

// SPDX-License-Identifier: Apache-2.0
// Statistics under the names of W3C webrtc-stats, so that figures can be compared with a browser's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/rtc/transport.h"

namespace parlour::rtc {

struct InboundRtpStats {
    std::string mid;
    std::string trackId;
    std::uint32_t ssrc = 0;
    std::uint64_t packetsReceived = 0;
    std::int64_t packetsLost = 0;
    std::uint64_t bytesReceived = 0;     ///< payload only
    double jitter = 0.0;                 ///< seconds, RFC 3550 section 6.4.1
    std::uint64_t nackCount = 0;
};

struct OutboundRtpStats {
    std::string mid;
    std::string trackId;
    std::uint32_t ssrc = 0;
    std::uint64_t packetsSent = 0;
    std::uint64_t bytesSent = 0;
    std::uint64_t retransmittedPacketsSent = 0;
    std::optional<double> roundTripTime; ///< seconds, from RTCP
    double fractionLost = 0.0;
};

struct PeerStats {
    TransportStats transport;
    std::vector<InboundRtpStats> inbound;
    std::vector<OutboundRtpStats> outbound;
};

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
// What the full agent and the lite agent have in common: states, limits, times, credentials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "core/rtc/transport.h"

namespace parlour::rtc {

enum class IceState {
    idle,          ///< no remote description and nothing received
    checking,      ///< no validated path yet
    connected,     ///< there is a route and it answers
    disconnected,  ///< the route has not answered lately
    failed,        ///< it has not answered for so long that we stopped sending; an ICE restart may help
};

inline constexpr std::size_t kMaxRemoteCandidates = 32;
inline constexpr std::size_t kMaxLocalCandidates = 16;   ///< those of a new network come before the old ones go
inline constexpr std::size_t kMaxIceTuples = 8;    ///< validated (local, remote) address pairs of one transport
inline constexpr std::size_t kMaxIcePairs = 100;   ///< RFC 8445 section 6.1.2.5

// Full agent. Ta and RTO are below the RFC's defaults (50 and 500 ms), within what its section 14.2 and appendix B.1
// allow: there is one peer, one component, and a listener waits for sound.
inline constexpr base::Duration kIcePacing{20'000};            ///< Ta: at most one new check per this
inline constexpr base::Duration kIceFirstRetransmit{100'000};  ///< RTO, doubling
inline constexpr int kIceMaxTransmits = 7;                     ///< Rc: a pair fails after about 13 s
inline constexpr base::Duration kIceNominationWait{100'000};   ///< for a better pair, after the first valid one
inline constexpr base::Duration kIceGiveUp{15'000'000};        ///< checking without any success
inline constexpr base::Duration kConsentInterval{1'000'000};   ///< times 0.8..1.2 (RFC 7675 section 5.1)
inline constexpr base::Duration kConsentRetry{250'000};        ///< while unanswered
inline constexpr base::Duration kConsentStale{2'500'000};      ///< -> disconnected
inline constexpr base::Duration kConsentExpiry{15'000'000};    ///< -> failed; half of the RFC's 30 s

// Ways that have to be opened first. UDP has a head start before a TCP connection is dialled (RFC 6544, active), both have
// one before a relay is asked for.
inline constexpr std::size_t kMaxStreams = 4;                 ///< TCP connections of one generation
inline constexpr base::Duration kStreamDelay{300'000};
inline constexpr base::Duration kRelayDelay{800'000};
inline constexpr base::Duration kStreamAnswer{8'000'000};     ///< a check over TCP is sent once and fails after this

// Silence while there is media: the path is asked at once, and its missing answers decide (a pause of the speaker must not).
inline constexpr base::Duration kSilence{400'000};            ///< since anything authentic came over the selected pair
inline constexpr base::Duration kMediaLately{1'000'000};      ///< media before that, either way, means that silence is odd
inline constexpr base::Duration kProbeRetry{100'000};
inline constexpr base::Duration kProbePatience{500'000};      ///< at least; four round trips; three times as long over TCP

// Lite agent: counted from the last valid check. Browsers check every 2.5 s, RFC 7675 allows them 6 s.
inline constexpr base::Duration kLiteStale{10'000'000};
inline constexpr base::Duration kLiteExpiry{30'000'000};

/// What the agent may ask its owner for.
struct IceWays {
    bool direct = true;    ///< host addresses; false hides them: relays only
    bool streams = false;  ///< the owner can dial TCP
    bool relays = false;   ///< the owner knows relay servers
};
/// A stranger names the address, so no TCP connection goes to ports where other services listen.
bool isDialable(std::uint16_t port);

/// 8 characters for the ufrag, 24 for the password, of the ice-char alphabet (RFC 8839 section 5.4): 48 and 144 bits.
IceParameters randomIceParameters(bool lite);
std::uint64_t randomTieBreaker();
/// Uniform in [low, high).
base::Duration randomBetween(base::Duration low, base::Duration high);

}  // namespace parlour::rtc

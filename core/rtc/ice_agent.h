// SPDX-License-Identifier: Apache-2.0
// Full ICE (RFC 8445, 8838) for one component: host candidates on several addresses, triggered and paced checks,
// regular nomination, role conflicts, peer-reflexive remotes, consent (RFC 7675), restart. Where UDP does not pass: TCP to
// passive candidates (RFC 6544, we are the active side) and relayed addresses (RFC 8656); the agent asks for both by wishes.
//
// Inputs by sender: owner  setRemote, addLocalAddress, removeLocalAddress, addRemoteCandidate, restart, probe, noteMediaSent,
//                          streamOpened, streamClosed
//                   network handleStun, noteReceived        time  handleTimeout
// Thread: the transport's owner.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/rtc/ice_types.h"
#include "core/rtc/stun.h"

namespace parlour::rtc {

class IceAgent {
  public:
    explicit IceAgent(bool controlling, IceWays ways = {});

    const IceParameters& local() const { return m_current.local; }
    bool hasRemote() const { return m_current.remote.has_value(); }
    bool controlling() const { return m_controlling; }
    /// Other credentials than before mean that the peer restarted ICE; then ours are new as well. Against a lite peer
    /// we always control.
    void setRemote(const IceParameters& remote, base::TimePoint now);
    /// New credentials. The old generation's route carries media until the new one has nominated.
    void restart(base::TimePoint now);
    std::vector<std::string> liveUfrags() const;

    /// handleStun's `local` has to be one of these. Above kMaxLocalCandidates nothing is added. `type` is host or relay.
    IceCandidate addLocalAddress(const base::SocketAddress& address, CandidateType type = CandidateType::host);
    /// The machine does not have it any more, or the relay has dropped it: its pairs are dead at once.
    void removeLocalAddress(const base::SocketAddress& address, base::TimePoint now);
    const std::vector<IceCandidate>& localCandidates() const { return m_locals; }
    /// False when it is ignored: TCP that we cannot or must not dial, component 2, or above a limit.
    bool addRemoteCandidate(const IceCandidate& candidate, base::TimePoint now);

    void allowRelays() { m_ways.relays = true; }  ///< the owner has learnt of relay servers
    std::optional<PathWish> pollWish();
    /// A dialled connection is there. False: nobody needs it any more, close it.
    bool streamOpened(const Route& stream, base::TimePoint now);
    void streamClosed(const Route& stream, base::TimePoint now);
    /// False when it belongs to a generation that is over.
    bool needsStream(const Route& stream) const;

    /// A datagram that parsed as STUN. False when it proved nothing; then nothing is sent and nothing kept.
    bool handleStun(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                    const StunView& message);
    void handleTimeout(base::TimePoint now) { update(now); }
    base::TimePoint nextTimeout() const { return std::min(m_wake, nextProbe()); }
    std::optional<OutgoingDatagram> pollDatagram();

    // The path under media. Something authentic came over `route`; `media`: RTP.
    void noteReceived(const Route& route, bool media, base::TimePoint now);
    void noteMediaSent(base::TimePoint now) { m_lastMedia = now; }
    /// Asks the selected pair at once whether it still works.
    void probe(base::TimePoint now);

    bool isValid(const base::SocketAddress& local, const base::SocketAddress& remote) const;
    /// The nominated pair, before that the first valid one.
    const std::optional<Route>& route() const { return m_route; }
    IceState state() const { return m_state; }
    std::optional<base::Duration> roundTrip() const { return m_roundTrip; }
    std::size_t remoteCandidateCount() const { return m_current.remotes.size(); }
    std::size_t pairCount() const { return m_current.pairs.size(); }

  private:
    enum class PairState { waiting, inProgress, succeeded, failed };
    struct Sent {
        StunTransactionId id;
        base::TimePoint at;
        bool nominating = false;
        bool asControlling = false;
    };
    enum class Carrier { udp, tcp, relay };   ///< of our side
    struct Pair {
        Route route;
        Carrier carrier = Carrier::udp;
        std::uint32_t localPriority = 0;
        std::uint32_t remotePriority = 0;
        PairState state = PairState::waiting;
        bool heard = false;              ///< the peer checked us over it with the right password
        bool triggered = false;          ///< goes before the others
        bool nominateOnSuccess = false;  ///< the controlling peer asked before our own check succeeded
        bool nominating = false;         ///< we are asking for it
        bool nominated = false;
        bool dead = false;               ///< our address or the connection is gone
        int transmits = 0;
        base::TimePoint nextTransmit = base::kNever;
        std::deque<Sent> sent;           ///< the latest 16, so that a late answer still counts
    };
    struct EarlyCheck {
        Route route;
        std::uint32_t priority = 0;
        bool useCandidate = false;
    };
    struct Stream {
        IceCandidate remote;
        bool dialled = false;
        bool opened = false;
    };
    struct Generation {
        IceParameters local;
        std::optional<IceParameters> remote;
        std::vector<IceCandidate> remotes;     ///< UDP
        std::vector<Stream> streams;           ///< TCP
        bool relayAsked = false;
        std::vector<Pair> pairs;               ///< never shrinks, so indexes stay
        std::optional<std::size_t> selected;
        bool lost = false;                     ///< the selected pair is dead, or did not answer while there was media
        std::vector<EarlyCheck> early;         ///< valid checks that came before the peer's description
        base::TimePoint lastConsent{};         ///< when the selected pair last answered
        base::TimePoint nextConsent = base::kNever;
        base::TimePoint firstValid = base::kNever;
    };

    // ice_agent.cpp
    void pairUp(const IceCandidate& local, const IceCandidate& remote);
    void addPair(const Route& route, Carrier carrier, std::uint32_t localPriority, std::uint32_t remotePriority);
    void select(Generation& generation, std::size_t index, base::TimePoint now);
    void update(base::TimePoint now);
    void runChecks(base::TimePoint now);
    void nominate(base::TimePoint now);
    void runConsent(Generation& generation, base::TimePoint now);
    void updateState(base::TimePoint now);
    void updateRoute();
    bool isStale(const Generation& generation, base::TimePoint now) const;
    std::uint64_t priorityOf(const Pair& pair) const;
    std::optional<std::size_t> bestSucceeded() const;

    // ice_agent_ways.cpp
    bool addStream(const IceCandidate& candidate, base::TimePoint now);
    void askForWays(base::TimePoint now);
    base::TimePoint nextWish() const;
    void bury(const Route& stream, const std::optional<base::SocketAddress>& local);
    Generation* active();
    const Generation* active() const { return const_cast<IceAgent*>(this)->active(); }
    base::TimePoint nextProbe() const;
    base::Duration probePatience(const Pair& pair) const;
    void runProbe(base::TimePoint now);
    void answered(Generation& generation, base::TimePoint now);

    // ice_agent_checks.cpp
    bool handleRequest(base::TimePoint now, const Route& route, const StunView& message);
    bool handleResponse(base::TimePoint now, const Route& route, const StunView& message, Generation& generation);
    void heard(base::TimePoint now, const EarlyCheck& check);
    void send(const Generation& generation, Pair& pair, base::TimePoint now);
    void switchRole();

    bool m_controlling;
    IceWays m_ways;
    bool m_remoteLite = false;
    std::uint64_t m_tieBreaker;
    Generation m_current;
    std::optional<Generation> m_previous;      ///< only one that has a selected pair
    std::vector<IceCandidate> m_locals;
    std::vector<IceCandidate> m_future;        ///< trickled ahead of the description they belong to
    std::optional<Route> m_route;
    IceState m_state = IceState::idle;
    base::TimePoint m_checkingSince{};
    base::TimePoint m_nextPaced{};
    base::TimePoint m_wake = base::kNever;
    bool m_rechecked = false;                  ///< the other pairs got a new chance since consent went stale
    std::optional<base::Duration> m_roundTrip;
    int m_foundations = 0;
    base::TimePoint m_lastHeard{};             ///< over the selected pair
    base::TimePoint m_lastMedia{};
    base::TimePoint m_probingSince = base::kNever;
    base::TimePoint m_probeAt = base::kNever;  ///< the next one while probing
    std::deque<PathWish> m_wishes;
    std::deque<OutgoingDatagram> m_out;
};

}  // namespace parlour::rtc

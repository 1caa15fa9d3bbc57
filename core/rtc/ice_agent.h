// SPDX-License-Identifier: Apache-2.0
// Full ICE (RFC 8445, 8838) for one component: host candidates on several addresses, triggered and paced checks,
// regular nomination, role conflicts, peer-reflexive remotes, consent (RFC 7675), restart.
//
// Inputs by sender: owner  setRemote, addLocalAddress, addRemoteCandidate, restart
//                   network handleStun        time  handleTimeout
// Thread: the transport's owner.
#pragma once

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
    explicit IceAgent(bool controlling);

    const IceParameters& local() const { return m_current.local; }
    bool hasRemote() const { return m_current.remote.has_value(); }
    bool controlling() const { return m_controlling; }
    /// Other credentials than before mean that the peer restarted ICE; then ours are new as well. Against a lite peer
    /// we always control.
    void setRemote(const IceParameters& remote, base::TimePoint now);
    /// New credentials. The old generation's route carries media until the new one has nominated.
    void restart(base::TimePoint now);
    std::vector<std::string> liveUfrags() const;

    /// handleStun's `local` has to be one of these. Above kMaxLocalCandidates nothing is added.
    IceCandidate addLocalAddress(const base::SocketAddress& address);
    const std::vector<IceCandidate>& localCandidates() const { return m_locals; }
    /// False when it is ignored: TCP, component 2, or above kMaxRemoteCandidates.
    bool addRemoteCandidate(const IceCandidate& candidate, base::TimePoint now);

    /// A datagram that parsed as STUN. False when it proved nothing; then nothing is sent and nothing kept.
    bool handleStun(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                    const StunView& message);
    void handleTimeout(base::TimePoint now) { update(now); }
    base::TimePoint nextTimeout() const { return m_wake; }
    std::optional<OutgoingDatagram> pollDatagram();

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
    struct Pair {
        Route route;
        std::uint32_t localPriority = 0;
        std::uint32_t remotePriority = 0;
        PairState state = PairState::waiting;
        bool heard = false;              ///< the peer checked us over it with the right password
        bool triggered = false;          ///< goes before the others
        bool nominateOnSuccess = false;  ///< the controlling peer asked before our own check succeeded
        bool nominating = false;         ///< we are asking for it
        bool nominated = false;
        int transmits = 0;
        base::TimePoint nextTransmit = base::kNever;
        std::deque<Sent> sent;           ///< the latest 16, so that a late answer still counts
    };
    struct EarlyCheck {
        Route route;
        std::uint32_t priority = 0;
        bool useCandidate = false;
    };
    struct Generation {
        IceParameters local;
        std::optional<IceParameters> remote;
        std::vector<IceCandidate> remotes;
        std::vector<Pair> pairs;               ///< never shrinks, so indexes stay
        std::optional<std::size_t> selected;
        std::vector<EarlyCheck> early;         ///< valid checks that came before the peer's description
        base::TimePoint lastConsent{};         ///< when the selected pair last answered
        base::TimePoint nextConsent = base::kNever;
        base::TimePoint firstValid = base::kNever;
    };

    // ice_agent.cpp
    void pairUp(const IceCandidate& local, const IceCandidate& remote);
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

    // ice_agent_checks.cpp
    bool handleRequest(base::TimePoint now, const Route& route, const StunView& message);
    bool handleResponse(base::TimePoint now, const Route& route, const StunView& message, Generation& generation);
    void heard(base::TimePoint now, const EarlyCheck& check);
    void send(const Generation& generation, Pair& pair, base::TimePoint now);
    void switchRole();

    bool m_controlling;
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
    std::deque<OutgoingDatagram> m_out;
};

}  // namespace parlour::rtc

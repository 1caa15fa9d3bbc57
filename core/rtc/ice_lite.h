// SPDX-License-Identifier: Apache-2.0
// ICE-lite (RFC 8445 section 2.5): answers checks, follows the peer's nomination, sends none of its own.
// Nobody gets a byte back who has not proved to know the password of a live ufrag (security T6, T39).
// Thread: the transport's owner.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fifo.h"
#include "core/rtc/ice_types.h"
#include "core/rtc/stun.h"

namespace parlour::rtc {

class IceLite {
  public:
    IceLite();

    const IceParameters& local() const { return m_current.local; }
    bool hasRemote() const { return m_current.remote.has_value(); }
    /// Other credentials than before mean that the peer restarted ICE; then ours are new as well.
    void setRemote(const IceParameters& remote, base::TimePoint now);
    /// New credentials. The old ones stay live until a check with the new ones nominates a tuple.
    void restart(base::TimePoint now);
    std::vector<std::string> liveUfrags() const;

    /// Only to be advertised; above kMaxLocalCandidates it is not.
    IceCandidate addLocalAddress(const base::SocketAddress& address);
    const std::vector<IceCandidate>& localCandidates() const { return m_candidates; }

    /// A datagram that parsed as STUN. False when it proved nothing; then nothing is sent and nothing kept.
    bool handleStun(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                    const StunView& message);
    void handleTimeout(base::TimePoint now) { update(now); }
    base::TimePoint nextTimeout() const { return m_wake; }
    std::optional<OutgoingDatagram> pollDatagram();

    /// A check with the right password came over it, and not too long ago.
    bool isValid(const base::SocketAddress& local, const base::SocketAddress& remote) const;
    std::size_t tupleCount() const { return m_tuples.size(); }
    /// The nominated tuple, before the first nomination the first valid one.
    const std::optional<Route>& route() const { return m_route; }
    IceState state() const { return m_state; }

  private:
    struct Generation {
        IceParameters local;
        std::optional<IceParameters> remote;
    };
    struct Tuple {
        Route route;
        base::TimePoint lastCheck;
    };

    void touch(base::TimePoint now, const Route& route);
    void update(base::TimePoint now);

    Generation m_current;
    std::optional<Generation> m_previous;
    std::vector<IceCandidate> m_candidates;
    std::vector<Tuple> m_tuples;
    std::optional<Route> m_route;
    IceState m_state = IceState::idle;
    base::TimePoint m_waitingSince{};
    base::TimePoint m_wake = base::kNever;
    base::Fifo<OutgoingDatagram> m_out;
};

}  // namespace parlour::rtc

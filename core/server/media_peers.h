// SPDX-License-Identifier: Apache-2.0
// Which PeerConnection a datagram belongs to, and which one wants to be woken when. An address becomes a peer's only by our
// own answer to an authentic STUN check for its ufrag (security T6, T39); everything else from it goes nowhere.
// Thread: media.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/socket_address.h"
#include "core/base/time.h"
#include "core/rtc/peer_connection.h"
#include "core/signal/messages.h"

namespace parlour::server {

class MediaSession;

struct Peer {
    Peer(rtc::PeerConnectionConfig config, MediaSession& owner, signal::SignalTarget which)
        : connection(std::move(config)), session(owner), target(which) {}

    rtc::PeerConnection connection;
    MediaSession& session;
    signal::SignalTarget target;
    std::uint32_t key = 0;            ///< given by PeerTable
    base::TimePoint due = base::kNever;
    std::vector<base::SocketAddress> tuples;
    std::vector<std::string> ufrags;  ///< the last two: an ICE restart leaves the old one alive for a while
};

class PeerTable {
  public:
    static constexpr std::size_t kMaxTuples = 8;  ///< addresses per transport

    void add(Peer& peer);
    void remove(Peer& peer);
    /// Call after every description: the local ufrag may be a new one.
    void registerUfrag(Peer& peer);
    /// The peer proved that it is at this address. The oldest of more than kMaxTuples is forgotten. An address on which
    /// another peer is connected stays that peer's.
    void learn(Peer& peer, const base::SocketAddress& address);
    Peer* byAddress(const base::SocketAddress& address) const;
    Peer* byUfrag(std::string_view ufrag) const;
    Peer* byKey(std::uint32_t key) const;

    /// Reads the peer's next timeout.
    void schedule(Peer& peer);
    base::TimePoint nextDue() const { return m_due.empty() ? base::kNever : m_due.begin()->first; }
    /// The peer whose time has come, nullptr when there is none.
    Peer* popDue(base::TimePoint now);
    std::size_t size() const { return m_byKey.size(); }
    std::size_t addresses() const { return m_byAddress.size(); }

  private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<base::SocketAddress, Peer*, base::SocketAddressHash> m_byAddress;
    std::unordered_map<std::string, Peer*, TextHash, std::equal_to<>> m_byUfrag;
    std::unordered_map<std::uint32_t, Peer*> m_byKey;
    std::set<std::pair<base::TimePoint, std::uint32_t>> m_due;
    std::uint32_t m_nextKey = 1;
};

}  // namespace parlour::server

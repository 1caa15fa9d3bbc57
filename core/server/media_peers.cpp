// SPDX-License-Identifier: Apache-2.0
#include "core/server/media_peers.h"

#include <algorithm>

namespace parlour::server {

void PeerTable::add(Peer& peer) {
    peer.key = m_nextKey++;
    m_byKey.emplace(peer.key, &peer);
    registerUfrag(peer);
    schedule(peer);
}

void PeerTable::remove(Peer& peer) {
    for (const auto& address : peer.tuples) {
        const auto it = m_byAddress.find(address);
        if (it != m_byAddress.end() && it->second == &peer) m_byAddress.erase(it);
    }
    for (const auto& ufrag : peer.ufrags) m_byUfrag.erase(ufrag);
    m_due.erase({peer.due, peer.key});
    m_byKey.erase(peer.key);
    peer.tuples.clear();
    peer.ufrags.clear();
}

void PeerTable::registerUfrag(Peer& peer) {
    const auto& ufrag = peer.connection.transport().localIce().ufrag;
    if (ufrag.empty() || std::find(peer.ufrags.begin(), peer.ufrags.end(), ufrag) != peer.ufrags.end()) return;
    if (!m_byUfrag.emplace(ufrag, &peer).second) return;
    peer.ufrags.push_back(ufrag);
    if (peer.ufrags.size() > 2) {
        m_byUfrag.erase(peer.ufrags.front());
        peer.ufrags.erase(peer.ufrags.begin());
    }
}

void PeerTable::learn(Peer& peer, const base::SocketAddress& address) {
    auto& holder = m_byAddress[address];
    if (holder == &peer) return;
    if (holder != nullptr) {
        // An address in use is not taken from its owner: a participant may forge the sender of his own checks. A port
        // that a NAT gave to somebody else becomes free when the former owner's path is stale.
        const auto& transport = holder->connection.transport();
        const auto route = transport.route();
        if (transport.state() == rtc::TransportState::connected && route && route->remote == address) return;
        std::erase(holder->tuples, address);
    }
    holder = &peer;
    peer.tuples.push_back(address);
    if (peer.tuples.size() > kMaxTuples) {
        // Never the one in use.
        const auto route = peer.connection.transport().route();
        const auto oldest = std::find_if(peer.tuples.begin(), peer.tuples.end(),
                                         [&](const auto& a) { return !route || a != route->remote; });
        m_byAddress.erase(*oldest);
        peer.tuples.erase(oldest);
    }
}

Peer* PeerTable::byAddress(const base::SocketAddress& address) const {
    const auto it = m_byAddress.find(address);
    return it == m_byAddress.end() ? nullptr : it->second;
}

Peer* PeerTable::byUfrag(std::string_view ufrag) const {
    const auto it = m_byUfrag.find(ufrag);
    return it == m_byUfrag.end() ? nullptr : it->second;
}

Peer* PeerTable::byKey(std::uint32_t key) const {
    const auto it = m_byKey.find(key);
    return it == m_byKey.end() ? nullptr : it->second;
}

void PeerTable::schedule(Peer& peer) {
    const auto next = peer.connection.nextTimeout();
    // A later time need not be entered now: the peer is asked again when the earlier one has come.
    if (next >= peer.due) return;
    m_due.erase({peer.due, peer.key});
    peer.due = next;
    m_due.insert({peer.due, peer.key});
}

Peer* PeerTable::popDue(base::TimePoint now) {
    while (!m_due.empty() && m_due.begin()->first <= now) {
        auto* peer = byKey(m_due.begin()->second);
        m_due.erase(m_due.begin());
        if (peer == nullptr) continue;
        peer->due = base::kNever;
        if (peer->connection.nextTimeout() <= now) return peer;
        schedule(*peer);
    }
    return nullptr;
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// The ways of a session's media: which there are, and what happens when the network under them becomes another one.
#include <algorithm>
#include <utility>

#include "core/net/network_place.h"
#include "core/room/known_networks.h"
#include "core/room/session_impl.h"

namespace parlour::room {

void RoomSession::Impl::setRelays(const std::vector<signal::IceServer>& servers) {
    auto& relays = network.relays;
    relays.clear();
    for (const auto& server : servers)
        for (const auto& address : server.urls)
            if (auto relay = rtc::parseTurnUrl(address, server.username, server.credential); relay && relays.size() < rtc::kMaxTurnServers)
                relays.push_back(std::move(*relay));
}

MediaWays RoomSession::Impl::ways() const {
    MediaWays ways(network.addresses);
    ways.relays = network.relays;
    ways.relayOnly = config.relayOnly;
    return ways;
}

/// With a server on this computer no network is between us, whichever it is in.
void RoomSession::Impl::enterNetwork() {
    if (config.networks == nullptr) return;
    const auto& own = network.addresses;
    const bool here = std::any_of(own.begin(), own.end(), [](const auto& ip) { return ip.isLoopback(); });
    const auto needed = config.networks->enter(here ? std::nullopt : net::networkPlace(), loop.clock().wallNow());
    if (needed || config.networks->moved()) audio.changeNetwork(needed);
}

void RoomSession::Impl::leaveNetwork() {
    if (config.networks != nullptr) config.networks->leave(audio.neededDelay(), loop.clock().wallNow());
}

void RoomSession::Impl::comeBack() {
    if (!network.retry) return;
    retryTimer.cancel();
    retry(*std::exchange(network.retry, std::nullopt));
}

/// The machine has other addresses, or leaves by another one. What the links lose by it they tell as a lost connection, and
/// that resumes; who waits for the next try needs not wait any longer.
void RoomSession::Impl::networkChanged(bool outward) {
    if (!entrance || leaving || state.session == SessionState::left) return;
    network.addresses = entrance->addresses();
    if (outward) {
        leaveNetwork();
        enterNetwork();
    }
    policy.succeeded();   // what failed on another network says nothing about this one
    const auto during = attempt;
    for (auto* link : {&subscriber, &publisher})
        if (*link) (*link)->networkChanged(network.addresses, outward);
    if (attempt != during || state.session == SessionState::joined) return;
    if (network.retry) return comeBack();
    // Half way in over an address that may be gone: begin again over one that is there.
    if (state.session == SessionState::reconnecting && signal && !signalReady) connect(resuming);
}

}  // namespace parlour::room

// SPDX-License-Identifier: Apache-2.0
// The other ways to the peer (TCP, relays), ways that are gone, and silence under media.
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/rtc/ice_agent.h"

namespace parlour::rtc {

namespace {

/// Behind every UDP host, before every relay (RFC 6544 section 4.2: direction preference 6 for the active side).
constexpr std::uint32_t kStreamPriority = (90u << 24) | ((6u << 13) << 8) | 255u;
constexpr base::Duration kLongestPatience{2'000'000};

}  // namespace

bool IceAgent::addStream(const IceCandidate& candidate, base::TimePoint now) {
    const auto& to = candidate.address;
    if (!m_ways.streams || !m_ways.direct || candidate.tcpType != "passive" || !isDialable(to.port)) return false;
    // Only where one of our own addresses leads: no loopback or IPv6 because a stranger says so.
    const bool leads = std::any_of(m_locals.begin(), m_locals.end(), [&](const IceCandidate& local) {
        return local.address.ip.isV4() == to.ip.isV4() && (local.address.ip.isLoopback() || !to.ip.isLoopback());
    });
    if (!leads || to.ip.isLinkLocal()) return false;
    for (const auto& known : m_current.streams)
        if (known.remote.address == to) return true;
    if (m_current.streams.size() >= kMaxStreams || m_current.remotes.size() + m_current.streams.size() >= kMaxRemoteCandidates)
        return false;
    m_current.streams.push_back({candidate, false, false});
    update(now);
    return true;
}

/// What is missing has its time while nothing has answered yet.
base::TimePoint IceAgent::nextWish() const {
    if (!m_current.remote || m_current.firstValid != base::kNever) return base::kNever;
    auto next = base::kNever;
    for (const auto& stream : m_current.streams)
        if (!stream.dialled) next = m_checkingSince + kStreamDelay;
    if (m_ways.relays && !m_current.relayAsked)
        next = std::min(next, m_checkingSince + (m_ways.direct ? kRelayDelay : base::Duration{0}));
    return next;
}

void IceAgent::askForWays(base::TimePoint now) {
    if (now < nextWish()) return;
    if (now >= m_checkingSince + kStreamDelay)
        for (auto& stream : m_current.streams)
            if (!std::exchange(stream.dialled, true)) m_wishes.emplace_back(StreamWish{stream.remote.address});
    if (m_ways.relays && !m_current.relayAsked && now >= m_checkingSince + (m_ways.direct ? kRelayDelay : base::Duration{0})) {
        m_current.relayAsked = true;
        m_wishes.emplace_back(RelayWish{});
    }
}

std::optional<PathWish> IceAgent::pollWish() {
    if (m_wishes.empty()) return std::nullopt;
    auto wish = m_wishes.front();
    m_wishes.pop_front();
    return wish;
}

bool IceAgent::streamOpened(const Route& route, base::TimePoint now) {
    // The socket's address must tell it from one of UDP: both are the name of a way.
    if (std::any_of(m_locals.begin(), m_locals.end(), [&](const IceCandidate& c) { return c.address == route.local; })) return false;
    for (auto& stream : m_current.streams) {
        if (stream.remote.address != route.remote || !stream.dialled || stream.opened) continue;
        stream.opened = true;
        addPair(route, Carrier::tcp, kStreamPriority, stream.remote.priority);
        update(now);
        return true;
    }
    return false;
}

bool IceAgent::needsStream(const Route& route) const {
    const auto needs = [&](const Pair& p) { return p.route == route && !p.dead; };
    return std::any_of(m_current.pairs.begin(), m_current.pairs.end(), needs) ||
           (m_previous && std::any_of(m_previous->pairs.begin(), m_previous->pairs.end(), needs));
}

void IceAgent::streamClosed(const Route& route, base::TimePoint now) {
    bury(route, std::nullopt);   // not dialled again: another way, or a restart
    update(now);
}

void IceAgent::removeLocalAddress(const base::SocketAddress& address, base::TimePoint now) {
    std::erase_if(m_locals, [&](const IceCandidate& c) { return c.address == address; });
    bury({}, address);
    update(now);
}

/// The pairs over this connection, or those from this address of ours.
void IceAgent::bury(const Route& stream, const std::optional<base::SocketAddress>& local) {
    for (auto* generation : {&m_current, m_previous ? &*m_previous : nullptr}) {
        if (generation == nullptr) continue;
        for (std::size_t i = 0; i < generation->pairs.size(); ++i) {
            auto& pair = generation->pairs[i];
            if (local ? pair.route.local != *local : !(pair.carrier == Carrier::tcp && pair.route == stream)) continue;
            pair.dead = true;
            pair.state = PairState::failed;
            pair.heard = pair.triggered = pair.nominateOnSuccess = pair.nominating = pair.nominated = false;
            pair.nextTransmit = base::kNever;
            if (generation->selected == i) generation->lost = true;
        }
        // Before a choice is made the first valid pair carries; without one the search goes on as in the beginning.
        const bool any = std::any_of(generation->pairs.begin(), generation->pairs.end(),
                                     [](const Pair& p) { return p.state == PairState::succeeded; });
        if (!generation->selected && !any) generation->firstValid = base::kNever;
    }
}

/// Whose selected pair carries the media.
IceAgent::Generation* IceAgent::active() {
    if (m_current.selected) return &m_current;
    return m_previous ? &*m_previous : nullptr;
}

void IceAgent::answered(Generation& generation, base::TimePoint now) {
    generation.lost = false;
    generation.lastConsent = now;
    generation.nextConsent = now + randomBetween(kConsentInterval * 8 / 10, kConsentInterval * 12 / 10);
    if (&generation == &m_current) m_rechecked = false;
    if (&generation != active()) return;
    m_lastHeard = now;
    m_probingSince = base::kNever;
}

void IceAgent::noteReceived(const Route& route, bool media, base::TimePoint now) {
    if (media) m_lastMedia = now;
    if (m_route != route) return;
    m_lastHeard = now;
    m_probingSince = base::kNever;
}

void IceAgent::probe(base::TimePoint now) {
    const auto* carrying = active();
    if (carrying == nullptr || carrying->lost || m_probingSince != base::kNever) return;
    m_probingSince = m_probeAt = now;
    update(now);
}

base::TimePoint IceAgent::nextProbe() const {
    const auto* carrying = active();
    if (carrying == nullptr || carrying->lost || m_state == IceState::failed) return base::kNever;
    if (m_probingSince != base::kNever)
        return std::min(m_probeAt, m_probingSince + probePatience(carrying->pairs[*carrying->selected]));
    const auto silent = m_lastHeard + kSilence;
    return m_lastMedia != base::TimePoint{} && m_lastMedia + kMediaLately > silent ? silent : base::kNever;
}

base::Duration IceAgent::probePatience(const Pair& pair) const {
    const auto patience = std::clamp(4 * m_roundTrip.value_or(base::Duration{0}), kProbePatience, kLongestPatience);
    return pair.carrier == Carrier::tcp ? 3 * patience : patience;   // what is lost there comes late
}

void IceAgent::runProbe(base::TimePoint now) {
    if (now < nextProbe()) return;
    auto& carrying = *active();
    auto& pair = carrying.pairs[*carrying.selected];
    if (m_probingSince == base::kNever) m_probingSince = m_probeAt = now;
    if (now - m_probingSince >= probePatience(pair)) {
        carrying.lost = true;
        m_probingSince = base::kNever;
        carrying.nextConsent = std::min(carrying.nextConsent, now + kConsentRetry);   // it may come back
        return;
    }
    const auto keep = std::pair(pair.transmits, pair.nextTransmit);
    send(carrying, pair, now);
    std::tie(pair.transmits, pair.nextTransmit) = keep;
    m_probeAt = now + (pair.carrier == Carrier::tcp ? 3 * kProbeRetry : kProbeRetry);
}

}  // namespace parlour::rtc

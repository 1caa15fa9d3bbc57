// SPDX-License-Identifier: Apache-2.0
// Descriptions, pairs, pacing, nomination, consent. What is on the wire: ice_agent_checks.cpp; TCP, relays and silence:
// ice_agent_ways.cpp.
#include "core/rtc/ice_agent.h"

#include <algorithm>

namespace parlour::rtc {

namespace {

bool usable(const IceCandidate& c) {
    return c.component == 1 && c.address.port != 0 && !c.address.ip.isUnspecified();
}

}  // namespace

IceAgent::IceAgent(bool controlling, IceWays ways)
    : m_controlling(controlling), m_ways(ways), m_tieBreaker(randomTieBreaker()) {
    m_current.local = randomIceParameters(false);
}

void IceAgent::setRemote(const IceParameters& remote, base::TimePoint now) {
    if (m_current.remote) {
        if (m_current.remote->ufrag == remote.ufrag && m_current.remote->pwd == remote.pwd) return;
        restart(now);
    }
    m_current.remote = remote;
    m_remoteLite = remote.lite;
    if (m_remoteLite) m_controlling = true;  // RFC 8445 section 6.1.1
    m_checkingSince = now;
    auto waiting = std::move(m_future);
    m_future.clear();
    for (const auto& c : waiting) addRemoteCandidate(c, now);
    const auto early = std::move(m_current.early);
    m_current.early.clear();
    for (const auto& check : early) heard(now, check);
    update(now);
}

void IceAgent::restart(base::TimePoint now) {
    if (m_current.selected) m_previous = std::move(m_current);
    m_current = Generation{};
    m_current.local = randomIceParameters(false);
    for (auto& c : m_locals) c.ufrag = m_current.local.ufrag;
    m_checkingSince = now;
    if (m_state == IceState::failed) m_state = IceState::checking;
    update(now);
}

std::vector<std::string> IceAgent::liveUfrags() const {
    std::vector<std::string> out{m_current.local.ufrag};
    if (m_previous) out.push_back(m_previous->local.ufrag);
    return out;
}

IceCandidate IceAgent::addLocalAddress(const base::SocketAddress& address, CandidateType type) {
    for (const auto& known : m_locals)
        if (known.address == address) return known;
    IceCandidate c;
    c.foundation = std::to_string(++m_foundations);
    c.address = address;
    c.type = type;
    // Addresses in the order given; one that only this machine can reach comes last.
    const auto preference = (address.ip.isLoopback() ? 32767 : 65535) - static_cast<int>(m_locals.size());
    c.priority = candidatePriority(type, static_cast<std::uint16_t>(preference), 1);
    c.ufrag = m_current.local.ufrag;
    if (m_locals.size() >= kMaxLocalCandidates) return c;
    m_locals.push_back(c);
    for (const auto& remote : m_current.remotes) pairUp(c, remote);
    if (m_current.remote) m_wake = std::min(m_wake, m_nextPaced);
    return c;
}

bool IceAgent::addRemoteCandidate(const IceCandidate& candidate, base::TimePoint now) {
    if (!usable(candidate)) return false;
    if (!m_current.remote || (!candidate.ufrag.empty() && candidate.ufrag != m_current.remote->ufrag)) {
        if (m_future.size() >= kMaxRemoteCandidates) return false;
        m_future.push_back(candidate);
        return true;
    }
    if (candidate.protocol == CandidateProtocol::tcp) return addStream(candidate, now);
    for (auto& known : m_current.remotes)
        if (known.address == candidate.address) return true;
    if (m_current.remotes.size() >= kMaxRemoteCandidates) return false;
    m_current.remotes.push_back(candidate);
    for (const auto& local : m_locals) pairUp(local, candidate);
    update(now);
    return true;
}

void IceAgent::pairUp(const IceCandidate& local, const IceCandidate& remote) {
    auto to = remote.address;
    if (local.address.ip.isV4() != to.ip.isV4()) return;
    if (to.ip.isV6() && to.ip.isLinkLocal()) {
        // A link-local address means something on one link only: the one our address is on.
        if (!local.address.ip.isLinkLocal()) return;
        std::array<std::uint8_t, 16> bytes{};
        std::copy_n(to.ip.bytes().begin(), bytes.size(), bytes.begin());
        to.ip = base::IpAddress::v6(bytes, local.address.ip.scopeId());
    }
    addPair({local.address, to}, local.type == CandidateType::relay ? Carrier::relay : Carrier::udp, local.priority,
            remote.priority);
}

void IceAgent::addPair(const Route& route, Carrier carrier, std::uint32_t localPriority, std::uint32_t remotePriority) {
    if (m_current.pairs.size() >= kMaxIcePairs) return;
    for (const auto& known : m_current.pairs)
        if (known.route == route) return;
    Pair pair;
    pair.route = route;
    pair.carrier = carrier;
    pair.localPriority = localPriority;
    pair.remotePriority = remotePriority;
    m_current.pairs.push_back(std::move(pair));
}

std::uint64_t IceAgent::priorityOf(const Pair& pair) const {
    // RFC 8445 section 6.1.2.3: G is the controlling side's.
    const std::uint64_t g = m_controlling ? pair.localPriority : pair.remotePriority;
    const std::uint64_t d = m_controlling ? pair.remotePriority : pair.localPriority;
    return (std::min(g, d) << 32) + 2 * std::max(g, d) + (g > d ? 1 : 0);
}

std::optional<std::size_t> IceAgent::bestSucceeded() const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < m_current.pairs.size(); ++i) {
        const auto& pair = m_current.pairs[i];
        if (pair.state != PairState::succeeded || m_current.selected == i) continue;
        if (!best || priorityOf(pair) > priorityOf(m_current.pairs[*best])) best = i;
    }
    return best;
}

bool IceAgent::isStale(const Generation& generation, base::TimePoint now) const {
    return generation.selected && (generation.lost || now - generation.lastConsent >= kConsentStale);
}

void IceAgent::select(Generation& generation, std::size_t index, base::TimePoint now) {
    generation.selected = index;
    // USE-CANDIDATE rides on every check of the nominated pair and of no other.
    for (std::size_t i = 0; i < generation.pairs.size(); ++i)
        if (i != index) generation.pairs[i].nominated = false;
    answered(generation, now);
    if (&generation == &m_current) m_previous.reset();
}

void IceAgent::runChecks(base::TimePoint now) {
    if (!m_current.remote) return;
    for (auto& pair : m_current.pairs) {
        if (now < pair.nextTransmit) continue;
        if (pair.transmits >= kIceMaxTransmits) {
            pair.state = PairState::failed;
            pair.nominating = false;
            pair.nextTransmit = base::kNever;
            continue;
        }
        send(m_current, pair, now);
    }
    // One new check per Ta: the peer's wishes first, then by priority. With a good pair selected only the former.
    const bool settled = m_current.selected && !isStale(m_current, now);
    while (now >= m_nextPaced) {
        Pair* next = nullptr;
        for (auto& pair : m_current.pairs) {
            if (pair.state != PairState::waiting || (settled && !pair.triggered)) continue;
            if (!next || pair.triggered > next->triggered ||
                (pair.triggered == next->triggered && priorityOf(pair) > priorityOf(*next)))
                next = &pair;
        }
        if (!next) return;
        next->triggered = false;
        next->state = PairState::inProgress;
        next->transmits = 0;
        send(m_current, *next, now);
        m_nextPaced = now + kIcePacing;
    }
}

void IceAgent::nominate(base::TimePoint now) {
    const auto best = bestSucceeded();
    if (!best) return;
    const bool stale = isStale(m_current, now);
    if (m_current.selected && !stale) return;
    const auto waitedEnough = m_current.firstValid != base::kNever && now >= m_current.firstValid + kIceNominationWait;
    if (!m_controlling) {
        // The peer should have nominated by now; until it does, its first valid pair serves.
        if (!m_current.selected && now >= m_current.firstValid + 5 * kIceNominationWait) select(m_current, *best, now);
        return;
    }
    for (const auto& pair : m_current.pairs) {
        if (pair.nominating) return;
        const bool open = pair.state == PairState::waiting || pair.state == PairState::inProgress;
        if (open && !waitedEnough && !stale && priorityOf(pair) > priorityOf(m_current.pairs[*best])) return;
    }
    auto& pair = m_current.pairs[*best];
    pair.nominating = true;
    pair.transmits = 0;
    send(m_current, pair, now);
}

void IceAgent::runConsent(Generation& generation, base::TimePoint now) {
    if (!generation.selected || now < generation.nextConsent) return;
    if (now - generation.lastConsent >= kConsentExpiry) {
        generation.nextConsent = base::kNever;  // RFC 7675 section 5.1: not one packet more
        return;
    }
    auto& pair = generation.pairs[*generation.selected];
    if (pair.dead) {
        generation.nextConsent = base::kNever;
        return;
    }
    const auto keep = std::pair(pair.transmits, pair.nextTransmit);
    send(generation, pair, now);
    std::tie(pair.transmits, pair.nextTransmit) = keep;
    generation.nextConsent =
        now + std::max(kConsentRetry, m_roundTrip ? 2 * std::min(*m_roundTrip, kConsentInterval) : base::Duration{0});
}

void IceAgent::update(base::TimePoint now) {
    if (isStale(m_current, now) && !m_rechecked) {
        m_rechecked = true;  // the path may be gone: look for another among those we know
        for (std::size_t i = 0; i < m_current.pairs.size(); ++i) {
            auto& pair = m_current.pairs[i];
            if (m_current.selected == i || pair.dead) continue;
            pair.state = PairState::waiting;
            pair.nominating = pair.nominateOnSuccess = false;
            pair.nextTransmit = base::kNever;
        }
    }
    runChecks(now);
    nominate(now);
    runProbe(now);
    runConsent(m_current, now);
    if (m_previous) {
        runConsent(*m_previous, now);
        if (now - m_previous->lastConsent >= kConsentExpiry) m_previous.reset();
    }
    askForWays(now);
    updateState(now);
    updateRoute();
}

void IceAgent::updateState(base::TimePoint now) {
    m_wake = base::kNever;
    const auto wakeAt = [this](base::TimePoint t) { m_wake = std::min(m_wake, t); };
    const auto* carrying = active();

    const bool gaveUp = now - m_checkingSince >= kIceGiveUp;
    if (carrying) {
        const auto age = now - carrying->lastConsent;
        m_state = age >= kConsentExpiry ? IceState::failed : isStale(*carrying, now) ? IceState::disconnected : IceState::connected;
        if (m_state == IceState::failed) return;
        wakeAt(carrying->lastConsent + (age < kConsentStale ? kConsentStale : kConsentExpiry));
        wakeAt(carrying->nextConsent);
    } else if (m_current.firstValid != base::kNever && !gaveUp) {
        m_state = IceState::connected;
        wakeAt(m_checkingSince + kIceGiveUp);
    } else if (!m_current.remote) {
        // Before the first description nothing is late; after a restart the answer decides.
        if (m_state != IceState::idle) m_state = IceState::checking;
    } else if (gaveUp) {
        m_state = IceState::failed;
        return;
    } else {
        m_state = IceState::checking;
        wakeAt(m_checkingSince + kIceGiveUp);
    }

    if (!m_current.remote) return;
    wakeAt(nextWish());
    const bool settled = m_current.selected && !isStale(m_current, now);
    for (const auto& pair : m_current.pairs) {
        wakeAt(pair.nextTransmit);
        if (pair.state == PairState::waiting && (!settled || pair.triggered)) wakeAt(std::max(now, m_nextPaced));
    }
    if (!m_current.selected && m_current.firstValid != base::kNever)
        for (const auto wait : {kIceNominationWait, 5 * kIceNominationWait})
            if (now < m_current.firstValid + wait) wakeAt(m_current.firstValid + wait);
}

void IceAgent::updateRoute() {
    if (m_state == IceState::failed) {
        m_route.reset();
    } else if (m_current.selected) {
        m_route = m_current.pairs[*m_current.selected].route;
    } else if (m_previous) {
        m_route = m_previous->pairs[*m_previous->selected].route;
    } else {
        for (const auto& pair : m_current.pairs)
            if (m_route == pair.route && pair.state == PairState::succeeded) return;
        const auto best = bestSucceeded();
        m_route = best ? std::optional(m_current.pairs[*best].route) : std::nullopt;
    }
}

std::optional<OutgoingDatagram> IceAgent::pollDatagram() {
    if (m_out.empty()) return std::nullopt;
    auto out = std::move(m_out.front());
    m_out.pop_front();
    return out;
}

bool IceAgent::isValid(const base::SocketAddress& local, const base::SocketAddress& remote) const {
    const Route route{local, remote};
    if (m_route == route) return true;
    const auto known = [&](const Pair& p) {
        return p.route == route && !p.dead && (p.heard || p.state == PairState::succeeded);
    };
    return std::any_of(m_current.pairs.begin(), m_current.pairs.end(), known) ||
           (m_previous && std::any_of(m_previous->pairs.begin(), m_previous->pairs.end(), known));
}

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
// Checks on the wire: what we send, what we answer, what an answer means (RFC 8445 section 7).
#include <algorithm>

#include "core/rtc/ice_agent.h"

namespace parlour::rtc {

namespace {
constexpr std::size_t kMaxSent = 16;
constexpr std::size_t kMaxQueued = 64;
}  // namespace

void IceAgent::send(const Generation& generation, Pair& pair, base::TimePoint now) {
    Sent sent{randomTransactionId(), now, m_controlling && (pair.nominating || pair.nominated), m_controlling};
    StunWriter writer(StunClass::request, kStunBinding, sent.id);
    writer.username(generation.remote->ufrag + ":" + generation.local.ufrag);
    // What our address would have as a peer-reflexive candidate (RFC 8445 section 7.1.1).
    // Behind those of UDP for the other carriers, so that a nominating peer prefers as we do.
    const std::uint32_t type = pair.carrier == Carrier::udp ? 110 : pair.carrier == Carrier::tcp ? 80 : 1;
    writer.priority((type << 24) | (pair.localPriority & 0x00ffffffu));
    if (m_controlling)
        writer.controlling(m_tieBreaker);
    else
        writer.controlled(m_tieBreaker);
    if (sent.nominating) writer.useCandidate();
    if (m_out.size() < kMaxQueued)
        m_out.push_back({pair.route.local, pair.route.remote, writer.finish(generation.remote->pwd)});
    pair.nextTransmit = now + kIceFirstRetransmit * (1 << std::min(pair.transmits, 10));
    ++pair.transmits;
    if (pair.carrier == Carrier::tcp) {   // nothing is repeated on a reliable carrier (RFC 8489 section 6.2.2)
        pair.nextTransmit = now + kStreamAnswer;
        pair.transmits = kIceMaxTransmits;
    }
    if (pair.sent.size() >= kMaxSent) pair.sent.pop_front();
    pair.sent.push_back(sent);
}

bool IceAgent::handleStun(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                          const StunView& message) {
    if (message.method != kStunBinding) return false;
    const Route route{local, from};
    bool proved = false;
    switch (message.messageClass) {
        case StunClass::request: proved = handleRequest(now, route, message); break;
        case StunClass::success:
        case StunClass::error:
            proved = handleResponse(now, route, message, m_current) ||
                     (m_previous && handleResponse(now, route, message, *m_previous));
            break;
        case StunClass::indication: return false;  // keepalives: they prove nothing and need nothing
    }
    if (proved) update(now);
    return proved;
}

bool IceAgent::handleRequest(base::TimePoint now, const Route& route, const StunView& message) {
    if (!message.username) return false;
    const auto ufrag = message.username->substr(0, message.username->find(':'));
    const bool isCurrent = ufrag == m_current.local.ufrag;
    if (!isCurrent && !(m_previous && ufrag == m_previous->local.ufrag)) return false;
    const auto password = isCurrent ? m_current.local.pwd : m_previous->local.pwd;
    if (!checkIntegrity(message, password)) return false;
    const auto& pairs = (isCurrent ? m_current : *m_previous).pairs;
    const bool ours = std::any_of(m_locals.begin(), m_locals.end(), [&](const auto& c) { return c.address == route.local; }) ||
                      std::any_of(pairs.begin(), pairs.end(), [&](const Pair& p) { return p.route == route && !p.dead; });
    if (!ours) return false;

    const auto respond = [&](StunClass kind, auto&& fill) {
        StunWriter writer(kind, kStunBinding, message.id);
        fill(writer);
        if (m_out.size() < kMaxQueued) m_out.push_back({route.local, route.remote, writer.finish(password)});
    };
    if (message.unknownRequired) {
        respond(StunClass::error, [&](StunWriter& w) {
            w.errorCode(420, "Unknown Attribute").unknownAttribute(*message.unknownRequired);
        });
        return true;
    }
    // RFC 8445 section 7.3.1.1. Against a lite peer our role is not up for discussion.
    const bool conflict = m_controlling ? message.controlling.has_value() : message.controlled.has_value();
    if (conflict && !m_remoteLite) {
        const auto theirs = m_controlling ? *message.controlling : *message.controlled;
        // The larger tie-breaker controls.
        const bool weControl = m_tieBreaker >= theirs;
        if (weControl == m_controlling) {
            respond(StunClass::error, [](StunWriter& w) { w.errorCode(487, "Role Conflict"); });
            return true;
        }
        switchRole();
    }
    respond(StunClass::success, [&](StunWriter& w) { w.xorMappedAddress(route.remote); });

    const EarlyCheck check{route, message.priority.value_or(0), message.useCandidate};
    if (!isCurrent) return true;
    if (m_current.remote) {
        heard(now, check);
    } else {
        auto& early = m_current.early;
        const auto known = std::find_if(early.begin(), early.end(), [&](const auto& e) { return e.route == route; });
        if (known != early.end())
            known->useCandidate |= check.useCandidate;
        else if (early.size() < kMaxIceTuples)
            early.push_back(check);
    }
    return true;
}

void IceAgent::switchRole() {
    m_controlling = !m_controlling;
    for (auto& pair : m_current.pairs) pair.nominating = false;
}

void IceAgent::heard(base::TimePoint now, const EarlyCheck& check) {
    auto& pairs = m_current.pairs;
    const auto find = [&] {
        return std::find_if(pairs.begin(), pairs.end(), [&](const Pair& p) { return p.route == check.route; });
    };
    auto it = find();
    if (it == pairs.end()) {
        // A remote address nobody told us about (RFC 8445 section 7.3.1.3).
        if (m_current.remotes.size() + m_current.streams.size() >= kMaxRemoteCandidates) return;
        const auto local = std::find_if(m_locals.begin(), m_locals.end(),
                                        [&](const auto& c) { return c.address == check.route.local; });
        if (local == m_locals.end()) return;
        IceCandidate remote;
        remote.foundation = "prflx" + std::to_string(m_current.remotes.size());
        remote.type = CandidateType::peerReflexive;
        remote.priority = check.priority;
        remote.address = check.route.remote;
        const bool known = std::any_of(m_current.remotes.begin(), m_current.remotes.end(),
                                       [&](const auto& c) { return c.address == remote.address; });
        if (!known) m_current.remotes.push_back(remote);
        pairUp(*local, remote);
        it = find();
        if (it == pairs.end()) return;
    }
    auto& pair = *it;
    if (pair.dead) return;
    pair.heard = true;
    if (pair.state != PairState::succeeded) {
        if (pair.state == PairState::failed) pair.transmits = 0;
        pair.state = PairState::waiting;  // RFC 8445 section 7.3.1.4: a triggered check
        pair.nextTransmit = base::kNever;
        pair.triggered = true;
        if (check.useCandidate && !m_controlling) pair.nominateOnSuccess = true;
        return;
    }
    if (!check.useCandidate || m_controlling) return;
    const auto index = static_cast<std::size_t>(it - pairs.begin());
    pair.nominated = true;
    const auto selected = m_current.selected;
    if (selected == index) return;
    // Aggressive nominators ask for every pair: the best one wins, unless it has fallen silent.
    if (!selected || !pairs[*selected].nominated || isStale(m_current, now) ||
        priorityOf(pair) > priorityOf(pairs[*selected]))
        select(m_current, index, now);
}

bool IceAgent::handleResponse(base::TimePoint now, const Route& route, const StunView& message,
                              Generation& generation) {
    for (std::size_t i = 0; i < generation.pairs.size(); ++i) {
        auto& pair = generation.pairs[i];
        const auto sent =
            std::find_if(pair.sent.begin(), pair.sent.end(), [&](const Sent& s) { return s.id == message.id; });
        if (sent == pair.sent.end()) continue;
        // Non-symmetric answers do not count (RFC 8445 section 7.2.5.2.1).
        if (!(pair.route == route) || pair.dead || !generation.remote || !checkIntegrity(message, generation.remote->pwd))
            return false;
        const auto request = *sent;
        pair.sent.erase(pair.sent.begin(), sent + 1);

        if (message.messageClass == StunClass::error) {
            if (message.errorCode == 487 && request.asControlling == m_controlling && !m_remoteLite) {
                switchRole();
                m_tieBreaker = randomTieBreaker();  // RFC 8445 section 7.2.5.1
                pair.state = PairState::waiting;
                pair.triggered = true;
                pair.nextTransmit = base::kNever;
            }
            return true;  // others may pass: the check is repeated anyway
        }

        if (!generation.selected || generation.selected == i) m_roundTrip = now - request.at;
        const bool firstSuccess = pair.state != PairState::succeeded;
        pair.state = PairState::succeeded;
        pair.triggered = false;
        if (generation.firstValid == base::kNever) generation.firstValid = now;
        if (firstSuccess || pair.nominating) {
            pair.nextTransmit = pair.nominating && !request.nominating ? pair.nextTransmit : base::kNever;
            pair.transmits = 0;
        }
        if ((request.nominating && pair.nominating) || (!m_controlling && pair.nominateOnSuccess)) {
            pair.nominating = pair.nominateOnSuccess = false;
            pair.nominated = true;
            const auto selected = generation.selected;
            if (!selected || isStale(generation, now) || !generation.pairs[*selected].nominated ||
                priorityOf(pair) > priorityOf(generation.pairs[*selected]))
                select(generation, i, now);
        }
        if (generation.selected == i) {
            answered(generation, now);
        }
        return true;
    }
    return false;
}

}  // namespace parlour::rtc

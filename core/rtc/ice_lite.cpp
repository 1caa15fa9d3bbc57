// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/ice_lite.h"

#include <algorithm>

namespace parlour::rtc {

IceLite::IceLite() { m_current.local = randomIceParameters(true); }

void IceLite::setRemote(const IceParameters& remote, base::TimePoint now) {
    if (m_current.remote) {
        if (m_current.remote->ufrag == remote.ufrag && m_current.remote->pwd == remote.pwd) return;
        restart(now);
    }
    m_current.remote = remote;
    m_waitingSince = now;
    update(now);
}

void IceLite::restart(base::TimePoint now) {
    m_previous = std::move(m_current);
    m_current = Generation{randomIceParameters(true), std::nullopt};
    for (auto& c : m_candidates) c.ufrag = m_current.local.ufrag;
    m_waitingSince = now;
    update(now);
}

std::vector<std::string> IceLite::liveUfrags() const {
    std::vector<std::string> out{m_current.local.ufrag};
    if (m_previous) out.push_back(m_previous->local.ufrag);
    return out;
}

IceCandidate IceLite::addLocalAddress(const base::SocketAddress& address) {
    IceCandidate c;
    c.foundation = std::to_string(m_candidates.size() + 1);
    c.address = address;
    c.priority = candidatePriority(CandidateType::host, static_cast<std::uint16_t>(65535 - m_candidates.size()), 1);
    c.ufrag = m_current.local.ufrag;
    for (const auto& known : m_candidates)
        if (known.address == address) return known;
    if (m_candidates.size() < kMaxLocalCandidates) m_candidates.push_back(c);
    return c;
}

bool IceLite::handleStun(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                         const StunView& message) {
    if (message.messageClass != StunClass::request || message.method != kStunBinding || !message.username)
        return false;
    const auto ufrag = message.username->substr(0, message.username->find(':'));
    const bool isCurrent = ufrag == m_current.local.ufrag;
    if (!isCurrent && !(m_previous && ufrag == m_previous->local.ufrag)) return false;
    const auto& password = isCurrent ? m_current.local.pwd : m_previous->local.pwd;
    if (!checkIntegrity(message, password)) return false;

    const auto respond = [&](StunClass kind, auto&& fill) {
        StunWriter writer(kind, kStunBinding, message.id);
        fill(writer);
        if (m_out.size() < kMaxRemoteCandidates) m_out.push_back({local, from, writer.finish(password)});
    };
    if (message.unknownRequired) {
        respond(StunClass::error, [&](StunWriter& w) {
            w.errorCode(420, "Unknown Attribute").unknownAttribute(*message.unknownRequired);
        });
        return true;
    }
    // A lite agent is always controlled (RFC 8445 section 6.1.1); whoever thinks the same of himself has to switch.
    if (message.controlled) {
        respond(StunClass::error, [](StunWriter& w) { w.errorCode(487, "Role Conflict"); });
        return true;
    }
    const Route route{local, from};
    touch(now, route);
    respond(StunClass::success, [&](StunWriter& w) { w.xorMappedAddress(from); });
    if (message.useCandidate) {
        m_route = route;
        if (isCurrent) m_previous.reset();
    }
    update(now);
    return true;
}

void IceLite::touch(base::TimePoint now, const Route& route) {
    for (auto& t : m_tuples) {
        if (!(t.route == route)) continue;
        t.lastCheck = now;
        return;
    }
    if (m_tuples.size() >= kMaxIceTuples) {
        // The longest silent one goes, but never the one that carries media.
        auto oldest = m_tuples.end();
        for (auto it = m_tuples.begin(); it != m_tuples.end(); ++it)
            if (!(m_route && it->route == *m_route) && (oldest == m_tuples.end() || it->lastCheck < oldest->lastCheck))
                oldest = it;
        if (oldest != m_tuples.end()) m_tuples.erase(oldest);
    }
    m_tuples.push_back({route, now});
}

void IceLite::update(base::TimePoint now) {
    std::erase_if(m_tuples, [now](const Tuple& t) { return now - t.lastCheck >= kLiteExpiry; });
    const auto latest = std::max_element(m_tuples.begin(), m_tuples.end(),
                                         [](const Tuple& a, const Tuple& b) { return a.lastCheck < b.lastCheck; });
    if (latest == m_tuples.end()) {
        const bool had = m_route.has_value() || m_state == IceState::failed;
        m_route.reset();
        m_wake = base::kNever;
        if (!m_current.remote && !had) {
            m_state = IceState::idle;
        } else if (now - m_waitingSince >= kLiteExpiry) {
            m_state = IceState::failed;
        } else {
            m_state = IceState::checking;
            m_wake = m_waitingSince + kLiteExpiry;
        }
        return;
    }
    const auto held = std::any_of(m_tuples.begin(), m_tuples.end(),
                                  [this](const Tuple& t) { return m_route && t.route == *m_route; });
    if (!held) m_route = latest->route;
    const auto stale = latest->lastCheck + kLiteStale;
    m_state = now < stale ? IceState::connected : IceState::disconnected;
    m_wake = now < stale ? stale : latest->lastCheck + kLiteExpiry;
}

std::optional<OutgoingDatagram> IceLite::pollDatagram() {
    if (m_out.empty()) return std::nullopt;
    auto out = std::move(m_out.front());
    m_out.pop_front();
    return out;
}

bool IceLite::isValid(const base::SocketAddress& local, const base::SocketAddress& remote) const {
    const Route route{local, remote};
    if (m_route == route) return true;
    return std::any_of(m_tuples.begin(), m_tuples.end(), [&](const Tuple& t) { return t.route == route; });
}

}  // namespace parlour::rtc

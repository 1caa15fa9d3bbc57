// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/turn_relay.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace parlour::rtc {

TurnRelay::TurnRelay(std::vector<TurnServer> servers) : m_servers(std::move(servers)) {
    if (m_servers.size() > kMaxTurnServers) m_servers.resize(kMaxTurnServers);
}

TurnRelay::Attempt* TurnRelay::find(std::uint32_t id) {
    const auto it = std::find_if(m_attempts.begin(), m_attempts.end(), [id](const Attempt& a) { return a.id == id; });
    return it == m_attempts.end() ? nullptr : &*it;
}

void TurnRelay::rename(std::vector<TurnServer> servers) {
    if (servers.size() > kMaxTurnServers) servers.resize(kMaxTurnServers);
    m_servers = std::move(servers);
    m_next = m_chosen != 0 ? m_servers.size() : 0;
}

void TurnRelay::start(base::TimePoint now, TurnFamily family) {
    if (m_running) return;
    m_running = true;
    m_family = family;
    m_next = 0;
    m_lastError = {base::ErrorKind::unreachable, "turn_none", "No relay server is known here.", "Whoever runs the room's server can tell more.", {}};
    tryNext(now);
    settle(now);
}

void TurnRelay::tryNext(base::TimePoint now) {
    m_nextAt = base::kNever;
    if (m_next >= m_servers.size()) return;
    tryServer({m_servers[m_next]}, {});
    if (++m_next < m_servers.size()) m_nextAt = now + kTurnHeadStart;
}

void TurnRelay::tryServer(TurnTarget target, std::vector<base::SocketAddress> visited) {
    const auto& server = target.server;
    TurnClient client(server.carrier != TurnCarrier::udp, server.username, server.password);
    m_events.emplace_back(OpenCarrier{++m_lastId, server, target.certificateName});
    m_attempts.push_back({m_lastId, std::move(target), std::move(client), {}, false, std::move(visited)});
}

/// Out, unless another takes its place to which it has sent us.
void TurnRelay::failed(std::size_t index, base::TimePoint now) {
    auto out = std::move(m_attempts[index]);
    m_attempts.erase(m_attempts.begin() + static_cast<std::ptrdiff_t>(index));
    m_events.emplace_back(CloseCarrier{out.id});
    m_lastError = out.client.failure();
    if (const auto& redirect = out.client.redirect(); redirect && m_chosen == 0) {
        if (auto next = followRedirect(out.target, out.at, *redirect, out.visited)) {
            out.visited.push_back(out.at);
            return tryServer(std::move(*next), std::move(out.visited));
        } else {
            m_lastError.detail += ": " + next.error();
        }
    }
    m_nextAt = std::min(m_nextAt, now);
}

void TurnRelay::opened(std::uint32_t id, const base::SocketAddress& at, base::TimePoint now) {
    auto* attempt = find(id);
    if (attempt == nullptr || std::exchange(attempt->open, true)) return;
    attempt->at = at;
    attempt->client.start(now, m_family);
    settle(now);
}

void TurnRelay::closed(std::uint32_t id, const base::Error& why, base::TimePoint now) {
    if (find(id) == nullptr) return;
    m_lastError = why;
    std::erase_if(m_attempts, [id](const Attempt& a) { return a.id == id; });
    settle(now);
}

void TurnRelay::handleBytes(std::uint32_t id, base::TimePoint now, base::ByteView bytes) {
    auto* attempt = find(id);
    if (attempt == nullptr) return;
    attempt->client.handleBytes(now, bytes);
    settle(now);
}

void TurnRelay::send(base::TimePoint now, const base::SocketAddress& peer, base::ByteView datagram) {
    if (auto* attempt = find(m_chosen)) {
        attempt->client.send(now, peer, datagram);
        settle(now);
    }
}

void TurnRelay::drop(std::uint32_t id) {
    m_events.emplace_back(CloseCarrier{id});
    std::erase_if(m_attempts, [id](const Attempt& a) { return a.id == id; });
}

/// What is relayed now, and no more, to whoever wants to know.
void TurnRelay::tellAddresses(const TurnClient* client, base::TimePoint now) {
    std::array<base::SocketAddress, 2> room;
    std::size_t count = 0;
    if (client != nullptr)
        for (const auto* one : {&client->relayed(), &client->relayedToo()})
            if (*one) room[count++] = **one;
    const auto current = std::span(room).first(count);
    if (std::equal(current.begin(), current.end(), m_addresses.begin(), m_addresses.end())) return;
    const auto in = [](const auto& list, const base::SocketAddress& one) { return std::find(list.begin(), list.end(), one) != list.end(); };
    for (const auto& one : m_addresses)
        if (!in(current, one)) m_events.emplace_back(RelayLost{one});
    for (const auto& one : current)
        if (!in(m_addresses, one)) m_events.emplace_back(RelayFound{one});
    m_addresses.assign(current.begin(), current.end());
    if (!m_addresses.empty()) m_foundAt = now;
}

/// Everything that follows from whatever just happened: who is out, who is chosen, who is next.
void TurnRelay::settle(base::TimePoint now) {
    const auto drain = [&] {
        for (auto& attempt : m_attempts)
            while (auto bytes = attempt.client.pollBytes()) m_out.emplace_back(attempt.id, std::move(*bytes));
    };
    drain();
    if (!m_running) return;
    for (std::size_t i = 0; i < m_attempts.size();) {
        if (m_attempts[i].client.state() != TurnState::failed) {
            ++i;
            continue;
        }
        failed(i, now);
    }
    auto* chosen = find(m_chosen);
    if (m_chosen != 0 && chosen == nullptr) {   // what we had is gone: all servers again
        m_chosen = 0;
        m_next = 0;
        m_nextAt = now;
        const bool brief = now - m_foundAt < kTurnShortLife;
        m_pause = brief ? std::clamp(2 * m_pause, kTurnFirstPause, kTurnLongestPause) : base::Duration{0};
        m_restUntil = now + m_pause;
    }
    if (m_chosen == 0)
        for (auto& attempt : m_attempts) {
            if (attempt.client.state() != TurnState::ready) continue;
            m_chosen = attempt.id;
            chosen = &attempt;
            break;
        }
    if (m_chosen != 0) {
        m_nextAt = base::kNever;
        while (m_attempts.size() > 1) {
            auto& other = m_attempts.front().id == m_chosen ? m_attempts.back() : m_attempts.front();
            other.client.close(now);
            drain();
            drop(other.id);
        }
        chosen = &m_attempts.front();
    }
    tellAddresses(chosen != nullptr ? &chosen->client : nullptr, now);
    if (m_chosen != 0) return;
    if (m_attempts.empty() && m_next < m_servers.size()) m_nextAt = std::min(m_nextAt, now);
    m_nextAt = std::max(m_nextAt, m_restUntil);
    if (now >= m_nextAt) tryNext(now);
    if (!m_attempts.empty() || m_next < m_servers.size()) return;
    m_running = false;
    m_events.emplace_back(RelayFailed{m_lastError});
}

void TurnRelay::close(base::TimePoint now) {
    m_running = false;
    for (auto& attempt : m_attempts) attempt.client.close(now);
    settle(now);   // their last words
    while (!m_attempts.empty()) drop(m_attempts.front().id);
    m_chosen = 0;
    m_nextAt = base::kNever;
    m_restUntil = {};
    m_pause = {};
    m_addresses.clear();
}

void TurnRelay::handleTimeout(base::TimePoint now) {
    for (auto& attempt : m_attempts)
        if (now >= attempt.client.nextTimeout()) attempt.client.handleTimeout(now);
    settle(now);
}

base::TimePoint TurnRelay::nextTimeout() const {
    auto next = m_nextAt;
    for (const auto& attempt : m_attempts) next = std::min(next, attempt.client.nextTimeout());
    return next;
}

std::optional<std::pair<std::uint32_t, base::Bytes>> TurnRelay::pollBytes() {
    if (m_out.empty()) return std::nullopt;
    auto out = std::move(m_out.front());
    m_out.pop_front();
    return out;
}

std::optional<TurnReceived> TurnRelay::pollReceived() {
    auto* attempt = find(m_chosen);
    return attempt != nullptr ? attempt->client.pollReceived() : std::nullopt;
}

std::optional<RelayEvent> TurnRelay::pollEvent() {
    if (m_events.empty()) return std::nullopt;
    auto out = std::move(m_events.front());
    m_events.pop_front();
    return out;
}

std::optional<TurnCarrier> TurnRelay::carrier() const {
    for (const auto& attempt : m_attempts)
        if (attempt.id == m_chosen) return attempt.target.server.carrier;
    return std::nullopt;
}

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
#include "core/server/media_worker.h"

#include <algorithm>

#include "core/crypto/random.h"
#include "core/rtc/certificate.h"
#include "core/rtc/stun.h"

namespace parlour::server {
namespace {

constexpr base::Duration kSecond = std::chrono::seconds(1);
constexpr int kQualitySeconds = 5;

}  // namespace

MediaWorker::MediaWorker(MediaWorkerConfig config)
    : m_sink(std::move(config.sink)),
      m_batch(std::move(config.send)),
      m_forwarder(m_batch,
                  [this](const sfu::Publisher& publisher, const sfu::ForwardedPacket& packet, base::TimePoint) {
                      if (const auto* peer = m_peers.byKey(publisher.config().transport))
                          peer->session.room().observe(peer->session, packet.level, packet.payload);
                  }),
      m_context{m_batch,
                m_forwarder,
                m_peers,
                rtc::Certificate::generate(),
                std::move(config.advertised),
                [] { return crypto::randomString(16); },
                [this](SessionId session, SessionEvent event) {
                    if (std::holds_alternative<SessionClosed>(event)) m_roomOf.erase(session);
                    if (m_sink.onSession) m_sink.onSession(session, std::move(event));
                },
                {},
                {}} {}

MediaWorker::~MediaWorker() {
    // Sessions take themselves out of the tables while these still stand.
    m_roomOf.clear();
    m_rooms.clear();
}

MediaRoom& MediaWorker::room(const base::RoomId& id) {
    auto& slot = m_rooms[id];
    if (!slot) slot = std::make_unique<MediaRoom>(m_context, id);
    return *slot;
}

void MediaWorker::forgetIdle(const base::RoomId& id) {
    const auto it = m_rooms.find(id);
    if (it != m_rooms.end() && it->second->idle()) m_rooms.erase(it);
}

MediaSession* MediaWorker::find(SessionId session) {
    const auto it = m_roomOf.find(session);
    return it == m_roomOf.end() ? nullptr : it->second->find(session);
}

void MediaWorker::setRights(const base::RoomId& id, const base::Identity& who, const MediaRights& rights,
                            base::TimePoint now) {
    m_context.now = now;
    room(id).setRights(who, rights);
    endTurn();
}

void MediaWorker::mute(const base::RoomId& id, const base::Identity& who, base::TimePoint now) {
    m_context.now = now;
    const auto it = m_rooms.find(id);
    if (it != m_rooms.end()) it->second->mute(who);
    endTurn();
}

void MediaWorker::remove(const base::RoomId& id, const base::Identity& who, base::TimePoint now) {
    m_context.now = now;
    const auto it = m_rooms.find(id);
    if (it != m_rooms.end()) it->second->remove(who);
    endTurn();
    forgetIdle(id);
}

void MediaWorker::endRoom(const base::RoomId& id, base::TimePoint now) {
    m_context.now = now;
    const auto it = m_rooms.find(id);
    if (it != m_rooms.end()) it->second->end();
    endTurn();
    forgetIdle(id);
}

void MediaWorker::relay(const base::RoomId& id, const base::Identity& except, const std::vector<base::Bytes>& packets,
                        base::TimePoint now) {
    m_context.now = now;
    const auto it = m_rooms.find(id);
    if (it != m_rooms.end()) it->second->relay(except, packets);
    endTurn();
}

void MediaWorker::open(const SessionOpen& open, base::TimePoint now) {
    m_context.now = now;
    auto& home = room(open.room);
    if (home.open(open) != nullptr) {
        m_roomOf[open.id] = &home;
        if (m_secondDue == base::kNever) {
            m_secondDue = now + kSecond;
            m_speakersDue = now + sfu::SpeakerRanker::kInterval;
            m_reactionsDue = now + RoomReactions::kNews;
        }
    } else {
        m_context.emit(open.id, SessionClosed{SessionEnd::refused});
    }
    endTurn();
    forgetIdle(open.room);
}

void MediaWorker::close(SessionId session, base::TimePoint now) {
    m_context.now = now;
    const auto it = m_roomOf.find(session);
    if (it == m_roomOf.end()) return;
    auto* home = it->second;
    m_roomOf.erase(it);
    home->close(session);
    endTurn();
    forgetIdle(home->id());
}

void MediaWorker::endTurn() {
    while (!m_context.toNegotiate.empty()) {
        auto* session = *m_context.toNegotiate.begin();
        m_context.toNegotiate.erase(m_context.toNegotiate.begin());
        session->negotiateNow();
    }
    if (m_roomOf.empty()) m_secondDue = m_speakersDue = m_reactionsDue = base::kNever;
}

void MediaWorker::handleDatagram(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                                 std::span<std::byte> datagram) {
    m_context.now = now;
    ++m_datagrams;
    Peer* peer = nullptr;
    if (rtc::looksLikeStun(datagram)) {
        if (const auto ufrag = rtc::stunLocalUfrag(datagram)) peer = m_peers.byUfrag(*ufrag);
    } else {
        peer = m_peers.byAddress(from);
    }
    if (peer == nullptr) {
        ++m_strangers;
        return;
    }
    peer->connection.handleDatagram(now, local, from, datagram);
    peer->session.drain(*peer);
    if (!m_context.toNegotiate.empty()) endTurn();
}

void MediaWorker::handleTimeout(base::TimePoint now) {
    m_context.now = now;
    while (auto* peer = m_peers.popDue(now)) {
        peer->connection.handleTimeout(now);
        peer->session.drain(*peer);
        if (peer->due <= now) break;  // one that is never content must not keep the others from running
    }
    if (m_speakersDue <= now) {
        m_speakersDue = now + sfu::SpeakerRanker::kInterval;
        for (auto& [id, room] : m_rooms)
            if (auto speakers = room->tickSpeakers(); speakers && m_sink.onSpeakers) m_sink.onSpeakers(id, std::move(*speakers));
    }
    if (m_reactionsDue <= now) {
        m_reactionsDue = now + RoomReactions::kNews;
        for (auto& [id, room] : m_rooms) {
            room->payOwed();
            room->tellReactions();
        }
    }
    if (m_secondDue <= now) {
        m_secondDue = now + kSecond;
        ++m_seconds;
        for (auto& [id, room] : m_rooms) {
            room->checkAnswers();
            if (m_seconds % kQualitySeconds == 0 && room->sessions() > 0 && m_sink.onQuality)
                m_sink.onQuality(id, room->qualities());
        }
    }
    endTurn();
}

base::TimePoint MediaWorker::nextTimeout() const {
    return std::min({m_peers.nextDue(), m_speakersDue, m_reactionsDue, m_secondDue});
}

void MediaWorker::shutDown(base::TimePoint now) {
    m_context.now = now;
    m_roomOf.clear();
    m_rooms.clear();
    flush();
}

MediaWorkerStats MediaWorker::stats() const {
    MediaWorkerStats out;
    out.forwarder = m_forwarder.stats();
    out.datagrams = m_datagrams;
    out.strangers = m_strangers;
    out.sessions = m_roomOf.size();
    out.rooms = m_rooms.size();
    out.publishers = m_forwarder.publishers();
    out.subscribers = m_forwarder.subscribers();
    for (const auto& [id, room] : m_rooms) {
        out.data.forwarded += room->data.forwarded;
        out.data.refused += room->data.refused;
    }
    return out;
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/server/media_room.h"

#include <algorithm>

#include "core/signal/data_packet.h"

namespace parlour::server {

MediaRoom::~MediaRoom() {
    while (!m_sessions.empty()) closeSession(m_sessions.begin()->first, std::nullopt);
}

void MediaRoom::setRights(const base::Identity& who, const MediaRights& rights) {
    m_rights[who] = rights;
    for (auto& [id, session] : m_sessions)
        if (session->identity() == who) session->setRights(rights);
}

void MediaRoom::mute(const base::Identity& who) {
    for (auto& [id, session] : m_sessions)
        if (session->identity() == who) session->muteAll();
}

void MediaRoom::remove(const base::Identity& who) {
    m_rights.erase(who);
    std::vector<SessionId> gone;
    for (auto& [id, session] : m_sessions)
        if (session->identity() == who) gone.push_back(id);
    for (const auto id : gone) closeSession(id, SessionEnd::removed);
}

void MediaRoom::end() {
    m_rights.clear();
    while (!m_sessions.empty()) closeSession(m_sessions.begin()->first, SessionEnd::roomEnded);
}

MediaSession* MediaRoom::open(const SessionOpen& open) {
    const auto rights = m_rights.find(open.identity);
    if (rights == m_rights.end()) return nullptr;
    auto session = std::make_unique<MediaSession>(m_context, *this, open, rights->second);
    session->dataTokens = kDataBurst;
    session->chatTokens = kChatBurst;
    session->dataTime = m_context.now;
    auto* raw = session.get();
    m_sessions.emplace(open.id, std::move(session));
    offerAllTracks(*raw);
    m_context.toNegotiate.insert(raw);
    return raw;
}

void MediaRoom::close(SessionId session) { closeSession(session, std::nullopt); }

void MediaRoom::closeSession(SessionId session, std::optional<SessionEnd> why) {
    const auto it = m_sessions.find(session);
    if (it == m_sessions.end()) return;
    const auto owned = std::move(it->second);
    m_sessions.erase(it);
    m_ranker.remove(session.value);
    owned->close();
    if (why) m_context.emit(session, SessionClosed{*why});
}

MediaSession* MediaRoom::find(SessionId session) {
    const auto it = m_sessions.find(session);
    return it == m_sessions.end() ? nullptr : it->second.get();
}

void MediaRoom::trackStarted(MediaSession& owner, const base::TrackSid& track, sfu::Publisher& publisher) {
    for (auto& [id, session] : m_sessions) session->trackStarted(owner, track, publisher);
}

void MediaRoom::trackStopped(MediaSession& owner, const base::TrackSid& track) {
    for (auto& [id, session] : m_sessions)
        if (session.get() != &owner) session->trackStopped(track);
}

void MediaRoom::trackHeard(const base::TrackSid& track) {
    for (auto& [id, session] : m_sessions)
        if (session->owns(track)) session->noteHeard(track);
}

void MediaRoom::offerAllTracks(MediaSession& listener) {
    for (auto& [id, session] : m_sessions)
        if (session.get() != &listener) session->offerTracksTo(listener);
}

void MediaRoom::keep(Kept packet) {
    m_keptBytes += packet.bytes.size();
    m_kept.push_back(std::move(packet));
    while (!m_kept.empty() && (m_keptBytes > kKeptBytes || m_kept.front().at + kKept < m_context.now)) {
        m_keptBytes -= m_kept.front().bytes.size();
        m_kept.pop_front();
        ++m_firstKept;
    }
}

namespace {
bool isFor(const std::vector<base::Identity>& destinations, const base::Identity& who) {
    return destinations.empty() || std::find(destinations.begin(), destinations.end(), who) != destinations.end();
}
}  // namespace

void MediaRoom::deliver(MediaSession& to, base::ByteView bytes) {
    if (to.owed.empty() && to.sendData(rtc::DataLabel::reliable, bytes))
        ++data.forwarded;
    else
        to.owed.push_back(m_firstKept + m_kept.size() - 1);   // the newest, which this is
}

void MediaRoom::payOwed(MediaSession& to) {
    for (; !to.owed.empty(); to.owed.pop_front()) {
        const auto number = to.owed.front();
        if (number < m_firstKept) continue;
        const auto& packet = m_kept[number - m_firstKept];
        if (packet.at + kKept < m_context.now) continue;
        if (!to.sendData(rtc::DataLabel::reliable, packet.bytes)) return;
        ++data.forwarded;
    }
}

void MediaRoom::payOwed() {
    for (auto& [id, session] : m_sessions)
        if (!session->owed.empty()) payOwed(*session);
}

void MediaRoom::relayData(MediaSession& from, rtc::DataLabel label, base::ByteView bytes) {
    const auto elapsed = std::chrono::duration<double>(m_context.now - from.dataTime).count();
    from.dataTime = m_context.now;
    from.dataTokens = std::min(kDataBurst, from.dataTokens + elapsed * kDataPerSecond);
    from.chatTokens = std::min(kChatBurst, from.chatTokens + elapsed * kChatPerSecond);
    if (!from.rights().canPublishData || from.dataTokens < 1) {
        ++data.refused;
        return;
    }
    from.dataTokens -= 1;
    const auto stamped = signal::stampDataPacket(bytes, from.identity(), from.sid());
    if (!stamped) {
        ++data.refused;
        return;
    }
    if (label == rtc::DataLabel::reliable && stamped->sequence != 0) {
        // After a resume clients repeat what they are not sure of (livekit-protocol 2.8).
        if (stamped->sequence <= from.lastDataSequence) return;
        from.lastDataSequence = stamped->sequence;
    }
    if (stamped->serverReads) {
        const auto packet = signal::decodeDataPacket(bytes);
        if (packet && !readHere(from, *packet)) return;
    }
    const auto isReceiver = [&](const MediaSession& one) { return &one != &from && isFor(stamped->destinations, one.identity()); };
    const auto receivers = std::count_if(m_sessions.begin(), m_sessions.end(), [&](const auto& entry) { return isReceiver(*entry.second); });
    if (!m_relayBudget.take(m_context.now, static_cast<double>(stamped->bytes.size()) * static_cast<double>(receivers))) {
        ++data.refused;
        return;
    }
    const bool reliable = label == rtc::DataLabel::reliable;
    if (reliable) keep({m_context.now, stamped->bytes});
    for (auto& [id, session] : m_sessions) {
        if (!isReceiver(*session)) continue;
        if (reliable)
            deliver(*session, stamped->bytes);
        else if (session->sendData(label, stamped->bytes))
            ++data.forwarded;
    }
}

/// False: taken here, not to be forwarded.
bool MediaRoom::readHere(MediaSession& from, const signal::DataPacket& packet) {
    if (const auto* user = std::get_if<signal::UserData>(&packet.value); user != nullptr && user->topic == signal::kTopicReaction) {
        const auto word = base::asText(user->payload);
        const auto which = std::find(std::begin(api::kReactions), std::end(api::kReactions), word);
        const auto place = static_cast<std::size_t>(which - std::begin(api::kReactions));
        if (place >= api::kReactionCount ||
            m_reactions.take(from.identity(), from.rights(), place, m_context.now) != RoomReactions::Taken::counted)
            ++data.refused;
        return false;
    }
    auto outcome = from.chat.feed(packet);
    if (outcome.kind == ChatCollector::Kind::notChat) return true;
    if (outcome.kind == ChatCollector::Kind::refused) {
        ++data.refused;
        if (!outcome.text.id.empty()) m_context.emit(from.id(), ChatDropped{outcome.text.id, false});
    } else if (outcome.kind == ChatCollector::Kind::text) {
        if (from.chatTokens < 1) {
            ++data.refused;
            m_context.emit(from.id(), ChatDropped{outcome.text.id, true});
        } else {
            from.chatTokens -= 1;
            m_context.emit(from.id(), ChatReceived{std::move(outcome.text)});
        }
    }
    return false;
}

void MediaRoom::relay(const base::Identity& except, const std::vector<base::Bytes>& packets) {
    for (const auto& packet : packets) {
        keep({m_context.now, packet});
        for (auto& [id, session] : m_sessions)
            if (except.empty() || session->identity() != except) deliver(*session, packet);
    }
}

void MediaRoom::tellReactions() {
    if (m_reactions.count() == 0) return;
    base::Bytes bytes;
    for (auto& [id, session] : m_sessions) {
        if (session->reactionsTold == m_reactions.count()) continue;
        if (bytes.empty()) bytes = m_reactions.packet();
        if (session->sendData(rtc::DataLabel::reliable, bytes)) session->reactionsTold = m_reactions.count();
    }
}

std::optional<std::vector<SpeakerLevel>> MediaRoom::tickSpeakers() {
    std::vector<SpeakerLevel> out;
    for (const auto& s : m_ranker.tick()) out.push_back({SessionId{s.key}, s.level});
    if (out.empty() && !m_spoke) return std::nullopt;
    m_spoke = !out.empty();
    return out;
}

void MediaRoom::checkAnswers() {
    std::vector<SessionId> stalled;
    for (auto& [id, session] : m_sessions)
        if (!session->checkAnswer()) stalled.push_back(id);
    for (const auto id : stalled) closeSession(id, SessionEnd::stalled);
}

std::vector<SessionQuality> MediaRoom::qualities() {
    std::vector<SessionQuality> out;
    out.reserve(m_sessions.size());
    for (auto& [id, session] : m_sessions) out.push_back(session->quality());
    return out;
}

}  // namespace parlour::server

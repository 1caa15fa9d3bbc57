// SPDX-License-Identifier: Apache-2.0
#include "core/server/live_room.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/server/participant_connection.h"
#include "core/signal/codec.h"

namespace parlour::server {
namespace {

constexpr std::size_t kLargeRoom = 50;                       // people; above, news are collected
constexpr base::Duration kNews = std::chrono::milliseconds(250);   // between two updates of a large room
constexpr base::Duration kCountNews = std::chrono::seconds(2);
constexpr std::size_t kPeoplePerMessage = 256;
constexpr int kSpokeTicks = 13;                              // of 400 ms: 5 s (rooms-and-invitations 1)

std::string withTitle(const std::string& metadata, const std::string& title) {
    auto json = nlohmann::json::parse(metadata, nullptr, false);
    if (!json.is_object()) json = nlohmann::json::object();
    json["title"] = title;
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

LiveRoom::LiveRoom(EndpointContext& context, const Admission& first) : m_context(context) {
    m_info.sid = first.roomSid;
    m_info.name = first.room;
    m_info.emptyTimeoutS = 300;
    m_info.departureTimeoutS = 20;
    m_info.creationTimeMs = base::toUnixMs(context.clock.wallNow());
    m_info.enabledCodecs = {{"audio/opus", ""}};
    m_info.metadata = withTitle(first.roomMetadata, first.roomTitle);
}

LiveRoom::~LiveRoom() = default;

signal::RoomInfo LiveRoom::info() const {
    auto out = m_info;
    for (const auto& [id, person] : m_people) {
        if (!person->active()) continue;
        ++out.numParticipants;
        if (person->info().isPublisher) ++out.numPublishers;
    }
    return out;
}

std::shared_ptr<ParticipantConnection> LiveRoom::find(const base::Identity& who) const {
    const auto it = m_people.find(who);
    return it == m_people.end() ? nullptr : it->second;
}

std::shared_ptr<ParticipantConnection> LiveRoom::find(SessionId session) const {
    const auto it = m_bySession.find(session);
    return it == m_bySession.end() ? nullptr : it->second->shared_from_this();
}

std::vector<signal::ParticipantInfo> LiveRoom::roster(const ParticipantConnection* except) const {
    std::vector<signal::ParticipantInfo> out;
    for (const auto& [id, person] : m_people)
        if (person->active() && person.get() != except) out.push_back(person->info());
    return out;
}

void LiveRoom::add(std::shared_ptr<ParticipantConnection> person) {
    m_bySession[person->session()] = person.get();
    const auto identity = person->identity();
    m_people[identity] = std::move(person);
}

void LiveRoom::take(ParticipantConnection& person, signal::DisconnectReason reason) {
    const auto it = m_people.find(person.identity());
    if (it == m_people.end() || it->second.get() != &person) return;
    const auto keep = std::move(it->second);  // the caller is one of its members
    m_people.erase(it);
    m_bySession.erase(person.session());
    m_dirty.erase(person.identity());
    m_speaking.erase(person.info().sid);
    if (keep->active()) {
        auto gone = keep->info();
        gone.state = signal::ParticipantState::disconnected;
        gone.disconnectReason = reason;
        gone.tracks.clear();
        ++gone.version;
        for (const auto& [id, other] : m_people) other->noteDeparture(gone);
        m_departed.push_back(std::move(gone));
        if (m_people.size() < kLargeRoom)
            flush();
        else
            flushSoon(keep->onStage());
        countChanged();
    }
    if (m_people.empty()) m_context.roomEmpty(m_info.name);
}

void LiveRoom::changed(ParticipantConnection& person, bool urgent) {
    person.bumpVersion();
    m_dirty.insert(person.identity());
    if (urgent || m_people.size() <= kLargeRoom)
        flush();
    else
        flushSoon(person.onStage());
}

void LiveRoom::flushSoon(bool atOnce) {
    const auto now = m_context.clock.now();
    const auto due = m_flushed == base::TimePoint::min() ? now : m_flushed + kNews;
    if (atOnce && due <= now) return flush();
    if (m_flushArmed && !atOnce) return;
    m_flushArmed = true;
    m_flushTimer = m_context.net.postAfter(atOnce ? due - now : kNews, [this] { flush(); });
}

void LiveRoom::flush() {
    m_flushTimer.cancel();
    m_flushArmed = false;
    m_flushed = m_context.clock.now();
    const auto dirty = std::exchange(m_dirty, {});
    signal::ParticipantUpdate news;
    news.participants = std::exchange(m_departed, {});   // first: who comes back at once is both
    std::vector<ParticipantConnection*> differ;          // those who see more of themselves than others do
    const auto deliver = [&] {
        if (news.participants.empty()) return;
        const auto bytes = signal::encode(signal::SignalResponse(news));
        for (const auto& [id, person] : m_people) {
            if (std::find(differ.begin(), differ.end(), person.get()) == differ.end()) {
                person->sendEncoded(bytes);
                continue;
            }
            auto theirs = news;
            for (auto& p : theirs.participants)
                if (p.sid == person->info().sid) p = person->ownInfo();
            person->send(theirs);
        }
        news.participants.clear();
        differ.clear();
    };
    for (const auto& identity : dirty) {
        if (news.participants.size() >= kPeoplePerMessage) deliver();
        const auto person = find(identity);
        if (!person) continue;
        if (!person->active()) {
            person->send(signal::ParticipantUpdate{{person->ownInfo()}});
            continue;
        }
        news.participants.push_back(person->info());
        if (person->ownInfo().attributes != person->info().attributes) differ.push_back(person.get());
    }
    deliver();
    countChanged();
}

void LiveRoom::countChanged() {
    if (std::exchange(m_countPending, true)) return;
    m_countTimer = m_context.net.postAfter(kCountNews, [this] {
        m_countPending = false;
        const auto now = info();
        if (now.numParticipants == m_info.numParticipants && now.numPublishers == m_info.numPublishers) return;
        m_info.numParticipants = m_info.numPublishers = 0;
        send(signal::RoomUpdate{now});
    });
}

void LiveRoom::update(const RoomChanged& change) {
    m_info.metadata = withTitle(change.metadata, change.title);
    send(signal::RoomUpdate{info()});
}

void LiveRoom::send(const signal::SignalResponse& message) {
    const auto bytes = signal::encode(message);
    for (const auto& [id, person] : m_people) person->sendEncoded(bytes);
}

void LiveRoom::speakers(const std::vector<SpeakerLevel>& levels) {
    signal::SpeakersChanged news;
    std::map<base::ParticipantSid, Speaking> now;
    for (const auto& level : levels) {
        const auto person = find(level.session);
        if (!person) continue;
        const auto& sid = person->info().sid;
        const auto before = m_speaking.find(sid);
        Speaking state = before == m_speaking.end() ? Speaking{} : before->second;
        if (state.level != level.level) news.speakers.push_back({sid, level.level, true});
        state.level = level.level;
        if (++state.ticks >= kSpokeTicks && !std::exchange(state.told, true) && m_context.house.spoke)
            m_context.house.spoke(m_info.name, person->identity());
        now[sid] = state;
    }
    for (const auto& [sid, state] : m_speaking)
        if (now.count(sid) == 0) news.speakers.push_back({sid, 0.0f, false});
    m_speaking = std::move(now);
    if (!news.speakers.empty()) send(news);
}

void LiveRoom::quality(const std::vector<SessionQuality>& list) {
    std::vector<signal::QualityInfo> publishers;
    for (const auto& q : list)
        if (const auto person = find(q.session); person && person->info().isPublisher)
            publishers.push_back({person->info().sid, q.quality, q.score});
    const auto forAll = signal::encode(signal::SignalResponse(signal::ConnectionQualityUpdate{publishers}));
    for (const auto& q : list) {
        const auto person = find(q.session);
        if (!person || !person->active()) continue;
        if (person->info().isPublisher) {
            person->sendEncoded(forAll);
            continue;
        }
        auto own = publishers;
        own.push_back({person->info().sid, q.quality, q.score});
        person->send(signal::ConnectionQualityUpdate{std::move(own)});
    }
}

void LiveRoom::drain() {
    const auto people = m_people;
    for (const auto& [id, person] : people)
        person->end(signal::DisconnectReason::serverShutdown, signal::LeaveAction::reconnect);
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/server/live_room.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/api/overflow.h"
#include "core/server/participant_connection.h"
#include "core/signal/codec.h"

namespace parlour::server {
namespace {

constexpr base::Duration kCountNews = std::chrono::seconds(2);
constexpr std::size_t kPeoplePerMessage = 256;
constexpr int kSpokeTicks = 13;                              // of 400 ms: 5 s (rooms-and-invitations 1)

signal::ParticipantInfo departed(const ParticipantConnection& person, signal::DisconnectReason reason) {
    auto gone = person.info();
    gone.state = signal::ParticipantState::disconnected;
    gone.disconnectReason = reason;
    gone.tracks.clear();
    ++gone.version;
    return gone;
}

}  // namespace

LiveRoom::LiveRoom(EndpointContext& context, const Admission& first)
    : m_context(context), m_overflow(first.overflow), m_title(first.roomTitle), m_metadata(first.roomMetadata) {
    m_info.sid = first.roomSid;
    m_info.name = first.room;
    m_info.emptyTimeoutS = 300;
    m_info.departureTimeoutS = 20;
    m_info.creationTimeMs = base::toUnixMs(context.clock.wallNow());
    m_info.enabledCodecs = {{"audio/opus", ""}};
}

LiveRoom::LiveRoom(const LiveRoom& sister, int overflow)
    : m_context(sister.m_context), m_overflow(overflow), m_title(sister.m_title), m_metadata(sister.m_metadata), m_info(sister.m_info) {}

LiveRoom::~LiveRoom() = default;

std::string LiveRoom::metadata() const {
    auto json = nlohmann::json::parse(m_metadata, nullptr, false);
    if (!json.is_object()) json = nlohmann::json::object();
    json["title"] = m_title;
    if (m_overflow > 0) {
        json["title"] = m_title + " – overflow " + std::to_string(m_overflow);
        json[api::kMetaOverflow] = m_overflow;
        json[api::kMetaOverflowOf] = m_title;
    }
    std::size_t elsewhere = 0;
    for (const auto* sister : m_context.sisters(*this))
        for (const auto& [id, person] : sister->m_people) elsewhere += person->active() && !person->notable() ? 1 : 0;
    if (elsewhere > 0) json[api::kMetaElsewhere] = elsewhere;
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

signal::RoomInfo LiveRoom::info() const {
    auto out = m_info;
    out.metadata = metadata();
    out.numParticipants = out.numPublishers = 0;
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

std::vector<const ParticipantConnection*> LiveRoom::others(const ParticipantConnection* except) const {
    std::vector<const ParticipantConnection*> out;
    for (const auto& [id, person] : m_people)
        if (person->active() && person.get() != except) out.push_back(person.get());
    for (const auto* sister : m_context.sisters(*this))
        for (const auto& [id, person] : sister->m_people)
            if (person->active() && person->notable() && person.get() != except) out.push_back(person.get());
    return out;
}

std::vector<signal::ParticipantInfo> LiveRoom::roster(const ParticipantConnection* except) const {
    std::vector<signal::ParticipantInfo> out;
    for (const auto* person : others(except)) out.push_back(person->info());
    return out;
}

std::vector<base::ByteView> LiveRoom::encodedRoster(const ParticipantConnection* except) const {
    std::vector<base::ByteView> out;
    for (const auto* person : others(except)) out.push_back(person->encodedInfo());
    return out;
}

bool LiveRoom::hasTrack(const base::TrackSid& track) const {
    auto rooms = m_context.sisters(*this);
    const auto publishes = [&](const auto& entry) {
        const auto& tracks = entry.second->info().tracks;
        return std::any_of(tracks.begin(), tracks.end(), [&](const auto& t) { return t.sid == track; });
    };
    return std::any_of(m_people.begin(), m_people.end(), publishes) ||
           std::any_of(rooms.begin(), rooms.end(), [&](const auto* room) { return std::any_of(room->m_people.begin(), room->m_people.end(), publishes); });
}

void LiveRoom::add(std::shared_ptr<ParticipantConnection> person) {
    // Away and back before anybody was told of it: no news.
    std::erase_if(m_departed, [&](const auto& gone) { return gone.sid == person->info().sid; });
    m_shown.erase(person->identity());
    m_bySession[person->session()] = person.get();
    const auto identity = person->identity();
    m_people[identity] = std::move(person);
}

std::shared_ptr<ParticipantConnection> LiveRoom::detach(ParticipantConnection& person) {
    const auto it = m_people.find(person.identity());
    if (it == m_people.end() || it->second.get() != &person) return nullptr;
    auto keep = std::move(it->second);
    m_people.erase(it);
    m_bySession.erase(person.session());
    m_dirty.erase(person.identity());
    m_abroad.erase(person.identity());
    m_speaking.erase(person.info().sid);
    return keep;
}

void LiveRoom::take(ParticipantConnection& person, signal::DisconnectReason reason) {
    const bool abroad = m_abroad.count(person.identity()) > 0 || person.notable();
    const auto keep = detach(person);  // the caller is one of its members
    if (!keep) return;
    if (keep->active()) {
        const auto haste = keep->onStage() ? Haste::stage : Haste::crowd;
        const auto gone = departed(*keep, reason);
        depart(gone, haste);
        if (abroad)
            for (auto* sister : m_context.sisters(*this)) sister->depart(gone, haste);
        countChanged();
    }
    if (m_people.empty()) m_context.roomEmpty(*this);
}

void LiveRoom::depart(signal::ParticipantInfo gone, Haste haste) {
    m_shown.erase(gone.identity);
    const auto who = gone.identity;
    m_departed.push_back(std::move(gone));
    tell(haste, who);
}

void LiveRoom::show(const signal::ParticipantInfo& guest, Haste haste) {
    m_shown[guest.identity] = guest;
    tell(haste, guest.identity);
}

void LiveRoom::moveTo(LiveRoom& other, ParticipantConnection& person) {
    if (&other == this) return;
    const bool abroad = m_abroad.count(person.identity()) > 0;
    const auto keep = detach(person);
    if (!keep) return;
    // Whom the whole talk sees stays in sight of those left behind.
    if (keep->active() && !abroad) depart(departed(*keep, signal::DisconnectReason::migration), Haste::crowd);
    signal::ParticipantUpdate news;
    for (const auto& [id, left] : m_people) {
        if (!left->active() || left->notable()) continue;
        auto gone = departed(*left, signal::DisconnectReason::migration);
        keep->noteDeparture(gone);
        news.participants.push_back(std::move(gone));
    }
    keep->setRoom(other);
    other.add(keep);
    if (abroad) other.m_abroad.insert(keep->identity());
    for (auto& one : other.roster(keep.get())) news.participants.push_back(std::move(one));
    keep->send(news);
    keep->send(signal::RoomUpdate{other.info()});
    countChanged();
    other.changed(*keep);
    if (m_people.empty()) m_context.roomEmpty(*this);
}

void LiveRoom::changed(ParticipantConnection& person, Haste haste) {
    person.bumpVersion();
    const auto tellOwner = [&] { person.send(signal::ParticipantUpdate{{person.ownInfo()}}); };
    if (!person.active()) return tellOwner();
    if (haste == Haste::crowd && person.onStage()) haste = Haste::stage;
    m_dirty.insert(person.identity());
    showAbroad(person, haste);
    if (!tell(haste, person.identity())) tellOwner();
}

bool LiveRoom::owesNewsOf(const ParticipantConnection& person) const { return m_dirty.contains(person.identity()); }

bool LiveRoom::tell(Haste haste, const base::Identity& who) {
    const auto now = m_context.clock.now();
    const auto due = haste == Haste::arrival ? now : m_pace.due(haste == Haste::stage, who, now);
    if (due <= now) {
        flush(haste == Haste::stage ? who : base::Identity());
        return true;
    }
    if (due >= m_flushAt) return false;
    m_flushAt = due;
    m_flushTimer = m_context.net.postAfter(due - now, [this] { flush({}); });
    return false;
}

void LiveRoom::flush(const base::Identity& by) {
    m_flushTimer.cancel();
    m_flushAt = base::kNever;
    m_pace.told(by, m_context.clock.now());
    const auto dirty = std::exchange(m_dirty, {});
    signal::ParticipantUpdate news;
    news.participants = std::exchange(m_departed, {});   // first: who comes back at once is both
    std::vector<ParticipantConnection*> differ;          // those who see something else of themselves than others do
    for (const auto& gone : news.participants)
        for (const auto& [id, other] : m_people)
            if (id == gone.identity)
                differ.push_back(other.get());   // not to be told that they left
            else
                other->noteDeparture(gone);
    for (auto& [id, guest] : std::exchange(m_shown, {})) news.participants.push_back(std::move(guest));
    const auto deliver = [&] {
        if (news.participants.empty()) return;
        const auto bytes = signal::encode(signal::SignalResponse(news));
        for (const auto& entry : m_people) {
            auto* person = entry.second.get();
            if (std::find(differ.begin(), differ.end(), person) == differ.end()) {
                person->sendEncoded(bytes);
                continue;
            }
            auto theirs = news;
            std::erase_if(theirs.participants, [&](const auto& p) { return p.identity == person->identity() && p.sid != person->info().sid; });
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
        if (!person || !person->active()) continue;
        news.participants.push_back(person->info());
        if (person->ownInfo().attributes != person->info().attributes) differ.push_back(person.get());
    }
    deliver();
    countChanged();
}

void LiveRoom::showAbroad(const ParticipantConnection& person, Haste haste) {
    const auto& identity = person.identity();
    if (person.notable()) {
        m_abroad.insert(identity);
        for (auto* sister : m_context.sisters(*this)) sister->show(person.info(), haste);
    } else if (m_abroad.erase(identity) > 0) {
        for (auto* sister : m_context.sisters(*this)) sister->depart(departed(person, signal::DisconnectReason::unknown), haste);
    }
}

void LiveRoom::countChanged() {
    if (std::exchange(m_countPending, true)) return;
    m_countTimer = m_context.net.postAfter(kCountNews, [this] {
        m_countPending = false;
        const auto now = info();
        const bool own = now.numParticipants != m_info.numParticipants || now.numPublishers != m_info.numPublishers;
        if (!own && now.metadata == m_info.metadata) return;
        m_info = now;
        send(signal::RoomUpdate{now});
        if (own)
            for (auto* sister : m_context.sisters(*this)) sister->countChanged();
    });
}

void LiveRoom::update(const RoomChanged& change) {
    m_title = change.title;
    m_metadata = change.metadata;
    send(signal::RoomUpdate{info()});
}

void LiveRoom::send(const signal::SignalResponse& message) { sendEncoded(signal::encode(message)); }

void LiveRoom::sendEncoded(base::ByteView bytes) {
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
    if (news.speakers.empty()) return;
    send(news);
    for (auto* sister : m_context.sisters(*this)) sister->send(news);
}

void LiveRoom::quality(const std::vector<SessionQuality>& list) {
    std::vector<signal::QualityInfo> publishers;
    for (const auto& q : list)
        if (const auto person = find(q.session); person && person->info().isPublisher)
            publishers.push_back({person->info().sid, q.quality, q.score});
    // As LiveKit has it: what has not changed is not said again.
    if (publishers != m_quality) {
        m_quality = std::move(publishers);
        ++m_qualityVersion;
    }
    for (const auto& q : list) {
        const auto person = find(q.session);
        if (!person || !person->active() || !person->tellQuality(q.quality, m_qualityVersion)) continue;
        auto news = m_quality;
        if (!person->info().isPublisher) news.push_back({person->info().sid, q.quality, q.score});
        person->send(signal::ConnectionQualityUpdate{std::move(news)});
    }
}

void LiveRoom::drain() {
    const auto people = m_people;
    for (const auto& [id, person] : people)
        person->end(signal::DisconnectReason::serverShutdown, signal::LeaveAction::reconnect);
}

}  // namespace parlour::server

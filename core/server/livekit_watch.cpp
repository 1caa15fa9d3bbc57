// SPDX-License-Identifier: Apache-2.0
// What LiveKit says of its rooms, by webhook and when asked, and how the two sides are brought together again.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/api/chat_write.h"
#include "core/base/log.h"
#include "core/server/livekit_rooms.h"

namespace parlour::server {

using nlohmann::json;

namespace {
constexpr std::size_t kNamesPerQuestion = 200;
}

LiveKitRooms::Room* LiveKitRooms::byName(const std::string& name) {
    for (auto& [id, room] : m_rooms)
        if (room.name == name) return &room;
    return nullptr;
}

void LiveKitRooms::handle(const LiveKitEvent& event) {
    auto* room = byName(event.room);
    if (room == nullptr) return;   // another house's, or over by now
    if (event.doubtful) return listIn(*room, base::Duration(0));
    if (event.kind == "room_finished") {
        room->made = false;
        empty(*room);
        return;   // the next beat makes it anew if it is needed
    }
    if (!event.person) return;
    if (event.kind == "participant_joined") {
        auto person = *event.person;
        person.state = "ACTIVE";
        meet(*room, person, false);
    } else if (event.kind == "participant_left" || event.kind == "participant_connection_aborted") {
        part(*room, event.person->identity, event.person->sid);
    }
}

void LiveKitRooms::meet(Room& room, const LiveKitPerson& person, bool listed) {
    const auto it = room.people.find(person.identity);
    if (it == room.people.end()) {
        if (!room.complete) return;   // the house has not said yet who may be here
        ++m_stats.removedAgain;
        expel(room, person.identity, {});
        return;
    }
    auto& wanted = it->second;
    if (person.state == "ACTIVE") {
        const bool first = wanted.here.empty();
        wanted.here.emplace(person.sid, m_clock.now());
        wanted.expected = true;
        if (first) {
            if (listed) ++m_stats.healed;
            if (m_house.connected) m_house.connected(room.id, person.identity);
        }
    }
    bool differs = !fits(person, wanted.rights) || (!wanted.name.empty() && person.name != wanted.name);
    if (wanted.attributes)
        for (const auto& [key, value] : *wanted.attributes) {
            const auto has = person.attributes.find(key);
            differs = differs || (has == person.attributes.end() ? !value.empty() : has->second != value);
        }
    if (differs && !wanted.pushQueued) {
        if (listed) ++m_stats.healed;
        push(room, person.identity, {});
    }
    const bool speaks = std::any_of(person.tracks.begin(), person.tracks.end(), [](const auto& t) { return t.audio && !t.muted; });
    if (!wanted.muted()) wanted.muteWhenMet = false;
    if (listed && speaks && std::exchange(wanted.muteWhenMet, false)) return mute(room.id, person.identity, [](const base::Result<void>&) {});
    if (listed && speaks && wanted.muted() && m_house.unmuted) m_house.unmuted(room.id, person.identity);
}

void LiveKitRooms::part(Room& room, const base::Identity& who, const std::string& sid) {
    const auto it = room.people.find(who);
    if (it == room.people.end() || it->second.here.erase(sid) == 0 || !it->second.here.empty()) return;
    if (m_house.disconnected) m_house.disconnected(room.id, who);
}

void LiveKitRooms::empty(Room& room) {
    for (auto& [who, person] : room.people)
        if (!std::exchange(person.here, {}).empty() && m_house.disconnected) m_house.disconnected(room.id, who);
}

void LiveKitRooms::listIn(Room& room, base::Duration delay) {
    if (room.listing) return;   // the answer sets the next one
    room.listTimer = m_net.postAfter(delay, [this, id = room.id, name = room.name] {
        if (auto* there = find(id, name)) list(*there);
    });
}

void LiveKitRooms::list(Room& room) {
    if (room.unlisted()) return listIn(room, m_pace.heal);
    if (std::exchange(room.listing, true)) return;
    const auto asked = std::make_shared<base::TimePoint>();
    call(room, "ListParticipants", RoomServiceGrant::roomAdmin,
         [this, asked, name = room.name]() -> std::optional<std::string> {
             *asked = m_clock.now();
             return json{{"room", name}}.dump();
         },
         [this, asked, id = room.id, name = room.name](base::Result<std::string> result) {
             auto* there = find(id, name);
             if (there == nullptr) return;
             there->listing = false;
             if (result && !there->unlisted()) listed(*there, readPeople(*result), *asked);
             const bool muted = std::any_of(there->people.begin(), there->people.end(), [](const auto& one) { return one.second.muted(); });
             listIn(*there, !result ? m_pace.heal : muted ? m_pace.listMuted : m_pace.list + m_pace.listEach * static_cast<int>(there->people.size()));
         });
}

void LiveKitRooms::listed(Room& room, const std::vector<LiveKitPerson>& people, base::TimePoint asked) {
    const auto id = room.id;
    const auto name = room.name;
    std::vector<std::pair<base::Identity, std::string>> gone;
    for (const auto& [who, person] : room.people)
        for (const auto& [sid, since] : person.here)
            if (since < asked && std::none_of(people.begin(), people.end(), [&, sid = sid](const auto& p) { return p.sid == sid && p.state != "DISCONNECTED"; }))
                gone.emplace_back(who, sid);
    for (const auto& person : people)
        if (person.state != "DISCONNECTED") meet(room, person, true);
    for (const auto& [who, sid] : gone) {
        ++m_stats.healed;
        part(room, who, sid);
    }
}

void LiveKitRooms::watch() {
    if (!std::exchange(m_beating, true)) beat();
}

/// Asks whether LiveKit still has our rooms. One question a second for the whole house; when LiveKit is away, more often, so
/// that the rooms are there again before the first of their people is.
void LiveKitRooms::beat() {
    if (m_rooms.empty() && m_ended.empty() && m_forgotten.empty()) {
        m_beating = false;   // the next order begins anew
        return;
    }
    std::vector<std::string> names(m_ended.begin(), m_ended.end());
    for (const auto& [id, room] : m_rooms) names.push_back(room.name);
    for (const auto& [name, old] : m_forgotten) names.push_back(name);
    const auto now = m_clock.now();
    const auto left = std::make_shared<std::size_t>((names.size() + kNamesPerQuestion - 1) / kNamesPerQuestion);
    const auto found = std::make_shared<std::vector<LiveKitRoomInfo>>();
    const auto answers = std::make_shared<bool>(true);
    const auto asked = std::make_shared<bool>(true);
    const auto heard = m_service.stats().heard;
    for (std::size_t at = 0; at < names.size(); at += kNamesPerQuestion) {
        const json body{{"names", std::vector<std::string>(names.begin() + static_cast<std::ptrdiff_t>(at),
                                                           names.begin() + static_cast<std::ptrdiff_t>(std::min(at + kNamesPerQuestion, names.size())))}};
        RoomServiceCall out;
        out.queue = "rooms";
        out.grant = RoomServiceGrant::roomList;
        out.method = "ListRooms";
        out.patience = base::Duration(0);
        out.body = [text = body.dump()]() -> std::optional<std::string> { return text; };
        out.answer = [this, alive = weak_from_this(), left, found, answers, asked, heard, now](base::Result<std::string> result) {
            if (alive.expired()) return;
            if (result)
                for (auto& room : readRooms(*result)) found->push_back(std::move(room));
            *answers = *answers && result;
            *asked = *asked && (result || result.error().code != kNotOurs);
            if (--*left > 0) return;
            if (*asked) reached(*answers);
            if (*answers) {
                roomsListed(*found, now);
                askOver(now);
            }
            m_gone = *asked && !*answers && m_service.stats().heard == heard;
            m_beatTimer = m_net.postAfter(*answers ? m_pace.beat : m_pace.beatAway, [this] { beat(); });
        };
        m_service.call(std::move(out));
    }
}

void LiveKitRooms::reached(bool answers) {
    if (std::exchange(m_stats.reachable, answers) == answers) return;
    if (answers)
        base::log(base::LogLevel::info, "livekit", "The LiveKit server answers again.");
    else
        base::log(base::LogLevel::warn, "livekit", "The LiveKit server does not answer. Whoever talks goes on if it still runs; it is asked all the time.");
    if (!answers) return;
    for (auto& [id, room] : m_rooms) listIn(room, base::Duration(0));
}

void LiveKitRooms::roomsListed(const std::vector<LiveKitRoomInfo>& rooms, base::TimePoint asked) {
    for (const auto& name : std::vector<std::string>(m_ended.begin(), m_ended.end())) {
        if (std::any_of(rooms.begin(), rooms.end(), [&](const auto& one) { return one.name == name; }))
            destroy(name, {});
        else
            m_ended.erase(name);
    }
    for (auto& [id, room] : m_rooms) {
        if (room.making || room.unlisted() || (room.made && room.madeAt >= asked)) continue;
        const auto it = std::find_if(rooms.begin(), rooms.end(), [&, &room = room](const auto& one) { return one.name == room.name; });
        if (it == rooms.end()) {
            if (std::exchange(room.made, false)) {
                room.probes = m_gone ? 1 : m_pace.probes;
                probe(room);
            } else {
                make(room, {});
            }
            continue;
        }
        room.made = true;
        if (it->metadata != room.metadata && !room.metadata.empty() && !room.metadataQueued) {
            ++m_stats.healed;
            pushMetadata(room);
        }
    }
}

/// A LiveKit server that began anew has lost the room with its people. One whose redis came back empty has only forgotten it: the
/// node that holds it carries it on, but lets nobody in and takes no orders for those inside. Data still gets through to those; a room
/// that is not there does not answer. Right after such a redis is back the nodes hear each other again a moment later.
void LiveKitRooms::probe(Room& room) {
    const auto over = [this, id = room.id, name = room.name](bool alive) {
        auto* there = find(id, name);
        if (there == nullptr || there->probes == 0) return;
        if (!alive && --there->probes > 0) return probe(*there);
        there->probes = 0;
        if (!alive || !onForgotten) return remake(*there);
        base::log(base::LogLevel::warn, "livekit", "LiveKit has forgotten a live room that goes on; its people are asked over into a new one.");
        there->nameless = true;
        there->renewIn = m_pace.renew;
        askName(*there);
    };
    room.probeTimer = m_net.postAfter(m_pace.probe, [over] { over(false); });
    RoomServiceCall out;
    out.queue = "probe." + std::to_string(room.probes) + room.name;   // not behind one that waits for its answer
    out.room = room.name;
    out.method = "SendData";
    out.patience = base::Duration(0);
    out.body = [text = json{{"room", room.name}, {"data", ""}, {"kind", "LOSSY"}, {"topic", api::kTopicProbe}}.dump()]() -> std::optional<std::string> { return text; };
    out.answer = [over, alive = weak_from_this()](const base::Result<std::string>& result) {
        if (!alive.expired() && result) over(true);
    };
    m_service.call(std::move(out));
}

void LiveKitRooms::askName(Room& room) {
    room.renewTimer = m_net.postAfter(room.renewIn, [this, id = room.id, name = room.name] {
        if (auto* there = find(id, name)) askName(*there);
    });
    room.renewIn = std::min(2 * room.renewIn, m_pace.renewMost);
    onForgotten(base::RoomId(room.id), std::string(room.name));   // copies: the answer may come at once, and `room` be another then
}

void LiveKitRooms::remake(Room& room) {
    ++m_stats.remade;
    base::log(base::LogLevel::warn, "livekit", "A live room was lost by the LiveKit server and is made anew.");
    empty(room);
    make(room, {});
    listIn(room, m_pace.listMuted);
}

void LiveKitRooms::renew(const base::RoomId& id, const std::string& old, const std::string& name) {
    auto* room = find(id, old);
    if (room == nullptr) return;
    ++m_stats.moved;
    empty(*room);
    Room next;
    next.id = id;
    next.name = name;
    next.complete = room->complete;
    next.metadata = std::move(room->metadata);
    next.whenMade = std::move(room->whenMade);
    next.people = std::move(room->people);
    *room = std::move(next);
    m_forgotten[old] = {id, std::nullopt};
    std::vector<Done> moot;   // whoever comes over comes with the rights that are in force now
    for (auto& [who, person] : room->people) {
        person.pushQueued = false;
        for (auto& done : std::exchange(person.waiting, {})) moot.push_back(std::move(done));
    }
    make(*room, {});
    for (const auto& done : moot) done();
}

/// Once a second: data may get lost, and whoever has come over does not hear it any more.
void LiveKitRooms::askOver(base::TimePoint now) {
    for (auto it = m_forgotten.begin(); it != m_forgotten.end();) {
        auto& [name, old] = *it;
        const auto room = m_rooms.find(old.id);
        const bool over = room == m_rooms.end();   // ended meanwhile
        if (!over && room->second.made && !old.until) old.until = now + m_pace.move;
        const bool late = over || (old.until && now >= *old.until);
        if (late) {
            makeKnown(name);
            m_ended.insert(name);
            destroy(name, {});
            it = m_forgotten.erase(it);
            continue;
        }
        if (old.until) {
            RoomServiceCall out;
            out.queue = out.room = name;
            out.grant = RoomServiceGrant::roomAdmin;
            out.method = "SendData";
            out.patience = base::Duration(0);
            out.body = [text = json{{"room", name}, {"data", ""}, {"kind", "RELIABLE"}, {"topic", api::kTopicMoved}}.dump()]() -> std::optional<std::string> { return text; };
            out.answer = [](const base::Result<std::string>&) {};
            m_service.call(std::move(out));
        }
        ++it;
    }
}

}  // namespace parlour::server

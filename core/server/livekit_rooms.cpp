// SPDX-License-Identifier: Apache-2.0
// Orders of the house on their way to LiveKit. What comes back the other way: livekit_watch.cpp.
#include "core/server/livekit_rooms.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/api/chat_write.h"
#include "core/api/stage.h"
#include "core/base/byte_io.h"
#include "core/crypto/random.h"
#include "core/signal/data_packet.h"

namespace parlour::server {

using base::ErrorKind;
using nlohmann::json;

namespace {

// Longer than the house keeps a seat (60 s) and than a live session without people lasts, so that LiveKit never ends a room
// before the house does.
constexpr int kEmptyTimeout = 900;
constexpr int kDepartureTimeout = 300;

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

bool gone(const base::Result<std::string>& result) { return !result && result.error().kind == ErrorKind::notFound; }

std::string dataBody(const std::string& room, const std::string& topic, base::ByteView payload, const std::vector<base::Identity>& to) {
    json body{{"room", room}, {"data", base::toBase64(payload)}, {"kind", "RELIABLE"}, {"topic", topic},
              {"nonce", base::toBase64(crypto::randomBytes(16))}};   // so that a second attempt does not arrive twice
    if (!to.empty()) {
        body["destination_identities"] = json::array();
        for (const auto& one : to) body["destination_identities"].push_back(one.str());
    }
    return dump(body);
}

/// The order is kept, and holds in the new room.
base::Result<void> moving() {
    return base::fail(ErrorKind::unavailable, "media_moving", "The sound of this room is just being moved to another place.",
                      "The house has noted it and carries it out as soon as it can; look again in a moment.");
}

base::Result<void> outcome(const base::Result<std::string>& result) {
    if (result || gone(result)) return {};   // whoever is not there has no rights to lose
    return base::Unexpected(result.error());
}

}  // namespace

LiveKitRooms::LiveKitRooms(base::Executor& net, const base::Clock& clock, RoomServiceClient& service, LiveKitPace pace)
    : m_net(net), m_clock(clock), m_service(service), m_pace(pace) {}
LiveKitRooms::~LiveKitRooms() = default;

bool LiveKitRooms::Person::muted() const {
    if (!attributes) return false;
    const auto it = attributes->find(std::string(api::kAttrMutedBy));
    return it != attributes->end() && !it->second.empty();
}

LiveKitRooms::Room* LiveKitRooms::find(const base::RoomId& id, const std::string& name) {
    const auto it = m_rooms.find(id);
    return it != m_rooms.end() && it->second.name == name ? &it->second : nullptr;
}

void LiveKitRooms::call(const Room& room, const char* method, RoomServiceGrant grant, std::function<std::optional<std::string>()> body,
                        std::function<void(base::Result<std::string>)> answer) {
    RoomServiceCall out;
    out.queue = out.room = room.name;
    out.grant = grant;
    out.method = method;
    out.body = std::move(body);
    out.answer = [this, id = room.id, name = room.name, alive = weak_from_this(), answer = std::move(answer)](base::Result<std::string> result) {
        if (alive.expired()) return;
        const bool failed = !result && !gone(result);
        answer(std::move(result));
        if (auto* there = failed ? find(id, name) : nullptr) listIn(*there, m_pace.heal);
    };
    m_service.call(std::move(out));
}

void LiveKitRooms::setRights(const base::RoomId& id, const std::string& name, bool fresh, const base::Identity& who,
                             const MediaRights& rights, Done done) {
    auto& room = m_rooms[id];
    if (room.name != name) {
        room = Room{};
        room.id = id;
        room.name = name;
        room.complete = fresh;
    }
    auto& person = room.people[who];
    // Taken up from before this process began: LiveKit may well have this person.
    if (!room.complete) person.expected = true;
    person.rights = rights;
    if (room.nameless) return done(moving());
    if (!room.made) make(room, person.expected ? Done() : done);
    if (person.expected) push(room, who, std::move(done));
    else if (room.made) done();
    watch();
}

void LiveKitRooms::make(Room& room, Done done) {
    if (done) room.whenMade.push_back(std::move(done));
    if (std::exchange(room.making, true)) return;
    call(room, "CreateRoom", RoomServiceGrant::roomCreate,
         [name = room.name]() -> std::optional<std::string> {
             return dump({{"name", name}, {"empty_timeout", kEmptyTimeout}, {"departure_timeout", kDepartureTimeout}});
         },
         [this, id = room.id, name = room.name](base::Result<std::string> result) {
             auto* there = find(id, name);
             if (there == nullptr) return;
             there->making = false;
             there->made = result.has_value();
             there->madeAt = m_clock.now();
             for (const auto& one : std::exchange(there->whenMade, {})) one(outcome(result));
             if (!there->made) return;
             pushMetadata(*there);
             listIn(*there, m_pace.list);
         });
}

/// Everything about the person in one call, as it is when the call goes out; orders that wait for their turn are one.
void LiveKitRooms::push(Room& room, const base::Identity& who, Done done) {
    auto& person = room.people[who];
    if (done) person.waiting.push_back(std::move(done));
    if (std::exchange(person.pushQueued, true)) return;
    const auto flying = std::make_shared<std::vector<Done>>();
    const auto take = [this, id = room.id, name = room.name, who, flying]() -> Person* {
        auto* there = find(id, name);
        const auto it = there == nullptr ? std::map<base::Identity, Person>::iterator{} : there->people.find(who);
        if (there == nullptr || it == there->people.end()) return nullptr;
        it->second.pushQueued = false;
        for (auto& one : std::exchange(it->second.waiting, {})) flying->push_back(std::move(one));
        return &it->second;
    };
    call(room, "UpdateParticipant", RoomServiceGrant::roomAdmin,
         [take, name = room.name, who]() -> std::optional<std::string> {
             const auto* now = take();
             if (now == nullptr) return std::nullopt;
             json body{{"room", name}, {"identity", who.str()}, {"permission", permissionOf(now->rights)}};
             if (now->attributes) body["attributes"] = *now->attributes;
             if (!now->name.empty()) body["name"] = now->name;
             return dump(body);
         },
         [take, flying](base::Result<std::string> result) {
             if (flying->empty()) take();   // given up before it began
             for (const auto& one : *flying) one(outcome(result));
         });
}

void LiveKitRooms::pushMetadata(Room& room) {
    if (room.metadata.empty() || !room.made || std::exchange(room.metadataQueued, true)) return;
    call(room, "UpdateRoomMetadata", RoomServiceGrant::roomAdmin,
         [this, id = room.id, name = room.name]() -> std::optional<std::string> {
             auto* there = find(id, name);
             if (there == nullptr) return std::nullopt;
             there->metadataQueued = false;
             return dump({{"room", name}, {"metadata", there->metadata}});
         },
         [this, id = room.id, name = room.name](const base::Result<std::string>&) {
             if (auto* there = find(id, name)) there->metadataQueued = false;
         });
}

void LiveKitRooms::mute(const base::RoomId& id, const base::Identity& who, Done done) {
    const auto it = m_rooms.find(id);
    if (it == m_rooms.end()) return done();
    if (it->second.nameless) {
        if (const auto person = it->second.people.find(who); person != it->second.people.end()) person->second.muteWhenMet = true;
        return done(moving());
    }
    call(it->second, "GetParticipant", RoomServiceGrant::roomAdmin,
         [name = it->second.name, who]() -> std::optional<std::string> { return dump({{"room", name}, {"identity", who.str()}}); },
         [this, id, name = it->second.name, who, done](base::Result<std::string> result) {
             auto* room = find(id, name);
             if (!result || room == nullptr) return done(outcome(result));
             muteTracks(*room, who, *result, done);
         });
}

void LiveKitRooms::muteTracks(Room& room, const base::Identity& who, const std::string& answer, Done done) {
    const auto person = readPerson(json::parse(answer, nullptr, false));
    const auto left = std::make_shared<std::size_t>(1);
    const auto failure = std::make_shared<base::Result<void>>();
    const auto one = [left, failure, done](const base::Result<void>& result) {
        if (!result) *failure = result;
        if (--*left == 0) done(*failure);
    };
    if (person)
        for (const auto& track : person->tracks) {
            if (!track.audio || track.muted) continue;
            ++*left;
            call(room, "MutePublishedTrack", RoomServiceGrant::roomAdmin,
                 [name = room.name, who, sid = track.sid]() -> std::optional<std::string> {
                     return dump({{"room", name}, {"identity", who.str()}, {"track_sid", sid}, {"muted", true}});
                 },
                 [one](const base::Result<std::string>& result) { one(outcome(result)); });
        }
    one({});
}

void LiveKitRooms::expel(Room& room, const base::Identity& who, Done done) {
    call(room, "RemoveParticipant", RoomServiceGrant::roomAdmin,
         [this, id = room.id, name = room.name, who]() -> std::optional<std::string> {
             const auto* there = find(id, name);
             // Let in again while this waited for its turn: the newer order counts.
             if (there != nullptr && there->people.contains(who)) return std::nullopt;
             return dump({{"room", name}, {"identity", who.str()}});
         },
         [done = std::move(done)](const base::Result<std::string>& result) { done(outcome(result)); });
}

void LiveKitRooms::remove(const base::RoomId& id, const base::Identity& who, Done done) {
    const auto it = m_rooms.find(id);
    if (it == m_rooms.end()) return done();
    forget(it->second, who);
    if (it->second.nameless) return done(moving());   // never asked over
    expel(it->second, who, std::move(done));
}

void LiveKitRooms::forget(Room& room, const base::Identity& who) {
    const auto it = room.people.find(who);
    if (it == room.people.end()) return;
    const auto person = std::move(it->second);
    room.people.erase(it);
    if (!person.here.empty() && m_house.disconnected) m_house.disconnected(room.id, who);
    for (const auto& done : person.waiting) done();   // moot
}

void LiveKitRooms::endRoom(const base::RoomId& id, const std::string& name, Done done) {
    if (auto* room = find(id, name)) {
        if (room->unlisted()) makeKnown(name);   // else its people would talk on where no order reaches them
        empty(*room);
        const auto waiting = std::exchange(room->whenMade, {});
        for (auto& [who, person] : room->people)
            for (const auto& one : std::exchange(person.waiting, {})) one();
        m_rooms.erase(id);
        for (const auto& one : waiting) one();
    }
    m_ended.insert(name);
    destroy(name, std::move(done));
    watch();
}

void LiveKitRooms::makeKnown(const std::string& name) {
    RoomServiceCall out;
    out.queue = out.room = name;
    out.grant = RoomServiceGrant::roomCreate;
    out.method = "CreateRoom";
    out.body = [name]() -> std::optional<std::string> { return dump({{"name", name}}); };
    out.answer = [](const base::Result<std::string>&) {};
    m_service.call(std::move(out));
}

void LiveKitRooms::destroy(const std::string& name, Done done) {
    RoomServiceCall out;
    out.queue = out.room = name;
    out.grant = RoomServiceGrant::roomCreate;
    out.method = "DeleteRoom";
    out.body = [name]() -> std::optional<std::string> { return dump({{"room", name}}); };
    out.answer = [this, alive = weak_from_this(), name, done = std::move(done)](const base::Result<std::string>& result) {
        if (alive.expired()) return;
        if (outcome(result)) m_ended.erase(name);
        done(outcome(result));
    };
    m_service.call(std::move(out));
}

void LiveKitRooms::relay(const base::RoomId& id, const std::vector<base::Bytes>& packets) {
    const auto it = m_rooms.find(id);
    if (it == m_rooms.end()) return;
    for (const auto& packet : packets) {
        const auto read = signal::decodeDataPacket(packet);
        const auto* user = read ? std::get_if<signal::UserData>(&read->value) : nullptr;
        if (user != nullptr && read->sender.empty())
            sendNewest(it->second, user->topic, user->payload);
        else
            sendData(it->second, signal::kTopicRelayed, packet, {});
    }
}

void LiveKitRooms::sendData(Room& room, const std::string& topic, base::ByteView payload, const std::vector<base::Identity>& to) {
    call(room, "SendData", RoomServiceGrant::roomAdmin, [text = dataBody(room.name, topic, payload, to)]() -> std::optional<std::string> { return text; },
         [](const base::Result<std::string>&) {});
}

void LiveKitRooms::sendNewest(Room& room, const std::string& topic, base::Bytes payload) {
    if (const auto waits = room.newest.find(topic); waits != room.newest.end()) {
        waits->second = std::move(payload);
        return;
    }
    room.newest.emplace(topic, std::move(payload));
    const auto body = std::make_shared<std::string>();   // the same at each attempt
    const auto take = [this, id = room.id, name = room.name, topic, body] {
        auto* there = body->empty() ? find(id, name) : nullptr;
        const auto it = there == nullptr ? std::map<std::string, base::Bytes>::iterator{} : there->newest.find(topic);
        if (there == nullptr || it == there->newest.end()) return;
        *body = dataBody(name, topic, it->second, {});
        there->newest.erase(it);
    };
    call(room, "SendData", RoomServiceGrant::roomAdmin,
         [take, body]() -> std::optional<std::string> {
             take();
             return body->empty() ? std::nullopt : std::optional(*body);
         },
         [take](const base::Result<std::string>&) { take(); });   // given up before it began: the next one begins anew
}

void LiveKitRooms::tell(const PersonChanged& change) {
    const auto it = m_rooms.find(change.room);
    if (it == m_rooms.end()) return;
    auto& room = it->second;
    const auto found = room.people.find(change.identity);
    if (found == room.people.end()) return;
    auto& person = found->second;
    person.name = change.name;
    person.attributes = change.attributes;
    person.rights = change.rights;
    if (person.expected) push(room, change.identity, {});
    if (change.askedToUnmute) sendData(room, signal::kTopicAskToUnmute, {}, {change.identity});
    if (person.muted()) listIn(room, m_pace.listMuted);
}

void LiveKitRooms::tell(const RoomChanged& change) {
    const auto it = m_rooms.find(change.room);
    if (it == m_rooms.end()) return;
    auto& room = it->second;
    auto value = json::parse(change.metadata, nullptr, false);
    if (!value.is_object()) value = json::object();
    value["title"] = change.title;
    value["room"] = change.room.str();   // LiveKit's name of it is another one
    value[api::kMetaChat] = api::kChatByHouse;
    const auto metadata = dump(value);
    if (std::exchange(room.metadata, metadata) != metadata) pushMetadata(room);
    // The house has spoken of everybody by now: whoever else is there is a stranger.
    if (!std::exchange(room.complete, true)) listIn(room, base::Duration(0));
}

std::optional<std::string> LiveKitRooms::expect(const Admission& admission) {
    const auto it = m_rooms.find(admission.room);
    if (it == m_rooms.end()) return std::nullopt;
    auto& room = it->second;
    const auto found = room.people.find(admission.identity);
    if (found == room.people.end()) return std::nullopt;   // removed since
    found->second.expected = true;
    found->second.name = admission.name;
    found->second.attributes = admission.attributes;
    found->second.rights = admission.rights;
    tell(RoomChanged{admission.room, admission.roomTitle, admission.roomMetadata});
    return room.name;
}

LiveKitRoomsStats LiveKitRooms::stats() const {
    auto out = m_stats;
    out.rooms = m_rooms.size();
    for (const auto& [id, room] : m_rooms)
        for (const auto& [who, person] : room.people) out.people += person.here.empty() ? 0 : 1;
    return out;
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/server/livekit_engine.h"

#include <utility>

#include "core/crypto/random.h"

namespace parlour::server {

namespace {
constexpr std::size_t kNameLength = 24;   // of 62 letters: nobody guesses the next one
}

LiveKitEngine::LiveKitEngine(base::Executor& net, std::shared_ptr<LiveKitRooms> rooms, LiveKitNames names)
    : m_net(net), m_rooms(std::move(rooms)), m_names(std::move(names)) {}

base::Result<LiveKitEngine::Name> LiveKitEngine::nameOf(const base::RoomId& room) {
    if (const auto it = m_known.find(room); it != m_known.end()) return it->second;
    auto stored = m_names.load(room);
    if (!stored) return base::Unexpected(std::move(stored).error());
    Name name{stored->value_or(std::string()), false};
    if (name.name.empty()) {
        name = {"parlour-" + crypto::randomString(kNameLength), true};
        if (auto kept = m_names.save(room, name.name); !kept) return base::Unexpected(std::move(kept).error());
    }
    return m_known[room] = std::move(name);
}

void LiveKitEngine::toRooms(std::function<void(LiveKitRooms&)> order, Acknowledge done) {
    m_net.post([rooms = m_rooms, order = std::move(order), done = std::move(done)] {
        if (const auto there = rooms.lock()) return order(*there);
        done();   // the server is closing
    });
}

void LiveKitEngine::setRights(const base::RoomId& room, const base::Identity& who, const MediaRights& rights, Acknowledge done) {
    auto name = nameOf(room);
    if (!name) return done(base::Unexpected(std::move(name).error()));
    toRooms([=, name = *name](LiveKitRooms& rooms) { rooms.setRights(room, name.name, name.fresh, who, rights, done); }, done);
}

void LiveKitEngine::mute(const base::RoomId& room, const base::Identity& who, Acknowledge done) {
    toRooms([=](LiveKitRooms& rooms) { rooms.mute(room, who, done); }, done);
}

void LiveKitEngine::remove(const base::RoomId& room, const base::Identity& who, Acknowledge done) {
    toRooms([=](LiveKitRooms& rooms) { rooms.remove(room, who, done); }, done);
}

void LiveKitEngine::relay(const base::RoomId& room, const base::Identity&, std::vector<base::Bytes> packets) {
    toRooms([room, packets = std::move(packets)](LiveKitRooms& rooms) { rooms.relay(room, packets); }, {});
}

void LiveKitEngine::endRoom(const base::RoomId& room, Acknowledge done) {
    auto name = nameOf(room);
    if (!name) return done(base::Unexpected(std::move(name).error()));
    // Forgotten first: should LiveKit not answer now, the old name must not open the next session. The room it leaves behind is
    // empty and ends by itself.
    if (auto kept = m_names.save(room, {}); !kept) return done(base::Unexpected(std::move(kept).error()));
    m_known.erase(room);
    toRooms([=, name = name->name](LiveKitRooms& rooms) { rooms.endRoom(room, name, done); }, done);
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/server/livekit_engine.h"

#include <sstream>
#include <utility>

#include "core/base/log.h"
#include "core/crypto/random.h"

namespace parlour::server {

namespace {
constexpr std::size_t kNameLength = 24;   // of 62 letters: nobody guesses the next one
constexpr std::size_t kEndedKept = 64;    // sessions
}

LiveKitEngine::LiveKitEngine(base::Executor& net, std::shared_ptr<LiveKitRooms> rooms, LiveKitNames names)
    : m_net(net), m_rooms(std::move(rooms)), m_names(std::move(names)) {}

base::Result<LiveKitEngine::Name> LiveKitEngine::nameOf(const base::RoomId& room) {
    if (const auto it = m_known.find(room); it != m_known.end()) return it->second.over ? makeName(room) : it->second;
    auto stored = m_names.load(room);
    if (!stored) return base::Unexpected(std::move(stored).error());
    const auto name = stored->value_or(std::string());
    if (auto loaded = loadEnded(); !loaded) return base::Unexpected(std::move(loaded).error());
    // Ended, and the process ended before it could write the rest.
    if (name.empty() || (*m_ended + " ").find(" " + name + " ") != std::string::npos) return makeName(room);
    return m_known[room] = {name, false};
}

base::Result<LiveKitEngine::Name> LiveKitEngine::makeName(const base::RoomId& room) {
    Name name{"parlour-" + crypto::randomString(kNameLength), true};
    if (auto kept = m_names.save(room, name.name); !kept) return base::Unexpected(std::move(kept).error());
    return m_known[room] = std::move(name);
}

base::Result<void> LiveKitEngine::keepEnded(const std::string& name) {
    if (auto loaded = loadEnded(); !loaded) return loaded;
    if (m_ended->ends_with(" " + name)) return {};
    auto ended = *m_ended + " " + name;
    if (ended.size() > kEndedKept * (name.size() + 1)) ended.erase(0, ended.find(' ', 1));
    if (auto kept = m_names.save(LiveKitNames::kEnded, ended); !kept) return base::Unexpected(std::move(kept).error());
    m_ended = std::move(ended);
    return {};
}

base::Result<void> LiveKitEngine::loadEnded() {
    if (m_ended) return {};
    auto stored = m_names.load(LiveKitNames::kEnded);
    if (!stored) return base::Unexpected(std::move(stored).error());
    m_ended = stored->value_or(std::string());
    std::istringstream names(*m_ended);
    for (std::string name; names >> name;)
        toRooms([name](LiveKitRooms& rooms) { rooms.endRoom({}, name, {}); }, {});
    return {};
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
    // Both written down first: the old name must not open the next session, and its room must end also if neither LiveKit nor
    // this process lives to see it. Where that cannot be written the people do not stay for it.
    auto kept = keepEnded(name->name);
    if (kept) kept = m_names.save(room, {});
    if (kept) {
        m_known.erase(room);
    } else {
        base::log(base::LogLevel::warn, "livekit", base::describe(kept.error()));
        m_known[room] = {name->name, false, true};
    }
    toRooms([=, name = name->name](LiveKitRooms& rooms) { rooms.endRoom(room, name, done); }, done);
}

void LiveKitEngine::renew(const base::RoomId& room, const std::string& old) {
    const auto it = m_known.find(room);
    if (it == m_known.end() || it->second.name != old || it->second.over) return;   // over meanwhile
    // What cannot be written now is asked for again (LiveKitRooms::onForgotten).
    if (auto kept = keepEnded(old); !kept) return base::log(base::LogLevel::warn, "livekit", base::describe(kept.error()));
    auto name = makeName(room);
    if (!name) return base::log(base::LogLevel::warn, "livekit", base::describe(name.error()));
    toRooms([room, old, name = name->name](LiveKitRooms& rooms) { rooms.renew(room, old, name); }, {});
}

void LiveKitEngine::endForgotten() {
    // What cannot be read now is read when the next session ends.
    if (auto loaded = loadEnded(); !loaded) base::log(base::LogLevel::warn, "livekit", base::describe(loaded.error()));
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/server/api_key_house.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/api/chat_write.h"
#include "core/api/overflow.h"
#include "core/base/log.h"
#include "core/server/house_impl.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;
using Impl = HouseService::Impl;

namespace {

std::string usedKey(const base::RoomId& name) { return "api_room:" + name.str(); }
/// What the house writes into a room's metadata, here and in live_room.cpp.
constexpr const char* kHouseKeys[] = {"title", "house", "hands_locked", "waiting_for_host", "started_at", "overflow_rooms", "door_locked",
                                      "chair", "questions", "questions_desk", "preset", "hands", "waiting_room", "audience_held",
                                      "stage_only", "chat_slow_s", "chat_pinned", "chat_pinned_by", api::kMetaOverflow,
                                      api::kMetaOverflowOf, api::kMetaElsewhere, api::kMetaChat, "room"};

base::Identity actor() { return base::Identity(ApiKeyHouse::kActor); }

base::Result<void> checkName(const base::RoomId& name) {
    const auto& text = name.str();
    const auto good = [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-'; };
    if (!text.empty() && text.size() <= ApiKeyHouse::kMaxRoomName && std::all_of(text.begin(), text.end(), good)) return {};
    return base::fail(ErrorKind::invalidInput, "bad_name", "A room name has 1 to 64 letters, digits, '-' or '_'.");
}

base::Result<void> checkMetadata(const std::string& metadata) {
    if (metadata.empty()) return {};
    if (metadata.size() > ApiKeyHouse::kMaxMetadataBytes)
        return base::fail(ErrorKind::invalidInput, "bad_metadata", "Metadata of a room has at most 16 KiB.");
    const auto json = nlohmann::json::parse(metadata, nullptr, false);
    if (!json.is_object())
        return base::fail(ErrorKind::invalidInput, "bad_metadata",
                          "Metadata of a room is a JSON object here; the house keeps its own keys in the same object.");
    for (const char* key : kHouseKeys)
        if (json.contains(key))
            return base::fail(ErrorKind::invalidInput, "bad_metadata", std::string("The house writes \"") + key + "\" itself.");
    return {};
}

ApiKeyHouse::Room viewOf(const Impl& impl, const HouseRoom& room) {
    ApiKeyHouse::Room out;
    out.name = room.row.id;
    const auto& session = room.stage.session;
    out.sid = session.live && !session.sid.empty() ? session.sid : base::RoomSid("RM_" + room.row.id.str());
    auto metadata = nlohmann::json::parse(Impl::metadataOf(room), nullptr, false);
    if (metadata.is_object()) {
        metadata["title"] = room.row.title;
        out.metadata = metadata.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    out.createdMs = base::toUnixMs(room.row.created);
    out.emptyS = static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(impl.policy.empty).count());
    out.departureS = static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(impl.policy.departure).count());
    return out;
}

}  // namespace

void ApiKeyHouse::createRoom(const base::RoomId& name, const std::string& metadata, Answer<Room> answer) {
    m_impl->askNow<Room>(std::move(answer), [name, metadata](Impl& impl) -> base::Result<Room> {
        if (const auto known = impl.find(name)) return viewOf(impl, *known);
        if (auto good = checkName(name); !good) return base::Unexpected(std::move(good).error());
        if (auto good = checkMetadata(metadata); !good) return base::Unexpected(std::move(good).error());
        return impl.reading<Room>([&]() -> base::Result<Room> {
            if (impl.rooms.size() >= impl.policy.maxRooms)
                return base::fail(ErrorKind::exhausted, "too_many_rooms", "This house has as many rooms as it may have.",
                                  "End one of them first.");
            if (impl.store.meta(usedKey(name)))
                return base::fail(ErrorKind::conflict, "name_used", "A room of this name was ended.", "Choose another name.");
            auto room = std::make_shared<HouseRoom>();
            room->row = {name, name.str(), impl.clock.wallNow(), false};
            room->programMetadata = metadata;
            impl.store.addRoom(room->row);
            impl.store.setMeta(usedKey(name), "1");
            if (!metadata.empty()) impl.store.setMeta(HouseRoom::metadataKey(name), metadata);
            impl.store.addAudit({impl.clock.wallNow(), name, actor(), "room_made", {}, {}});
            impl.afterCommit.push_back([&impl, room] { impl.rooms.emplace(room->row.id, room); });
            return viewOf(impl, *room);
        });
    });
}

void ApiKeyHouse::rooms(Answer<std::vector<Room>> answer) {
    m_impl->askNow<std::vector<Room>>(std::move(answer), [](Impl& impl) -> base::Result<std::vector<Room>> {
        std::vector<Room> out;
        for (const auto& [id, room] : impl.rooms) out.push_back(viewOf(impl, *room));
        return out;
    });
}

void ApiKeyHouse::room(const base::RoomId& name, Answer<Room> answer) {
    m_impl->askNow<Room>(std::move(answer), [name](Impl& impl) -> base::Result<Room> {
        auto found = impl.need(name);
        if (!found) return base::Unexpected(std::move(found).error());
        return viewOf(impl, **found);
    });
}

void ApiKeyHouse::deleteRoom(const base::RoomId& name, Answer<api::Nothing> answer) {
    m_impl->ask<api::Nothing>(std::move(answer), [name](Impl& impl, Answer<api::Nothing> reply) {
        impl.endRoom(name, std::move(reply), actor());
    });
}

void ApiKeyHouse::setRoomMetadata(const base::RoomId& name, const std::string& metadata, Answer<Room> answer) {
    m_impl->askNow<Room>(std::move(answer), [name, metadata](Impl& impl) -> base::Result<Room> {
        auto found = impl.need(name);
        if (!found) return base::Unexpected(std::move(found).error());
        if (auto good = checkMetadata(metadata); !good) return base::Unexpected(std::move(good).error());
        const HouseRoomPtr room = *found;
        auto done = impl.reading<api::Nothing>([&]() -> base::Result<api::Nothing> {
            impl.store.setMeta(HouseRoom::metadataKey(name), metadata);
            impl.store.addAudit({impl.clock.wallNow(), name, actor(), "room_metadata", {}, {}});
            impl.afterCommit.push_back([&impl, room, metadata] {
                room->programMetadata = metadata;
                impl.tellRoom(room);
            });
            return api::Nothing{};
        });
        if (!done) return base::Unexpected(std::move(done).error());
        return viewOf(impl, *room);
    });
}

void ApiKeyHouse::stage(StageRequest request, Answer<std::uint64_t> answer) {
    request.actor = actor();
    m_impl->ask<std::uint64_t>(std::move(answer), [request](Impl& impl, Answer<std::uint64_t> reply) {
        impl.stageCommand(request, true, std::move(reply));
    });
}

void ApiKeyHouse::note(const base::RoomId& room, const std::string& verb, const base::Identity& object) {
    m_impl->askNow<void>({}, [room, verb, object](Impl& impl) {
        auto done = impl.store.transact([&]() -> base::Result<void> {
            impl.store.addAudit({impl.clock.wallNow(), room, actor(), verb, object, {}});
            return {};
        });
        if (!done) base::log(base::LogLevel::warn, "house", base::describe(done.error()));
        return done;
    });
}

}  // namespace parlour::server

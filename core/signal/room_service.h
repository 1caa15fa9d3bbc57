// SPDX-License-Identifier: Apache-2.0
// LiveKit's RoomService as plain values: what a program with an API key may ask, in protobuf or in JSON (snake_case or
// camelCase in, snake_case out, 64-bit numbers as text). Stateless; any thread. Errors: invalidInput "malformed".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/signal/messages.h"

namespace parlour::signal {

/// A body above it is refused before it is read (LiveKit: 10 MiB). The largest good one: data of 15 KiB in base64.
inline constexpr std::size_t kMaxRoomServiceBody = 64 * 1024;

enum class RoomMethod {
    createRoom,
    listRooms,
    deleteRoom,
    listParticipants,
    getParticipant,
    removeParticipant,
    mutePublishedTrack,
    updateParticipant,
    sendData,
    updateRoomMetadata,
};
/// "CreateRoom"; nullopt for methods that are not offered here.
std::optional<RoomMethod> parseRoomMethod(std::string_view name);

/// All requests in one: each method reads the fields that LiveKit gives it.
struct RoomServiceCall {
    RoomMethod method = RoomMethod::listRooms;
    base::RoomId room;                           ///< CreateRoom: its name
    std::vector<base::RoomId> names;             ///< ListRooms; empty = all
    base::Identity identity;
    base::TrackSid track;
    bool muted = false;
    std::string metadata;                        ///< of the room or of the participant; UpdateParticipant: empty = unchanged
    std::string name;                            ///< UpdateParticipant; empty = unchanged
    std::optional<Permission> permission;        ///< UpdateParticipant: replaces all of it
    std::map<std::string, std::string> attributes;  ///< UpdateParticipant: deltas; "" deletes
    base::Bytes data;
    bool lossy = false;
    std::optional<std::string> topic;
    std::vector<base::Identity> destinations;    ///< both empty = everybody
    std::vector<base::ParticipantSid> destinationSids;
};

struct RoomList {
    std::vector<RoomInfo> rooms;
};
struct ParticipantList {
    std::vector<ParticipantInfo> participants;
};
struct MutedTrack {
    TrackInfo track;
};
struct EmptyReply {};
using RoomServiceReply = std::variant<EmptyReply, RoomInfo, RoomList, ParticipantInfo, ParticipantList, MutedTrack>;

enum class BodyForm { json, protobuf };

base::Result<RoomServiceCall> decodeRoomCall(RoomMethod method, BodyForm form, std::string_view body);
std::string encodeRoomReply(const RoomServiceReply& reply, BodyForm form);

/// One happening as a webhook tells it (LiveKit's WebhookEvent), in JSON.
struct WebhookEvent {
    std::string event;                           ///< "participant_joined"
    std::string id;                              ///< EV_…
    std::int64_t createdAtMs = 0;
    RoomInfo room;
    std::optional<ParticipantInfo> participant;
    std::optional<TrackInfo> track;
};
std::string toJson(const WebhookEvent& event);

}  // namespace parlour::signal

// SPDX-License-Identifier: Apache-2.0
// Answers of the RoomService and webhook events. JSON as LiveKit writes it: snake_case, empty fields too, int64 as text.
#include <nlohmann/json.hpp>

#include "core/signal/codec_parts.h"
#include "core/signal/room_service.h"
#include "livekit.pb.h"

namespace parlour::signal {
namespace {

using Json = nlohmann::ordered_json;
using wire::put;

constexpr const char* kSources[] = {"UNKNOWN", "CAMERA", "MICROPHONE", "SCREEN_SHARE", "SCREEN_SHARE_AUDIO"};
constexpr const char* kTypes[] = {"AUDIO", "VIDEO", "DATA"};
constexpr const char* kStates[] = {"JOINING", "JOINED", "ACTIVE", "DISCONNECTED"};
constexpr const char* kEncryptions[] = {"NONE", "GCM", "CUSTOM"};
constexpr const char* kFeatures[] = {"TF_STEREO", "TF_NO_DTX", "TF_AUTO_GAIN_CONTROL", "TF_ECHO_CANCELLATION",
                                     "TF_NOISE_SUPPRESSION", "TF_ENHANCED_NOISE_CANCELLATION", "TF_PRECONNECT_BUFFER"};
constexpr const char* kReasons[] = {"UNKNOWN_REASON",      "CLIENT_INITIATED", "DUPLICATE_IDENTITY", "SERVER_SHUTDOWN",
                                    "PARTICIPANT_REMOVED", "ROOM_DELETED",     "STATE_MISMATCH",     "JOIN_FAILURE",
                                    "MIGRATION",           "SIGNAL_CLOSE",     "ROOM_CLOSED",        "USER_UNAVAILABLE",
                                    "USER_REJECTED",       "SIP_TRUNK_FAILURE", "CONNECTION_TIMEOUT", "MEDIA_FAILURE",
                                    "AGENT_ERROR"};

template <class E, std::size_t N>
Json word(const char* const (&names)[N], E value) {
    const auto index = static_cast<std::size_t>(value);
    return index < N ? Json(names[index]) : Json(static_cast<int>(value));
}

Json json(const RoomInfo& room) {
    Json codecs = Json::array();
    for (const auto& codec : room.enabledCodecs) codecs.push_back({{"mime", codec.mime}, {"fmtp_line", codec.fmtpLine}});
    return {{"sid", room.sid.str()},
            {"name", room.name.str()},
            {"empty_timeout", room.emptyTimeoutS},
            {"departure_timeout", room.departureTimeoutS},
            {"max_participants", room.maxParticipants},
            {"creation_time", std::to_string(room.creationTimeMs / 1000)},
            {"creation_time_ms", std::to_string(room.creationTimeMs)},
            {"turn_password", ""},
            {"enabled_codecs", std::move(codecs)},
            {"metadata", room.metadata},
            {"num_participants", room.numParticipants},
            {"num_publishers", room.numPublishers},
            {"active_recording", room.activeRecording}};
}

Json json(const TrackInfo& track) {
    Json features = Json::array();
    for (const int feature : track.audioFeatures) features.push_back(word(kFeatures, feature));
    return {{"sid", track.sid.str()},
            {"type", word(kTypes, track.type)},
            {"name", track.name},
            {"muted", track.muted},
            {"disable_dtx", track.disableDtx},
            {"source", word(kSources, track.source)},
            {"mime_type", track.mimeType},
            {"mid", track.mid},
            {"stereo", track.stereo},
            {"disable_red", track.disableRed},
            {"encryption", word(kEncryptions, track.encryption)},
            {"stream", track.stream},
            {"audio_features", std::move(features)}};
}

Json json(const ParticipantInfo& person) {
    Json tracks = Json::array(), sources = Json::array(), attributes = Json::object();
    for (const auto& track : person.tracks) tracks.push_back(json(track));
    for (const auto source : person.permission.canPublishSources) sources.push_back(word(kSources, source));
    for (const auto& [key, value] : person.attributes) attributes[key] = value;
    const auto& p = person.permission;
    return {{"sid", person.sid.str()},
            {"identity", person.identity.str()},
            {"state", word(kStates, person.state)},
            {"tracks", std::move(tracks)},
            {"metadata", person.metadata},
            {"joined_at", std::to_string(person.joinedAtMs / 1000)},
            {"joined_at_ms", std::to_string(person.joinedAtMs)},
            {"name", person.name},
            {"version", person.version},
            {"permission",
             {{"can_subscribe", p.canSubscribe},
              {"can_publish", p.canPublish},
              {"can_publish_data", p.canPublishData},
              {"can_publish_sources", std::move(sources)},
              {"hidden", p.hidden},
              {"can_update_metadata", p.canUpdateMetadata}}},
            {"region", ""},
            {"is_publisher", person.isPublisher},
            {"kind", "STANDARD"},
            {"attributes", std::move(attributes)},
            {"disconnect_reason", word(kReasons, person.disconnectReason)}};
}

template <class T>
Json listOf(const std::vector<T>& items) {
    Json out = Json::array();
    for (const auto& one : items) out.push_back(json(one));
    return out;
}

struct JsonWriter {
    Json operator()(const EmptyReply&) const { return Json::object(); }
    Json operator()(const RoomInfo& room) const { return json(room); }
    Json operator()(const RoomList& list) const { return {{"rooms", listOf(list.rooms)}}; }
    Json operator()(const ParticipantInfo& person) const { return json(person); }
    Json operator()(const ParticipantList& list) const { return {{"participants", listOf(list.participants)}}; }
    Json operator()(const MutedTrack& muted) const { return {{"track", json(muted.track)}}; }
};

struct ProtobufWriter {
    std::string operator()(const EmptyReply&) const { return {}; }
    std::string operator()(const RoomInfo& room) const {
        livekit::Room out;
        put(room, out);
        return out.SerializeAsString();
    }
    std::string operator()(const RoomList& list) const {
        livekit::ListRoomsResponse out;
        for (const auto& room : list.rooms) put(room, *out.add_rooms());
        return out.SerializeAsString();
    }
    std::string operator()(const ParticipantInfo& person) const {
        livekit::ParticipantInfo out;
        put(person, out);
        return out.SerializeAsString();
    }
    std::string operator()(const ParticipantList& list) const {
        livekit::ListParticipantsResponse out;
        for (const auto& person : list.participants) put(person, *out.add_participants());
        return out.SerializeAsString();
    }
    std::string operator()(const MutedTrack& muted) const {
        livekit::MuteRoomTrackResponse out;
        put(muted.track, *out.mutable_track());
        return out.SerializeAsString();
    }
};

std::string text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

std::string encodeRoomReply(const RoomServiceReply& reply, BodyForm form) {
    if (form == BodyForm::protobuf) return std::visit(ProtobufWriter{}, reply);
    return text(std::visit(JsonWriter{}, reply));
}

std::string toJson(const WebhookEvent& event) {
    Json out{{"event", event.event}, {"room", json(event.room)}};
    if (event.participant) out["participant"] = json(*event.participant);
    if (event.track) out["track"] = json(*event.track);
    out["id"] = event.id;
    out["created_at"] = std::to_string(event.createdAtMs / 1000);
    return text(out);
}

}  // namespace parlour::signal

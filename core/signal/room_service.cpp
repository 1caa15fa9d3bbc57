// SPDX-License-Identifier: Apache-2.0
// Requests of the RoomService: protobuf by the generated classes, JSON by hand (the lite runtime has no reflection).
#include "core/signal/room_service.h"

#include <google/protobuf/io/coded_stream.h>

#include <nlohmann/json.hpp>

#include "core/signal/codec_parts.h"
#include "livekit.pb.h"

namespace parlour::signal {
namespace {

using Json = nlohmann::json;
using wire::get;
using wire::Limits;

constexpr std::pair<std::string_view, RoomMethod> kMethods[] = {
    {"CreateRoom", RoomMethod::createRoom},
    {"ListRooms", RoomMethod::listRooms},
    {"DeleteRoom", RoomMethod::deleteRoom},
    {"ListParticipants", RoomMethod::listParticipants},
    {"GetParticipant", RoomMethod::getParticipant},
    {"RemoveParticipant", RoomMethod::removeParticipant},
    {"MutePublishedTrack", RoomMethod::mutePublishedTrack},
    {"UpdateParticipant", RoomMethod::updateParticipant},
    {"SendData", RoomMethod::sendData},
    {"UpdateRoomMetadata", RoomMethod::updateRoomMetadata},
};
constexpr const char* kSourceNames[] = {"UNKNOWN", "CAMERA", "MICROPHONE", "SCREEN_SHARE", "SCREEN_SHARE_AUDIO"};

base::Unexpected<base::Error> malformed(std::string what) {
    return base::fail(base::ErrorKind::invalidInput, "malformed", "The body is not understood: " + std::move(what) + ".");
}

// ---- protobuf

template <class M>
bool parse(std::string_view body, M& message) {
    wire::quietProtobuf();
    google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(body.data()), static_cast<int>(body.size()));
    in.SetRecursionLimit(kMaxRecursion);
    return message.ParseFromCodedStream(&in) && in.ConsumedEntireMessage();
}

template <class M, class Take>
base::Result<RoomServiceCall> read(RoomMethod method, std::string_view body, Take take) {
    M message;
    if (!parse(body, message)) return malformed("not the protobuf of this method");
    RoomServiceCall call;
    call.method = method;
    Limits limits;
    take(message, call, limits);
    if (!limits.ok()) return malformed(limits.what());
    return call;
}

Permission readPermission(const livekit::ParticipantPermission& from) {
    livekit::ParticipantInfo carrier;
    *carrier.mutable_permission() = from;
    Limits any;
    return get(carrier, any).permission;
}

base::Result<RoomServiceCall> readProtobuf(RoomMethod method, std::string_view body) {
    const auto roomOnly = [](const auto& m, RoomServiceCall& call, Limits&) { call.room = base::RoomId(m.room()); };
    switch (method) {
    case RoomMethod::createRoom:
        return read<livekit::CreateRoomRequest>(method, body, [](const auto& m, RoomServiceCall& call, Limits&) {
            call.room = base::RoomId(m.name());
            call.metadata = m.metadata();
        });
    case RoomMethod::listRooms:
        return read<livekit::ListRoomsRequest>(method, body, [](const auto& m, RoomServiceCall& call, Limits& limits) {
            limits.count("names", m.names_size());
            for (const auto& name : m.names()) call.names.emplace_back(name);
        });
    case RoomMethod::deleteRoom: return read<livekit::DeleteRoomRequest>(method, body, roomOnly);
    case RoomMethod::listParticipants: return read<livekit::ListParticipantsRequest>(method, body, roomOnly);
    case RoomMethod::getParticipant:
    case RoomMethod::removeParticipant:
        return read<livekit::RoomParticipantIdentity>(method, body, [](const auto& m, RoomServiceCall& call, Limits&) {
            call.room = base::RoomId(m.room());
            call.identity = base::Identity(m.identity());
        });
    case RoomMethod::mutePublishedTrack:
        return read<livekit::MuteRoomTrackRequest>(method, body, [](const auto& m, RoomServiceCall& call, Limits&) {
            call.room = base::RoomId(m.room());
            call.identity = base::Identity(m.identity());
            call.track = base::TrackSid(m.track_sid());
            call.muted = m.muted();
        });
    case RoomMethod::updateParticipant:
        return read<livekit::UpdateParticipantRequest>(method, body, [](const auto& m, RoomServiceCall& call, Limits& limits) {
            limits.count("attributes", m.attributes().size(), kMaxAttributes);
            limits.count("can_publish_sources", m.permission().can_publish_sources_size(), 32);
            call.room = base::RoomId(m.room());
            call.identity = base::Identity(m.identity());
            call.metadata = m.metadata();
            call.name = m.name();
            for (const auto& [key, value] : m.attributes()) call.attributes.emplace(key, value);
            if (m.has_permission()) call.permission = readPermission(m.permission());
        });
    case RoomMethod::sendData:
        return read<livekit::SendDataRequest>(method, body, [](const auto& m, RoomServiceCall& call, Limits& limits) {
            limits.count("destination_identities", m.destination_identities_size());
            limits.count("destination_sids", m.destination_sids_size());
            call.room = base::RoomId(m.room());
            call.data = base::toBytes(base::asBytes(m.data()));
            call.lossy = m.kind() == livekit::DataPacket::LOSSY;
            if (m.has_topic()) call.topic = m.topic();
            for (const auto& one : m.destination_identities()) call.destinations.emplace_back(one);
            for (const auto& one : m.destination_sids()) call.destinationSids.emplace_back(one);
        });
    case RoomMethod::updateRoomMetadata:
        return read<livekit::UpdateRoomMetadataRequest>(method, body, [](const auto& m, RoomServiceCall& call, Limits&) {
            call.room = base::RoomId(m.room());
            call.metadata = m.metadata();
        });
    }
    return malformed("unknown method");
}

// ---- JSON

/// Fields of one object; the first of a wrong kind is remembered.
class Fields {
  public:
    explicit Fields(const Json& object) : m_object(object) {}
    const std::string& wrong() const { return m_wrong; }

    std::string text(const char* name) { return take<std::string>(name, &Json::is_string); }
    bool flag(const char* name) { return take<bool>(name, &Json::is_boolean); }
    bool has(const char* name) const { return find(name) != nullptr; }
    std::map<std::string, std::string> texts(const char* name) {
        std::map<std::string, std::string> out;
        const auto* value = find(name);
        if (value == nullptr) return out;
        if (!value->is_object() || value->size() > kMaxAttributes) return fail(name), out;
        for (const auto& [key, one] : value->items()) {
            if (!one.is_string()) return fail(name), out;
            out.emplace(key, one.get<std::string>());
        }
        return out;
    }
    template <class T>
    std::vector<T> list(const char* name) {
        std::vector<T> out;
        const auto* value = find(name);
        if (value == nullptr) return out;
        if (!value->is_array() || value->size() > kMaxRepeated) return fail(name), out;
        for (const auto& one : *value) {
            if (!one.is_string()) return fail(name), out;
            out.emplace_back(one.get<std::string>());
        }
        return out;
    }
    /// An enum by its name or its number.
    int choice(const Json& value, const char* field, std::span<const char* const> names) {
        if (value.is_number_unsigned() && value.get<std::uint64_t>() < names.size()) return static_cast<int>(value.get<std::uint64_t>());
        for (std::size_t i = 0; value.is_string() && i < names.size(); ++i)
            if (value.get_ref<const std::string&>() == names[i]) return static_cast<int>(i);
        fail(field);
        return 0;
    }
    /// Under its own name or under that of protojson ("track_sid", "trackSid"). null is as absent.
    const Json* find(const char* name) const {
        for (const auto& form : {std::string(name), camel(name)})
            if (const auto it = m_object.find(form); it != m_object.end() && !it->is_null()) return &*it;
        return nullptr;
    }
    void fail(const char* name) {
        if (m_wrong.empty()) m_wrong = std::string("field ") + name;
    }

  private:
    static std::string camel(std::string_view snake) {
        std::string out;
        for (std::size_t i = 0; i < snake.size(); ++i)
            out.push_back(snake[i] == '_' && i + 1 < snake.size() ? static_cast<char>(snake[++i] - 'a' + 'A') : snake[i]);
        return out;
    }
    template <class T>
    T take(const char* name, bool (Json::*is)() const noexcept) {
        const auto* value = find(name);
        if (value == nullptr) return {};
        if (!(value->*is)()) return fail(name), T{};
        return value->get<T>();
    }

    const Json& m_object;
    std::string m_wrong;
};

Permission readPermission(Fields& outer, const Json& object) {
    Permission out;
    if (!object.is_object()) return outer.fail("permission"), out;
    Fields in(object);
    out.canSubscribe = in.flag("can_subscribe");
    out.canPublish = in.flag("can_publish");
    out.canPublishData = in.flag("can_publish_data");
    out.canUpdateMetadata = in.flag("can_update_metadata");
    out.hidden = in.flag("hidden");
    if (const auto* sources = in.find("can_publish_sources")) {
        if (!sources->is_array() || sources->size() > 32) return outer.fail("permission"), out;
        for (const auto& one : *sources)
            out.canPublishSources.push_back(static_cast<TrackSource>(in.choice(one, "can_publish_sources", kSourceNames)));
    }
    if (!in.wrong().empty()) outer.fail("permission");
    return out;
}

base::Result<RoomServiceCall> readJson(RoomMethod method, std::string_view body) {
    const auto json = Json::parse(body.begin(), body.end(), nullptr, false);
    if (!json.is_object()) return malformed("not a JSON object");
    Fields in(json);
    RoomServiceCall call;
    call.method = method;
    call.room = base::RoomId(in.text(method == RoomMethod::createRoom ? "name" : "room"));
    call.names = in.list<base::RoomId>("names");
    call.identity = base::Identity(in.text("identity"));
    call.track = base::TrackSid(in.text("track_sid"));
    call.muted = in.flag("muted");
    call.metadata = in.text("metadata");
    if (method == RoomMethod::updateParticipant) {
        call.name = in.text("name");
        call.attributes = in.texts("attributes");
        if (const auto* permission = in.find("permission")) call.permission = readPermission(in, *permission);
    }
    if (method == RoomMethod::sendData) {
        constexpr const char* kKinds[] = {"RELIABLE", "LOSSY"};
        const auto text = in.text("data");
        auto bytes = base::fromBase64(text);
        if (!bytes) bytes = base::fromBase64Url(text);
        if (!bytes) in.fail("data");
        call.data = bytes.value_or(base::Bytes{});
        if (const auto* kind = in.find("kind")) call.lossy = in.choice(*kind, "kind", kKinds) == 1;
        if (in.has("topic")) call.topic = in.text("topic");
        call.destinations = in.list<base::Identity>("destination_identities");
        call.destinationSids = in.list<base::ParticipantSid>("destination_sids");
    }
    if (!in.wrong().empty()) return malformed(in.wrong());
    return call;
}

}  // namespace

std::optional<RoomMethod> parseRoomMethod(std::string_view name) {
    for (const auto& [word, method] : kMethods)
        if (word == name) return method;
    return std::nullopt;
}

base::Result<RoomServiceCall> decodeRoomCall(RoomMethod method, BodyForm form, std::string_view body) {
    if (body.size() > kMaxRoomServiceBody) return malformed("too large");
    return form == BodyForm::protobuf ? readProtobuf(method, body) : readJson(method, body);
}

}  // namespace parlour::signal

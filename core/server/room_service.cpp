// SPDX-License-Identifier: Apache-2.0
#include "core/server/room_service.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/server/livekit_endpoint.h"
#include "core/signal/data_packet.h"
#include "core/signal/room_service.h"

namespace parlour::server {

using base::Error;
using base::ErrorKind;
using signal::BodyForm;
using signal::RoomMethod;
using signal::RoomServiceCall;
using signal::RoomServiceReply;

namespace {

constexpr std::string_view kPrefix = "/twirp/";
constexpr std::string_view kService = "/twirp/livekit.RoomService/";
constexpr std::string_view kOurNames = "parlour.";   // attributes and topics that are the house's to write

struct TwirpError {
    int status;
    const char* code;
};

/// Twirp's own table of codes and statuses.
TwirpError twirpOf(const Error& error) {
    if (error.code == "malformed") return {400, "malformed"};
    if (error.code == "bad_route") return {404, "bad_route"};
    switch (error.kind) {
    case ErrorKind::invalidInput: return {400, "invalid_argument"};
    case ErrorKind::untrusted:
    case ErrorKind::expired: return {401, "unauthenticated"};
    case ErrorKind::notFound: return {404, "not_found"};
    case ErrorKind::refused: return {403, "permission_denied"};
    case ErrorKind::conflict: return {412, "failed_precondition"};
    case ErrorKind::exhausted: return {429, "resource_exhausted"};
    case ErrorKind::unreachable:
    case ErrorKind::unavailable:
    case ErrorKind::cancelled: return {503, "unavailable"};
    case ErrorKind::internal: return {500, "internal"};
    }
    return {500, "internal"};
}

net::HttpResponse errorResponse(const Error& error) {
    const auto [status, code] = twirpOf(error);
    const nlohmann::ordered_json body{{"code", code}, {"msg", error.advice.empty() ? error.message : error.message + " " + error.advice}};
    return net::HttpResponse::json(status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string bearerOf(const net::HttpRequest& request) {
    constexpr std::string_view kBearer = "Bearer ";
    const auto header = request.header("authorization");
    return header.starts_with(kBearer) ? std::string(header.substr(kBearer.size())) : std::string();
}

std::optional<BodyForm> formOf(std::string_view type) {
    type = type.substr(0, type.find(';'));
    if (type == "application/json") return BodyForm::json;
    if (type == "application/protobuf") return BodyForm::protobuf;
    return std::nullopt;
}

/// What LiveKit asks of the token for each method.
bool allowed(const signal::VideoGrant& grant, const RoomServiceCall& call) {
    switch (call.method) {
    case RoomMethod::createRoom:
    case RoomMethod::deleteRoom: return grant.roomCreate;
    case RoomMethod::listRooms: return grant.roomList;
    default: return grant.roomAdmin && !call.room.empty() && grant.room == call.room;
    }
}

}  // namespace

struct RoomService::Impl : std::enable_shared_from_this<RoomService::Impl> {
    Impl(HouseService& theHouse, LiveKitEndpoint& theEndpoint, const base::Clock& theClock, RoomServiceSettings theSettings)
        : house(theHouse), endpoint(theEndpoint), clock(theClock), settings(std::move(theSettings)) {}

    ApiKeyHouse house;
    LiveKitEndpoint& endpoint;
    const base::Clock& clock;
    RoomServiceSettings settings;

    using Reply = std::function<void(base::Result<RoomServiceReply>)>;

    base::Result<signal::AccessToken> check(const net::HttpRequest& request) const;
    base::Result<RoomServiceCall> read(const net::HttpRequest& request, BodyForm form) const;
    void run(RoomServiceCall call, Reply reply);
    void listRooms(const RoomServiceCall& call, Reply reply);
    void muteTrack(const RoomServiceCall& call, Reply reply);
    void updateParticipant(RoomServiceCall call, Reply reply);
    base::Result<void> checkUpdate(const RoomServiceCall& call, const signal::ParticipantInfo& person) const;
    void sendData(const RoomServiceCall& call, Reply reply);
    /// `then` once the house knows the room.
    void inRoom(const base::RoomId& room, const Reply& reply, std::function<void(const ApiKeyHouse::Room&)> then);
    void order(const RoomServiceCall& call, api::StageVerb verb, const Reply& reply, std::function<void()> then);
    signal::RoomInfo infoOf(const ApiKeyHouse::Room& room) const;
    /// "not_found" unless the person's transport is up.
    std::optional<signal::ParticipantInfo> person(const RoomServiceCall& call, const Reply& reply) const;
};

base::Result<signal::AccessToken> RoomService::Impl::check(const net::HttpRequest& request) const {
    const auto token = bearerOf(request);
    if (token.empty()) return base::fail(ErrorKind::untrusted, "token_missing", "No access token was given.");
    signal::TokenRules rules;
    rules.requireOurs = false;
    rules.requireJoin = false;
    rules.ownNames = settings.origins;
    auto parsed = signal::verifyToken(token, settings.keys, clock.wallNow(), rules);
    if (parsed) return parsed;
    Error error = std::move(parsed).error();
    error.kind = ErrorKind::untrusted;
    error.advice.clear();
    return base::Unexpected(std::move(error));
}

base::Result<RoomServiceCall> RoomService::Impl::read(const net::HttpRequest& request, BodyForm form) const {
    const auto method = signal::parseRoomMethod(std::string_view(request.path).substr(kService.size()));
    if (!method) return base::fail(ErrorKind::notFound, "bad_route", "This method is not offered here.");
    if (request.body.size() > signal::kMaxRoomServiceBody)
        return base::fail(ErrorKind::exhausted, "too_large", "The body is larger than 64 KiB.");
    return signal::decodeRoomCall(*method, form, request.body);
}

void RoomService::Impl::inRoom(const base::RoomId& room, const Reply& reply, std::function<void(const ApiKeyHouse::Room&)> then) {
    house.room(room, [self = shared_from_this(), reply, then = std::move(then)](base::Result<ApiKeyHouse::Room> found) {
        if (!found) return reply(base::Unexpected(std::move(found).error()));
        then(*found);
    });
}

std::optional<signal::ParticipantInfo> RoomService::Impl::person(const RoomServiceCall& call, const Reply& reply) const {
    auto found = endpoint.participant(call.room, call.identity);
    if (!found) reply(base::fail(ErrorKind::notFound, "participant_unknown", "This participant is not in the room."));
    return found;
}

signal::RoomInfo RoomService::Impl::infoOf(const ApiKeyHouse::Room& room) const {
    auto out = endpoint.roomInfo(room.name).value_or(signal::RoomInfo{});
    out.sid = room.sid;
    out.name = room.name;
    out.metadata = room.metadata;
    out.creationTimeMs = room.createdMs;
    out.emptyTimeoutS = static_cast<std::uint32_t>(room.emptyS);
    out.departureTimeoutS = static_cast<std::uint32_t>(room.departureS);
    out.enabledCodecs = {{"audio/opus", ""}};
    return out;
}

void RoomService::Impl::order(const RoomServiceCall& call, api::StageVerb verb, const Reply& reply, std::function<void()> then) {
    StageRequest request;
    request.room = call.room;
    request.verb = verb;
    request.target = call.identity;
    house.stage(std::move(request), [reply, then = std::move(then)](base::Result<std::uint64_t> done) {
        if (!done) return reply(base::Unexpected(std::move(done).error()));
        then();
    });
}

void RoomService::Impl::run(RoomServiceCall call, Reply reply) {
    const auto self = shared_from_this();
    const auto answerRoom = [self, reply](base::Result<ApiKeyHouse::Room> room) {
        if (!room) return reply(base::Unexpected(std::move(room).error()));
        reply(RoomServiceReply(self->infoOf(*room)));
    };
    switch (call.method) {
    case RoomMethod::createRoom: return house.createRoom(call.room, call.metadata, answerRoom);
    case RoomMethod::updateRoomMetadata: return house.setRoomMetadata(call.room, call.metadata, answerRoom);
    case RoomMethod::listRooms: return listRooms(call, std::move(reply));
    case RoomMethod::deleteRoom:
        return house.deleteRoom(call.room, [reply](base::Result<api::Nothing> done) {
            if (!done) return reply(base::Unexpected(std::move(done).error()));
            reply(RoomServiceReply(signal::EmptyReply{}));
        });
    case RoomMethod::listParticipants:
        return inRoom(call.room, reply, [self, reply](const ApiKeyHouse::Room& room) {
            reply(RoomServiceReply(signal::ParticipantList{self->endpoint.participants(room.name)}));
        });
    case RoomMethod::getParticipant:
        return inRoom(call.room, reply, [self, reply, call](const ApiKeyHouse::Room&) {
            if (auto found = self->person(call, reply)) reply(RoomServiceReply(std::move(*found)));
        });
    case RoomMethod::removeParticipant:
        return order(call, api::StageVerb::remove, reply, [reply] { reply(RoomServiceReply(signal::EmptyReply{})); });
    case RoomMethod::mutePublishedTrack: return muteTrack(call, std::move(reply));
    case RoomMethod::updateParticipant: return updateParticipant(std::move(call), std::move(reply));
    case RoomMethod::sendData: return sendData(call, std::move(reply));
    }
}

void RoomService::Impl::listRooms(const RoomServiceCall& call, Reply reply) {
    house.rooms([self = shared_from_this(), names = call.names, reply](base::Result<std::vector<ApiKeyHouse::Room>> rooms) {
        if (!rooms) return reply(base::Unexpected(std::move(rooms).error()));
        signal::RoomList out;
        for (const auto& room : *rooms)
            if (names.empty() || std::find(names.begin(), names.end(), room.name) != names.end())
                out.rooms.push_back(self->infoOf(room));
        reply(RoomServiceReply(std::move(out)));
    });
}

void RoomService::Impl::muteTrack(const RoomServiceCall& call, Reply reply) {
    const auto found = person(call, reply);
    if (!found) return;
    const auto track = std::find_if(found->tracks.begin(), found->tracks.end(), [&](const auto& t) { return t.sid == call.track; });
    if (track == found->tracks.end()) return reply(base::fail(ErrorKind::notFound, "track_unknown", "This participant has no such track."));
    auto out = *track;
    if (out.muted == call.muted) return reply(RoomServiceReply(signal::MutedTrack{std::move(out)}));
    // Whoever was muted opens the microphone again by an own act, never by somebody else's.
    if (!call.muted) return reply(base::fail(ErrorKind::conflict, "remote_unmute", "remote unmute not enabled"));
    out.muted = true;
    order(call, api::StageVerb::mute, reply, [reply, out] { reply(RoomServiceReply(signal::MutedTrack{out})); });
}

base::Result<void> RoomService::Impl::checkUpdate(const RoomServiceCall& call, const signal::ParticipantInfo& person) const {
    if (!call.name.empty() && call.name != person.name)
        return base::fail(ErrorKind::refused, "name_fixed", "The house gives the names of a room, so that nobody is taken for somebody else.");
    if (call.metadata.size() > ApiKeyHouse::kMaxMetadataBytes)
        return base::fail(ErrorKind::invalidInput, "bad_metadata", "Metadata of a participant has at most 16 KiB.");
    std::size_t bytes = 0;
    for (const auto& [key, value] : call.attributes) {
        bytes += key.size() + value.size();
        if (key.empty() || key.size() > kMaxAttributeName) return base::fail(ErrorKind::invalidInput, "bad_attribute", "The name of an attribute is not possible.");
        if (key.starts_with(kOurNames)) return base::fail(ErrorKind::refused, "house_attribute", "The house writes \"" + key + "\" itself.");
    }
    if (bytes > kMaxAttributeBytes) return base::fail(ErrorKind::invalidInput, "bad_attribute", "Attributes have at most 16 KiB.");
    // What gathers over many calls has to fit, with the house's own, into what a client reads at all.
    auto after = person.attributes;
    for (const auto& [key, value] : call.attributes) {
        if (value.empty()) after.erase(key);
        else after[key] = value;
    }
    std::size_t count = 0, total = 0;
    for (const auto& [key, value] : after) {
        if (key.starts_with(kOurNames)) continue;
        ++count;
        total += key.size() + value.size();
    }
    if (count > kMaxAttributesEach || total > kMaxAttributeBytes)
        return base::fail(ErrorKind::exhausted, "too_many_attributes", "A participant has at most 48 attributes, 16 KiB together.", "Take some out first.");
    if (!call.permission) return {};
    const auto& p = *call.permission;
    if (p.hidden) return base::fail(ErrorKind::refused, "no_hidden", "Nobody is hidden here.");
    if (!p.canSubscribe || !p.canPublishData)
        return base::fail(ErrorKind::conflict, "listener_rights",
                    "Whoever is in a room hears it and may write: give can_subscribe and can_publish_data, or remove the participant.");
    return {};
}

void RoomService::Impl::updateParticipant(RoomServiceCall call, Reply reply) {
    const auto found = person(call, reply);
    if (!found) return;
    if (auto good = checkUpdate(call, *found); !good) return reply(base::Unexpected(std::move(good).error()));
    const auto finish = [self = shared_from_this(), call, reply] {
        if (!call.metadata.empty() || !call.attributes.empty()) {
            self->endpoint.describe(call.room, call.identity, call.metadata, call.attributes);
            self->house.note(call.room, "participant_described", call.identity);
        }
        if (auto now = self->person(call, reply)) reply(RoomServiceReply(std::move(*now)));
    };
    const bool onStage = found->permission.canPublish;
    if (!call.permission || call.permission->canPublish == onStage) return finish();
    order(call, onStage ? api::StageVerb::down : api::StageVerb::invite, reply, finish);
}

void RoomService::Impl::sendData(const RoomServiceCall& call, Reply reply) {
    if (call.topic && call.topic->starts_with(kOurNames))
        return reply(base::fail(ErrorKind::refused, "house_topic", "The house writes on \"" + *call.topic + "\" itself."));
    signal::DataPacket packet;
    packet.kind = call.lossy ? signal::DataKind::lossy : signal::DataKind::reliable;
    packet.destinations = call.destinations;
    packet.value = signal::UserData{call.topic.value_or(""), call.data, {}};
    auto bytes = signal::encodeDataPacket(packet);
    if (bytes.size() > signal::kMaxDataPacket)
        return reply(base::fail(ErrorKind::invalidInput, "too_large", "A data packet has at most 15 KiB."));
    inRoom(call.room, reply, [self = shared_from_this(), call, reply, bytes = std::move(bytes)](const ApiKeyHouse::Room&) {
        self->endpoint.sendData(call.room, call.destinations, call.destinationSids, call.lossy, bytes);
        reply(RoomServiceReply(signal::EmptyReply{}));
    });
}

RoomService::RoomService(HouseService& house, LiveKitEndpoint& endpoint, const base::Clock& clock, RoomServiceSettings settings)
    : m_impl(std::make_shared<Impl>(house, endpoint, clock, std::move(settings))) {}

RoomService::~RoomService() = default;

bool RoomService::handle(const net::HttpRequest& request, const net::Respond& respond) {
    if (!request.path.starts_with(kPrefix)) return false;
    const auto refuse = [&](const base::Unexpected<Error>& error) {
        respond(errorResponse(base::Result<void>(error).error()));
        return true;
    };
    const auto form = formOf(request.header("content-type"));
    if (!request.path.starts_with(kService) || request.method != "POST" || !form)
        return refuse(base::fail(ErrorKind::notFound, "bad_route", "POST application/json or application/protobuf to " + std::string(kService) + "METHOD."));
    // Who asks comes first: a stranger learns nothing of methods, rooms or bodies.
    auto token = m_impl->check(request);
    if (!token) return refuse(base::Unexpected(std::move(token).error()));
    auto call = m_impl->read(request, *form);
    if (!call) return refuse(base::Unexpected(std::move(call).error()));
    if (!allowed(token->video, *call))
        return refuse(base::fail(ErrorKind::refused, "token_grant", "The access token gives no right to do that."));
    m_impl->run(std::move(*call), [respond, form = *form](base::Result<RoomServiceReply> reply) {
        if (!reply) return respond(errorResponse(reply.error()));
        net::HttpResponse response;
        response.headers["content-type"] = form == BodyForm::json ? "application/json" : "application/protobuf";
        response.headers["cache-control"] = "no-store";
        response.body = signal::encodeRoomReply(*reply, form);
        respond(std::move(response));
    });
    return true;
}

}  // namespace parlour::server

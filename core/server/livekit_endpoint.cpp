// SPDX-License-Identifier: Apache-2.0
#include "core/server/livekit_endpoint.h"

#include <algorithm>
#include <charconv>

#include "core/crypto/random.h"
#include "core/server/arrival_gate.h"
#include "core/server/live_room.h"
#include "core/server/participant_connection.h"
#include "core/signal/codec.h"

namespace parlour::server {
namespace {

const std::string kCors = "access-control-allow-origin";

net::HttpResponse plain(int status, std::string body) {
    auto response = net::HttpResponse::text(status, std::move(body));
    response.headers[kCors] = "*";
    return response;
}

/// "//rtc/" and "/rtc" are one path: SDKs append to whatever they were given (livekit-protocol 1.1).
std::string tidy(std::string_view path) {
    std::string out;
    for (const char c : path)
        if (c != '/' || out.empty() || out.back() != '/') out.push_back(c);
    while (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
}

bool isSignal(const std::string& path) { return path == "/rtc" || path == "/rtc/v1"; }
bool isValidate(const std::string& path) { return path == "/rtc/validate" || path == "/rtc/v1/validate"; }

/// nullopt: none. With one the client wants a single peer connection, on whichever path.
std::optional<base::Result<signal::JoinRequest>> joinRequestOf(const net::HttpRequest& request) {
    const auto it = request.query.find("join_request");
    if (it == request.query.end()) return std::nullopt;
    return signal::decodeJoinRequest(it->second);
}

std::string tokenOf(const net::HttpRequest& request) {
    constexpr std::string_view kBearer = "Bearer ";
    const auto header = request.header("authorization");
    if (header.substr(0, kBearer.size()) == kBearer) return std::string(header.substr(kBearer.size()));
    const auto it = request.query.find("access_token");
    return it == request.query.end() ? std::string() : it->second;
}

std::string queryOr(const net::HttpRequest& request, const char* name, const char* otherwise) {
    const auto it = request.query.find(name);
    return it == request.query.end() ? otherwise : it->second;
}

int number(const std::string& text, int otherwise) {
    int value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// The token is never in a text: SDKs write these bodies into logs (livekit-verified 3).
int statusOf(base::ErrorKind kind) {
    switch (kind) {
    case base::ErrorKind::untrusted:
    case base::ErrorKind::expired: return 401;
    case base::ErrorKind::refused: return 403;
    case base::ErrorKind::notFound: return 404;
    case base::ErrorKind::invalidInput: return 400;
    case base::ErrorKind::conflict: return 409;
    case base::ErrorKind::exhausted:
    case base::ErrorKind::unreachable:
    case base::ErrorKind::unavailable:
    case base::ErrorKind::cancelled: return 503;
    case base::ErrorKind::internal: return 500;
    }
    return 500;
}

std::string bodyOf(const base::Error& error) {
    // livekit-client looks for these words: by any others it takes a 404 for an old server and asks on the other path, for ever.
    if (error.code == "room_unknown") return "room_unknown: requested room does not exist";
    return error.code.empty() ? error.message : error.code + ": " + error.message;
}

signal::DisconnectReason reasonOf(Departure why) {
    switch (why) {
    case Departure::removed:
    case Departure::banned: return signal::DisconnectReason::participantRemoved;
    case Departure::roomEnded: return signal::DisconnectReason::roomDeleted;
    case Departure::duplicateIdentity: return signal::DisconnectReason::duplicateIdentity;
    }
    return signal::DisconnectReason::unknown;
}

}  // namespace

struct LiveKitEndpoint::Context : EndpointContext {};

LiveKitEndpoint::LiveKitEndpoint(base::Executor& net, const base::Clock& clock, BuiltinEngine& engine, EndpointHouse house)
    : m_context(new Context{{net, clock, engine, std::move(house), 0, 0, {}, {}, {}, {}, {}}}) {
    m_context->sisters = [this](const LiveRoom& room) {
        auto all = roomsOf(room.id());
        std::erase(all, &room);
        return all;
    };
    m_context->roomEmpty = [this](const LiveRoom& room) {
        // Not now: the room is on the call stack.
        m_context->net.post([this, key = std::pair(room.id(), room.overflow()), alive = std::weak_ptr<bool>(m_alive)] {
            if (alive.expired()) return;
            const auto it = m_rooms.find(key);
            if (it != m_rooms.end() && it->second->people().empty()) m_rooms.erase(it);
        });
    };
    m_context->news = [this](RoomNews news) {
        if (!m_news) return;
        if (news.what == RoomNews::What::participantJoined) {
            const bool fresh = m_started.insert_or_assign(news.room.name, news.room).second;
            if (fresh) m_news({RoomNews::What::roomStarted, news.room, {}, {}});
        }
        m_news(std::move(news));
    };
    MediaSink sink;
    sink.onSession = [this](SessionId session, SessionEvent event) {
        for (const auto& [id, room] : m_rooms)
            if (const auto person = room->find(session)) {
                person->handleEvent(std::move(event));
                return;
            }
    };
    sink.onSpeakers = [this](const base::RoomId& room, std::vector<SpeakerLevel> levels) {
        if (auto* r = findRoom(room, 0)) r->speakers(levels);  // the stage is in the main room
    };
    sink.onQuality = [this](const base::RoomId& room, std::vector<SessionQuality> list) {
        for (auto* r : roomsOf(room)) r->quality(list);
    };
    engine.setSink(std::move(sink));
}

LiveKitEndpoint::~LiveKitEndpoint() {
    m_alive.reset();
    m_context->engine.setSink({});
    m_rooms.clear();
}

std::vector<LiveRoom*> LiveKitEndpoint::roomsOf(const base::RoomId& talk) const {
    std::vector<LiveRoom*> out;
    for (auto it = m_rooms.lower_bound({talk, 0}); it != m_rooms.end() && it->first.first == talk; ++it)
        if (it->second) out.push_back(it->second.get());
    return out;
}

LiveRoom* LiveKitEndpoint::findRoom(const base::RoomId& talk, int overflow) const {
    const auto it = m_rooms.find({talk, overflow});
    return it == m_rooms.end() ? nullptr : it->second.get();
}

std::pair<LiveRoom*, std::shared_ptr<ParticipantConnection>> LiveKitEndpoint::findPerson(const base::RoomId& talk,
                                                                                         const base::Identity& who) const {
    for (auto* room : roomsOf(talk))
        if (auto person = room->find(who)) return {room, std::move(person)};
    return {};
}

bool LiveKitEndpoint::handleRequest(const net::HttpRequest& request, const net::Respond& respond) {
    const auto path = tidy(request.path);
    if (isSignal(path)) {
        respond(plain(404, "not found"));
        return true;
    }
    if (!isValidate(path)) return false;
    validate(request, respond);
    return true;
}

void LiveKitEndpoint::validate(const net::HttpRequest& request, const net::Respond& respond) {
    if (tidy(request.path) == "/rtc/v1/validate" && request.query.count("join_request") == 0)
        return respond(plain(400, "join_malformed: There is no join_request."));
    // The token first: unpacking what a stranger sends costs more than refusing it.
    m_context->house.validate(tokenOf(request), [respond, request](base::Result<void> valid) {
        if (!valid) return respond(plain(statusOf(valid.error().kind), bodyOf(valid.error())));
        const auto join = joinRequestOf(request);
        respond(join && !*join ? plain(400, bodyOf(join->error())) : plain(200, "success"));
    });
}

bool LiveKitEndpoint::handleUpgrade(const net::HttpRequest& request, const net::Upgrade& upgrade) {
    const auto path = tidy(request.path);
    if (isValidate(path)) {
        upgrade.refuse(plain(404, "not found"));
        return true;
    }
    if (!isSignal(path)) return false;
    SignalConnect connection;
    connection.token = tokenOf(request);
    if (auto join = joinRequestOf(request)) {
        if (!*join) {
            upgrade.refuse(plain(400, bodyOf(join->error())));
            return true;
        }
        auto& in = connection.request.emplace(std::move(**join));
        connection.resume = in.reconnect;
        connection.autoSubscribe = in.autoSubscribe;
        connection.protocol = in.protocol;
        connection.clientProtocol = in.clientProtocol;
    } else if (path == "/rtc/v1") {
        upgrade.refuse(plain(400, "join_malformed: There is no join_request."));
        return true;
    } else {
        connection.resume = queryOr(request, "reconnect", "0") == "1";
        connection.autoSubscribe = queryOr(request, "auto_subscribe", "1") != "0";
        connection.protocol = number(queryOr(request, "protocol", "17"), 17);
        connection.clientProtocol = number(queryOr(request, "client_protocol", "0"), 0);
    }
    SignalDoor door;
    door.accept = [upgrade]() -> std::shared_ptr<base::Channel> { return upgrade.accept(); };
    door.refuse = [upgrade](int status, std::string body) { upgrade.refuse(plain(status, std::move(body))); };
    door.later = [upgrade](int seconds, std::string body) {
        auto response = plain(503, std::move(body));
        response.headers["retry-after"] = std::to_string(seconds);
        upgrade.refuse(std::move(response));
    };
    connect(connection, std::move(door));
    return true;
}

void LiveKitEndpoint::connect(const SignalConnect& request, SignalDoor door) {
    if (m_draining) {
        door.refuse(503, "the server is restarting");
        return;
    }
    if (request.token.empty()) {
        door.refuse(401, "token_missing: No access token was given.");
        return;
    }
    m_context->house.admit({request.token, request.resume}, [this, request, door, alive = std::weak_ptr<bool>(m_alive)](
                                                                base::Result<Admission> admission) {
        if (alive.expired()) return;
        if (admission) {
            admitted(request, *admission, door);
            return;
        }
        if (request.resume && admission.error().code == "resume_unknown") {
            // Stock clients take this answer only from a signalling connection (livekit-protocol 6.1).
            const auto channel = door.accept();
            channel->send(signal::encode(signal::SignalResponse(
                signal::Leave{signal::DisconnectReason::stateMismatch, signal::LeaveAction::reconnect, true})));
            channel->close(1000, "leave");
            return;
        }
        if (const int seconds = retryAfterOf(admission.error()); seconds > 0 && door.later) {
            door.later(seconds, bodyOf(admission.error()));
            return;
        }
        door.refuse(statusOf(admission.error().kind), bodyOf(admission.error()));
    });
}

void LiveKitEndpoint::admitted(const SignalConnect& request, const Admission& admission, const SignalDoor& door) {
    const auto present = findPerson(admission.room, admission.identity).second;
    auto channel = door.accept();
    if (!channel) return;
    if (request.resume) {
        // Another kind of connections than before is no resume.
        if (present && present->single() == request.request.has_value()) {
            present->resume(std::move(channel), admission.refreshToken);
            if (request.request) present->begin(*request.request);
        } else {
            channel->send(signal::encode(signal::SignalResponse(
                signal::Leave{signal::DisconnectReason::stateMismatch, signal::LeaveAction::reconnect, true})));
            channel->close(1000, "leave");
        }
        return;
    }
    // One identity, one transport (T2): the older one goes first.
    if (present) present->end(signal::DisconnectReason::duplicateIdentity, signal::LeaveAction::disconnect);
    auto& slot = m_rooms[{admission.room, admission.overflow}];
    if (!slot) slot = std::make_unique<LiveRoom>(*m_context, admission);
    const base::ParticipantSid sid("PA_" + crypto::randomString(12));
    const auto session = m_context->engine.open(admission.room, admission.identity, sid, request.autoSubscribe, request.request.has_value());
    auto person = std::make_shared<ParticipantConnection>(*m_context, *slot, admission, sid, session, request.clientProtocol,
                                                          request.request.has_value());
    slot->add(person);
    person->join(std::move(channel), admission.refreshToken);
    if (request.request) person->begin(*request.request);
}

HouseEvents LiveKitEndpoint::houseEvents() {
    const auto guarded = [alive = std::weak_ptr<bool>(m_alive)](auto handler) {
        return [alive, handler](const auto& event) {
            if (!alive.expired()) handler(event);
        };
    };
    HouseEvents events;
    events.onPerson = guarded([this](const PersonChanged& change) {
        const auto [room, person] = findPerson(change.room, change.identity);
        if (!person) return;
        if (room->overflow() != change.overflow) {
            auto& other = m_rooms[{change.room, change.overflow}];
            if (!other) other = std::make_unique<LiveRoom>(*room, change.overflow);
            room->moveTo(*other, *person);
        }
        person->apply(change);
    });
    events.onGone = guarded([this](const PersonGone& gone) {
        if (gone.why == Departure::duplicateIdentity) return;  // done by admitted(), which knows the older one
        if (const auto person = findPerson(gone.room, gone.identity).second)
            person->end(reasonOf(gone.why), signal::LeaveAction::disconnect);
    });
    events.onRoom = guarded([this](const RoomChanged& change) {
        for (auto* room : roomsOf(change.room)) room->update(change);
    });
    events.onEnded = guarded([this](const RoomEnded& ended) {
        const auto it = m_started.find(ended.room);
        if (it == m_started.end()) return;
        auto room = std::move(it->second);
        m_started.erase(it);
        room.numParticipants = room.numPublishers = 0;
        if (m_news) m_news({RoomNews::What::roomFinished, std::move(room), {}, {}});
    });
    return events;
}

void LiveKitEndpoint::setTcpAddresses(std::vector<base::SocketAddress> addresses) { m_context->tcpAddresses = std::move(addresses); }

void LiveKitEndpoint::setRelays(Relays relays) { m_context->relays = std::move(relays); }

void LiveKitEndpoint::setNews(std::function<void(RoomNews)> news) { m_news = std::move(news); }

std::optional<signal::RoomInfo> LiveKitEndpoint::roomInfo(const base::RoomId& talk) const {
    const auto rooms = roomsOf(talk);
    if (rooms.empty()) return std::nullopt;
    auto out = rooms.front()->info();
    for (std::size_t i = 1; i < rooms.size(); ++i) {
        const auto more = rooms[i]->info();
        out.numParticipants += more.numParticipants;
        out.numPublishers += more.numPublishers;
    }
    return out;
}

std::vector<signal::ParticipantInfo> LiveKitEndpoint::participants(const base::RoomId& talk) const {
    std::vector<signal::ParticipantInfo> out;
    for (const auto* room : roomsOf(talk))
        for (const auto& [who, person] : room->people())
            if (person->active()) out.push_back(person->info());
    return out;
}

std::optional<signal::ParticipantInfo> LiveKitEndpoint::participant(const base::RoomId& talk, const base::Identity& who) const {
    const auto person = findPerson(talk, who).second;
    return person && person->active() ? std::optional(person->info()) : std::nullopt;
}

void LiveKitEndpoint::describe(const base::RoomId& talk, const base::Identity& who, const std::string& metadata,
                               const std::map<std::string, std::string>& attributes) {
    if (const auto person = findPerson(talk, who).second) person->describe(metadata, attributes);
}

void LiveKitEndpoint::sendData(const base::RoomId& talk, const std::vector<base::Identity>& who,
                               const std::vector<base::ParticipantSid>& sids, bool lossy, const base::Bytes& packet) {
    std::vector<std::shared_ptr<ParticipantConnection>> to;
    for (const auto* room : roomsOf(talk))
        for (const auto& [identity, person] : room->people())
            if ((who.empty() && sids.empty()) || std::find(who.begin(), who.end(), identity) != who.end() ||
                std::find(sids.begin(), sids.end(), person->info().sid) != sids.end())
                to.push_back(person);
    for (const auto& person : to) person->sendData(lossy, packet);   // may end: not while walking the lists
}

void LiveKitEndpoint::drain() {
    m_draining = true;
    for (const auto& [id, room] : m_rooms) room->drain();
}

EndpointStats LiveKitEndpoint::stats() const {
    EndpointStats out;
    out.malformed = m_context->malformed;
    out.limited = m_context->limited;
    for (const auto& [id, room] : m_rooms) {
        ++out.rooms;
        out.connections += room->people().size();
        for (const auto& [who, person] : room->people()) out.participants += person->active() ? 1 : 0;
    }
    return out;
}

}  // namespace parlour::server

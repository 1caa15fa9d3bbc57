// SPDX-License-Identifier: Apache-2.0
#include "core/server/livekit_house.h"

#include <sstream>

#include "core/base/log.h"
#include "core/crypto/random.h"
#include "core/server/api_keys.h"
#include "core/server/livekit_webhook.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

constexpr std::size_t kJtiBytes = 16;
constexpr const char* kCors = "access-control-allow-origin";

int statusOf(const base::Error& error) {
    if (error.code == "too_large") return 413;
    if (error.kind == ErrorKind::conflict) return 409;
    return error.kind == ErrorKind::untrusted || error.kind == ErrorKind::expired ? 401 : 400;
}

bool isSignalPath(const std::string& path) { return path == "/rtc" || path.starts_with("/rtc/"); }

net::HttpResponse elsewhere() {
    // Our clients take it as "stand in line", which leads them to ask for a token anew (session_waiting.cpp).
    auto response = net::HttpResponse::text(503, "waiting: The sound of this house is elsewhere; ask the house for a new token.");
    response.headers[kCors] = "*";
    return response;
}

}  // namespace

base::Result<signal::TokenKey> readLiveKitKey(const std::string& file) {
    auto keys = loadApiKeys(file);
    if (!keys) return base::Unexpected(std::move(keys).error());
    return std::move(keys->front());
}

struct LiveKitHouse::Impl {
    Impl(net::EventLoop& loop, const base::Clock& theClock, const LiveKitHouseSettings& theSettings, net::Url theUrl, net::Url service,
         signal::TokenKey theKey, LiveKitNames names, std::function<bool()> ours)
        : net(loop), clock(theClock), settings(theSettings), url(std::move(theUrl)), key(std::move(theKey)),
          client(loop, clock, std::move(service), key,
                 [&loop, ours = std::move(ours)](net::HttpCall call, net::HttpAnswer answer) {
                     if (!ours || ours()) return net::sendHttp(loop, std::move(call), std::move(answer));
                     loop.post([answer = std::move(answer)] {
                         answer(base::fail(ErrorKind::unavailable, kNotOurs, "Another server may run the house by now.", "Try again in a moment."));
                     });
                     return net::Pending();
                 }),
          rooms(std::make_shared<LiveKitRooms>(loop, clock, client)), engine(loop, rooms, std::move(names)), webhook(clock, key) {}

    net::EventLoop& net;
    const base::Clock& clock;
    const LiveKitHouseSettings settings;
    const net::Url url;
    const signal::TokenKey key;
    RoomServiceClient client;
    std::shared_ptr<LiveKitRooms> rooms;
    LiveKitEngine engine;
    LiveKitWebhook webhook;
    EndpointHouse house;
    bool draining = false;

    base::Result<std::string> mint(const Admission& admission, const std::string& room, base::WallTime& expires) const;
};

base::Result<std::string> LiveKitHouse::Impl::mint(const Admission& admission, const std::string& room, base::WallTime& expires) const {
    signal::AccessToken token;
    token.identity = admission.identity;
    token.id = crypto::randomToken(kJtiBytes);
    token.issuedAt = token.notBefore = clock.wallNow();
    token.expires = expires = token.issuedAt + settings.ticket;
    token.name = admission.name;
    for (const auto& [name, value] : admission.attributes)
        if (!value.empty()) token.attributes[name] = value;
    token.video.roomJoin = true;
    token.video.room = base::RoomId(room);
    token.video.canPublish = admission.rights.canPublish && !admission.rights.forcedMute;
    token.video.canSubscribe = admission.rights.canSubscribe;
    token.video.canPublishData = false;         // chat goes by the house
    token.video.canPublishSources = {"microphone"};
    token.video.canUpdateOwnMetadata = false;   // it would let a client write parlour.power
    return signal::mintToken(token, key);
}

base::Result<std::unique_ptr<LiveKitHouse>> LiveKitHouse::make(net::EventLoop& loop, const base::Clock& clock, const LiveKitHouseSettings& settings,
                                                               LiveKitNames names, std::function<bool()> ours) {
    const auto url = net::Url::parse(settings.url);
    if (!url || (url->scheme != "ws" && url->scheme != "wss"))
        return base::fail(ErrorKind::invalidInput, "livekit_url", "LiveKit's address has to be ws://HOST[:PORT] or wss://HOST[:PORT].",
                          "Correct --livekit-url.", settings.url);
    const auto service = settings.serviceUrl.empty() ? url : net::Url::parse(settings.serviceUrl);
    if (!service)
        return base::fail(ErrorKind::invalidInput, "livekit_url", "The address of LiveKit's API has to be http://HOST[:PORT] or https://HOST[:PORT].",
                          "Correct media.livekit_service_url.", settings.serviceUrl);
    auto key = readLiveKitKey(settings.keyFile);
    if (!key) return base::Unexpected(std::move(key).error());
    LiveKitHouseSettings kept = settings;
    kept.url = url->origin();
    return std::unique_ptr<LiveKitHouse>(
        new LiveKitHouse(std::make_unique<Impl>(loop, clock, kept, *url, *service, std::move(*key), std::move(names), std::move(ours))));
}

LiveKitHouse::LiveKitHouse(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
LiveKitHouse::~LiveKitHouse() = default;

LiveKitEngine& LiveKitHouse::engine() { return m_impl->engine; }
const net::Url& LiveKitHouse::url() const { return m_impl->url; }

void LiveKitHouse::attach(EndpointHouse house) {
    m_impl->house = house;
    m_impl->rooms->attach(std::move(house));
}

void LiveKitHouse::watchOver(base::Executor& house) {
    m_impl->rooms->onForgotten = [&house, engine = &m_impl->engine](const base::RoomId& room, const std::string& name) {
        house.post([engine, room, name] { engine->renew(room, name); });
    };
}

HouseEvents LiveKitHouse::houseEvents() {
    HouseEvents events;
    events.onPerson = [rooms = std::weak_ptr(m_impl->rooms)](const PersonChanged& change) {
        if (const auto there = rooms.lock()) there->tell(change);
    };
    events.onRoom = [rooms = std::weak_ptr(m_impl->rooms)](const RoomChanged& change) {
        if (const auto there = rooms.lock()) there->tell(change);
    };
    return events;   // who is gone was removed by the engine
}

bool LiveKitHouse::handleRequest(const net::HttpRequest& request, const net::Respond& respond) {
    if (isSignalPath(request.path)) {
        respond(elsewhere());
        return true;
    }
    if (request.path != kLiveKitWebhookPath) return false;
    if (request.method != "POST") {
        respond(net::HttpResponse::text(405, "only POST\n"));
        return true;
    }
    auto event = m_impl->webhook.take(request);
    if (!event) {
        respond(net::HttpResponse::text(statusOf(event.error()), event.error().code + ": " + event.error().message + "\n"));
        return true;
    }
    respond(net::HttpResponse::text(200, "ok\n"));
    m_impl->rooms->handle(*event);
    return true;
}

bool LiveKitHouse::handleUpgrade(const net::HttpRequest& request, const net::Upgrade& upgrade) {
    if (!isSignalPath(request.path)) return false;
    upgrade.refuse(elsewhere());
    return true;
}

void LiveKitHouse::exchange(api::JoinGrant grant, HouseService::Answer<api::JoinGrant> answer) {
    if (m_impl->draining)
        return answer(base::fail(ErrorKind::unavailable, "closing", "The server is restarting.", "Try again in a moment."));
    m_impl->house.admit({grant.token, false}, [impl = m_impl.get(), alive = std::weak_ptr(m_impl->rooms), grant,
                                               answer](base::Result<Admission> admission) mutable {
        if (alive.expired()) return;
        if (!admission) {
            if (admission.error().code == "waiting") return answer(std::move(grant));
            return answer(base::Unexpected(std::move(admission).error()));
        }
        const auto room = impl->rooms->expect(*admission);
        if (!room) return answer(base::fail(ErrorKind::refused, "removed", "You have just been removed from this room."));
        base::WallTime expires{};
        auto token = impl->mint(*admission, *room, expires);
        if (!token) return answer(base::Unexpected(std::move(token).error()));
        answer(api::JoinGrant{grant.room, grant.roomTitle, impl->settings.url, std::move(*token), base::toUnixMs(expires)});
    });
}

void LiveKitHouse::drain() { m_impl->draining = true; }

std::string LiveKitHouse::metricsText() const {
    std::ostringstream out;
    const auto row = [&](const char* type, const char* name, const char* help, auto value) {
        out << "# HELP parlour_livekit_" << name << ' ' << help << "\n# TYPE parlour_livekit_" << name << ' ' << type << "\nparlour_livekit_"
            << name << ' ' << value << '\n';
    };
    const auto rooms = m_impl->rooms->stats();
    const auto& calls = m_impl->client.stats();
    const auto& hooks = m_impl->webhook.stats();
    row("gauge", "up", "1 while the LiveKit server answers.", rooms.reachable ? 1 : 0);
    row("gauge", "rooms", "Live sessions on LiveKit.", rooms.rooms);
    row("gauge", "participants", "People in them.", rooms.people);
    row("counter", "removed_again_total", "People removed because they came back without being let in.", rooms.removedAgain);
    row("counter", "healed_total", "Differences found by looking, and mended.", rooms.healed);
    row("counter", "rooms_remade_total", "Rooms that LiveKit had lost.", rooms.remade);
    row("counter", "rooms_moved_total", "Rooms that LiveKit had forgotten while they went on.", rooms.moved);
    row("counter", "calls_total", "Calls of the RoomService.", calls.calls);
    row("counter", "call_retries_total", "Second and later attempts.", calls.retries);
    row("counter", "call_failures_total", "Calls given up.", calls.failures);
    row("counter", "call_overflows_total", "Calls refused because a queue was full.", calls.overflows);
    row("gauge", "calls_waiting", "Calls not answered yet.", calls.waiting);
    row("counter", "webhooks_total", "Webhooks taken.", hooks.taken);
    row("counter", "webhooks_refused_total", "Webhooks unsigned, changed, too old, too long or repeated.", hooks.refused);
    return out.str();
}

}  // namespace parlour::server

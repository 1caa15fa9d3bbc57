// SPDX-License-Identifier: Apache-2.0
#include "core/server/room_server.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/base/thread_executor.h"
#include "core/house/store/store.h"
#include "core/house/store/store_claim.h"
#include "core/net/http_client.h"
#include "core/net/http_server.h"
#include "core/net/interfaces.h"
#include "core/net/url.h"
#include "core/server/admin.h"
#include "core/server/api_keys.h"
#include "core/server/arrival_gate.h"
#include "core/server/builtin_engine.h"
#include "core/server/http_api.h"
#include "core/server/ice_tcp.h"
#include "core/server/livekit_house.h"
#include "core/server/livekit_endpoint.h"
#include "core/server/listening.h"
#include "core/server/metrics.h"
#include "core/server/room_service.h"
#include "core/server/store_opening.h"
#include "core/server/webhook_sender.h"

namespace parlour::server {

using base::ErrorKind;

// Stop order is that of ~Impl(): nobody is let in, the endpoint lets go, the house thread is joined, then the engine and the store
// it used go.
struct RoomServer::Impl {
    net::EventLoop& loop;
    const base::Clock& clock;
    const ServerConfig config;
    const base::TimePoint started;
    HouseAddress address;
    std::string pin;
    std::string httpUrl;
    std::function<std::string()> moreMetrics;
    std::function<bool()> ours;
    bool draining = false;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
    std::shared_ptr<DataFolder> folder;
    std::unique_ptr<FileLock> storeLock;
    std::unique_ptr<house::Store> store;
    std::unique_ptr<IceTcp> iceTcp;             // before the engine: what that still sends finds it
    std::unique_ptr<BuiltinEngine> engine;      // this, and the endpoint,
    std::unique_ptr<LiveKitHouse> livekit;      // or this
    std::shared_ptr<base::ThreadExecutor> houseThread;
    std::unique_ptr<HouseService> house;
    std::unique_ptr<ArrivalGate> arrivals;
    std::unique_ptr<LiveKitEndpoint> endpoint;
    std::unique_ptr<HttpApi> api;
    std::vector<signal::TokenKey> apiKeys;
    net::Pending hook;                    // the webhook on its way
    std::unique_ptr<WebhookSender> webhooks;
    std::unique_ptr<RoomService> roomService;
    std::unique_ptr<AdminCommands> commands;
    std::unique_ptr<net::HttpServer> http;
    std::unique_ptr<AdminSocket> admin;

    Impl(net::EventLoop& theLoop, const base::Clock& theClock, ServerConfig theConfig)
        : loop(theLoop), clock(theClock), config(std::move(theConfig)), started(theClock.now()) {}
    ~Impl();

    base::Result<void> openHouse();
    base::Result<void> openMedia();
    base::Result<void> openIceTcp();
    base::Result<void> readApiKeys();
    base::Result<void> openWebhooks();
    base::Result<void> openLiveKit();
    base::Result<void> listen();
    void handle(const net::HttpRequest& request, net::Respond respond);
    void handle(const net::HttpRequest& request, net::Upgrade upgrade);
    base::Result<void> fillAddress(bool tls);
    void openAdmin();
    void metrics(std::function<void(std::string)> answer);
};

RoomServer::Impl::~Impl() {
    *alive = false;
    admin.reset();
    http.reset();
    commands.reset();
    roomService.reset();
    webhooks.reset();
    hook.cancel();
    api.reset();
    endpoint.reset();
    arrivals.reset();
    house.reset();
    if (houseThread) houseThread->finish();
    livekit.reset();
    engine.reset();
    iceTcp.reset();
    // The loop may go on without us: what is posted there already still answers to the house's thread, which takes nothing any more.
    if (houseThread) loop.post([&l = loop, keep = houseThread] { l.post([keep] {}); });
}

namespace {

constexpr base::Duration kLockWait = std::chrono::seconds(5);

std::string originOf(bool tls, const std::string& host, std::uint16_t port) {
    net::Url url;
    url.scheme = tls ? "https" : "http";
    url.host = host;
    url.port = port;
    return url.origin();
}

}  // namespace

base::Result<void> RoomServer::Impl::openHouse() {
    auto opened = DataFolder::open(config.data.empty() ? defaultDataFolder() : config.data, kLockWait);
    if (!opened) return base::Unexpected(std::move(opened).error());
    folder = std::move(*opened);
    auto database = openStoreAlone(*folder, config.store);
    if (!database) return base::Unexpected(std::move(database).error());
    storeLock = std::move(database->lock);
    store = std::move(database->store);
    return {};
}

base::Result<void> RoomServer::Impl::openLiveKit() {
    LiveKitHouseSettings settings{config.livekitUrl, config.livekitServiceUrl, config.livekitKeyFile,
                                  std::chrono::ceil<std::chrono::seconds>(config.policy.grace)};
    const auto key = [](const base::RoomId& room) { return "livekit_room." + room.str(); };
    LiveKitNames names;
    names.load = [this, key](const base::RoomId& room) -> base::Result<std::optional<std::string>> {
        std::optional<std::string> name;
        auto done = store->transact([&]() -> base::Result<void> {
            name = store->meta(key(room));
            return {};
        });
        if (!done) return base::Unexpected(std::move(done).error());
        return name;
    };
    names.save = [this, key](const base::RoomId& room, const std::string& name) {
        return store->transact([&]() -> base::Result<void> {
            store->setMeta(key(room), name);
            return {};
        });
    };
    auto made = LiveKitHouse::make(loop, clock, settings, std::move(names), ours);
    if (!made) return base::Unexpected(std::move(made).error());
    livekit = std::move(*made);
    return {};
}

base::Result<void> RoomServer::Impl::openMedia() {
    if (config.media == MediaChoice::livekit) return openLiveKit();
    BuiltinEngineConfig media;
    if (config.listen.ip.isUnspecified()) {
        for (const auto& local : net::localAddresses()) media.bind.push_back({local.ip, config.udpPort});
        // A machine without network still talks to itself.
        if (media.bind.empty()) media.bind.push_back({base::IpAddress::v4({127, 0, 0, 1}), config.udpPort});
    } else {
        media.bind.push_back({config.listen.ip, config.udpPort});
    }
    if (const auto ip = base::IpAddress::parse(config.publicIp)) media.advertise.push_back(*ip);
    auto started_ = BuiltinEngine::start(loop, clock, media);
    if (!started_) return base::Unexpected(std::move(started_).error());
    engine = std::move(*started_);
    return {};
}

base::Result<void> RoomServer::Impl::openIceTcp() {
    if (config.tcpPort == 0) return {};
    const auto& udp = engine->addresses();
    if (std::any_of(udp.begin(), udp.end(), [&](const auto& a) { return a.port == config.tcpPort; }))
        return base::fail(ErrorKind::invalidInput, "bad_tcp_port", "UDP and TCP need different ports here.", "Correct server.tcp_port.");
    auto opened = IceTcp::open(loop, {config.listen.ip, config.tcpPort},
                               [this](const base::SocketAddress& local, const base::SocketAddress& from, base::Bytes datagram) {
                                   engine->handleStream({from, local, std::move(datagram)});
                               });
    if (!opened) return base::Unexpected(std::move(opened).error());
    iceTcp = std::move(*opened);
    engine->setStreams(config.tcpPort, [this](const StreamPacket& packet) { iceTcp->send(packet.to, packet.bytes); });
    std::vector<base::SocketAddress> addresses;
    for (const auto& one : udp) addresses.push_back({one.ip, config.tcpPort});
    endpoint->setTcpAddresses(std::move(addresses));
    return {};
}

base::Result<void> RoomServer::Impl::fillAddress(bool tls) {
    const auto bound = http->localAddress();
    const auto hosts = reachableHosts(config.listen.ip);
    for (const auto& host : hosts) address.origins.push_back(originOf(tls, host, bound.port));
    address.linkBase = address.origins.front();
    httpUrl = originOf(tls, config.listen.ip.isUnspecified() ? "127.0.0.1" : bound.ip.toString(), bound.port);
    address.houseName = config.name.empty() ? "Parlour" : config.name;
    address.pin = pin;
    if (!config.publicUrl.empty()) {
        const auto url = net::Url::parse(config.publicUrl);
        if (!url || url->path != "/" || !url->query.empty() || !url->fragment.empty())
            return base::fail(ErrorKind::invalidInput, "bad_public_url", "The public URL has to be https://HOST[:PORT] and nothing more.",
                              "Correct --public-url.", config.publicUrl);
        address.linkBase = url->withWebSocketScheme(false).origin();
        address.origins.insert(address.origins.begin(), address.linkBase);
        address.pin.clear();  // the proxy has a certificate of its own
    }
    address.wsUrl = "ws" + address.linkBase.substr(4);
    return {};
}

base::Result<void> RoomServer::Impl::readApiKeys() {
    if (!config.roomService && config.webhookUrl.empty()) return {};
    if (config.media == MediaChoice::livekit)
        return base::fail(ErrorKind::invalidInput, "api_on_livekit", "With LiveKit as the engine, LiveKit itself serves the API and sends webhooks.",
                          "Ask there, or take out livekit_api.room_service and livekit_api.webhook_url.");
    if (config.apiKeyFile.empty())
        return base::fail(ErrorKind::invalidInput, "key_file", "The LiveKit API and webhooks need a key file.", "Set livekit_api.key_file.");
    auto keys = loadApiKeys(config.apiKeyFile);
    if (!keys) return base::Unexpected(std::move(keys).error());
    apiKeys = std::move(*keys);
    return {};
}

base::Result<void> RoomServer::Impl::openWebhooks() {
    if (config.webhookUrl.empty()) return {};
    const auto url = net::Url::parse(config.webhookUrl);
    if (!url || (url->scheme != "http" && url->scheme != "https"))
        return base::fail(ErrorKind::invalidInput, "bad_webhook_url", "The webhook's address has to be http:// or https://.",
                          "Correct livekit_api.webhook_url.");
    const auto key = config.webhookKey.empty() ? apiKeys.begin()
                                               : std::find_if(apiKeys.begin(), apiKeys.end(), [&](const auto& k) { return k.id == config.webhookKey; });
    if (key == apiKeys.end())
        return base::fail(ErrorKind::invalidInput, "key_file", "The key that is to sign webhooks is not in the key file.",
                          "Correct livekit_api.webhook_key.");
    webhooks = std::make_unique<WebhookSender>(loop, clock, *key, [this, url = *url](WebhookSender::Message message, auto answer) {
        net::HttpCall call;
        call.method = "POST";
        call.url = url;
        call.headers = {{"content-type", "application/webhook+json"}, {"authorization", std::move(message.authorization)}};
        call.body = std::move(message.body);
        hook = net::sendHttp(loop, std::move(call), [answer](base::Result<net::HttpResponse> response) {
            if (!response) return answer(base::Unexpected(std::move(response).error()));
            answer(response->status);
        });
    });
    endpoint->setNews([this](const RoomNews& news) { webhooks->tell(news); });
    return {};
}

base::Result<void> RoomServer::Impl::listen() {
    auto listening = listeningOf(config, *folder, clock);
    if (!listening) return base::Unexpected(std::move(listening).error());
    pin = listening->pin;
    const bool secure = listening->settings.tls.has_value();
    net::HttpServerHandlers handlers;
    handlers.onRequest = [this](const net::HttpRequest& request, net::Respond respond) { handle(request, std::move(respond)); };
    handlers.onUpgrade = [this](const net::HttpRequest& request, net::Upgrade upgrade) { handle(request, std::move(upgrade)); };
    auto server = net::HttpServer::listen(loop, std::move(listening->settings), std::move(handlers));
    if (!server) return base::Unexpected(std::move(server).error());
    http = std::move(*server);
    return fillAddress(secure);
}

void RoomServer::Impl::handle(const net::HttpRequest& request, net::Respond respond) {
    if (livekit ? livekit->handleRequest(request, respond) : endpoint->handleRequest(request, respond)) return;
    if (api->handle(request, respond)) return;
    if (roomService && roomService->handle(request, respond)) return;
    respond(net::HttpResponse::text(404, "not found\n"));
}

void RoomServer::Impl::handle(const net::HttpRequest& request, net::Upgrade upgrade) {
    if (livekit ? livekit->handleUpgrade(request, upgrade) : endpoint->handleUpgrade(request, upgrade)) return;
    upgrade.refuse(net::HttpResponse::text(404, "not found\n"));
}

void RoomServer::Impl::openAdmin() {
    auto opened = AdminSocket::listen(folder->socketFile(), loop, [this, flag = alive](const std::string& line, std::function<void(std::string)> answer) {
        if (*flag) commands->run(line, std::move(answer));
    });
    if (opened)
        admin = std::move(*opened);
    else
        base::log(base::LogLevel::warn, "server", base::describe(opened.error()));
}

void RoomServer::Impl::metrics(std::function<void(std::string)> answer) {
    const auto text = [this](const EndpointStats& signalling, const MediaWorkerStats& media) {
        auto tcp = iceTcp ? iceTcp->stats() : IceTcpStats{};
        if (engine) tcp.dropped += engine->streamsDropped();
        const std::string more = moreMetrics ? moreMetrics() : std::string();
        return more + metricsText({signalling, media, arrivals->stats(), http->counters(), api->failedSecrets(),
                            std::chrono::duration<double>(clock.now() - started).count(), draining, tcp,
                            webhooks ? webhooks->stats() : WebhookStats{}});
    };
    if (livekit) return answer(text({}, {}) + livekit->metricsText());
    engine->stats([this, text, flag = alive, answer = std::move(answer)](MediaWorkerStats media) {
        if (*flag) answer(text(endpoint->stats(), media));
    });
}

base::Result<std::unique_ptr<RoomServer>> RoomServer::start(net::EventLoop& loop, const base::Clock& clock, const ServerConfig& config,
                                                            std::function<void(base::Result<std::size_t>)> ready) {
    return start(loop, clock, config, std::move(ready), {});
}

base::Result<std::unique_ptr<RoomServer>> RoomServer::start(net::EventLoop& loop, const base::Clock& clock, const ServerConfig& config,
                                                            std::function<void(base::Result<std::size_t>)> ready, OpenedHouse opened) {
    auto impl = std::make_unique<Impl>(loop, clock, config);
    Impl& s = *impl;
    const bool shared = opened.store != nullptr;   // then the folder and its socket are somebody else's, who lives longer
    s.folder = std::move(opened.folder);
    s.store = std::move(opened.store);
    s.moreMetrics = std::move(opened.moreMetrics);
    s.ours = std::move(opened.ours);
    if (!shared)
        if (auto done = s.openHouse(); !done) return base::Unexpected(std::move(done).error());
    if (auto done = s.readApiKeys(); !done) return base::Unexpected(std::move(done).error());
    auto relays = Relays::make(config);
    if (!relays) return base::Unexpected(std::move(relays).error());
    if (auto done = s.openMedia(); !done) return base::Unexpected(std::move(done).error());
    if (auto done = s.listen(); !done) return base::Unexpected(std::move(done).error());

    s.houseThread = std::make_shared<base::ThreadExecutor>("house", clock);
    s.house = std::make_unique<HouseService>(loop, *s.houseThread, clock, *s.store,
                                             s.livekit ? static_cast<MediaEngine&>(s.livekit->engine()) : *s.engine, config.policy);
    s.arrivals = std::make_unique<ArrivalGate>(clock);
    if (s.livekit) {
        s.livekit->attach(EndpointHouse::of(*s.house));   // whoever asks for a token has passed the gate
        s.house->setEvents(s.livekit->houseEvents());
    } else {
        s.endpoint = std::make_unique<LiveKitEndpoint>(loop, clock, *s.engine, throughGate(EndpointHouse::of(*s.house), *s.arrivals));
        s.house->setEvents(s.endpoint->houseEvents());
        if (auto done = s.openIceTcp(); !done) return base::Unexpected(std::move(done).error());
        s.endpoint->setRelays(std::move(*relays));
    }
    if (auto done = s.openWebhooks(); !done) return base::Unexpected(std::move(done).error());
    s.house->setAddress(s.address);
    HttpApiSettings api;
    api.origins = s.address.origins;
    api.failuresPerIp = static_cast<std::size_t>(config.failuresPerIp);
    api.metrics = config.listen.ip.isLoopback();
    const auto metrics = [raw = impl.get()](std::function<void(std::string)> answer) { raw->metrics(std::move(answer)); };
    api.metricsText = metrics;
    api.arrivals = s.arrivals.get();
    if (s.livekit) {
        api.sound = s.livekit->url();
        api.exchange = [raw = s.livekit.get(), flag = s.alive](api::JoinGrant grant, HouseService::Answer<api::JoinGrant> answer) {
            if (*flag) raw->exchange(std::move(grant), std::move(answer));
        };
    }
    s.api = std::make_unique<HttpApi>(*s.house, clock, std::move(api));
    if (config.roomService)
        s.roomService = std::make_unique<RoomService>(*s.house, *s.endpoint, clock, RoomServiceSettings{s.apiKeys, s.address.origins});
    s.commands = std::make_unique<AdminCommands>(*s.house, metrics);
    if (!shared) s.openAdmin();
    s.house->open([ready = std::move(ready), flag = s.alive](base::Result<std::size_t> rooms) {
        if (*flag && ready) ready(std::move(rooms));
    });
    if (s.livekit) {   // its rooms have gone on without us
        s.house->retell();
        s.livekit->watchOver(*s.houseThread);
        s.houseThread->post([raw = s.livekit.get()] { raw->engine().endForgotten(); });
    }
    return std::unique_ptr<RoomServer>(new RoomServer(std::move(impl)));
}

RoomServer::RoomServer(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
RoomServer::~RoomServer() = default;

HouseService& RoomServer::house() { return *m_impl->house; }
const DataFolder& RoomServer::folder() const { return *m_impl->folder; }
const HouseAddress& RoomServer::address() const { return m_impl->address; }
std::string RoomServer::httpUrl() const { return m_impl->httpUrl; }

std::vector<std::uint16_t> RoomServer::udpPorts() const {
    std::vector<std::uint16_t> ports;
    if (!m_impl->engine) return ports;   // LiveKit has its own
    for (const auto& address : m_impl->engine->addresses())
        if (std::find(ports.begin(), ports.end(), address.port) == ports.end()) ports.push_back(address.port);
    return ports;
}

std::string RoomServer::reach() const {
    const auto& config = m_impl->config;
    if (!config.publicUrl.empty()) return "Everybody who reaches " + m_impl->address.linkBase + " and has a link can join.";
    if (config.listen.ip.isLoopback()) return "Only programs on this computer can reach it.";
    if (config.tls == TlsChoice::none)
        return "Its links are refused on other computers, because nothing is encrypted: leave out --no-tls, or put a proxy with TLS in "
               "front and give its --public-url.";
    return "Everybody who reaches " + m_impl->address.linkBase + " over the network and has a link can join.";
}

void RoomServer::handle(const net::HttpRequest& request, net::Respond respond) { m_impl->handle(request, std::move(respond)); }
void RoomServer::handle(const net::HttpRequest& request, net::Upgrade upgrade) { m_impl->handle(request, std::move(upgrade)); }
void RoomServer::admin(const std::string& line, std::function<void(std::string)> answer) { m_impl->commands->run(line, std::move(answer)); }

void RoomServer::settle(bool abandon, std::function<void()> idle) {
    if (abandon) house::abandonStore(*m_impl->store);
    m_impl->house->probe([flag = m_impl->alive, idle = std::move(idle)](base::Result<void>) {
        if (*flag) idle();
    });
}

void RoomServer::drain(base::Duration within, std::function<void()> done) {
    if (m_impl->draining) return;
    m_impl->draining = true;
    m_impl->api->setDraining();
    if (m_impl->livekit) m_impl->livekit->drain();
    if (m_impl->endpoint) m_impl->endpoint->drain();
    m_impl->http->drain(within, std::move(done));
}

}  // namespace parlour::server

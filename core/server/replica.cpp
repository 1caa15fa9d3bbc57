// SPDX-License-Identifier: Apache-2.0
#include "core/server/replica.h"

#include <atomic>
#include <nlohmann/json.hpp>

#include "core/base/log.h"
#include "core/server/admin.h"
#include "core/server/claim_watch.h"
#include "core/server/listening.h"
#include "core/server/pass_on.h"
#include "core/server/replica_metrics.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

constexpr base::Duration kFolderWait = std::chrono::seconds(5);
constexpr base::Duration kPortPause = std::chrono::seconds(1);

/// The database's time of day, so that what one server signs and writes down is of the same day at the next, whatever their clocks say.
class HouseClock final : public base::Clock {
  public:
    explicit HouseClock(const base::Clock& own) : m_own(own) {}
    base::TimePoint now() const override { return m_own.now(); }
    base::WallTime wallNow() const override { return m_own.wallNow() + std::chrono::milliseconds(base::toMs(base::Duration(m_ahead.load(std::memory_order_relaxed)))); }
    void set(base::Duration ahead) { m_ahead.store(ahead.count(), std::memory_order_relaxed); }

  private:
    const base::Clock& m_own;
    std::atomic<base::Duration::rep> m_ahead{0};   // read by the house's thread, too
};

}  // namespace

struct Replica::Impl {
    net::EventLoop& loop;
    const base::Clock& clock;
    HouseClock houseClock{clock};
    ServerConfig config;
    std::function<void(ReplicaReady)> ready;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
    std::shared_ptr<DataFolder> folder;
    std::string httpUrl;
    house::ClaimSeen seen;
    base::TimePoint seenAt = base::kNever;
    bool mine = false;
    bool draining = false;
    std::function<void()> drained;
    std::uint64_t takeovers = 0;
    base::Timer again;
    std::unique_ptr<PassOn> passing;
    std::unique_ptr<RoomServer> server;        // while we hold the claim,
    std::unique_ptr<net::HttpServer> standby;  // and otherwise this, on the same port
    std::unique_ptr<net::HttpServer> others;   // where the other servers' requests come
    std::unique_ptr<AdminSocket> admin;
    std::unique_ptr<ClaimWatch> watch;

    Impl(net::EventLoop& theLoop, const base::Clock& theClock, ServerConfig theConfig, std::function<void(ReplicaReady)> whenReady)
        : loop(theLoop), clock(theClock), config(std::move(theConfig)), ready(std::move(whenReady)) {}
    ~Impl() { *alive = false; }

    base::Result<void> open();
    base::Result<void> openOthers();
    base::Result<void> openStandby();
    void openAdmin();
    void onSeen(const house::ClaimSeen& claim, bool ours);
    void onOpen(std::int64_t turn, std::unique_ptr<house::Store> store);
    void onClose();
    void ended();
    void standBy();
    void tellReady(RoomServer* running, std::size_t rooms);
    bool holderLives() const { return seenAt != base::kNever && !seen.address.empty() && seen.left > clock.now() - seenAt; }
    std::string metrics() const;
    void standbyRequest(const net::HttpRequest& request, net::Respond respond);
};

base::Result<void> Replica::Impl::openOthers() {
    net::HttpServerSettings settings;
    settings.listen = *config.replicaAddress;
    settings.limits.connectionsPerIp = 0;   // the other servers: each of their people has passed their limits
    settings.limits.webSocketConnectsPerMinute = 0;
    net::HttpServerHandlers handlers;
    handlers.onRequest = [this](const net::HttpRequest& request, net::Respond respond) {
        const auto inner = mine && server ? passedOn(request, seen.passKey) : std::nullopt;
        if (!inner) return respond(houseMoving());   // an earlier holder's key, or a stranger's: nothing is done for either
        if (isAdminLine(request))
            return server->admin(inner->body, [respond](std::string line) { respond(net::HttpResponse::json(200, std::move(line))); });
        server->handle(*inner, std::move(respond));
    };
    handlers.onUpgrade = [this](const net::HttpRequest& request, net::Upgrade upgrade) {
        const auto inner = mine && server ? passedOn(request, seen.passKey) : std::nullopt;
        if (!inner) return upgrade.refuse(houseMoving());
        server->handle(*inner, std::move(upgrade));
    };
    auto opened = net::HttpServer::listen(loop, std::move(settings), std::move(handlers));
    if (!opened) return base::Unexpected(std::move(opened).error());
    others = std::move(*opened);
    return {};
}

base::Result<void> Replica::Impl::openStandby() {
    auto listening = listeningOf(config, *folder, clock);
    if (!listening) return base::Unexpected(std::move(listening).error());
    const bool secure = listening->settings.tls.has_value();
    net::HttpServerHandlers handlers;
    handlers.onRequest = [this](const net::HttpRequest& request, net::Respond respond) { standbyRequest(request, std::move(respond)); };
    handlers.onUpgrade = [this](const net::HttpRequest& request, net::Upgrade upgrade) { passing->handle(request, std::move(upgrade)); };
    auto opened = net::HttpServer::listen(loop, std::move(listening->settings), std::move(handlers));
    if (!opened) return base::Unexpected(std::move(opened).error());
    standby = std::move(*opened);
    const auto bound = standby->localAddress();
    config.listen.port = bound.port;   // the same in every turn
    httpUrl = std::string(secure ? "https://" : "http://") +
              base::SocketAddress{bound.ip.isUnspecified() ? base::IpAddress::v4({127, 0, 0, 1}) : bound.ip, bound.port}.toString();
    return {};
}

void Replica::Impl::standbyRequest(const net::HttpRequest& request, net::Respond respond) {
    if (request.path == "/healthz") return respond(net::HttpResponse::text(200, "ok\n"));
    if (request.path == "/readyz") {
        const bool good = !draining && holderLives();
        return respond(net::HttpResponse::text(good ? 200 : 503, good ? "ready\n" : "not ready\n"));
    }
    if (request.path == "/metrics") {
        const bool here = config.listen.ip.isLoopback() && request.remote.ip.isLoopback() && request.header("x-forwarded-for").empty() &&
                          request.header("forwarded").empty();
        if (!here) return respond(net::HttpResponse::text(404, "not found\n"));
        return respond({200, {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}}, metrics()});
    }
    passing->handle(request, std::move(respond));
}

void Replica::Impl::openAdmin() {
    auto opened = AdminSocket::listen(folder->socketFile(), loop, [this, flag = alive](const std::string& line, std::function<void(std::string)> answer) {
        if (!*flag) return;
        if (server) return server->admin(line, std::move(answer));
        const auto command = nlohmann::json::parse(line, nullptr, false);
        const auto what = command.is_object() && command.contains("command") && command["command"].is_string() ? command["command"].get<std::string>() : "";
        if (what == "ping") return answer(R"({"ok":{}})");
        if (what == "metrics") return answer(nlohmann::json{{"ok", {{"text", metrics()}}}}.dump());
        passing->admin(line, std::move(answer));
    });
    if (opened)
        admin = std::move(*opened);
    else
        base::log(base::LogLevel::warn, "server", base::describe(opened.error()));
}

base::Result<void> Replica::Impl::open() {
    if (config.publicUrl.empty())
        return base::fail(ErrorKind::invalidInput, "replica_url", "Several servers of one house need the address under which people reach them all.",
                          "Give --public-url.");
    auto opened = DataFolder::open(config.data.empty() ? defaultDataFolder() : config.data, kFolderWait);
    if (!opened) return base::Unexpected(std::move(opened).error());
    folder = std::move(*opened);
    if (auto done = openOthers(); !done) return done;
    const auto where = DataFolder::storePlace(folder->path(), config.store);
    auto claims = house::HouseClaims::open(where, {thisProcess(), others->localAddress().toString()}, clock);
    if (!claims) return base::Unexpected(std::move(claims).error());
    passing = std::make_unique<PassOn>(loop);
    if (auto done = openStandby(); !done) return done;
    openAdmin();
    ClaimEvents events;
    events.onSeen = [this](const house::ClaimSeen& claim, bool ours) { onSeen(claim, ours); };
    events.onOpen = [this](std::int64_t turn, std::unique_ptr<house::Store> store) { onOpen(turn, std::move(store)); };
    events.onClose = [this] { onClose(); };
    // What the built-in engine does needs no database; a LiveKit server obeys two masters.
    const bool goesOnAlone = config.media == MediaChoice::builtin;
    watch = std::make_unique<ClaimWatch>(loop, clock, where, thisProcess(), std::move(*claims), std::move(events), goesOnAlone);
    watch->start();
    return {};
}

void Replica::Impl::onSeen(const house::ClaimSeen& claim, bool ours) {
    seen = claim;
    seenAt = clock.now();
    mine = ours;
    if (ours) houseClock.set(claim.ahead);
    std::optional<PassTarget> target;
    if (const auto address = base::SocketAddress::parse(claim.address); address && !ours && claim.left > base::Duration(0))
        target = PassTarget{*address, claim.passKey};
    if (target && !passing->hasTarget())
        base::log(base::LogLevel::info, "replica", "the house is run by " + claim.holderName + "; what is asked here is passed on to it");
    passing->setTarget(target);
    if (target) tellReady(nullptr, 0);
}

void Replica::Impl::onOpen(std::int64_t turn, std::unique_ptr<house::Store> store) {
    if (!mine || turn != seen.fence) return;   // of a turn that was over before its store was open
    if (draining) return watch->failed();
    ++takeovers;
    standby.reset();   // the port is the server's now
    OpenedHouse opened{folder, std::move(store), [this] { return metrics(); }, [this, flag = alive] { return *flag && watch->surelyOurs(); }};
    auto started = RoomServer::start(loop, houseClock, config, [this, flag = alive](base::Result<std::size_t> rooms) {
        if (!*flag) return;
        if (rooms) {
            base::log(base::LogLevel::info, "replica", "this server runs the house now, with " + std::to_string(*rooms) + " rooms");
            return tellReady(server.get(), *rooms);
        }
        base::log(base::LogLevel::error, "replica", base::describe(rooms.error()));
        watch->failed();
    }, std::move(opened));
    if (!started) {
        base::log(base::LogLevel::error, "replica", base::describe(started.error()));
        return watch->failed();
    }
    server = std::move(*started);
}

void Replica::Impl::onClose() {
    mine = false;
    if (!server) return ended();
    if (!draining)
        base::log(base::LogLevel::warn, "replica", "another server runs the house now: what ran here ends, and people come back to that one");
    server->settle(!draining, [this, flag = alive] {
        // Not inside a callback of what is destroyed.
        loop.post([this, flag] {
            if (*flag) ended();
        });
    });
}

void Replica::Impl::ended() {
    server.reset();
    standBy();
    watch->closed();
    // The server that was to say when it is drained is gone.
    if (drained) watch->stop(std::exchange(drained, nullptr));
}

void Replica::Impl::standBy() {
    if (draining || standby || server) return;
    if (auto done = openStandby(); !done) {
        base::log(base::LogLevel::error, "replica", base::describe(done.error()));
        again = loop.postAfter(kPortPause, [this] { standBy(); });
    }
}

void Replica::Impl::tellReady(RoomServer* running, std::size_t rooms) {
    if (auto tell = std::exchange(ready, nullptr)) tell({running, rooms, httpUrl});
}

std::string Replica::Impl::metrics() const {
    return replicaMetrics({server != nullptr && mine, seen, holderLives(), takeovers, passing->stats()});
}

base::Result<std::unique_ptr<Replica>> Replica::start(net::EventLoop& loop, const base::Clock& clock, const ServerConfig& config,
                                                      std::function<void(ReplicaReady)> ready) {
    auto impl = std::make_unique<Impl>(loop, clock, config, std::move(ready));
    if (auto done = impl->open(); !done) return base::Unexpected(std::move(done).error());
    return std::unique_ptr<Replica>(new Replica(std::move(impl)));
}

Replica::Replica(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Replica::~Replica() = default;

bool Replica::holds() const { return m_impl->mine && m_impl->server; }
std::string Replica::httpUrl() const { return m_impl->httpUrl; }

void Replica::drain(base::Duration within, std::function<void()> done) {
    auto& s = *m_impl;
    if (s.draining) return;
    s.draining = true;
    s.drained = std::move(done);
    const auto stop = [raw = m_impl.get(), flag = s.alive] {
        if (*flag && raw->drained) raw->watch->stop(std::exchange(raw->drained, nullptr));
    };
    if (!s.server) return stop();
    s.server->drain(within, stop);
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/net/http_server.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/net/http_connection.h"
#include "core/net/tcp_listener.h"

namespace parlour::net {

namespace {

/// Whoever has one IPv6 address has a whole /64: count that.
base::Bytes clientKey(const base::IpAddress& ip) {
    const auto bytes = ip.bytes();
    const auto view = std::as_bytes(bytes).first(ip.isV4() ? 4 : 8);
    return base::toBytes(view);
}

}  // namespace

struct HttpServer::Impl final : ConnectionOwner, std::enable_shared_from_this<Impl> {
    /// One place in the counts, from accepting a socket to its close.
    class Ticket {
      public:
        Ticket(std::weak_ptr<Impl> server, base::Bytes key) : m_server(std::move(server)), m_key(std::move(key)) {}
        Ticket(const Ticket&) = delete;
        Ticket& operator=(const Ticket&) = delete;
        ~Ticket() {
            if (const auto alive = m_server.lock()) alive->release(m_key);
        }

      private:
        std::weak_ptr<Impl> m_server;
        base::Bytes m_key;
    };
    struct Rate {
        base::TimePoint since{};
        std::size_t count = 0;
    };

    Impl(EventLoop& l, const Limits& lim, std::vector<base::IpAddress> inFront, HttpServerHandlers h)
        : loop(l), settings(lim), proxyList(std::move(inFront)), handler(std::move(h)) {}

    EventLoop& loop;
    Limits settings;
    std::vector<base::IpAddress> proxyList;
    HttpServerHandlers handler;
    HttpServerCounters counters;
    std::map<base::Bytes, std::size_t> perClient;
    std::map<base::Bytes, Rate> webSocketRate;
    std::map<std::uint64_t, std::shared_ptr<HttpConnection>> connections;
    std::vector<std::weak_ptr<WsSession>> sessions;
    std::uint64_t nextId = 1;
    bool isDraining = false;
    std::function<void()> drained;
    base::Timer drainTimer;
    std::unique_ptr<TcpListener> listener;
    base::SocketAddress local;

    const HttpServerHandlers& handlers() const override { return handler; }
    const Limits& limits() const override { return settings; }
    const std::vector<base::IpAddress>& proxies() const override { return proxyList; }
    bool isProxy(const base::IpAddress& ip) const { return std::find(proxyList.begin(), proxyList.end(), ip) != proxyList.end(); }
    HttpServerCounters& count() override { return counters; }
    bool draining() const override { return isDraining; }

    std::shared_ptr<void> admit(const base::SocketAddress& remote) {
        auto key = clientKey(remote.ip);
        auto& mine = perClient[key];
        if ((settings.connectionsPerIp != 0 && mine >= settings.connectionsPerIp && !isProxy(remote.ip)) || counters.open >= settings.connections) {
            ++counters.refusedByLimit;
            if (mine == 0) perClient.erase(key);
            return nullptr;
        }
        ++mine;
        ++counters.open;
        ++counters.accepted;
        return std::make_shared<Ticket>(weak_from_this(), std::move(key));
    }

    void release(const base::Bytes& key) {
        --counters.open;
        if (const auto it = perClient.find(key); it != perClient.end() && --it->second == 0) perClient.erase(it);
        if (isDraining && counters.open == 0) finishDrain();
    }

    void take(std::shared_ptr<TcpStream> stream) {
        const auto id = nextId++;
        auto connection = std::make_shared<HttpConnection>(loop, weak_from_this(), id, std::move(stream));
        connections.emplace(id, connection);
        connection->start();
    }

    bool admitWebSocket(const base::SocketAddress& remote) override {
        if (settings.webSocketConnectsPerMinute == 0 || isProxy(remote.ip)) return true;
        const auto now = loop.clock().now();
        constexpr auto kMinute = std::chrono::minutes(1);
        if (webSocketRate.size() > 4096)
            std::erase_if(webSocketRate, [&](const auto& entry) { return now - entry.second.since >= kMinute; });
        auto& rate = webSocketRate[clientKey(remote.ip)];
        if (rate.count == 0 || now - rate.since >= kMinute) rate = {now, 0};
        if (rate.count >= settings.webSocketConnectsPerMinute) return false;
        ++rate.count;
        return true;
    }

    void adopt(const std::shared_ptr<WsSession>& session) override {
        if (sessions.size() >= 64 && sessions.size() > 2 * counters.open)
            std::erase_if(sessions, [](const auto& weak) { return weak.expired(); });
        sessions.push_back(session);
    }

    void gone(std::uint64_t id) override { connections.erase(id); }

    void closeAll() {
        listener.reset();
        // Ending removes from the map: walk over a copy.
        const auto all = connections;
        for (const auto& [id, connection] : all) connection->abort();
        for (const auto& weak : sessions)
            if (const auto session = weak.lock()) session->abort();
        sessions.clear();
    }

    void finishDrain() {
        drainTimer.cancel();
        if (auto done = std::exchange(drained, nullptr)) loop.post(std::move(done));
    }
};

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}

HttpServer::~HttpServer() {
    m_impl->drained = nullptr;
    m_impl->closeAll();
    m_impl->handler = {};
}

base::Result<std::unique_ptr<HttpServer>> HttpServer::listen(EventLoop& loop, HttpServerSettings settings,
                                                             HttpServerHandlers handlers) {
    auto impl = std::make_shared<Impl>(loop, settings.limits, std::move(settings.proxies), std::move(handlers));
    const std::weak_ptr weak(impl);
    auto listener = TcpListener::open(
        loop, settings.listen, settings.limits,
        [weak](const base::SocketAddress& remote) -> std::shared_ptr<void> {
            const auto alive = weak.lock();
            return alive ? alive->admit(remote) : nullptr;
        },
        [weak](std::shared_ptr<TcpStream> stream) {
            if (const auto alive = weak.lock()) alive->take(std::move(stream));
        });
    if (!listener) return base::Unexpected(std::move(listener).error());
    if (settings.tls)
        if (auto set = (*listener)->setTls(*settings.tls); !set) return base::Unexpected(std::move(set).error());
    impl->local = (*listener)->localAddress();
    impl->listener = std::move(*listener);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

base::SocketAddress HttpServer::localAddress() const { return m_impl->local; }

base::Result<void> HttpServer::setTls(const TlsCredentials& credentials) {
    if (!m_impl->listener) return {};
    return m_impl->listener->setTls(credentials);
}

void HttpServer::drain(base::Duration within, std::function<void()> done) {
    m_impl->listener.reset();
    m_impl->isDraining = true;
    m_impl->drained = std::move(done);
    const auto all = m_impl->connections;
    for (const auto& [id, connection] : all) connection->drain();
    if (m_impl->counters.open == 0) return m_impl->finishDrain();
    m_impl->drainTimer = m_impl->loop.postAfter(within, [weak = std::weak_ptr(m_impl)] {
        const auto alive = weak.lock();
        if (!alive) return;
        alive->closeAll();
        alive->finishDrain();
    });
}

HttpServerCounters HttpServer::counters() const { return m_impl->counters; }

}  // namespace parlour::net

// SPDX-License-Identifier: Apache-2.0
#include "core/net/http_connection.h"

#include <atomic>
#include <utility>

#include "core/net/forwarded.h"

namespace parlour::net {

namespace {

constexpr auto kLinger = std::chrono::seconds(2);
constexpr std::size_t kShortAnswer = 64 * 1024;

/// Makes sure that a request is answered once, whatever its handler does with the Respond it was given.
class AnswerSlot {
  public:
    AnswerSlot(EventLoop& loop, std::weak_ptr<HttpConnection> connection, std::uint64_t request)
        : m_loop(loop), m_connection(std::move(connection)), m_request(request) {}
    ~AnswerSlot() { answer(HttpResponse::text(500, "The server made a mistake.\n")); }
    void answer(HttpResponse response) {
        if (m_done.exchange(true)) return;
        // Always by way of the loop: from other threads, and so that pipelined requests do not nest.
        m_loop.post([connection = m_connection, request = m_request, response = std::move(response)] {
            if (const auto alive = connection.lock()) alive->answer(request, response);
        });
    }

  private:
    EventLoop& m_loop;
    std::weak_ptr<HttpConnection> m_connection;
    std::uint64_t m_request;
    std::atomic<bool> m_done{false};
};

/// Given to who accepts an upgrade whose peer has gone meanwhile.
class GoneWebSocket final : public WebSocket {
  public:
    explicit GoneWebSocket(EventLoop& loop) : m_loop(loop) {}
    void send(std::span<const std::byte>) override {}
    void sendText(std::string_view) override {}
    void onMessage(std::function<void(std::span<const std::byte>)>) override {}
    void onText(std::function<void(std::string_view)>) override {}
    void onClosed(std::function<void(int, std::string)> closed) override {
        if (closed) m_loop.post([closed = std::move(closed)] { closed(1006, "connection lost"); });
    }
    void close(int, std::string) override {}
    bool sawText() const override { return false; }
    std::size_t queuedBytes() const override { return 0; }
    base::SocketAddress remoteAddress() const override { return {}; }
    base::SocketAddress localAddress() const override { return {}; }

  private:
    EventLoop& m_loop;
};

}  // namespace

struct Upgrade::State {
    State(EventLoop& l, std::weak_ptr<HttpConnection> c, std::uint64_t r)
        : loop(l), connection(c), request(r), slot(l, std::move(c), r) {}
    EventLoop& loop;
    std::weak_ptr<HttpConnection> connection;
    std::uint64_t request;
    AnswerSlot slot;
    bool decided = false;
};

std::shared_ptr<WebSocket> Upgrade::accept() const {
    const auto connection = m_state->connection.lock();
    auto channel = connection && !std::exchange(m_state->decided, true) ? connection->accept(m_state->request) : nullptr;
    return channel ? std::move(channel) : std::make_shared<GoneWebSocket>(m_state->loop);
}

void Upgrade::refuse(HttpResponse response) const {
    m_state->decided = true;
    m_state->slot.answer(std::move(response));
}

HttpConnection::HttpConnection(EventLoop& loop, std::weak_ptr<ConnectionOwner> owner, std::uint64_t id,
                               std::shared_ptr<TcpStream> stream)
    : m_loop(loop), m_owner(std::move(owner)), m_id(id), m_stream(std::move(stream)) {}

void HttpConnection::start() {
    const auto owner = m_owner.lock();
    if (!owner) return;
    m_limits = owner->limits();
    m_parser = std::make_unique<HttpRequestParser>(m_limits.headerBytes, m_limits.bodyBytes);
    const auto weak = weak_from_this();
    m_stream->onClosed([weak](const base::Error&) {
        if (auto self = weak.lock()) self->end();
    });
    m_stream->onBytes([weak](base::ByteView bytes) {
        if (auto self = weak.lock()) self->received(bytes);
    });
    setDeadline(m_limits.headerTime);
}

void HttpConnection::setDeadline(base::Duration in) {
    m_deadline = m_loop.postAfter(in, [weak = weak_from_this()] {
        if (auto self = weak.lock()) self->late();
    });
}

void HttpConnection::late() {
    switch (m_phase) {
        case Phase::header:
        case Phase::body:
            // Who has said nothing at all gets no answer either.
            m_heard ? refuse(408) : abort();
            break;
        case Phase::handling:
            m_keepAlive = false;
            answer(m_request, HttpResponse::text(503, "The server is busy; please try again.\n"));
            break;
        case Phase::idle:
            abort();
            break;
        case Phase::ended:
            break;
    }
}

void HttpConnection::received(base::ByteView bytes) {
    if (m_phase == Phase::ended) return;
    m_input.insert(m_input.end(), bytes.begin(), bytes.end());
    if (m_phase == Phase::handling) return;
    parse();
}

void HttpConnection::parse() {
    if (m_input.empty()) return;
    if (m_phase == Phase::idle) {
        m_phase = Phase::header;
        setDeadline(m_limits.headerTime);
    }
    m_heard = true;
    const auto used = m_parser->feed(m_input);
    m_input.erase(m_input.begin(), m_input.begin() + static_cast<std::ptrdiff_t>(used));
    switch (m_parser->state()) {
        case ParseState::header:
            break;
        case ParseState::body:
            if (m_phase == Phase::body) break;
            m_phase = Phase::body;
            setDeadline(m_limits.bodyTime);
            if (m_parser->expectsContinue()) m_stream->send(base::asBytes("HTTP/1.1 100 Continue\r\n\r\n"));
            break;
        case ParseState::done:
            handle();
            break;
        case ParseState::failed:
            refuse(m_parser->failureStatus());
            break;
    }
}

void HttpConnection::handle() {
    const auto owner = m_owner.lock();
    if (!owner) return abort();
    m_keepAlive = m_parser->keepAlive();
    auto request = m_parser->take();
    m_isHead = request.isHead;
    request.remote = m_stream->remoteAddress();
    if (!owner->proxies().empty()) request.remote.ip = clientAddress(request.remote.ip, request.header("x-forwarded-for"), owner->proxies());
    request.secure = m_stream->isSecure();
    if (!splitTarget(request)) return refuse(400);
    if (m_stream->queuedBytes() > m_limits.sendQueueBytes) {
        ++owner->count().slowReaders;
        return abort();
    }
    ++owner->count().requests;
    ++m_request;
    m_phase = Phase::handling;
    m_stream->setReading(false);
    setDeadline(m_limits.answerTime);
    if (hasToken(request.header("connection"), "upgrade") && hasToken(request.header("upgrade"), "websocket"))
        return upgrade(request);
    const auto slot = std::make_shared<AnswerSlot>(m_loop, weak_from_this(), m_request);
    if (!owner->handlers().onRequest) return slot->answer(HttpResponse::text(404, "There is nothing here.\n"));
    owner->handlers().onRequest(request, [slot](HttpResponse response) { slot->answer(std::move(response)); });
}

void HttpConnection::upgrade(const HttpRequest& request) {
    const auto owner = m_owner.lock();
    const Upgrade decision(std::make_shared<Upgrade::State>(m_loop, weak_from_this(), m_request));
    // RFC 6455 section 4.2.1 and 4.4.
    const auto key = request.header("sec-websocket-key");
    const auto keyBytes = base::fromBase64(key);
    if (request.header("sec-websocket-version") != "13") {
        auto response = HttpResponse::text(426, "This server speaks WebSocket version 13.\n");
        response.headers["sec-websocket-version"] = "13";
        return decision.refuse(std::move(response));
    }
    if (request.method != "GET" || request.isHead || !keyBytes || keyBytes->size() != 16)
        return decision.refuse(HttpResponse::text(400, "This is no WebSocket handshake.\n"));
    if (!owner->admitWebSocket(request.remote)) {
        ++owner->count().refusedByLimit;
        auto response = HttpResponse::text(429, "Too many connections in a short time; please wait a minute.\n");
        response.headers["retry-after"] = "60";
        return decision.refuse(std::move(response));
    }
    if (!owner->handlers().onUpgrade) return decision.refuse(HttpResponse::text(404, "There is nothing here.\n"));
    m_webSocketKey = std::string(key);
    owner->handlers().onUpgrade(request, decision);
}

std::shared_ptr<WebSocket> HttpConnection::accept(std::uint64_t request) {
    const auto owner = m_owner.lock();
    if (!owner || m_phase != Phase::handling || request != m_request || m_webSocketKey.empty()) return nullptr;
    const HttpResponse response{
        101, {{"upgrade", "websocket"}, {"connection", "Upgrade"}, {"sec-websocket-accept", acceptKey(m_webSocketKey)}}, {}};
    m_stream->send(base::asBytes(formatResponse(response, true, false, m_loop.clock().wallNow())));
    m_phase = Phase::ended;
    m_deadline.cancel();
    ++owner->count().upgrades;
    auto session = std::make_shared<WsSession>(m_loop, std::move(m_stream), WsRole::server, m_limits, std::move(m_input),
                                               [weak = m_owner](bool slow) {
                                                   const auto alive = weak.lock();
                                                   if (alive && slow) ++alive->count().slowReaders;
                                               });
    session->start();
    owner->adopt(session);
    owner->gone(m_id);
    return session->handle();
}

void HttpConnection::answer(std::uint64_t request, const HttpResponse& response) {
    if (m_phase != Phase::handling || request != m_request) return;
    m_webSocketKey.clear();
    const auto owner = m_owner.lock();
    const bool keepAlive = m_keepAlive && owner && !owner->draining();
    reply(response, keepAlive);
    if (!keepAlive) return;
    m_phase = Phase::idle;
    m_heard = false;
    m_parser = std::make_unique<HttpRequestParser>(m_limits.headerBytes, m_limits.bodyBytes);
    setDeadline(m_limits.idleTime);
    m_stream->setReading(true);
    parse();
}

/// Answers what cannot be a request and ends.
void HttpConnection::refuse(int status) {
    if (const auto owner = m_owner.lock()) ++owner->count().badRequests;
    const char* text = "This request cannot be understood.\n";
    if (status == 408) text = "The request took too long.\n";
    if (status == 413) text = "The request is too large.\n";
    if (status == 431) text = "The header of the request is too large.\n";
    if (status == 505) text = "This server speaks HTTP/1.1.\n";
    reply(HttpResponse::text(status, text), false);
}

void HttpConnection::reply(const HttpResponse& response, bool keepAlive) {
    const auto bytes = formatResponse(response, keepAlive, m_isHead, m_loop.clock().wallNow());
    m_stream->send(base::asBytes(bytes));
    if (keepAlive) return;
    // A long answer over a thin line takes its time.
    m_stream->closeAfterSending(bytes.size() > kShortAnswer ? m_limits.idleTime : base::Duration(kLinger));
    end();
}

void HttpConnection::abort() {
    if (m_stream) m_stream->close();
    end();
}

void HttpConnection::drain() {
    if (m_phase == Phase::idle || (m_phase == Phase::header && !m_heard)) abort();
}

void HttpConnection::end() {
    if (m_phase == Phase::ended) return;
    m_phase = Phase::ended;
    m_deadline.cancel();
    m_input.clear();
    const auto guard = shared_from_this();
    if (const auto owner = m_owner.lock()) owner->gone(m_id);
}

}  // namespace parlour::net

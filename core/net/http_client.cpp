// SPDX-License-Identifier: Apache-2.0
#include "core/net/http_client.h"

#include <charconv>
#include <utility>

#include "core/crypto/random.h"
#include "core/net/http_exchange.h"
#include "core/net/websocket.h"
#include "core/net/ws_session.h"

namespace parlour::net {

namespace {

constexpr std::size_t kHeaderBytes = 64 * 1024;
constexpr std::size_t kRefusalBody = 16 * 1024;

int retryAfter(const HttpResponse& response) {
    const auto text = response.header("retry-after");
    int seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc{} && end == text.data() + text.size() && seconds > 0 ? seconds : 0;
}

class Exchange : public std::enable_shared_from_this<Exchange> {
  public:
    using Answer = std::function<void(base::Result<ExchangeAnswer>)>;

    Exchange(EventLoop& loop, ExchangeRequest request, Answer answer)
        : m_loop(loop),
          m_request(std::move(request)),
          m_answer(std::move(answer)),
          m_parser(kHeaderBytes, m_request.maxBody, m_request.noBody) {}

    void start() {
        const auto weak = weak_from_this();
        m_timer = m_loop.postAfter(m_request.connect.timeout, [weak] {
            const auto self = weak.lock();
            if (!self) return;
            const auto& host = self->m_request.connect.host;
            if (self->m_stream)
                self->fail("answer_timeout", host + " does not answer in time.", "Try again in a moment.");
            else
                self->fail("connect_timeout", host + " does not answer.", "Check the address and your internet connection.");
        });
        // A hair longer than ours, so that one place words the timeout.
        auto options = m_request.connect;
        options.timeout += std::chrono::seconds(1);
        m_connecting = connectTcp(m_loop, std::move(options), [weak](auto stream) {
            const auto self = weak.lock();
            if (!self) return;
            if (!stream) return self->finish(base::Unexpected(std::move(stream).error()));
            self->connected(std::move(*stream));
        });
    }

    void abort() {
        m_answer = nullptr;
        fail("cancelled", "Given up.", {});
    }

  private:
    void connected(std::shared_ptr<TcpStream> stream) {
        m_stream = std::move(stream);
        const auto weak = weak_from_this();
        m_stream->onBytes([weak](base::ByteView bytes) {
            if (auto self = weak.lock()) self->received(bytes);
        });
        m_stream->onClosed([weak](const base::Error& why) {
            if (auto self = weak.lock()) self->closed(why);
        });
        m_stream->send(base::asBytes(m_request.bytes));
        m_request.bytes.clear();
    }

    void received(base::ByteView bytes) {
        m_input.insert(m_input.end(), bytes.begin(), bytes.end());
        const auto used = m_parser.feed(m_input);
        m_input.erase(m_input.begin(), m_input.begin() + static_cast<std::ptrdiff_t>(used));
        judge();
    }

    void closed(const base::Error& why) {
        m_parser.end();
        if (m_parser.state() == ParseState::done) return judge();
        fail("connection_lost", m_request.connect.host + " broke off the connection.", "Try again in a moment.", why.detail);
    }

    void judge() {
        if (m_parser.state() == ParseState::failed) {
            if (m_parser.tooLong())
                return fail("answer_too_long", m_request.connect.host + " sends more than it should.", {});
            return fail("bad_http", m_request.connect.host + " answers with something that is not HTTP.",
                        "Check the address and its port.");
        }
        if (m_parser.state() != ParseState::done) return;
        auto response = m_parser.take();
        // 100 Continue and 103 Early Hints go before the answer (RFC 9110 section 15.2).
        if (response.status >= 100 && response.status < 200 && response.status != 101)
            return fail("bad_http", m_request.connect.host + " answers with an unexpected status.", {});
        m_stream->onBytes(nullptr);
        m_stream->onClosed(nullptr);
        m_stream->setReading(false);
        finish(ExchangeAnswer{std::move(response), std::move(m_stream), std::move(m_input)});
    }

    void fail(std::string code, std::string message, std::string advice, std::string detail = {}) {
        finish(base::fail(base::ErrorKind::unreachable, std::move(code), std::move(message), std::move(advice),
                          std::move(detail)));
    }

    void finish(base::Result<ExchangeAnswer> result) {
        if (std::exchange(m_done, true)) return;
        m_timer.cancel();
        m_connecting.cancel();
        m_stream.reset();
        if (auto answer = std::exchange(m_answer, nullptr)) answer(std::move(result));
    }

    EventLoop& m_loop;
    ExchangeRequest m_request;
    Answer m_answer;
    HttpResponseParser m_parser;
    base::Bytes m_input;
    base::Timer m_timer;
    Pending m_connecting;
    std::shared_ptr<TcpStream> m_stream;
    bool m_done = false;
};

ConnectOptions optionsFor(const Url& url, const TlsTrust& trust, base::Duration timeout) {
    return {url.host, url.port, url.isSecure() ? std::optional(trust) : std::nullopt, timeout};
}

}  // namespace

Pending exchange(EventLoop& loop, ExchangeRequest request, std::function<void(base::Result<ExchangeAnswer>)> answer) {
    auto running = std::make_shared<Exchange>(loop, std::move(request), std::move(answer));
    running->start();
    return Pending([running] { running->abort(); });
}

Pending sendHttp(EventLoop& loop, HttpCall call, HttpAnswer answer) {
    ExchangeRequest request;
    request.connect = optionsFor(call.url, call.trust, call.timeout);
    request.bytes = formatRequest(call.method, call.url, call.headers, call.body, false);
    request.noBody = call.method == "HEAD";
    request.maxBody = call.maxBody;
    return exchange(loop, std::move(request), [answer = std::move(answer)](base::Result<ExchangeAnswer> result) {
        if (!result) return answer(base::Unexpected(std::move(result).error()));
        answer(std::move(result->response));
    });
}

Pending connectWebSocket(EventLoop& loop, WebSocketRequest request, WebSocketAnswers answers) {
    const auto key = base::toBase64(crypto::randomBytes(16));
    auto headers = request.headers;
    headers["upgrade"] = "websocket";
    headers["connection"] = "Upgrade";
    headers["sec-websocket-version"] = "13";
    headers["sec-websocket-key"] = key;

    ExchangeRequest exchangeRequest;
    exchangeRequest.connect = optionsFor(request.url, request.trust, request.timeout);
    exchangeRequest.bytes = formatRequest("GET", request.url.withWebSocketScheme(false), headers, {}, true);
    exchangeRequest.maxBody = 1024 * 1024;
    return exchange(
        loop, std::move(exchangeRequest),
        [&loop, key, limits = request.limits, host = request.url.host,
         answers = std::move(answers)](base::Result<ExchangeAnswer> result) {
            if (!result) return answers.onRefused({std::move(result).error(), 0, {}});
            const auto& response = result->response;
            if (response.status != 101)
                return answers.onRefused({base::Error{base::ErrorKind::refused, "upgrade_refused",
                                                      host + " refuses the connection (HTTP status " +
                                                          std::to_string(response.status) + ").",
                                                      {},
                                                      {}},
                                          response.status, response.body.substr(0, kRefusalBody), retryAfter(response)});
            // RFC 6455 section 4.1: all of these must hold, and nothing may be chosen that we did not offer.
            if (!hasToken(response.header("connection"), "upgrade") || !hasToken(response.header("upgrade"), "websocket") ||
                response.header("sec-websocket-accept") != acceptKey(key) ||
                response.headers.count("sec-websocket-extensions") > 0 || response.headers.count("sec-websocket-protocol") > 0)
                return answers.onRefused({base::Error{base::ErrorKind::unreachable, "bad_http",
                                                      host + " answers with something that is not a WebSocket.",
                                                      "Check the address and its port.",
                                                      {}},
                                          0,
                                          {}});
            auto session = std::make_shared<WsSession>(loop, std::move(result->stream), WsRole::client, limits,
                                                       std::move(result->early));
            session->start();
            answers.onOpen(session->handle());
        });
}

}  // namespace parlour::net

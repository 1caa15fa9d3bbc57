// SPDX-License-Identifier: Apache-2.0
// Real sockets on loopback, driven on the test's own thread: wait for a condition, never for time to pass.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/byte_io.h"
#include "core/net/event_loop.h"
#include "core/net/http_client.h"
#include "core/net/http_server.h"
#include "core/net/tcp_stream.h"
#include "core/net/websocket.h"

namespace parlour::tests {

inline constexpr auto kPatience = std::chrono::seconds(20);

/// A raw connection that collects what comes; for saying what no proper client says.
struct RawPeer {
    std::shared_ptr<net::TcpStream> stream;
    std::string got;
    std::size_t bytes = 0;  ///< all that came, also when `keep` is off
    bool keep = true;
    bool closed = false;
    void say(std::string_view text) { stream->send(base::asBytes(text)); }
    bool has(std::string_view text) const { return got.find(text) != std::string::npos; }
};

/// What a WebSocket end saw.
struct Seen {
    std::shared_ptr<net::WebSocket> channel;
    std::vector<base::Bytes> messages;
    std::vector<std::string> texts;
    std::optional<int> code;
    std::string reason;

    void watch(std::shared_ptr<net::WebSocket> ws, bool withText = true) {
        channel = std::move(ws);
        channel->onClosed([this](int c, std::string r) {
            code = c;
            reason = std::move(r);
        });
        if (withText) channel->onText([this](std::string_view t) { texts.emplace_back(t); });
        channel->onMessage([this](base::ByteView m) { messages.push_back(base::toBytes(m)); });
    }
};

struct NetLab {
    net::EventLoop loop;

    bool until(const std::function<bool()>& done) { return loop.runUntil(done, kPatience); }

    static base::SocketAddress anyPort(const char* ip = "127.0.0.1") { return {*base::IpAddress::parse(ip), 0}; }

    static net::Url urlOf(const net::HttpServer& server, const std::string& rest = "/", const std::string& scheme = "http") {
        return *net::Url::parse(scheme + "://" + server.localAddress().toString() + rest);
    }

    std::unique_ptr<RawPeer> raw(const base::SocketAddress& to) {
        auto peer = std::make_unique<RawPeer>();
        bool failed = false;
        auto pending = net::connectTcp(loop, {to.ip.toString(), to.port, std::nullopt}, [&](auto stream) {
            if (stream)
                peer->stream = std::move(*stream);
            else
                failed = true;
        });
        if (!until([&] { return failed || peer->stream; }) || failed) return nullptr;
        peer->stream->onClosed([p = peer.get()](const base::Error&) { p->closed = true; });
        peer->stream->onBytes([p = peer.get()](base::ByteView bytes) {
            p->bytes += bytes.size();
            if (p->keep) p->got += base::asText(bytes);
        });
        return peer;
    }

    base::Result<net::HttpResponse> ask(net::HttpCall call) {
        std::optional<base::Result<net::HttpResponse>> out;
        auto pending = net::sendHttp(loop, std::move(call), [&](auto answer) { out = std::move(answer); });
        if (!until([&] { return out.has_value(); }))
            return base::fail(base::ErrorKind::internal, "test_timeout", "No answer within the test's patience.");
        return std::move(*out);
    }
    base::Result<net::HttpResponse> get(const net::Url& url) {
        net::HttpCall call;
        call.url = url;
        return ask(std::move(call));
    }

    struct Opened {
        std::shared_ptr<net::WebSocket> channel;
        std::optional<net::WebSocketRefusal> refusal;
    };
    Opened open(net::WebSocketRequest request) {
        Opened out;
        auto pending = net::connectWebSocket(loop, std::move(request),
                                             {[&](auto channel) { out.channel = std::move(channel); },
                                              [&](auto refusal) { out.refusal = std::move(refusal); }});
        until([&] { return out.channel || out.refusal; });
        return out;
    }
};

}  // namespace parlour::tests

// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>

#include "core/net/tls.h"
#include "tests/support/catch.h"
#include "tests/support/net_lab.h"

using namespace parlour;
using namespace parlour::net;
using tests::NetLab;
using tests::Seen;

namespace {

SelfSigned certificate(const std::vector<std::string>& names = {"127.0.0.1", "localhost", "::1"}, int days = 825,
                       int startDay = 0) {
    base::WallTime now = net::EventLoop().clock().wallNow();
    auto made = makeSelfSigned(names, now + std::chrono::days(startDay), days);
    REQUIRE(made);
    return std::move(*made);
}

struct Server {
    std::unique_ptr<HttpServer> http;
    Seen seen;
    Server(NetLab& lab, const SelfSigned& own, Limits limits = {}) {
        auto result = HttpServer::listen(
            lab.loop, {NetLab::anyPort(), own.credentials.clone(), limits},
            {[](const HttpRequest& r, Respond respond) { respond(HttpResponse::text(200, r.secure ? "secure" : "plain")); },
             [this](const HttpRequest&, Upgrade upgrade) {
                 seen.watch(upgrade.accept());
                 seen.channel->onMessage([this](base::ByteView m) { seen.channel->send(m); });
             }});
        REQUIRE(result);
        http = std::move(*result);
    }
};

base::Result<HttpResponse> ask(NetLab& lab, const Server& server, TlsTrust trust, const std::string& host = {}) {
    HttpCall call;
    call.url = NetLab::urlOf(*server.http, "/", "https");
    if (!host.empty()) call.url.host = host;
    call.trust = std::move(trust);
    return lab.ask(std::move(call));
}

void checkUntrusted(const base::Result<HttpResponse>& answer, const std::string& host, const std::string& reason) {
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == base::ErrorKind::untrusted);
    CHECK(answer.error().code == "certificate_untrusted");
    INFO(answer.error().message);
    CHECK(answer.error().message.find(host) != std::string::npos);
    CHECK(answer.error().message.find(reason) != std::string::npos);
    CHECK_FALSE(answer.error().advice.empty());
}

}  // namespace

TEST_CASE("T50 the pinned key opens, every other pin is untrusted", "[net][tls][T50]") {
    NetLab lab;
    const auto own = certificate();
    Server server(lab, own);
    const auto good = ask(lab, server, {own.pin, {}});
    REQUIRE(good);
    CHECK(good->body == "secure");
    auto flipped = own.pin;
    flipped[0] = flipped[0] == 'A' ? 'B' : 'A';
    for (const auto& pin : {flipped, certificate().pin, own.pin.substr(0, 42), own.pin + "A", std::string("x")})
        checkUntrusted(ask(lab, server, {pin, {}}), "127.0.0.1", "the link");
}

TEST_CASE("T50 a pin needs neither name nor date nor authority", "[net][tls][T50]") {
    NetLab lab;
    const auto old = certificate({"other.example"}, 1, -400);
    Server server(lab, old);
    CHECK(ask(lab, server, {old.pin, {}}));
}

TEST_CASE("T50 without a pin authority, name and date must be right, and the sentence says which is not", "[net][tls][T50]") {
    NetLab lab;
    const auto own = certificate();
    Server server(lab, own);
    CHECK(ask(lab, server, {{}, own.credentials.certificatePem}));
    CHECK(ask(lab, server, {{}, own.credentials.certificatePem}, "localhost"));
    checkUntrusted(ask(lab, server, {}), "127.0.0.1", "self-signed");
    checkUntrusted(ask(lab, server, {{}, certificate().credentials.certificatePem}), "127.0.0.1", "self-signed");

    const auto elsewhere = certificate({"other.example", "10.0.0.1"});
    Server misnamed(lab, elsewhere);
    checkUntrusted(ask(lab, misnamed, {{}, elsewhere.credentials.certificatePem}), "127.0.0.1", "IP address mismatch");
    checkUntrusted(ask(lab, misnamed, {{}, elsewhere.credentials.certificatePem}, "localhost"), "localhost", "mismatch");

    const auto expired = certificate({"127.0.0.1"}, 10, -30);
    Server late(lab, expired);
    checkUntrusted(ask(lab, late, {{}, expired.credentials.certificatePem}), "127.0.0.1", "expired");
    const auto future = certificate({"127.0.0.1"}, 10, 30);
    Server early(lab, future);
    checkUntrusted(ask(lab, early, {{}, future.credentials.certificatePem}), "127.0.0.1", "not yet valid");
}

TEST_CASE("a WebSocket over TLS echoes, with a big message, and closes in order", "[net][tls]") {
    NetLab lab;
    const auto own = certificate();
    Server server(lab, own);
    WebSocketRequest request;
    request.url = NetLab::urlOf(*server.http, "/ws", "wss");
    request.trust.pin = own.pin;
    const auto opened = lab.open(std::move(request));
    REQUIRE(opened.channel);
    Seen client;
    client.watch(opened.channel);
    const base::Bytes big(500'000, std::byte{3});
    opened.channel->send(big);
    REQUIRE(lab.until([&] { return client.messages.size() == 1; }));
    CHECK(client.messages[0] == big);
    opened.channel->close(1000, "done");
    REQUIRE(lab.until([&] { return server.seen.code.has_value(); }));
    CHECK(*server.seen.code == 1000);
    REQUIRE(lab.until([&] { return server.http->counters().open == 0; }));

    WebSocketRequest wrong;
    wrong.url = NetLab::urlOf(*server.http, "/ws", "wss");
    wrong.trust.pin = certificate().pin;
    const auto refused = lab.open(std::move(wrong));
    REQUIRE(refused.refusal);
    CHECK(refused.refusal->error.kind == base::ErrorKind::untrusted);
}

TEST_CASE("TLS to a plain port and plain HTTP to a TLS port fail in words, and the server goes on", "[net][tls]") {
    NetLab lab;
    const auto own = certificate();
    Server server(lab, own);
    HttpCall plain;
    plain.url = NetLab::urlOf(*server.http);
    const auto toTls = lab.ask(plain);
    REQUIRE_FALSE(toTls);
    CHECK(toTls.error().kind == base::ErrorKind::unreachable);

    auto http = HttpServer::listen(lab.loop, {NetLab::anyPort(), std::nullopt, {}}, {});
    REQUIRE(http);
    HttpCall secure;
    secure.url = NetLab::urlOf(**http, "/", "https");
    secure.trust.pin = own.pin;
    const auto toPlain = lab.ask(secure);
    REQUIRE_FALSE(toPlain);
    CHECK(toPlain.error().kind == base::ErrorKind::unreachable);
    CHECK(toPlain.error().code == "tls_failed");
    CHECK(ask(lab, server, {own.pin, {}}));
}

TEST_CASE("T37 a peer that never finishes its TLS handshake is dropped and gives its place back", "[net][tls][T37]") {
    NetLab lab;
    const auto own = certificate();
    Limits limits;
    limits.tlsHandshakeTime = std::chrono::milliseconds(40);
    Server server(lab, own, limits);
    const auto peer = lab.raw(server.http->localAddress());
    REQUIRE(lab.until([&] { return peer->closed; }));
    REQUIRE(lab.until([&] { return server.http->counters().open == 0; }));
    CHECK(server.http->counters().accepted == 1);
}

TEST_CASE("a new certificate is used from the next connection on", "[net][tls]") {
    NetLab lab;
    const auto first = certificate();
    const auto second = certificate();
    Server server(lab, first);
    CHECK(ask(lab, server, {first.pin, {}}));
    CHECK(server.http->setTls(second.credentials));
    CHECK(ask(lab, server, {second.pin, {}}));
    CHECK_FALSE(ask(lab, server, {first.pin, {}}));
}

TEST_CASE("certificate files are read and checked, the sentence names the file", "[net][tls]") {
    const auto folder = std::filesystem::path(PARLOUR_BINARY_DIR) / "net-tls-test";
    std::filesystem::create_directories(folder);
    const auto write = [&](const char* name, std::string_view text) {
        std::ofstream(folder / name, std::ios::binary) << text;
        return (folder / name).string();
    };
    const auto own = certificate();
    const auto other = certificate();
    const auto certificateFile = write("a.pem", own.credentials.certificatePem);
    const auto keyFile = write("a.key", base::asText(own.credentials.privateKeyPem.view()));
    const auto otherKey = write("b.key", base::asText(other.credentials.privateKeyPem.view()));
    const auto nonsense = write("c.pem", "nonsense");
    const auto loaded = loadTlsFiles(certificateFile, keyFile);
    REQUIRE(loaded);
    CHECK(*pinOf(loaded->certificatePem) == own.pin);
    CHECK(own.pin.size() == 43);
    CHECK(isSelfSigned(loaded->certificatePem));
    CHECK(other.pin != own.pin);
    CHECK(loadTlsFiles(certificateFile, otherKey).error().message.find("does not belong") != std::string::npos);
    CHECK(loadTlsFiles(nonsense, keyFile).error().message.find("c.pem") != std::string::npos);
    CHECK(loadTlsFiles(certificateFile, nonsense).error().kind == base::ErrorKind::invalidInput);
    const auto missing = loadTlsFiles((folder / "none.pem").string(), keyFile);
    CHECK(missing.error().kind == base::ErrorKind::notFound);
    CHECK(missing.error().message.find("none.pem") != std::string::npos);
    CHECK_FALSE(pinOf("nonsense"));
    CHECK_FALSE(isSelfSigned("nonsense"));
    CHECK_FALSE(makeSelfSigned({"a,DNS:evil.example"}, base::fromUnixMs(0)));
    std::filesystem::remove_all(folder);
}

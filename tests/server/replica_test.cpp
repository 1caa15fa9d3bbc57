// SPDX-License-Identifier: Apache-2.0
// Two servers of one house in one process, on a real PostgreSQL: who runs it, what the other does, and how it changes hands while
// people ask.
#include "core/server/replica.h"

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/base/clock.h"
#include "core/net/http_client.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct Replicas {
    std::filesystem::path folder;
    base::SystemClock clock;
    net::EventLoop loop;
    Database database{Engine::postgresql};
    std::unique_ptr<Replica> a, b;

    Replicas() {
        char name[] = "/tmp/parlour-replicas-XXXXXX";
        folder = mkdtemp(name);
    }
    ~Replicas() {
        a.reset();
        b.reset();
        std::filesystem::remove_all(folder);
    }
    ServerConfig config(const std::string& name) const {
        ServerConfig config;
        config.listen = *base::SocketAddress::parse("127.0.0.1:0");
        config.udpPort = 0;
        config.data = (folder / name).string();
        config.store = database.where();
        config.publicUrl = "http://talk.example";
        config.failuresPerIp = 0;
        config.replicaAddress = *base::SocketAddress::parse("127.0.0.1:0");
        return config;
    }
    std::unique_ptr<Replica> start(const std::string& name) {
        bool ready = false;
        auto made = Replica::start(loop, clock, config(name), [&](ReplicaReady) { ready = true; });
        INFO((made ? "" : base::describe(made.error())));
        REQUIRE(made);
        REQUIRE(loop.runUntil([&] { return ready; }, 30s));
        return std::move(*made);
    }
    using Got = std::optional<base::Result<net::HttpResponse>>;
    net::Pending send(const Replica& at, const std::string& path, const std::string& body, Got& got) {
        net::HttpCall call;
        call.method = body.empty() ? "GET" : "POST";
        call.url = *net::Url::parse(at.httpUrl() + path);
        call.headers = {{"content-type", "application/json"}};
        call.body = body;
        return net::sendHttp(loop, std::move(call), [&got](auto result) { got.emplace(std::move(result)); });
    }
    int status(const Replica& at, const std::string& path, const std::string& body = {}) {
        Got got;
        auto pending = send(at, path, body, got);
        REQUIRE(loop.runUntil([&] { return got.has_value(); }, 30s));
        return *got ? (*got)->status : 0;
    }
    std::string text(const Replica& at, const std::string& path) {
        Got got;
        auto pending = send(at, path, {}, got);
        REQUIRE(loop.runUntil([&] { return got.has_value(); }, 30s));
        return *got ? (*got)->body : "";
    }
    bool until(const std::function<bool()>& done) { return loop.runUntil(done, 30s); }
};

}  // namespace

TEST_CASE("one runs the house, the other passes on, and takes over what was given back", "[replica][postgresql]") {
    Replicas lab;
    lab.a = lab.start("a");
    CHECK(lab.a->holds());
    lab.b = lab.start("b");
    CHECK_FALSE(lab.b->holds());
    for (const auto* one : {lab.a.get(), lab.b.get()}) {
        CHECK(lab.status(*one, "/healthz") == 200);
        CHECK(lab.status(*one, "/readyz") == 200);
        CHECK(lab.status(*one, "/version") == 200);
    }
    for (const auto* one : {lab.a.get(), lab.b.get()})
        CHECK(lab.status(*one, "/parlour/admin", R"({"command":"room.create","name":"Stranger"})") >= 400);
    CHECK(lab.database.sql("SELECT COUNT(*) FROM rooms").front() == "0");
    // Each house answers under its own address, too; that of another server, passed on as it came, is none of its names.
    CHECK(lab.status(*lab.a, "/api/v1/rooms") == 401);
    CHECK(lab.status(*lab.b, "/api/v1/rooms") == 421);
    CHECK(lab.text(*lab.a, "/metrics").find("parlour_replica_holds 1\n") != std::string::npos);
    CHECK(lab.text(*lab.a, "/metrics").find("parlour_uptime_seconds") != std::string::npos);
    const auto other = lab.text(*lab.b, "/metrics");
    CHECK(other.find("parlour_replica_holds 0\n") != std::string::npos);
    CHECK(other.find("parlour_replica_holder_info{holder=\"process ") != std::string::npos);
    CHECK(other.find("parlour_replica_passed_requests_total 3\n") != std::string::npos);

    bool ended = false;
    const auto began = lab.clock.now();
    lab.a->drain(0s, [&] { ended = true; });
    REQUIRE(lab.until([&] { return ended && lab.b->holds(); }));
    CHECK(lab.clock.now() - began < 15s);
    CHECK(lab.database.sql("SELECT fence FROM house_claim").front() == "2");
    lab.a.reset();
    CHECK(lab.status(*lab.b, "/readyz") == 200);
}

TEST_CASE("who hears that another runs the house ends what ran here, also while many ask, and passes on", "[replica][postgresql]") {
    Replicas lab;
    lab.a = lab.start("a");
    for (int turn = 0; turn < 3; ++turn) {
        INFO("turn " << turn);
        REQUIRE(lab.until([&] { return lab.a->holds(); }));
        REQUIRE(lab.until([&] { return lab.status(*lab.a, "/readyz") == 200; }));
        // As another server does: from here on nothing of ours is written.
        lab.database.sql("UPDATE house_claim SET holder = 'somebody', holder_name = 'process 1 on elsewhere', address = '127.0.0.1:9', pass_key = 'k', "
                         "fence = fence + 1, until_ms = CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + 600000");
        std::deque<Replicas::Got> got;
        std::vector<net::Pending> pending;
        for (int i = 0; i < 30; ++i) {
            got.emplace_back();
            pending.push_back(lab.send(*lab.a, i % 2 ? "/readyz" : "/api/v1/challenge", i % 2 ? "" : "{}", got.back()));
        }
        REQUIRE(lab.until([&] { return !lab.a->holds(); }));
        REQUIRE(lab.until([&] {
            return std::all_of(got.begin(), got.end(), [](const auto& one) { return one.has_value(); });
        }));
        // It passes on to one that does not answer.
        REQUIRE(lab.until([&] { return lab.status(*lab.a, "/api/v1/rooms") == 503; }));
        lab.database.sql("UPDATE house_claim SET until_ms = 0");
    }
    REQUIRE(lab.until([&] { return lab.a->holds(); }));
}

TEST_CASE("one of several has to know under which address people reach them all, and needs PostgreSQL", "[replica][postgresql]") {
    Replicas lab;
    auto config = lab.config("a");
    config.publicUrl.clear();
    const auto nameless = Replica::start(lab.loop, lab.clock, config, {});
    REQUIRE_FALSE(nameless);
    CHECK(nameless.error().code == "replica_url");
    config = lab.config("a");
    config.store.clear();
    const auto file = Replica::start(lab.loop, lab.clock, config, {});
    REQUIRE_FALSE(file);
    CHECK(file.error().code == "replicas_need_server");
}

TEST_CASE("the house lives by the database's clock, whatever the clock of the server says", "[replica][postgresql]") {
    struct WrongClock final : base::Clock {
        base::SystemClock right;
        base::TimePoint now() const override { return right.now(); }
        base::WallTime wallNow() const override { return right.wallNow() - 10min; }
    } wrong;
    Replicas lab;
    auto config = lab.config("a");
    {
        net::HttpServerSettings settings;   // a free port
        settings.listen = config.listen;
        const auto probe = net::HttpServer::listen(lab.loop, std::move(settings), {});
        REQUIRE(probe);
        config.listen = (*probe)->localAddress();
    }
    config.publicUrl = "http://" + config.listen.toString();
    bool ready = false;
    auto made = Replica::start(lab.loop, wrong, config, [&](ReplicaReady) { ready = true; });
    REQUIRE(made);
    REQUIRE(lab.until([&] { return ready; }));
    Replicas::Got got;
    auto pending = lab.send(**made, "/api/v1/challenge", R"({"client_nonce":"AAAAAAAAAAAAAAAAAAAAAA","purpose":"login"})", got);
    REQUIRE(lab.until([&] { return got.has_value(); }));
    REQUIRE(*got);
    REQUIRE((*got)->status == 200);
    const auto expires = nlohmann::json::parse((*got)->body)["expires_ms"].get<std::int64_t>();
    CHECK(std::chrono::abs(base::fromUnixMs(expires) - lab.clock.wallNow()) < 5min);
}

TEST_CASE("a server alone is refused beside them", "[replica][postgresql]") {
    Replicas lab;
    lab.a = lab.start("a");
    auto config = lab.config("alone");
    config.replicaAddress.reset();
    const auto alone = RoomServer::start(lab.loop, lab.clock, config);
    REQUIRE_FALSE(alone);
    CHECK(alone.error().code == "store_in_use");
}

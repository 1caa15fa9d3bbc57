// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <future>
#include <thread>

#include "core/base/clock.h"
#include "core/base/thread_executor.h"
#include "tests/support/catch.h"
#include "tests/support/net_lab.h"

using namespace parlour;
using namespace parlour::net;
using tests::NetLab;

TEST_CASE("a server on its own thread answers several clients, each answer made on a third thread", "[net][http][threads]") {
    constexpr int kClients = 4;
    constexpr int kRequests = 25;
    base::SystemClock clock;
    EventLoop loop;
    // Dies before the loop, so that no answer is made for a loop that is gone.
    auto worker = std::make_unique<base::ThreadExecutor>("worker", clock);
    loop.start("server");
    std::unique_ptr<HttpServer> http;
    std::promise<void> listening;
    loop.post([&] {
        auto result = HttpServer::listen(loop, {NetLab::anyPort(), std::nullopt, {}},
                                         {[&](const HttpRequest& request, Respond respond) {
                                              worker->post([body = request.body, respond = std::move(respond)] {
                                                  respond(HttpResponse::text(200, "re: " + body));
                                              });
                                          },
                                          {}});
        if (result) http = std::move(*result);
        listening.set_value();
    });
    listening.get_future().get();
    REQUIRE(http);
    const auto url = NetLab::urlOf(*http);

    std::atomic<int> right{0};
    std::vector<std::thread> clients;
    for (int c = 0; c < kClients; ++c)
        clients.emplace_back([&, c] {
            NetLab lab;
            for (int i = 0; i < kRequests; ++i) {
                HttpCall call;
                call.method = "POST";
                call.url = url;
                call.body = std::to_string(c) + "/" + std::to_string(i);
                const auto expected = "re: " + call.body;
                const auto answer = lab.ask(std::move(call));
                if (answer && answer->body == expected) ++right;
            }
        });
    for (auto& client : clients) client.join();
    CHECK(right == kClients * kRequests);

    std::promise<void> closed;
    loop.post([&] {
        http.reset();
        closed.set_value();
    });
    closed.get_future().get();
    worker.reset();
    loop.stop();
    loop.join();
}

TEST_CASE("T37 two hundred connections that send a byte now and then do not keep others waiting", "[net][http][T37]") {
    NetLab lab;
    Limits limits;
    limits.connectionsPerIp = 0;
    limits.headerTime = std::chrono::milliseconds(400);
    auto http = HttpServer::listen(lab.loop, {NetLab::anyPort(), std::nullopt, limits},
                                   {[](const HttpRequest&, Respond respond) { respond(HttpResponse::text(200, "ok")); }, {}});
    REQUIRE(http);
    std::vector<std::unique_ptr<tests::RawPeer>> slow;
    for (int i = 0; i < 200; ++i) {
        slow.push_back(lab.raw((*http)->localAddress()));
        slow.back()->say("GET / HTTP/1.1\r\n");
    }
    for (auto& peer : slow) peer->say("X");
    CHECK(lab.get(NetLab::urlOf(**http))->status == 200);
    // Each is told and closed when the time for its header is over, however it drips.
    REQUIRE(lab.until([&] {
        for (const auto& peer : slow)
            if (!peer->closed) return false;
        return true;
    }));
    for (const auto& peer : slow) CHECK(peer->has(" 408 "));
    CHECK(lab.get(NetLab::urlOf(**http))->status == 200);
}

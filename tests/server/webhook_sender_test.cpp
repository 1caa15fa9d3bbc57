// SPDX-License-Identifier: Apache-2.0
#include "core/server/webhook_sender.h"

#include <nlohmann/json.hpp>

#include "core/crypto/hash.h"
#include "tests/support/catch.h"
#include "tests/support/manual_executor.h"

using namespace parlour;
using namespace parlour::tests;
using server::RoomNews;
using server::WebhookSender;

namespace {

struct HookWorld {
    ManualClock clock;
    ManualExecutor executor{clock};
    signal::TokenKey key{"backend", "a secret of more than thirty-two characters"};
    std::vector<WebhookSender::Message> seen;
    std::vector<int> statuses;           // the answers to come; then 200. 0 = no connection
    bool hold = false;
    WebhookSender sender{executor, clock, key, [this](WebhookSender::Message message, auto answer) {
                             seen.push_back(std::move(message));
                             if (hold) return;
                             int status = 200;
                             if (!statuses.empty()) {
                                 status = statuses.front();
                                 statuses.erase(statuses.begin());
                             }
                             executor.post([answer, status] {
                                 if (status == 0) return answer(base::fail(base::ErrorKind::unreachable, "refused", "No answer."));
                                 answer(status);
                             });
                         }};
    void tell(const std::string& room) {
        RoomNews news;
        news.room.name = base::RoomId(room);
        sender.tell(news);
    }
    std::string roomOf(std::size_t i) const { return nlohmann::json::parse(seen.at(i).body)["room"]["name"]; }
};

}  // namespace

TEST_CASE("a webhook's token carries the hash of its body and lives five minutes", "[webhook][T56]") {
    HookWorld world;
    world.tell("r");
    world.executor.runReady();
    REQUIRE(world.seen.size() == 1);
    signal::TokenRules rules;
    rules.requireOurs = rules.requireJoin = false;
    const auto at = [&](auto later) { return signal::verifyToken(world.seen[0].authorization, std::span(&world.key, 1), world.clock.wallNow() + later, rules); };
    const auto token = at(std::chrono::seconds(0));
    REQUIRE(token);
    CHECK(token->sha256 == base::toBase64(crypto::sha256(base::asBytes(world.seen[0].body))));
    CHECK_FALSE(token->video.roomAdmin);
    CHECK_FALSE(at(std::chrono::minutes(6)));
    CHECK(world.sender.stats().delivered == 1);
}

TEST_CASE("what is not taken is repeated with growing pauses, in order, and given up in the end", "[webhook]") {
    HookWorld world;
    world.statuses = {500, 0, 429};
    world.tell("a");
    world.tell("b");
    world.executor.runReady();
    CHECK(world.seen.size() == 1);
    world.executor.runFor(std::chrono::milliseconds(499));
    CHECK(world.seen.size() == 1);
    world.executor.runFor(std::chrono::milliseconds(1));
    CHECK(world.seen.size() == 2);
    world.executor.runFor(std::chrono::milliseconds(1000));
    CHECK(world.seen.size() == 3);
    world.executor.runFor(std::chrono::milliseconds(2000));
    REQUIRE(world.seen.size() == 5);
    for (std::size_t i = 0; i < 4; ++i) CHECK(world.roomOf(i) == "a");
    CHECK(world.roomOf(4) == "b");
    CHECK(world.sender.stats().delivered == 2);

    world.seen.clear();
    world.statuses.assign(WebhookSender::kTries, 503);
    world.tell("c");
    world.tell("d");
    world.executor.runFor(std::chrono::minutes(5));
    CHECK(world.seen.size() == WebhookSender::kTries + 1);
    CHECK(world.sender.stats().failed == 1);
    CHECK(world.sender.stats().delivered == 3);
    // Refused for good: once is enough.
    world.seen.clear();
    world.statuses = {401};
    world.tell("e");
    world.executor.runFor(std::chrono::minutes(5));
    CHECK(world.seen.size() == 1);
    CHECK(world.sender.stats().failed == 2);
}

TEST_CASE("what waits for an address that never answers is bounded and counted", "[webhook]") {
    HookWorld world;
    world.hold = true;
    for (std::size_t i = 0; i < WebhookSender::kMaxWaiting + 10; ++i) world.tell("r");
    world.executor.runReady();
    CHECK(world.seen.size() == 1);
    CHECK(world.sender.stats().waiting == WebhookSender::kMaxWaiting);
    CHECK(world.sender.stats().dropped == 10);
}

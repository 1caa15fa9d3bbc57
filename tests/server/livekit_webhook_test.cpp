// SPDX-License-Identifier: Apache-2.0
// Webhooks of a LiveKit server: believed when signed by our key, about this very body, young, and here for the first time.
#include "core/server/livekit_webhook.h"

#include "core/crypto/hash.h"
#include "tests/server/played_livekit.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;

namespace {

struct HookLab {
    ManualClock clock;
    const signal::TokenKey key{"APItest", "a-secret-of-the-tests-with-32-characters"};
    LiveKitWebhook hooks{clock, key};

    std::int64_t now() const { return base::toUnixSeconds(clock.wallNow()); }
    std::string body(const std::string& id, std::int64_t age = 0, std::size_t size = 0) const {
        Json json{{"event", "participant_joined"}, {"id", id}, {"createdAt", std::to_string(now() - age)}, {"room", {{"name", "parlour-x"}}},
                  {"participant", {{"sid", "PA_1"}, {"identity", "ann"}, {"state", "ACTIVE"}, {"permission", {{"canPublish", true}}}}}};
        auto text = json.dump();
        if (size > text.size()) text += std::string(size - text.size(), ' ');
        return text;
    }
    std::string sign(const std::string& body, Json claims = Json::object(), Json header = {{"alg", "HS256"}, {"typ", "JWT"}}, std::string secret = {}) const {
        Json all{{"iss", key.id}, {"nbf", now()}, {"exp", now() + 300}, {"sha256", base::toBase64(crypto::sha256(base::asBytes(body)))}};
        if (claims.is_object()) all.update(claims);
        const auto part = [](const Json& json) { return base::toBase64Url(base::asBytes(json.dump())); };
        const auto text = part(header) + "." + part(all);
        const auto mac = crypto::hmacSha256(base::asBytes(secret.empty() ? key.secret : secret), base::asBytes(text));
        return text + "." + base::toBase64Url(mac);
    }
    std::string take(const std::string& body, const std::string& authorization) {
        net::HttpRequest request;
        request.method = "POST";
        request.headers["authorization"] = authorization;
        request.body = body;
        const auto event = hooks.take(request);
        return event ? "taken" : event.error().code;
    }
};

}  // namespace

TEST_CASE("a webhook with the right signature is taken, once", "[livekit-webhook]") {
    HookLab lab;
    const auto body = lab.body("EV_1");
    CHECK(lab.take(body, lab.sign(body)) == "taken");
    CHECK(lab.take(body, lab.sign(body)) == "webhook_repeated");
    CHECK(lab.take(lab.body("EV_2"), "Bearer " + lab.sign(lab.body("EV_2"))) == "taken");
    CHECK(lab.hooks.stats().taken == 2);
    CHECK(lab.hooks.stats().refused == 1);
}

TEST_CASE("unsigned, signed by another, about another body, or by another algorithm: refused", "[livekit-webhook]") {
    HookLab lab;
    const auto body = lab.body("EV_1");
    CHECK(lab.take(body, "") == "webhook_untrusted");
    CHECK(lab.take(body, "a.b.c") == "webhook_untrusted");
    CHECK(lab.take(body, lab.sign(body, {}, {{"alg", "HS256"}}, "another-secret-with-at-least-32-letters")) == "webhook_untrusted");
    CHECK(lab.take(body, lab.sign(body, {{"iss", "APIother"}})) == "webhook_untrusted");
    CHECK(lab.take(body, lab.sign(body, {}, {{"alg", "none"}})) == "webhook_untrusted");
    CHECK(lab.take(body + " ", lab.sign(body)) == "webhook_untrusted");
    CHECK(lab.take(body, lab.sign(body, {{"sha256", ""}})) == "webhook_untrusted");
    CHECK(lab.take("not json", lab.sign("not json")) == "bad_webhook");
    CHECK(lab.take("{}", lab.sign("{}")) == "bad_webhook");
    CHECK(lab.take(body, lab.sign(body)) == "taken");   // none of these used it up
}

TEST_CASE("too old, or from a clock that runs ahead: refused", "[livekit-webhook]") {
    HookLab lab;
    lab.clock.advance(std::chrono::hours(1));
    const auto past = [&](std::int64_t age) {
        const auto body = lab.body("EV_" + std::to_string(age), age);
        return lab.take(body, lab.sign(body));
    };
    CHECK(past(300) == "taken");
    CHECK(past(301) == "webhook_late");
    CHECK(past(-60) == "taken");
    CHECK(past(-61) == "webhook_late");
    const auto body = lab.body("EV_token");
    CHECK(lab.take(body, lab.sign(body, {{"exp", lab.now() - 61}})) == "webhook_late");
    CHECK(lab.take(body, lab.sign(body, {{"nbf", lab.now() + 61}})) == "webhook_late");
    CHECK(lab.take(body, lab.sign(body, {{"exp", nullptr}})) == "webhook_late");
    CHECK(lab.take(body, lab.sign(body, {{"exp", lab.now() - 60}})) == "taken");
}

TEST_CASE("a webhook from before the start may have been taken before the restart: it is only a reason to look", "[livekit-webhook]") {
    HookLab lab;
    lab.clock.advance(std::chrono::hours(1));
    LiveKitWebhook restarted{lab.clock, lab.key};
    const auto doubtful = [&](const std::string& text) {
        net::HttpRequest request;
        request.headers["authorization"] = lab.sign(text);
        request.body = text;
        const auto event = restarted.take(request);
        REQUIRE(event);
        return event->doubtful;
    };
    CHECK(doubtful(lab.body("EV_1", 10)));
    CHECK(doubtful(lab.body("EV_2", 1)));
    CHECK_FALSE(doubtful(lab.body("EV_3", 0)));
}

TEST_CASE("the body has a cap", "[livekit-webhook]") {
    HookLab lab;
    const auto most = lab.body("EV_1", 0, LiveKitWebhook::kMaxBody);
    const auto more = lab.body("EV_2", 0, LiveKitWebhook::kMaxBody + 1);
    CHECK(most.size() == LiveKitWebhook::kMaxBody);
    CHECK(lab.take(most, lab.sign(most)) == "taken");
    CHECK(lab.take(more, lab.sign(more)) == "too_large");
}

TEST_CASE("people are read from both spellings of protojson", "[livekit-webhook]") {
    for (const char* text : {R"({"identity":"ann","sid":"PA_1","state":"ACTIVE","permission":{"can_publish":true,"can_subscribe":true},"tracks":[{"sid":"TR","type":"AUDIO","muted":true}],"attributes":{"a":"b"}})",
                             R"({"identity":"ann","sid":"PA_1","state":2,"permission":{"canPublish":true,"canSubscribe":true},"tracks":[{"sid":"TR","muted":true}],"attributes":{"a":"b"}})"}) {
        const auto person = readPerson(Json::parse(text));
        REQUIRE(person);
        CHECK(person->state == "ACTIVE");
        CHECK(person->canPublish);
        CHECK(person->canSubscribe);
        CHECK_FALSE(person->canPublishData);
        REQUIRE(person->tracks.size() == 1);
        CHECK(person->tracks[0].audio);
        CHECK(person->tracks[0].muted);
        CHECK(person->attributes.at("a") == "b");
    }
    CHECK_FALSE(readPerson(Json::parse(R"({"sid":"PA_1"})")));
    CHECK_FALSE(readPerson(Json::parse("[]")));
    CHECK(readPeople("no json").empty());
    CHECK(readRooms("[]").empty());
}

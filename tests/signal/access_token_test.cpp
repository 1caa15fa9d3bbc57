// SPDX-License-Identifier: Apache-2.0
#include "core/signal/access_token.h"

#include <nlohmann/json.hpp>

#include "core/base/byte_io.h"
#include "core/crypto/hash.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::signal;
using nlohmann::json;

namespace {

const TokenKey kKey{"key1", "0123456789abcdef0123456789abcdef"};
const std::vector<TokenKey> kKeys{{"other", "another secret of thirty-two bytes"}, kKey};
constexpr base::WallTime kNow = base::WallTime(std::chrono::seconds(1'800'000'000));

AccessToken goodToken() {
    AccessToken token;
    token.identity = base::Identity("ana");
    token.audience = "house";
    token.id = "jti-1";
    token.issuedAt = token.notBefore = kNow;
    token.expires = kNow + std::chrono::minutes(10);
    token.type = TokenType::join;
    token.epoch = 3;
    token.name = "Ana";
    token.video.roomJoin = true;
    token.video.room = base::RoomId("boats");
    return token;
}

std::string part(const std::string& text) { return base::toBase64Url(base::asBytes(text)); }

std::string sign(const std::string& header, const std::string& claims, const std::string& secret = kKey.secret) {
    const auto content = part(header) + "." + part(claims);
    return content + "." + base::toBase64Url(crypto::hmacSha256(base::asBytes(secret), base::asBytes(content)));
}
constexpr const char* kHeader = R"({"alg":"HS256","typ":"JWT"})";

json goodClaims() {
    return {{"iss", "key1"}, {"sub", "ana"}, {"exp", 1'800'000'600}, {"nbf", 1'800'000'000}, {"typ", "join"}, {"jti", "1"},
            {"video", {{"roomJoin", true}, {"room", "boats"}}}};
}
std::string signed_(const json& claims) { return sign(kHeader, claims.dump()); }

std::string outcome(std::string_view jwt, base::WallTime now = kNow, const TokenRules& rules = {}) {
    const auto token = verifyToken(jwt, kKeys, now, rules);
    return token ? "good" : token.error().code;
}

}  // namespace

TEST_CASE("a token says on the other side what was put in", "[signal]") {
    auto token = goodToken();
    token.metadata = "m";
    token.attributes = {{"parlour.seat", "stage"}};
    token.video.canPublish = false;
    token.video.canSubscribe = true;
    token.video.canPublishData = true;
    token.video.canUpdateOwnMetadata = true;
    token.video.canPublishSources = {"microphone"};
    token.video.hidden = true;
    const auto jwt = mintToken(token, kKey);
    REQUIRE(jwt);
    const auto back = verifyToken(*jwt, kKeys, kNow, {std::chrono::seconds(30), "house", true});
    REQUIRE(back);
    CHECK(back->issuer == "key1");
    CHECK(back->identity.str() == "ana");
    CHECK(back->audience == "house");
    CHECK(back->id == "jti-1");
    CHECK(back->issuedAt == kNow);
    CHECK(back->notBefore == kNow);
    CHECK(back->expires == token.expires);
    CHECK(back->type == TokenType::join);
    CHECK(back->epoch == 3u);
    CHECK(back->name == "Ana");
    CHECK(back->metadata == "m");
    CHECK(back->attributes == token.attributes);
    CHECK(back->video.roomJoin);
    CHECK(back->video.room.str() == "boats");
    CHECK(back->video.canPublish == false);
    CHECK(back->video.canSubscribe == true);
    CHECK(back->video.canPublishData == true);
    CHECK(back->video.canUpdateOwnMetadata == true);
    CHECK(back->video.canPublishSources == std::vector<std::string>{"microphone"});
    CHECK(back->video.hidden);
    CHECK_FALSE(back->video.roomAdmin);
    token.type = TokenType::refresh;
    CHECK(verifyToken(*mintToken(token, kKey), kKeys, kNow)->type == TokenType::refresh);
}

TEST_CASE("the signature is checked as in the example of RFC 7515, appendix A.1", "[signal][T14]") {
    const auto secret = base::fromBase64Url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    REQUIRE(secret);
    const std::vector<TokenKey> joe{{"joe", std::string(base::asText(*secret))}};
    const std::string jwt =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
        ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto before = base::WallTime(std::chrono::seconds(1'300'819'000));
    // The signature holds: what is missed is what makes a token ours.
    CHECK(verifyToken(jwt, joe, before).error().code == "token_grant");
    CHECK(verifyToken(jwt, joe, kNow).error().code == "token_expired");
    auto bent = jwt;
    bent[60] = bent[60] == 'A' ? 'B' : 'A';
    CHECK(verifyToken(bent, joe, before).error().code == "token_invalid");
}

TEST_CASE("the algorithm is ours to name", "[signal][T14]") {
    const auto claims = goodClaims().dump();
    CHECK(outcome(sign(kHeader, claims)) == "good");
    for (const char* header :
         {R"({"alg":"none","typ":"JWT"})", R"({"alg":"None"})", R"({"alg":"hs256"})", R"({"alg":"HS384"})", R"({"alg":"HS512"})",
          R"({"alg":"RS256"})", R"({"alg":"ES256"})", R"({"typ":"JWT"})", R"({"alg":["HS256"]})", R"({"alg":null})", R"([])", R"("HS256")",
          R"({"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"}})", R"({"alg":"HS256","jku":"https://evil.example"})",
          R"({"alg":"HS256","x5u":"https://evil.example"})", R"({"alg":"HS256","x5c":["AAAA"]})", R"({"alg":"HS256","crit":["b64"],"b64":false})"}) {
        INFO(header);
        CHECK(outcome(sign(header, claims)) == "token_invalid");
    }
    const auto content = part(R"({"alg":"none","typ":"JWT"})") + "." + part(claims);
    CHECK(outcome(content + ".") == "token_invalid");
    CHECK(outcome(part(kHeader) + "." + part(claims) + ".") == "token_invalid");
}

TEST_CASE("every change to a token is noticed", "[signal][T14]") {
    const auto jwt = *mintToken(goodToken(), kKey);
    CHECK(outcome(jwt) == "good");
    for (std::size_t i = 0; i + 1 < jwt.size(); ++i) {   // the last character holds bits that mean nothing
        auto bent = jwt;
        bent[i] = bent[i] == 'A' ? 'B' : 'A';
        INFO(i);
        CHECK(outcome(bent) == "token_invalid");
    }
    CHECK(outcome(sign(kHeader, goodClaims().dump(), "a wrong secret of thirty-two bytes!")) == "token_invalid");
    CHECK(outcome(sign(kHeader, goodClaims().dump(), kKeys[0].secret)) == "token_invalid");   // another key's secret under this name
}

TEST_CASE("what is no token is refused", "[signal]") {
    const auto jwt = *mintToken(goodToken(), kKey);
    for (const auto& text : {std::string(), std::string("."), std::string(".."), std::string("a.b"), jwt + ".x", jwt + "!", "x" + jwt,
                             jwt.substr(0, jwt.rfind('.')), std::string(kMaxTokenBytes + 1, 'A'),
                             part("{}") + "." + part("{}") + "." + part("x"), sign(kHeader, "not json"), sign(kHeader, "[1]"),
                             sign(kHeader, std::string(17, '[') + std::string(17, ']'))}) {
        INFO(text.substr(0, 60));
        CHECK(outcome(text) == "token_invalid");
    }
}

TEST_CASE("headers are read up to their limit", "[signal]") {
    const auto headerOf = [](std::size_t encoded) {
        std::string header = R"({"alg":"HS256","kid":")";
        header.append(encoded / 4 * 3 - header.size() - 2, 'x');
        return header + "\"}";
    };
    const auto claims = goodClaims().dump();
    REQUIRE(part(headerOf(kMaxTokenHeaderBytes)).size() == kMaxTokenHeaderBytes);
    CHECK(outcome(sign(headerOf(kMaxTokenHeaderBytes), claims)) == "good");
    CHECK(outcome(sign(headerOf(kMaxTokenHeaderBytes) + " ", claims)) == "token_invalid");
}

TEST_CASE("a token lives from its start to its end, with half a minute of leeway", "[signal]") {
    const auto jwt = *mintToken(goodToken(), kKey);
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    const auto end = kNow + std::chrono::minutes(10);
    CHECK(outcome(jwt, end) == "good");
    CHECK(outcome(jwt, end + seconds(30) - milliseconds(1)) == "good");
    CHECK(outcome(jwt, end + seconds(30)) == "token_expired");
    CHECK(outcome(jwt, kNow - seconds(30)) == "good");
    CHECK(outcome(jwt, kNow - seconds(30) - milliseconds(1)) == "token_not_yet");
    CHECK(outcome(jwt, end, {seconds(0), "", true}) == "token_expired");
}

TEST_CASE("missing or odd claims are refused", "[signal]") {
    const auto without = [](const char* name) {
        auto claims = goodClaims();
        claims.erase(name);
        return outcome(signed_(claims));
    };
    CHECK(without("exp") == "token_grant");
    CHECK(without("sub") == "token_grant");
    CHECK(without("video") == "token_grant");
    CHECK(without("typ") == "token_grant");
    CHECK(without("jti") == "token_grant");
    CHECK(without("iss") == "token_invalid");
    CHECK(without("nbf") == "good");
    const auto with = [](const char* name, const json& value) {
        auto claims = goodClaims();
        claims[name] = value;
        return outcome(signed_(claims));
    };
    CHECK(with("exp", "1800000600") == "token_grant");
    CHECK(with("exp", -1) == "token_grant");
    CHECK(with("exp", 1e300) == "token_grant");
    CHECK(with("exp", 1'800'000'600.5) == "good");
    CHECK(with("nbf", "soon") == "token_not_yet");
    CHECK(with("iss", 7) == "token_invalid");
    CHECK(with("typ", "admin") == "token_grant");
    CHECK(with("video", {{"roomJoin", false}, {"room", "boats"}}) == "token_grant");
    CHECK(with("video", {{"roomJoin", "true"}, {"room", "boats"}}) == "token_grant");
    CHECK(with("video", {{"roomJoin", true}}) == "token_grant");
    CHECK(with("video", {{"roomJoin", true}, {"room", {"boats"}}}) == "token_grant");
}

TEST_CASE("tokens of other makers pass only where that is wanted", "[signal]") {
    auto claims = goodClaims();
    claims.erase("typ");
    claims.erase("jti");
    CHECK(outcome(signed_(claims)) == "token_grant");
    CHECK(outcome(signed_(claims), kNow, {std::chrono::seconds(30), "", false}) == "good");
}

TEST_CASE("a token for another house is refused", "[signal]") {
    const auto jwt = *mintToken(goodToken(), kKey);
    CHECK(outcome(jwt, kNow, {std::chrono::seconds(30), "house", true}) == "good");
    CHECK(outcome(jwt, kNow, {std::chrono::seconds(30), "other", true}) == "token_audience");
    auto free = goodToken();
    free.audience.clear();
    CHECK(outcome(*mintToken(free, kKey), kNow, {std::chrono::seconds(30), "house", true}) == "token_audience");
}

TEST_CASE("a short secret signs and verifies nothing", "[signal][T19]") {
    const TokenKey shortKey{"short", std::string(kMinTokenSecretBytes - 1, 's')};
    const TokenKey justRight{"right", std::string(kMinTokenSecretBytes, 's')};
    CHECK_FALSE(mintToken(goodToken(), shortKey));
    const auto jwt = mintToken(goodToken(), justRight);
    REQUIRE(jwt);
    CHECK(verifyToken(*jwt, std::vector{justRight}, kNow));
    auto claims = goodClaims();
    claims["iss"] = "short";
    CHECK_FALSE(verifyToken(sign(kHeader, claims.dump(), shortKey.secret), std::vector{shortKey}, kNow));
}

TEST_CASE("a token without person or end is not made, nor one that is too long", "[signal]") {
    auto token = goodToken();
    token.identity = {};
    CHECK_FALSE(mintToken(token, kKey));
    token = goodToken();
    token.expires = {};
    CHECK_FALSE(mintToken(token, kKey));
    token = goodToken();
    token.metadata.assign(kMaxTokenBytes, 'm');
    CHECK(mintToken(token, kKey).error().code == "token_too_long");
}

TEST_CASE("a name full of braces is a name", "[signal]") {
    auto token = goodToken();
    token.name = std::string(40, '{') + "\\\"[" + std::string(40, '[');
    const auto back = verifyToken(*mintToken(token, kKey), kKeys, kNow);
    REQUIRE(back);
    CHECK(back->name == token.name);
}

TEST_CASE("a client can look at its own token without a key", "[signal]") {
    const auto jwt = *mintToken(goodToken(), kKey);
    const auto token = peekToken(jwt);
    REQUIRE(token);
    CHECK(token->expires == kNow + std::chrono::minutes(10));
    CHECK_FALSE(peekToken("a.b"));
    CHECK_FALSE(peekToken("a.!.c"));
    CHECK_FALSE(peekToken("e30." + part("[]") + ".x"));
}

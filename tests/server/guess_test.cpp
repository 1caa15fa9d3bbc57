// SPDX-License-Identifier: Apache-2.0
// T21: whoever guesses learns nothing, neither by words nor by how much work an answer makes, and link previewers neither use up
// nor reveal anything. Work is counted in what the database was asked, on SQLite; real time is measured by e2e/guess_timing_test.py.
#include <sqlite3.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/server/api_world.h"
#include "tests/server/guest_world.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

/// Every statement that any database of this process finishes while one of these lives, and every row that one gives.
class Statements {
  public:
    Statements() {
        s_current = this;
        static const bool kWatching = sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch)) == SQLITE_OK;
        REQUIRE(kWatching);
    }
    ~Statements() { s_current = nullptr; }
    std::vector<std::string> take() { return std::exchange(m_seen, {}); }

  private:
    static int watch(sqlite3* db, char**, const struct sqlite3_api_routines*) {
        return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE | SQLITE_TRACE_ROW, &traced, nullptr);
    }
    static int traced(unsigned what, void*, void* statement, void*) {
        if (s_current) s_current->m_seen.emplace_back(what == SQLITE_TRACE_ROW ? "a row" : sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
        return 0;
    }
    static inline Statements* s_current = nullptr;
    std::vector<std::string> m_seen;
};

const std::string kWrong(22, 'A');

/// One invitation of each kind in each state, by its id.
struct LinkedHouse : GuestWorld {
    std::map<std::string, base::InvitationId> ids;

    LinkedHouse() {
        const auto make = [&](const std::string& name, const Json& order) {
            const auto reply = requestText(*this, "POST", "invitations", order.dump(), sessions["olga"]);
            REQUIRE(reply);
            ids[name] = base::InvitationId(Json::parse(reply->body)["invitations"][0]["id"].get<std::string>());
            return Json::parse(reply->body)["invitations"][0]["link"].get<std::string>();
        };
        make("open", {{"kind", "membership"}});
        REQUIRE(redeem("user", make("used up", {{"kind", "membership"}})));
        make("expired", {{"kind", "membership"}, {"expires_in_s", 1}});
        make("revoked", {{"kind", "membership"}});
        REQUIRE(requestText(*this, "POST", "invitations/" + ids["revoked"].str() + "/revoke", R"({"scope":"link"})", sessions["olga"]));
        make("with a code", {{"kind", "membership"}, {"with_code", true}});
        make("with approval", {{"kind", "membership"}, {"approval", true}});
        make("for one key", {{"kind", "membership"}, {"for_key", id("somebody").str()}});
        make("not yet", {{"kind", "membership"}, {"not_before_ms", base::toUnixMs(clock.wallNow()) + 1'000'000}});
        ids["of a room"] = parts(links.listener).first;
        ids["public"] = parts(made.publicLink).first;
        ids["guest"] = parts(made.guestLink).first;
        ids["delegate"] = parts(made.delegateLink).first;
        const auto closed = make_("closed");
        ids["of a room that ended"] = closed;
        clock.advance(2s);
    }
    base::InvitationId make_(const std::string& title) {
        const auto other = wait<api::RoomMade>([&](auto answer) { house->createRoom({title}, answer); }).value();
        REQUIRE(wait<api::Nothing>([&](auto answer) { house->endRoom(other.room, answer); }));
        return parts(other.links.listener).first;
    }
    /// All ways of saying a secret, with a wrong one.
    std::map<std::string, std::string> guesses(const base::InvitationId& link) {
        const api::GuestLink as{link, kWrong, "ABCDEFGHJK", {}};
        const auto error = [](const auto& result) {
            REQUIRE_FALSE(result);
            return result.error();
        };
        std::map<std::string, std::string> out;
        const auto say = [&](const std::string& what, const base::Error& e) { out[what] = api::toJson(api::toBody(e)); };
        say("preview", error(wait<api::Preview>([&](auto answer) { house->preview({link, kWrong, {}}, answer); })));
        say("preview of a member", error(wait<api::Preview>([&](auto answer) { house->preview({link, kWrong, id("user")}, answer); })));
        for (const std::string code : {"", "ABCDEFGHJK"}) {
            const api::RedeemRequest request{link, kWrong, "Eve", proof("eve", api::redeemPurpose(link)), code};
            say("redeem " + code, error(wait<api::Redeemed>([&](auto answer) { house->redeem(request, answer); })));
        }
        say("open", error(postAs<api::GuestView>(*this, "guests/open", as)));
        say("answer", error(postAs<api::GuestView>(*this, "guests/open/answer", api::GuestAnswer{"ask", "Why?", {}, 0, as})));
        say("sign", error(postAs<api::GuestView>(*this, "guests/open/sign", api::GuestSign{1, text(keyOf("eve")), kWrong, as})));
        say("claim", error(postAs<api::GuestView>(*this, "guests/open/claim", as)));
        say("terms", error(postAs<api::TermsFile>(*this, "guests/open/terms", as)));
        say("ready", error(postAs<api::GuestView>(*this, "guests/open/ready", api::GuestReady{true, as})));
        say("offstage", error(postAs<api::Nothing>(*this, "guests/open/offstage", as)));
        say("public", error(postAs<api::GuestNotice>(*this, "guests/public", as)));
        say("remind", error(postAs<api::Nothing>(*this, "guests/remind", api::GuestRemind{link, kWrong, true}, sessions["member"])));
        return out;
    }
};

}  // namespace

TEST_CASE("T21 strangers learn nothing from words or work: an unknown link is as a revoked, expired or used-up one", "[T21]") {
    Statements statements;
    LinkedHouse world;
    const base::InvitationId nobody("Zz0Zz0Zz0Zz0");
    statements.take();
    const auto unknown = world.guesses(nobody);
    const auto work = statements.take();
    if (world.database.engine() == Engine::sqlite) REQUIRE(work.size() > unknown.size());
    for (const auto& [what, said] : unknown) {
        INFO(what << " " << said);
        CHECK(Json::parse(said)["code"] == "invitation_unknown");
        CHECK(said == unknown.begin()->second);
    }
    REQUIRE(world.ids.size() == 13);
    for (const auto& [state, id] : world.ids) {
        INFO(state);
        CHECK(world.guesses(id) == unknown);
        CHECK(statements.take() == work);   // the same questions to the database, and as many rows in answer
    }
    // And neither a code was tried nor a place used by all that.
    const auto [publicId, secret] = HouseWorld::parts(world.made.publicLink);
    CHECK(postAs<api::GuestView>(world, "guests/open/claim", world.as(world.made.publicLink, "ada", world.made.claimCode)));
    REQUIRE(world.store->transact([&]() -> base::Result<void> {
        CHECK(world.store->invitation(world.ids["open"])->used == 0);
        return {};
    }));
}

TEST_CASE("T21 of two thousand guesses none fits, and from the eleventh on nothing is looked up", "[T21]") {
    ApiWorld world(10);
    const auto [id, secret] = HouseWorld::parts(world.room.links.listener);
    std::map<int, int> statuses;
    std::set<std::string> bodies;
    for (int i = 0; i < 2000; ++i) {
        const auto guess = i == 1999 ? secret : crypto::randomToken(16);   // even the right one waits
        const auto answer = world.send("POST", "/api/v1/invitations/preview", api::toJson(api::PreviewRequest{i % 2 ? base::InvitationId(crypto::randomString(12)) : id, guess, {}}));
        ++statuses[answer.status];
        bodies.insert(answer.body);
    }
    CHECK(statuses == std::map<int, int>{{404, 10}, {429, 1990}});
    CHECK(bodies.size() == 2);
    CHECK(world.api->failedSecrets() == 10);
}

TEST_CASE("T21 a thousand link previewers get the same page, and neither use up nor reveal a link", "[T21]") {
    ApiWorld world(10);
    std::vector<std::string> ids;
    api::InvitationMade one;
    for (const std::optional<std::int64_t> life : {std::optional<std::int64_t>(), std::optional<std::int64_t>(1)}) {
        one = world.ask<api::InvitationMade>([&](auto answer) { world.house->createInvitation({{}, true}, world.room.room, {api::Role::listener, 1, life}, answer); }).value();
        ids.push_back(one.id.str());
        if (!life) REQUIRE(world.redeem("first", one.link));   // used up now
    }
    one = world.ask<api::InvitationMade>([&](auto answer) { world.house->createInvitation({{}, true}, world.room.room, {api::Role::listener, 1, {}}, answer); }).value();
    ids.push_back(one.id.str());
    REQUIRE(world.ask<api::Nothing>([&](auto answer) {
        world.house->revokeInvitation({{}, true}, world.room.room, HouseWorld::parts(world.room.links.speaker).first, api::RevokeScope::link, answer);
    }));
    ids.push_back(HouseWorld::parts(world.room.links.speaker).first.str());
    std::set<std::string> answers;
    for (int i = 0; i < 1000; ++i) {
        const auto id = i % 5 < 4 ? ids[static_cast<std::size_t>(i % 5)] : crypto::randomString(12);
        const auto page = world.send("GET", "/i/" + id, {}, i % 2 ? net::Headers{} : net::Headers{{"user-agent", "previewbot/1.0"}, {"accept", "*/*"}});
        std::string all = std::to_string(page.status) + "\n" + page.body;
        for (const auto& [name, value] : page.headers)
            if (name != "date") all += name + ": " + value + "\n";
        answers.insert(all);
    }
    CHECK(answers.size() == 1);
    CHECK(answers.begin()->starts_with("200"));
    CHECK(world.api->failedSecrets() == 0);
    // Nothing of it counts as a try, and the one use is still there.
    const auto [id, secret] = HouseWorld::parts(one.link);
    CHECK(world.post<api::Preview>("invitations/preview", api::PreviewRequest{id, secret, {}}));
    CHECK(world.redeem("last", one.link));
    CHECK(world.redeem("late", one.link).error().code == "invitation_used");
}

// SPDX-License-Identifier: Apache-2.0
// Membership through the table of requests: founding, scarce invitations, lists, standing, revoking with its reach.
#include <set>

#include "core/house/display_name.h"
#include "tests/server/member_world.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

TEST_CASE("a house is founded once, by its administrator, and its owner has no quota", "[members]") {
    MemberWorld world;
    const auto me = world.get("olga", "whoami");
    CHECK(me["standing"] == "owner");
    CHECK(me["handle"] == "olga");
    CHECK(me["house_name"] == "Salon");
    CHECK_FALSE(me.contains("left"));
    const Json again{{"title", "Mine"}, {"name", "eve"}, {"public_key", base::toBase64Url(HouseWorld::keyOf("eve").publicKey())}};
    CHECK(world.ask("POST", "house/init", again, {{}, true}).error().code == "house_owned");
    CHECK(world.refused("olga", "house/init", again) == "not_allowed");
    world.crash();
    CHECK(world.get("olga", "house")["name"] == "Salon");
}

TEST_CASE("a newcomer has two invitations, each brings one person, and a third is refused", "[members]") {
    MemberWorld world;
    world.bring("olga", "ann");
    CHECK(world.get("ann", "whoami")["left"] == 2);
    CHECK(world.get("ann", "whoami")["invited_by"] == HouseWorld::id("olga").str());
    world.bring("ann", "bob");
    CHECK(world.get("ann", "whoami")["left"] == 1);
    world.clock.advance(1s);
    world.bring("ann", "cem");
    CHECK(world.refused("ann", "invitations", {{"kind", "membership"}}) == "no_invitations");
    CHECK(world.handles() == std::vector<std::string>{"ann", "bob", "cem", "olga"});
    CHECK(world.handles("?invited_by=" + HouseWorld::id("ann").str()) == std::vector<std::string>{"bob", "cem"});
    const auto list = world.get("ann", "invitations");
    CHECK(list["left"] == 0);
    CHECK(list["invitations"].size() == 2);
    CHECK(list["invitations"][1]["redeemed_by"] == Json::array({HouseWorld::id("bob").str()}));
    world.post("olga", world.path("members", "ann", "grant"), {{"invitations", 3}});
    CHECK(world.get("ann", "whoami")["left"] == 3);
    CHECK(world.refused("olga", world.path("members", "ann", "grant"), {{"invitations", 101}}) == "bad_number");
    CHECK(world.refused("ann", world.path("members", "bob", "grant"), {{"invitations", 1}}) == "admins_only");
}

TEST_CASE("an invitation begins before it ends, and one that begins later lasts as long as any other", "[members]") {
    MemberWorld world;
    world.bring("olga", "ann");
    const auto nowMs = base::toUnixMs(world.clock.wallNow());
    const auto order = [&](std::int64_t inMs, Json more = Json::object()) {
        more["kind"] = "membership";
        more["not_before_ms"] = nowMs + inMs;
        return more;
    };
    constexpr std::int64_t kDay = 86'400'000;
    CHECK(world.refused("ann", "invitations", order(60'000, {{"expires_in_s", 60}})) == "bad_start");
    CHECK(world.refused("ann", "invitations", order(60'000, {{"expires_in_s", INT64_MIN}})) == "bad_start");
    CHECK(world.refused("ann", "invitations", order(60'000, {{"expires_in_s", INT64_MIN / 1000 - 1}})) == "bad_start");
    CHECK(world.refused("ann", "invitations", order(60'000, {{"expires_in_s", INT64_MAX}})) == "bad_expiry");
    CHECK(world.refused("ann", "invitations", order(300 * kDay + 1)) == "bad_start");
    CHECK(world.refused("ann", "invitations", order(INT64_MAX - nowMs)) == "bad_start");
    CHECK(world.refused("ann", "invitations", order(-nowMs - 1)) == "bad_start");
    CHECK(world.get("ann", "whoami")["left"] == 2);
    world.invite("ann", order(59'999, {{"expires_in_s", 60}}));
    const auto late = world.invite("ann", order(300 * kDay));
    world.clock.advance(300 * 24h);
    world.clock.advance(13 * 24h);
    CHECK(world.comeBy("bob", late));
}

TEST_CASE("an invitation that expires or is revoked unused comes back to the quota, a used one does not", "[members]") {
    MemberWorld world;
    world.bring("olga", "ann");
    world.invite("ann", {{"kind", "membership"}, {"expires_in_s", 60}});
    const auto second = world.invite("ann");
    CHECK(world.get("ann", "whoami")["left"] == 0);
    world.clock.advance(61s);
    CHECK(world.get("ann", "whoami")["left"] == 1);
    world.post("ann", "invitations/" + second["id"].get<std::string>() + "/revoke", {{"scope", "link"}});
    CHECK(world.get("ann", "whoami")["left"] == 2);
    const auto third = world.invite("ann");
    REQUIRE(world.comeBy("bob", third));
    world.post("ann", "invitations/" + third["id"].get<std::string>() + "/revoke", {{"scope", "link"}});
    CHECK(world.get("ann", "whoami")["left"] == 1);
    CHECK(world.get("bob", "whoami")["standing"] == "member");
}

TEST_CASE("a membership link is redeemed again by the same person without a second place", "[members]") {
    MemberWorld world;
    const auto link = world.invite("olga");
    REQUIRE(world.comeBy("ann", link));
    REQUIRE(world.comeBy("ann", link));
    CHECK(world.comeBy("bob", link).error().code == "invitation_used");
    CHECK(world.get("olga", "members")["total"] == 2);
}

TEST_CASE("revoking shows whom it hits, by link, by people, and by the whole subtree", "[members]") {
    MemberWorld world;
    const auto link = world.invite("olga");
    REQUIRE(world.comeBy("ann", link));
    world.bring("ann", "bob");
    world.bring("bob", "cem");
    const std::string at = "invitations/" + link["id"].get<std::string>();
    CHECK(world.get("olga", at + "/reach?scope=link")["people"].empty());
    CHECK(world.get("olga", at + "/reach?scope=people")["people"].size() == 1);
    CHECK(world.get("olga", at + "/reach?scope=subtree")["people"].size() == 3);
    CHECK(world.refused("cem", at + "/reach?scope=people") == "invitation_unknown");
    const auto hit = world.post("olga", at + "/revoke", {{"scope", "subtree"}});
    CHECK(hit["people"].size() == 3);
    CHECK(world.handles() == std::vector<std::string>{"olga"});
    for (const char* name : {"ann", "bob", "cem"}) CHECK(world.refused(name, "members") == "members_only");
    // The places in the tree stay, for the admins to see.
    CHECK(world.handles("?state=removed") == std::vector<std::string>{"ann", "bob", "cem"});
}

TEST_CASE("a revoked subtree leaves the live room before the answer", "[members]") {
    MemberWorld world;
    const auto link = world.invite("olga");
    REQUIRE(world.comeBy("ann", link));
    const auto room = world.post("ann", "rooms", {{"title", "Ann's"}, {"for_members", true}});
    world.room = base::RoomId(room["room"].get<std::string>());
    world.enter("bob", room["links"]["listener"]);
    world.enter("ann", room["links"]["speaker"]);
    CHECK(world.last("ann")->attributes.at("parlour.power") == "host");
    world.media.orders.clear();
    world.post("olga", "invitations/" + link["id"].get<std::string>() + "/revoke", {{"scope", "people"}});
    CHECK(world.media.orders == std::vector<std::string>{"remove " + HouseWorld::id("ann").str()});
    CHECK(world.gone.back().identity == HouseWorld::id("ann"));
}

TEST_CASE("members walk into rooms that are open to them, outsiders do not", "[members]") {
    MemberWorld world;
    world.bring("olga", "ann");
    const auto open = world.post("olga", "rooms", {{"title", "Open"}, {"for_members", true}});
    const auto shut = world.post("olga", "rooms", {{"title", "Shut"}});
    const auto grant = [&](const std::string& who, const Json& room) {
        return world.wait<api::JoinGrant>([&](auto answer) {
            world.house->token({world.sessions[who], false}, base::RoomId(room["room"].get<std::string>()), {}, answer);
        });
    };
    CHECK(grant("ann", open));
    CHECK(grant("ann", shut).error().code == "room_unknown");
    REQUIRE(world.comeBy("eve", {{"link", shut["links"]["listener"]}}));
    CHECK(grant("eve", shut));
    CHECK(grant("eve", open).error().code == "room_unknown");
    const auto rooms = world.wait<api::RoomList>([&](auto answer) { world.house->rooms({world.sessions["ann"], false}, answer); }).value();
    CHECK(rooms.rooms.size() == 1);
    CHECK(world.refused("eve", "rooms", {{"title", "Mine"}}) == "members_only");
}

TEST_CASE("in a closed house only members listen by link", "[members]") {
    MemberWorld world;
    world.bring("olga", "ann");
    auto rules = world.get("olga", "house/rules");
    rules["open"] = false;
    world.post("olga", "house/rules", rules);
    CHECK(world.comeBy("eve", {{"link", world.links.listener}}).error().code == "members_only");
    CHECK(world.comeBy("ann", {{"link", world.links.listener}}));
    CHECK(world.comeBy("eve", {{"link", world.links.speaker}}));
}

TEST_CASE("two admins who change the same thing: the second is told and nothing is lost", "[members]") {
    MemberWorld world;
    world.bring("olga", "ann");
    world.bring("olga", "bob");
    world.post("olga", world.path("members", "ann", "standing"), {{"standing", "admin"}});
    auto mine = world.get("olga", "house/rules"), hers = world.get("ann", "house/rules");
    mine["newcomer_invitations"] = 5;
    hers["open"] = false;
    world.post("olga", "house/rules", mine);
    CHECK(world.refused("ann", "house/rules", hers) == "changed_meanwhile");
    CHECK(world.get("ann", "house/rules")["newcomer_invitations"] == 5);
    const auto seen = world.get("olga", "members?q=bob")["members"][0]["version"];
    world.post("ann", world.path("members", "bob", "suspend"), {{"minutes", 5}, {"if_version", seen}});
    CHECK(world.refused("olga", world.path("members", "bob", "standing"), {{"standing", "admin"}, {"if_version", seen}}) == "changed_meanwhile");
}

TEST_CASE("nobody changes the standing of those who are not below them", "[members]") {
    MemberWorld world;
    for (const char* name : {"ann", "bob", "cem"}) world.bring("olga", name);
    for (const char* name : {"ann", "bob"}) world.post("olga", world.path("members", name, "standing"), {{"standing", "admin"}});
    CHECK(world.refused("ann", world.path("members", "bob", "suspend"), Json::object()) == "not_below");
    CHECK(world.refused("ann", world.path("members", "olga", "remove"), Json::object()) == "not_below");
    CHECK(world.refused("ann", world.path("members", "cem", "standing"), {{"standing", "admin"}}) == "owner_only");
    CHECK(world.refused("cem", world.path("members", "bob", "suspend"), Json::object()) == "admins_only");
    CHECK(world.refused("olga", "members/leave", Json::object()) == "owner_stays");
    world.post("olga", world.path("members", "ann", "standing"), {{"standing", "owner"}});
    CHECK(world.get("olga", "whoami")["standing"] == "admin");
    world.post("olga", "members/leave", Json::object());
    CHECK(world.refused("olga", "members") == "members_only");
    CHECK(world.get("ann", "whoami")["standing"] == "owner");
}

TEST_CASE("a suspended member is out of live rooms at once and comes back when the time is over", "[members]") {
    MemberWorld world;
    world.bring("olga", "ann");
    const auto ann = world.enter("ann", world.links.speaker);
    world.post("olga", world.path("members", "ann", "suspend"), {{"minutes", 10}});
    CHECK(world.gone.back().identity == HouseWorld::id("ann"));
    CHECK(world.refused("ann", "members") == "suspended");
    CHECK(world.comeBy("ann", {{"link", world.links.listener}}).error().code == "suspended");
    CHECK_FALSE(world.admit(ann.refresh, true));
    CHECK(world.refused("olga", world.path("members", "ann", "suspend"), {{"minutes", 0}}) == "bad_minutes");
    world.clock.advance(11min);
    world.sessions["ann"] = world.signIn("ann");
    CHECK(world.get("ann", "members")["total"] == 2);
}

TEST_CASE("an invitation for one person, with a code, or with a yes is worth nothing to others", "[members]") {
    MemberWorld world;
    const auto personal = world.invite("olga", {{"kind", "membership"}, {"for_key", HouseWorld::id("ann").str()}});
    CHECK(world.comeBy("eve", personal).error().code == "invitation_for_other");
    CHECK(world.comeBy("ann", personal));
    const auto coded = world.invite("olga", {{"kind", "membership"}, {"with_code", true}});
    const std::string code = coded["code"];
    CHECK(code.size() == 10);
    CHECK(world.comeBy("bob", coded).error().code == "code_needed");
    for (int i = 0; i < 9; ++i) CHECK(world.comeBy("eve", coded, "0000000000").error().code == "code_wrong");
    CHECK(world.comeBy("bob", coded, code));   // the tenth try
    const auto more = world.invite("olga", {{"kind", "membership"}, {"with_code", true}});
    for (int i = 0; i < 10; ++i) CHECK(world.comeBy("eve", more, "0000000000").error().code == "code_wrong");
    CHECK(world.comeBy("cem", more, more["code"].get<std::string>()).error().code == "code_wait");
    world.clock.advance(60s);
    CHECK(world.comeBy("cem", more, more["code"].get<std::string>()));   // a delay, never a lockout
}

TEST_CASE("who comes by a link with approval waits, is seen, and gets in after a yes", "[members]") {
    MemberWorld world;
    const auto link = world.invite("olga", {{"kind", "membership"}, {"approval", true}});
    CHECK(world.comeBy("ann", link).error().code == "approval_pending");
    CHECK(world.comeBy("ann", link).error().code == "approval_pending");
    const auto waiting = world.get("olga", "applications")["applications"];
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0]["name"] == "ann");
    world.post("olga", "applications/" + waiting[0]["id"].get<std::string>() + "/answer", {{"accept", true}});
    CHECK(world.comeBy("ann", link));
    CHECK(world.get("olga", "applications")["applications"].empty());
}

TEST_CASE("an outsider asks with one sentence and any member with an invitation to spare lets in", "[members]") {
    MemberWorld world;
    world.bring("olga", "ann");
    const auto apply = [&](const std::string& name, const std::string& words) {
        const auto p = world.proof(name, std::string(api::kApplyPurpose));
        const Json proof{{"public_key", p.publicKey}, {"nonce", p.nonce}, {"origin", p.origin}, {"expires_ms", p.expiresMs}, {"signature", p.signature}};
        return world.ask("POST", "applications", {{"name", name}, {"words", words}, {"proof", proof}}, {});
    };
    REQUIRE(apply("eve", "I play the cello."));
    CHECK(apply("eve", std::string(141, 'x')).error().code == "bad_words");
    world.clock.advance(1s);
    CHECK(apply("bob", std::string(140, 'x')));
    world.clock.advance(1s);
    REQUIRE(apply("eve", "I play the viola."));
    const auto waiting = world.get("ann", "applications")["applications"];
    REQUIRE(waiting.size() == 2);
    CHECK(waiting[0]["words"] == "I play the viola.");
    const std::string at = "applications/" + waiting[0]["id"].get<std::string>() + "/answer";
    world.post("ann", at, {{"accept", true}});
    CHECK(world.refused("olga", at, {{"accept", false}}) == "answered_already");
    world.sessions["eve"] = world.signIn("eve");
    CHECK(world.get("eve", "whoami")["invited_by"] == HouseWorld::id("ann").str());
    CHECK(world.get("ann", "whoami")["left"] == 1);
    CHECK(world.refused("eve", "applications/" + waiting[1]["id"].get<std::string>() + "/answer", {{"accept", false}}).empty());
    CHECK(apply("eve", "Again.").error().code == "member_already");
}

TEST_CASE("hosting well earns an invitation, at most so many a week", "[members]") {
    MemberWorld world;
    auto rules = world.get("olga", "house/rules");
    rules["earn_people"] = 3;
    rules["earn_minutes"] = 20;
    world.post("olga", "house/rules", rules);
    world.bring("olga", "ann");
    const auto room = world.post("ann", "rooms", {{"title", "Ann's"}, {"for_members", true}});
    world.room = base::RoomId(room["room"].get<std::string>());
    world.enter("ann", room["links"]["speaker"]);
    world.enter("bob", room["links"]["listener"]);
    world.executor.runFor(30min);
    CHECK(world.get("ann", "whoami")["left"] == 2);
    world.enter("cem", room["links"]["listener"]);
    world.executor.runFor(19min);
    CHECK(world.get("ann", "whoami")["left"] == 2);
    world.executor.runFor(2min);
    CHECK(world.get("ann", "whoami")["left"] == 3);
    world.executor.runFor(60min);
    CHECK(world.get("ann", "whoami")["left"] == 3);
}

TEST_CASE("handles are unique, made from names, and can be chosen", "[members]") {
    MemberWorld world;
    const auto first = world.invite("olga"), second = world.invite("olga");
    REQUIRE(world.comeBy("ann", first));
    const auto [invitation, secret] = HouseWorld::parts(second["link"]);
    api::RedeemRequest request{invitation, secret, "Ann", world.proof("ann2key", api::redeemPurpose(invitation)), {}};
    const auto other = world.wait<api::Redeemed>([&](auto answer) { world.house->redeem(request, answer); }).value();
    world.sessions["ann2"] = other.session;
    CHECK(world.get("ann2", "whoami")["handle"] == "ann2");
    CHECK(world.refused("ann2", "handle", {{"handle", "ann"}}) == "handle_taken");
    CHECK(world.refused("ann2", "handle", {{"handle", "Ann"}}) == "bad_handle");
    CHECK(world.refused("ann2", "handle", {{"handle", std::string(25, 'a')}}) == "bad_handle");
    CHECK(world.post("ann2", "handle", {{"handle", std::string(24, 'a')}})["handle"] == std::string(24, 'a'));
    for (const char* rank : {"owner", "admin", "house", "moderator", "host", "parlour", "system"})
        CHECK(world.refused("ann2", "handle", {{"handle", rank}}) == "handle_reserved");
    CHECK(world.post("ann2", "handle", {{"handle", "hosting"}})["handle"] == "hosting");
}

TEST_CASE("a handle keeps the letters of a name, without their accents; other scripts fall back", "[members]") {
    MemberWorld world;
    for (const auto& [name, handle] : {std::pair<std::string, std::string>{"Inês", "ines"}, {"Jürgen Groß", "jurgen_gross"}, {"Ine\u0302s", "ines2"},
                                       {"Łukasz", "lukasz"}, {"Ødegård", "odegard"}, {"Ａｎｎ", "ann"}, {"Иван", "member"}, {"名前", "member2"}}) {
        const auto [invitation, secret] = HouseWorld::parts(world.invite("olga")["link"]);
        api::RedeemRequest request{invitation, secret, name, world.proof(name, api::redeemPurpose(invitation)), {}};
        world.sessions[name] = world.wait<api::Redeemed>([&](auto answer) { world.house->redeem(request, answer); }).value().session;
        INFO(name);
        CHECK(world.get(name, "whoami")["handle"] == handle);
        CHECK(world.get(name, "whoami")["name"] == *house::cleanName(name));   // the name itself stays
    }
}

TEST_CASE("a batch makes one personal link per name and is paged in the list", "[members]") {
    MemberWorld world;
    Json names = Json::array();
    for (int i = 0; i < 500; ++i) names.push_back("Guest " + std::to_string(i));
    const auto made = world.post("olga", "invitations", {{"kind", "membership"}, {"names", names}});
    CHECK(made["invitations"].size() == 500);
    CHECK(made["invitations"][7]["for_name"] == "Guest 7");
    names.push_back("one more");
    CHECK(world.refused("olga", "invitations", {{"kind", "membership"}, {"names", names}}) == "batch_too_large");
    std::set<std::string> seen;
    std::string after;
    do {
        const auto page = world.get("olga", "invitations?limit=200&after=" + after);
        for (const auto& one : page["invitations"]) seen.insert(one["id"].get<std::string>());
        after = page["next"];
    } while (!after.empty());
    CHECK(seen.size() == 500);
}

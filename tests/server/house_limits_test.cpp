// SPDX-License-Identifier: Apache-2.0
// The limits of the house at their largest value and at one more, through the API as people reach it: what is told in characters
// counts characters, however many bytes they have (security, section 1.2).
#include "core/api/guest_terms.h"
#include "core/api/member_types.h"
#include "core/api/people_types.h"
#include "core/server/config.h"
#include "tests/server/member_world.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

std::string times(std::size_t count, const std::string& unit) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += unit;
    return out;
}

/// olga owns the house and is the host of the room; bob is a member who listens there.
struct Limits : MemberWorld {
    std::string guest, event;
    Limits() {
        enterAs("olga", links.moderator);
        bring("olga", "bob");
        enterAs("bob", links.listener);
        guest = post("olga", "guests", {{"name", "Ada"}, {"terms", {{"topic", "The sea"}}}})["id"];
        event = post("olga", "schedule", {{"title", "Talk"}, {"at", "2031-05-01T18:00"}})["id"];
    }
    void enterAs(const std::string& name, const std::string& link) { sessions[name] = enter(name, link).session; }
    /// What is refused, by its word. Commands to the stage have a door of their own.
    std::string told(const std::string& who, const std::string& path, const Json& body) {
        if (!path.ends_with("/stage")) return refused(who, path, body);
        const auto command = api::fromJson<api::StageCommand>(body.dump());
        if (!command) return command.error().code;
        const auto done = wait<api::StageAnswer>([&](auto answer) { house->command({sessions[who], false}, room, *command, answer); });
        return done ? "" : done.error().code;
    }
    std::string in(const std::string& what) { return "rooms/" + room.str() + "/" + what; }
};

struct Text {
    const char* what;
    const char* who;
    std::string path;
    std::function<Json(const std::string&)> body;
    std::size_t most;
    const char* refusal;
    bool characters = true;   ///< else bytes
};

}  // namespace

TEST_CASE("texts are taken up to their limit and one character more is refused, of one byte and of four", "[house-limits][limits]") {
    Limits w;
    const auto field = [](const char* name) { return [name](const std::string& text) { return Json{{name, text}}; }; };
    const std::string bob = HouseWorld::id("bob").str();
    const auto terms = [](const std::string& name, bool list) {
        return [name, list](const std::string& text) {
            Json t{{"topic", "Tea"}};
            t[name] = list ? Json(std::vector<std::string>{text}) : Json(text);
            return Json{{"name", "Bea"}, {"terms", t}};
        };
    };
    const std::vector<Text> table{
        {"invitation message", "olga", "invitations", [](const auto& t) { return Json{{"kind", "membership"}, {"message", t}}; }, api::kMaxInvitationMessage, "message_too_long"},
        {"invitation name", "olga", "invitations", [](const auto& t) { return Json{{"kind", "membership"}, {"for_name", t}}; }, api::kMaxNameCharacters, "bad_name"},
        {"batch name", "olga", "invitations", [](const auto& t) { return Json{{"kind", "membership"}, {"names", {t}}}; }, api::kMaxNameCharacters, "bad_name"},
        {"about", "bob", "profile", field("about"), 500, "about_too_long"},
        {"pronouns", "bob", "profile", field("pronouns"), 40, "pronouns_too_long"},
        {"own name", "bob", "profile", field("name"), api::kMaxNameCharacters, "bad_name"},
        {"wave", "olga", "people/" + bob + "/wave", field("text"), 140, "wave_too_long"},
        {"report", "bob", "reports", [&w](const auto& t) { return Json{{"room", w.room.str()}, {"who", HouseWorld::id("olga").str()}, {"text", t}}; }, 1000, "bad_report"},
        {"question", "olga", w.in("questions"), field("text"), 280, "bad_question"},
        {"note of a hand", "bob", w.in("stage"), [](const auto& t) { return Json{{"verb", "raise"}, {"note", t}}; }, 140, "note_too_long"},
        {"guest's name", "olga", "guests", [](const auto& t) { return Json{{"name", t}, {"terms", {{"topic", "Tea"}}}}; }, api::kMaxNameCharacters, "bad_name"},
        {"words to the guest", "olga", "guests/" + w.guest + "/answer", [](const auto& t) { return Json{{"act", "ask"}, {"text", t}}; }, 2000, "text_too_long"},
        {"topic", "olga", "guests", terms("topic", false), api::kMaxTermsTopicCharacters, "bad_terms"},
        {"format", "olga", "guests", terms("format", false), api::kMaxTermsFormatCharacters, "bad_terms"},
        {"language", "olga", "guests", terms("language", false), api::kMaxTermsLanguageCharacters, "bad_terms"},
        {"a question of the terms", "olga", "guests", terms("questions", true), api::kMaxTermsLineCharacters, "bad_terms"},
        {"somebody on stage", "olga", "guests", terms("stage", true), api::kMaxTermsLineCharacters, "bad_terms"},
        {"an excluded topic", "olga", "guests", terms("excluded", true), api::kMaxTermsLineCharacters, "bad_terms"},
        {"details of a talk", "olga", "schedule/" + w.event + "/update", field("details"), 4000, "bad_details"},
        {"title of a talk", "olga", "schedule/" + w.event + "/update", field("title"), api::kMaxTitleBytes, "bad_title", false},
        {"title of a room", "olga", "rooms", field("title"), api::kMaxTitleBytes, "bad_title", false},
        {"a link in the profile", "bob", "profile", [](const auto& t) { return Json{{"links", {("https://example.org/" + t).substr(0, t.size())}}}; }, api::kMaxProfileLinkBytes, "bad_link", false},
        {"pinned link", "olga", w.in("chat/rules"), [](const auto& t) { return Json{{"pinned", ("https://example.org/" + t).substr(0, t.size())}}; }, 512, "bad_link", false}};
    for (const auto& one : table)
        for (const std::string unit : {"a", "\U0001F600"}) {
            if (unit.size() > 1 && !one.characters) continue;
            INFO(one.what << ", " << unit.size() << " bytes a character");
            CHECK(w.told(one.who, one.path, one.body(times(one.most, unit))) == "");
            CHECK(w.told(one.who, one.path, one.body(times(one.most + 1, unit))) == one.refusal);
            w.clock.advance(1min);
            w.executor.runReady();
            if (one.path.ends_with("/stage")) REQUIRE(w.told(one.who, one.path, {{"verb", "lower"}}) == "");
        }
}

TEST_CASE("numbers are taken from their least to their largest value and neither below nor above", "[house-limits][limits]") {
    Limits w;
    const auto field = [](const char* name) { return [name](std::int64_t n) { return Json{{name, n}}; }; };
    const auto rules = [&w](const char* name) {
        return [&w, name](std::int64_t n) {
            auto all = w.get("olga", "house/rules");
            all[name] = n;
            return all;
        };
    };
    const auto terms = [](const char* name) { return [name](std::int64_t n) { return Json{{"name", "Bea"}, {"terms", {{"topic", "Tea"}, {name, n}}}}; }; };
    const auto invitation = [](const char* name) { return [name](std::int64_t n) { return Json{{"kind", "membership"}, {name, n}}; }; };
    struct Number {
        std::string path;
        std::function<Json(std::int64_t)> body;
        std::int64_t least, most;
        const char* refusal;
    };
    const std::string bob = HouseWorld::id("bob").str(), members = "members/" + bob, talk = "schedule/" + w.event;
    const std::vector<Number> table{{"invitations", invitation("uses"), 1, 100'000, "bad_uses"},
                                    {"invitations", invitation("expires_in_s"), 1, 31'536'000, "bad_expiry"},
                                    {w.in("settings"), field("slot_seconds"), 0, 3600, "bad_settings"},
                                    {w.in("settings"), field("turn_seconds"), 0, 3600, "bad_settings"},
                                    {w.in("settings"), field("joins_per_minute"), 0, 1000, "bad_settings"},
                                    {w.in("settings"), field("cap"), 0, 5000, "bad_settings"},
                                    {w.in("settings"), field("overflow"), 0, 1000, "bad_settings"},
                                    {w.in("chat/rules"), field("slow_s"), 0, 3600, "bad_field"},
                                    {members + "/grant", field("invitations"), 1, 100, "bad_number"},
                                    {"house/rules", rules("newcomer_invitations"), 0, 100, "bad_rules"},
                                    {"house/rules", rules("earn_people"), 0, 10'000, "bad_rules"},
                                    {"house/rules", rules("earn_minutes"), 0, 1440, "bad_rules"},
                                    {"house/rules", rules("earn_per_week"), 0, 100, "bad_rules"},
                                    {"guests", terms("length_minutes"), 1, api::kMaxTermsMinutes, "bad_terms"},
                                    {"guests", terms("audience_cap"), 0, api::kMaxTermsAudience, "bad_terms"},
                                    {"guests", [](std::int64_t n) { return Json{{"name", "Bea"}, {"expires_seconds", n}, {"terms", {{"topic", "Tea"}}}}; }, 1, 31'536'000, "bad_expiry"},
                                    {talk + "/update", field("minutes"), 1, 24 * 60, "bad_length"},
                                    {talk + "/late", field("minutes"), 0, 180, "bad_late"},
                                    {members + "/suspend", field("minutes"), 1, 5'256'000, "bad_minutes"}};
    for (const auto& one : table) {
        INFO(one.path << " " << one.body(0).dump());
        CHECK(w.refused("olga", one.path, one.body(one.least)) == "");
        CHECK(w.refused("olga", one.path, one.body(one.most)) == "");
        CHECK(w.refused("olga", one.path, one.body(one.least - 1)) == one.refusal);
        CHECK(w.refused("olga", one.path, one.body(one.most + 1)) == one.refusal);
    }
}

TEST_CASE("lists are taken up to their limit and not with one entry more", "[house-limits][limits]") {
    Limits w;
    const auto many = [](std::size_t count, const std::function<Json(std::size_t)>& one) {
        Json out = Json::array();
        for (std::size_t i = 0; i < count; ++i) out.push_back(one(i));
        return out;
    };
    const auto words = [](std::size_t i) { return Json("Why " + std::to_string(i)); };
    const auto dates = [](std::size_t i) { return Json("2031-06-" + std::string(i < 9 ? "0" : "") + std::to_string(i + 1) + "T18:00:00Z"); };
    const auto wall = [](std::size_t i) { return Json("2031-06-" + std::string(i < 9 ? "0" : "") + std::to_string(i + 1) + "T18:00"); };
    struct List {
        const char* who;
        const char* path;
        std::function<Json(std::size_t)> body;
        std::size_t most;
        const char* refusal;
    };
    std::vector<List> table{{"bob", "profile", [&](std::size_t n) { return Json{{"links", many(n, [](std::size_t i) { return Json("https://example.org/" + std::to_string(i)); })}}; }, api::kMaxProfileLinks, "too_many_links"},
                            {"olga", "guests", [&](std::size_t n) { return Json{{"name", "Bea"}, {"terms", {{"topic", "Tea"}, {"when", many(n, dates)}}}}; }, api::kMaxTermsWhen, "bad_terms"},
                            {"olga", "schedule", [&](std::size_t n) { return Json{{"title", "Poll"}, {"dates", many(n, wall)}}; }, 10, "bad_dates"}};
    for (const char* name : {"questions", "stage", "excluded"})
        table.push_back({"olga", "guests", [&, name](std::size_t n) { return Json{{"name", "Bea"}, {"terms", {{"topic", "Tea"}, {name, many(n, words)}}}}; }, api::kMaxTermsLines, "bad_terms"});
    for (const auto& one : table) {
        INFO(one.path << " " << one.body(1).dump());
        CHECK(w.refused(one.who, one.path, one.body(one.most)) == "");
        CHECK(w.refused(one.who, one.path, one.body(one.most + 1)) == one.refusal);
    }
}

TEST_CASE("a sentence to the waiting list has 140 characters and not one more", "[house-limits][limits]") {
    Limits w;
    for (const std::string unit : {"a", "\U0001F600"})
        for (const std::size_t count : {std::size_t(140), std::size_t(141)}) {
            const api::ApplicationWish wish{"Eve", times(count, unit), w.proof("eve" + unit, std::string(api::kApplyPurpose))};
            const auto answer = w.ask("POST", "applications", Json::parse(api::toJson(wish)), {});
            INFO(count << " of " << unit.size() << " bytes: " << (answer ? "" : base::describe(answer.error())));
            CHECK((answer ? "" : answer.error().code) == (count == 140 ? "" : "bad_words"));
        }
}

TEST_CASE("what the house forgets after days is told in 0 to 36500 of them", "[house-limits][config][limits]") {
    server::ServerConfig config;
    for (const char* key : {"retention.audit_days", "retention.chat_days", "retention.report_days", "retention.ended_room_days"}) {
        INFO(key);
        CHECK(server::setKey(config, key, "0", "--set"));
        CHECK(server::setKey(config, key, "36500", "--set"));
        for (const char* bad : {"36501", "-1", "1.5", "", "999999999999"}) CHECK_FALSE(server::setKey(config, key, bad, "--set"));
    }
    CHECK(config.policy.retention.chatDays == 36'500);
}

TEST_CASE("T55 two rooms at once for one person, and a third is refused", "[T55][limits]") {
    HouseWorld world;
    std::vector<api::RoomMade> rooms;
    for (const char* title : {"One", "Two", "Three"})
        rooms.push_back(world.wait<api::RoomMade>([&](auto answer) { world.house->createRoom({title}, answer); }).value());
    const auto enter = [&](std::size_t i) {
        const auto in = world.redeem("bob", rooms[i].links.listener).value();
        const auto admitted = world.admit(in.join.token);
        if (admitted) world.house->connected(rooms[i].room, in.identity);
        world.executor.runReady();
        return admitted ? "" : admitted.error().code;
    };
    CHECK(enter(0) == "");
    CHECK(enter(1) == "");
    CHECK(enter(2) == "too_many_rooms");
    CHECK(enter(1) == "");   // where one is already one may come again
    const auto session = world.redeem("bob", rooms[0].links.listener)->session;
    REQUIRE(world.wait<api::Nothing>([&](auto answer) { world.house->leave({session, false}, rooms[0].room, answer); }));
    CHECK(enter(2) == "");
}

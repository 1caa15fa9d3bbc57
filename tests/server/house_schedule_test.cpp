// SPDX-License-Identifier: Apache-2.0
// The calendar through the table of requests: planning, moving, calling off, answers, polls, feeds, pages, reminders.
#include "core/api/schedule_types.h"
#include "core/base/local_time.h"
#include "tests/server/member_world.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct ScheduleWorld : MemberWorld {
    ScheduleWorld() {
        bring("olga", "ann");
        bring("olga", "bob");
    }
    std::string in(std::chrono::seconds later) const {
        return base::formatIso(base::toUtcTime(clock.wallNow()) + later);
    }
    Json plan(const std::string& who, Json order = Json::object()) {
        order.emplace("title", "Talk");
        if (!order.contains("dates")) order.emplace("at", in(24h));
        return post(who, "schedule", order);
    }
    static std::string at(const Json& made, const std::string& verb = {}) {
        return "schedule/" + made["id"].get<std::string>() + (verb.empty() ? "" : "/" + verb);
    }
    /// An address outside of the API, as an address or from its first '/'.
    base::Result<server::ApiReply> open(std::string address) {
        if (address.starts_with(kOrigin)) address.erase(0, std::string(kOrigin).size());
        server::ApiRequest request{"GET", address.substr(0, address.find('?')), {}, {}, {}};
        if (const auto key = address.find("?k="); key != std::string::npos) request.query["k"] = address.substr(key + 3);
        return wait<server::ApiReply>([&](auto answer) { house->request(request, answer); });
    }
    std::vector<std::string> told(const std::string& who) {
        std::vector<std::string> out;
        const auto page = get(who, "notices?after=0");
        for (const auto& one : page["notices"])
            if (one["kind"].get<std::string>().starts_with("event_")) out.push_back(one["kind"].get<std::string>() + ": " + one["text"].get<std::string>());
        return out;
    }
    void close() {
        auto rules = get("olga", "house/rules");
        rules["open"] = false;
        post("olga", "house/rules", rules);
    }
};

}  // namespace

TEST_CASE("a member plans a talk: it has its room, a link for listeners, a page and a file", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"minutes", 45}, {"details", "One\nTwo"}, {"colour", "#3D5AFE"}, {"zone", "Europe/Berlin"}});
    const auto view = world.get("bob", ScheduleWorld::at(made));
    CHECK(view["title"] == "Talk");
    CHECK(view["details"] == "One\nTwo");
    CHECK(view["host_name"] == "ann");
    CHECK(view["minutes"] == 45);
    CHECK(view["colour"] == "#3d5afe");
    CHECK(view["state"] == "scheduled");
    CHECK(view["sequence"] == 0);
    CHECK(view["yes"] == 1);
    CHECK(view["editable"] == false);
    CHECK(world.get("ann", ScheduleWorld::at(made))["editable"] == true);
    CHECK(view["link"] == made["link"]);
    world.crash();
    CHECK(world.get("bob", ScheduleWorld::at(made)) == view);
    const auto guest = world.comeBy("gast", made);
    REQUIRE(guest);
    CHECK(guest->join.room.str() == made["room"]);
    CHECK(world.get("gast", ScheduleWorld::at(made))["title"] == "Talk");
    CHECK(world.refused("gast", "schedule") == "members_only");
    CHECK(world.refused("gast", "schedule", {{"title", "Mine"}, {"at", world.in(1h)}}) == "members_only");
    CHECK(world.refused("gast", "schedule/none") == "event_unknown");
    const auto file = world.open(made["ics"]).value();
    CHECK(file.type == "text/calendar; charset=utf-8");
    CHECK(file.body.find("SUMMARY:Talk\r\n") != std::string::npos);
    CHECK(file.headers.contains("etag"));
}

TEST_CASE("what cannot be planned is refused with its name", "[house-schedule]") {
    ScheduleWorld world;
    const auto refuse = [&](Json order) {
        order.emplace("title", "Talk");
        order.emplace("at", world.in(1h));
        return world.refused("ann", "schedule", order);
    };
    CHECK(refuse({{"title", " \n"}}) == "bad_title");
    CHECK(refuse({{"title", std::string(256, 'x')}}).empty());
    CHECK(refuse({{"title", std::string(257, 'x')}}) == "bad_title");
    CHECK(refuse({{"at", "soon"}}) == "bad_time");
    CHECK(refuse({{"at", ""}}) == "bad_time");
    CHECK(refuse({{"at", world.in(-2h)}}) == "in_the_past");
    CHECK(refuse({{"zone", "Mars/Olympus"}}) == "bad_zone");
    CHECK(refuse({{"zone", "../../etc/passwd"}}) == "bad_zone");
    CHECK(refuse({{"every", "FREQ=SECONDLY"}}) == "bad_rule");
    CHECK(refuse({{"minutes", 0}}) == "bad_length");
    CHECK(refuse({{"minutes", 1441}}) == "bad_length");
    CHECK(refuse({{"colour", "red"}}) == "bad_colour");
    CHECK(refuse({{"details", std::string(4001, 'x')}}) == "bad_details");
    CHECK(refuse({{"dates", {world.in(1h)}}}) == "bad_dates");
    CHECK(refuse({{"dates", {world.in(1h), world.in(1h)}}}) == "bad_dates");
    CHECK(refuse({{"dates", {world.in(1h), world.in(-1h)}}}) == "bad_dates");
    CHECK(refuse({{"dates", {world.in(1h), world.in(2h)}}, {"every", "FREQ=DAILY"}}) == "bad_dates");
}

TEST_CASE("a series that was called off stands in the calendar once", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"title", "Daily"}, {"every", "FREQ=DAILY"}});
    CHECK(world.get("bob", "schedule")["events"].size() > 5);
    world.post("ann", ScheduleWorld::at(made, "cancel"), Json::object());
    world.plan("ann", {{"title", "Other"}, {"every", "FREQ=DAILY"}});
    std::string next;
    int shown = 0, others = 0, pages = 0;
    do {
        const auto page = world.get("bob", "schedule?limit=3" + (next.empty() ? "" : "&after=" + next));
        for (const auto& one : page["events"]) ++(one["title"] == "Daily" ? shown : others);
        next = page.value("next", "");
    } while (!next.empty() && ++pages < 20);
    CHECK(shown == 1);
    CHECK(others > 5);
}

TEST_CASE("moving and calling off reach everybody who comes, raise the sequence and keep the uid", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann");
    const auto before = world.get("ann", ScheduleWorld::at(made));
    world.post("bob", ScheduleWorld::at(made, "rsvp"), {{"answer", "yes"}});
    world.post("olga", ScheduleWorld::at(made, "rsvp"), {{"answer", "no"}});
    CHECK(world.refused("bob", ScheduleWorld::at(made, "move"), {{"at", world.in(48h)}}) == "not_host");
    const auto moved = world.post("ann", ScheduleWorld::at(made, "move"), {{"at", world.in(48h)}, {"if_sequence", 0}});
    CHECK(moved["sequence"] == 1);
    CHECK(moved["uid"] == before["uid"]);
    CHECK(moved["start_ms"] == before["start_ms"].get<std::int64_t>() + 86'400'000);
    CHECK(world.refused("olga", ScheduleWorld::at(made, "move"), {{"at", world.in(72h)}, {"if_sequence", 0}}) == "changed_meanwhile");
    world.post("ann", ScheduleWorld::at(made, "late"), {{"minutes", 10}});
    const auto off = world.post("olga", ScheduleWorld::at(made, "cancel"), Json::object());
    CHECK(off["state"] == "cancelled");
    CHECK(off["sequence"] == 3);
    CHECK(world.told("bob").size() == 3);
    CHECK(world.told("bob")[0].starts_with("event_moved: Talk is now on "));
    CHECK(world.told("bob")[1] == "event_late: Talk begins about 10 minutes later.");
    CHECK(world.told("bob")[2].starts_with("event_cancelled: Talk on "));
    CHECK(world.told("olga").empty());
    CHECK(world.told("ann").size() == 1);
    CHECK(world.refused("ann", ScheduleWorld::at(made, "move"), {{"at", world.in(72h)}}) == "event_cancelled");
    CHECK_FALSE(world.comeBy("gast", made));
    world.crash();
    CHECK(world.get("bob", ScheduleWorld::at(made)) == [&] { auto view = off; view["editable"] = false; view["mine"] = "yes"; return view; }());
    const auto file = world.open(made["ics"])->body;
    CHECK(file.find("METHOD:CANCEL\r\n") != std::string::npos);
}

TEST_CASE("the list unfolds repeated talks in pages that meet without a gap", "[house-schedule]") {
    ScheduleWorld world;
    world.plan("ann", {{"title", "Daily"}, {"every", "FREQ=DAILY;COUNT=5"}, {"minutes", 1440}});
    world.plan("ann", {{"title", "Once"}, {"at", world.in(72h)}});
    const auto whole = world.get("bob", "schedule")["events"];
    REQUIRE(whole.size() == 6);
    Json pieces = Json::array();
    std::string after;
    do {
        const auto page = world.get("bob", "schedule?limit=2&after=" + after);
        CHECK(page["events"].size() <= 2);
        for (const auto& one : page["events"]) pieces.push_back(one);
        after = page.value("next", "");
    } while (!after.empty() && pieces.size() < 20);
    CHECK(pieces == whole);
    for (std::size_t i = 1; i < whole.size(); ++i) CHECK(whole[i - 1]["start_ms"] <= whole[i]["start_ms"]);
    const auto ms = [&](std::chrono::hours later) { return std::to_string(base::toUnixMs(world.clock.wallNow() + later)); };
    CHECK(world.get("bob", "schedule?from=" + ms(71h) + "&to=" + ms(73h))["events"].size() == 3);
    for (const char* bad : {"limit=0", "limit=201", "after=x", "from=1&to=0", "from=9999999999999999", "to=999999999999999"})
        CHECK(world.refused("bob", std::string("schedule?") + bad) == "bad_field");
}

TEST_CASE("a poll gathers votes, and moving the talk to a date ends it and tells the voters", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"dates", {world.in(48h), world.in(24h)}}});
    auto view = world.get("bob", ScheduleWorld::at(made));
    REQUIRE(view["dates"].size() == 2);
    CHECK(view["start_ms"] == view["dates"][0]["at_ms"]);
    const auto second = view["dates"][1]["at_ms"].get<std::int64_t>();
    view = world.post("bob", ScheduleWorld::at(made, "vote"), {{"dates_ms", {second}}});
    CHECK(view["dates"][1]["votes"] == 1);
    CHECK(view["dates"][1]["mine"] == true);
    CHECK(view["mine"] == "maybe");
    CHECK(world.refused("bob", ScheduleWorld::at(made, "vote"), {{"dates_ms", {second + 1000}}}) == "bad_dates");
    CHECK(world.open(made["ics"])->body.find("STATUS:TENTATIVE") != std::string::npos);
    view = world.post("ann", ScheduleWorld::at(made, "move"), {{"at", world.in(48h)}});
    CHECK(view.value("dates", Json::array()).empty());
    CHECK(view["start_ms"] == second);
    CHECK(world.told("bob").size() == 1);
    CHECK(world.refused("bob", ScheduleWorld::at(made, "vote"), {{"dates_ms", {second}}}) == "bad_dates");
}

TEST_CASE("whoever comes is reminded once a quarter of an hour before, and once when it begins", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"at", world.in(60min)}});
    world.post("bob", ScheduleWorld::at(made, "rsvp"), {{"answer", "maybe"}});
    world.executor.runFor(44min);
    CHECK(world.told("bob").empty());
    world.executor.runFor(5min);
    REQUIRE(world.told("bob").size() == 1);
    CHECK(world.told("bob")[0].starts_with("event_reminder: Talk begins at "));
    CHECK(world.told("ann").size() == 1);
    world.crash();
    world.executor.runFor(20min);
    REQUIRE(world.told("bob").size() == 2);
    CHECK(world.told("bob")[1] == "event_begins: Talk begins now.");
    world.crash();
    world.executor.runFor(30min);
    CHECK(world.told("bob").size() == 2);
}

TEST_CASE("a reminder is for whoever asked, coming or not, and follows a delay", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"at", world.in(60min)}});
    CHECK(world.post("bob", ScheduleWorld::at(made, "remind"), {{"on", true}})["reminder"] == true);
    CHECK(world.get("olga", ScheduleWorld::at(made))["reminder"] == false);
    world.post("olga", ScheduleWorld::at(made, "remind"), {{"on", true}});
    CHECK(world.post("olga", ScheduleWorld::at(made, "remind"), {{"on", false}})["reminder"] == false);
    world.executor.runFor(46min);
    CHECK(world.told("bob").size() == 1);
    world.post("ann", ScheduleWorld::at(made, "late"), {{"minutes", 10}});
    CHECK(world.told("bob").back() == "event_late: Talk begins about 10 minutes later.");
    world.executor.runFor(20min);
    CHECK(world.told("bob").size() == 2);   // not yet
    world.executor.runFor(5min);
    CHECK(world.told("bob").back() == "event_begins: Talk begins now.");
    CHECK(world.told("olga").empty());
    CHECK(world.refused("bob", "schedule/none/remind", Json::object()) == "event_unknown");
}

TEST_CASE("a talk that nobody has begun is late by so many minutes, on its page as well", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"at", world.in(60min)}});
    world.clock.advance(60min);
    CHECK(world.get("bob", ScheduleWorld::at(made))["overdue_minutes"] == 0);
    world.clock.advance(7min);
    CHECK(world.get("bob", ScheduleWorld::at(made))["overdue_minutes"] == 7);
    CHECK(world.open(made["page"])->body.find("Late by 7 min.") != std::string::npos);
    world.post("ann", ScheduleWorld::at(made, "late"), {{"minutes", 20}});
    CHECK(world.open(made["page"])->body.find("Begins about 20 minutes later.") != std::string::npos);
    world.room = base::RoomId(made["room"].get<std::string>());
    world.enter("ann", made["link"]);
    CHECK(world.get("bob", ScheduleWorld::at(made))["state"] == "live");
    CHECK(world.get("bob", ScheduleWorld::at(made))["overdue_minutes"] == 0);
    CHECK(world.open(made["page"])->body.find("Live now.") != std::string::npos);
}

TEST_CASE("a feed is private, shows cancelled talks as such, and ends with a new one or with membership", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"title", "Off"}});
    world.plan("ann", {{"title", "On"}, {"every", "FREQ=WEEKLY"}, {"zone", "Europe/Berlin"}});
    world.post("ann", ScheduleWorld::at(made, "cancel"), Json::object());
    const std::string first = world.post("bob", "feed", Json::object())["url"];
    const auto reply = world.open(first).value();
    CHECK(reply.body.find("X-WR-CALNAME:Salon\r\n") != std::string::npos);
    CHECK(reply.body.find("STATUS:CANCELLED\r\n") != std::string::npos);
    CHECK(reply.body.find("TZID:Europe/Berlin\r\n") != std::string::npos);
    CHECK(world.open(first)->headers.at("etag") == reply.headers.at("etag"));
    world.plan("ann", {{"title", "New"}});
    CHECK(world.open(first)->headers.at("etag") != reply.headers.at("etag"));
    const std::string second = world.post("bob", "feed", Json::object())["url"];
    CHECK(world.open(first).error().code == "feed_unknown");
    CHECK(world.open(second));
    CHECK(world.open("/feed/short.ics").error().code == "feed_unknown");
    world.post("olga", world.path("members", "bob", "suspend"), Json::object());
    CHECK(world.open(second).error().code == "feed_unknown");
    CHECK(world.asAdmin("schedule", {{"title", "x"}, {"at", world.in(1h)}})["moderator_link"].get<std::string>().find("/i/") != std::string::npos);
}

TEST_CASE("the page of a talk is open in an open house, needs its key in a closed one, and is text whatever people wrote", "[house-schedule][T25]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"title", "<script>alert(1)</script>"}, {"details", "\"'<img src=x>&"}});
    const std::string plain = "/e/" + made["id"].get<std::string>();
    const auto page = world.open(plain).value();
    CHECK(page.type == "text/html; charset=utf-8");
    CHECK(page.headers.at("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
    CHECK(page.body.find("<script>alert") == std::string::npos);
    CHECK(page.body.find("<img") == std::string::npos);
    CHECK(page.body.find("&lt;script&gt;alert(1)&lt;/script&gt;") != std::string::npos);
    CHECK(world.open(plain + ".ics"));
    world.close();
    const auto hidden = world.open(plain).error();
    const auto none = world.open("/e/aaaaaaaaaaaa").error();
    CHECK(hidden.code == "event_unknown");
    CHECK(base::describe(hidden) == base::describe(none));
    CHECK(world.open(plain + ".ics").error().code == "event_unknown");
    CHECK(world.open(plain + "?k=" + std::string(22, 'A')).error().code == "event_unknown");
    CHECK(world.open(made["page"]));
    CHECK(world.open(made["ics"]));
}

TEST_CASE("a talk is live while people are in its room, and a day after its end the room is gone", "[house-schedule]") {
    ScheduleWorld world;
    const auto made = world.plan("ann", {{"at", world.in(1h)}});
    const base::RoomId talk(made["room"].get<std::string>());
    world.room = talk;
    const auto guest = world.enter("gast", made["link"]);
    CHECK(world.get("ann", ScheduleWorld::at(made))["state"] == "live");
    CHECK(world.get("ann", "schedule")["events"][0]["state"] == "live");
    CHECK(world.open(made["page"])->body.find("Live now.") != std::string::npos);
    const auto roomIsThere = [&] {
        bool found = false;
        world.sessions["ann"] = world.signIn("ann");
        const auto list = world.wait<api::RoomList>([&](auto answer) { world.house->rooms({world.sessions["ann"], false}, answer); }).value();
        for (const auto& one : list.rooms) found = found || one.room == talk;
        return found;
    };
    world.executor.runFor(26h);
    CHECK(roomIsThere());
    world.house->disconnected(talk, guest.identity);
    world.executor.runFor(2h);
    CHECK_FALSE(roomIsThere());
    CHECK(world.get("ann", ScheduleWorld::at(made))["state"] == "done");
    CHECK(world.refused("ann", ScheduleWorld::at(made, "late"), {{"minutes", 5}}) == "event_over");
}

TEST_CASE("a host has a hundred talks ahead and no more", "[house-schedule]") {
    ScheduleWorld world;
    for (int i = 0; i < api::kMaxUpcomingEvents; ++i) world.plan("ann");
    CHECK(world.refused("ann", "schedule", {{"title", "One more"}, {"at", world.in(1h)}}) == "too_many_events");
    CHECK(world.plan("bob").contains("id"));
}

// SPDX-License-Identifier: Apache-2.0
// The calendar from the command line: talks are planned, listed, moved, called off; the private feed.
#include <ostream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"
#include "core/base/zone_files.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

/// A whole number from 0 on; ends the call with 2 when it is none.
std::optional<int> number(const HouseCallPtr& call, const char* name) {
    const auto value = wholeNumber(call->given().text(name), 0);
    if (!value) call->usage(std::string("--") + name + " takes a number of minutes.");
    return value;
}

/// One occurrence as scripts read it.
Json row(const Json& view) {
    const auto start = base::toUtcTime(base::fromUnixMs(view.value("start_ms", std::int64_t{0})));
    Json out{{"id", word(view, "id")}, {"title", word(view, "title")}, {"at", base::formatIso(start)}, {"zone", word(view, "zone")},
             {"local", word(view, "wall")}, {"minutes", view.value("minutes", 0)}, {"every", nullptr}, {"state", word(view, "state")},
             {"sequence", view.value("sequence", 0)}, {"uid", word(view, "uid")}, {"host", word(view, "host")},
             {"host_name", word(view, "host_name")}, {"hosts", view.value("hosts", Json::array())}, {"late_minutes", view.value("late_minutes", 0)},
             {"overdue_minutes", view.value("overdue_minutes", 0)}, {"reminder", view.value("reminder", false)}, {"yes", view.value("yes", 0)},
             {"maybe", view.value("maybe", 0)}, {"mine", word(view, "mine")}, {"dates", Json::array()}, {"room", word(view, "room")},
             {"link", word(view, "link")}, {"page", word(view, "page")}, {"ics", word(view, "ics")}, {"note", word(view, "note")}};
    if (const auto every = word(view, "every"); !every.empty()) out["every"] = every;
    for (const auto& date : view.value("dates", Json::array()))
        out["dates"].push_back({{"at", base::formatIso(base::toUtcTime(base::fromUnixMs(date.value("at_ms", std::int64_t{0}))))},
                                {"votes", date.value("votes", 0)}, {"mine", date.value("mine", false)}});
    return out;
}

void line(std::ostream& to, const Json& view) {
    std::string when = word(view, "wall").substr(0, 16);
    if (when.size() > 10) when[10] = ' ';
    to << when << " " << word(view, "zone") << "  " << word(view, "title") << "  " << word(view, "state");
    if (const int overdue = view.value("overdue_minutes", 0)) to << ", late by " << overdue << " min";
    else if (const int late = view.value("late_minutes", 0)) to << ", about " << late << " minutes late";
    to << "  " << word(view, "id") << "\n";
    if (!word(view, "note").empty()) to << "    " << word(view, "note") << "\n";
}

void printOne(const HouseCallPtr& call, const Json& view) {
    call->print(row(view), [&](std::ostream& to) { line(to, view); });
}

void create(const HouseCallPtr& call) {
    const auto& given = call->given();
    if (!given.has("at") && !given.has("date")) return call->usage("--at is missing: say when, like 2026-12-01T18:00.");
    Json body{{"title", given.text("TITLE")}, {"at", given.text("at")}, {"zone", given.has("zone") ? given.text("zone") : base::machineZone()},
              {"every", given.text("every")}, {"details", given.text("details")}, {"colour", given.text("colour")}};
    if (given.has("host")) body["hosts"] = given.list("host");
    if (given.has("date")) body["dates"] = given.list("date");
    if (given.has("for")) {
        const auto minutes = number(call, "for");
        if (!minutes) return;
        body["minutes"] = *minutes;
    }
    call->post("/schedule", body, [call](const Json& made) {
        Json out{{"id", word(made, "id")}, {"link", word(made, "link")}, {"ics", word(made, "ics")}, {"page", word(made, "page")},
                 {"room", word(made, "room")}, {"note", word(made, "note")}};
        call->print(out, [&](std::ostream& to) {
            to << "listeners: " << word(made, "link") << "\npage:      " << word(made, "page") << "\ncalendar:  " << word(made, "ics")
               << "\nid:        " << word(made, "id") << "\n";
            if (!word(made, "note").empty()) to << word(made, "note") << "\n";
        });
    });
}

void listFrom(const HouseCallPtr& call, const std::string& after, const std::shared_ptr<Json>& views) {
    call->get("/schedule?limit=200" + (after.empty() ? "" : "&after=" + after), [call, views](const Json& page) {
        for (const auto& view : page.value("events", Json::array())) views->push_back(view);
        if (const auto next = word(page, "next"); !next.empty()) return listFrom(call, next, views);
        Json out = Json::array();
        for (const auto& view : *views) out.push_back(row(view));
        call->print(out, [&](std::ostream& to) {
            for (const auto& view : *views) line(to, view);
            if (views->empty()) to << "Nothing is planned.\n";
        });
    });
}
void list(const HouseCallPtr& call) { listFrom(call, {}, std::make_shared<Json>(Json::array())); }

void change(const HouseCallPtr& call, const char* verb, const Json& body) {
    call->post("/schedule/" + call->given().text("ID") + "/" + verb, body, [call](const Json& view) { printOne(call, view); });
}
void show(const HouseCallPtr& call) {
    call->get("/schedule/" + call->given().text("ID"), [call](const Json& view) { printOne(call, view); });
}
void move(const HouseCallPtr& call) { change(call, "move", {{"at", call->given().text("at")}, {"zone", call->given().text("zone")}}); }
void cancel(const HouseCallPtr& call) { change(call, "cancel", Json::object()); }
void late(const HouseCallPtr& call) {
    if (const auto minutes = number(call, "minutes")) change(call, "late", {{"minutes", *minutes}});
}
void rsvp(const HouseCallPtr& call) { change(call, "rsvp", {{"answer", call->given().text("ANSWER")}}); }
void remind(const HouseCallPtr& call) { change(call, "remind", {{"on", !call->given().has("off")}}); }
void vote(const HouseCallPtr& call) {
    Json dates = Json::array();
    for (const auto& text : call->given().list("date")) {
        const auto time = base::parseIsoTime(text);
        if (!time) return call->fail(time.error());
        if (!time->offset) return call->usage("--date takes one of the dates as `schedule show` prints them, like 2026-12-01T17:00:00Z.");
        dates.push_back(base::toUnixMs(base::toWallTime(time->utc())));
    }
    change(call, "vote", {{"dates_ms", dates}});
}

void feed(const HouseCallPtr& call) {
    call->post("/feed", Json::object(), [call](const Json& made) {
        call->print(Json{{"url", word(made, "url")}}, [&](std::ostream& to) {
            to << word(made, "url") << "\nSubscribe to it in your calendar; whoever has this address reads the calendar of the house.\n";
        });
    });
}

}  // namespace

std::vector<HouseCommand> scheduleCommands() {
    const HouseArgument id{"ID", A::positional, "of the talk"};
    return {
        {"schedule create", "plan a talk",
         {{"TITLE", A::positional, "what it is about"}, {"--at", A::option, "like 2026-12-01T18:00, on the clock of the zone"},
          {"--zone", A::option, "like Europe/Berlin; this machine's without"}, {"--for", A::option, "minutes (60)"},
          {"--every", A::option, "like FREQ=WEEKLY;BYDAY=TU"}, {"--details", A::option, "more about it"}, {"--colour", A::option, "like #3d5afe"},
          {"--host", A::repeated, "id of a member who hosts it with you"},
          {"--date", A::repeated, "instead of --at: dates to vote on"}}, create},
        {"schedule list", "what comes in the next half year", {}, list},
        {"schedule show", "one talk", {id}, show},
        {"schedule move", "another time", {id, {"--at", A::required, "the new time"}, {"--zone", A::option, "another zone"}}, move},
        {"schedule cancel", "call it off", {id}, cancel},
        {"schedule late", "say that it begins later", {id, {"--minutes", A::required, "0 = on time after all"}}, late},
        {"schedule rsvp", "say whether you come", {id, {"ANSWER", A::positional, "yes, maybe or no"}}, rsvp},
        {"schedule remind", "be told a quarter of an hour before and when it begins", {id, {"--off", A::flag, "no reminder after all"}}, remind},
        {"schedule vote", "which dates suit you", {id, {"--date", A::repeated, "one of the poll"}}, vote},
        {"feed", "a private address of the calendar for your calendar program; replaces an older one", {}, feed},
    };
}

}  // namespace parlour::ctl

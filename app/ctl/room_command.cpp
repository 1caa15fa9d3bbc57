// SPDX-License-Identifier: Apache-2.0
// The moderators' desk of a room from the command line: its settings, who waits in front of the door, who is banned.
#include <ostream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"
#include "core/base/local_time.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

std::string roomPath(const HouseCallPtr& call, const char* what) { return "/rooms/" + call->given().text("ROOM") + "/" + what; }

void list(const HouseCallPtr& call) {
    call->get("/rooms", [call](const Json& answer) {
        const Json rooms = answer.value("rooms", Json::array());
        call->print(rooms, [&](std::ostream& to) {
            if (rooms.empty()) to << "You have no room in this house.\n";
            for (const auto& room : rooms) {
                to << word(room, "room") << "  " << word(room, "title") << "  ";
                if (room.value("live", false))
                    to << "live, " << room.value("on_stage", 0) << " on stage, " << room.value("listeners", 0) << " listening\n";
                else
                    to << "quiet\n";
            }
        });
    });
}

/// The names of the options are those of the house with - for _.
constexpr const char* kNumbers[] = {"slot-seconds", "turn-seconds", "joins-per-minute", "cap", "overflow"};
constexpr const char* kSwitches[] = {"slot-is-sign", "waiting-room", "stage-only"};

std::string field(std::string option) {
    for (auto& c : option)
        if (c == '-') c = '_';
    return option;
}

void settings(const HouseCallPtr& call) {
    const auto& given = call->given();
    Json wish = Json::object();
    for (const char* name : {"preset", "hands"})
        if (given.has(name)) wish[name] = given.text(name);
    for (const char* name : kNumbers) {
        if (!given.has(name)) continue;
        const auto value = wholeNumber(given.text(name));
        if (!value) return call->usage(std::string("--") + name + " needs a number.");
        wish[field(name)] = *value;
    }
    for (const char* name : kSwitches) {
        if (!given.has(name)) continue;
        if (given.text(name) != "on" && given.text(name) != "off") return call->usage(std::string("--") + name + " is on or off.");
        wish[field(name)] = given.text(name) == "on";
    }
    const auto show = [call](const Json& now) {
        call->print(now, [&](std::ostream& to) {
            for (const char* name : {"preset", "hands"}) to << name << ": " << word(now, name) << "\n";
            for (const char* name : kNumbers) to << name << ": " << now.value(field(name), 0) << "\n";
            for (const char* name : kSwitches) to << name << ": " << (now.value(field(name), false) ? "on" : "off") << "\n";
            if (!word(now, "changed_by_name").empty()) to << "changed last by " << word(now, "changed_by_name") << "\n";
        });
    };
    if (wish.empty()) return call->get(roomPath(call, "settings"), show);
    call->post(roomPath(call, "settings"), wish, show);
}

void waiting(const HouseCallPtr& call) {
    call->get(roomPath(call, "waiting"), [call](const Json& answer) {
        const Json people = answer.value("waiting", Json::array());
        call->print(people, [&](std::ostream& to) {
            if (people.empty()) to << "Nobody waits in front of the door.\n";
            for (const auto& one : people) to << word(one, "name") << "  " << word(one, "identity") << "\n";
        });
    });
}

void load(const HouseCallPtr& call) {
    call->get(roomPath(call, "load"), [call](const Json& now) {
        call->print(now, [&](std::ostream& to) {
            to << now.value("words", "") << "\n"
               << now.value("people", 0) << " of " << now.value("cap", 0) << " in the room, " << now.value("waiting_count", 0) << " waiting, "
               << now.value("arrivals_last_minute", 0) << " came in the last minute\n";
            int n = 0;
            for (const auto& people : now.value("overflow", Json::array())) to << "overflow " << ++n << ": " << people.dump() << "\n";
            to << "server: " << now.value("busy_percent", 0) << " % busy, "
               << now.value("packets_per_second", 0) << " of about " << now.value("capacity", 0)
               << " packets a second\n";
        });
    });
}

void bans(const HouseCallPtr& call) {
    call->get(roomPath(call, "bans"), [call](const Json& answer) {
        const Json all = answer.value("bans", Json::array());
        call->print(all, [&](std::ostream& to) {
            if (all.empty()) to << "Nobody is banned from this room.\n";
            for (const auto& one : all) {
                const bool link = !word(one, "link").empty();
                to << (link ? "everybody by link " + word(one, "link") : word(one, "name") + "  " + word(one, "identity"));
                if (one.contains("until_ms"))
                    to << "  until " << base::formatIso(base::toUtcTime(base::fromUnixMs(one.value("until_ms", std::int64_t{0})))) << "\n";
                else
                    to << "  for good\n";
            }
        });
    });
}

void unban(const HouseCallPtr& call) {
    const auto& given = call->given();
    if (given.has("who") == given.has("link")) return call->usage("Say --who ID or --link ID, one of them.");
    Json lift = Json::object();
    if (given.has("who")) lift["identity"] = given.text("who");
    if (given.has("link")) lift["link"] = given.text("link");
    call->post(roomPath(call, "bans/lift"), lift, [call](const Json&) {
        call->print(Json::object(), [](std::ostream& to) { to << "The ban is lifted.\n"; });
    });
}

}  // namespace

std::vector<HouseCommand> roomCommands() {
    return {
        {"room list", "the rooms you may enter", {}, list},
        {"room settings", "how a room is run; without options it is only shown",
         {{"ROOM", A::positional, "id of the room"},
          {"--preset", A::option, "open, interview, panel or quiet; the other options come on top"},
          {"--hands", A::option, "whose hands are taken: off, members, invited, everyone"},
          {"--slot-seconds", A::option, "time of a speaker, 0 = no limit"},
          {"--turn-seconds", A::option, "time of whoever next calls up, 0 = as a speaker"},
          {"--slot-is-sign", A::option, "on: at the end of the time nobody is moved"},
          {"--waiting-room", A::option, "on: listeners wait until a moderator lets them in"},
          {"--stage-only", A::option, "on: the audience listens, no hands and no chat"},
          {"--joins-per-minute", A::option, "of listeners, 0 = no limit"},
          {"--cap", A::option, "people inside, the others wait; 0 = as many as the house can take"},
          {"--overflow", A::option, "so many in line open an overflow room, which hears the stage; 0 = never"}},
         settings},
        {"room waiting", "who waits in front of the door", {{"ROOM", A::positional, "id of the room"}}, waiting},
        {"room load", "how full a room and its server are, and about how many more fit in", {{"ROOM", A::positional, "id of the room"}}, load},
        {"room bans", "who is banned from a room", {{"ROOM", A::positional, "id of the room"}}, bans},
        {"room unban", "lift a ban",
         {{"ROOM", A::positional, "id of the room"}, {"--who", A::option, "id of the person"}, {"--link", A::option, "id of the link"}}, unban},
    };
}

}  // namespace parlour::ctl

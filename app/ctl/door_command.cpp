// SPDX-License-Identifier: Apache-2.0
// How full a room may get, who waits in front of it, and how much more the server takes; for its moderators.
#include <charconv>
#include <ostream>

#include "app/ctl/house_command.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

std::optional<int> numberIn(const HouseArguments& given, const char* name) {
    const std::string text = given.text(name);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value >= 0 ? std::optional(value) : std::nullopt;
}

void door(const HouseCallPtr& call) {
    Json wish = Json::object();
    for (const auto& [name, field] : {std::pair("cap", "cap"), std::pair("overflow", "overflow"), std::pair("joins-per-minute", "joins_per_minute")}) {
        if (!call->given().has(name)) continue;
        const auto value = numberIn(call->given(), name);
        if (!value) return call->usage("--" + std::string(name) + " needs a whole number; 0 switches it off.");
        wish[field] = *value;
    }
    if (call->given().has("waiting-room")) {
        const std::string word = call->given().text("waiting-room");
        if (word != "on" && word != "off") return call->usage("--waiting-room is on or off.");
        wish["waiting_room"] = word == "on";
    }
    const std::string path = "/rooms/" + call->given().text("ROOM") + "/settings";
    const auto show = [call](const Json& now) {
        const Json out{{"cap", now.value("cap", 0)}, {"overflow", now.value("overflow", 0)}, {"waiting_room", now.value("waiting_room", false)},
                       {"joins_per_minute", now.value("joins_per_minute", 0)}};
        call->print(out, [&](std::ostream& to) {
            const auto or0 = [&](const char* field, const char* none) { return out[field] == 0 ? std::string(none) : out[field].dump(); };
            to << "people in the room: " << or0("cap", "as many as the house takes") << "\noverflow rooms: "
               << (out["overflow"] == 0 ? "none" : "open when " + out["overflow"].dump() + " wait") << "\nwaiting room: "
               << (out["waiting_room"] == true ? "on" : "off") << "\narrivals a minute: " << or0("joins_per_minute", "as many as come") << "\n";
        });
    };
    if (wish.empty()) return call->get(path, show);
    call->post(path, wish, show);
}

void load(const HouseCallPtr& call) {
    call->get("/rooms/" + call->given().text("ROOM") + "/load", [call](const Json& now) {
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

}  // namespace

std::vector<HouseCommand> doorCommands() {
    return {
        {"room door", "How many people may be inside, and what happens beyond (moderators)",
         {{"ROOM", A::positional, "Its id"},
          {"--cap", A::option, "People in the room; the others wait. 0 = as many as the house takes"},
          {"--overflow", A::option, "So many in line open an overflow room, which hears the stage. 0 = never"},
          {"--waiting-room", A::option, "on: listeners wait until a moderator lets them in; off"},
          {"--joins-per-minute", A::option, "Listeners let in within a minute. 0 = as many as come"}},
         door},
        {"room load", "How full a room and its server are (moderators)", {{"ROOM", A::positional, "Its id"}}, load},
    };
}

}  // namespace parlour::ctl

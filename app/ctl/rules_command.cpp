// SPDX-License-Identifier: Apache-2.0
// The rules of a house from the command line: shown to its members, changed by its admins.
#include <array>
#include <ostream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

struct Rule {
    const char* option;
    const char* field;
};
constexpr std::array<Rule, 2> kSwitches{{{"open", "open"}, {"waiting-list", "waiting_list"}}};
constexpr std::array<Rule, 4> kNumbers{{{"invitations", "newcomer_invitations"}, {"earn-people", "earn_people"},
                                        {"earn-minutes", "earn_minutes"}, {"earn-per-week", "earn_per_week"}}};

void show(const HouseCallPtr& call, const Json& now) {
    call->print(now, [&](std::ostream& to) {
        const auto number = [&](const char* name) { return now.value(name, 0); };
        to << word(now, "title") << "\n"
           << (now.value("open", false) ? "open: whoever has a link to a room may listen\n" : "not open: only members come into its rooms\n")
           << (now.value("waiting_list", false) ? "waiting list: outsiders may ask to be let in\n" : "no waiting list\n")
           << "a newcomer has " << number("newcomer_invitations") << " invitations\n";
        if (number("earn_people") == 0 || number("earn_per_week") == 0)
            to << "no invitations are earned by hosting\n";
        else
            to << "one more is earned by hosting a room of at least " << number("earn_people") << " people for " << number("earn_minutes")
               << " minutes, at most " << number("earn_per_week") << " a week\n";
    });
}

void rules(const HouseCallPtr& call) {
    const auto& given = call->given();
    Json wish = Json::object();
    if (given.has("title")) wish["title"] = given.text("title");
    for (const auto& rule : kSwitches) {
        if (!given.has(rule.option)) continue;
        const auto value = given.text(rule.option);
        if (value != "on" && value != "off") return call->usage("--" + std::string(rule.option) + " is on or off.");
        wish[rule.field] = value == "on";
    }
    for (const auto& rule : kNumbers) {
        if (!given.has(rule.option)) continue;
        const auto value = wholeNumber(given.text(rule.option), 0);
        if (!value) return call->usage("--" + std::string(rule.option) + " needs a whole number, 0 or more.");
        wish[rule.field] = *value;
    }
    // All of them are sent, with the version that was read: what somebody else changed meanwhile is not written over.
    call->get("/house/rules", [call, wish](const Json& now) {
        if (wish.empty()) return show(call, now);
        Json next = now;
        next.update(wish);
        call->post("/house/rules", next, [call](const Json& changed) { show(call, changed); });
    });
}

}  // namespace

std::vector<HouseCommand> rulesCommands() {
    return {{"house rules", "the rules of the house; without options they are only shown (admins change them)",
             {{"--title", A::option, "what the house is called"},
              {"--open", A::option, "on: whoever has a link to a room may listen; off: members only"},
              {"--waiting-list", A::option, "on: outsiders may ask with one sentence to be let in"},
              {"--invitations", A::option, "what a newcomer has, 0 to 100"},
              {"--earn-people", A::option, "an invitation is earned by hosting a room of so many, 0 = none is"},
              {"--earn-minutes", A::option, "for so long"},
              {"--earn-per-week", A::option, "at most so many a week"}},
             rules}};
}

}  // namespace parlour::ctl

// SPDX-License-Identifier: Apache-2.0
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"   // GCC 12 reads a moved Order as all of its alternatives at once
#endif

#include "app/ctl/stdin_commands.h"

#include <algorithm>
#include <map>

#include "app/ctl/duration.h"
#include "app/ctl/hearing_orders.h"
#include "app/ctl/question_orders.h"
#include "app/ctl/words.h"
#include "core/room/identity_text.h"

namespace parlour::ctl {
namespace {

constexpr std::size_t kShownCharacters = 8;

base::Unexpected<base::Error> wrong(std::string code, std::string message, std::string advice = {}) {
    return base::fail(base::ErrorKind::invalidInput, std::move(code), std::move(message), std::move(advice));
}

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
std::string_view trim(std::string_view text) {
    while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
    return text;
}
/// Takes the first word off `text`.
std::string_view takeWord(std::string_view& text) {
    text = trim(text);
    std::size_t end = 0;
    while (end < text.size() && !isSpace(text[end])) ++end;
    const auto word = text.substr(0, end);
    text = trim(text.substr(end));
    return word;
}

enum class Target { none, optional, required };
struct Word {
    api::StageVerb verb;
    Target target;
};
const std::map<std::string_view, Word>& verbs() {
    using api::StageVerb;
    static const std::map<std::string_view, Word> table{
        {"lower", {StageVerb::lower, Target::optional}},   {"accept", {StageVerb::accept, Target::none}},
        {"decline", {StageVerb::decline, Target::none}},   {"invite", {StageVerb::invite, Target::required}},
        {"dismiss", {StageVerb::dismiss, Target::required}}, {"ask", {StageVerb::ask, Target::required}},
        {"hold", {StageVerb::hold, Target::required}},     {"release", {StageVerb::release, Target::required}},
        {"down", {StageVerb::down, Target::optional}},     {"up", {StageVerb::up, Target::none}},
        {"next", {StageVerb::next, Target::none}},         {"promote", {StageVerb::promote, Target::required}},
        {"chair", {StageVerb::chair, Target::optional}},
        {"demote", {StageVerb::demote, Target::required}}, {"host", {StageVerb::host, Target::required}},
        {"remove", {StageVerb::remove, Target::required}}, {"ban", {StageVerb::ban, Target::required}},
        {"clear-hands", {StageVerb::clearHands, Target::none}}, {"admit", {StageVerb::admit, Target::optional}},
        {"mute-all", {StageVerb::muteAll, Target::none}},  {"end", {StageVerb::end, Target::none}},
    };
    return table;
}

std::string shown(const room::Participant& p) { return p.name + " #" + p.identity.str().substr(0, kShownCharacters); }

base::Unexpected<base::Error> ambiguous(std::string_view who, const std::vector<const room::Participant*>& found) {
    std::string list;
    for (const auto* p : found) list += (list.empty() ? "" : ", ") + shown(*p);
    return wrong("who_ambiguous", "\"" + std::string(who) + "\" fits several people: " + list + ".",
                 "Say whom you mean with # and the start of the id.");
}

bool isCalled(std::string_view name, const room::RoomState& state) {
    return std::any_of(state.participants.begin(), state.participants.end(), [&](const auto& p) { return p->name == name; });
}

/// Options of `remove` and `ban` in front of WHO.
base::Result<std::string_view> takeOptions(std::string_view rest, const room::RoomState& state, room::Command& command) {
    while (rest.rfind("--", 0) == 0 && !isCalled(rest, state)) {
        const auto option = takeWord(rest);
        if (option == "--close-link") {
            command.closeLink = true;
        } else if (option == "--minutes" && command.verb == api::StageVerb::ban) {
            command.minutes = wholeNumber(takeWord(rest), 1, 5'256'000);
            if (!command.minutes) return wrong("bad_command", "--minutes needs a number from 1 to 5256000.");
        } else {
            return wrong("bad_command", "There is no option " + std::string(option) + " here.");
        }
    }
    return rest;
}

/// remove-many and ban-many: --link ID or --last MINUTES, then what `remove` and `ban` take too.
base::Result<Order> many(api::StageVerb verb, std::string_view rest) {
    room::Command command{verb, {}, {}, {}, true, false};
    while (!rest.empty()) {
        const auto option = takeWord(rest);
        if (option == "--close-link") {
            command.closeLink = true;
        } else if (option == "--link") {
            command.link = base::InvitationId(std::string(takeWord(rest)));
        } else if (option == "--last") {
            command.sinceMinutes = wholeNumber(takeWord(rest), 1, 1440);
            if (!command.sinceMinutes) return wrong("bad_command", "--last needs a number of minutes from 1 to 1440.");
        } else if (option == "--minutes" && verb == api::StageVerb::banMany) {
            command.minutes = wholeNumber(takeWord(rest), 1, 525'600);
            if (!command.minutes) return wrong("bad_command", "--minutes needs a number from 1 to 525600.");
        } else {
            return wrong("bad_command", "There is no option " + std::string(option) + " here.");
        }
    }
    if (command.link.empty() == !command.sinceMinutes)
        return wrong("bad_command", "Say who is meant: --link ID or --last MINUTES.");
    return Order(std::move(command));
}

/// move PLACE WHO, slot SECONDS [WHO]
base::Result<Order> numbered(api::StageVerb verb, std::string_view rest, const room::RoomState& state) {
    room::Command command{verb, {}, {}, {}, true, false};
    const bool move = verb == api::StageVerb::move;
    const auto value = move ? wholeNumber(takeWord(rest), 1, 1'000'000) : wholeNumber(takeWord(rest), 0, 3600);
    if (!value) return wrong("bad_command", move ? "move needs a place, 1 = first, and a name." : "slot needs 0 to 3600 seconds.");
    (move ? command.place : command.seconds) = value;
    if (rest.empty() && !move) return Order(std::move(command));
    auto who = resolveWho(rest, state);
    if (!who) return base::Unexpected<base::Error>(std::move(who).error());
    command.target = *who;
    return Order(std::move(command));
}

base::Result<Order> reaction(std::string_view word) {
    std::string names;
    for (std::size_t i = 0; i < api::kReactionCount; ++i) {
        if (word == api::kReactions[i]) return Order(ReactOrder{i});
        names += (names.empty() ? "" : ", ") + std::string(api::kReactions[i]);
    }
    return wrong("bad_command", "A reaction is one of " + names + ".");
}

/// react NAME, delete ID, resend ID, slow SECONDS, pin URL, pin off; nullopt: none of these.
std::optional<base::Result<Order>> chat(std::string_view word, std::string_view rest) {
    if (word == "react") return reaction(rest);
    if (word == "delete" || word == "resend") {
        if (rest.empty() || rest.size() > api::kMaxChatId || rest.find(' ') != std::string_view::npos)
            return wrong("bad_command", std::string(word) + " needs the id of a message.", "The event \"chat\" has it.");
        return Order(MessageOrder{std::string(rest), word == "resend"});
    }
    if (word == "slow") {
        const auto seconds = wholeNumber(rest, 0, api::kMaxSlowSeconds);
        if (!seconds) return wrong("bad_command", "slow needs 0 to 3600 seconds, 0 = off.");
        return Order(ChatRulesOrder{*seconds, std::nullopt});
    }
    // A link is never somebody's name: those have no "://" and, where one is called "off", an identity.
    if (word == "pin" && (rest == "off" || rest.find("://") != std::string_view::npos))
        return Order(ChatRulesOrder{std::nullopt, rest == "off" ? std::string() : std::string(rest)});
    return std::nullopt;
}

/// Somebody in front of the door, who is no participant; nothing where the name fits nobody or several.
std::optional<base::Identity> whoWaits(std::string_view name, const room::RoomState& state) {
    std::optional<base::Identity> found;
    if (!state.door) return found;
    for (const auto& one : state.door->waiting) {
        if (one.name != name) continue;
        if (found) return std::nullopt;
        found = one.identity;
    }
    return found;
}

base::Result<Order> invitation(std::string_view rest) {
    InvitationOrder order;
    const auto role = api::parseRole(takeWord(rest));
    if (!role) return wrong("bad_command", "An invitation is for a listener, speaker or moderator.", "For example: invitation listener --uses 1");
    order.role = *role;
    while (!rest.empty()) {
        const auto option = takeWord(rest);
        const auto value = takeWord(rest);
        if (option == "--uses") {
            order.uses = wholeNumber(value, 1, 100'000);
            if (!order.uses) return wrong("bad_command", "--uses needs a number from 1 to 100000.");
        } else if (option == "--expires") {
            order.expires = parseDuration(value);
            if (!order.expires) return wrong("bad_command", "--expires needs a time like 90s, 30m, 2h or 7d.");
        } else {
            return wrong("bad_command", "There is no option " + std::string(option) + " here.");
        }
    }
    return Order(order);
}

}  // namespace

std::string commandWord(std::string_view line) { return std::string(takeWord(line)); }

base::Result<base::Identity> resolveWho(std::string_view who, const room::RoomState& state) {
    who = trim(who);
    if (who.empty()) return wrong("who_missing", "This command needs a name or #ID.");
    std::vector<const room::Participant*> found;
    for (const auto& p : state.participants)
        if (p->name == who) found.push_back(p.get());
    if (found.empty() && who.front() == '#') {
        const auto id = who.substr(1);
        for (const auto& p : state.participants)
            if (!id.empty() && p->identity.str().rfind(id, 0) == 0) found.push_back(p.get());
        // A whole id is taken also for somebody who is not here now: the house knows more people than the room shows.
        if (found.empty() && room::isIdentityText(id)) return base::Identity(std::string(id));
    }
    if (found.empty())
        return wrong("who_unknown", "Nobody here is \"" + std::string(who) + "\".", "Names are told apart by upper and lower case.");
    if (found.size() > 1) return ambiguous(who, found);
    return found.front()->identity;
}

base::Result<Order> parseOrder(std::string_view line, const room::RoomState& state) {
    if (line.size() > kMaxCommandBytes) return wrong("bad_command", "The line is too long.");
    auto rest = line;
    const auto word = takeWord(rest);
    if (word.empty()) return Order(NoOrder{});
    if (word == "raise") {
        room::Command command{api::StageVerb::raise, {}, std::string(rest), {}, true, false};
        return Order(std::move(command));
    }
    if (word == "say") {
        if (rest.empty()) return wrong("bad_command", "There is nothing to say.");
        return Order(SayOrder{std::string(rest)});
    }
    if (auto order = chat(word, rest)) return std::move(*order);
    if (word == "leave" && rest.empty()) return Order(LeaveOrder{});
    if (word == "unmute" && rest.empty()) return Order(MicrophoneOrder{true});
    if (word == "invitation") return invitation(rest);
    if (word == "mute") {
        if (rest.empty()) return Order(MicrophoneOrder{false});
        auto who = resolveWho(rest, state);
        if (!who) return base::Unexpected<base::Error>(std::move(who).error());
        if (*who == state.self) return Order(MicrophoneOrder{false});
        return Order(room::Command{api::StageVerb::mute, *who, {}, {}, true, false});
    }
    if (word == "lock-hands") {
        if (rest != "on" && rest != "off") return wrong("bad_command", "lock-hands needs on or off.");
        return Order(room::Command{api::StageVerb::lockHands, {}, {}, {}, rest == "on", false});
    }
    if (word == "lock-door") {
        if (rest != "on" && rest != "off") return wrong("bad_command", "lock-door needs on or off.");
        return Order(room::Command{api::StageVerb::lockDoor, {}, {}, {}, rest == "on", false});
    }
    if (word == "remove-many") return many(api::StageVerb::removeMany, rest);
    if (word == "ban-many") return many(api::StageVerb::banMany, rest);
    if (word == "move") return numbered(api::StageVerb::move, rest, state);
    if (word == "slot") return numbered(api::StageVerb::slot, rest, state);
    if (word == "pin" || word == "unpin") {
        auto who = resolveWho(rest, state);
        if (!who) return base::Unexpected<base::Error>(std::move(who).error());
        return Order(room::Command{api::StageVerb::pin, *who, {}, {}, word == "pin", false});
    }
    if (auto asked = questionOrder(word, rest, state)) return std::move(*asked);
    if (auto heard = hearingOrder(word, rest, state)) return std::move(*heard);
    const auto found = verbs().find(word);
    if (found == verbs().end())
        return wrong("bad_command", "There is no command \"" + std::string(word) + "\".", "parlourctl --help lists them.");
    room::Command command{found->second.verb, {}, {}, {}, true, false};
    if (command.verb == api::StageVerb::remove || command.verb == api::StageVerb::ban) {
        const auto who = takeOptions(rest, state, command);
        if (!who) return base::Unexpected<base::Error>(who.error());
        rest = *who;
    }
    if (found->second.target == Target::none) {
        if (!rest.empty()) return wrong("bad_command", "\"" + std::string(word) + "\" stands alone.");
        return Order(std::move(command));
    }
    if (command.verb == api::StageVerb::admit && rest == "all") rest = {};
    if (rest.empty() && found->second.target == Target::optional) return Order(std::move(command));
    if (command.verb == api::StageVerb::admit)
        if (auto waiting = whoWaits(rest, state)) {
            command.target = *waiting;
            return Order(std::move(command));
        }
    auto who = resolveWho(rest, state);
    if (!who) return base::Unexpected<base::Error>(std::move(who).error());
    command.target = *who;
    return Order(std::move(command));
}

}  // namespace parlour::ctl

// SPDX-License-Identifier: Apache-2.0
// The question desk of a room and the interviewer's chair from the command line, for somebody who is in that room with another
// program of theirs. The same words on standard input of a running `join`: question_orders.h.
#include <ostream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

constexpr int kMostQuestions = 999'999;

std::string deskPath(const HouseCallPtr& call) { return "/rooms/" + call->given().text("ROOM") + "/questions"; }

std::string standingOf(const Json& one) {
    const auto state = word(one, "state");
    if (state == "now") return "on air";
    if (state == "approved") return "place " + std::to_string(one.value("place", 0));
    if (state == "open") return "waits for the desk";
    return state;
}

void list(const HouseCallPtr& call) {
    call->get(deskPath(call), [call](const Json& desk) {
        call->print(desk, [&](std::ostream& to) {
            const Json questions = desk.value("questions", Json::array());
            if (questions.empty()) to << "No questions yet.\n";
            for (const auto& one : questions) {
                to << one.value("n", 0) << "  " << standingOf(one) << "  " << word(one, "text");
                if (!word(one, "asker_name").empty()) to << "  (" << word(one, "asker_name") << ")";
                if (!word(one, "reason").empty()) to << "  " << word(one, "reason");
                to << "\n";
            }
            if (const int agreed = desk.value("agreed", 0); agreed > 0) to << agreed << " agreed with the guest are not on the desk yet: questions agreed\n";
        });
    });
}

void send(const HouseCallPtr& call, const std::string& path, const Json& body) {
    call->post(path, body, [call](const Json& answer) {
        call->print(answer, [&](std::ostream& to) {
            if (const int added = answer.value("added", 0); added > 0) to << added << " questions added.\n";
            else if (answer.value("n", 0) > 0) to << "Question " << answer.value("n", 0) << ": " << standingOf(answer) << "\n";
            else to << "Nothing changed.\n";
        });
    });
}

void ask(const HouseCallPtr& call) { send(call, deskPath(call), {{"text", call->given().text("TEXT")}}); }
void agreed(const HouseCallPtr& call) { send(call, deskPath(call), {{"agreed", true}}); }

/// The hand of this id or name.
void ofHand(const HouseCallPtr& call) {
    call->get("/rooms/" + call->given().text("ROOM") + "/hands", [call](const Json& answer) {
        const auto who = call->given().text("WHO");
        std::vector<std::string> found;
        for (const auto& hand : answer.value("hands", Json::array()))
            if (word(hand, "identity") == who || word(hand, "name") == who) found.push_back(word(hand, "identity"));
        if (found.size() != 1)
            return call->usage(found.empty() ? "Nobody called \"" + who + "\" has a hand up there." : "Several people called \"" + who + "\" have a hand up. Say whom you mean by their id.");
        send(call, deskPath(call), {{"hand", found.front()}});
    });
}

/// An order about question N; `verb` is that of the house.
void order(const HouseCallPtr& call, Json body) {
    const auto n = wholeNumber(call->given().text("N"), 1, kMostQuestions);
    if (!n) return call->usage("N is the number of a question; questions list has it.");
    if (call->given().has("reason")) body["reason"] = call->given().text("reason");
    if (call->given().has("PLACE")) {
        const auto place = wholeNumber(call->given().text("PLACE"), 1, kMostQuestions);
        if (!place) return call->usage("PLACE is a number, 1 = next.");
        body["place"] = *place;
    }
    send(call, deskPath(call) + "/" + std::to_string(*n), body);
}
void approve(const HouseCallPtr& call) { order(call, {{"verb", "approve"}}); }
void now(const HouseCallPtr& call) { order(call, {{"verb", "now"}}); }
void done(const HouseCallPtr& call) { order(call, {{"verb", "done"}}); }
void drop(const HouseCallPtr& call) { order(call, {{"verb", "drop"}}); }
void place(const HouseCallPtr& call) { order(call, {{"verb", "move"}}); }
void withdraw(const HouseCallPtr& call) { order(call, {{"verb", "withdraw"}}); }

void chair(const HouseCallPtr& call) {
    const auto hand = [call](const std::string& who) {
        Json body{{"verb", "chair"}};
        if (!who.empty()) body["target"] = who;
        call->post("/rooms/" + call->given().text("ROOM") + "/stage", body, [call](const Json& answer) {
            call->print(answer, [](std::ostream& to) { to << "The chair is handed over, or comes with the seat on stage that was offered.\n"; });
        });
    };
    if (!call->given().has("WHO")) return hand({});
    withMember(call, call->given().text("WHO"), hand);
}

}  // namespace

std::vector<HouseCommand> questionCommands() {
    const HouseArgument room{"ROOM", A::positional, "id of the room you are in"}, n{"N", A::positional, "number of the question"};
    return {
        {"questions list", "what is on air, what comes next; moderators see all", {room}, list},
        {"questions ask", "put a question to the desk", {room, {"TEXT", A::positional, "at most 280 characters"}}, ask},
        {"questions withdraw", "take your own question back", {room, n}, withdraw},
        {"questions approve", "moderators: everybody reads it, and it stands in line", {room, n}, approve},
        {"questions place", "moderators: to a place in the line", {room, n, {"PLACE", A::positional, "1 = next"}}, place},
        {"questions now", "moderators: on air; the one before is done", {room, n}, now},
        {"questions done", "moderators: it was asked", {room, n}, done},
        {"questions drop", "moderators: it is not asked", {room, n, {"--reason", A::option, "only who asked reads it"}}, drop},
        {"questions hand", "moderators: the note of a raised hand becomes a question", {room, {"WHO", A::positional, "id or name"}}, ofHand},
        {"questions agreed", "moderators: what was agreed with the guest goes to the desk", {room}, agreed},
        {"room chair", "hand the interviewer's chair over, or take it",
         {room, {"WHO", A::optionalPositional, "id, or handle or name of a member; nobody = yourself"}}, chair},
    };
}

}  // namespace parlour::ctl

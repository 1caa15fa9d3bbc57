// SPDX-License-Identifier: Apache-2.0
// The question desk of the offline twin: as simple as pages need it.
#include <algorithm>

#include "core/api/house_json.h"
#include "ui/models/offline_house.h"

namespace parlour::ui {

namespace {

void renumber(std::vector<api::Question>& all) {
    std::vector<api::Question*> line;
    for (auto& one : all) {
        if (one.state == "approved")
            line.push_back(&one);
        else
            one.place = 0;
    }
    std::stable_sort(line.begin(), line.end(), [](const auto* a, const auto* b) { return a->place < b->place; });
    for (std::size_t i = 0; i < line.size(); ++i) line[i]->place = static_cast<int>(i) + 1;
}

int rank(const api::Question& one) { return one.state == "now" ? 0 : one.state == "approved" ? 1 : one.state == "open" ? 2 : 3; }

}  // namespace

void OfflineHouse::fillQuestions() {
    const auto add = [this](const char* words, const char* state, int place, const char* who, const char* origin, int minutes) {
        api::Question one;
        one.n = questions.size() + 1;
        one.text = words;
        one.state = state;
        one.place = place;
        one.origin = origin;
        one.askerName = who;
        std::string id;   // as in the room of the twin
        for (const char c : std::string_view(who))
            if (c != ' ') id += static_cast<char>(c | 0x20);
        one.asker = base::Identity(id);
        one.atMs = ago(std::chrono::minutes(minutes));
        questions.push_back(std::move(one));
    };
    questions.clear();
    add("How much of a launch can be reused today, and what is thrown away?", "now", 0, "", "agreed", 40);
    add("Which market would you enter first if you started again this year?", "approved", 1, "", "agreed", 40);
    add("Is there room for small launch companies next to the large ones?", "approved", 2, "Mei Chen", "written", 14);
    add("A question about reusable stages", "open", 0, "Kenji Ito", "hand", 6);
    add("Do you regret having sold the first company?", "open", 0, "Hugo Lang", "written", 2);
    add("What is your favourite colour?", "dropped", 0, "Pablo Ruiz", "written", 20);
    questions.back().reason = "off topic";
    agreedLeft = 1;
}

void OfflineHouse::addQuestions() {
    route("GET rooms/*/questions", [this](const Call&) {
        api::QuestionList list;
        list.desk = atDesk;
        list.version = asked.size();
        list.agreed = atDesk ? agreedLeft : 0;
        for (auto one : questions) {
            if (!atDesk && rank(one) > 1 && !one.own) continue;
            if (!atDesk) one.askerName.clear(), one.asker = {};
            list.questions.push_back(std::move(one));
        }
        std::stable_sort(list.questions.begin(), list.questions.end(), [](const auto& a, const auto& b) {
            return rank(a) != rank(b) ? rank(a) < rank(b) : a.place < b.place;
        });
        return api::toJson(list);
    });
    route("POST rooms/*/questions", [this](const Call& call) -> base::Result<std::string> {
        auto wish = api::fromJson<api::QuestionWish>(call.body);
        if (!wish) return base::Unexpected(wish.error());
        api::Question one;
        one.n = questions.size() + 1;
        one.state = "open";
        one.origin = "written";
        one.text = wish->text;
        one.atMs = ago({});
        one.own = wish->hand.empty() && !wish->agreed;
        if (one.own) {
            one.askerName = me.name;
        } else if (wish->agreed) {
            agreedLeft = 0;
            one.text = "What would you do differently?";
            one.state = "approved";
            one.origin = "agreed";
            one.place = 1000;
        } else {
            one.text = takeNote ? takeNote(wish->hand) : std::string();
            one.origin = "hand";
            one.asker = wish->hand;
            one.askerName = wish->hand.str();
            if (one.text.empty())
                return base::fail(base::ErrorKind::conflict, "no_note", "There is no raised hand with a note of this person.", "The hand may have gone down.");
        }
        questions.push_back(one);
        renumber(questions);
        if (onQuestions) onQuestions();
        return api::toJson(api::QuestionAnswer{one.n, one.state, 1, wish->agreed ? 1 : 0});
    });
    route("POST rooms/*/questions/*", [this](const Call& call) -> base::Result<std::string> {
        auto order = api::fromJson<api::QuestionOrder>(call.body);
        if (!order) return base::Unexpected(order.error());
        const auto found = std::find_if(questions.begin(), questions.end(), [&](const auto& one) { return std::to_string(one.n) == call.parts[3]; });
        if (found == questions.end()) return base::fail(base::ErrorKind::notFound, "question_unknown", "This question is not there.", "Look again.");
        if (order->verb == "move") {
            for (auto& one : questions) one.place = one.place * 2;
            const int to = *order->place * 2;
            found->place = to > found->place ? to + 1 : to - 1;
        } else if (order->verb == "approve") {
            found->place = found->state == "now" ? 0 : 1000;
            found->state = "approved";
        } else if (order->verb == "now") {
            for (auto& one : questions)
                if (one.state == "now") one.state = "done";
            found->state = "now";
        } else {
            found->state = order->verb == "drop" ? "dropped" : order->verb == "withdraw" ? "withdrawn" : "done";
            found->reason = order->reason;
        }
        renumber(questions);
        if (onQuestions) onQuestions();
        return api::toJson(api::QuestionAnswer{found->n, found->state, 1, 0});
    });
}

}  // namespace parlour::ui

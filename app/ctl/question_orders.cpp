// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/question_orders.h"

#include <charconv>

#include "core/api/house_json.h"
#include "core/api/question_types.h"

namespace parlour::ctl {
namespace {

constexpr std::string_view kDesk = "questions";

base::Unexpected<base::Error> wrong(std::string message) {
    return base::fail(base::ErrorKind::invalidInput, "bad_command", std::move(message), {});
}

/// Takes a number of 1 to 999999 off `text`; what follows it must be a space or nothing.
std::optional<int> takeNumber(std::string_view& text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 1 || value > 999'999) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty() && text.front() != ' ' && text.front() != '\t') return std::nullopt;
    const auto word = text.find_first_not_of(" \t");
    text.remove_prefix(word == std::string_view::npos ? text.size() : word);
    return value;
}

Order request(std::string_view word, std::string what, std::string body, std::string event) {
    return Order(RequestOrder{std::string(word), std::move(what), std::move(body), std::move(event)});
}
Order wish(std::string_view word, const api::QuestionWish& wish) {
    return request(word, std::string(kDesk), api::toJson(wish), "question");
}

}  // namespace

std::optional<base::Result<Order>> questionOrder(std::string_view word, std::string_view rest, const room::RoomState& state) {
    if (word == "question") {
        if (rest.empty()) return wrong("There is no question.");
        return wish(word, {std::string(rest), {}, false});
    }
    if (word == "questions") {
        if (!rest.empty()) return wrong("\"questions\" stands alone.");
        return request(word, std::string(kDesk), {}, "questions");
    }
    if (word == "question-of") {
        auto who = resolveWho(rest, state);
        if (!who) return base::Unexpected<base::Error>(std::move(who).error());
        return wish(word, {{}, *who, false});
    }
    if (word == "agreed-questions") {
        if (!rest.empty()) return wrong("\"agreed-questions\" stands alone.");
        return wish(word, {{}, {}, true});
    }
    const bool place = word == "place", drop = word == "drop";
    if (!place && !drop && word != "approve" && word != "now" && word != "done" && word != "withdraw") return std::nullopt;
    const auto n = takeNumber(rest);
    if (!n) return wrong(std::string(word) + " needs the number of a question.");
    api::QuestionOrder order;
    order.verb = place ? "move" : std::string(word);
    if (place) {
        order.place = takeNumber(rest);
        if (!order.place) return wrong("place needs the number of a question and a place, 1 = first.");
    }
    if (drop) order.reason = std::string(std::exchange(rest, {}));
    if (!rest.empty()) return wrong(std::string(word) + " takes nothing more.");
    return request(word, std::string(kDesk) + "/" + std::to_string(*n), api::toJson(order), "question");
}

}  // namespace parlour::ctl

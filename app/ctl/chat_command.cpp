// SPDX-License-Identifier: Apache-2.0
// What was written in a room, page by page, from the command line. For those who are in it.
#include <ostream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"
#include "core/api/chat_types.h"
#include "core/base/local_time.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

std::string isoOf(std::int64_t ms) { return base::formatIso(base::toUtcTime(base::fromUnixMs(ms))); }

/// Lines of one message stand under each other.
std::string indented(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 5) text.replace(at, 1, "\n    ");
    return text;
}

void history(const HouseCallPtr& call) {
    const auto& given = call->given();
    if (given.has("before") && given.has("after")) return call->usage("Say --before or --after, one of them.");
    std::string query;
    const auto add = [&](const char* name, int least, int most) {
        if (!given.has(name)) return true;
        const auto value = wholeNumber(given.text(name), least, most);
        if (!value) return false;
        query += (query.empty() ? "?" : "&") + std::string(name) + "=" + std::to_string(*value);
        return true;
    };
    constexpr int kMost = std::numeric_limits<int>::max();
    if (!add("before", 1, kMost) || !add("after", 1, kMost)) return call->usage("--before and --after need the number of a message.");
    if (!add("limit", 1, api::kMaxChatPage)) return call->usage("--limit is 1 to 200.");
    const bool backwards = !given.has("after");
    call->get("/rooms/" + given.text("ROOM") + "/chat" + query, [call, backwards](const Json& page) {
        call->print(page, [&](std::ostream& to) {
            const Json lines = page.value("lines", Json::array());
            const bool more = page.value("more", false);
            if (lines.empty()) to << (call->given().has("before") ? "Nothing was written before that.\n" : "Nothing is written here.\n");
            if (backwards && more && !lines.empty()) to << "(earlier: --before " << lines.front().value("n", std::uint64_t{0}) << ")\n";
            for (const auto& line : lines)
                to << line.value("n", std::uint64_t{0}) << "  " << isoOf(line.value("at_ms", std::int64_t{0})) << "  " << word(line, "name") << ": "
                   << (line.value("deleted", false) ? "(deleted)" : indented(word(line, "text"))) << "\n";
            if (!backwards && more && !lines.empty()) to << "(later: --after " << lines.back().value("n", std::uint64_t{0}) << ")\n";
        });
    });
}

}  // namespace

std::vector<HouseCommand> chatCommands() {
    return {
        {"chat history", "what was written in a room in this session, the last messages or those around a number; you have to be inside",
         {{"ROOM", A::positional, "id of the room"},
          {"--before", A::option, "number of a message: those before it"},
          {"--after", A::option, "number of a message: those after it"},
          {"--limit", A::option, "so many, at most 200"}},
         history},
    };
}

}  // namespace parlour::ctl

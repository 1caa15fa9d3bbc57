// SPDX-License-Identifier: Apache-2.0
#include "core/base/zone_rule.h"

namespace parlour::base {

namespace {

using namespace std::chrono;

struct Cursor {
    std::string_view text;

    bool skip(char c) {
        if (text.empty() || text.front() != c) return false;
        text.remove_prefix(1);
        return true;
    }
    std::optional<int> number(int max) {
        if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
        int value = 0;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            value = value * 10 + (text.front() - '0');
            if (value > max) return std::nullopt;
            text.remove_prefix(1);
        }
        return value;
    }
    /// "CET" or "<+0330>": three characters at least.
    std::optional<std::string> name() {
        const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
        std::size_t length = 0;
        if (skip('<')) {
            while (length < text.size() && (letter(text[length]) || (text[length] >= '0' && text[length] <= '9') ||
                                            text[length] == '+' || text[length] == '-'))
                ++length;
            if (length < 3 || length > 15 || length == text.size() || text[length] != '>') return std::nullopt;
            std::string out(text.substr(0, length));
            text.remove_prefix(length + 1);
            return out;
        }
        while (length < text.size() && letter(text[length])) ++length;
        if (length < 3 || length > 15) return std::nullopt;
        std::string out(text.substr(0, length));
        text.remove_prefix(length);
        return out;
    }
    /// "[+-]h[h[h]][:mm[:ss]]"
    std::optional<seconds> clock(int maxHours) {
        int sign = 1;
        if (skip('-'))
            sign = -1;
        else
            skip('+');
        const auto h = number(maxHours);
        if (!h) return std::nullopt;
        seconds out = hours(*h);
        if (skip(':')) {
            const auto m = number(59);
            if (!m) return std::nullopt;
            out += minutes(*m);
            if (skip(':')) {
                const auto s = number(59);
                if (!s) return std::nullopt;
                out += seconds(*s);
            }
        }
        return sign * out;
    }
    std::optional<YearlyTime> yearly() {
        YearlyTime out;
        if (skip('M')) {
            const auto m = number(12);
            if (!m || *m < 1 || !skip('.')) return std::nullopt;
            const auto w = number(5);
            if (!w || *w < 1 || !skip('.')) return std::nullopt;
            const auto d = number(6);
            if (!d) return std::nullopt;
            out.month = *m;
            out.week = *w;
            out.weekday = *d;
        } else if (skip('J')) {
            const auto d = number(365);
            if (!d || *d < 1) return std::nullopt;
            out.form = YearlyTime::Form::julian;
            out.day = *d;
        } else {
            const auto d = number(365);
            if (!d) return std::nullopt;
            out.form = YearlyTime::Form::zeroBased;
            out.day = *d;
        }
        if (skip('/')) {
            const auto time = clock(167);
            if (!time) return std::nullopt;
            out.time = *time;
        }
        return out;
    }
};

}  // namespace

LocalTime YearlyTime::in(int theYear) const {
    const year y(theYear);
    if (form == Form::weekday) {
        const std::chrono::month m(static_cast<unsigned>(month));
        const std::chrono::weekday w(static_cast<unsigned>(weekday));
        const auto date = week == 5 ? local_days(y / m / w[last]) : local_days(y / m / w[static_cast<unsigned>(week)]);
        return date + time;
    }
    int offset = day;
    if (form == Form::julian) offset = day - 1 + (y.is_leap() && day > 59 ? 1 : 0);
    return local_days(y / January / 1) + days(offset) + time;
}

std::optional<ZoneRule> ZoneRule::parse(std::string_view text) {
    if (text.size() > 128) return std::nullopt;
    Cursor in{text};
    ZoneRule rule;
    const auto half = [&](Half& into, std::optional<seconds> otherwise) {
        auto name = in.name();
        if (!name) return false;
        into.name = *name;
        if (otherwise && (in.text.empty() || in.text.front() == ',')) {
            into.offset = *otherwise;
            return true;
        }
        const auto west = in.clock(24);  // POSIX counts west of Greenwich
        if (!west) return false;
        into.offset = -*west;
        return true;
    };
    if (!half(rule.standard, std::nullopt)) return std::nullopt;
    if (in.text.empty()) return rule;
    if (!half(rule.summer.emplace(), rule.standard.offset + hours(1)) || !in.skip(',')) return std::nullopt;
    const auto begins = in.yearly();
    if (!begins || !in.skip(',')) return std::nullopt;
    const auto ends = in.yearly();
    if (!ends || !in.text.empty()) return std::nullopt;
    rule.summerBegins = *begins;
    rule.summerEnds = *ends;
    return rule;
}

}  // namespace parlour::base

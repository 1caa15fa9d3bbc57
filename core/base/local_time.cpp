// SPDX-License-Identifier: Apache-2.0
#include "core/base/local_time.h"

#include <array>
#include <cstdio>

namespace parlour::base {

namespace {

using namespace std::chrono;

/// Takes digits from the front of a text; any misstep makes it bad for good.
struct Digits {
    std::string_view text;
    bool bad = false;

    int take(std::size_t count) {
        if (bad || text.size() < count) {
            bad = true;
            return 0;
        }
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (text[i] < '0' || text[i] > '9') {
                bad = true;
                return 0;
            }
            value = value * 10 + (text[i] - '0');
        }
        text.remove_prefix(count);
        return value;
    }
    bool skip(char c) {
        if (bad || text.empty() || text.front() != c) return false;
        text.remove_prefix(1);
        return true;
    }
    void need(char c) {
        if (!skip(c)) bad = true;
    }
};

std::optional<local_days> takeDate(Digits& in, bool& extended) {
    const int y = in.take(4);
    extended = in.skip('-');
    const int m = in.take(2);
    if (extended) in.need('-');
    const int d = in.take(2);
    if (in.bad || y < kFirstYear || y > kLastYear) return std::nullopt;
    const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
    if (!date.ok()) return std::nullopt;
    return local_days(date);
}

std::optional<seconds> takeTimeOfDay(Digits& in, bool extended) {
    const int h = in.take(2);
    if (extended) in.need(':');
    const int m = in.take(2);
    int s = 0;
    if (extended ? in.skip(':') : !in.text.empty() && in.text.front() >= '0' && in.text.front() <= '9') s = in.take(2);
    if (in.skip('.') || in.skip(',')) {
        in.take(1);
        while (!in.bad && !in.text.empty() && in.text.front() >= '0' && in.text.front() <= '9') in.text.remove_prefix(1);
    }
    if (in.bad || h > 23 || m > 59 || s > 59) return std::nullopt;
    return hours(h) + minutes(m) + seconds(s);
}

std::optional<seconds> takeOffset(Digits& in) {
    if (in.skip('Z') || in.skip('z')) return seconds(0);
    int sign = 1;
    if (in.skip('-'))
        sign = -1;
    else
        in.need('+');
    const int h = in.take(2);
    int m = 0;
    if (in.skip(':') || !in.text.empty()) m = in.take(2);
    if (in.bad || h > 15 || m > 59) return std::nullopt;
    return sign * (hours(h) + minutes(m));
}

std::optional<IsoTime> parse(std::string_view text) {
    if (text.size() > 40) return std::nullopt;
    Digits in{text};
    bool extended = false;
    const auto date = takeDate(in, extended);
    if (!date || !(in.skip('T') || in.skip('t') || in.skip(' '))) return std::nullopt;
    const auto time = takeTimeOfDay(in, extended);
    if (!time) return std::nullopt;
    IsoTime out{*date + *time, std::nullopt};
    if (in.text.empty()) return out;
    out.offset = takeOffset(in);
    if (!out.offset || !in.text.empty()) return std::nullopt;
    return out;
}

std::string format(LocalTime time, const char* form) {
    const auto date = floor<days>(time);
    const year_month_day ymd(date);
    const hh_mm_ss clock(time - date);
    std::array<char, 64> out{};
    std::snprintf(out.data(), out.size(), form, static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                  static_cast<unsigned>(ymd.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return out.data();
}

constexpr const char* kExtended = "%04d-%02u-%02uT%02d:%02d:%02d";
constexpr const char* kBasic = "%04d%02u%02uT%02d%02d%02d";

}  // namespace

Result<IsoTime> parseIsoTime(std::string_view text) {
    if (auto time = parse(text)) return *time;
    return fail(ErrorKind::invalidInput, "bad_time", "This is not a time that can be understood.",
                "Write it as 2026-11-24T18:00, or with its offset as 2026-11-24T18:00+01:00.", std::string(text.substr(0, 60)));
}

std::optional<LocalTime> parseIsoDate(std::string_view text) {
    Digits in{text};
    bool extended = false;
    const auto date = takeDate(in, extended);
    if (!date || !in.text.empty()) return std::nullopt;
    return LocalTime(*date);
}

std::string formatIso(LocalTime time) { return format(time, kExtended); }
std::string formatIso(UtcTime time) { return format(LocalTime(time.time_since_epoch()), kExtended) + "Z"; }
std::string formatBasic(LocalTime time) { return format(time, kBasic); }
std::string formatBasic(UtcTime time) { return format(LocalTime(time.time_since_epoch()), kBasic) + "Z"; }

}  // namespace parlour::base

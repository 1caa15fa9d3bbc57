// SPDX-License-Identifier: Apache-2.0
#include "core/base/time_zone.h"

#include <algorithm>

namespace parlour::base {

namespace {

using namespace std::chrono;

constexpr std::size_t kMaxFile = 256 * 1024;
constexpr std::uint32_t kMaxChanges = 10'000;
constexpr std::size_t kMaxTransitions = 2000;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMaxOffset = 26 * 3600;  // RFC 8536 section 3.2

struct Header {
    char version = 0;
    std::uint32_t utcCount, standardCount, leapCount, changeCount, typeCount, nameBytes;
};

std::optional<Header> readHeader(ByteReader& in) {
    if (asText(in.bytes(4)) != "TZif") return std::nullopt;
    Header h{};
    h.version = static_cast<char>(in.u8());
    in.skip(15);
    h.utcCount = in.u32();
    h.standardCount = in.u32();
    h.leapCount = in.u32();
    h.changeCount = in.u32();
    h.typeCount = in.u32();
    h.nameBytes = in.u32();
    const bool sane = in.ok() && h.changeCount <= kMaxChanges && h.typeCount >= 1 && h.typeCount <= 256 && h.nameBytes >= 1 &&
                      h.nameBytes <= 4096 && h.leapCount <= 4096 && h.utcCount <= 256 && h.standardCount <= 256;
    return sane ? std::optional(h) : std::nullopt;
}

std::size_t bodySize(const Header& h, std::size_t timeBytes) {
    return h.changeCount * (timeBytes + 1) + h.typeCount * 6 + h.nameBytes + h.leapCount * (timeBytes + 4) + h.standardCount +
           h.utcCount;
}

int yearOf(UtcTime time, seconds offset) {
    return static_cast<int>(year_month_day(floor<days>(time + offset)).year());
}

bool sameSpan(const TimeZone::Span& a, const TimeZone::Span& b) {
    return a.offset == b.offset && a.summer == b.summer && a.abbreviation == b.abbreviation;
}

}  // namespace

bool isZoneName(std::string_view name) {
    if (name.empty() || name.size() > 64 || name.front() == '/' || name.back() == '/') return false;
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '-' ||
               c == '+';
    });
    // Copies of the database with other rules of counting.
    return plain && name.find("//") == std::string_view::npos && !name.starts_with("posix/") && !name.starts_with("right/");
}

TimeZone TimeZone::utc() {
    TimeZone zone;
    zone.m_name = "UTC";
    zone.m_types = {{seconds(0), false, "UTC"}};
    return zone;
}

Result<TimeZone> TimeZone::parse(std::string name, ByteView file) {
    const auto bad = [&](const char* why) {
        return fail(ErrorKind::invalidInput, "bad_zone", "The time zone " + name + " cannot be read on this machine.",
                    "Install the system's time zone data again, or choose another zone.", why);
    };
    if (file.size() > kMaxFile) return bad("too large");
    ByteReader in(file);
    auto header = readHeader(in);
    if (!header) return bad("header");
    std::size_t timeBytes = 4;
    if (header->version >= '2') {
        in.skip(bodySize(*header, 4));
        header = readHeader(in);
        if (!header) return bad("second header");
        timeBytes = 8;
    }
    const Header& h = *header;
    if (h.leapCount != 0) return bad("counts leap seconds");
    if (in.remaining() < bodySize(h, timeBytes)) return bad("cut short");

    TimeZone zone;
    zone.m_changes.resize(h.changeCount);
    for (auto& change : zone.m_changes)
        change.at = timeBytes == 8 ? static_cast<std::int64_t>(in.u64()) : static_cast<std::int32_t>(in.u32());
    for (auto& change : zone.m_changes) {
        change.type = in.u8();
        if (change.type >= h.typeCount) return bad("type of a change");
    }
    struct Raw {
        std::int32_t offset;
        std::uint8_t summer, name;
    };
    std::vector<Raw> raw(h.typeCount);
    for (auto& type : raw) {
        type.offset = static_cast<std::int32_t>(in.u32());
        type.summer = in.u8();
        type.name = in.u8();
        if (type.offset > kMaxOffset || type.offset < -kMaxOffset || type.name >= h.nameBytes) return bad("type");
    }
    const auto names = asText(in.bytes(h.nameBytes));
    for (const auto& type : raw) {
        const auto text = names.substr(type.name);
        zone.m_types.push_back({seconds(type.offset), type.summer != 0, std::string(text.substr(0, text.find('\0')))});
    }
    in.skip(h.standardCount + h.utcCount);
    if (!std::is_sorted(zone.m_changes.begin(), zone.m_changes.end(), [](auto& a, auto& b) { return a.at < b.at; }))
        return bad("order");
    // A first change "since the big bang" says nothing that the first type does not.
    constexpr std::int64_t kReach = std::int64_t{1} << 40;
    if (std::any_of(zone.m_changes.begin() + (zone.m_changes.empty() ? 0 : 1), zone.m_changes.end(),
                    [](const Change& c) { return c.at > kReach || c.at < -kReach; }))
        return bad("time of a change");
    if (!zone.m_changes.empty() && zone.m_changes.front().at < -kReach) {
        zone.m_first = zone.m_changes.front().type;
        zone.m_changes.erase(zone.m_changes.begin());
    }
    if (timeBytes == 8) {
        auto footer = asText(in.rest());
        if (footer.size() < 2 || footer.front() != '\n') return bad("footer");
        footer.remove_prefix(1);
        const auto end = footer.find('\n');
        if (end == std::string_view::npos) return bad("footer");
        if (end > 0) {
            zone.m_rule = ZoneRule::parse(footer.substr(0, end));
            if (!zone.m_rule) return bad("rule");
        }
    }
    if (!in.ok()) return bad("cut short");
    zone.m_name = std::move(name);
    return zone;
}

TimeZone::Span TimeZone::ruled(UtcTime time) const {
    const auto& rule = *m_rule;
    const Span standard{rule.standard.offset, false, rule.standard.name};
    if (!rule.summer) return standard;
    const Span summer{rule.summer->offset, true, rule.summer->name};
    const int year = yearOf(time, rule.standard.offset);
    // The newest of the changes around this year; an equal pair means summer all year.
    std::optional<UtcTime> newest;
    bool isSummer = false;
    for (int y = year - 1; y <= year + 1; ++y) {
        const auto begins = rule.beginsIn(y), ends = rule.endsIn(y);
        if (ends <= time && (!newest || ends >= *newest)) {
            newest = ends;
            isSummer = false;
        }
        if (begins <= time && (!newest || begins >= *newest)) {
            newest = begins;
            isSummer = true;
        }
    }
    return isSummer ? summer : standard;
}

TimeZone::Span TimeZone::at(UtcTime time) const {
    const auto t = time.time_since_epoch().count();
    if (m_changes.empty()) return m_rule ? ruled(time) : m_types[m_first];
    if (t < m_changes.front().at) return m_types[m_first];
    if (m_rule && t >= m_changes.back().at) return ruled(time);
    const auto after = std::upper_bound(m_changes.begin(), m_changes.end(), t, [](std::int64_t v, const Change& c) { return v < c.at; });
    return m_types[std::prev(after)->type];
}

std::vector<TimeZone::Transition> TimeZone::transitions(UtcTime from, UtcTime to) const {
    std::vector<UtcTime> times;
    const auto a = from.time_since_epoch().count(), b = to.time_since_epoch().count();
    for (const auto& change : m_changes)
        if (change.at > a && change.at <= b) times.emplace_back(seconds(change.at));
    if (m_rule && m_rule->summer) {
        const auto last = m_changes.empty() ? from : std::max(from, UtcTime(seconds(m_changes.back().at)));
        const int first = yearOf(last, seconds(0)) - 1, end = yearOf(to, seconds(0)) + 1;
        for (int year = first; year <= end && times.size() < 2 * kMaxTransitions; ++year)
            for (const auto at : {m_rule->beginsIn(year), m_rule->endsIn(year)})
                if (at > last && at <= to) times.push_back(at);
    }
    std::sort(times.begin(), times.end());
    std::vector<Transition> out;
    for (const auto time : times) {
        Transition one{time, at(time - seconds(1)), at(time)};
        if (!sameSpan(one.before, one.after) && out.size() < kMaxTransitions) out.push_back(std::move(one));
    }
    return out;
}

TimeZone::Resolved TimeZone::toUtc(LocalTime time) const {
    const UtcTime naive(time.time_since_epoch());
    // Every offset that is in force anywhere near this time, the one from before first.
    std::vector<seconds> offsets{at(naive - seconds(kMaxOffset + kDay)).offset};
    const auto near = transitions(naive - seconds(kMaxOffset + kDay), naive + seconds(kMaxOffset + kDay));
    for (const auto& one : near) offsets.push_back(one.after.offset);
    std::vector<UtcTime> fits;
    for (const auto offset : offsets) {
        const auto candidate = naive - offset;
        if (at(candidate).offset == offset && std::find(fits.begin(), fits.end(), candidate) == fits.end()) fits.push_back(candidate);
    }
    if (!fits.empty())
        return {*std::min_element(fits.begin(), fits.end()), fits.size() > 1 ? Kind::overlap : Kind::unique};
    for (const auto& one : near) {
        const UtcTime lastBefore(one.at + one.before.offset), firstAfter(one.at + one.after.offset);
        if (naive >= lastBefore && naive < firstAfter) return {naive - one.before.offset, Kind::gap};
    }
    return {naive - offsets.front(), Kind::gap};
}

}  // namespace parlour::base

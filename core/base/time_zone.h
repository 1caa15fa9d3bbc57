// SPDX-License-Identifier: Apache-2.0
// A time zone as the system's database knows it (TZif, RFC 8536): both ways between the wall clock and UTC. Values; pure; any
// thread. zone_files.h finds them by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/local_time.h"
#include "core/base/zone_rule.h"

namespace parlour::base {

/// "Europe/Berlin", "UTC", "Etc/GMT+3": a relative path without dots, at most 64 characters.
bool isZoneName(std::string_view name);

class TimeZone {
  public:
    struct Span {
        std::chrono::seconds offset{};  ///< east of UTC
        bool summer = false;
        std::string abbreviation;       ///< "CET"
    };
    struct Transition {
        UtcTime at;
        Span before, after;
    };
    enum class Kind { unique, gap, overlap };
    struct Resolved {
        UtcTime at;
        Kind kind = Kind::unique;
    };

    static TimeZone utc();
    /// `file` of at most 256 KiB. invalidInput "bad_zone" for anything that is no TZif file, is damaged, or counts leap
    /// seconds.
    static Result<TimeZone> parse(std::string name, ByteView file);

    const std::string& name() const { return m_name; }
    bool isUtc() const { return m_name == "UTC"; }
    Span at(UtcTime time) const;
    LocalTime toLocal(UtcTime time) const { return LocalTime((time + at(time).offset).time_since_epoch()); }
    /// What iCalendar says of odd times (RFC 5545 section 3.3.5): one that comes twice is the first; one that the clock jumps
    /// over is read with the offset from before, so it lands as much later as the gap is long.
    Resolved toUtc(LocalTime time) const;
    /// Every change of offset, name or season in (from, to], in order; at most 2000.
    std::vector<Transition> transitions(UtcTime from, UtcTime to) const;
    /// How the zone goes on after the listed transitions; absent in old files.
    const std::optional<ZoneRule>& rule() const { return m_rule; }

  private:
    struct Change {
        std::int64_t at;
        std::uint8_t type;
    };
    Span ruled(UtcTime time) const;

    std::string m_name;
    std::vector<Change> m_changes;  ///< ascending
    std::vector<Span> m_types;      ///< at least one
    std::size_t m_first = 0;        ///< the type before the first change
    std::optional<ZoneRule> m_rule;
};

using ZonePtr = std::shared_ptr<const TimeZone>;

}  // namespace parlour::base

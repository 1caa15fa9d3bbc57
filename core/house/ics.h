// SPDX-License-Identifier: Apache-2.0
// Calendar files (iCalendar, RFC 5545) that stock calendars read: single talks as instants, repeated ones in their zone with its
// rules beside them. Only written, never read. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time_zone.h"
#include "core/house/schedule.h"

namespace parlour::house {

/// One VEVENT. A calendar knows it again by the uid and takes the higher sequence.
struct CalendarEntry {
    Event event;
    std::string hostName;   ///< empty = the house itself
    std::string page;       ///< address of the event's page
};

struct CalendarFile {
    std::string name;                              ///< shown by calendars that subscribe; empty = a file of one talk
    std::vector<CalendarEntry> entries;
    std::map<std::string, base::ZonePtr> zones;    ///< every zone of a repeated talk
};

/// Lines end with CRLF and are folded at 75 octets. A file of one cancelled talk withdraws it (METHOD:CANCEL).
std::string writeCalendar(const CalendarFile& file);

/// "\\", ";", "," and line breaks escaped; other control characters left out.
std::string calendarText(std::string_view text);
/// VTIMEZONE that is right from `from` on.
std::string zoneBlock(const base::TimeZone& zone, base::UtcTime from);

}  // namespace parlour::house

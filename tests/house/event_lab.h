// SPDX-License-Identifier: Apache-2.0
// Talks for tests of the calendar.
#pragma once

#include "core/base/zone_files.h"
#include "core/house/schedule.h"
#include "tests/support/catch.h"

namespace parlour::tests {

inline base::ZonePtr zoneNamed(const std::string& name) { return base::ZoneFiles().find(name).value(); }

/// "2026-12-01" is its midnight.
inline base::UtcTime utcTime(const std::string& text) {
    return base::UtcTime(base::parseIsoTime(text.size() == 10 ? text + "T00:00" : text)->local.time_since_epoch());
}

inline house::Event eventAt(const std::string& iso, const base::TimeZone& zone, const std::string& rule = {}) {
    house::Event event;
    event.id = "event1";
    event.uid = "event1@parlour";
    event.title = "Talk";
    event.zone = zone.name();
    if (!rule.empty()) event.every = house::parseRecurrence(rule).value();
    event.start = house::plan(iso, zone, event.every).value().time;
    return event;
}

}  // namespace parlour::tests

// SPDX-License-Identifier: Apache-2.0
// What the requests of the calendar share (house_schedule.cpp, house_calendar.cpp): a talk with its zone, its addresses, how it
// is shown. House thread, inside a transaction.
#pragma once

#include <string>

#include "core/api/schedule_types.h"
#include "core/house/store/schedule_store.h"
#include "core/server/house_routes.h"

namespace parlour::server {

struct ScheduledEvent {
    house::Event event;
    base::ZonePtr zone;
};

/// invalidInput "bad_zone"; empty is UTC. Zone files are read again every hour.
base::Result<base::ZonePtr> zoneOf(HouseService::Impl& impl, const std::string& name);
/// A talk whose zone is gone from the system keeps the instants it had, in UTC.
ScheduledEvent withZone(HouseService::Impl& impl, house::Event event);
base::Unexpected<base::Error> unknownEvent();

/// 22 characters that open the page and the file of one talk; made from the house's key, never stored.
std::string eventKey(const HouseService::Impl& impl, const std::string& event);
std::string eventPageAddress(const HouseService::Impl& impl, const std::string& event);
std::string eventFileAddress(const HouseService::Impl& impl, const std::string& event);
/// The link by which anybody listens; empty after it was withdrawn.
std::string listenerLinkOf(HouseService::Impl& impl, const std::string& event);
/// Its invitation, not stored yet.
house::InvitationRow listenerInvitation(const HouseService::Impl& impl, const std::string& event, const base::RoomId& room,
                                        const base::Identity& host);

std::string nameOf(HouseService::Impl& impl, const base::Identity& who);
/// As `call` sees the occurrence that begins at `start`.
api::EventView viewOf(HouseService::Impl& impl, const RouteCall& call, const ScheduledEvent& talk, base::UtcTime start);
/// Makes a view of one occurrence that of another.
void showOccurrence(HouseService::Impl& impl, api::EventView& view, const ScheduledEvent& talk, base::UtcTime start);
/// Writes a new talk: its room (made here unless it has one), the link for listeners, places and answers of its hosts.
/// exhausted "too_many_events"; invalidInput "in_the_past"; of makeRoom().
base::Result<api::EventMade> addTalk(HouseService::Impl& impl, house::Event event, base::ZonePtr zone);
/// Tells everybody who comes; ends its room, unless people talk there. conflict "event_over", "event_cancelled".
base::Result<void> callOff(HouseService::Impl& impl, ScheduledEvent& talk, const base::Identity& by);
/// "2026-12-01 18:00 (Europe/Berlin)".
std::string whenText(const base::TimeZone& zone, base::UtcTime at);

/// A page for browsers that need nothing installed; static but for a script that shows the reader's own time.
ApiReply eventPage(const api::EventView& view, const std::string& when);

void addCalendarRoutes(HouseRoutes& routes);   // house_calendar.cpp

}  // namespace parlour::server

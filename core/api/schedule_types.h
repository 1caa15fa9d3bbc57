// SPDX-License-Identifier: Apache-2.0
// The calendar of a house: scheduled rooms with hosts, repetition, date polls, answers, feeds. Plain values; paths are listed here
// and in docs/api.yaml. Times are milliseconds of UTC; what people type is ISO 8601, without an offset on the clock of the zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace parlour::api {

inline constexpr int kMaxSchedulePage = 200;
inline constexpr int kMaxUpcomingEvents = 100;   ///< of one host, not yet over

// POST schedule : EventWish -> EventMade (members). invalidInput "bad_time", "bad_zone", "bad_rule", "bad_title", "bad_length",
// "bad_details", "bad_colour", "bad_hosts", "bad_dates", "in_the_past"; exhausted "too_many_events", "too_many_rooms".
struct EventWish {
    std::string title;
    std::string at;                    ///< may be missing where there are dates
    std::string zone;                  ///< "Europe/Berlin"; empty = UTC
    int minutes = 60;
    std::string every;                 ///< "FREQ=WEEKLY;BYDAY=TU"; empty = once
    std::string details;
    std::string colour;                ///< "#rrggbb"
    std::vector<base::Identity> hosts; ///< up to 5 other members who moderate and may change it; "bad_hosts"
    std::vector<std::string> dates;    ///< 2 to 10: a poll; the host then moves the talk to one of them. Not for repeated ones
};
struct EventMade {
    std::string id;
    std::string link;                  ///< for listeners
    std::string ics;                   ///< address of the calendar file
    std::string page;                  ///< address of the event's page
    std::string moderatorLink;         ///< one use; empty when the host is a member, who needs none
    base::RoomId room;
    std::string note;                  ///< what the host should know: the clock jumps over this time
};

struct EventHost {
    base::Identity id;
    std::string name;
};
struct EventDate {
    std::int64_t atMs = 0;
    int votes = 0;
    bool mine = false;
};
/// One occurrence as the asker sees it.
struct EventView {
    std::string id;
    std::string uid;
    std::string title;
    std::string details;
    base::Identity host;               ///< empty = the administrator, or forgotten
    std::string hostName;
    std::vector<EventHost> hosts;      ///< the others
    std::int64_t startMs = 0;          ///< of this occurrence; in GET schedule/{id} the current or next one
    std::int64_t endMs = 0;
    std::string zone;                  ///< the host's
    std::string wall;                  ///< what the clock shows there: "2026-12-01T18:00:00"
    int minutes = 0;
    std::string every;                 ///< empty = once
    std::string colour;
    base::RoomId room;
    int sequence = 0;
    std::string state;                 ///< scheduled | live | done | cancelled
    int lateMinutes = 0;               ///< announced by the host
    int overdueMinutes = 0;            ///< so long ago it should have begun, and nobody talks there yet
    bool reminder = false;             ///< the asker wants to be reminded
    std::vector<EventDate> dates;      ///< an open poll
    int yes = 0;
    int maybe = 0;
    std::string mine;                  ///< yes | maybe | no; empty = no answer yet
    bool editable = false;             ///< by the asker
    std::string link;                  ///< for listeners
    std::string page;
    std::string ics;
    std::string note;                  ///< a sentence where the zone changed its rules since; empty = nothing
};

// GET schedule?from=MS&to=MS&after=PLACE&limit=N -> SchedulePage (members): occurrences with an end after `from` and a start
// before `to`, in order. Without from: now; without to: half a year after from; at most five years.
struct SchedulePage {
    std::vector<EventView> events;
    std::string next;                  ///< for `after`; empty = the end
};
// GET schedule/{id} -> EventView, and the answers to all changes. Members, and whoever has a place in its room; others:
// notFound "event_unknown". Changes by the host and the admins: refused "not_host"; conflict "event_over", "event_cancelled",
// "changed_meanwhile" where if_sequence is not the newest.
// POST schedule/{id}/update : EventChange -> EventView. Absent = stays.
struct EventChange {
    std::optional<std::string> title;
    std::optional<std::string> details;
    std::optional<std::string> colour;
    std::optional<int> minutes;
    std::optional<std::vector<base::Identity>> hosts;
    std::optional<int> ifSequence;
};
// POST schedule/{id}/move : EventMove -> EventView. Tells everybody who comes; ends a poll.
struct EventMove {
    std::string at;
    std::string zone;                  ///< empty = stays
    std::optional<int> ifSequence;
};
// POST schedule/{id}/cancel : EventCancel -> EventView. Tells everybody who comes; ends its room, unless people talk there.
struct EventCancel {
    std::optional<int> ifSequence;
};
// POST schedule/{id}/late : EventLate -> EventView. Tells everybody who comes.
struct EventLate {
    int minutes = 0;                   ///< 0 to 180; 0 = on time after all
};
// POST schedule/{id}/rsvp : EventRsvp -> EventView
struct EventRsvp {
    std::string answer;                ///< yes | maybe | no
};
// POST schedule/{id}/remind : EventRemind -> EventView. A notice 15 minutes before and one at the start; whoever comes gets them anyway.
struct EventRemind {
    bool on = true;
};
// POST schedule/{id}/vote : EventVote -> EventView. Replaces the asker's earlier vote; invalidInput "bad_dates".
struct EventVote {
    std::vector<std::int64_t> datesMs;
};

// POST feed : Nothing -> FeedMade (members). A private address of the whole calendar; a new one replaces the old.
struct FeedMade {
    std::string url;
};
// GET /feed/{token}.ics, /e/{id}.ics?k=KEY, /e/{id}?k=KEY (open): text/calendar with an ETag, and a page. In an open house
// events need no key.

}  // namespace parlour::api

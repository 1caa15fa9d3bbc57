// SPDX-License-Identifier: Apache-2.0
#include "core/api/schedule_types.h"

#include "core/api/json_codec.h"

namespace parlour::api {

namespace {
constexpr std::size_t kWords = 32 * 1024;
constexpr std::size_t kAddress = 1024;
}  // namespace

template <class V, Same<EventWish> T>
void describe(V& v, T& t) {
    v.field("title", t.title, Need::required, 1024);
    v.field("at", t.at, Need::optional);
    v.field("zone", t.zone, Need::optional);
    v.field("minutes", t.minutes, Need::optional);
    v.field("every", t.every, Need::optional);
    v.field("details", t.details, Need::optional, kWords);
    v.field("colour", t.colour, Need::optional);
    v.field("hosts", t.hosts, Need::optional);
    v.field("dates", t.dates, Need::optional);
}
template <class V, Same<EventMade> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("link", t.link, Need::required, kAddress);
    v.field("ics", t.ics, Need::required, kAddress);
    v.field("page", t.page, Need::optional, kAddress);
    v.field("moderator_link", t.moderatorLink, Need::optional, kAddress);
    v.field("room", t.room, Need::optional);
    v.field("note", t.note, Need::optional);
}
template <class V, Same<EventHost> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("name", t.name, Need::optional);
}
template <class V, Same<EventDate> T>
void describe(V& v, T& t) {
    v.field("at_ms", t.atMs);
    v.field("votes", t.votes, Need::optional);
    v.field("mine", t.mine, Need::optional);
}
template <class V, Same<EventView> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("uid", t.uid);
    v.field("title", t.title, Need::required, 1024);
    v.field("details", t.details, Need::optional, kWords);
    v.field("host", t.host, Need::optional);
    v.field("host_name", t.hostName, Need::optional);
    v.field("hosts", t.hosts, Need::optional);
    v.field("start_ms", t.startMs);
    v.field("end_ms", t.endMs);
    v.field("zone", t.zone);
    v.field("wall", t.wall);
    v.field("minutes", t.minutes);
    v.field("every", t.every, Need::optional);
    v.field("colour", t.colour, Need::optional);
    v.field("room", t.room, Need::optional);
    v.field("sequence", t.sequence);
    v.field("state", t.state);
    v.field("late_minutes", t.lateMinutes, Need::optional);
    v.field("overdue_minutes", t.overdueMinutes, Need::optional);
    v.field("reminder", t.reminder, Need::optional);
    v.field("dates", t.dates, Need::optional);
    v.field("yes", t.yes, Need::optional);
    v.field("maybe", t.maybe, Need::optional);
    v.field("mine", t.mine, Need::optional);
    v.field("editable", t.editable, Need::optional);
    v.field("link", t.link, Need::optional, kAddress);
    v.field("page", t.page, Need::optional, kAddress);
    v.field("ics", t.ics, Need::optional, kAddress);
    v.field("note", t.note, Need::optional);
}
template <class V, Same<SchedulePage> T>
void describe(V& v, T& t) {
    v.field("events", t.events);
    v.field("next", t.next, Need::optional);
}
template <class V, Same<EventChange> T>
void describe(V& v, T& t) {
    v.field("title", t.title, Need::optional, 1024);
    v.field("details", t.details, Need::optional, kWords);
    v.field("colour", t.colour, Need::optional);
    v.field("minutes", t.minutes, Need::optional);
    v.field("hosts", t.hosts, Need::optional);
    v.field("if_sequence", t.ifSequence, Need::optional);
}
template <class V, Same<EventMove> T>
void describe(V& v, T& t) {
    v.field("at", t.at);
    v.field("zone", t.zone, Need::optional);
    v.field("if_sequence", t.ifSequence, Need::optional);
}
template <class V, Same<EventCancel> T>
void describe(V& v, T& t) {
    v.field("if_sequence", t.ifSequence, Need::optional);
}
template <class V, Same<EventLate> T>
void describe(V& v, T& t) {
    v.field("minutes", t.minutes);
}
template <class V, Same<EventRsvp> T>
void describe(V& v, T& t) {
    v.field("answer", t.answer);
}
template <class V, Same<EventRemind> T>
void describe(V& v, T& t) {
    v.field("on", t.on, Need::optional);
}
template <class V, Same<EventVote> T>
void describe(V& v, T& t) {
    v.field("dates_ms", t.datesMs);
}
template <class V, Same<FeedMade> T>
void describe(V& v, T& t) {
    v.field("url", t.url, Need::required, kAddress);
}

PARLOUR_JSON(EventWish)
PARLOUR_JSON(EventMade)
PARLOUR_JSON(EventView)
PARLOUR_JSON(SchedulePage)
PARLOUR_JSON(EventChange)
PARLOUR_JSON(EventMove)
PARLOUR_JSON(EventCancel)
PARLOUR_JSON(EventLate)
PARLOUR_JSON(EventRsvp)
PARLOUR_JSON(EventRemind)
PARLOUR_JSON(EventVote)
PARLOUR_JSON(FeedMade)

}  // namespace parlour::api

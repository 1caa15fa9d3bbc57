// SPDX-License-Identifier: Apache-2.0
// The calendar as others read it: files, feeds, pages; and reminders. House thread.
#include "core/crypto/hash.h"
#include "core/crypto/random.h"
#include "core/house/ics.h"
#include "core/house/membership.h"
#include "core/house/store/guest_show_store.h"
#include "core/house/store/member_store.h"
#include "core/house/store/people_store.h"
#include "core/server/schedule_view.h"

namespace parlour::server {

using base::ErrorKind;
using base::UtcTime;
using house::ScheduleStore;
using Impl = HouseService::Impl;

namespace {

constexpr std::size_t kTokenLength = 43;                       // 256 bits
constexpr auto kFeedPast = std::chrono::days(90);
constexpr int kFeedEvents = 2000;
constexpr auto kRemindBefore = std::chrono::minutes(15);
constexpr auto kRoomStays = std::chrono::hours(24);             // after the talk
constexpr int kRoomsAtOnce = 20;
constexpr auto kRemindEvery = std::chrono::minutes(1);
constexpr auto kTellLate = std::chrono::minutes(10);            // after that nobody is told that it begins
constexpr std::size_t kOccurrencesAtOnce = 10;

base::Unexpected<base::Error> unknownFeed() {
    return base::fail(ErrorKind::notFound, "feed_unknown", "There is no such calendar.", "Ask for a new address in the app.");
}
std::string hashOf(const std::string& token) { return base::toHex(crypto::sha256(base::asBytes(token))); }

ApiReply calendarReply(const house::CalendarFile& file, const std::string& fileName) {
    ApiReply reply;
    reply.body = house::writeCalendar(file);
    reply.type = "text/calendar; charset=utf-8";
    reply.headers["etag"] = "\"" + base::toHex(crypto::sha256(base::asBytes(reply.body))).substr(0, 32) + "\"";
    reply.headers["cache-control"] = "private, no-cache";
    reply.headers["content-disposition"] = "inline; filename=\"" + fileName + "\"";
    reply.headers["referrer-policy"] = "no-referrer";
    return reply;
}

void addEntry(Impl& impl, house::CalendarFile& file, const ScheduledEvent& talk) {
    file.zones[talk.event.zone] = talk.zone;
    std::string hosts = nameOf(impl, talk.event.host);
    for (const auto& who : talk.event.cohosts) hosts += (hosts.empty() ? "" : ", ") + nameOf(impl, who);
    file.entries.push_back({talk.event, std::move(hosts), eventPageAddress(impl, talk.event.id)});
}

base::Result<api::FeedMade> makeFeed(Impl& impl, const RouteCall& call, const api::Nothing&) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    if (call.who.empty())
        return base::fail(ErrorKind::refused, "members_only", "A feed belongs to a member.", "Ask for it as one.");
    const std::string token = base::toBase64Url(crypto::randomBytes(32));
    ScheduleStore(impl.store).setFeed(call.who, hashOf(token), impl.clock.wallNow());
    return api::FeedMade{impl.address.linkBase + "/feed/" + token + ".ics"};
}

base::Result<ApiReply> feed(Impl& impl, const RouteCall& call) {
    const std::string& token = call.args[0];
    if (token.size() != kTokenLength) return unknownFeed();
    const auto who = ScheduleStore(impl.store).feedOf(hashOf(token));
    if (!who) return unknownFeed();
    const auto member = house::MemberStore(impl.store).find(*who);
    if (!member || !member->in(impl.clock.wallNow())) return unknownFeed();
    const auto title = house::rulesOf(impl.store).title;
    house::CalendarFile file;
    file.name = !title.empty() ? title : impl.address.houseName.empty() ? "Parlour" : impl.address.houseName;
    const auto now = base::toUtcTime(impl.clock.wallNow());
    const UtcTime ever(std::chrono::sys_days(std::chrono::year(base::kLastYear + 1) / 1 / 1));
    for (auto& event : ScheduleStore(impl.store).between(now - kFeedPast, ever, {}, kFeedEvents)) addEntry(impl, file, withZone(impl, std::move(event)));
    return calendarReply(file, "parlour.ics");
}

/// A talk that this address may show: with its key, or in an open house.
base::Result<ScheduledEvent> shownTo(Impl& impl, const RouteCall& call) {
    auto event = ScheduleStore(impl.store).find(call.args[0]);
    const auto given = call.query.find("k");
    const bool fits = given != call.query.end() && crypto::equalConstantTime(given->second, eventKey(impl, call.args[0]));
    if (!event || !(fits || house::rulesOf(impl.store).open)) return unknownEvent();
    return withZone(impl, std::move(*event));
}

base::Result<ApiReply> file(Impl& impl, const RouteCall& call) {
    auto talk = shownTo(impl, call);
    if (!talk) return base::Unexpected(std::move(talk).error());
    house::CalendarFile out;
    addEntry(impl, out, *talk);
    return calendarReply(out, "talk.ics");
}

base::Result<ApiReply> page(Impl& impl, const RouteCall& call) {
    auto talk = shownTo(impl, call);
    if (!talk) return base::Unexpected(std::move(talk).error());
    const auto start = house::currentStart(talk->event, *talk->zone, base::toUtcTime(impl.clock.wallNow()));
    return eventPage(viewOf(impl, call, *talk, start), whenText(*talk->zone, start));
}

/// Each who comes or asked hears it once before, and once when it begins.
void tellBeginning(Impl& impl, const ScheduledEvent& talk, UtcTime start, UtcTime now) {
    using Moment = house::ReminderStore::Moment;
    const auto& event = talk.event;
    const auto begins = start + std::chrono::minutes(event.lateFor == start ? event.lateMinutes : 0);
    const bool before = begins > now;
    if (before ? begins - now > kRemindBefore + std::chrono::seconds(1) : now - begins >= kTellLate) return;
    house::NoticeRow notice;
    notice.kind = before ? "event_reminder" : "event_begins";
    notice.object = event.id;
    notice.from = event.host;
    const auto room = impl.find(event.room);
    const bool held = room && room->stage.settings.audienceHeld;
    notice.text = event.title + (before ? " begins at " + whenText(*talk.zone, begins) + "." : held ? " begins as soon as the guest is ready." : " begins now.");
    notice.at = impl.clock.wallNow();
    house::PeopleStore people(impl.store);
    for (const auto& who : house::ReminderStore(impl.store).take(event.id, start, before ? Moment::before : Moment::start)) people.addNotice(who, notice);
}

}  // namespace

void HouseService::Impl::remind() {
    const auto now = base::toUtcTime(clock.wallNow());
    // A full disk or a database that is away: the next minute tries again.
    std::vector<base::RoomId> emptied;
    const auto kept = store.transact([&]() -> base::Result<void> {
        ScheduleStore schedule(store);
        // A talk may begin as late as its host has said; its end may be before that.
        const auto from = now - std::chrono::minutes(house::kMaxEventMinutes + house::kMaxLateMinutes), to = now + kRemindBefore + std::chrono::seconds(1);
        for (auto& event : schedule.between(now - std::chrono::minutes(house::kMaxLateMinutes), to, {}, kFeedEvents)) {
            if (event.cancelled || !event.dates.empty()) continue;
            const auto talk = withZone(*this, std::move(event));
            for (const auto start : house::occurrences(talk.event, *talk.zone, from, to, kOccurrencesAtOnce)) tellBeginning(*this, talk, start, now);
        }
        for (const auto& id : schedule.roomsLeft(now - kRoomStays, kRoomsAtOnce)) {
            const auto room = find(id);
            if (room && room->stage.session.live) continue;
            store.endRoom(id, clock.wallNow());
            store.addAudit({clock.wallNow(), id, {}, "room_ended", {}, {}});
            emptied.push_back(id);
        }
        return {};
    });
    if (kept)
        for (const auto& id : emptied) rooms.erase(id);
    reminder = house.postAfter(kRemindEvery, [weak = weak_from_this()] {
        if (const auto self = weak.lock(); self && !self->stopped) self->remind();
    });
}

void addCalendarRoutes(HouseRoutes& routes) {
    routes.post<api::Nothing>("feed", makeFeed);
    routes.file("/feed/{token}.ics", feed);
    routes.file("/e/{id}.ics", file);
    routes.file("/e/{id}", page);
}

}  // namespace parlour::server

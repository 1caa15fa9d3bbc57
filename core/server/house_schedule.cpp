// SPDX-License-Identifier: Apache-2.0
// The calendar: talks are planned, moved, called off, answered and voted on. House thread.
#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "core/crypto/random.h"
#include "core/house/display_name.h"
#include "core/house/store/guest_show_store.h"
#include "core/house/store/member_store.h"
#include "core/house/store/people_store.h"
#include "core/server/guest_shows.h"
#include "core/server/schedule_view.h"

namespace parlour::server {

using base::ErrorKind;
using base::UtcTime;
using house::ScheduleStore;
using Impl = HouseService::Impl;

namespace {

constexpr std::size_t kEventIdLength = 12;
constexpr int kReadAtOnce = 500;
constexpr auto kUsualWindow = std::chrono::days(183);
constexpr auto kLongestWindow = std::chrono::days(5 * 366);

UtcTime nowOf(const Impl& impl) { return base::toUtcTime(impl.clock.wallNow()); }

base::Unexpected<base::Error> badField(const char* field) {
    return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, field);
}
base::Unexpected<base::Error> badDates(const char* message) {
    return base::fail(ErrorKind::invalidInput, "bad_dates", message, "A poll has 2 to 10 different dates that are still to come.");
}

base::Result<std::string> titleFrom(const std::string& wish) {
    std::string title = house::cleanText(wish, api::kMaxTitleBytes * 4, api::kMaxTitleBytes * 4);
    if (title.empty()) return base::fail(ErrorKind::invalidInput, "bad_title", "The talk needs a title.", "Give it a few words.");
    if (title.size() > api::kMaxTitleBytes) return base::fail(ErrorKind::invalidInput, "bad_title", "The title is too long.", "Use at most 256 bytes.");
    return title;
}

/// The last end of it; absent when it comes again for ever.
std::optional<UtcTime> endOf(const ScheduledEvent& talk) {
    const auto& event = talk.event;
    if (event.every && event.every->endless()) return std::nullopt;
    auto last = house::currentStart(event, *talk.zone, UtcTime(std::chrono::sys_days(std::chrono::year(base::kLastYear + 1) / 1 / 1)));
    if (!event.dates.empty()) last = std::max(last, event.dates.back());
    // A day more: the zone may get other rules.
    return last + std::chrono::minutes(event.minutes) + (event.every ? std::chrono::hours(24) : std::chrono::hours(0));
}

void keep(Impl& impl, ScheduledEvent& talk) {
    talk.event.changed = impl.clock.wallNow();
    ScheduleStore(impl.store).put(talk.event, endOf(talk));
}

bool mayEdit(const RouteCall& call, const house::HouseMember& member, const house::Event& event) {
    return member.standing >= api::Standing::admin || (!call.who.empty() && (event.host == call.who || std::find(event.cohosts.begin(), event.cohosts.end(), call.who) != event.cohosts.end()));
}

/// A talk that the caller may know of: members, and whoever has a place in its room.
base::Result<ScheduledEvent> seen(Impl& impl, const RouteCall& call) {
    auto event = ScheduleStore(impl.store).find(call.args[0]);
    if (!event) return unknownEvent();
    if (!impl.needMember(call)) {
        const auto place = impl.store.member(event->room, call.who);
        if (!place || !place->active) return unknownEvent();
    }
    return withZone(impl, std::move(*event));
}

base::Result<ScheduledEvent> mine(Impl& impl, const RouteCall& call, std::optional<int> ifSequence) {
    auto talk = seen(impl, call);
    if (!talk) return talk;
    const auto member = impl.needMember(call);
    if (!member || !mayEdit(call, *member, talk->event))
        return base::fail(ErrorKind::refused, "not_host", "Only the host of this talk and the admins of the house may change it.", "Ask the host.");
    if (ifSequence && *ifSequence != talk->event.sequence)
        return base::fail(ErrorKind::conflict, "changed_meanwhile", "Somebody else changed this talk meanwhile.", "Look at it again, then decide.");
    return talk;
}

api::EventView shown(Impl& impl, const RouteCall& call, const ScheduledEvent& talk) {
    auto view = viewOf(impl, call, talk, house::currentStart(talk.event, *talk.zone, nowOf(impl)));
    const auto member = impl.needMember(call);
    view.editable = member && mayEdit(call, *member, talk.event);
    return view;
}

void tellComing(Impl& impl, const base::Identity& by, const house::Event& event, const char* kind, const std::string& text) {
    house::PeopleStore people(impl.store);
    auto told = ScheduleStore(impl.store).coming(event.id);
    const auto asked = house::ReminderStore(impl.store).of(event.id);
    told.insert(told.end(), asked.begin(), asked.end());
    std::sort(told.begin(), told.end());
    told.erase(std::unique(told.begin(), told.end()), told.end());
    for (const auto& who : told) {
        if (who == by) continue;
        house::NoticeRow notice;
        notice.kind = kind;
        notice.object = event.id;
        notice.from = by;
        notice.text = text;
        notice.at = impl.clock.wallNow();
        people.addNotice(who, notice);
    }
}

base::Result<std::vector<UtcTime>> datesFrom(const std::vector<std::string>& texts, const base::TimeZone& zone, UtcTime now) {
    std::vector<UtcTime> out;
    if (texts.size() < 2 || texts.size() > house::kMaxDateOptions) return badDates("This is no choice of dates.");
    for (const auto& text : texts) {
        auto planned = house::plan(text, zone, {});
        if (!planned) return base::Unexpected(std::move(planned).error());
        if (planned->time.at < now) return badDates("One of the dates is over.");
        out.push_back(planned->time.at);
    }
    std::sort(out.begin(), out.end());
    if (std::adjacent_find(out.begin(), out.end()) != out.end()) return badDates("One date is there twice.");
    return out;
}

base::Result<std::vector<base::Identity>> cohostsFrom(Impl& impl, const std::vector<base::Identity>& wish, const base::Identity& host) {
    auto out = wish;
    std::sort(out.begin(), out.end());
    const bool twice = std::adjacent_find(out.begin(), out.end()) != out.end();
    bool good = !twice && out.size() <= house::kMaxCohosts;
    for (const auto& who : out) {
        const auto member = house::MemberStore(impl.store).find(who);
        good = good && who != host && member && member->in(impl.clock.wallNow());
    }
    if (good) return out;
    return base::fail(ErrorKind::invalidInput, "bad_hosts", "These cannot host it with you.", "Name up to five other members, each once.");
}

/// They come as moderators; a place that somebody has already is not taken away later, moderators of the room do that.
void seatCohosts(Impl& impl, const house::Event& event) {
    for (const auto& who : event.cohosts) {
        if (const auto place = impl.store.member(event.room, who); place && place->active && place->power != api::Power::none) continue;
        house::MemberRow row = impl.store.member(event.room, who).value_or(house::MemberRow{});
        row.room = event.room;
        row.identity = who;
        row.role = api::Role::moderator;
        row.power = api::Power::moderator;
        row.active = true;
        row.joined = impl.clock.wallNow();
        impl.store.putMember(row);
        ScheduleStore(impl.store).setRsvp(event.id, who, house::Rsvp::yes, impl.clock.wallNow());
    }
}

base::Result<api::EventMade> create(Impl& impl, const RouteCall& call, const api::EventWish& wish) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    const auto now = nowOf(impl);
    house::Event event;
    const auto title = titleFrom(wish.title);
    const auto zone = zoneOf(impl, wish.zone);
    const auto details = house::cleanDetails(wish.details);
    const auto colour = house::checkColour(wish.colour);
    const auto length = house::checkMinutes(wish.minutes);
    for (const base::Error* bad : {title ? nullptr : &title.error(), zone ? nullptr : &zone.error(), details ? nullptr : &details.error(),
                                   colour ? nullptr : &colour.error(), length ? nullptr : &length.error()})
        if (bad) return base::Unexpected(*bad);
    if (!wish.every.empty()) {
        auto rule = house::parseRecurrence(wish.every);
        if (!rule) return base::Unexpected(std::move(rule).error());
        event.every = *rule;
    }
    if (!wish.dates.empty()) {
        if (event.every) return badDates("A repeated talk has no poll.");
        auto dates = datesFrom(wish.dates, **zone, now);
        if (!dates) return base::Unexpected(std::move(dates).error());
        event.dates = std::move(*dates);
    }
    auto cohosts = cohostsFrom(impl, wish.hosts, call.who);
    if (!cohosts) return base::Unexpected(std::move(cohosts).error());
    event.cohosts = std::move(*cohosts);
    auto planned = house::plan(event.dates.empty() ? wish.at : base::formatIso(event.dates.front()), **zone, event.every);
    if (!planned) return base::Unexpected(std::move(planned).error());
    event.title = *title;
    event.details = *details;
    event.host = call.who;
    event.minutes = wish.minutes;
    event.colour = *colour;
    event.start = planned->time;
    auto out = addTalk(impl, std::move(event), *zone);
    if (out && planned->gap)
        out->note = "The clock of " + (*zone)->name() + " jumps over this time on that day; it begins at " +
                    base::formatIso((*zone)->toLocal(planned->time.at)).substr(11, 5) + ".";
    return out;
}

/// "MS.ID"
struct Place {
    std::int64_t ms = std::numeric_limits<std::int64_t>::min();
    std::string id;
    auto operator<=>(const Place&) const = default;
};
std::optional<Place> placeFrom(const std::string& text) {
    if (text.empty()) return Place{};
    Place out;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out.ms);
    if (error != std::errc{} || stop == text.data() + text.size() || *stop != '.') return std::nullopt;
    out.id = std::string(stop + 1, text.data() + text.size());
    return out;
}

base::Result<api::SchedulePage> list(Impl& impl, const RouteCall& call) {
    const auto member = impl.needMember(call);
    if (!member) return base::Unexpected(member.error());
    const auto fromMs = queryNumber(call, "from", static_cast<std::uint64_t>(base::toUnixMs(impl.clock.wallNow())));
    if (!fromMs) return base::Unexpected(fromMs.error());
    const auto toMs = queryNumber(call, "to", *fromMs + static_cast<std::uint64_t>(std::chrono::milliseconds(kUsualWindow).count()));
    if (!toMs) return base::Unexpected(toMs.error());
    constexpr std::uint64_t kLast = 7'258'118'400'000;   // the year 2200
    if (*fromMs > kLast) return badField("from");
    if (*toMs < *fromMs || *toMs - *fromMs > static_cast<std::uint64_t>(std::chrono::milliseconds(kLongestWindow).count())) return badField("to");
    const auto from = base::toUtcTime(base::fromUnixMs(static_cast<std::int64_t>(*fromMs)));
    const auto to = base::toUtcTime(base::fromUnixMs(static_cast<std::int64_t>(*toMs)));
    const auto limitGiven = queryNumber(call, "limit", api::kMaxSchedulePage);
    if (!limitGiven || *limitGiven < 1 || *limitGiven > static_cast<std::uint64_t>(api::kMaxSchedulePage)) return badField("limit");
    const auto limit = static_cast<std::size_t>(*limitGiven);
    const auto after = placeFrom(call.query.contains("after") ? call.query.at("after") : std::string());
    if (!after) return badField("after");

    std::map<Place, ScheduledEvent> found;   // at most limit + 1
    house::EventPlace read;
    ScheduleStore schedule(impl.store);
    while (true) {
        auto rows = schedule.between(from, to, read, kReadAtOnce);
        const bool more = rows.size() == static_cast<std::size_t>(kReadAtOnce);
        if (!rows.empty()) read = {rows.back().start.at, rows.back().id};
        for (auto& row : rows) {
            const auto talk = withZone(impl, std::move(row));
            // One that runs at the place was on the page before.
            const auto since = std::max(from, after->id.empty() ? from : base::toUtcTime(base::fromUnixMs(after->ms)));
            // Of a series that was cancelled people are told once, whatever the page, not for each week.
            const auto dates = talk.event.cancelled ? house::occurrences(talk.event, *talk.zone, from, to, 1)
                                                    : house::occurrences(talk.event, *talk.zone, since, to, limit + 3);
            for (const auto at : dates) {
                Place place{base::toUnixMs(base::toWallTime(at)), talk.event.id};
                if (place <= *after) continue;
                found.emplace(std::move(place), talk);
                if (found.size() > limit + 1) found.erase(std::prev(found.end()));
            }
        }
        if (!more) break;
    }
    api::SchedulePage out;
    std::map<std::string, api::EventView> views;   // a daily talk is asked about once
    for (const auto& [place, talk] : found) {
        if (out.events.size() == limit) {
            out.next = std::to_string(out.events.back().startMs) + "." + out.events.back().id;
            break;
        }
        const auto start = base::toUtcTime(base::fromUnixMs(place.ms));
        const auto [view, fresh] = views.try_emplace(talk.event.id);
        if (fresh) {
            view->second = viewOf(impl, call, talk, start);
            view->second.editable = mayEdit(call, *member, talk.event);
        }
        out.events.push_back(view->second);
        showOccurrence(impl, out.events.back(), talk, start);
    }
    return out;
}

base::Result<api::EventView> one(Impl& impl, const RouteCall& call) {
    auto talk = seen(impl, call);
    if (!talk) return base::Unexpected(std::move(talk).error());
    return shown(impl, call, *talk);
}

base::Result<api::EventView> update(Impl& impl, const RouteCall& call, const api::EventChange& wish) {
    auto talk = mine(impl, call, wish.ifSequence);
    if (!talk) return base::Unexpected(std::move(talk).error());
    auto& event = talk->event;
    if (auto may = house::mayChange(event, *talk->zone, nowOf(impl)); !may) return base::Unexpected(std::move(may).error());
    if (wish.title) {
        auto title = titleFrom(*wish.title);
        if (!title) return base::Unexpected(std::move(title).error());
        event.title = std::move(*title);
    }
    if (wish.details) {
        auto details = house::cleanDetails(*wish.details);
        if (!details) return base::Unexpected(std::move(details).error());
        event.details = std::move(*details);
    }
    if (wish.colour) {
        auto colour = house::checkColour(*wish.colour);
        if (!colour) return base::Unexpected(std::move(colour).error());
        event.colour = std::move(*colour);
    }
    if (wish.minutes) {
        if (auto good = house::checkMinutes(*wish.minutes); !good) return base::Unexpected(std::move(good).error());
        event.minutes = *wish.minutes;
    }
    if (wish.hosts) {
        auto hosts = cohostsFrom(impl, *wish.hosts, event.host);
        if (!hosts) return base::Unexpected(std::move(hosts).error());
        event.cohosts = std::move(*hosts);
        seatCohosts(impl, event);
    }
    ++event.sequence;
    keep(impl, *talk);
    return shown(impl, call, *talk);
}

base::Result<api::EventView> move(Impl& impl, const RouteCall& call, const api::EventMove& wish) {
    auto talk = mine(impl, call, wish.ifSequence);
    if (!talk) return base::Unexpected(std::move(talk).error());
    auto zone = zoneOf(impl, wish.zone.empty() ? talk->event.zone : wish.zone);
    if (!zone) return base::Unexpected(std::move(zone).error());
    auto planned = house::plan(wish.at, **zone, talk->event.every);
    if (!planned) return base::Unexpected(std::move(planned).error());
    if (auto moved = house::move(talk->event, *planned, **zone, nowOf(impl)); !moved) return base::Unexpected(std::move(moved).error());
    talk->zone = *zone;
    ScheduleStore(impl.store).clearVotes(talk->event.id);
    keep(impl, *talk);
    guest_shows::moved(impl, talk->event, call.who, "The talk is now on " + whenText(**zone, talk->event.start.at) + ".");
    tellComing(impl, call.who, talk->event, "event_moved", talk->event.title + " is now on " + whenText(**zone, talk->event.start.at) + ".");
    impl.store.addAudit({impl.clock.wallNow(), talk->event.room, call.who, "event_moved", {}, talk->event.id});
    return shown(impl, call, *talk);
}

base::Result<api::EventView> cancel(Impl& impl, const RouteCall& call, const api::EventCancel& wish) {
    auto talk = mine(impl, call, wish.ifSequence);
    if (!talk) return base::Unexpected(std::move(talk).error());
    if (auto done = callOff(impl, *talk, call.who); !done) return base::Unexpected(std::move(done).error());
    return shown(impl, call, *talk);
}

base::Result<api::EventView> late(Impl& impl, const RouteCall& call, const api::EventLate& wish) {
    auto talk = mine(impl, call, {});
    if (!talk) return base::Unexpected(std::move(talk).error());
    if (auto done = house::announceLate(talk->event, wish.minutes, *talk->zone, nowOf(impl)); !done) return base::Unexpected(std::move(done).error());
    keep(impl, *talk);
    guest_shows::late(impl, talk->event, call.who, wish.minutes);
    tellComing(impl, call.who, talk->event, "event_late",
               talk->event.title + (wish.minutes ? " begins about " + std::to_string(wish.minutes) + " minutes later." : std::string(" begins on time.")));
    return shown(impl, call, *talk);
}

base::Result<api::EventView> rsvp(Impl& impl, const RouteCall& call, const api::EventRsvp& wish) {
    auto talk = seen(impl, call);
    if (!talk) return base::Unexpected(std::move(talk).error());
    const auto answer = house::parseRsvp(wish.answer);
    if (!answer || call.who.empty()) return badField("answer");
    if (auto may = house::mayChange(talk->event, *talk->zone, nowOf(impl)); !may) return base::Unexpected(std::move(may).error());
    ScheduleStore(impl.store).setRsvp(talk->event.id, call.who, *answer, impl.clock.wallNow());
    return shown(impl, call, *talk);
}

base::Result<api::EventView> remind(Impl& impl, const RouteCall& call, const api::EventRemind& wish) {
    auto talk = seen(impl, call);
    if (!talk) return base::Unexpected(std::move(talk).error());
    if (call.who.empty()) return badField("on");
    if (auto may = house::mayChange(talk->event, *talk->zone, nowOf(impl)); !may) return base::Unexpected(std::move(may).error());
    house::ReminderStore(impl.store).set(talk->event.id, call.who, wish.on, impl.clock.wallNow());
    return shown(impl, call, *talk);
}

base::Result<api::EventView> vote(Impl& impl, const RouteCall& call, const api::EventVote& wish) {
    auto talk = seen(impl, call);
    if (!talk) return base::Unexpected(std::move(talk).error());
    if (call.who.empty()) return badField("dates_ms");
    const auto& dates = talk->event.dates;
    if (dates.empty()) return badDates("There is no poll about this talk any more.");
    std::vector<UtcTime> chosen;
    for (const auto ms : wish.datesMs) {
        const auto at = std::find_if(dates.begin(), dates.end(), [&](UtcTime date) { return base::toUnixMs(base::toWallTime(date)) == ms; });
        if (at == dates.end()) return badDates("One of these is no date of the poll.");
        chosen.push_back(*at);
    }
    ScheduleStore schedule(impl.store);
    schedule.vote(talk->event.id, call.who, chosen);
    // Whoever votes hears how it ends.
    if (!schedule.rsvp(talk->event.id, call.who)) schedule.setRsvp(talk->event.id, call.who, house::Rsvp::maybe, impl.clock.wallNow());
    return shown(impl, call, *talk);
}

}  // namespace

base::Result<api::EventMade> addTalk(Impl& impl, house::Event event, base::ZonePtr zone) {
    const auto now = nowOf(impl);
    ScheduleStore schedule(impl.store);
    if (schedule.countUpcoming(event.host, now) >= api::kMaxUpcomingEvents)
        return base::fail(ErrorKind::exhausted, "too_many_events", "You have a hundred talks ahead of you.", "Cancel one of them first.");
    event.id = crypto::randomString(kEventIdLength);
    event.uid = event.id + "@" + impl.houseId.str() + ".parlour";
    event.created = impl.clock.wallNow();
    event.zone = zone->name();
    if (house::stateOf(event, *zone, now, false) == house::EventState::done)
        return base::fail(ErrorKind::invalidInput, "in_the_past", "This time is over.", "Choose one that is still to come.");
    api::EventMade out;
    if (event.room.empty()) {
        auto room = impl.makeRoom({event.title, true}, event.host);
        if (!room) return base::Unexpected(std::move(room).error());
        event.room = room->room;
        if (event.host.empty()) out.moderatorLink = room->links.moderator;
    }
    impl.store.addInvitation(listenerInvitation(impl, event.id, event.room, event.host));
    ScheduledEvent talk{std::move(event), std::move(zone)};
    keep(impl, talk);
    seatCohosts(impl, talk.event);
    if (!talk.event.host.empty()) schedule.setRsvp(talk.event.id, talk.event.host, house::Rsvp::yes, impl.clock.wallNow());
    impl.store.addAudit({impl.clock.wallNow(), talk.event.room, talk.event.host, "event_made", {}, talk.event.id});
    out.id = talk.event.id;
    out.link = listenerLinkOf(impl, out.id);
    out.ics = eventFileAddress(impl, out.id);
    out.page = eventPageAddress(impl, out.id);
    out.room = talk.event.room;
    return out;
}

base::Result<void> callOff(Impl& impl, ScheduledEvent& talk, const base::Identity& by) {
    auto& event = talk.event;
    const auto when = whenText(*talk.zone, house::currentStart(event, *talk.zone, nowOf(impl)));
    if (auto done = house::cancel(event, *talk.zone, nowOf(impl)); !done) return done;
    ScheduleStore(impl.store).clearVotes(event.id);
    keep(impl, talk);
    tellComing(impl, by, event, "event_cancelled", event.title + " on " + when + " is cancelled.");
    impl.store.addAudit({impl.clock.wallNow(), event.room, by, "event_cancelled", {}, event.id});
    // The room of a guest stays: the public post leads there, and there may be another date.
    const bool guests = guest_shows::calledOff(impl, event, by, "The talk on " + when + " is called off.");
    if (const auto room = impl.find(event.room); room && !room->stage.session.live && !guests) {
        impl.store.endRoom(room->row.id, impl.clock.wallNow());
        impl.afterCommit.push_back([&impl, id = room->row.id] { impl.rooms.erase(id); });
    }
    return {};
}

void addScheduleRoutes(HouseRoutes& routes) {
    routes.post<api::EventWish>("schedule", create);
    routes.get("schedule", list);
    routes.get("schedule/{id}", one);
    routes.post<api::EventChange>("schedule/{id}/update", update);
    routes.post<api::EventMove>("schedule/{id}/move", move);
    routes.post<api::EventCancel>("schedule/{id}/cancel", cancel);
    routes.post<api::EventLate>("schedule/{id}/late", late);
    routes.post<api::EventRsvp>("schedule/{id}/rsvp", rsvp);
    routes.post<api::EventRemind>("schedule/{id}/remind", remind);
    routes.post<api::EventVote>("schedule/{id}/vote", vote);
    addCalendarRoutes(routes);
}

}  // namespace parlour::server

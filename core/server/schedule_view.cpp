// SPDX-License-Identifier: Apache-2.0
#include "core/server/schedule_view.h"

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/house/invitation.h"
#include "core/house/store/guest_show_store.h"

namespace parlour::server {

using base::ErrorKind;
using Impl = HouseService::Impl;

namespace {

constexpr auto kReadZonesAgain = std::chrono::hours(1);
constexpr std::size_t kSecretLength = 22;

std::string derived(const Impl& impl, std::string_view purpose, const std::string& event) {
    const std::string text = std::string(purpose) + "\n" + event;
    return base::toBase64Url(crypto::hmacSha256(impl.sessionKey.view(), base::asBytes(text))).substr(0, kSecretLength);
}
std::int64_t msOf(base::UtcTime at) { return base::toUnixMs(base::toWallTime(at)); }
std::string listenerSecret(const Impl& impl, const std::string& event) { return derived(impl, "parlour event listeners v1", event); }

}  // namespace

base::Result<base::ZonePtr> zoneOf(Impl& impl, const std::string& name) {
    if (const auto now = impl.clock.now(); now - impl.zonesRead > kReadZonesAgain) {
        impl.zones.forget();
        impl.zonesRead = now;
    }
    return impl.zones.find(name.empty() ? "UTC" : name);
}

ScheduledEvent withZone(Impl& impl, house::Event event) {
    if (auto zone = zoneOf(impl, event.zone)) return {std::move(event), *zone};
    event.zone = "UTC";
    event.start.wall = base::LocalTime(event.start.at.time_since_epoch());
    return {std::move(event), zoneOf(impl, "UTC").value()};
}

base::Unexpected<base::Error> unknownEvent() {
    return base::fail(ErrorKind::notFound, "event_unknown", "There is no such talk.", "Ask whoever gave you the link.");
}

std::string eventKey(const Impl& impl, const std::string& event) { return derived(impl, "parlour event page v1", event); }
std::string eventPageAddress(const Impl& impl, const std::string& event) {
    return impl.address.linkBase + "/e/" + event + "?k=" + eventKey(impl, event);
}
std::string eventFileAddress(const Impl& impl, const std::string& event) {
    return impl.address.linkBase + "/e/" + event + ".ics?k=" + eventKey(impl, event);
}

house::InvitationRow listenerInvitation(const Impl& impl, const std::string& event, const base::RoomId& room, const base::Identity& host) {
    auto made = house::makeInvitation(room, {api::Role::listener, std::nullopt, std::nullopt}, host, {}, impl.clock.wallNow());
    made.row.secretHash = base::toHex(crypto::sha256(base::asBytes(listenerSecret(impl, event))));
    made.row.object = event;
    return made.row;
}

std::string listenerLinkOf(Impl& impl, const std::string& event) {
    for (const auto& row : impl.store.invitationsOf(event))
        if (!row.revoked) return impl.linkOf(row.id, listenerSecret(impl, event));
    return {};
}

std::string nameOf(Impl& impl, const base::Identity& who) {
    const auto person = who.empty() ? std::nullopt : impl.store.person(who);
    return person ? person->name : std::string();
}

std::string whenText(const base::TimeZone& zone, base::UtcTime at) {
    std::string text = base::formatIso(zone.toLocal(at)).substr(0, 16);
    text[10] = ' ';
    return text + " (" + zone.name() + ")";
}

api::EventView viewOf(Impl& impl, const RouteCall& call, const ScheduledEvent& talk, base::UtcTime start) {
    const auto& [event, zone] = talk;
    api::EventView out;
    out.id = event.id;
    out.uid = event.uid;
    out.title = event.title;
    out.details = event.details;
    out.host = event.host;
    out.hostName = nameOf(impl, event.host);
    for (const auto& who : event.cohosts) out.hosts.push_back({who, nameOf(impl, who)});
    out.zone = zone->name();
    out.minutes = event.minutes;
    if (event.every) out.every = house::toString(*event.every);
    out.colour = event.colour;
    out.room = event.room;
    out.sequence = event.sequence;
    house::ScheduleStore schedule(impl.store);
    if (!event.dates.empty()) {
        const auto votes = schedule.votes(event.id);
        const auto mine = schedule.votesOf(event.id, call.who);
        for (const auto at : event.dates) {
            const auto found = votes.find(at);
            out.dates.push_back({msOf(at), found == votes.end() ? 0 : found->second, std::find(mine.begin(), mine.end(), at) != mine.end()});
        }
    }
    const auto count = schedule.rsvps(event.id);
    out.yes = count.yes;
    out.maybe = count.maybe;
    out.reminder = !call.who.empty() && house::ReminderStore(impl.store).has(event.id, call.who);
    if (const auto answer = schedule.rsvp(event.id, call.who); answer && !call.who.empty()) out.mine = std::string(house::toString(*answer));
    out.link = listenerLinkOf(impl, event.id);
    out.page = eventPageAddress(impl, event.id);
    out.ics = eventFileAddress(impl, event.id);
    if (house::zoneChanged(event, *zone))
        out.note = event.every ? "The clock of " + event.zone + " got new rules since this was planned: it keeps its time of day there."
                               : "The clock of " + event.zone + " got new rules since this was planned: it begins at the same moment as before, which that clock now shows differently.";
    showOccurrence(impl, out, talk, start);
    return out;
}

void showOccurrence(Impl& impl, api::EventView& view, const ScheduledEvent& talk, base::UtcTime start) {
    const auto& [event, zone] = talk;
    const auto now = base::toUtcTime(impl.clock.wallNow());
    view.startMs = msOf(start);
    view.endMs = msOf(start + std::chrono::minutes(event.minutes));
    view.wall = base::formatIso(zone->toLocal(start));
    const bool current = house::currentStart(event, *zone, now) == start;
    const auto room = impl.find(event.room);
    auto state = house::stateOf(event, *zone, now, current && room && room->stage.session.live);
    if (!current && state == house::EventState::scheduled && start < now) state = house::EventState::done;
    view.state = std::string(house::toString(state));
    view.lateMinutes = event.lateFor == start ? event.lateMinutes : 0;
    const auto overdue = std::chrono::floor<std::chrono::minutes>(now - start);
    view.overdueMinutes = current && state == house::EventState::scheduled && event.dates.empty() && overdue.count() > 0 ? static_cast<int>(overdue.count()) : 0;
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// The moderators' desk: settings and templates of a room, bans, who came by which link, and the line in front of the door.
// House thread.
#include <algorithm>
#include <map>

#include "core/api/arrival_types.h"
#include "core/api/desk_types.h"
#include "core/house/invitation.h"
#include "core/house/overflow.h"
#include "core/house/room_load.h"
#include "core/house/store/desk_store.h"
#include "core/house/store/people_store.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;
using Impl = HouseService::Impl;

bool HouseService::Impl::isLimited(const base::InvitationId& link) {
    const auto row = link.empty() ? std::nullopt : store.invitation(link);
    return row && row->maxUses;
}

void HouseService::Impl::addRaiserFacts(const HouseRoom& room, house::Command& command) {
    const auto hands = room.stage.settings.hands;
    if (command.verb != api::StageVerb::raise || command.admin) return;
    if (hands != house::HandPolicy::members && hands != house::HandPolicy::invited) return;
    command.followedMember = command.invited = false;
    (void)reading<bool>([&]() -> Result<bool> {
        if (hands == house::HandPolicy::invited) {
            const auto member = store.member(room.row.id, command.actor);
            const auto link = member ? store.invitation(member->invitation) : std::nullopt;
            command.invited = link && (link->maxUses == 1 || !link->forName.empty());
            return true;
        }
        if (!isMember(command.actor)) return false;
        house::PeopleStore people(store);
        for (const auto& [who, person] : room.stage.people)
            if (person.seat == api::Seat::stage && people.follows(who, command.actor)) command.followedMember = true;
        return true;
    });
}

namespace {

/// Of the main room (0) or of one overflow room; who waits is in none.
int peopleIn(const HouseRoom& room, int overflow) {
    return static_cast<int>(std::count_if(room.stage.people.begin(), room.stage.people.end(), [&](const auto& entry) {
        return entry.second.seat != api::Seat::waiting && entry.second.overflow == overflow;
    }));
}

/// How often somebody in line asks again: rarely enough that thousands can wait.
int retryAfter(std::size_t waiting) { return static_cast<int>(std::min<std::size_t>(30, 3 + waiting / 100)); }

constexpr auto kChangesShown = std::chrono::hours(24);
constexpr std::uint64_t kUsualMinutes = 10;

api::RoomSettings shown(Impl& impl, const HouseRoom& room) {
    const house::RoomSettings& s = room.stage.settings;
    api::RoomSettings out{s.preset,      std::string(house::toString(s.hands)), s.slotSeconds,    s.turnSeconds, s.slotIsSign,
                          s.waitingRoom, s.stageOnly,                           s.joinsPerMinute, s.cap,         s.overflow, room.stage.session.version};
    if (const auto last = house::DeskStore(impl.store).lastChange(room.row.id, impl.clock.wallNow() - kChangesShown)) {
        out.changedMs = base::toUnixMs(last->at);
        if (const auto person = impl.store.person(last->actor)) out.changedByName = person->name;
    }
    return out;
}

base::Result<HouseRoomPtr> moderated(Impl& impl, const RouteCall& call) {
    const base::RoomId id(call.args[0]);
    if (!call.caller.admin) {
        const auto member = impl.store.member(id, call.who);
        if (!member || !member->active) return base::Unexpected(Impl::unknownRoom());
        if (member->power == api::Power::none || impl.store.ban(id, call.who, impl.clock.wallNow()))
            return base::fail(ErrorKind::refused, "not_allowed", "Only moderators may do that.");
    }
    return impl.need(id);
}

base::Result<api::RoomSettings> settings(Impl& impl, const RouteCall& call) {
    auto room = moderated(impl, call);
    if (!room) return base::Unexpected(std::move(room).error());
    return shown(impl, **room);
}

base::Result<house::RoomSettings> wished(const house::RoomSettings& now, const api::RoomSettingsWish& wish) {
    house::RoomSettings next = now;
    if (!wish.preset.empty()) {
        const auto made = house::roomTemplate(wish.preset);
        if (!made)
            return base::fail(ErrorKind::invalidInput, "bad_settings", "There is no such template.",
                              "The templates are open, interview, panel and quiet.", "preset");
        next = *made;
        next.audienceHeld = now.audienceHeld;  // that is for the two lights
    }
    if (wish.hands) {
        const auto hands = house::parseHandPolicy(*wish.hands);
        if (!hands)
            return base::fail(ErrorKind::invalidInput, "bad_settings", "This rule for hands is not known.",
                              "Choose off, members, invited or everyone.", "hands");
        next.hands = *hands;
    }
    next.slotSeconds = wish.slotSeconds.value_or(next.slotSeconds);
    next.turnSeconds = wish.turnSeconds.value_or(next.turnSeconds);
    next.slotIsSign = wish.slotIsSign.value_or(next.slotIsSign);
    next.waitingRoom = wish.waitingRoom.value_or(next.waitingRoom);
    next.stageOnly = wish.stageOnly.value_or(next.stageOnly);
    next.joinsPerMinute = wish.joinsPerMinute.value_or(next.joinsPerMinute);
    next.cap = wish.cap.value_or(next.cap);
    next.overflow = wish.overflow.value_or(next.overflow);
    return next;
}

void settle(Impl& impl, const RouteCall& call, const api::RoomSettingsWish& wish, HouseService::Answer<api::RoomSettings> answer) {
    auto room = impl.reading<HouseRoomPtr>([&] { return moderated(impl, call); });
    if (!room) return answer(base::Unexpected(std::move(room).error()));
    auto next = wished((*room)->stage.settings, wish);
    if (!next) return answer(base::Unexpected(std::move(next).error()));
    // Membership was looked at above: a moderator may set the room up before anybody is in it.
    impl.run(*room, house::Settle{call.who, true, std::move(*next), wish.ifVersion}, {},
             [&impl, room = *room, answer](base::Result<std::uint64_t> done) {
                 if (!done) return answer(base::Unexpected(std::move(done).error()));
                 answer(impl.reading<api::RoomSettings>([&]() -> base::Result<api::RoomSettings> { return shown(impl, *room); }));
             });
}

void line(Impl& impl, const RouteCall& call, const api::Nothing&, HouseService::Answer<api::Line> answer) {
    const base::RoomId id(call.args[0]);
    bool limited = false;
    auto member = impl.reading<house::MemberRow>([&]() -> base::Result<house::MemberRow> {
        const auto row = impl.store.member(id, call.who);
        if (!row || !row->active || !impl.find(id)) return base::Unexpected(Impl::unknownRoom());
        if (auto free = house::notSuspended(impl.store, call.who, impl.clock.wallNow()); !free)
            return base::Unexpected(std::move(free).error());
        if (const auto ban = impl.store.ban(id, call.who, impl.clock.wallNow())) return base::Unexpected(house::bannedError(*ban));
        limited = impl.isLimited(row->invitation);
        return *row;
    });
    if (!member) return answer(base::Unexpected(std::move(member).error()));
    const auto room = impl.find(id);
    const auto tell = [room, who = call.who, answer](base::Result<std::uint64_t> done) {
        if (!done) return answer(base::Unexpected(std::move(done).error()));
        const auto waiting = house::waitingLine(room->stage);
        api::Line out;
        out.state = "inside";
        out.waiting = static_cast<int>(waiting.size());
        out.inside = peopleIn(*room, 0);
        out.moderated = room->stage.settings.waitingRoom;
        if (room->stage.settings.audienceHeld) out.awaits = "guest";
        for (std::size_t i = 0; i < waiting.size(); ++i)
            if (waiting[i]->identity == who) out.place = static_cast<int>(i) + 1;
        if (out.place > 0) {
            out.state = "waiting";
            out.retryAfterSeconds = retryAfter(waiting.size());
        } else if (const auto me = room->stage.people.find(who); me != room->stage.people.end()) {
            out.overflow = me->second.overflow;
        }
        answer(out);
    };
    // Only who waits already asks again: the first arrival is that of a token.
    const auto known = room->stage.people.find(call.who);
    if (known == room->stage.people.end())
        return answer(base::fail(ErrorKind::notFound, "not_waiting", "You are not in line.", "Join the room."));
    if (known->second.seat != api::Seat::waiting) return tell(room->stage.session.version);
    impl.run(room, house::Arrive{call.who, {}, member->role, member->power, room->stage.session.sid, member->invitation, limited, member->joined},
             {}, tell);
}

base::Result<api::WaitingList> waiting(Impl& impl, const RouteCall& call) {
    auto room = moderated(impl, call);
    if (!room) return base::Unexpected(std::move(room).error());
    api::WaitingList out;
    for (const auto* person : house::waitingLine((*room)->stage)) out.waiting.push_back({person->identity, person->name, (*room)->pictureMs(person->identity)});
    return out;
}

base::Result<api::RoomLoad> load(Impl& impl, const RouteCall& call) {
    auto found = moderated(impl, call);
    if (!found) return base::Unexpected(std::move(found).error());
    HouseRoom& room = **found;
    const house::RoomSettings& rules = room.stage.settings;
    api::RoomLoad out;
    out.people = peopleIn(room, 0);
    const int limit = static_cast<int>(impl.policy.maxPeople);
    out.cap = rules.cap > 0 ? std::min(rules.cap, limit) : limit;
    int places = out.cap - out.people;
    for (int i = 1; i <= room.stage.session.overflowRooms; ++i) {
        out.overflow.push_back(peopleIn(room, i));
        places += out.cap - out.overflow.back();
    }
    if (rules.overflow > 0 && !rules.listenersWait()) places += (house::kMaxOverflowRooms - room.stage.session.overflowRooms) * out.cap;
    const auto waiting = house::waitingLine(room.stage);
    out.waitingCount = static_cast<int>(waiting.size());
    for (std::size_t i = 0; i < std::min(waiting.size(), api::kLoadNames); ++i) out.waiting.push_back({waiting[i]->identity, waiting[i]->name, room.pictureMs(waiting[i]->identity)});
    out.arrivalsLastMinute = room.arrivals.lastMinute(impl.clock.now());
    out.doorLocked = room.stage.session.doorLocked;
    out.moderated = rules.listenersWait();
    const house::MediaLoad media = impl.media.load();
    out.busyPercent = static_cast<int>(media.busy * 100 + 0.5);
    out.packetsPerSecond = static_cast<int>(media.packetsPerSecond);
    out.capacity = static_cast<int>(house::capacityOf(media));
    int everybody = 0;
    for (const auto& [id, one] : impl.rooms) everybody += static_cast<int>(one->stage.people.size());
    const auto headroom = house::headroom(media, everybody, places);
    out.roomFor = headroom.people;
    out.words = house::wordsOf(headroom);
    return out;
}

base::Result<api::BanList> bans(Impl& impl, const RouteCall& call) {
    auto room = moderated(impl, call);
    if (!room) return base::Unexpected(std::move(room).error());
    house::DeskStore desk(impl.store);
    const auto now = impl.clock.wallNow();
    const auto until = [](std::optional<base::WallTime> t) { return t ? std::optional(base::toUnixMs(*t)) : std::nullopt; };
    api::BanList out;
    for (const auto& row : desk.bans((*room)->row.id, now)) {
        const auto person = impl.store.person(row.identity);
        out.bans.push_back({row.identity, {}, person ? person->name : std::string(), until(row.until)});
    }
    for (const auto& row : desk.linkBans((*room)->row.id, now)) out.bans.push_back({{}, row.invitation, {}, until(row.until)});
    return out;
}

base::Result<api::Nothing> lift(Impl& impl, const RouteCall& call, const api::BanLift& wish) {
    auto room = moderated(impl, call);
    if (!room) return base::Unexpected(std::move(room).error());
    house::DeskStore desk(impl.store);
    const base::RoomId& id = (*room)->row.id;
    const bool there = wish.link.empty() ? desk.unban(id, wish.identity) : desk.unbanLink(id, wish.link);
    if (!there) return base::fail(ErrorKind::notFound, "not_banned", "There is no such ban.", "It may have been lifted already.");
    impl.store.addAudit({impl.clock.wallNow(), id, call.who, "unban", wish.identity, wish.link.empty() ? "" : "link " + wish.link.str()});
    return api::Nothing{};
}

base::Result<api::Arrivals> arrivals(Impl& impl, const RouteCall& call) {
    auto room = moderated(impl, call);
    if (!room) return base::Unexpected(std::move(room).error());
    auto minutes = queryNumber(call, "minutes", kUsualMinutes);
    if (!minutes) return base::Unexpected(std::move(minutes).error());
    if (*minutes < 1 || *minutes > 1440)
        return base::fail(ErrorKind::invalidInput, "bad_selector", "This time is not possible.", "Give 1 to 1440 minutes.");
    const auto& people = (*room)->stage.people;
    const auto own = people.find(call.who);
    const auto power = own == people.end() ? api::Power::none : own->second.power;
    const auto now = impl.clock.wallNow();
    api::Arrivals out;
    std::map<base::InvitationId, api::ArrivalLink> links;
    for (const auto& [who, person] : people) {
        if (!call.caller.admin && (who == call.who || person.power >= power)) continue;
        if (person.arrivedAt >= now - std::chrono::minutes(*minutes)) ++out.recent;
        if (person.cameBy.empty()) continue;
        auto& link = links[person.cameBy];
        ++link.people;
        link.lastMs = std::max(link.lastMs, base::toUnixMs(person.arrivedAt));
    }
    for (auto& [id, link] : links) {
        const auto row = impl.store.invitation(id);
        if (!row) continue;
        link.link = id;
        link.kind = std::string(api::toString(row->kind));
        link.forName = row->forName;
        link.state = std::string(house::toString(house::stateOf(*row, now)));
        if (const auto issuer = impl.store.person(row->issuer)) link.issuerName = issuer->name;
        out.links.push_back(std::move(link));
    }
    std::sort(out.links.begin(), out.links.end(), [](const auto& a, const auto& b) {
        return a.people != b.people ? a.people > b.people : a.lastMs > b.lastMs;
    });
    return out;
}

}  // namespace

void addDeskRoutes(HouseRoutes& routes) {
    routes.get("rooms/{room}/settings", settings);
    routes.wait<api::RoomSettingsWish, api::RoomSettings>("rooms/{room}/settings", settle);
    routes.wait<api::Nothing, api::Line>("rooms/{room}/line", line);
    routes.get("rooms/{room}/waiting", waiting);
    routes.get("rooms/{room}/load", load);
    routes.get("rooms/{room}/bans", bans);
    routes.post<api::BanLift, api::Nothing>("rooms/{room}/bans/lift", lift);
    routes.get("rooms/{room}/arrivals", arrivals);
}

}  // namespace parlour::server

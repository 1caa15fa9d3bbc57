// SPDX-License-Identifier: Apache-2.0
// People and each other: profile, picture, follow, block, wave, ping, notices, and the mailbox of a second computer. House thread.
#include "core/crypto/random.h"
#include "core/house/display_name.h"
#include "core/house/picture.h"
#include "core/house/profile.h"
#include "core/house/store/tree_names.h"
#include "core/server/house_routes.h"

namespace parlour::server {

using base::ErrorKind;
using Impl = HouseService::Impl;
using house::MemberStore;
using house::PeopleStore;

namespace {

constexpr auto kWaveLife = std::chrono::hours(24);

base::Unexpected<base::Error> unknownPerson() {
    return base::fail(ErrorKind::notFound, "person_unknown", "There is no such member.", "They may have left the house.");
}

/// The member of the path as the asker may see them: hidden people are not there, whoever hid from whom.
base::Result<house::HouseMember> seen(Impl& impl, const base::Identity& asker, const base::Identity& who) {
    const auto row = MemberStore(impl.store).find(who);
    if (!row || (row->state != api::MemberState::active && row->state != api::MemberState::suspended)) return unknownPerson();
    if (asker != who && PeopleStore(impl.store).blocks(who, asker)) return unknownPerson();
    return *row;
}

api::Profile viewOf(Impl& impl, const base::Identity& asker, const house::HouseMember& row) {
    PeopleStore people(impl.store);
    const auto profile = people.profile(row.identity);
    api::Profile out;
    out.id = row.identity;
    if (const auto person = impl.store.person(row.identity)) out.name = person->name;
    out.handle = row.handle;
    out.standing = std::string(api::toString(row.standing));
    out.about = profile.about;
    out.pronouns = profile.pronouns;
    out.links = profile.links;
    out.joinedMs = base::toUnixMs(row.joined);
    out.invitedBy = row.invitedBy;
    out.invitedByName = house::nameInTree(impl.store, row.invitedBy);
    out.pictureMs = profile.pictureMs;
    out.followed = people.follows(asker, row.identity);
    out.blocked = people.blocks(asker, row.identity);
    out.followers = people.followers(row.identity);
    return out;
}

base::Result<api::Profile> getProfile(Impl& impl, const RouteCall& call) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    auto row = seen(impl, call.who, base::Identity(call.args[0]));
    if (!row) return base::Unexpected(std::move(row).error());
    return viewOf(impl, call.who, *row);
}

base::Result<api::Profile> setProfile(Impl& impl, const RouteCall& call, const api::ProfileWish& wish) {
    auto member = impl.needMember(call);
    if (!member) return base::Unexpected(std::move(member).error());
    auto person = impl.store.person(call.who);
    if (!person) return unknownPerson();
    PeopleStore people(impl.store);
    auto profile = house::withWish(people.profile(call.who), wish);
    if (!profile) return base::Unexpected(std::move(profile).error());
    if (wish.name) {
        auto name = house::cleanName(*wish.name);
        if (!name) return base::Unexpected(std::move(name).error());
        person->name = *name;
        impl.store.putPerson(*person, impl.clock.wallNow());
    }
    people.putProfile(call.who, *profile);
    return viewOf(impl, call.who, *member);
}

base::Result<api::Profile> setPicture(Impl& impl, const RouteCall& call, const api::PictureWish& wish) {
    auto member = impl.needMember(call);
    if (!member) return base::Unexpected(std::move(member).error());
    if (call.caller.admin) return unknownPerson();
    base::Bytes jpeg;
    if (!wish.data.empty()) {
        const auto file = base::fromBase64Url(wish.data);
        if (!file) return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "data");
        auto small = house::normalizedPicture(*file);
        if (!small) return base::Unexpected(std::move(small).error());
        jpeg = std::move(*small);
    }
    const auto now = impl.clock.wallNow();
    PeopleStore(impl.store).setPicture(call.who, jpeg, now);
    impl.afterCommit.push_back([&impl, who = call.who, ms = jpeg.empty() ? 0 : base::toUnixMs(now)] {
        for (const auto& [_, room] : impl.rooms) {
            const auto person = room->stage.people.find(who);
            if (person == room->stage.people.end()) continue;
            room->notePicture(who, ms);
            house::Change seenAnew;
            seenAnew.told = {who};
            // Behind what waits for the media engine: it would tell that, too.
            const auto turn = std::make_shared<PendingRelease>();
            turn->sealed = true;
            turn->release = [&impl, tell = impl.broadcastsOf(*room, seenAnew)] { impl.net.post(tell); };
            room->pending.push_back(turn);
            impl.releaseReady(room);
        }
    });
    return viewOf(impl, call.who, *member);
}

/// For members only, and for nobody of whom one has blocked the other: they are told what is told of somebody who is not there.
base::Result<base::Bytes> pictureOf(Impl& impl, const RouteCall& call) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    auto row = seen(impl, call.who, base::Identity(call.args[0]));
    if (!row) return base::Unexpected(std::move(row).error());
    PeopleStore people(impl.store);
    if (people.blocks(call.who, row->identity)) return unknownPerson();
    auto picture = people.picture(row->identity);
    if (!picture) return base::fail(ErrorKind::notFound, "no_picture", "There is no picture.");
    return std::move(*picture);
}

base::Result<ApiReply> getPicture(Impl& impl, const RouteCall& call) {
    const auto picture = pictureOf(impl, call);
    if (!picture) return base::Unexpected(picture.error());
    ApiReply reply;
    reply.body.assign(reinterpret_cast<const char*>(picture->data()), picture->size());
    reply.type = "image/jpeg";
    reply.headers = {{"cache-control", "private, max-age=3600"}};
    return reply;
}

/// The same for programs that speak only JSON.
base::Result<api::PictureWish> pictureData(Impl& impl, const RouteCall& call) {
    const auto picture = pictureOf(impl, call);
    if (!picture) return base::Unexpected(picture.error());
    return api::PictureWish{base::toBase64Url(*picture)};
}

base::Result<api::Profile> relate(Impl& impl, const RouteCall& call, const api::RelationWish& wish) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    const base::Identity whom(call.args[0]);
    if (whom == call.who || call.caller.admin) return base::fail(ErrorKind::invalidInput, "not_oneself", "This needs somebody else.");
    auto row = seen(impl, call.who, whom);
    if (!row) return base::Unexpected(std::move(row).error());
    PeopleStore people(impl.store);
    const auto now = impl.clock.wallNow();
    if (wish.block) people.block(call.who, whom, *wish.block, now);
    if (wish.follow) {
        if (*wish.follow && people.hidden(call.who, whom))
            return base::fail(ErrorKind::refused, "blocked", "You have blocked this person.", "Lift that first.");
        const bool before = people.follows(call.who, whom);
        people.follow(call.who, whom, *wish.follow, now);
        if (*wish.follow && !before) people.addNotice(whom, {0, "followed", {}, call.who, {}, now});
    }
    return viewOf(impl, call.who, *row);
}

base::Result<api::Relations> relations(Impl& impl, const RouteCall& call) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    PeopleStore people(impl.store);
    MemberStore members(impl.store);
    const auto view = [&](const base::Identity& who) {
        const auto person = impl.store.person(who);
        const auto row = members.find(who);
        const auto picture = people.hidden(call.who, who) ? 0 : people.pictureMs(who);
        return api::Relation{who, person ? person->name : std::string(), row ? row->handle : std::string(), picture};
    };
    api::Relations out;
    for (const auto& who : people.followsOf(call.who)) out.follows.push_back(view(who));
    for (const auto& who : people.blocksOf(call.who)) out.blocks.push_back(view(who));
    return out;
}

// ---- waves

api::Wave viewOf(Impl& impl, const house::WaveRow& row) {
    api::Wave out;
    out.id = row.id;
    out.from = row.from;
    out.to = row.to;
    if (const auto person = impl.store.person(row.from)) out.fromName = person->name;
    if (const auto person = impl.store.person(row.to)) out.toName = person->name;
    out.text = row.text;
    out.atMs = base::toUnixMs(row.at);
    const bool old = row.state == house::WaveState::open && row.at + kWaveLife <= impl.clock.wallNow();
    out.state = old ? "expired" : std::string(house::toString(row.state));
    out.room = row.room;
    return out;
}

base::Result<api::Wave> wave(Impl& impl, const RouteCall& call, const api::WaveWish& wish) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    const base::Identity to(call.args[0]);
    if (to == call.who || call.caller.admin) return base::fail(ErrorKind::invalidInput, "not_oneself", "This needs somebody else.");
    auto row = seen(impl, call.who, to);
    if (!row) return base::Unexpected(std::move(row).error());
    PeopleStore people(impl.store);
    if (people.hidden(call.who, to)) return base::fail(ErrorKind::refused, "blocked", "You have blocked this person.", "Lift that first.");
    if (house::countCharacters(wish.text) > api::kMaxWaveCharacters)
        return base::fail(ErrorKind::invalidInput, "wave_too_long", "This is too long.", "Use at most 140 characters.");
    const auto now = impl.clock.wallNow();
    if (const auto open = people.openWave(call.who, to, now - kWaveLife)) return viewOf(impl, *open);
    house::WaveRow made{crypto::randomString(12), call.who, to, house::cleanText(wish.text, api::kMaxWaveCharacters, api::kMaxWaveCharacters * 4),
                        now, house::WaveState::open, {}};
    people.addWave(made);
    people.addNotice(to, {0, "wave", made.id, call.who, made.text, now});
    return viewOf(impl, made);
}

base::Result<api::Waves> waves(Impl& impl, const RouteCall& call) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    PeopleStore people(impl.store);
    api::Waves out;
    for (const auto& row : people.wavesOf(call.who, impl.clock.wallNow() - kWaveLife))
        if (!people.hidden(row.from, row.to)) out.waves.push_back(viewOf(impl, row));
    return out;
}

base::Result<api::Wave> answerWave(Impl& impl, const RouteCall& call, const api::WaveAnswer& in) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    PeopleStore people(impl.store);
    auto row = people.wave(call.args[0]);
    const auto now = impl.clock.wallNow();
    if (!row || row->to != call.who || people.hidden(row->from, row->to))
        return base::fail(ErrorKind::notFound, "wave_unknown", "This wave is not there any more.");
    if (in.answer != "yes" && in.answer != "later") return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "answer");
    if (row->state == house::WaveState::talking) return viewOf(impl, *row);
    if (row->at + kWaveLife <= now) return base::fail(ErrorKind::expired, "wave_expired", "This wave is a day old.", "Wave back.");
    row->state = in.answer == "yes" ? house::WaveState::talking : house::WaveState::later;
    if (in.answer == "yes") {
        const auto from = impl.store.person(row->from), to = impl.store.person(row->to);
        auto made = impl.makeRoom({(from ? from->name : "?") + " & " + (to ? to->name : "?"), false}, row->from);
        if (!made) return base::Unexpected(std::move(made).error());
        row->room = made->room;
        house::MemberRow place;
        place.room = made->room;
        place.identity = row->to;
        place.role = api::Role::moderator;
        place.power = api::Power::moderator;
        place.joined = now;
        impl.store.putMember(place);
    }
    people.setWave(row->id, row->state, row->room);
    people.addNotice(row->from, {0, "wave_answered", row->room.empty() ? row->id : row->room.str(), call.who, in.answer, now});
    return viewOf(impl, *row);
}

base::Result<api::Nothing> ping(Impl& impl, const RouteCall& call, const api::PingWish& in) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    const auto room = impl.find(base::RoomId(call.args[0]));
    if (!room || !room->stage.people.contains(call.who)) return base::Unexpected(Impl::unknownRoom());
    auto row = seen(impl, call.who, in.who);
    if (!row) return base::Unexpected(std::move(row).error());
    PeopleStore people(impl.store);
    if (people.hidden(call.who, in.who)) return unknownPerson();
    if (!impl.takeCommand(call.who)) return base::fail(ErrorKind::exhausted, "too_fast", "Too many commands at once.", "Wait a moment and try again.");
    const auto now = impl.clock.wallNow();
    // Being called is an invitation: whoever could not come in before may come and listen.
    const auto place = impl.store.member(room->row.id, in.who);
    if (!place || !place->active) {
        if (!room->row.forMembers && !impl.moderator(call.caller, room->row.id))
            return base::fail(ErrorKind::refused, "not_allowed", "Only moderators call people into this room.");
        house::MemberRow made = place.value_or(house::MemberRow{});
        made.room = room->row.id;
        made.identity = in.who;
        made.active = true;
        made.power = api::Power::none;
        if (!place) made.joined = now;
        impl.store.putMember(made);
    }
    people.addNotice(in.who, {0, "ping", room->row.id.str(), call.who, room->row.title, now});
    return api::Nothing{};
}

base::Result<api::Notices> notices(Impl& impl, const RouteCall& call) {
    if (auto member = impl.needMember(call); !member) return base::Unexpected(std::move(member).error());
    std::int64_t after = 0;
    if (const auto it = call.query.find("after"); it != call.query.end())
        for (const char c : it->second.substr(0, 15)) after = c >= '0' && c <= '9' ? after * 10 + (c - '0') : after;
    PeopleStore people(impl.store);
    api::Notices out;
    for (const auto& row : people.notices(call.who, after)) {
        if (people.hidden(call.who, row.from)) continue;
        const auto person = impl.store.person(row.from);
        out.notices.push_back({row.n, row.kind, row.object, row.from, person ? person->name : std::string(), row.text, base::toUnixMs(row.at), people.pictureMs(row.from)});
    }
    return out;
}

// ---- a second computer

base::Result<api::LinkSlot> openLink(Impl& impl, const RouteCall& call, const api::Nothing&) {
    auto slot = impl.links.open(call.who, impl.clock.now());
    if (!slot) return base::Unexpected(std::move(slot).error());
    return api::LinkSlot{*slot, base::toUnixMs(impl.clock.wallNow() + std::chrono::duration_cast<std::chrono::seconds>(LinkMailboxes::kLife))};
}

base::Result<api::Nothing> putLink(Impl& impl, const RouteCall& call, const api::LinkMessage& in) {
    if (auto put = impl.links.put(call.args[0], in, impl.clock.now()); !put) return base::Unexpected(std::move(put).error());
    return api::Nothing{};
}

base::Result<api::LinkMessages> readLink(Impl& impl, const RouteCall& call) {
    const auto it = call.query.find("after");
    const int after = it == call.query.end() ? 0 : pageLimit(it->second, 1000) % 1000;
    auto messages = impl.links.after(call.args[0], static_cast<std::size_t>(after), impl.clock.now());
    if (!messages) return base::Unexpected(std::move(messages).error());
    return api::LinkMessages{std::move(*messages)};
}

}  // namespace

void addProfileRoutes(HouseRoutes& routes) {
    using api::Nothing;
    using For = HouseRoutes::For;
    routes.get<api::Profile>("people/{id}", getProfile);
    routes.post<api::ProfileWish, api::Profile>("profile", setProfile);
    routes.post<api::PictureWish, api::Profile>("profile/picture", setPicture);
    routes.file("/people/{id}/picture", getPicture, For::session);
    routes.get<api::PictureWish>("people/{id}/picture", pictureData);
    routes.post<api::RelationWish, api::Profile>("people/{id}/relation", relate);
    routes.get<api::Relations>("relations", relations);
    routes.post<api::WaveWish, api::Wave>("people/{id}/wave", wave);
    routes.get<api::Waves>("waves", waves);
    routes.post<api::WaveAnswer, api::Wave>("waves/{id}/answer", answerWave);
    routes.post<api::PingWish, Nothing>("rooms/{room}/ping", ping);
    routes.get<api::Notices>("notices", notices);
    routes.post<Nothing, api::LinkSlot>("links", openLink);
    routes.post<api::LinkMessage, Nothing>("links/{slot}", putLink, For::open);
    routes.get<api::LinkMessages>("links/{slot}", readLink, For::open);
}

}  // namespace parlour::server

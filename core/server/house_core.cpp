// SPDX-License-Identifier: Apache-2.0
// The order of work of every change: rules -> commit -> media engine's acknowledgement -> broadcasts and answer (security:
// I7). A failed commit leaves the stage as it was. House thread.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/api/overflow.h"
#include "core/base/log.h"
#include "core/crypto/hkdf.h"
#include "core/crypto/random.h"
#include "core/house/store/audit_store.h"
#include "core/house/store/desk_store.h"
#include "core/house/store/guest_show_store.h"
#include "core/house/store/question_store.h"
#include "core/server/house_impl.h"
#include "core/server/house_routes.h"

namespace parlour::server {

namespace {
constexpr std::size_t kSecretBytes = 48;
constexpr base::Duration kMinTick = std::chrono::milliseconds(20);
}  // namespace

base::Result<std::size_t> HouseService::Impl::open() {
    auto done = store.transact([&]() -> Result<void> {
        auto seed = store.meta("house_seed");
        if (!seed) {
            seed = base::toHex(crypto::SigningKey::generate().seed().view());
            store.setMeta("house_seed", *seed);
        }
        auto secret = store.meta("token_secret");
        if (!secret) {
            secret = crypto::randomToken(kSecretBytes);
            store.setMeta("token_secret", *secret);
        }
        const auto bytes = base::fromHex(*seed);
        if (bytes) key = crypto::SigningKey::fromSeed(*bytes);
        if (!key || secret->size() < signal::kMinTokenSecretBytes)
            return base::fail(base::ErrorKind::unavailable, "house_key_broken", "The house's key in the data folder is damaged.",
                              "Restore the data folder from a backup.");
        houseId = base::HouseId(crypto::identityOf(key->publicKey()));
        store.setAuditKey(*key);
        house::AuditStore(store).signFirst();
        tokenKey = {houseId.str(), *secret};
        sessionKey = crypto::deriveSeed(base::asBytes(*secret), "parlour api session v1", houseId.str());
        store.forgetTokens(clock.wallNow());
        keepAddress();
        rules = house::rulesOf(store);
        if (!rules.title.empty()) address.houseName = rules.title;
        for (auto& row : store.rooms()) {
            auto room = std::make_shared<HouseRoom>();
            room->stage = store.loadStage(row.id);
            room->row = std::move(row);
            room->programMetadata = store.meta(HouseRoom::metadataKey(room->row.id)).value_or("");
            house::ChatStore chat(store);
            room->chat.last = chat.last(room->row.id);
            room->chat.session = room->stage.session.sid;
            room->chat.rules = chat.rules(room->row.id, room->chat.session);
            room->questions.desk = house::QuestionStore(store).load(room->row.id, room->stage.session.sid);
            rooms.emplace(room->row.id, std::move(room));
        }
        return {};
    });
    if (!done) return base::Unexpected(std::move(done).error());
    opened = true;
    for (const auto& [id, room] : rooms) {
        if (room->stage.session.live) run(room, house::Restart{}, {}, {});
    }
    remind();
    sweepOld(*this);
    return rooms.size();
}

/// The address is remembered, so that links made while no server runs lead to where it ran last.
void HouseService::Impl::keepAddress() {
    const auto keep = [&](const char* name, std::string& value, bool known) {
        const auto old = store.meta(name);
        if (!known)
            value = old.value_or(value);
        else if (old != value)
            store.setMeta(name, value);
    };
    const bool known = !address.linkBase.empty() && !(address.assumed && store.meta("link_base"));
    keep("link_base", address.linkBase, known);
    keep("ws_url", address.wsUrl, known);
    keep("link_pin", address.pin, known);
    keep("house_name", address.houseName, !address.houseName.empty());
    if (!known && !address.linkBase.empty()) address.origins = {address.linkBase};
}

HouseRoomPtr HouseService::Impl::find(const base::RoomId& room) const {
    const auto it = rooms.find(room);
    return it == rooms.end() ? nullptr : it->second;
}

base::Result<HouseRoomPtr> HouseService::Impl::need(const base::RoomId& room) const {
    if (auto found = find(room)) return found;
    return base::Unexpected(unknownRoom());
}

base::Error HouseService::Impl::unknownRoom() {
    return {base::ErrorKind::notFound, "room_unknown", "This room does not exist here.", "It may have been ended.", {}};
}

void HouseService::Impl::run(const HouseRoomPtr& room, const house::StageInput& input, Extra extra,
                             std::function<void(Result<std::uint64_t>)> done) {
    auto decided = house::decide(room->stage, input, policy, clock.now(), clock.wallNow());
    if (!decided) {
        if (done) done(base::Unexpected(std::move(decided).error()));
        return;
    }
    const house::Change& change = *decided;
    // Who is connected is no promise and is not written; everything that somebody is told is.
    const bool outsiders =
        std::any_of(change.people.begin(), change.people.end(), [](const auto& entry) { return !entry.second; });
    const bool written = !change.told.empty() || change.roomChanged || outsiders || !change.gone.empty() ||
                         !change.marks.empty() || !change.powers.empty() || !change.revoked.empty() || !change.bans.empty() ||
                         !change.audit.empty() || change.session.everPresent != room->stage.session.everPresent;
    if (written || extra.alsoStore) {
        auto committed = store.transact([&]() -> Result<void> {
            if (written)
                if (auto wrote = writeChange(*room, change); !wrote) return wrote;
            return extra.alsoStore ? extra.alsoStore() : Result<void>{};
        });
        if (!committed) {
            if (done) done(base::Unexpected(std::move(committed).error()));
            return;
        }
    }
    house::Stage before;
    before.session = room->stage.session;
    for (const auto& [who, person] : change.people)
        if (const auto it = room->stage.people.find(who); it != room->stage.people.end()) before.people.insert(*it);
    house::apply(room->stage, change);

    auto pending = std::make_shared<PendingRelease>();
    room->pending.push_back(pending);
    pending->release = [this, tell = broadcastsOf(*room, change), done = std::move(done), version = change.session.version,
                        own = pending.get()] {
        // Committed, so it is told; the actor learns that the sound does not follow yet.
        if (tell) net.post(tell);
        if (done && own->failure) return done(base::Unexpected(*own->failure));
        if (done) done(version);
    };
    orderMedia(room, change, before, extra.alwaysRights, pending);
    pending->sealed = true;
    releaseReady(room);
    earn(*room);
    schedule(room);
}

base::Result<void> HouseService::Impl::writeChange(const HouseRoom& room, const house::Change& change) {
    const base::RoomId& id = room.row.id;
    const auto wall = clock.wallNow();
    store.saveChange(id, change);
    for (const auto& power : change.powers) store.setPower(id, power.who, power.power);
    for (const auto& who : change.revoked) store.raiseEpoch(id, who);
    const auto until = [&](std::optional<int> minutes) {
        return minutes ? std::optional(wall + std::chrono::minutes(*minutes)) : std::nullopt;
    };
    for (const auto& one : change.bans) {
        store.addBan({id, one.who, until(one.minutes)}, wall);
        store.revokeInvitationsBy(id, one.who, wall);
    }
    if (!change.linkBanned.empty()) {
        house::DeskStore(store).banLink(id, change.linkBanned, until(change.linkBanMinutes), wall);
        store.revokeInvitation(change.linkBanned, wall);
    }
    if (!change.linkClosed.empty()) store.revokeInvitation(change.linkClosed, wall);
    if (!change.closeLinkOf.empty())
        if (const auto member = store.member(id, change.closeLinkOf)) store.revokeInvitation(member->invitation, wall);
    if (change.ended) house::GuestShowStore(store).endIn(id, wall);
    for (const auto& line : change.audit) store.addAudit({wall, id, line.actor, line.verb, line.target, line.detail});
    return {};
}

void HouseService::Impl::orderMedia(const HouseRoomPtr& room, const house::Change& change, const house::Stage& before,
                                    const std::vector<base::Identity>& always, const std::shared_ptr<PendingRelease>& pending) {
    const base::RoomId& id = room->row.id;
    const auto acknowledge = [&]() -> MediaEngine::Acknowledge {
        ++pending->acks;
        return [self = shared_from_this(), room, pending](Result<void> result) {
            self->house.post([self, room, pending, result = std::move(result)] {
                if (!result && !pending->failure) pending->failure = result.error();
                --pending->acks;
                self->releaseReady(room);
            });
        };
    };
    if (change.ended) media.endRoom(id, acknowledge());
    for (const auto& [who, person] : change.people)
        if (!person && !change.ended) media.remove(id, who, acknowledge());
    const bool lockMoved =
        (before.session.lockSince == base::kNever) != (change.session.lockSince == base::kNever);
    const auto differ = [&](const base::Identity& who, const house::Person& now) {
        const auto old = before.people.find(who);
        if (old == before.people.end()) return lockMoved || change.people.contains(who);
        const auto a = rightsOf(before.session, old->second), b = rightsOf(change.session, now);
        return a.canPublish != b.canPublish || a.forcedMute != b.forcedMute;
    };
    const auto tell = [&](const base::Identity& who, bool regardless) {
        const auto it = room->stage.people.find(who);
        if (it != room->stage.people.end() && (regardless || differ(who, it->second)))
            media.setRights(id, who, rightsOf(change.session, it->second), acknowledge());
    };
    for (const auto& who : always) tell(who, true);
    const auto isAlways = [&](const base::Identity& who) { return std::find(always.begin(), always.end(), who) != always.end(); };
    if (lockMoved) {
        for (const auto& [who, person] : room->stage.people)
            if (!isAlways(who)) tell(who, false);
    } else {
        for (const auto& [who, person] : change.people)
            if (!isAlways(who)) tell(who, false);
    }
    for (const auto& who : change.softMuted)
        if (room->stage.people.contains(who)) media.mute(id, who, acknowledge());
}

std::function<void()> HouseService::Impl::broadcastsOf(const HouseRoom& room, const house::Change& change) const {
    std::vector<PersonChanged> changed;
    for (const auto& who : change.told) {
        const auto it = room.stage.people.find(who);
        if (it == room.stage.people.end()) continue;
        const auto has = [&](const std::vector<base::Identity>& list) { return std::find(list.begin(), list.end(), who) != list.end(); };
        changed.push_back({room.row.id, who, it->second.name, attributesOf(room, it->second), rightsOf(room.stage.session, it->second),
                           it->second.overflow, has(change.softMuted), has(change.asked)});
    }
    std::vector<PersonGone> gone;
    for (const auto& one : change.gone) {
        const Departure why = one.why == house::Exit::removed  ? Departure::removed
                              : one.why == house::Exit::banned ? Departure::banned
                                                               : Departure::roomEnded;
        gone.push_back({room.row.id, one.who, why});
    }
    std::optional<RoomChanged> roomChanged;
    if (change.roomChanged) roomChanged = RoomChanged{room.row.id, room.row.title, metadataOf(room)};
    const std::optional<RoomEnded> ended = change.ended ? std::optional(RoomEnded{room.row.id}) : std::nullopt;
    if (changed.empty() && gone.empty() && !roomChanged && !ended) return {};
    return [self = std::const_pointer_cast<Impl>(shared_from_this()), changed = std::move(changed), gone = std::move(gone),
            roomChanged = std::move(roomChanged), ended] {
        const HouseEvents listeners = self->events;
        if (listeners.onGone)
            for (const auto& one : gone) listeners.onGone(one);
        if (listeners.onRoom && roomChanged) listeners.onRoom(*roomChanged);
        if (listeners.onPerson)
            for (const auto& one : changed) listeners.onPerson(one);
        if (listeners.onEnded && ended) listeners.onEnded(*ended);
    };
}

void HouseService::Impl::releaseReady(const HouseRoomPtr& room) {
    while (!room->pending.empty() && room->pending.front()->sealed && room->pending.front()->acks == 0) {
        const auto pending = room->pending.front();
        room->pending.pop_front();
        pending->release();
    }
}

void HouseService::Impl::schedule(const HouseRoomPtr& room) {
    const auto due = std::min(house::nextDue(room->stage, policy), room->hosting.due(rules));
    if (due == base::kNever || stopped) {
        room->tick.cancel();
        return;
    }
    const auto delay = std::max(kMinTick, due - clock.now());
    room->tick = house.postAfter(delay, [self = shared_from_this(), weak = std::weak_ptr(room)] {
        const auto alive = weak.lock();
        if (alive && !self->stopped) self->run(alive, house::Tick{}, {}, [self, weak](Result<std::uint64_t> done) {
            if (!done) base::log(base::LogLevel::error, "house", base::describe(done.error()));
        });
        if (alive && !self->stopped) self->schedule(alive);
    });
}

MediaRights HouseService::Impl::rightsOf(const house::Session& session, const house::Person& person) {
    MediaRights rights;
    rights.canPublish = house::mayPublish(session, person);
    rights.forcedMute = person.held;
    return rights;
}

std::map<std::string, std::string> HouseService::Impl::attributesOf(const HouseRoom& room, const house::Person& p) {
    const auto picture = room.pictureMs(p.identity);
    return {{std::string(api::kAttrPower), std::string(api::toString(p.power))},
            {std::string(api::kAttrSeat), std::string(api::toString(p.seat))},
            {std::string(api::kAttrHand), p.hand ? p.hand->key : ""},
            {std::string(api::kAttrInvited), p.offer ? std::to_string(base::toUnixMs(p.offer->untilWall)) : ""},
            {std::string(api::kAttrHeld), p.held ? "1" : ""},
            {std::string(api::kAttrMutedBy), p.mutedBy.str()},
            {std::string(api::kAttrPicture), picture > 0 ? std::to_string(picture) : ""},
            {std::string(api::kAttrOverflow), p.overflow > 0 ? std::to_string(p.overflow) : ""},
            {std::string(api::kAttrSlotUntil), p.slotUntilWall != base::WallTime{} ? std::to_string(base::toUnixMs(p.slotUntilWall)) : ""}};
}

std::string HouseService::Impl::metadataOf(const HouseRoom& room) {
    const auto& stage = room.stage;
    auto json = nlohmann::json::parse(room.programMetadata, nullptr, false);
    if (!json.is_object()) json = nlohmann::json::object();
    json["hands_locked"] = stage.session.handsLocked;
    json["waiting_for_host"] = house::waitingForHost(stage);
    json["started_at"] = base::toUnixMs(stage.session.startedAt);
    if (stage.session.overflowRooms > 0) json["overflow_rooms"] = stage.session.overflowRooms;
    if (stage.session.doorLocked) json["door_locked"] = true;
    if (!stage.session.chair.holder.empty()) json["chair"] = stage.session.chair.holder.str();
    if (const auto& desk = room.questions.desk; desk.version > 0) {
        json["questions"] = desk.revision;
        json["questions_desk"] = desk.version;
    }
    if (stage.settings.preset != "open") json["preset"] = stage.settings.preset;
    if (stage.settings.hands != house::HandPolicy::everyone) json["hands"] = house::toString(stage.settings.hands);
    if (stage.settings.waitingRoom) json["waiting_room"] = true;
    if (stage.settings.audienceHeld) json["audience_held"] = true;
    if (stage.settings.stageOnly) json["stage_only"] = true;
    if (room.chat.session == stage.session.sid) {
        if (room.chat.rules.slowS > 0) json["chat_slow_s"] = room.chat.rules.slowS;
        if (!room.chat.rules.pinned.empty()) {
            json["chat_pinned"] = room.chat.rules.pinned;
            json["chat_pinned_by"] = room.chat.rules.pinnedBy.str();
        }
    }
    return json.dump();
}

api::RoomSummary HouseService::Impl::summaryOf(const HouseRoom& room, api::Role role) const {
    api::RoomSummary out;
    out.room = room.row.id;
    out.title = room.row.title;
    out.role = role;
    out.live = room.stage.session.live;
    for (const auto& [who, person] : room.stage.people) {
        if (!person.present) continue;
        ++(person.seat == api::Seat::stage ? out.onStage : out.listeners);
    }
    if (out.live) out.liveSinceMs = base::toUnixMs(room.stage.session.startedAt);
    return out;
}

}  // namespace parlour::server

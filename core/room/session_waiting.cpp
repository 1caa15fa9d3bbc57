// SPDX-License-Identifier: Apache-2.0
// Knocking: what the house answers to a link or a known room, waiting in front of one that is full, guarded or crowded, and
// what moderators see of those who stand there.
#include <algorithm>

#include "core/api/desk_types.h"
#include "core/api/person_types.h"
#include "core/crypto/random.h"
#include "core/room/session_impl.h"

namespace parlour::room {
namespace {

constexpr base::Duration kSilentHouse = std::chrono::minutes(5);  ///< without an answer: given up
constexpr base::Duration kSilentWait = std::chrono::seconds(2);
constexpr base::Duration kDoorEvery = std::chrono::seconds(4);

/// Those who were told the same wait do not all come back in the same moment.
base::Duration spread(base::Duration wait) {
    const double chance = static_cast<double>(crypto::randomU32()) / 4294967296.0;
    return std::chrono::duration_cast<base::Duration>(wait * (1.0 + 0.25 * chance));
}

/// Nothing was looked at yet: too many arrive, or another server takes the house over.
bool isLater(std::string_view code) { return code == "arriving" || code == "house_moved"; }

bool mayPass(base::ErrorKind kind) {
    return kind == base::ErrorKind::unreachable || kind == base::ErrorKind::unavailable || kind == base::ErrorKind::exhausted;
}

}  // namespace

LeaveReason reasonOf(const base::Error& error) {
    switch (error.kind) {
        case base::ErrorKind::untrusted: return error.code == "token_invalid" ? LeaveReason::refused : LeaveReason::untrusted;
        case base::ErrorKind::unreachable: return LeaveReason::unreachable;
        case base::ErrorKind::internal: return LeaveReason::protocolError;
        case base::ErrorKind::refused: return error.code == "banned" ? LeaveReason::banned
                                            : error.code == "removed" ? LeaveReason::removed : LeaveReason::refused;
        case base::ErrorKind::invalidInput:
        case base::ErrorKind::notFound:
        case base::ErrorKind::conflict:
        case base::ErrorKind::expired:
        case base::ErrorKind::exhausted:
        case base::ErrorKind::unavailable:
        case base::ErrorKind::cancelled: return LeaveReason::refused;
    }
    return LeaveReason::protocolError;
}

void RoomSession::here(net::EventLoop& loop, PersonKeys& keys, const HouseAddress& house, const base::RoomId& room,
                       std::function<void(bool)> done) {
    auto client = std::make_shared<HouseClient>(loop, keys, house);
    client->get<api::Here>("/rooms/" + room.str() + "/here", [client, done](base::Result<api::Here> answer) mutable {
        const auto keep = std::move(client);   // lives exactly until its answer
        done(answer && answer->here);
    });
}

void RoomSession::Impl::arrive() {
    entrance->arrive([weak = weak_from_this(), asked = ++attempt](base::Result<api::JoinGrant> join) {
        const auto self = weak.lock();
        if (!self || !self->comingIn() || self->attempt != asked) return;
        if (!join && self->crowdedBy(join.error(), [s = self.get()] { s->arrive(); })) return;
        if (!join) return self->finish(reasonOf(join.error()), join.error());
        if (self->house != nullptr) {
            self->state.house = self->house->house();
            self->state.houseName = self->house->houseName();
        }
        self->showAwaited = self->entrance->awaitsShow();
        self->grant(*join);
    });
}

bool RoomSession::Impl::mustWait(const SignalEnd& end) {
    if (end.status != 503) return false;
    if (end.code == "waiting" && house != nullptr) {
        // The token is spent; the house remembers our place.
        dropMedia();
        sid = {};
        token.clear();
        tokenFresh = false;
        everJoined = false;  // the seat is gone: this is a new arrival
        policy = {};
        setSession(SessionState::waiting);
        askLine();
        return true;
    }
    if (!isLater(end.code)) return false;
    crowded(std::chrono::seconds(std::max(1, end.retryAfterS)), [this] { connect(false); });
    return true;
}

/// The house takes arrivals one after the other; ours was not looked at yet.
void RoomSession::Impl::crowded(base::Duration wait, std::function<void()> again) {
    dropSignal();
    joinTimer.cancel();
    ++attempt;
    const auto until = spread(wait);
    if (!everJoined) {  // who comes back keeps the words of coming back
        state.line = {};
        state.line.crowded = true;
        state.line.nextTry = loop.clock().wallNow() + std::chrono::duration_cast<std::chrono::milliseconds>(until);
        setSession(SessionState::waiting);
        publish();
    }
    lineTimer = loop.postAfter(until, std::move(again));
}

bool RoomSession::Impl::crowdedBy(const base::Error& error, std::function<void()> again) {
    if (!isLater(error.code)) return false;
    int seconds = 0;
    for (const char c : error.detail)
        if (c >= '0' && c <= '9' && seconds < 1000) seconds = seconds * 10 + (c - '0');
    crowded(std::chrono::seconds(std::clamp(seconds, 1, 60)), std::move(again));
    return true;
}

void RoomSession::Impl::waitInLine(base::Duration wait) {
    const auto until = spread(wait);
    state.line.nextTry = loop.clock().wallNow() + std::chrono::duration_cast<std::chrono::milliseconds>(until);
    lineTimer = loop.postAfter(until, [this] { askLine(); });
    publish();
}

void RoomSession::Impl::askLine() {
    dropSignal();
    joinTimer.cancel();
    retryTimer.cancel();
    house->post<api::Nothing, api::Line>("/rooms/" + room.str() + "/line", {}, [weak = weak_from_this(), asked = ++attempt](base::Result<api::Line> line) {
        const auto self = weak.lock();
        if (!self || self->leaving || self->state.session != SessionState::waiting || self->attempt != asked) return;
        const auto now = self->loop.clock().now();
        if (line) {
            self->lineSilentSince = base::kNever;
            if (line->state == "inside") return self->askToken();
            auto& shown = self->state.line;
            shown = {line->place, line->waiting, line->inside, line->moderated, false, {}, line->awaits};
            return self->waitInLine(std::chrono::seconds(std::clamp(line->retryAfterSeconds, 1, 60)));
        }
        // Forgotten, e.g. because this computer slept: an arrival puts us in line again.
        if (line.error().code == "not_waiting") return self->askToken();
        if (!mayPass(line.error().kind)) return self->finish(reasonOf(line.error()), line.error());
        if (self->lineSilentSince == base::kNever) self->lineSilentSince = now;
        if (now - self->lineSilentSince > kSilentHouse) return self->finish(LeaveReason::unreachable, line.error());
        self->waitInLine(kSilentWait);
    });
}

void RoomSession::Impl::refreshDoor() {
    const auto* me = state.me();
    if (me == nullptr || me->power == api::Power::none) {
        doorTimer.cancel();
        doorAsked = false;
        state.door.reset();
    } else if (!std::exchange(doorAsked, true)) {
        askDoor();
    }
}

void RoomSession::Impl::askDoor() {
    doorTimer = loop.postAfter(kDoorEvery, [this] { askDoor(); });
    if (!house || leaving || state.session != SessionState::joined) return;
    house->get<api::RoomLoad>("/rooms/" + room.str() + "/load", [weak = weak_from_this()](base::Result<api::RoomLoad> load) {
        const auto self = weak.lock();
        if (!self || !load || !self->doorAsked || self->state.session == SessionState::left) return;
        DoorView door;
        for (auto& one : load->waiting) door.waiting.push_back({std::move(one.identity), std::move(one.name), one.pictureMs});
        door.waitingCount = load->waitingCount;
        door.people = load->people;
        door.cap = load->cap;
        door.arrivalsLastMinute = load->arrivalsLastMinute;
        door.overflow = std::move(load->overflow);
        door.locked = load->doorLocked;
        door.moderated = load->moderated;
        door.busyPercent = load->busyPercent;
        door.roomFor = load->roomFor;
        door.words = std::move(load->words);
        if (self->state.door && *self->state.door == door) return;
        self->state.door = std::make_shared<const DoorView>(std::move(door));
        self->publish();
    });
}

}  // namespace parlour::room

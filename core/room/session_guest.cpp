// SPDX-License-Identifier: Apache-2.0
// A guest on the evening of the talk: first the green room, then, when both sides are ready and the audience is let in, the stage.
#include "core/room/session_impl.h"

namespace parlour::room {
namespace {

constexpr base::Duration kAskShowEvery = std::chrono::seconds(2);

}  // namespace

/// Who came by the link is known to be the guest. Who came by the room's id may be one: the house is asked once about people on
/// stage without power, and goes on being asked only by the guest in the green room.
void RoomSession::Impl::awaitShow() {
    showTimer.cancel();
    if (house == nullptr) return;   // there is no show on a plain LiveKit server
    const auto* me = state.me();
    if (me == nullptr || me->power != api::Power::none || (!showAwaited && me->seat != api::Seat::stage)) return;
    house->get<api::RoomGuest>("/rooms/" + room.str() + "/guest", [weak = weak_from_this(), asked = visit](base::Result<api::RoomGuest> guest) {
        const auto self = weak.lock();
        if (!self || self->visit != asked || self->leaving || self->state.session == SessionState::left) return;
        if (guest) return self->onShow(*guest);
        // A house that does not answer now may do so later; away from the room one asks again after coming back.
        if (self->showAwaited) self->showTimer = self->loop.postAfter(kAskShowEvery, [s = self.get()] { s->awaitShow(); });
    });
}

void RoomSession::Impl::onShow(const api::RoomGuest& guest) {
    if (guest.identity.empty() || guest.identity != state.self || guest.greenRoom != room || guest.room.empty()) {
        showAwaited = false;
        return;
    }
    if (!guest.started) showAwaited = true;
    if (!showAwaited) return;   // the show had begun before one came here: one wanted to
    showTimer = loop.postAfter(kAskShowEvery, [this] { awaitShow(); });
    if (!guest.started || state.session != SessionState::joined) return;
    // Out of the green room only with the key to the stage in hand.
    house->token(guest.room, {{}, {}}, [weak = weak_from_this(), asked = visit](base::Result<api::JoinGrant> stage) {
        const auto self = weak.lock();
        if (self && stage && self->visit == asked && !self->leaving && self->state.session == SessionState::joined) self->goOnStage(*stage);
    });
}

/// A new room, and with it everything anew: one arrives on stage with a closed microphone.
void RoomSession::Impl::goOnStage(const api::JoinGrant& stage) {
    say(signal::Leave{signal::DisconnectReason::clientInitiated, signal::LeaveAction::disconnect, false});
    house->leave(room, [](const base::Result<api::Nothing>&) {});   // politeness; the house sees it by itself, too
    closeRoom();
    newVisit();
    setSession(SessionState::redeeming);
    state.house = house->house();
    state.houseName = house->houseName();
    grant(stage);
}

}  // namespace parlour::room

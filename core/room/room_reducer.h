// SPDX-License-Identifier: Apache-2.0
// Pure: a state and a message of the server give the next state. No clock, no network, no order assumed between updates
// and media. Versions: an update of an older version of a participant is ignored, an equal one is applied (LiveKit sends
// two different updates with the same version).
#pragma once

#include "core/api/house_types.h"
#include "core/room/room_state.h"
#include "core/signal/signal_response.h"

namespace parlour::room {

/// A join replaces everybody; chat and the person's own switches stay.
void applyJoin(RoomState& state, const signal::Join& join);
void applyUpdate(RoomState& state, const signal::ParticipantUpdate& update);
/// After a resume the update names everybody: whoever is missing has gone.
void applyRoster(RoomState& state, const signal::ParticipantUpdate& update);
/// Chat is written through the house API (room metadata).
bool chatByHouse(const signal::RoomInfo& room);
void applyRoom(RoomState& state, const signal::RoomInfo& room);
void applySpeakers(RoomState& state, const signal::SpeakersChanged& changed);
void applyQuality(RoomState& state, const signal::ConnectionQualityUpdate& update);
/// The queue with its notes, as moderators get it from the house.
void applyHands(RoomState& state, const api::Hands& hands);
/// The audio track under which a microphone is mixed; 0 = not heard.
void setAudioTrack(RoomState& state, const base::TrackSid& microphone, std::uint32_t audioTrack);

/// From a participant's wire form; `self` marks our own.
/// May send a microphone: LiveKit can restrict the right to some sources.
bool maySpeak(const signal::Permission& permission);
Participant toParticipant(const signal::ParticipantInfo& info, const base::Identity& self);

}  // namespace parlour::room

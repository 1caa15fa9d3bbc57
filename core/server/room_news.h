// SPDX-License-Identifier: Apache-2.0
// What happened in the live rooms, for programs outside (webhook_sender.h). Plain values; net thread.
#pragma once

#include <optional>

#include "core/signal/messages.h"

namespace parlour::server {

struct RoomNews {
    enum class What {
        roomStarted,        ///< the first participant's transport is up
        roomFinished,       ///< the house ended the live session
        participantJoined,  ///< transport up
        participantLeft,
        trackPublished,
        trackUnpublished,
    };
    What what = What::roomStarted;
    signal::RoomInfo room;
    std::optional<signal::ParticipantInfo> participant{};
    std::optional<signal::TrackInfo> track{};
};

}  // namespace parlour::server

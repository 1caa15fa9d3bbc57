// SPDX-License-Identifier: Apache-2.0
// One person of a snapshot. Pure.
#pragma once

#include "core/room/room_state.h"

namespace parlour::ui {

inline const room::Participant* personIn(const room::RoomState& state, const base::Identity& who) {
    for (const auto& person : state.participants)
        if (person->identity == who) return person.get();
    return nullptr;
}

}  // namespace parlour::ui

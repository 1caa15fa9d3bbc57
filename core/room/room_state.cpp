// SPDX-License-Identifier: Apache-2.0
#include "core/room/room_state.h"

#include <algorithm>

namespace parlour::room {

int RoomState::handPlace(const base::Identity& identity) const {
    for (std::size_t i = 0; i < hands.size(); ++i)
        if (hands[i].identity == identity) return static_cast<int>(i) + 1;
    return 0;
}

int RoomState::countOnStage() const {
    return static_cast<int>(std::count_if(participants.begin(), participants.end(),
                                          [](const auto& p) { return p->seat == api::Seat::stage; }));
}

int RoomState::countInAudience() const { return static_cast<int>(participants.size()) - countOnStage(); }

}  // namespace parlour::room

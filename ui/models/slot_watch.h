// SPDX-License-Identifier: Apache-2.0
// What screen readers say of speakers' time: a minute and ten seconds before it ends, and that it is over; each once. Pure: time
// comes as argument. Thread: UI.
#pragma once

#include <QStringList>
#include <map>

#include "core/room/room_state.h"

namespace parlour::ui {

class SlotWatch {
  public:
    /// To be asked every second.
    QStringList due(const room::RoomState& state, base::WallTime now);

  private:
    struct Seen {
        base::WallTime until{};
        std::int64_t left = 0;   ///< seconds when asked last
    };
    std::map<base::Identity, Seen> m_seen;
};

}  // namespace parlour::ui

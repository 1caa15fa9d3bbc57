// SPDX-License-Identifier: Apache-2.0
// What of a large room is drawn: everybody on stage, the first listeners, and whoever is searched for. The others are counted.
// The cost of a change follows what is drawn, not how many are there.
#pragma once

#include <QString>
#include <vector>

#include "ui/models/people_model.h"

namespace parlour::ui {

inline constexpr int kDrawnListeners = 200;

struct Roster {
    std::vector<PersonRow> stage;
    std::vector<PersonRow> audience;   ///< the first kDrawnListeners, oneself among them
    std::vector<PersonRow> people;     ///< stage and audience as above; while searching the first kDrawnListeners who fit
    int stageCount = 0;                ///< all
    int audienceCount = 0;             ///< all
    int found = 0;                     ///< all who fit; without a search everybody
};
Roster rosterOf(const room::RoomState& state, const QString& search = {});

/// One person, drawn or not.
std::optional<PersonRow> personRow(const room::RoomState& state, const base::Identity& who);

}  // namespace parlour::ui

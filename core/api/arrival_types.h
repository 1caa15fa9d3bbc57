// SPDX-License-Identifier: Apache-2.0
// By which links those who are in a room came, and how many came lately: what a moderator looks at before many are removed at
// once. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace parlour::api {

// GET /api/v1/rooms/ROOM/arrivals?minutes=N (bearer, moderators) -> Arrivals; minutes 1 to 1440, absent = 10. Counted are only
// those whom the asker's remove_many would reach: in the room or in front of its door, below the asker.
struct ArrivalLink {
    base::InvitationId link;     ///< the most crowded first
    std::string kind;            ///< listener | speaker | moderator | …
    std::string forName;         ///< whom it greets; may be empty
    std::string issuerName;
    std::string state;           ///< open | used | expired | revoked
    int people = 0;
    std::int64_t lastMs = 0;     ///< when the last of them came
};
struct Arrivals {
    std::vector<ArrivalLink> links;
    int recent = 0;              ///< came within these minutes, by whatever link
};

}  // namespace parlour::api

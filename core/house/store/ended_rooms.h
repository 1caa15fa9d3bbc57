// SPDX-License-Identifier: Apache-2.0
// Rooms that ended long ago leave the house with everything that belongs to them. Inside Store::transact() only; house thread.
#pragma once

#include "core/base/time.h"
#include "core/house/store/store.h"

namespace parlour::house {

/// Links, members, bans, chat, settings of rooms that ended before this; reports and the audit log go by their own time. At most
/// `limit` rooms; answers how many.
std::size_t forgetEndedRooms(Store& store, base::WallTime endedBefore, int limit);

}  // namespace parlour::house

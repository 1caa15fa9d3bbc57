// SPDX-License-Identifier: Apache-2.0
// The interviewer's chair of a live session: one person on stage asks for the room. It gives no power; only who asks is said.
#pragma once

#include "core/base/ids.h"

namespace parlour::house {

struct Chair {
    base::Identity holder;   ///< on stage; empty = nobody
    base::Identity next;     ///< was offered the stage to take the chair; empty = nobody
    bool given = false;      ///< somebody had it in this session; until then the host of an interview takes it
    bool operator==(const Chair&) const = default;
};

}  // namespace parlour::house

// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

#include <vector>

namespace parlour::house {

std::vector<Migration> migrations() {
    return {
        {1, kRoomsSchema, nullptr},
        {6, kSafetySchema, chainAudit},
        {7, kPeopleSchema, nullptr},
    };
}

}  // namespace parlour::house

// SPDX-License-Identifier: Apache-2.0
#include "core/server/house_routes.h"

namespace parlour::server {

void addMemberRoutes(HouseRoutes&) {}

}  // namespace parlour::server

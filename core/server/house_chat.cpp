// SPDX-License-Identifier: Apache-2.0
#include "core/server/house_routes.h"

namespace parlour::server {

void addChatRoutes(HouseRoutes&) {}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// How somebody is called in a room. The seats of a guest and of a delegate have the names that the host gave them; whoever looks
// like somebody on the stage, with power or invited as the guest is told apart by the start of their id (security: T27).
#pragma once

#include <string>

#include "core/server/house_impl.h"

namespace parlour::server {

/// `asked`, cleaned before, or what becomes of it. House thread, inside a transaction.
std::string nameInRoom(HouseService::Impl& impl, HouseRoom& room, const house::MemberRow& place, const std::string& asked);

}  // namespace parlour::server

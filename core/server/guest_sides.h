// SPDX-License-Identifier: Apache-2.0
// Private to core/server/house_guests.cpp: who asks about a guest, what they see, and who is told. Inside a transaction; house
// thread.
#pragma once

#include <string>
#include <utility>

#include "core/api/guest_types.h"
#include "core/house/guest_desk.h"
#include "core/server/house_routes.h"

namespace parlour::server::guest_sides {

using Impl = HouseService::Impl;

/// The name of a person; of the house for its administrator.
std::string nameOf(Impl& impl, const base::Identity& who);
/// "" (nobody has the seat) | link | code | compared
std::string verifiedOf(house::GuestStore& guests, const house::GuestRow& guest);
bool overNow(const house::GuestRow& guest, int lengthMinutes, base::WallTime now);
api::GuestView viewOf(Impl& impl, const house::GuestRow& guest, const house::GuestSpeaker& who);

struct Asked {
    house::GuestRow guest;
    house::GuestSpeaker who;
};
/// The host's side: whoever invited, and the admins; everybody else learns nothing.
base::Result<Asked> hostSide(Impl& impl, const RouteCall& call);
/// The guest of this link with the right secret; one answer for all that know none.
base::Result<std::pair<house::GuestRow, house::InvitationRow>> guestOfLink(Impl& impl, const api::GuestLink& as);
/// The guest's side: the guest's link, the delegate's, or the public one with the code or the key that has the seat.
base::Result<Asked> guestSide(Impl& impl, const api::GuestLink& as, const std::string& signingKey = {});

/// The host hears of what the other side did.
void tellHost(Impl& impl, const house::GuestRow& guest, const std::string& what);
/// Those who lost their place are out of the live rooms once it is written.
void leaveRooms(Impl& impl, const house::GuestRow& guest, const house::Lost& lost);
void audit(Impl& impl, const house::GuestRow& guest, const base::Identity& actor, const char* action, std::string detail = {});

}  // namespace parlour::server::guest_sides

// SPDX-License-Identifier: Apache-2.0
// From signed terms to the talk: its place in the calendar, the audience that waits until both sides are ready, what the guest's
// page says when it is moved. Private to core/server/house_*.cpp; inside a transaction; house thread.
#pragma once

#include <string>

#include "core/api/guest_types.h"
#include "core/house/schedule.h"
#include "core/house/store/guest_show_store.h"
#include "core/house/store/guest_store.h"
#include "core/server/house_routes.h"

namespace parlour::server::guest_shows {

using Impl = HouseService::Impl;

/// From now on listeners wait in front of the guest's room; not where some are inside already, who would hear it anyway.
void hold(Impl& impl, const house::GuestRow& guest);
/// Lets the audience in; once.
void start(Impl& impl, const house::GuestRow& guest, const base::Identity& actor);
/// The same, where it is agreed and both lights are on.
void startIfReady(Impl& impl, const house::GuestRow& guest);

/// Its talk took place and nobody is there any more, or its time is over.
bool over(Impl& impl, const house::GuestRow& guest, const house::GuestShow& show, int lengthMinutes);
/// What views say about the calendar.
void describe(Impl& impl, const house::GuestRow& guest, api::GuestView& view);
void describe(Impl& impl, const house::GuestRow& guest, api::GuestNotice& notice);

// What happens to a talk in the calendar reaches the guest's page; nothing where it is no guest's.
void moved(Impl& impl, const house::Event& event, const base::Identity& by, const std::string& words);
void late(Impl& impl, const house::Event& event, const base::Identity& by, int minutes);
/// It may get another date: the terms stay agreed. False where it is no guest's.
bool calledOff(Impl& impl, const house::Event& event, const base::Identity& by, const std::string& words);

/// The invitation is over: its talk is called off, where it is still to come.
void closed(Impl& impl, const house::GuestRow& guest, const base::Identity& by);

void addRoutes(HouseRoutes& routes);

}  // namespace parlour::server::guest_shows

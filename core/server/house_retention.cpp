// SPDX-License-Identifier: Apache-2.0
// What a house forgets by age (Policy::retention): once an hour, each kind in a transaction of its own. House thread.
#include "core/base/log.h"
#include "core/house/store/audit_store.h"
#include "core/house/store/chat_store.h"
#include "core/house/store/ended_rooms.h"
#include "core/house/store/person_store.h"
#include "core/house/store/report_store.h"
#include "core/server/house_routes.h"

namespace parlour::server {

namespace {

constexpr base::Duration kSweepEvery = std::chrono::hours(1);
constexpr int kRoomsAtOnce = 200;   // the house thread is not held for long; the rest goes an hour later

using Impl = HouseService::Impl;

std::size_t forget(Impl& impl, int days, const char* what, const std::function<std::size_t(base::WallTime)>& body) {
    if (days <= 0) return 0;
    std::size_t gone = 0;
    const auto done = impl.store.transact([&]() -> base::Result<void> {
        gone = body(impl.clock.wallNow() - std::chrono::hours(24) * days);
        return {};
    });
    // A full disk or a database that is away: the next hour tries again.
    if (!done) return 0;
    if (gone > 0) base::log(base::LogLevel::info, "house", std::string("forgot ") + std::to_string(gone) + " " + what);
    return gone;
}

}  // namespace

void sweepOld(Impl& impl) {
    const auto& keep = impl.policy.retention;
    auto& store = impl.store;
    std::size_t gone = forget(impl, keep.chatDays, "chat messages", [&](base::WallTime t) { return house::ChatStore(store).forget(t); });
    gone += forget(impl, keep.reportDays, "reports", [&](base::WallTime t) { return house::ReportStore(store).forget(t); });
    gone += forget(impl, keep.endedRoomDays, "ended rooms", [&](base::WallTime t) { return house::forgetEndedRooms(store, t, kRoomsAtOnce); });
    gone += forget(impl, keep.auditDays, "rows of the audit log", [&](base::WallTime t) { return house::AuditStore(store).forget(t); });
    if (gone > 0) house::wipeTraces(store);
    impl.sweeper = impl.house.postAfter(kSweepEvery, [weak = impl.weak_from_this()] {
        if (const auto self = weak.lock(); self && !self->stopped) sweepOld(*self);
    });
}

}  // namespace parlour::server

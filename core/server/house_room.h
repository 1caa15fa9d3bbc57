// SPDX-License-Identifier: Apache-2.0
// One room on the house thread: its stage, who is connected, what waits for the media engine. Private to house_*.cpp.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "core/house/membership.h"
#include "core/house/stage.h"
#include "core/house/store/store.h"
#include "core/server/room_chat.h"
#include "core/server/room_questions.h"

namespace parlour::server {

/// What waits for the media engine before it may be told. Released in the order of the commits.
struct PendingRelease {
    int acks = 0;
    bool sealed = false;   ///< all media orders are given
    std::function<void()> release;
};

struct HouseRoom {
    house::RoomRow row;
    house::Stage stage;
    std::map<base::Identity, int> transports;
    std::deque<std::shared_ptr<PendingRelease>> pending;
    base::Timer tick;
    house::HostingMeter hosting;
    RoomChat chat;
    RoomQuestions questions;
};
using HouseRoomPtr = std::shared_ptr<HouseRoom>;

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// The question desk of one room on the house thread, and when the room was told of it last.
#pragma once

#include "core/base/doors/executor.h"
#include "core/house/question_desk.h"

namespace parlour::server {

struct RoomQuestions {
    static constexpr base::Duration kTellEvery = std::chrono::milliseconds(250);

    house::QuestionDesk desk;
    base::TimePoint told = base::TimePoint::min();
    bool telling = false;           ///< `later` will tell
    base::Timer later;
};

}  // namespace parlour::server

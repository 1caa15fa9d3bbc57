// SPDX-License-Identifier: Apache-2.0
// The question desk of a room: the room asks, moderators screen and order, one question at a time is on air. What changed is
// told by two numbers in the room's metadata: "questions" (what everybody reads) and "questions_desk" (everything). Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace parlour::api {

inline constexpr std::size_t kMaxQuestionCharacters = 280;

struct Question {
    std::uint64_t n = 0;            ///< of the live session
    std::string text;
    std::string state;              ///< open | approved | now | done | dropped | withdrawn
    int place = 0;                  ///< among the approved, 1 = first
    std::string origin;             ///< written | hand | agreed
    bool own = false;
    base::Identity asker;           ///< for moderators; empty for agreed ones
    std::string askerName;          ///< for moderators
    std::int64_t atMs = 0;          ///< for moderators
    std::string reason;             ///< why it was dropped; for moderators and who asked
};
// GET rooms/{room}/questions -> QuestionList: on air, then the approved in order; moderators then see what waits to be screened
// and the last ones that are over, everybody else the own ones.
struct QuestionList {
    std::uint64_t version = 0;      ///< of the desk; if_version of an order
    std::uint64_t revision = 0;     ///< of what everybody reads
    bool desk = false;              ///< the caller screens
    int agreed = 0;                 ///< for moderators: agreed questions that are not on the desk yet
    std::vector<Question> questions;
};
// POST rooms/{room}/questions (QuestionWish -> QuestionAnswer): exactly one of the three.
struct QuestionWish {
    std::string text;               ///< everybody in the room
    base::Identity hand;            ///< moderators: whose hand's note becomes a question; the hand goes down
    bool agreed = false;            ///< moderators: load the questions of the guest's agreed terms
};
// POST rooms/{room}/questions/{n} (QuestionOrder -> QuestionAnswer): withdraw is for who asked, the others are for moderators.
struct QuestionOrder {
    std::string verb;               ///< approve | now | done | drop | move | withdraw
    std::optional<int> place;       ///< move
    std::string reason;             ///< drop
    std::optional<std::uint64_t> ifVersion;
};
struct QuestionAnswer {
    std::uint64_t n = 0;            ///< 0 = several
    std::string state;              ///< of this question now; empty for several
    std::uint64_t version = 0;
    int added = 0;                  ///< agreed: how many were loaded
};

}  // namespace parlour::api

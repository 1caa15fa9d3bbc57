// SPDX-License-Identifier: Apache-2.0
// The question desk of a live session as a pure state machine: the room asks, the desk screens, orders and puts one question
// at a time on air. decide() says what an input changes and touches nothing; the caller commits the change and then apply()s
// it. Owner: the house thread; time comes as argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/time.h"

namespace parlour::house {

/// open: asked, not screened. approved: everybody sees it. now: on air. done, dropped, withdrawn: over.
enum class QuestionState { open, approved, now, done, dropped, withdrawn };
enum class QuestionVerb { approve, now, done, drop, move, withdraw };
/// written: by whoever asks. hand: the note of a raised hand. agreed: from the terms both sides signed.
enum class QuestionOrigin { written, hand, agreed };

std::string_view toString(QuestionState state);
std::string_view toString(QuestionVerb verb);
std::string_view toString(QuestionOrigin origin);
std::optional<QuestionState> parseQuestionState(std::string_view text);
std::optional<QuestionVerb> parseQuestionVerb(std::string_view text);
std::optional<QuestionOrigin> parseQuestionOrigin(std::string_view text);

/// The table: where a verb leads from a state; refused "question_state" where it leads nowhere.
base::Result<QuestionState> transition(QuestionState from, QuestionVerb verb);
/// Everybody in the room may read it.
bool isPublic(QuestionState state);
/// Still before the desk or the room.
bool isPending(QuestionState state);

struct Question {
    std::uint64_t n = 0;            ///< of the session, from 1
    base::Identity asker;           ///< empty for agreed ones
    std::string askerName;          ///< as it was then
    std::string words;
    base::WallTime at{};
    QuestionOrigin origin = QuestionOrigin::written;
    QuestionState state = QuestionState::open;
    std::uint64_t place = 0;        ///< among the approved, 1 = first; 0 for all others
    std::string reason;             ///< why it was dropped; for the asker and the desk
    base::WallTime changed{};
    bool operator==(const Question&) const = default;
};

struct QuestionDesk {
    base::RoomSid session;          ///< the live session all this belongs to
    std::uint64_t version = 0;      ///< +1 per change of the desk; orders the commands of the room
    std::uint64_t revision = 0;     ///< +1 per change of what everybody reads
    std::vector<Question> questions;  ///< by n
};

struct QuestionLimits {
    std::size_t characters = 280;
    std::size_t openPerPerson = 3;  ///< not over yet; moderators are not counted
    std::size_t pending = 200;      ///< of the room, not over yet
    std::size_t perSession = 2000;  ///< of the room, all together
    base::Duration pause = std::chrono::seconds(10);  ///< between two of one person
    std::size_t reasonCharacters = 140;
};

// ---- inputs
struct AskQuestion {
    base::Identity who;
    std::string name;
    bool moderates = false;
    std::string words;
    QuestionOrigin origin = QuestionOrigin::written;  ///< written or hand
};
/// The questions of the agreed terms, approved and in their order; those that were loaded before stay as they are.
struct LoadAgreed { std::vector<std::string> words; };
struct OrderQuestion {
    base::Identity who;
    bool moderates = false;
    std::uint64_t n = 0;
    QuestionVerb verb = QuestionVerb::approve;
    std::optional<int> place;       ///< move: 1 = first
    std::string reason;             ///< drop
    std::optional<std::uint64_t> ifVersion;
};

struct DeskChange {
    std::vector<Question> questions;  ///< as they are afterwards; new ones, too
    std::uint64_t version = 0;
    std::uint64_t revision = 0;
    std::uint64_t n = 0;              ///< of the question it was about; 0 = of several
};

base::Result<DeskChange> decide(const QuestionDesk& desk, const AskQuestion& input, const QuestionLimits& limits, base::WallTime now);
base::Result<DeskChange> decide(const QuestionDesk& desk, const LoadAgreed& input, const QuestionLimits& limits, base::WallTime now);
base::Result<DeskChange> decide(const QuestionDesk& desk, const OrderQuestion& input, const QuestionLimits& limits, base::WallTime now);
void apply(QuestionDesk& desk, const DeskChange& change);

const Question* findQuestion(const QuestionDesk& desk, std::uint64_t n);
/// What everybody reads: the one on air, then the approved ones in their order.
std::vector<const Question*> publicQuestions(const QuestionDesk& desk);

}  // namespace parlour::house

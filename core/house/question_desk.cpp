// SPDX-License-Identifier: Apache-2.0
#include "core/house/question_desk.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/house/display_name.h"

namespace parlour::house {

using base::ErrorKind;
using State = QuestionState;
using Verb = QuestionVerb;

namespace {

constexpr std::array<std::pair<State, std::string_view>, 6> kStates{{{State::open, "open"},
                                                                    {State::approved, "approved"},
                                                                    {State::now, "now"},
                                                                    {State::done, "done"},
                                                                    {State::dropped, "dropped"},
                                                                    {State::withdrawn, "withdrawn"}}};
constexpr std::array<std::pair<Verb, std::string_view>, 6> kVerbs{{{Verb::approve, "approve"},
                                                                  {Verb::now, "now"},
                                                                  {Verb::done, "done"},
                                                                  {Verb::drop, "drop"},
                                                                  {Verb::move, "move"},
                                                                  {Verb::withdraw, "withdraw"}}};
constexpr std::array<std::pair<QuestionOrigin, std::string_view>, 3> kOrigins{
    {{QuestionOrigin::written, "written"}, {QuestionOrigin::hand, "hand"}, {QuestionOrigin::agreed, "agreed"}}};

template <class E, std::size_t N>
std::string_view wordOf(const std::array<std::pair<E, std::string_view>, N>& table, E wanted) {
    for (const auto& [value, text] : table)
        if (value == wanted) return text;
    return {};
}
template <class E, std::size_t N>
std::optional<E> valueOf(const std::array<std::pair<E, std::string_view>, N>& table, std::string_view wanted) {
    for (const auto& [value, text] : table)
        if (text == wanted) return value;
    return std::nullopt;
}

/// A change being written over a desk that is not touched.
class DeskDraft {
  public:
    DeskDraft(const QuestionDesk& desk, base::WallTime now) : m_desk(desk), m_now(now), m_after(desk.questions) {}

    Question* find(std::uint64_t n) {
        return n >= 1 && n <= m_after.size() ? &m_after[n - 1] : nullptr;
    }
    Question& add(Question question) {
        question.n = m_after.size() + 1;
        question.at = m_now;
        m_after.push_back(std::move(question));
        return m_after.back();
    }
    void set(Question& question, State state) {
        if (question.state == state) return;
        question.state = state;
        question.place = state == State::approved ? kLast : 0;
    }
    /// Of the approved ones; places of the others close up.
    void place(Question& question, std::size_t place) {
        auto line = approved();
        line.erase(std::find(line.begin(), line.end(), &question));
        line.insert(line.begin() + static_cast<std::ptrdiff_t>(std::min(place - 1, line.size())), &question);
        number(line);
    }
    Question* onAir() {
        for (auto& one : m_after)
            if (one.state == State::now) return &one;
        return nullptr;
    }

    DeskChange finish(std::uint64_t n) {
        number(approved());
        DeskChange change{{}, m_desk.version, m_desk.revision, n};
        bool seen = false;
        for (std::size_t i = 0; i < m_after.size(); ++i) {
            const Question* before = i < m_desk.questions.size() ? &m_desk.questions[i] : nullptr;
            if (before && *before == m_after[i]) continue;
            m_after[i].changed = m_now;
            seen = seen || isPublic(m_after[i].state) || (before && isPublic(before->state));
            change.questions.push_back(m_after[i]);
        }
        if (!change.questions.empty()) ++change.version;
        if (seen) ++change.revision;
        return change;
    }

  private:
    static constexpr std::uint64_t kLast = ~std::uint64_t{0};
    std::vector<Question*> approved() {
        std::vector<Question*> line;
        for (auto& one : m_after)
            if (one.state == State::approved) line.push_back(&one);
        std::stable_sort(line.begin(), line.end(), [](const auto* a, const auto* b) { return a->place < b->place; });
        return line;
    }
    static void number(const std::vector<Question*>& line) {
        for (std::size_t i = 0; i < line.size(); ++i) line[i]->place = i + 1;
    }

    const QuestionDesk& m_desk;
    base::WallTime m_now;
    std::vector<Question> m_after;
};

std::size_t pendingOf(const QuestionDesk& desk, const base::Identity* who) {
    return static_cast<std::size_t>(std::count_if(desk.questions.begin(), desk.questions.end(), [&](const Question& one) {
        return isPending(one.state) && (!who || one.asker == *who);
    }));
}

base::Unexpected<base::Error> deskFull() {
    return base::fail(ErrorKind::exhausted, "questions_full", "The question desk is full.", "Try again when some have been answered.");
}

}  // namespace

std::string_view toString(State state) { return wordOf(kStates, state); }
std::string_view toString(Verb verb) { return wordOf(kVerbs, verb); }
std::string_view toString(QuestionOrigin origin) { return wordOf(kOrigins, origin); }
std::optional<State> parseQuestionState(std::string_view text) { return valueOf(kStates, text); }
std::optional<Verb> parseQuestionVerb(std::string_view text) { return valueOf(kVerbs, text); }
std::optional<QuestionOrigin> parseQuestionOrigin(std::string_view text) { return valueOf(kOrigins, text); }

bool isPublic(State state) { return state == State::approved || state == State::now; }
bool isPending(State state) { return state == State::open || isPublic(state); }

// One row per state; the same state again is no change, a missing entry a refusal. Approving what is on air puts it back into
// the line, approving what was dropped takes the drop back; what was asked or withdrawn is over for good.
base::Result<State> transition(State from, Verb verb) {
    using Row = std::array<std::optional<State>, 6>;  // approve, now, done, drop, move, withdraw
    constexpr std::nullopt_t no = std::nullopt;
    static constexpr std::array<Row, 6> kTable{{
        /* open      */ {State::approved, State::now, no, State::dropped, no, State::withdrawn},
        /* approved  */ {State::approved, State::now, State::done, State::dropped, State::approved, State::withdrawn},
        /* now       */ {State::approved, State::now, State::done, State::dropped, no, no},
        /* done      */ {no, no, State::done, no, no, no},
        /* dropped   */ {State::approved, no, no, State::dropped, no, no},
        /* withdrawn */ {no, no, no, no, no, State::withdrawn},
    }};
    if (const auto to = kTable[static_cast<std::size_t>(from)][static_cast<std::size_t>(verb)]) return *to;
    return base::fail(ErrorKind::conflict, "question_state", "That cannot be done with this question any more.", "Look again.",
                      std::string(toString(from)));
}

base::Result<DeskChange> decide(const QuestionDesk& desk, const AskQuestion& in, const QuestionLimits& limits, base::WallTime now) {
    std::string words = cleanText(in.words, limits.characters + 1, (limits.characters + 1) * 16);
    if (words.empty()) return base::fail(ErrorKind::invalidInput, "bad_question", "The question is empty.", "Write it in plain text.");
    if (countCharacters(words) > limits.characters)
        return base::fail(ErrorKind::invalidInput, "bad_question", "The question is too long.",
                          "Use at most " + std::to_string(limits.characters) + " characters.");
    if (desk.questions.size() >= limits.perSession || pendingOf(desk, nullptr) >= limits.pending) return deskFull();
    if (!in.moderates && in.origin == QuestionOrigin::written) {
        if (pendingOf(desk, &in.who) >= limits.openPerPerson)
            return base::fail(ErrorKind::exhausted, "too_many_questions", "You have asked as many questions as may be open at once.",
                              "Wait for an answer, or take one back.");
        for (const auto& one : desk.questions)
            if (one.asker == in.who && one.at <= now && now - one.at < limits.pause)
                return base::fail(ErrorKind::exhausted, "question_too_soon", "You just asked a question.", "Wait a few seconds and send it again.");
    }
    DeskDraft draft(desk, now);
    Question question;
    question.asker = in.who;
    question.askerName = in.name;
    question.words = std::move(words);
    question.origin = in.origin;
    const auto n = draft.add(std::move(question)).n;
    return draft.finish(n);
}

base::Result<DeskChange> decide(const QuestionDesk& desk, const LoadAgreed& in, const QuestionLimits& limits, base::WallTime now) {
    DeskDraft draft(desk, now);
    std::size_t added = 0;
    for (const auto& text : in.words) {
        const bool known = std::any_of(desk.questions.begin(), desk.questions.end(), [&](const Question& one) {
            return one.origin == QuestionOrigin::agreed && one.words == text;
        });
        if (known) continue;
        Question question;
        question.words = text;
        question.origin = QuestionOrigin::agreed;
        draft.set(draft.add(std::move(question)), State::approved);
        ++added;
    }
    if (desk.questions.size() + added > limits.perSession || pendingOf(desk, nullptr) + added > limits.pending) return deskFull();
    return draft.finish(0);
}

base::Result<DeskChange> decide(const QuestionDesk& desk, const OrderQuestion& in, const QuestionLimits& limits, base::WallTime now) {
    const Question* known = findQuestion(desk, in.n);
    const bool own = known && !in.who.empty() && known->asker == in.who;
    // Whoever may not read a question is not told that it exists.
    if (!known || (!in.moderates && !own))
        return base::fail(ErrorKind::notFound, "question_unknown", "This question is not there.", "Look again.");
    if (in.verb == Verb::withdraw ? !own : !in.moderates)
        return base::fail(ErrorKind::refused, "not_allowed",
                          in.verb == Verb::withdraw ? "Only who asked takes a question back." : "Only moderators may do that.");
    if (in.ifVersion && *in.ifVersion != desk.version)
        return base::fail(ErrorKind::conflict, "version_conflict", "The questions have changed in the meantime.", "Look again and repeat.",
                          "version " + std::to_string(desk.version));
    if (in.verb == Verb::move && (!in.place || *in.place < 1))
        return base::fail(ErrorKind::invalidInput, "bad_place", "There is no such place among the questions.", "The first place is 1.");
    auto to = transition(known->state, in.verb);
    if (!to) return base::Unexpected(std::move(to).error());
    DeskDraft draft(desk, now);
    Question& question = *draft.find(in.n);
    if (*to == State::now && question.state != State::now)
        if (Question* before = draft.onAir()) draft.set(*before, *transition(before->state, Verb::done));
    const bool back = question.state == State::now && *to == State::approved;
    draft.set(question, *to);
    if (back) draft.place(question, 1);
    if (in.verb == Verb::move) draft.place(question, static_cast<std::size_t>(*in.place));
    if (*to == State::dropped) {
        if (known->state != State::dropped) question.reason = cleanText(in.reason, limits.reasonCharacters, limits.reasonCharacters * 8);
    } else {
        question.reason.clear();
    }
    return draft.finish(in.n);
}

void apply(QuestionDesk& desk, const DeskChange& change) {
    for (const auto& one : change.questions) {
        if (one.n > desk.questions.size())
            desk.questions.push_back(one);
        else
            desk.questions[one.n - 1] = one;
    }
    desk.version = change.version;
    desk.revision = change.revision;
}

const Question* findQuestion(const QuestionDesk& desk, std::uint64_t n) {
    return n >= 1 && n <= desk.questions.size() ? &desk.questions[n - 1] : nullptr;
}

std::vector<const Question*> publicQuestions(const QuestionDesk& desk) {
    std::vector<const Question*> out;
    for (const auto& one : desk.questions)
        if (isPublic(one.state)) out.push_back(&one);
    std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->place < b->place; });  // on air: 0
    return out;
}

}  // namespace parlour::house

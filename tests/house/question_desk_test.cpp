// SPDX-License-Identifier: Apache-2.0
// The question desk, row by row: which verb leads where, who may, in which order.
#include "core/house/question_desk.h"

#include <map>

#include "tests/support/catch.h"

using namespace parlour;
using namespace std::chrono_literals;
using house::QuestionState;
using house::QuestionVerb;

namespace {

struct DeskLab {
    house::QuestionDesk desk;
    house::QuestionLimits limits;
    base::WallTime now = base::fromUnixMs(1'795'000'000'000);
    base::Error error;

    bool take(base::Result<house::DeskChange> made) {
        if (!made) {
            error = made.error();
            return false;
        }
        error = {};
        house::apply(desk, *made);
        std::size_t onAir = 0;
        for (const auto& one : desk.questions) onAir += one.state == QuestionState::now ? 1u : 0u;
        REQUIRE(onAir <= 1);
        return true;
    }
    bool ask(const std::string& who, const std::string& words, bool moderates = false) {
        now += 1min;
        return take(house::decide(desk, house::AskQuestion{base::Identity(who), who, moderates, words}, limits, now));
    }
    bool order(QuestionVerb verb, std::uint64_t n, std::optional<int> place = {}) {
        return take(house::decide(desk, house::OrderQuestion{base::Identity("M"), true, n, verb, place, {}, {}}, limits, now));
    }
    bool load(std::vector<std::string> words) { return take(house::decide(desk, house::LoadAgreed{std::move(words)}, limits, now)); }
    QuestionState state(std::uint64_t n) const { return house::findQuestion(desk, n)->state; }
    /// What everybody reads: "*2 1 3", the one on air with a star.
    std::string seen() const {
        std::string out;
        for (const auto* one : house::publicQuestions(desk))
            out += (out.empty() ? "" : " ") + std::string(one->state == QuestionState::now ? "*" : "") + std::to_string(one->n);
        return out;
    }
};

}  // namespace

TEST_CASE("the table of questions: every verb in every state", "[questions]") {
    using S = QuestionState;
    const QuestionVerb verbs[] = {QuestionVerb::approve, QuestionVerb::now, QuestionVerb::done, QuestionVerb::drop, QuestionVerb::move, QuestionVerb::withdraw};
    const char* const no = "refused";
    const std::map<S, std::vector<std::string>> table{
        //               approve     now    done    drop       move        withdraw
        {S::open, {"approved", "now", no, "dropped", no, "withdrawn"}},
        {S::approved, {"approved", "now", "done", "dropped", "approved", "withdrawn"}},
        {S::now, {"approved", "now", "done", "dropped", no, no}},
        {S::done, {no, no, "done", no, no, no}},
        {S::dropped, {"approved", no, no, "dropped", no, no}},
        {S::withdrawn, {no, no, no, no, no, "withdrawn"}},
    };
    for (const auto& [from, row] : table)
        for (std::size_t i = 0; i < row.size(); ++i) {
            INFO(house::toString(from) << " + " << house::toString(verbs[i]));
            const auto to = house::transition(from, verbs[i]);
            CHECK((to ? std::string(house::toString(*to)) : no) == row[i]);
            if (!to) CHECK(to.error().code == "question_state");
        }
}

TEST_CASE("words of states, verbs and origins are read as they are written", "[questions]") {
    for (const auto s : {QuestionState::open, QuestionState::approved, QuestionState::now, QuestionState::done, QuestionState::dropped, QuestionState::withdrawn})
        CHECK(house::parseQuestionState(house::toString(s)) == s);
    for (const auto v : {QuestionVerb::approve, QuestionVerb::now, QuestionVerb::done, QuestionVerb::drop, QuestionVerb::move, QuestionVerb::withdraw})
        CHECK(house::parseQuestionVerb(house::toString(v)) == v);
    CHECK_FALSE(house::parseQuestionVerb("open"));
}

TEST_CASE("one question at a time is on air; the next one ends it", "[questions]") {
    DeskLab lab;
    for (const char* words : {"one", "two", "three"}) REQUIRE(lab.ask(words, words));
    CHECK(lab.seen().empty());
    REQUIRE(lab.order(QuestionVerb::approve, 2));
    REQUIRE(lab.order(QuestionVerb::approve, 1));
    CHECK(lab.seen() == "2 1");
    REQUIRE(lab.order(QuestionVerb::now, 3));
    CHECK(lab.seen() == "*3 2 1");
    REQUIRE(lab.order(QuestionVerb::now, 1));
    CHECK(lab.seen() == "*1 2");
    CHECK(lab.state(3) == QuestionState::done);
    REQUIRE(lab.order(QuestionVerb::approve, 1));  // not yet after all
    CHECK(lab.seen() == "1 2");
    REQUIRE(lab.order(QuestionVerb::drop, 1));
    CHECK(lab.seen() == "2");
    REQUIRE(lab.order(QuestionVerb::approve, 1));  // the drop was a mistake
    CHECK(lab.seen() == "2 1");
}

TEST_CASE("approved questions are moved to any place and the others close up", "[questions]") {
    DeskLab lab;
    for (const char* words : {"one", "two", "three", "four"}) {
        REQUIRE(lab.ask(words, words));
        REQUIRE(lab.order(QuestionVerb::approve, lab.desk.questions.size()));
    }
    REQUIRE(lab.order(QuestionVerb::move, 4, 2));
    CHECK(lab.seen() == "1 4 2 3");
    REQUIRE(lab.order(QuestionVerb::move, 1, 99));
    CHECK(lab.seen() == "4 2 3 1");
    CHECK(house::findQuestion(lab.desk, 1)->place == 4);
    CHECK_FALSE(lab.order(QuestionVerb::move, 1, 0));
    CHECK(lab.error.code == "bad_place");
    CHECK_FALSE(lab.order(QuestionVerb::move, 1));
    REQUIRE(lab.order(QuestionVerb::done, 2));
    CHECK(house::findQuestion(lab.desk, 1)->place == 3);
}

TEST_CASE("a command made for an older desk changes nothing", "[questions][T23]") {
    DeskLab lab;
    REQUIRE(lab.ask("A", "one"));
    const auto seen = lab.desk.version;
    const auto take = [&](QuestionVerb verb) {
        return lab.take(house::decide(lab.desk, house::OrderQuestion{base::Identity("M"), true, 1, verb, {}, {}, seen}, lab.limits, lab.now));
    };
    REQUIRE(take(QuestionVerb::approve));
    CHECK_FALSE(take(QuestionVerb::drop));  // two moderators at once: the second one looks again
    CHECK(lab.error.code == "version_conflict");
    CHECK(lab.state(1) == QuestionState::approved);
    const auto version = lab.desk.version;
    REQUIRE(lab.order(QuestionVerb::approve, 1));
    CHECK(lab.desk.version == version);  // nothing changed, nothing is told
}

TEST_CASE("what the room reads has its own number, and what the desk alone sees does not move it", "[questions]") {
    DeskLab lab;
    REQUIRE(lab.ask("A", "one"));
    CHECK(lab.desk.version == 1);
    CHECK(lab.desk.revision == 0);
    REQUIRE(lab.order(QuestionVerb::drop, 1));
    CHECK(lab.desk.revision == 0);
    REQUIRE(lab.order(QuestionVerb::approve, 1));
    CHECK(lab.desk.revision == 1);
    REQUIRE(lab.order(QuestionVerb::done, 1));
    CHECK(lab.desk.revision == 2);
}

TEST_CASE("only who asked takes a question back, and strangers to it are not told it exists", "[questions]") {
    DeskLab lab;
    REQUIRE(lab.ask("A", "one"));
    const auto as = [&](const std::string& who, bool moderates, QuestionVerb verb) {
        return lab.take(house::decide(lab.desk, house::OrderQuestion{base::Identity(who), moderates, 1, verb, {}, {}, {}}, lab.limits, lab.now));
    };
    CHECK_FALSE(as("B", false, QuestionVerb::withdraw));
    CHECK(lab.error.code == "question_unknown");
    CHECK_FALSE(as("A", false, QuestionVerb::approve));
    CHECK(lab.error.code == "not_allowed");
    CHECK_FALSE(as("M", true, QuestionVerb::withdraw));
    CHECK(lab.error.code == "not_allowed");
    CHECK(as("A", false, QuestionVerb::withdraw));
    CHECK_FALSE(as("M", true, QuestionVerb::approve));
    CHECK(lab.error.code == "question_state");
}

TEST_CASE("questions are plain text of at most 280 characters, three open ones a person, with a pause between", "[questions][limits]") {
    DeskLab lab;
    REQUIRE(lab.ask("A", "  what\tis \u202E this?\u200B "));
    CHECK(lab.desk.questions[0].words == "what is this?");
    CHECK_FALSE(lab.ask("B", " \u200B "));
    CHECK(lab.error.code == "bad_question");
    std::string longest;
    for (int i = 0; i < 280; ++i) longest += "ä";
    CHECK(lab.ask("B", longest));
    CHECK(lab.desk.questions[1].words == longest);
    CHECK_FALSE(lab.ask("B", longest + "x"));
    CHECK(lab.error.code == "bad_question");
    REQUIRE(lab.ask("A", "second"));
    lab.now -= 1min;
    CHECK_FALSE(lab.ask("A", "at once"));
    CHECK(lab.error.code == "question_too_soon");
    REQUIRE(lab.ask("A", "third"));
    CHECK_FALSE(lab.ask("A", "fourth"));
    CHECK(lab.error.code == "too_many_questions");
    REQUIRE(lab.order(QuestionVerb::done, 3) == false);
    REQUIRE(lab.order(QuestionVerb::drop, 3));
    CHECK(lab.ask("A", "fourth"));
    for (int i = 0; i < 5; ++i) CHECK(lab.ask("M", "for the room", true));
    lab.limits.pending = lab.desk.questions.size();
    CHECK(lab.ask("C", "the last one"));
    CHECK_FALSE(lab.ask("D", "one too many"));
    CHECK(lab.error.code == "questions_full");
}

TEST_CASE("agreed questions come once, approved and in their order, and may be dropped", "[questions]") {
    DeskLab lab;
    REQUIRE(lab.ask("A", "one"));
    REQUIRE(lab.order(QuestionVerb::approve, 1));
    REQUIRE(lab.load({"What is proposed?", "Why now?"}));
    CHECK(lab.seen() == "1 2 3");
    CHECK(lab.desk.questions[1].origin == house::QuestionOrigin::agreed);
    REQUIRE(lab.order(QuestionVerb::drop, 2));
    REQUIRE(lab.load({"What is proposed?", "Why now?", "And then?"}));
    CHECK(lab.seen() == "1 3 4");
    const auto version = lab.desk.version;
    REQUIRE(lab.load({"Why now?"}));
    CHECK(lab.desk.version == version);
}

// SPDX-License-Identifier: Apache-2.0
// The terms of a guest and the transition table of an invitation on terms.
#include "core/house/guest_terms.h"

#include <set>

#include "core/crypto/hash.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::house;
using api::Party;
using api::Terms;

namespace {

Terms talk() {
    Terms terms;
    terms.topic = "The century of the sea";
    terms.questions = {"What is proposed?", "Who asks?"};
    terms.when = {"2026-11-24T18:00:00Z"};
    return terms;
}

/// "state" or "!code", then the version and who signed: "countered 2", "accepted 1 h".
std::string after(const Negotiation& now, GuestAct act, Party by, int version = 0) {
    const auto next = advance(now, act, by, version);
    if (!next) return "!" + next.error().code;
    return std::string(toString(next->state)) + " " + std::to_string(next->version) + (next->hostSigned ? " h" : "") +
           (next->guestSigned ? " g" : "");
}

}  // namespace

TEST_CASE("the table of an invitation on terms: every act of every side in every state", "[guests]") {
    using enum GuestState;
    struct Row {
        GuestState state;
        GuestAct act;
        const char* host;
        const char* guest;   // the delegate does the same
    };
    // The host proposed version 1 and nobody has signed.
    const std::vector<Row> rows{
        {draft, GuestAct::send, "sent 1", "!guest_closed"},
        {draft, GuestAct::open, "draft 1", "!guest_closed"},
        {draft, GuestAct::ask, "!guest_closed", "!guest_closed"},
        {draft, GuestAct::counter, "draft 2", "!guest_closed"},
        {draft, GuestAct::accept, "!guest_closed", "!guest_closed"},
        {draft, GuestAct::sign, "draft 1 h", "!guest_closed"},
        {draft, GuestAct::revoke, "revoked 1", "!guest_closed"},
        {sent, GuestAct::send, "sent 1", "!guest_not_yours"},
        {sent, GuestAct::open, "sent 1", "opened 1"},
        {sent, GuestAct::ask, "sent 1", "asked 1"},
        {sent, GuestAct::counter, "sent 2", "countered 2"},
        {sent, GuestAct::hold, "held 1", "held 1"},
        {sent, GuestAct::accept, "!own_terms", "accepted 1"},
        {sent, GuestAct::decline, "declined 1", "declined 1"},
        {sent, GuestAct::sign, "sent 1 h", "accepted 1 g"},
        {sent, GuestAct::revoke, "revoked 1", "!guest_not_yours"},
        {sent, GuestAct::expire, "expired 1", "expired 1"},
        {opened, GuestAct::ask, "opened 1", "asked 1"},
        {opened, GuestAct::counter, "countered 2", "countered 2"},
        {asked, GuestAct::open, "asked 1", "asked 1"},
        {asked, GuestAct::ask, "opened 1", "asked 1"},
        {asked, GuestAct::accept, "!own_terms", "accepted 1"},
        {countered, GuestAct::ask, "countered 1", "asked 1"},
        {countered, GuestAct::counter, "countered 2", "countered 2"},
        {held, GuestAct::ask, "held 1", "asked 1"},
        {held, GuestAct::accept, "!own_terms", "accepted 1"},
        {held, GuestAct::counter, "countered 2", "countered 2"},
        {accepted, GuestAct::accept, "accepted 1", "accepted 1"},
        {accepted, GuestAct::counter, "countered 2", "countered 2"},
        {accepted, GuestAct::sign, "accepted 1 h", "accepted 1 g"},
        {agreed, GuestAct::ask, "agreed 1", "agreed 1"},
        {agreed, GuestAct::hold, "!guest_agreed", "!guest_agreed"},
        {agreed, GuestAct::counter, "countered 2", "countered 2"},
        {agreed, GuestAct::decline, "declined 1", "declined 1"},
        {agreed, GuestAct::revoke, "revoked 1", "!guest_not_yours"},
        {agreed, GuestAct::expire, "agreed 1", "agreed 1"},
    };
    for (const auto& row : rows) {
        const Negotiation now{row.state, 1, Party::host, false, false};
        const int version = row.act == GuestAct::sign ? 1 : 0;
        INFO(toString(row.state) << " " << toString(row.act));
        CHECK(after(now, row.act, Party::host, version) == row.host);
        CHECK(after(now, row.act, Party::guest, version) == row.guest);
        CHECK(after(now, row.act, Party::delegate, version) == row.guest);
    }
    for (const auto state : {declined, expired, revoked})
        for (int act = 0; act <= static_cast<int>(GuestAct::expire); ++act)
            for (const auto by : {Party::host, Party::guest, Party::delegate})
                CHECK(after({state, 1, Party::host, false, false}, static_cast<GuestAct>(act), by, 1) == "!guest_closed");
}

TEST_CASE("both sides have to sign the same version, and then they agree", "[guests]") {
    Negotiation now{GuestState::opened, 1, Party::host, false, false};
    now = advance(now, GuestAct::counter, Party::delegate).value();
    CHECK(after(now, GuestAct::accept, Party::guest) == "!own_terms");
    CHECK(after(now, GuestAct::sign, Party::host, 1) == "!terms_changed");
    now = advance(now, GuestAct::counter, Party::host).value();
    CHECK(now.version == 3);
    now = advance(now, GuestAct::sign, Party::host, 3).value();
    CHECK(now.state == GuestState::countered);
    CHECK(after(now, GuestAct::sign, Party::host, 3) == "countered 3 h");   // twice is once
    CHECK(after(now, GuestAct::sign, Party::delegate, 3) == "agreed 3 h g");
}

TEST_CASE("a counter-proposal that crosses a signature voids it; the signature of an old version never binds", "[guests]") {
    Negotiation now{GuestState::opened, 1, Party::host, false, false};
    now = advance(now, GuestAct::sign, Party::host, 1).value();
    now = advance(now, GuestAct::counter, Party::guest).value();
    CHECK_FALSE(now.hostSigned);
    CHECK(after(now, GuestAct::sign, Party::guest, 1) == "!terms_changed");
    CHECK(after(now, GuestAct::accept, Party::host, 1) == "!terms_changed");
    CHECK(after(now, GuestAct::sign, Party::guest, 2) == "countered 2 g");
    CHECK(after(now, GuestAct::sign, Party::guest, 3) == "!terms_changed");
}

TEST_CASE("terms need a topic and stay within their limits", "[guests]") {
    CHECK(cleanTerms(Terms{}).error().detail == "topic");
    auto terms = talk();
    terms.topic = std::string(api::kMaxTermsTopicCharacters, 't');
    CHECK(cleanTerms(terms));
    terms.topic += "t";
    CHECK(cleanTerms(terms).error().detail == "topic");
    terms = talk();
    terms.questions.assign(api::kMaxTermsLines, "why");
    CHECK(cleanTerms(terms));
    terms.questions.push_back("why");
    CHECK(cleanTerms(terms).error().detail == "questions");
    terms.questions = {"", " \u200b "};
    CHECK(cleanTerms(terms)->questions.empty());
    terms.excluded = {std::string(api::kMaxTermsLineCharacters + 1, 'x')};
    CHECK(cleanTerms(terms).error().detail == "excluded");
    terms = talk();
    for (const auto& [minutes, good] : {std::pair{0, false}, {1, true}, {api::kMaxTermsMinutes, true}, {api::kMaxTermsMinutes + 1, false}}) {
        terms.lengthMinutes = minutes;
        CHECK(cleanTerms(terms).has_value() == good);
    }
    terms = talk();
    for (const auto& [cap, good] : {std::pair{-1, false}, {0, true}, {api::kMaxTermsAudience, true}, {api::kMaxTermsAudience + 1, false}}) {
        terms.audienceCap = cap;
        CHECK(cleanTerms(terms).has_value() == good);
    }
}

TEST_CASE("dates of the terms are kept in UTC, in order and once", "[guests]") {
    auto terms = talk();
    terms.when = {"2026-11-25T18:00+01:00", "2026-11-24T18:00Z", "2026-11-25T17:00:00Z"};
    CHECK(cleanTerms(terms)->when == std::vector<std::string>{"2026-11-24T18:00:00Z", "2026-11-25T17:00:00Z"});
    terms.when = {"2026-11-25T18:00"};
    CHECK(cleanTerms(terms).error().detail == "when");
    terms.when = {"tomorrow"};
    CHECK(cleanTerms(terms).error().code == "bad_time");
}

TEST_CASE("two versions are told apart field by field", "[guests]") {
    const auto before = talk();
    auto now = before;
    now.questions = {"What is proposed?", "May I bring a map?"};
    now.recording = true;
    now.excluded = {"family"};
    const auto changes = api::termsDifference(before, now);
    REQUIRE(changes.size() == 3);
    CHECK(changes[0] == api::TermsChange{"questions", {"Who asks?"}, {"May I bring a map?"}});
    CHECK(changes[1] == api::TermsChange{"recording", {"no"}, {"yes"}});
    CHECK(changes[2] == api::TermsChange{"excluded", {}, {"family"}});
    now = before;
    std::swap(now.questions[0], now.questions[1]);
    CHECK(api::termsDifference(before, now) == std::vector<api::TermsChange>{{"questions", before.questions, now.questions}});
    CHECK(api::termsDifference(before, before).empty());
}

TEST_CASE("every field can be set from words and read back", "[guests]") {
    Terms terms;
    for (const auto field : api::kTermsFields) {
        const std::vector<std::string> value =
            field == "recording" ? std::vector<std::string>{"yes"} : field == "length_minutes" || field == "audience_cap" ? std::vector<std::string>{"7"} : std::vector<std::string>{"a"};
        REQUIRE(api::setTermsField(terms, field, value));
        CHECK(api::termsField(terms, field) == value);
    }
    CHECK_FALSE(api::setTermsField(terms, "colour", {"red"}));
    CHECK_FALSE(api::setTermsField(terms, "topic", {"a", "b"}));
    CHECK_FALSE(api::setTermsField(terms, "length_minutes", {"7 min"}));
    CHECK_FALSE(api::setTermsField(terms, "audience_cap", {"-1"}));
    CHECK_FALSE(api::setTermsField(terms, "recording", {"perhaps"}));
    CHECK(api::setTermsField(terms, "stage", {}));
    CHECK(terms.stage.empty());
}

TEST_CASE("what is signed differs for every field, version, party, house, invitation and guest", "[guests]") {
    const base::HouseId house("house");
    const base::InvitationId id("invitation1");
    const auto terms = talk();
    std::set<base::Bytes> seen;
    seen.insert(api::termsStatement(house, id, "Ada", 1, Party::guest, terms));
    seen.insert(api::termsStatement(base::HouseId("other"), id, "Ada", 1, Party::guest, terms));
    seen.insert(api::termsStatement(house, base::InvitationId("invitation2"), "Ada", 1, Party::guest, terms));
    seen.insert(api::termsStatement(house, id, "Eve", 1, Party::guest, terms));
    seen.insert(api::termsStatement(house, id, "Ada", 2, Party::guest, terms));
    seen.insert(api::termsStatement(house, id, "Ada", 1, Party::host, terms));
    seen.insert(api::termsStatement(house, id, "Ada", 1, Party::delegate, terms));
    for (const auto field : api::kTermsFields) {
        auto other = terms;
        const bool number = field == "length_minutes" || field == "audience_cap";
        REQUIRE(api::setTermsField(other, field, {number ? "7" : field == "recording" ? "yes" : "x"}));
        seen.insert(api::termsStatement(house, id, "Ada", 1, Party::guest, other));
    }
    auto moved = terms;   // an entry that goes from one list into the next
    moved.stage = {"Who asks?"};
    moved.questions = {"What is proposed?"};
    seen.insert(api::termsStatement(house, id, "Ada", 1, Party::guest, moved));
    CHECK(seen.size() == 18);
    // The page in the browser has to make these very bytes.
    CHECK(base::toHex(crypto::sha256(api::termsStatement(house, id, "Ada", 1, Party::guest, terms))) ==
          "3678217c0e8f973e929641023b08f967164dfd91e76cea167cbef4071ae672fb");
}

TEST_CASE("the board has five columns over the states", "[guests]") {
    CHECK(columnOf(GuestState::sent, false, false) == GuestColumn::invited);
    CHECK(columnOf(GuestState::countered, false, false) == GuestColumn::talking);
    CHECK(columnOf(GuestState::agreed, false, false) == GuestColumn::agreed);
    CHECK(columnOf(GuestState::agreed, true, false) == GuestColumn::scheduled);
    CHECK(columnOf(GuestState::agreed, true, true) == GuestColumn::done);
    CHECK(columnOf(GuestState::declined, false, false) == GuestColumn::done);
}

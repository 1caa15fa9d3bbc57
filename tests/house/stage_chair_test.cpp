// SPDX-License-Identifier: Apache-2.0
// The interviewer's chair, row by row: who hands it over, to whom, and when it is empty.
#include "tests/house/stage_lab.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

struct ChairLab : StageLab {
    ChairLab() {
        stage.settings = *house::roomTemplate("interview");
        REQUIRE(arrive("H", Role::moderator, Power::host));
        REQUIRE(arrive("M", Role::moderator, Power::moderator));
        REQUIRE(arrive("S", Role::speaker));
        REQUIRE(arrive("L"));
    }
    std::string chair() const { return stage.session.chair.holder.str(); }
    bool hand(const std::string& actor, const std::string& to) { return order(actor, StageVerb::chair, to); }
};

}  // namespace

TEST_CASE("in an interview the host has the chair at first; elsewhere nobody has", "[stage][chair]") {
    ChairLab lab;
    CHECK(lab.chair() == "H");
    StageLab open;
    REQUIRE(open.arrive("H", Role::moderator, Power::host));
    CHECK(open.stage.session.chair.holder.empty());
    REQUIRE(open.order("H", StageVerb::chair, "H"));
    CHECK(open.stage.session.chair.holder == Identity("H"));
}

TEST_CASE("who hands the chair over: moderators and whoever has it", "[stage][chair]") {
    struct Row { const char* actor; const char* to; const char* code; };
    const auto row = GENERATE(Row{"H", "S", ""}, Row{"H", "M", ""}, Row{"M", "S", ""}, Row{"M", "", ""}, Row{"S", "S", "not_allowed"},
                              Row{"L", "S", "not_allowed"}, Row{"S", "", "not_allowed"}, Row{"M", "X", "not_here"});
    ChairLab lab;
    INFO(row.actor << " to " << row.to);
    CHECK(lab.hand(row.actor, row.to) == std::string(row.code).empty());
    CHECK(lab.error.code == row.code);
    if (std::string(row.code).empty()) {
        CHECK(lab.chair() == (std::string(row.to).empty() ? row.actor : row.to));
        CHECK(lab.last.roomChanged);
        CHECK(lab.last.softMuted.empty());  // nobody's microphone is touched
        CHECK(lab.onStage("H"));
    } else {
        CHECK(lab.chair() == "H");
    }
}

TEST_CASE("a speaker with the chair passes it on, without any other power", "[stage][chair]") {
    ChairLab lab;
    REQUIRE(lab.hand("H", "S"));
    CHECK_FALSE(lab.hand("S", "L"));  // inviting to the stage is for moderators
    CHECK(lab.error.code == "not_on_stage");
    CHECK_FALSE(lab.order("S", StageVerb::hold, "M"));
    CHECK(lab.hand("S", "M"));
    CHECK(lab.chair() == "M");
    CHECK_FALSE(lab.hand("S", "S"));
}

TEST_CASE("a listener is offered the stage first and takes the chair with the seat", "[stage][chair]") {
    ChairLab lab;
    REQUIRE(lab.hand("H", "L"));
    CHECK(lab.chair() == "H");
    REQUIRE(lab.at("L")->offer);
    SECTION("accepted") {
        REQUIRE(lab.order("L", StageVerb::accept));
        CHECK(lab.chair() == "L");
        CHECK(lab.onStage("H"));
    }
    SECTION("declined") {
        REQUIRE(lab.order("L", StageVerb::decline));
        CHECK(lab.chair() == "H");
        REQUIRE(lab.order("M", StageVerb::invite, "L"));
        REQUIRE(lab.order("L", StageVerb::accept));
        CHECK(lab.chair() == "H");  // the later invitation is an ordinary one
    }
    SECTION("run out") {
        lab.pass(31s);
        CHECK(lab.stage.session.chair.next.empty());
    }
    SECTION("somebody else got it meanwhile") {
        REQUIRE(lab.hand("M", "S"));
        REQUIRE(lab.order("L", StageVerb::accept));
        CHECK(lab.chair() == "S");
    }
}

TEST_CASE("the chair is empty when its holder leaves the stage or the room for good", "[stage][chair]") {
    ChairLab lab;
    REQUIRE(lab.hand("H", "S"));
    SECTION("steps down") {
        REQUIRE(lab.order("S", StageVerb::down));
        CHECK(lab.chair().empty());
    }
    SECTION("is moved down") {
        REQUIRE(lab.order("M", StageVerb::down, "S"));
        CHECK(lab.chair().empty());
        CHECK(lab.hand("M", "H"));
        CHECK(lab.chair() == "H");
    }
    SECTION("is removed") {
        REQUIRE(lab.order("M", StageVerb::remove, "S"));
        CHECK(lab.chair().empty());
    }
    SECTION("loses the connection and comes back") {
        REQUIRE(lab.go("S"));
        lab.pass(30s);
        CHECK(lab.chair() == "S");
        REQUIRE(lab.back("S"));
        CHECK(lab.chair() == "S");
    }
    SECTION("loses it for good") {
        REQUIRE(lab.go("S"));
        lab.pass(61s);
        CHECK(lab.chair().empty());  // not back to the host by itself: somebody decides
    }
}

TEST_CASE("of two hand-overs made at the same sight of the room one wins and the other looks again", "[stage][chair][T23]") {
    ChairLab lab;
    const auto seen = lab.stage.session.version;
    const auto hand = [&](const std::string& actor, const std::string& to) {
        auto c = lab.command(actor, StageVerb::chair, to);
        c.ifVersion = seen;
        return lab.put(c);
    };
    REQUIRE(hand("H", "S"));
    CHECK_FALSE(hand("M", "M"));
    CHECK(lab.error.code == "version_conflict");
    CHECK(lab.chair() == "S");
}

TEST_CASE("an interview after the session starts with the host in the chair again", "[stage][chair]") {
    ChairLab lab;
    REQUIRE(lab.hand("H", "S"));
    REQUIRE(lab.order("H", StageVerb::end));
    CHECK(lab.stage.session.chair == house::Chair{});
    REQUIRE(lab.arrive("H", Role::moderator, Power::host));
    CHECK(lab.chair() == "H");
}

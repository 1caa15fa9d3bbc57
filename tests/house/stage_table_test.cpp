// SPDX-License-Identifier: Apache-2.0
// The state table of rooms and invitations, section 1, row by row.
#include "tests/house/stage_lab.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using house::Mark;

namespace {
/// host H and moderator M on stage, speaker S on stage, listeners A and B.
StageLab full() {
    StageLab lab;
    REQUIRE(lab.arrive("H", Role::moderator, Power::host));
    REQUIRE(lab.arrive("M", Role::moderator, Power::moderator));
    REQUIRE(lab.arrive("S", Role::speaker));
    REQUIRE(lab.arrive("A"));
    REQUIRE(lab.arrive("B"));
    return lab;
}
}  // namespace

TEST_CASE("a listener arrives in the audience, a speaker's and a moderator's link lead to the stage", "[stage]") {
    auto lab = full();
    CHECK(lab.seat("A") == Seat::audience);
    CHECK(lab.seat("S") == Seat::stage);
    CHECK(lab.seat("M") == Seat::stage);
    CHECK(lab.power("H") == Power::host);
    CHECK(lab.at("S")->mutedBy.empty());
}

TEST_CASE("raise queues by the server's order and keeps the note for moderators", "[stage]") {
    auto lab = full();
    CHECK(lab.raise("B", "about the weather"));
    CHECK(lab.raise("A"));
    CHECK(lab.queue() == "B A");
    CHECK(lab.at("B")->hand->note == "about the weather");
    CHECK(lab.at("B")->hand->key < lab.at("A")->hand->key);
    lab.pass(1s);
    CHECK(lab.raise("B"));  // up already: nothing changes, the place stays
    CHECK(lab.queue() == "B A");
}

TEST_CASE("a note of 140 characters is taken and one of 141 refused", "[stage][limits]") {
    auto lab = full();
    CHECK_FALSE(lab.raise("A", std::string(141, 'x')));
    CHECK(lab.error.code == "note_too_long");
    CHECK(lab.raise("A", std::string(140, 'x')));
}

TEST_CASE("lowering takes a hand down, by the person or a moderator, not by another listener", "[stage]") {
    auto lab = full();
    lab.raise("A");
    lab.raise("B");
    CHECK_FALSE(lab.order("B", StageVerb::lower, "A"));
    CHECK(lab.error.code == "not_allowed");
    CHECK(lab.order("M", StageVerb::lower, "A"));
    CHECK(lab.order("B", StageVerb::lower));
    CHECK(lab.queue().empty());
}

TEST_CASE("a hand may go up again only after half a second, and after a dismissal only after the pause", "[stage]") {
    auto lab = full();
    lab.raise("A");
    lab.order("A", StageVerb::lower);
    CHECK_FALSE(lab.raise("A"));
    CHECK(lab.error.code == "hand_too_soon");
    lab.pass(lab.policy.handPause);
    CHECK(lab.raise("A"));
    CHECK(lab.order("M", StageVerb::dismiss, "A"));
    lab.pass(lab.policy.refusalPause - 1ms);
    CHECK_FALSE(lab.raise("A"));
    lab.pass(1ms);
    CHECK(lab.raise("A"));
}

TEST_CASE("an offer is answered within 30 s: accept leads to the stage, muted", "[stage]") {
    auto lab = full();
    lab.raise("A");
    CHECK(lab.order("M", StageVerb::invite, "A"));
    CHECK(lab.queue().empty());
    REQUIRE(lab.at("A")->offer);
    CHECK(base::toUnixMs(lab.at("A")->offer->untilWall) == base::toUnixMs(lab.wall) + 30'000);
    lab.pass(30s - 1ms);
    CHECK(lab.order("A", StageVerb::accept));
    CHECK(lab.seat("A") == Seat::stage);
    CHECK_FALSE(lab.at("A")->held);
    CHECK_FALSE(lab.order("A", StageVerb::raise));
}

TEST_CASE("an unanswered offer puts a queued person in front as missed and leaves others listeners", "[stage]") {
    auto lab = full();
    lab.raise("B");
    lab.raise("A", "me too");
    lab.order("M", StageVerb::invite, "A");
    lab.pass(30s);
    CHECK_FALSE(lab.at("A")->offer);
    CHECK(lab.queue() == "A B");
    CHECK(lab.at("A")->hand->missed);
    CHECK(lab.at("A")->hand->note == "me too");
    CHECK_FALSE(lab.order("A", StageVerb::accept));
    CHECK(lab.error.code == "no_offer");

    CHECK(lab.arrive("C"));
    lab.order("M", StageVerb::invite, "C");
    lab.pass(30s);
    CHECK_FALSE(lab.at("C")->offer);
    CHECK_FALSE(lab.at("C")->hand);
}

TEST_CASE("decline returns to the audience without a hand; dismiss withdraws an offer", "[stage]") {
    auto lab = full();
    lab.raise("A");
    lab.order("M", StageVerb::invite, "A");
    CHECK(lab.order("A", StageVerb::decline));
    CHECK_FALSE(lab.at("A")->offer);
    CHECK_FALSE(lab.at("A")->hand);
    lab.order("M", StageVerb::invite, "B");
    CHECK(lab.order("H", StageVerb::dismiss, "B"));
    CHECK_FALSE(lab.order("B", StageVerb::accept));
}

TEST_CASE("the stage holds 32 with open offers counted", "[stage][limits]") {
    StageLab lab;
    lab.policy.maxOnStage = 32;
    lab.arrive("H", Role::moderator, Power::host);
    for (int i = 1; i < 31; ++i) lab.arrive("s" + std::to_string(i), Role::speaker);
    lab.arrive("A");
    lab.arrive("B");
    CHECK(lab.order("H", StageVerb::invite, "A"));  // the 32nd place
    CHECK_FALSE(lab.order("H", StageVerb::invite, "B"));
    CHECK(lab.error.code == "stage_full");
    CHECK(lab.arrive("late", Role::speaker));  // comes in, but to the audience
    CHECK(lab.seat("late") == Seat::audience);
    CHECK(lab.order("A", StageVerb::accept));
}

TEST_CASE("a soft mute reaches everybody, the host included, and is undone by the person alone", "[stage]") {
    auto lab = full();
    CHECK(lab.order("M", StageVerb::mute, "H"));
    CHECK(lab.at("H")->mutedBy == Identity("M"));
    CHECK(lab.last.softMuted == std::vector{Identity("H")});
    CHECK_FALSE(lab.at("H")->held);
    CHECK(lab.put(house::Unmuted{Identity("H")}));
    CHECK(lab.at("H")->mutedBy.empty());
    CHECK_FALSE(lab.order("S", StageVerb::mute, "M"));
    CHECK_FALSE(lab.order("M", StageVerb::mute, "A"));
    CHECK(lab.error.code == "not_on_stage");
}

TEST_CASE("hold reaches only those below; the held one may raise a hand; release undoes it", "[stage]") {
    auto lab = full();
    CHECK_FALSE(lab.order("M", StageVerb::hold, "H"));
    CHECK(lab.order("M", StageVerb::hold, "S"));
    CHECK(lab.at("S")->held);
    CHECK_FALSE(lab.order("M", StageVerb::ask, "S"));
    CHECK(lab.raise("S"));
    CHECK(lab.queue() == "S");
    CHECK(lab.order("H", StageVerb::release, "S"));
    CHECK_FALSE(lab.at("S")->held);
    CHECK(lab.queue().empty());
    CHECK(lab.order("H", StageVerb::hold, "M"));
    CHECK_FALSE(lab.order("M", StageVerb::release, "M"));  // not by oneself
}

TEST_CASE("asking to unmute only asks", "[stage]") {
    auto lab = full();
    const auto before = *lab.at("S");
    CHECK(lab.order("M", StageVerb::ask, "S"));
    CHECK(lab.last.asked == std::vector{Identity("S")});
    CHECK(*lab.at("S") == before);
}

TEST_CASE("stepping down and moving down lead to the audience and stay so after a return", "[stage]") {
    auto lab = full();
    CHECK(lab.order("S", StageVerb::down));
    CHECK(lab.seat("S") == Seat::audience);
    CHECK(lab.put(house::Leave{Identity("S")}));
    CHECK_FALSE(lab.in("S"));
    CHECK(lab.arrive("S", Role::speaker));
    CHECK(lab.seat("S") == Seat::audience);
    CHECK(lab.order("M", StageVerb::invite, "S"));
    CHECK(lab.order("S", StageVerb::accept));
    CHECK(lab.order("M", StageVerb::down, "S"));
    CHECK_FALSE(lab.order("M", StageVerb::down, "H"));
    CHECK_FALSE(lab.order("A", StageVerb::down, "M"));
    CHECK(lab.order("M", StageVerb::down));  // oneself: the power stays
    CHECK(lab.power("M") == Power::moderator);
    CHECK(lab.order("M", StageVerb::up));
    CHECK(lab.seat("M") == Seat::stage);
    CHECK_FALSE(lab.order("A", StageVerb::up));
}

TEST_CASE("next calls up the first hand and lowers the speaker on turn", "[stage]") {
    auto lab = full();
    CHECK_FALSE(lab.order("M", StageVerb::next));
    CHECK(lab.error.code == "queue_empty");
    lab.raise("B");
    lab.raise("A");
    CHECK(lab.order("M", StageVerb::next));
    CHECK(lab.at("B")->offer);
    CHECK(lab.order("B", StageVerb::accept));
    CHECK(lab.order("M", StageVerb::next));
    CHECK(lab.seat("B") == Seat::audience);
    CHECK(lab.at("A")->offer);
    CHECK(lab.seat("S") == Seat::stage);  // speakers who did not come by next stay
}

TEST_CASE("remove keeps the identity out of this live session and lets it in to the next", "[stage]") {
    auto lab = full();
    CHECK_FALSE(lab.order("M", StageVerb::remove, "H"));
    CHECK_FALSE(lab.order("A", StageVerb::remove, "B"));
    CHECK_FALSE(lab.order("M", StageVerb::remove, "M"));
    CHECK(lab.error.code == "not_yourself");
    CHECK(lab.order("M", StageVerb::remove, "S"));
    CHECK_FALSE(lab.in("S"));
    CHECK(lab.last.revoked == std::vector{Identity("S")});
    REQUIRE(lab.last.gone.size() == 1);
    CHECK(lab.last.gone[0].why == house::Exit::removed);
    CHECK_FALSE(lab.arrive("S", Role::speaker));
    CHECK(lab.error.code == "removed");
    CHECK(lab.order("H", StageVerb::end));
    CHECK(lab.arrive("S", Role::speaker));
}

TEST_CASE("a ban takes 1 to 525600 minutes or none for good, and can close the link", "[stage][limits]") {
    auto lab = full();
    auto ban = lab.command("M", StageVerb::ban, "A");
    for (const int bad : {0, -1, 525'601}) {
        ban.minutes = bad;
        CHECK_FALSE(lab.put(ban));
        CHECK(lab.error.code == "bad_minutes");
    }
    ban.minutes = 525'600;
    ban.closeLink = true;
    CHECK(lab.put(ban));
    REQUIRE(lab.last.bans.size() == 1);
    CHECK(lab.last.bans[0].minutes == 525'600);
    CHECK(lab.last.closeLinkOf == Identity("A"));
    CHECK(lab.last.gone[0].why == house::Exit::banned);
    CHECK(lab.order("M", StageVerb::ban, "B"));
    CHECK_FALSE(lab.last.bans[0].minutes);
}

TEST_CASE("only the caller's power decides and only the target changes", "[stage][reference]") {
    // LiveKit livestream example, removeFromStage: caller with and without rights x target with and without rights.
    for (const bool callerMay : {false, true})
        for (const bool targetMay : {false, true}) {
            StageLab lab;
            lab.arrive("H", Role::moderator, Power::host);
            lab.arrive("caller", Role::speaker, callerMay ? Power::moderator : Power::none);
            lab.arrive("target", Role::speaker, targetMay ? Power::moderator : Power::none);
            const auto caller = *lab.at("caller");
            const bool worked = lab.order("caller", StageVerb::down, "target");
            CHECK(worked == (callerMay && !targetMay));
            CHECK(*lab.at("caller") == caller);
            CHECK(lab.seat("target") == (worked ? Seat::audience : Seat::stage));
        }
}

TEST_CASE("promote and demote are the host's and keep the seat", "[stage]") {
    auto lab = full();
    CHECK_FALSE(lab.order("M", StageVerb::promote, "A"));
    CHECK(lab.error.code == "host_only");
    CHECK(lab.order("H", StageVerb::promote, "A"));
    CHECK(lab.power("A") == Power::moderator);
    CHECK(lab.seat("A") == Seat::audience);
    CHECK(lab.order("H", StageVerb::demote, "A"));
    CHECK(lab.power("A") == Power::none);
    CHECK_FALSE(lab.order("H", StageVerb::demote, "H"));
    REQUIRE(lab.order("H", StageVerb::demote, "M"));
    REQUIRE(lab.last.powers.size() == 1);
    CHECK(lab.last.powers[0].power == Power::none);
}

TEST_CASE("transfer makes one host and one moderator", "[stage]") {
    auto lab = full();
    CHECK_FALSE(lab.order("M", StageVerb::host, "S"));
    CHECK(lab.order("H", StageVerb::host, "S"));
    CHECK(lab.power("S") == Power::host);
    CHECK(lab.power("H") == Power::moderator);
    CHECK(lab.stage.session.host == Identity("S"));
}

TEST_CASE("locked hands refuse new ones and keep those that are up", "[stage]") {
    auto lab = full();
    lab.raise("A");
    CHECK_FALSE(lab.order("A", StageVerb::lockHands));
    CHECK(lab.order("M", StageVerb::lockHands));
    CHECK(lab.last.roomChanged);
    CHECK_FALSE(lab.raise("B"));
    CHECK(lab.error.code == "hands_locked");
    CHECK(lab.queue() == "A");
    auto unlock = lab.command("M", StageVerb::lockHands);
    unlock.on = false;
    CHECK(lab.put(unlock));
    CHECK(lab.raise("B"));
}

TEST_CASE("mute all reaches those without power", "[stage]") {
    auto lab = full();
    CHECK(lab.order("M", StageVerb::muteAll));
    CHECK(lab.last.softMuted == std::vector{Identity("S")});
}

TEST_CASE("end is the host's: everybody leaves and hands and seats are gone", "[stage]") {
    auto lab = full();
    CHECK_FALSE(lab.order("M", StageVerb::end));
    const auto version = lab.stage.session.version;
    CHECK(lab.order("H", StageVerb::end));
    CHECK(lab.last.ended);
    CHECK(lab.last.gone.size() == 5);
    CHECK_FALSE(lab.stage.session.live);
    CHECK(lab.arrive("A"));
    CHECK(lab.stage.session.version > version);
}

TEST_CASE("a command with an old version changes nothing", "[stage]") {
    auto lab = full();
    auto first = lab.command("M", StageVerb::hold, "S");
    first.ifVersion = lab.stage.session.version;
    auto second = lab.command("H", StageVerb::down, "S");
    second.ifVersion = first.ifVersion;
    CHECK(lab.put(first));
    CHECK_FALSE(lab.put(second));
    CHECK(lab.error.code == "version_conflict");
    CHECK(lab.onStage("S"));
}

TEST_CASE("the administrator is above everybody and is not in the room", "[stage]") {
    auto lab = full();
    auto down = lab.command("", StageVerb::down, "H");
    down.admin = true;
    CHECK(lab.put(down));
    CHECK(lab.seat("H") == Seat::audience);
    CHECK_FALSE(lab.order("nobody", StageVerb::mute, "S"));
    CHECK(lab.error.code == "not_in_room");
}

TEST_CASE("a hand goes down after five seconds of speaking", "[stage]") {
    auto lab = full();
    CHECK(lab.raise("M"));  // moderators may queue too
    CHECK(lab.put(house::Spoke{Identity("M")}));
    CHECK(lab.queue().empty());
}

TEST_CASE("a better link redeemed while in the room counts at the next arrival", "[stage]") {
    StageLab lab;
    lab.arrive("A");
    CHECK(lab.arrive("A", Role::moderator, Power::host));
    CHECK(lab.power("A") == Power::host);
    CHECK(lab.stage.session.host == Identity("A"));
}

TEST_CASE("the administrator may ban a host; the chair is free for the next", "[stage]") {
    auto lab = full();
    auto ban = lab.command("", StageVerb::ban, "H");
    ban.admin = true;
    CHECK(lab.put(ban));
    CHECK(lab.last.powers.size() == 1);
    lab.pass(60s);
    CHECK(lab.power("M") == Power::host);
    for (const auto& change : lab.last.powers) CHECK(change.who != Identity("H"));
}

// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/join_command.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/ctl/room_fixture.h"
#include "tests/support/catch.h"
#include "tests/support/manual_executor.h"

using namespace parlour;
using namespace parlour::ctl;
using parlour::tests::RoomFixture;
using room::LeaveReason;
using room::SessionState;
using Json = nlohmann::json;

namespace {

std::filesystem::path scratchFile() {
    static int number = 0;
    return std::filesystem::path(PARLOUR_BINARY_DIR) / ("ctl-events-" + std::to_string(number++) + ".jsonl");
}

/// A stay in a room without network and sound: what is asked of the session is written down.
struct Stay : RoomFixture {
    tests::ManualClock clock;
    tests::ManualExecutor executor{clock};
    std::filesystem::path file = scratchFile();
    EventWriter writer;
    std::ostringstream errors;
    std::vector<int> exits;
    std::vector<std::string> asked;
    std::function<void()> leaveDone;
    std::optional<base::Result<std::string>> link;
    JoinCommand command;
    room::Observer observer;

    explicit Stay(JoinWishes wishes = {})
        : writer(std::move(*EventWriter::open(file.string(), clock, clock.now()))),
          command(executor, clock, std::move(wishes), writer, errors, [this](int code) { exits.push_back(code); }),
          observer(command.observer()) {
        SessionActions actions;
        actions.setMicrophone = [this](bool open) { asked.push_back(open ? "open" : "close"); };
        actions.command = [this](const room::Command& c) {
            asked.push_back(std::string(api::toString(c.verb)) + (c.note.empty() ? "" : " " + c.note));
        };
        actions.sendChat = [this](const std::string& text) { asked.push_back("chat " + text); };
        actions.react = [this](std::size_t reaction) { asked.push_back("react " + std::string(api::kReactions[reaction])); };
        actions.message = [this](const MessageOrder& order) { asked.push_back((order.again ? "again " : "delete ") + order.id); };
        actions.setChatRules = [this](const ChatRulesOrder& order) {
            asked.push_back(order.slowS ? "slow " + std::to_string(*order.slowS) : "pinned " + *order.pinned);
        };
        actions.createInvitation = [this](const InvitationOrder&, auto done) { done(*link); };
        actions.request = [this](const std::string& what, const std::string& body, auto done) {
            asked.push_back("request " + what + (body.empty() ? "" : " " + body));
            done(*link);
        };
        actions.leave = [this](std::function<void()> done) {
            asked.push_back("leave");
            leaveDone = std::move(done);
        };
        actions.joined = [this] { asked.push_back("joined"); };
        actions.setVolume = [this](const base::Identity& who, float gain) { asked.push_back("volume " + who.str() + " " + std::to_string(std::lround(gain * 100.0f))); };
        actions.setDeafened = [this](bool on) { asked.push_back(on ? "deaf" : "hearing"); };
        actions.setSeats = [this](int seats) { asked.push_back("seats " + std::to_string(seats)); };
        command.attach(std::move(actions));
    }
    ~Stay() { std::filesystem::remove(file); }

    void show() { observer.onState(snapshot()); }
    void end(LeaveReason reason, std::optional<base::Error> error = {}) {
        state.session = SessionState::left;
        state.leaveReason = reason;
        state.error = std::move(error);
        show();
    }
    std::vector<Json> told(const std::string& name) {
        std::vector<Json> out;
        std::ifstream in(file);
        for (std::string line; std::getline(in, line);)
            if (auto event = Json::parse(line); event["event"] == name) out.push_back(event);
        return out;
    }
};

}  // namespace

TEST_CASE("the sound starts before the event of joining, once", "[ctl]") {
    Stay stay;
    stay.show();
    CHECK(stay.asked == std::vector<std::string>{"joined"});
    CHECK(stay.told("joined").size() == 1);
    stay.show();
    CHECK(stay.asked.size() == 1);
    CHECK(stay.told("joined").size() == 1);
}

TEST_CASE("--unmute opens the microphone once, at the first time on stage", "[ctl]") {
    Stay stay({true, {}, {}});
    stay.show();
    CHECK(stay.asked == std::vector<std::string>{"joined"});
    stay.me().seat = api::Seat::stage;
    stay.show();
    CHECK(stay.asked.back() == "open");
    stay.me().seat = api::Seat::audience;
    stay.show();
    stay.me().seat = api::Seat::stage;
    stay.show();
    CHECK(stay.asked == std::vector<std::string>{"joined", "open"});
}

TEST_CASE("--raise-hand raises with its note when one arrives in the audience", "[ctl]") {
    Stay stay({false, "about sails", {}});
    stay.show();
    stay.show();
    CHECK(stay.asked == std::vector<std::string>{"joined", "raise about sails"});
    Stay onStage({false, "", {}});
    onStage.me().seat = api::Seat::stage;
    onStage.show();
    CHECK(onStage.asked == std::vector<std::string>{"joined"});
}

TEST_CASE("--seconds counts from joining and ends well", "[ctl]") {
    Stay stay({false, {}, std::chrono::milliseconds(2000)});
    stay.state.session = SessionState::connecting;
    stay.show();
    stay.executor.runFor(std::chrono::seconds(10));
    CHECK(stay.asked.empty());
    stay.state.session = SessionState::joined;
    stay.show();
    stay.executor.runFor(std::chrono::milliseconds(1999));
    CHECK(stay.asked.back() == "joined");
    stay.executor.runFor(std::chrono::milliseconds(1));
    CHECK(stay.asked.back() == "leave");
    stay.end(LeaveReason::byUser);
    CHECK(stay.exits == std::vector<int>{0});
    CHECK(stay.told("left").at(0)["reason"] == "time");
    stay.leaveDone();
    CHECK(stay.exits.size() == 1);
    CHECK(stay.told("left").size() == 1);
    CHECK(stay.errors.str().empty());
}

TEST_CASE("leave and a signal end with 0, also when the goodbye is never answered", "[ctl]") {
    Stay stay;
    stay.show();
    SECTION("leave") { stay.command.line("leave"); }
    SECTION("signal") { stay.command.stop(); }
    CHECK(stay.asked.back() == "leave");
    CHECK(stay.exits.empty());
    stay.command.line("say too late");
    CHECK(stay.asked.back() == "leave");
    stay.executor.runFor(JoinCommand::kLeaveTime);
    CHECK(stay.exits == std::vector<int>{0});
    CHECK(stay.told("left").at(0)["reason"] == "user");
}

TEST_CASE("each end has its reason, its sentence and its exit status", "[ctl]") {
    struct Row {
        LeaveReason reason;
        const char* name;
        int code;
    };
    for (const auto& row : {Row{LeaveReason::roomEnded, "ended", 0}, Row{LeaveReason::removed, "removed", 3},
                            Row{LeaveReason::banned, "banned", 3}, Row{LeaveReason::refused, "refused", 3},
                            Row{LeaveReason::unreachable, "unreachable", 3}, Row{LeaveReason::untrusted, "untrusted", 3},
                            Row{LeaveReason::serverShutdown, "shutdown", 3}, Row{LeaveReason::duplicateIdentity, "duplicate", 1},
                            Row{LeaveReason::protocolError, "error", 1}}) {
        INFO(row.name);
        Stay stay;
        stay.show();
        stay.end(row.reason);
        CHECK(stay.exits == std::vector<int>{row.code});
        CHECK(stay.told("left").at(0)["reason"] == row.name);
        CHECK(stay.told("left").at(0)["message"].get<std::string>().size() > 10);
        CHECK(stay.errors.str().empty() == (row.code == 0));
    }
}

TEST_CASE("an error before joining is told on standard error in words", "[ctl]") {
    Stay stay;
    stay.end(LeaveReason::refused, base::Error{base::ErrorKind::refused, "used_up", "The link is used up.", "Ask for another.", {}});
    CHECK(stay.exits == std::vector<int>{3});
    CHECK(stay.errors.str() == "parlourctl: The link is used up. Ask for another.\n");
    CHECK(stay.told("joined").empty());
}

TEST_CASE("removed while leaving is removed", "[ctl]") {
    Stay stay;
    stay.show();
    stay.command.line("leave");
    stay.end(LeaveReason::removed);
    CHECK(stay.exits == std::vector<int>{3});
    CHECK(stay.told("left").at(0)["reason"] == "removed");
}

TEST_CASE("a refused command is told with its word and ends nothing", "[ctl]") {
    Stay stay;
    stay.show();
    stay.command.line("lock-hands on");
    stay.observer.onRefused({base::ErrorKind::refused, "not_allowed", "Only moderators.", "Ask one.", {}});
    stay.command.line("invite Nobody");
    stay.command.line("unmute");
    const auto refused = stay.told("refused");
    REQUIRE(refused.size() == 3);
    CHECK(refused[0]["command"] == "lock-hands");
    CHECK(refused[0]["code"] == "not_allowed");
    CHECK(refused[0]["message"] == "Only moderators.");
    CHECK(refused[0]["advice"] == "Ask one.");
    CHECK(refused[1]["command"] == "invite");
    CHECK(refused[1]["code"] == "who_unknown");
    CHECK(refused[2]["code"] == "not_on_stage");
    CHECK(stay.exits.empty());
    CHECK(stay.asked.back() == "lock_hands");
}

TEST_CASE("a held microphone cannot be opened, but closed", "[ctl]") {
    Stay stay;
    auto& me = stay.me();
    me.seat = api::Seat::stage;
    me.held = true;
    stay.show();
    stay.command.line("unmute");
    CHECK(stay.told("refused").at(0)["code"] == "held");
    stay.command.line("mute");
    CHECK(stay.asked.back() == "close");
    stay.me().held = false;
    stay.show();
    stay.command.line("unmute");
    CHECK(stay.asked.back() == "open");
}

TEST_CASE("commands before joining wait for it and keep their order, leave does not wait", "[ctl]") {
    Stay stay;
    stay.command.line("say hello");
    stay.command.line("raise a word");
    stay.command.line("nonsense");
    CHECK(stay.asked.empty());
    CHECK(stay.told("refused").empty());
    stay.show();
    CHECK(stay.asked == std::vector<std::string>{"joined", "chat hello", "raise a word"});
    CHECK(stay.told("refused").at(0)["code"] == "bad_command");
    Stay other;
    other.command.line("say never");
    other.command.line("leave");
    CHECK(other.asked == std::vector<std::string>{"leave"});
}

TEST_CASE("a hundred commands may wait for joining, one more is refused", "[ctl][limits]") {
    Stay stay;
    for (std::size_t i = 0; i < JoinCommand::kMaxWaiting; ++i) stay.command.line("say " + std::to_string(i));
    CHECK(stay.told("refused").empty());
    stay.command.line("say too much");
    CHECK(stay.told("refused").at(0)["code"] == "not_inside");
    stay.show();
    CHECK(stay.asked.size() == 1 + JoinCommand::kMaxWaiting);
}

TEST_CASE("an invitation's link comes back as an event", "[ctl]") {
    Stay stay;
    stay.show();
    stay.link = std::string("https://example.org/i/x");
    stay.command.line("invitation listener");
    CHECK(stay.told("invitation").at(0)["link"] == "https://example.org/i/x");
    stay.link = base::fail(base::ErrorKind::refused, "not_allowed", "No.");
    stay.command.line("invitation listener");
    CHECK(stay.told("refused").at(0)["command"] == "invitation");
}

TEST_CASE("a hand without a note is told to a moderator after a while", "[ctl]") {
    Stay stay;
    stay.me().power = api::Power::moderator;
    stay.add("ana0000000000000000000000b", "Ana");
    stay.show();
    stay.edit("ana0000000000000000000000b").handKey = "1";
    stay.queue("ana0000000000000000000000b");
    stay.show();
    CHECK(stay.told("hand").empty());
    stay.executor.runFor(StateEvents::kNoteWait);
    CHECK(stay.told("hand").size() == 1);
}

TEST_CASE("a device is told when it fails and when it is back", "[ctl]") {
    Stay stay;
    const base::Error gone{base::ErrorKind::unavailable, "no_device", "The microphone is gone.", {}, {}};
    stay.command.device("capture", true, {});
    CHECK(stay.told("device").empty());
    stay.command.device("capture", false, gone);
    stay.command.device("capture", false, gone);
    stay.command.device("capture", true, {});
    const auto told = stay.told("device");
    REQUIRE(told.size() == 2);
    CHECK(told[0]["ok"] == false);
    CHECK(told[0]["side"] == "capture");
    CHECK(told[1]["ok"] == true);
    CHECK(stay.errors.str() == "parlourctl: The microphone is gone.\n");
}

TEST_CASE("a folder is no file for events", "[ctl]") {
    tests::ManualClock clock;
    const auto writer = EventWriter::open(PARLOUR_BINARY_DIR, clock, clock.now());
    REQUIRE_FALSE(writer);
    CHECK(writer.error().code == "file_unwritable");
}

#ifdef __linux__
TEST_CASE("a full disk is told once and makes the exit status 1", "[ctl]") {
    tests::ManualClock clock;
    tests::ManualExecutor executor(clock);
    auto writer = EventWriter::open("/dev/full", clock, clock.now());
    REQUIRE(writer);
    std::ostringstream errors;
    int code = -1;
    JoinCommand command(executor, clock, {}, *writer, errors, [&](int c) { code = c; });
    SessionActions actions;
    actions.leave = [](const std::function<void()>& done) { done(); };
    command.attach(std::move(actions));
    RoomFixture room;
    command.observer().onState(room.snapshot());
    command.line("leave");
    CHECK(code == 1);
    CHECK(errors.str() == "parlourctl: The events cannot be written any more; is the disk full?\n");
}
#endif

TEST_CASE("hearing nobody closes the own microphone and does not open it again", "[ctl][hearing]") {
    Stay stay;
    stay.state.microphoneWanted = true;
    stay.add("ada0000000000000000000000a", "Ada");
    stay.show();
    for (const char* line : {"volume 40 Ada", "deafen on", "deafen off", "seats loudspeakers"}) stay.command.line(line);
    CHECK(stay.asked == std::vector<std::string>{"joined", "volume ada0000000000000000000000a 40", "close", "deaf", "hearing", "seats 2"});
}

TEST_CASE("reactions, messages and the rules of the chat are asked of the session", "[ctl][chat]") {
    Stay stay;
    stay.show();
    for (const char* line : {"react heart", "delete m1", "resend m2", "slow 30", "pin https://example.org/x", "pin off"}) stay.command.line(line);
    CHECK(stay.asked == std::vector<std::string>{"joined", "react heart", "delete m1", "again m2", "slow 30", "pinned https://example.org/x", "pinned "});
    stay.observer.onRefused({base::ErrorKind::refused, "not_allowed", "Only moderators may do that.", {}, {}});
    CHECK(stay.told("refused").back()["command"] == "pin");
}

TEST_CASE("an answer of the question desk is an event, a refusal is told with its word", "[ctl][questions]") {
    Stay stay;
    stay.show();
    stay.link.emplace(std::string(R"({"n":1,"state":"open","version":4})"));
    stay.command.line("question Why bees?");
    REQUIRE(stay.told("question").size() == 1);
    CHECK(stay.told("question")[0]["state"] == "open");
    stay.link.emplace(base::fail(base::ErrorKind::refused, "not_allowed", "Only moderators may do that."));
    stay.command.line("approve 1");
    REQUIRE(stay.told("refused").size() == 1);
    CHECK(stay.told("refused")[0]["command"] == "approve");
}

// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/options.h"

#include <sstream>

#include "app/ctl/doctor.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::ctl;

namespace {

struct Outcome {
    Parsed parsed;
    std::string out, err;
};

Outcome parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "parlourctl");
    std::ostringstream out, err;
    Outcome outcome{parseOptions(static_cast<int>(arguments.size()), arguments.data(), "1.2.3", out, err), {}, {}};
    outcome.out = out.str();
    outcome.err = err.str();
    return outcome;
}

}  // namespace

TEST_CASE("join takes everything the issue names", "[ctl]") {
    const auto all = parse({"join", "LINK", "--name", "Ana", "--home", "/h", "--capture", "file:in.wav", "--playout", "null", "--seconds",
                            "1.5", "--events", "e.jsonl", "--unmute", "--raise-hand=about apples", "--accept", "--frames", "10",
                            "--no-processing", "--no-automatic-gain", "--loop", "--delay", "low"});
    REQUIRE_FALSE(all.parsed.exitCode);
    const auto& o = all.parsed.options;
    CHECK(o.program == Program::join);
    CHECK(o.link == "LINK");
    CHECK(o.name == "Ana");
    CHECK(o.home == "/h");
    CHECK(o.capture == "file:in.wav");
    CHECK(o.playout == "null");
    CHECK(o.length == std::chrono::milliseconds(1500));
    CHECK(o.events == "e.jsonl");
    CHECK(o.unmute);
    CHECK(o.raiseHand == "about apples");
    CHECK(o.accept);
    CHECK(o.frameMs == 10);
    CHECK_FALSE(o.processing);
    CHECK_FALSE(o.automaticGain);
    CHECK(o.loop);
    CHECK(o.delay == "low");
    CHECK(parse({"join", "LINK", "--name", "Ana", "--delay", "none"}).parsed.exitCode == 2);
}

TEST_CASE("what is not said has a quiet default", "[ctl]") {
    const auto few = parse({"join", "-", "--name", "Ana"});
    REQUIRE_FALSE(few.parsed.exitCode);
    const auto& o = few.parsed.options;
    CHECK(o.link == "-");
    CHECK(o.capture == "device:");
    CHECK(o.playout == "device:");
    CHECK_FALSE(o.length);
    CHECK_FALSE(o.unmute);
    CHECK_FALSE(o.raiseHand);
    CHECK_FALSE(o.accept);
    CHECK(o.frameMs == 0);   // as the network allows
    CHECK_FALSE(o.music);
    CHECK(o.processing);
    CHECK(o.automaticGain);
}

TEST_CASE("a hand without a note takes no other word for it", "[ctl]") {
    const auto before = parse({"join", "--raise-hand", "LINK", "--name", "Ana"});
    REQUIRE_FALSE(before.parsed.exitCode);
    CHECK(before.parsed.options.link == "LINK");
    CHECK(before.parsed.options.raiseHand == "");
    CHECK(parse({"join", "LINK", "--name", "Ana", "--raise-hand=true"}).parsed.options.raiseHand == "true");
}

TEST_CASE("a LiveKit server takes an address and a token instead of a link and a name", "[ctl]") {
    const auto direct = parse({"join", "--url", "wss://talk.example.org", "--token", "-"});
    REQUIRE_FALSE(direct.parsed.exitCode);
    CHECK(direct.parsed.options.program == Program::join);
    CHECK(direct.parsed.options.url == "wss://talk.example.org");
    CHECK(direct.parsed.options.token == "-");
    CHECK(parse({"join", "--url", "wss://h", "--token-file", "f"}).parsed.options.tokenFile == "f");
    for (const auto& arguments : std::vector<std::vector<const char*>>{
             {"join", "--url", "wss://h"}, {"join", "--url", "wss://h", "--token", "a", "--token-file", "f"},
             {"join", "LINK", "--url", "wss://h", "--token", "a"}, {"join", "LINK", "--name", "A", "--token", "a"},
             {"join", "--url", "wss://h", "--token", "a", "--name", "A"}, {"join", "--url", "wss://h", "--token", "a", "--raise-hand"}}) {
        const auto outcome = parse(arguments);
        CHECK(outcome.parsed.exitCode == 2);
        CHECK(outcome.err.size() > 10);
    }
}

TEST_CASE("token and doctor have their own options", "[ctl]") {
    const auto token = parse({"token", "LINK", "--name", "Ana", "--ttl", "10m"});
    REQUIRE_FALSE(token.parsed.exitCode);
    CHECK(token.parsed.options.program == Program::token);
    CHECK(token.parsed.options.ttl == std::chrono::seconds(600));
    CHECK(parse({"doctor"}).parsed.options.program == Program::doctor);
}

TEST_CASE("wrong usage is 2 with a sentence, help and version are 0", "[ctl]") {
    for (const auto& arguments : std::vector<std::vector<const char*>>{
             {}, {"dance"}, {"join"}, {"join", "LINK"}, {"join", "LINK", "--name", "  "}, {"join", "LINK", "--name", "A", "--seconds", "0"},
             {"join", "LINK", "--name", "A", "--seconds", "x"}, {"join", "LINK", "--name", "A", "--frames", "15"},
             {"join", "LINK", "--name", "A", "--what"}, {"token", "LINK", "--name", "A", "--ttl", "10"},
             {"token", "LINK", "--name", "A", "--ttl", "9s"}, {"token", "LINK", "--name", "A", "--ttl", "25h"}}) {
        const auto outcome = parse(arguments);
        CHECK(outcome.parsed.exitCode == 2);
        CHECK(outcome.err.size() > 10);
    }
    CHECK(parse({"token", "LINK", "--name", "A", "--ttl", "10s"}).parsed.options.ttl == std::chrono::seconds(10));
    CHECK(parse({"token", "LINK", "--name", "A", "--ttl", "24h"}).parsed.options.ttl == std::chrono::seconds(86'400));
    const auto version = parse({"--version"});
    CHECK(version.parsed.exitCode == 0);
    CHECK(version.out == "parlourctl 1.2.3\n");
    const auto help = parse({"--help"});
    CHECK(help.parsed.exitCode == 0);
    CHECK(help.out.find("create, list") != std::string::npos);   // groups say what is in them
    CHECK(help.out.find("lock-hands on|off") == std::string::npos);
    CHECK(parse({"join", "--help"}).out.find("lock-hands on|off") != std::string::npos);
}

TEST_CASE("the doctor says what is missing and what that means", "[ctl]") {
    DoctorFacts facts;
    facts.version = "1.2.3";
    facts.opusVersion = "libopus 1.3";
    facts.opusWorks = true;
    facts.loudspeakers = std::vector<std::string>{"Speakers (default)", "HDMI"};
    facts.home = "/home/ana";
    facts.homeUsable = base::fail(base::ErrorKind::unavailable, "home_unwritable", "Nothing can be written there.");
    std::vector<std::string> lines;
    facts.realtime = "no";
    for (const auto& line : examine(facts)) lines.push_back(toText(line));
    REQUIRE(lines.size() == 7);
    CHECK(lines[1].rfind("ok    Opus: libopus 1.3", 0) == 0);
    CHECK(lines[2] == "ok    loudspeakers: Speakers (default), HDMI");
    CHECK(lines[3].rfind("note  microphones: none. You can listen", 0) == 0);
    CHECK(lines[4].rfind("note  real-time priority: no. Sound works", 0) == 0);
    CHECK(lines[5].rfind("note  network: ", 0) == 0);
    CHECK(lines[6] == "WRONG seed folder: Nothing can be written there.");
}

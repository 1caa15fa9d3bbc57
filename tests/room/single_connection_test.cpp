// SPDX-License-Identifier: Apache-2.0
// Rooms in which each person has one peer connection for both ways (/rtc/v1): more speakers than lines, lines used again, up on
// stage and down, and people of both kinds together.
#include "tests/room/room_lab.h"

using namespace parlour;
using namespace parlour::tests;
using api::StageVerb;

namespace {

/// Everybody on stage but this one is closed, so that what is heard is one voice and no other.
void soloOn(RoomLab& lab, Person& voice) {
    for (auto& person : lab.people)
        if (person->onStage()) person->session->setMicrophone(person.get() == &voice);
}

}  // namespace

TEST_CASE("more speakers than spare lines are all heard, and a line that became free is used again", "[room][whole][single]") {
    RoomLab lab(false, room::Signalling::v1);
    auto& host = lab.host();
    auto& ear = lab.join("ear", lab.made.links.listener);
    std::vector<Person*> speakers;
    const auto come = [&](int i) {
        speakers.push_back(&lab.join("speaker" + std::to_string(i), lab.made.links.speaker));
        lab.goLive(*speakers.back(), static_cast<std::uint32_t>(10 + i));
    };
    for (int i = 0; i < 5; ++i) come(i);
    REQUIRE(lab.until([&] { return ear.stats.tracks.size() == 5; }));
    for (auto* one : speakers) {
        soloOn(lab, *one);
        INFO(one->me()->name);
        REQUIRE(lab.until([&] { return ear.hears(*one) > 0.8 && host.hears(*one) > 0.8; }));
    }
    // The second one goes; the next speaker comes on that line, with another voice behind it.
    bool gone = false;
    speakers[1]->session->leave([&] { gone = true; });
    REQUIRE(lab.until([&] { return gone && ear.stats.tracks.size() == 4; }));
    come(5);
    soloOn(lab, *speakers.back());
    REQUIRE(lab.until([&] { return ear.hears(*speakers.back()) > 0.8; }));
    REQUIRE(lab.until([&] { return ear.hears(*speakers[0]) < 0.5; }));   // what was heard before goes out of the window
    REQUIRE(lab.until([&] { return ear.stats.tracks.size() == 5; }));
    for (const auto& track : ear.stats.tracks) CHECK(track.name.starts_with("speaker"));
    CHECK(lab.asWanted());
    CHECK(ear.refused.empty());
}

TEST_CASE("up on stage, down and up again is heard each time, on one connection and on two", "[room][whole][single]") {
    RoomLab lab(false, GENERATE(room::Signalling::v0, room::Signalling::v1));
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener, true);
    ben.speak(8);
    for (int round = 0; round < 3; ++round) {
        host.order(StageVerb::invite, &ben);
        REQUIRE(lab.until([&] { return ben.onStage(); }));
        ben.session->setMicrophone(true);
        INFO("round " << round);
        REQUIRE(lab.until([&] { return host.hears(ben) > 0.8; }));
        host.order(StageVerb::down, &ben);
        REQUIRE(lab.until([&] { return !ben.onStage() && !ben.state()->microphoneLive; }));
        lab.fallsSilent(host);
    }
    CHECK(lab.asWanted());
}

TEST_CASE("people with one connection and people with two hear and read each other", "[room][whole][single]") {
    RoomLab lab(false, room::Signalling::v0);
    auto& host = lab.host();
    lab.way = room::Signalling::v1;
    auto& anna = lab.join("anna", lab.made.links.speaker);
    lab.goLive(host, 21);
    REQUIRE(lab.until([&] { return anna.hears(host) > 0.8; }));
    host.session->setMicrophone(false);
    lab.goLive(anna, 22);
    REQUIRE(lab.until([&] { return host.hears(anna) > 0.8; }));
    anna.session->sendChat("one");
    host.session->sendChat("two");
    REQUIRE(lab.until([&] { return anna.state()->chat.size() == 2 && host.state()->chat.size() == 2; }));
    CHECK(anna.stats.single);
    CHECK_FALSE(host.stats.single);
}

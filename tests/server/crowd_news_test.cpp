// SPDX-License-Identifier: Apache-2.0
// What a client is told about the others, and how often.
#include <algorithm>

#include "core/server/news_pace.h"
#include "core/server/participant_connection.h"
#include "tests/server/endpoint_world.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// Listeners, and two speakers who look on.
struct Crowd : World {
    std::vector<std::unique_ptr<ScriptedClient>> listeners;
    std::unique_ptr<ScriptedClient> speaker, second;
    std::map<std::string, int> place;   // the overflow room

    explicit Crowd(int count = 60) {
        admit("ana", true);
        admit("eva", true);
        speaker = std::make_unique<ScriptedClient>(*this, "ana");
        speaker->connect("join:ana");
        second = std::make_unique<ScriptedClient>(*this, "eva");
        second->connect("join:eva");
        for (int i = 0; i < count; ++i) {
            admit(name(i), false);
            listeners.push_back(std::make_unique<ScriptedClient>(*this, name(i)));
            listeners.back()->connect("join:" + name(i));
        }
        run(2s);
    }
    static std::string name(int i) { return "l" + std::to_string(i); }
    std::size_t updates(const ScriptedClient& client) const { return client.all<signal::ParticipantUpdate>().size(); }
    /// A word of the house about a person who stays where she is.
    void say(const std::string& person, server::MediaRights rights, std::map<std::string, std::string> attributes) {
        events.onPerson({PlayedHouse::room(), base::Identity(person), person, std::move(attributes), rights, place[person], false, false});
    }
    void hand(int i, const std::string& key) { say(name(i), {}, {{"parlour.seat", "audience"}, {"parlour.hand", key}}); }
    void move(int i, int overflow) {
        place[name(i)] = overflow;
        say(name(i), {}, {{"parlour.seat", "audience"}});
    }
    static server::MediaRights stage() {
        server::MediaRights rights;
        rights.canPublish = true;
        return rights;
    }
    void held(const std::string& person, bool on) { say(person, stage(), {{"parlour.seat", "stage"}, {"parlour.held", on ? "1" : ""}}); }
};

/// When a client was told news of the roster.
class Told {
  public:
    Told(const Crowd& room, const ScriptedClient& client) : m_room(room), m_client(client), m_seen(room.updates(client)) {}
    void look() {
        for (const auto now = m_room.updates(m_client); m_seen < now; ++m_seen) m_at.push_back(m_room.clock.now());
    }
    std::size_t busiestSecond() const {
        std::size_t most = 0;
        for (std::size_t i = 0, first = 0; i < m_at.size(); ++i) {
            while (m_at[i] - m_at[first] >= 990ms) ++first;   // looked at every 5 ms
            most = std::max(most, i - first + 1);
        }
        return most;
    }
    std::size_t count() const { return m_at.size(); }

  private:
    const Crowd& m_room;
    const ScriptedClient& m_client;
    std::size_t m_seen;
    std::vector<base::TimePoint> m_at;
};

}  // namespace

TEST_CASE("news go out four times in any second, and the stage finds a place among them", "[server][crowd][limits]") {
    server::NewsPace pace;
    const auto start = base::TimePoint{} + 100s;
    const base::Identity a("a"), b("b"), c("c"), d("d"), none;
    CHECK(pace.due(false, a, start) == start);
    pace.told(none, start);
    CHECK(pace.due(false, a, start + 1ms) == start + 400ms);
    CHECK(pace.due(false, a, start + 400ms) == start + 400ms);
    CHECK(pace.due(true, a, start + 1ms) == start + 1ms);
    pace.told(a, start + 1ms);
    CHECK(pace.due(true, a, start + 2ms) == start + 2ms);
    pace.told(a, start + 2ms);
    CHECK(pace.due(true, a, start + 3ms) == start + 1s);       // three are told: the fourth is for somebody else
    CHECK(pace.due(false, none, start + 3ms) == start + 1s);
    CHECK(pace.due(true, b, start + 3ms) == start + 3ms);
    pace.told(b, start + 3ms);
    CHECK(pace.due(true, c, start + 4ms) == start + 1s);       // the fifth
    CHECK(pace.due(true, c, start + 1s - 1us) == start + 1s);
    CHECK(pace.due(true, c, start + 1s) == start + 1s);
    pace.told(c, start + 1s);
    CHECK(pace.due(true, d, start + 1s) == start + 1001ms);
    CHECK(pace.due(true, a, start + 1002ms) == start + 1002ms);   // its second is over
    CHECK(pace.due(false, a, start + 10s) == start + 10s);
}

TEST_CASE("five hundred changes reach each client in at most four updates a second, and none is lost", "[server][crowd][limits]") {
    const int people = GENERATE(60, 8);   // large or small
    Crowd room(people);
    REQUIRE(room.speaker->knows(Crowd::name(people - 1)));
    Told speaker(room, *room.speaker), other(room, *room.second);
    for (int round = 0; round < 400; ++round) {
        room.hand(round % people, std::to_string(1000 + round));
        room.run(4ms);
        speaker.look();
        other.look();
    }
    CHECK(speaker.count() >= 3);
    CHECK(speaker.busiestSecond() <= 4);
    CHECK(other.busiestSecond() <= 4);
    room.run(400ms);
    for (int i = 0; i < people; ++i) {
        const auto known = room.speaker->knows(Crowd::name(i));
        REQUIRE(known);
        CHECK(known->attributes.at("parlour.hand") == std::to_string(1000 + i + (399 - i) / people * people));
    }
}

TEST_CASE("whatever happens nobody is told more than four times a second: hands, mutes, moves, departures", "[server][crowd][overflow][limits]") {
    Crowd room(30);
    for (int i = 20; i < 30; ++i) room.move(i, 1);
    room.run(2s);
    REQUIRE_FALSE(room.speaker->knows("l25"));
    REQUIRE(room.listeners[25]->knows("ana"));
    Told main(room, *room.speaker), listener(room, *room.listeners[0]), abroad(room, *room.listeners[29]);
    for (int round = 0; round < 400; ++round) {
        switch (round % 4) {
            case 0: room.move(1 + round / 4 % 9, round / 36 % 2 == 0 ? 1 : 0); break;
            case 1: room.hand(20 + round / 4 % 8, round % 3 == 0 ? "" : std::to_string(round)); break;   // seen by the whole talk, or not
            case 2: room.held("eva", round / 4 % 2 == 0); break;
            default:
                if (round % 40 == 3) room.listeners[static_cast<std::size_t>(10 + round / 40)]->send(signal::Leave{});
        }
        room.run(5ms);
        for (auto* one : {&main, &listener, &abroad}) one->look();
    }
    for (const auto* one : {&main, &listener, &abroad}) {
        CHECK(one->count() >= 6);
        CHECK(one->busiestSecond() <= 4);
    }
    room.run(1s);
    // And all are right about everybody in the end.
    for (int i = 1; i < 10; ++i) {
        const bool moved = room.listeners[static_cast<std::size_t>(i)]->knows("l29").has_value();
        CHECK(room.speaker->knows(Crowd::name(i)).has_value() != moved);
        CHECK(room.listeners[29]->knows(Crowd::name(i)).has_value() == moved);
    }
    for (int i = 10; i < 20; ++i) CHECK_FALSE(room.speaker->knows(Crowd::name(i)));
    for (int i = 20; i < 28; ++i) {
        const auto own = room.listeners[static_cast<std::size_t>(i)]->knows(Crowd::name(i));
        REQUIRE(own);
        CHECK(room.speaker->knows(Crowd::name(i)).has_value() == own->attributes.contains("parlour.hand"));
    }
}

TEST_CASE("who moves from room to room is told at once, the others with the next news", "[server][crowd][overflow]") {
    Crowd room(8);
    room.move(7, 1);
    room.run(10ms);
    CHECK_FALSE(room.speaker->knows("l7"));          // the first news after a silence do not wait
    const auto before = room.updates(*room.speaker);
    for (int i = 0; i < 6; ++i) room.move(i, 1);
    room.run(10ms);
    for (int i = 0; i < 6; ++i) {
        const auto& moved = *room.listeners[static_cast<std::size_t>(i)];
        CHECK_FALSE(moved.knows("l6"));
        CHECK(moved.knows("l7"));
    }
    CHECK(room.updates(*room.speaker) == before);
    CHECK(room.speaker->knows("l0"));
    room.run(400ms);
    CHECK(room.updates(*room.speaker) == before + 1);
    for (int i = 0; i < 6; ++i) {
        CHECK_FALSE(room.speaker->knows(Crowd::name(i)));
        CHECK(room.listeners[7]->knows(Crowd::name(i)));
    }
    // As stock SDKs read it: each is said to be gone.
    const auto last = room.speaker->last<signal::ParticipantUpdate>();
    REQUIRE(last);
    CHECK(std::count_if(last->participants.begin(), last->participants.end(), [](const auto& p) {
              return p.state == signal::ParticipantState::disconnected && p.disconnectReason == signal::DisconnectReason::migration;
          }) == 6);
    // There and back before anybody was told: nobody left.
    room.move(6, 1);
    room.run(20ms);
    room.move(5, 0);
    room.move(5, 1);
    const auto told = room.listeners[7]->received.size();
    room.run(800ms);
    for (auto i = told; i < room.listeners[7]->received.size(); ++i)
        if (const auto* update = std::get_if<signal::ParticipantUpdate>(&room.listeners[7]->received[i]))
            for (const auto& p : update->participants) CHECK(p.state != signal::ParticipantState::disconnected);
    CHECK(room.listeners[7]->knows("l5"));
}

TEST_CASE("listeners who leave together are told together", "[server][crowd][limits]") {
    Crowd room;
    const auto before = room.updates(*room.speaker);
    for (int i = 0; i < 8; ++i) room.listeners[static_cast<std::size_t>(i)]->send(signal::Leave{});
    room.run(390ms);
    CHECK(room.updates(*room.speaker) - before == 1);   // the first one
    room.run(20ms);
    CHECK(room.updates(*room.speaker) - before == 2);
    for (int i = 0; i < 8; ++i) CHECK_FALSE(room.speaker->knows(Crowd::name(i)));
    CHECK(room.speaker->knows("l8"));
}

TEST_CASE("one's own change is told to oneself at once, however much else happens", "[server][crowd]") {
    Crowd room(8);
    for (int i = 0; i < 8; ++i) room.hand(i, "1");
    room.hand(3, "7");
    room.run(5ms);
    CHECK(room.listeners[3]->knows("l3")->attributes.at("parlour.hand") == "7");
    CHECK_FALSE(room.listeners[4]->knows("l3")->attributes.contains("parlour.hand"));
}

TEST_CASE("what happens on stage is told at once, even while another one flips on and off", "[server][crowd]") {
    Crowd room(12);
    int turn = 0;
    const auto noise = [&](base::Duration time) {
        for (const auto end = room.clock.now() + time; room.clock.now() < end; ++turn) {
            room.held("eva", turn % 2 == 0);
            room.hand(turn % 10, std::to_string(turn));
            room.run(5ms);
        }
    };
    noise(1500ms);
    for (int i = 0; i < 7; ++i) {   // at any moment of the second
        room.held("ana", i % 2 == 0);
        room.run(5ms);
        CHECK(room.listeners[11]->knows("ana")->attributes.contains("parlour.held") == (i % 2 == 0));
        noise(1130ms);
    }
    room.speaker->send(signal::Leave{});
    room.run(10ms);
    CHECK_FALSE(room.listeners[11]->knows("ana"));
}

TEST_CASE("who comes on stage is told at once, however much else happens", "[server][crowd]") {
    Crowd room;
    for (int i = 0; i < 20; ++i) room.hand(i, "1");
    room.decide("l30", Crowd::stage(), {{"parlour.seat", "stage"}});
    room.run(10ms);
    const auto known = room.speaker->knows("l30");
    REQUIRE(known);
    CHECK(known->attributes.at("parlour.seat") == "stage");
    room.listeners[30]->send(signal::Leave{});
    room.run(10ms);
    CHECK_FALSE(room.speaker->knows("l30"));
}

TEST_CASE("who leaves a large room and is back at once is not told of the own departure", "[server][crowd]") {
    Crowd room;
    const auto sid = room.speaker->knows("l5")->sid;
    room.listeners[5]->send(signal::Leave{});
    room.run(20ms);
    ScriptedClient again(room, "l5");
    again.connect("join:l5");
    room.run(800ms);
    for (const auto& update : again.all<signal::ParticipantUpdate>())
        for (const auto& p : update.participants)
            CHECK((p.identity.str() != "l5" || p.state != signal::ParticipantState::disconnected));
    const auto known = room.speaker->knows("l5");
    REQUIRE(known);
    CHECK(known->sid != sid);
}

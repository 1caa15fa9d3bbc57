// SPDX-License-Identifier: Apache-2.0
// A whole room in one process: a server and people, all but the server's own threads on one loop. Waits for conditions;
// real time passes only where the absence of something is to be shown.
#pragma once

#include <unistd.h>

#include <filesystem>

#include "core/base/clock.h"
#include "core/server/room_server.h"
#include "tests/room/person.h"
#include "tests/support/database.h"
#include "tests/support/wire.h"

namespace parlour::tests {

struct RoomLab {
    std::filesystem::path folder;
    base::SystemClock clock;
    net::EventLoop loop;
    Database database{chosenEngine()};
    server::ServerConfig config;
    std::unique_ptr<Wire> wire;
    std::unique_ptr<server::RoomServer> server;
    api::RoomMade made;
    std::vector<std::unique_ptr<Person>> people;
    room::Signalling way;   ///< of those who join

    /// `cuttable`: clients reach the server over a wire that can be cut.
    explicit RoomLab(bool cuttable = false, room::Signalling how = room::Signalling::automatic) : way(how) {
        char name[] = "/tmp/parlour-room-XXXXXX";
        folder = mkdtemp(name);
        config.listen = *base::SocketAddress::parse("127.0.0.1:0");
        config.udpPort = 0;
        config.data = (folder / "data").string();
        if (database.engine() == Engine::postgresql) config.store = database.where();
        config.failuresPerIp = 0;
        config.policy.commandBurst = 1000;
        if (cuttable) {
            wire = std::make_unique<Wire>(loop);
            config.publicUrl = "http://127.0.0.1:" + std::to_string(wire->port());
            config.publicIp = "127.0.0.2";
        }
        start();
        std::optional<base::Result<api::RoomMade>> answer;
        server->house().createRoom({"Test room"}, [&](auto result) { answer.emplace(std::move(result)); });
        REQUIRE(until([&] { return answer.has_value(); }));
        REQUIRE(*answer);
        made = **answer;
    }
    ~RoomLab() {
        people.clear();
        server.reset();
        wire.reset();
        std::filesystem::remove_all(folder);
    }

    bool until(const std::function<bool()>& done, base::Duration patience = 20s) { return loop.runUntil(done, patience); }
    /// Real time that the loop and the sound cards need, e.g. to prove that nothing is heard in it.
    void pass(base::Duration length) {
        bool over = false;
        const auto timer = loop.postAfter(length, [&] { over = true; });
        REQUIRE(until([&] { return over; }, length + 20s));
    }

    /// What was under way is heard to its end, then at most a second of the speaker's room, then nothing. How long the end is
    /// depends on how busy the machine is.
    void fallsSilent(const Person& person) {
        REQUIRE(until([&] { return person.silent(300ms); }));
        pass(1300ms);
        CHECK(person.silent(500ms));
    }

    void start() {
        std::optional<base::Result<std::size_t>> ready;
        auto started = server::RoomServer::start(loop, clock, config, [&](auto rooms) { ready.emplace(std::move(rooms)); });
        INFO((started ? "" : base::describe(started.error())));
        REQUIRE(started);
        server = std::move(*started);
        REQUIRE(until([&] { return ready.has_value(); }));
        const auto http = *base::SocketAddress::parse(server->httpUrl().substr(7));
        if (wire) REQUIRE(wire->to(http.port, server->udpPorts().front()));
        config.listen = http;   // a restart comes back at the same place
        config.udpPort = server->udpPorts().front();
    }

    Person& add(const std::string& name, bool acceptOffers = false) {
        people.push_back(std::make_unique<Person>(loop, name, acceptOffers, way));
        return *people.back();
    }
    Person& join(const std::string& name, const std::string& link, bool acceptOffers = false) {
        auto& person = add(name, acceptOffers);
        person.enter(link);
        const bool in = until([&] { return person.joined() || person.state()->session == SessionState::left; });
        INFO(name << ": " << (person.state()->error ? base::describe(*person.state()->error) : ""));
        REQUIRE(in);
        REQUIRE(person.joined());
        return person;
    }
    /// Whether all who are inside came as `way` says.
    bool asWanted() const {
        return std::all_of(people.begin(), people.end(), [this](const auto& p) { return p->stats.single == (way != room::Signalling::v0); });
    }
    Person& host() { return join("host", made.links.moderator); }
    /// On stage with an open microphone.
    void goLive(Person& person, std::uint32_t seed) {
        person.speak(seed);
        REQUIRE(until([&] { return person.onStage(); }));
        person.session->setMicrophone(true);
        REQUIRE(until([&] { return person.state()->microphoneLive && person.me()->microphoneOpen; }));
    }
};

}  // namespace parlour::tests

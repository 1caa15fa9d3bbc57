// SPDX-License-Identifier: Apache-2.0
// The house's relays: what the configuration may say, and with which login a person may use them, for how long.
#include "core/server/relays.h"

#include <filesystem>
#include <fstream>

#include "tests/server/endpoint_world.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

constexpr const char* kSecret = "a-secret-shared-with-coturn";

struct Wishes {
    TempFolder folder;
    ServerConfig config;

    std::string file(const char* name, const std::string& text, bool closed = true) {
        const auto path = folder.file(name);
        std::ofstream(path) << text;
        std::filesystem::permissions(path, closed ? std::filesystem::perms(0600) : std::filesystem::perms(0640));
        return path;
    }
    void set(const char* key, const std::string& value) { REQUIRE(setKey(config, key, value, "--set")); }
    std::string problem() const {
        const auto made = Relays::make(config);
        return made ? std::string() : base::describe(made.error());
    }
    bool says(const char* words) const { return problem().find(words) != std::string::npos; }
    /// One relay, logins that end by themselves.
    Relays timed() {
        set("relays.servers", "turn:relay.example, turns:relay.example:443");
        set("relays.secret_file", file("secret", std::string(kSecret) + "\n"));
        return *Relays::make(config);
    }
};

}  // namespace

TEST_CASE("a login made from the secret is coturn's, ends after its hour and belongs to one person", "[relays]") {
    Wishes wishes;
    const auto relays = wishes.timed();
    const auto named = relays.forPerson(base::Identity("ana"), base::fromUnixMs(1'795'000'000'000));
    REQUIRE(named.size() == 1);
    CHECK(named[0].urls == std::vector<std::string>{"turn:relay.example", "turns:relay.example:443"});
    CHECK(named[0].username == "1795003600:ana");
    CHECK(named[0].credential == "y+KwqUqSIlglgErYXfYPUAXayUc=");   // by openssl dgst -sha1 -hmac
    CHECK(relays.forPerson(base::Identity("ben"), base::fromUnixMs(1'795'000'000'000))[0].credential != named[0].credential);
    for (int i = 0; i < 100; ++i) {
        const auto after = relays.renewAfter();
        REQUIRE(after);
        CHECK(*after >= 3600s * 5 / 8);
        CHECK(*after < 3600s * 7 / 8);
    }
}

TEST_CASE("a fixed login is told as it is and never renewed", "[relays]") {
    Wishes wishes;
    wishes.set("relays.servers", "turn:relay.example");
    wishes.set("relays.username", "house");
    wishes.set("relays.password_file", wishes.file("password", "open sesame\n"));
    const auto relays = Relays::make(wishes.config);
    REQUIRE(relays);
    const auto named = relays->forPerson(base::Identity("ana"), {});
    CHECK(named[0].username == "house");
    CHECK(named[0].credential == "open sesame");
    CHECK_FALSE(relays->renewAfter());
}

TEST_CASE("a house without relays names none", "[relays]") {
    const auto relays = Relays::make(ServerConfig{});
    REQUIRE(relays);
    CHECK(relays->empty());
    CHECK(relays->forPerson(base::Identity("ana"), {}).empty());
    CHECK_FALSE(relays->renewAfter());
}

TEST_CASE("relays that cannot work are refused with a sentence", "[relays]") {
    Wishes wishes;
    wishes.set("relays.servers", "turn:relay.example");
    CHECK(wishes.says("none is given"));
    wishes.set("relays.secret_file", wishes.folder.file("nothing"));
    CHECK(wishes.says("cannot be read"));
    wishes.set("relays.secret_file", wishes.file("open", kSecret, false));
    CHECK(wishes.says("chmod 600"));
    wishes.set("relays.secret_file", wishes.file("short", std::string(kMinRelaySecret - 1, 'x')));
    CHECK(wishes.says("16 to 1024"));
    wishes.set("relays.secret_file", wishes.file("shortest", std::string(kMinRelaySecret, 'x')));
    CHECK(wishes.problem().empty());
    wishes.set("relays.secret_file", wishes.file("longest", std::string(kMaxRelaySecret, 'x')));
    CHECK(wishes.problem().empty());
    wishes.set("relays.secret_file", wishes.file("longer", std::string(kMaxRelaySecret + 1, 'x')));
    CHECK(wishes.says("16 to 1024"));
    wishes.set("relays.secret_file", wishes.file("lines", std::string(kSecret) + "\nanother\n"));
    CHECK(wishes.says("more than one line"));
    CHECK_FALSE(wishes.says("another"));   // nothing of the file
    wishes.set("relays.username", "house");
    CHECK(wishes.says("both are given"));
    wishes.set("relays.secret_file", "");
    CHECK(wishes.says("relays.password_file"));
    wishes.set("relays.password_file", wishes.file("empty", "\n"));
    CHECK(wishes.says("1 to 508"));
    wishes.config.relays.clear();
    CHECK(wishes.says("no relay"));
    Wishes cluster;
    (void)cluster.timed();
    cluster.config.media = MediaChoice::livekit;
    CHECK(cluster.says("LiveKit names the relays"));
}

TEST_CASE("addresses of relays are read from a list, up to eight, and nothing else is", "[relays][config]") {
    ServerConfig config;
    for (const auto* bad : {"stun:relay.example", "turn://relay.example", "relay.example", "turns:relay.example?transport=udp", "turn:relay.example:22",
                            "turn:relay.example,,turn:other.example"}) {
        INFO(bad);
        CHECK_FALSE(setKey(config, "relays.servers", bad, "--set"));
    }
    std::string eight;
    for (int i = 0; i < 8; ++i) eight += (i == 0 ? "turn:r" : ",turn:r") + std::to_string(i);
    CHECK(setKey(config, "relays.servers", eight, "--set"));
    CHECK(config.relays.size() == 8);
    CHECK_FALSE(setKey(config, "relays.servers", eight + ",turn:r8", "--set"));
    CHECK(setKey(config, "relays.lifetime_s", "300", "--set"));
    CHECK(setKey(config, "relays.lifetime_s", "86400", "--set"));
    CHECK_FALSE(setKey(config, "relays.lifetime_s", "299", "--set"));
    CHECK_FALSE(setKey(config, "relays.lifetime_s", "86401", "--set"));
    CHECK(setKey(config, "relays.servers", "", "--set"));
    CHECK(config.relays.empty());
}

TEST_CASE("who joins and who resumes is told of the relays, each with a login of the moment", "[relays][server]") {
    Wishes wishes;
    World world;
    world.endpoint->setRelays(wishes.timed());
    world.admit("ana", true);
    ScriptedClient ana(world, "ana");
    const auto until = base::toUnixSeconds(world.clock.wallNow()) + 3600;
    ana.join();
    REQUIRE(ana.last<signal::Join>());
    const auto first = ana.last<signal::Join>()->iceServers;
    REQUIRE(first.size() == 1);
    CHECK(first[0].username == std::to_string(until) + ":ana");
    world.run(10s);
    ana.channel->cut();
    ana.connect("refresh:ana", true);
    world.run(1s);
    REQUIRE(ana.last<signal::Reconnect>());
    const auto second = ana.last<signal::Reconnect>()->iceServers;
    REQUIRE(second.size() == 1);
    CHECK(second[0].username > first[0].username);
    CHECK(second[0].urls == first[0].urls);
}

TEST_CASE("who uses a relay is asked to resume before the login ends, and is heard all the while; nobody else is", "[relays][server]") {
    Wishes wishes;
    wishes.set("relays.lifetime_s", "300");
    World world;
    world.endpoint->setRelays(wishes.timed());
    world.admit("ana", true);
    world.admit("ben", false);
    world.admit("cleo", false);
    ScriptedClient ana(world, "ana"), ben(world, "ben"), cleo(world, "cleo");
    for (auto* one : {&ana, &ben, &cleo}) one->join();
    ana.publish();
    ana.talk(true);
    ben.send(signal::Trickle{R"({"candidate":"candidate:1 1 udp 100 203.0.113.5 50000 typ relay raddr 0.0.0.0 rport 0","sdpMid":"0","sdpMLineIndex":0})",
                             signal::SignalTarget::subscriber, false});
    world.run(185s);   // 5/8 of 300 s, less what the joins took
    CHECK_FALSE(ben.last<signal::Leave>());
    world.run(78s);
    REQUIRE(ben.last<signal::Leave>());
    CHECK(ben.last<signal::Leave>()->action == signal::LeaveAction::resume);
    CHECK(ben.closedCode);
    CHECK_FALSE(cleo.last<signal::Leave>());
    CHECK_FALSE(ana.last<signal::Leave>());
    ben.takeHeard();
    world.run(500ms);
    CHECK(ben.takeHeard()['a'] > 20);
    ben.connect("refresh:ben", true);
    world.run(1s);
    REQUIRE(ben.last<signal::Reconnect>());
    CHECK(ben.last<signal::Reconnect>()->iceServers.size() == 1);
    CHECK(world.endpoint->stats().participants == 3);
    const auto leaves = ben.all<signal::Leave>().size();
    world.run(263s);
    CHECK(ben.all<signal::Leave>().size() == leaves + 1);   // and so on
}

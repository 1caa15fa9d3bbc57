// SPDX-License-Identifier: Apache-2.0
#include "core/server/config.h"

#include <fstream>
#include <sstream>

#include "core/server/version.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::server;

TEST_CASE("file, environment and --set use the same keys", "[config]") {
    ServerConfig config;
    REQUIRE(applyToml(config, "[server]\nlisten = \"0.0.0.0:80\"\nudp_port = 7000\n[limits]\nper_ip = 5\ncommands_per_second = 2.5\n", "a.toml"));
    CHECK(config.listen.toString() == "0.0.0.0:80");
    CHECK(config.udpPort == 7000);
    CHECK(config.failuresPerIp == 5);
    CHECK(config.policy.commandsPerSecond == 2.5);
    REQUIRE(applyEnvironment(config, {{"PARLOUR_LIMITS__PER_IP", "6"}, {"PARLOUR_AUDIO", "null"}, {"HOME", "/x__y"}}));
    CHECK(config.failuresPerIp == 6);
    REQUIRE(setKey(config, "server.trusted_proxies", "10.0.0.7, 2001:db8::1", "--set"));
    REQUIRE(config.trustedProxies->size() == 2);
    CHECK((*config.trustedProxies)[1].toString() == "2001:db8::1");
    CHECK_FALSE(setKey(config, "server.trusted_proxies", "10.0.0.7,proxy.example", "--set"));
    REQUIRE(setKey(config, "server.trusted_proxies", "", "--set"));
    CHECK(config.trustedProxies->empty());   // nobody, not the default
    REQUIRE(setKey(config, "limits.per_ip", "0", "--set"));
    CHECK(config.failuresPerIp == 0);
}

TEST_CASE("an unknown key or value names file and line", "[config]") {
    ServerConfig config;
    const auto message = [&](std::string_view text) {
        const auto done = applyToml(config, text, "a.toml");
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == base::ErrorKind::invalidInput);
        return done.error().message;
    };
    CHECK(message("[server]\n\nlistne = \"x\"\n").find("a.toml:3: unknown key") == 0);
    CHECK(message("[server]\nudp_port = 65536\n").find("a.toml:2:") == 0);
    CHECK(message("[server]\nlisten = \"somewhere\"\n").find("a.toml:2:") == 0);
    CHECK(message("[server\n").find("a.toml:1:") == 0);
    CHECK(message("[server]\nlisten = [1]\n").find("wrong kind") != std::string::npos);
    CHECK(message("[a.b]\nc=1\n").find("unknown") != std::string::npos);
    CHECK_FALSE(setKey(config, "limits.on_stage", "12x", "--set"));
    CHECK_FALSE(setKey(config, "limits.on_stage", "", "--set"));
    CHECK_FALSE(setKey(config, "limits.on_stage", "0", "--set"));
    CHECK_FALSE(setKey(config, "limits.on_stage", "1001", "--set"));
    CHECK(setKey(config, "limits.on_stage", "1", "--set"));
    CHECK(setKey(config, "limits.on_stage", "1000", "--set"));
}

TEST_CASE("the version is the project's", "[config]") {
    std::ifstream in(PARLOUR_SOURCE_DIR "/CMakeLists.txt");
    std::ostringstream text;
    text << in.rdbuf();
    CHECK(text.str().find("VERSION " + std::string(kVersion)) != std::string::npos);
}

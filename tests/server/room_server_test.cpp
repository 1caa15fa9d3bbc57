// SPDX-License-Identifier: Apache-2.0
// The whole server as one object in this process: start, admin socket, offline administration, restart, first link, drain.
#include "core/server/room_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/clock.h"
#include "core/net/http_client.h"
#include "core/server/admin.h"
#include "core/server/data_folder.h"
#include "core/server/first_link.h"
#include "core/server/offline_house.h"
#include "core/server/self_check.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"
#include "tests/support/sqlite.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;
using Json = nlohmann::json;

namespace {

struct ServerLab {
    std::filesystem::path folder;
    base::SystemClock clock;
    net::EventLoop loop;
    Database database{chosenEngine()};
    ServerConfig config;
    std::unique_ptr<RoomServer> server;

    ServerLab() {
        char name[] = "/tmp/parlour-server-XXXXXX";
        folder = mkdtemp(name);
        config.listen = *base::SocketAddress::parse("127.0.0.1:0");
        config.udpPort = 0;
        config.data = (folder / "data").string();
        if (database.engine() == Engine::postgresql) config.store = database.where();
    }
    ~ServerLab() {
        server.reset();
        std::filesystem::remove_all(folder);
    }
    void start() {
        std::optional<base::Result<std::size_t>> ready;
        auto started = RoomServer::start(loop, clock, config, [&](auto rooms) { ready.emplace(std::move(rooms)); });
        INFO((started ? "" : base::describe(started.error())));
        REQUIRE(started);
        server = std::move(*started);
        REQUIRE(loop.runUntil([&] { return ready.has_value(); }, std::chrono::seconds(20)));
        REQUIRE(*ready);
    }
    /// As another process does: blocking, while the loop serves.
    Json admin(const Json& command) {
        std::optional<base::Result<std::string>> answer;
        std::thread asking([&] {
            auto result = runAdminCommand(config, clock, command.dump());
            loop.post([&answer, result = std::move(result)] { answer.emplace(result); });
        });
        const bool came = loop.runUntil([&] { return answer.has_value(); }, std::chrono::seconds(20));
        asking.join();
        REQUIRE(came);
        REQUIRE(*answer);
        return Json::parse(**answer);
    }
    int get(const std::string& path) {
        net::HttpCall call;
        call.url = *net::Url::parse(server->httpUrl() + path);
        std::optional<base::Result<net::HttpResponse>> result;
        auto pending = net::sendHttp(loop, std::move(call), [&](auto r) { result.emplace(std::move(r)); });
        REQUIRE(loop.runUntil([&] { return result.has_value(); }, std::chrono::seconds(20)));
        return *result ? (*result)->status : 0;
    }
};

unsigned modeOf(const std::string& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 0777;
}

}  // namespace

TEST_CASE("a server starts on free ports, keeps its folder to itself and answers", "[room-server]") {
    ServerLab lab;
    lab.start();
    CHECK(lab.server->httpUrl().starts_with("http://127.0.0.1:"));
    REQUIRE(lab.server->udpPorts().size() == 1);
    CHECK(lab.server->udpPorts()[0] != 0);
    CHECK(lab.get("/healthz") == 200);
    CHECK(lab.get("/readyz") == 200);
    CHECK(lab.get("/metrics") == 200);
    CHECK(lab.get("/rtc/v1") == 404);
    CHECK(lab.get("/nowhere") == 404);
    CHECK(modeOf(lab.config.data) == 0700);
    CHECK(modeOf(lab.config.data + "/admin.sock") == 0600);
    // A second server on the same folder is told so.
    const auto second = DataFolder::open(lab.config.data, base::Duration(0));
    REQUIRE_FALSE(second);
    CHECK(second.error().code == "data_folder_in_use");
}

TEST_CASE("the same commands go through the socket while the server runs and into the store while it does not", "[room-server]") {
    ServerLab lab;
    const Json offline = lab.admin({{"command", "room.create"}, {"title", "Before"}})["ok"];
    CHECK(offline["links"]["moderator"].get<std::string>().find("/i/") != std::string::npos);
    lab.start();
    const Json online = lab.admin({{"command", "room.create"}, {"title", "While"}})["ok"];
    CHECK(online["links"]["listener"].get<std::string>().starts_with(lab.server->httpUrl()));
    const Json invite = lab.admin({{"command", "invite.create"}, {"room", online["room"]}, {"role", "speaker"}, {"uses", 2}, {"expires_in_s", 60}})["ok"];
    lab.server.reset();
    CHECK(lab.admin({{"command", "room.list"}})["ok"].size() == 2);
    CHECK(lab.admin({{"command", "invite.revoke"}, {"id", invite["id"]}}).contains("ok"));
    lab.start();
    const Json list = lab.admin({{"command", "invite.list"}})["ok"]["invitations"];
    CHECK(list.size() == 7);
    // Links of one millisecond stand in no order.
    for (const auto& one : list) CHECK((one["state"] == "revoked") == (one["id"] == invite["id"]));
    CHECK(lab.admin({{"command", "room.end"}, {"room", online["room"]}}).contains("ok"));
    CHECK(lab.admin({{"command", "room.list"}})["ok"].size() == 1);
    CHECK(lab.admin({{"command", "room.end"}, {"room", "nowhere"}})["error"]["code"] == "room_unknown");
    CHECK(lab.admin({{"command", "sing"}})["error"]["code"] == "bad_command");
    CHECK(lab.admin(Json::array())["error"]["code"] == "bad_command");
    CHECK(lab.admin({{"command", "room.create"}, {"title", std::string(257, 'x')}})["error"]["code"] == "bad_title");
    CHECK(lab.admin({{"command", "room.create"}, {"title", std::string(256, 'x')}}).contains("ok"));
    CHECK(lab.admin({{"command", "metrics"}})["ok"]["text"].get<std::string>().find("parlour_build_info") != std::string::npos);
    for (const char* row : {"parlour_ice_tcp_connections 0\n", "parlour_webhooks_waiting 0\n"}) {
        INFO(row);
        CHECK(lab.admin({{"command", "metrics"}})["ok"]["text"].get<std::string>().find(row) != std::string::npos);
    }
}

TEST_CASE("links made before the first start lead to where the server will listen, later ones to where it ran", "[room-server]") {
    ServerLab lab;
    lab.config.listen.port = 7880;  // nobody listens there in this test
    const auto listener = [&](const char* title) {
        return lab.admin({{"command", "room.create"}, {"title", title}})["ok"]["links"]["listener"].get<std::string>();
    };
    CHECK(listener("Before").starts_with("http://127.0.0.1:7880/i/"));
    lab.config.listen.port = 0;
    lab.start();
    const auto ran = lab.server->httpUrl();
    lab.server.reset();
    lab.config.listen.port = 7880;
    CHECK(listener("After").starts_with(ran + "/i/"));
}

TEST_CASE("the first link is for the terminal or for a file that nobody else reads", "[room-server]") {
    ServerLab lab;
    lab.start();
    for (const bool terminal : {true, false}) {
        std::optional<base::Result<FirstLink>> first;
        makeFirstLink(*lab.server, terminal, [&](auto result) { first.emplace(std::move(result)); });
        REQUIRE(lab.loop.runUntil([&] { return first.has_value(); }, std::chrono::seconds(20)));
        REQUIRE(*first);
        CHECK((*first)->file.empty() == terminal);
        if (!terminal) {
            CHECK(modeOf((*first)->file) == 0600);
            CHECK(*lab.server->folder().readFile("first-link.txt") == (*first)->link + "\n");
        }
    }
}

TEST_CASE("draining stops being ready and ends", "[room-server][R5]") {
    ServerLab lab;
    lab.start();
    CHECK(lab.get("/readyz") == 200);
    bool drained = false;
    lab.server->drain(std::chrono::milliseconds(200), [&] { drained = true; });
    CHECK(lab.loop.runUntil([&] { return drained; }, std::chrono::seconds(20)));
}

TEST_CASE("a public listener without a certificate gets its own, pinned in the links, the same after a restart", "[room-server]") {
    ServerLab lab;
    lab.config.listen = *base::SocketAddress::parse("0.0.0.0:0");
    lab.start();
    CHECK(lab.server->httpUrl().starts_with("https://"));
    const std::string pin = lab.server->address().pin;
    CHECK(pin.size() == 43);
    const Json made = lab.admin({{"command", "room.create"}, {"title", "Lan"}})["ok"];
    CHECK(made["links"]["listener"].get<std::string>().ends_with("&p=" + pin));
    CHECK(modeOf(lab.config.data + "/tls-key.pem") == 0600);
    lab.server.reset();
    lab.start();
    CHECK(lab.server->address().pin == pin);
    lab.server.reset();
    lab.config.tls = TlsChoice::none;
    lab.config.publicUrl = "https://talk.example.org";
    lab.start();
    CHECK(lab.server->address().pin.empty());
    CHECK(lab.server->address().wsUrl == "wss://talk.example.org");
    CHECK(lab.server->httpUrl().starts_with("http://"));
    lab.server.reset();
    lab.config.publicUrl = "https://talk.example.org/path";
    CHECK(RoomServer::start(lab.loop, lab.clock, lab.config).error().code == "bad_public_url");
}

TEST_CASE("a taken port and a folder of somebody else's are told in a sentence", "[room-server]") {
    ServerLab lab;
    lab.start();
    ServerConfig second = lab.config;
    second.data = (lab.folder / "second").string();
    second.listen = *base::SocketAddress::parse(lab.server->httpUrl().substr(7));
    const auto taken = RoomServer::start(lab.loop, lab.clock, second);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().kind == base::ErrorKind::unavailable);
    second.data = "/dev/null";
    const auto folder = RoomServer::start(lab.loop, lab.clock, second);
    REQUIRE_FALSE(folder);
    CHECK(folder.error().code == "data_folder");
}

TEST_CASE("the self check says what is good", "[room-server]") {
    ServerLab lab;
    for (const auto& line : selfCheck(lab.config, lab.clock)) {
        INFO(line.what << ": " << line.detail);
        CHECK(line.good);
    }
}

TEST_CASE("the self check reads the whole audit log and names the row that was changed", "[room-server][house-audit]") {
    ServerLab lab;
    const auto auditLine = [&] {
        for (const auto& line : selfCheck(lab.config, lab.clock))
            if (line.what == "Audit log") return line;
        return CheckLine{};
    };
    for (int i = 0; i < 3; ++i)
        REQUIRE(runAdminCommand(lab.config, lab.clock, R"({"command":"room.create","title":"Room"})"));
    CHECK(auditLine().good);
    CHECK(auditLine().detail == "3 rows, whole and signed");
    const std::string change = "UPDATE audit SET actor = 'nobody' WHERE n = 2";
    if (lab.database.engine() == Engine::postgresql) lab.database.sql(change);
    else sqlOn(DataFolder::databaseFile(lab.config.data), change);
    CHECK_FALSE(auditLine().good);
    CHECK(auditLine().detail.starts_with("Row 2 was changed."));
}

// SPDX-License-Identifier: Apache-2.0
// Backup of a running house and restore on another folder, with processes' own doors: data folder, store, HouseService.
#include "core/server/house_archive.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/server/data_folder.h"
#include "core/server/self_check.h"

#include "tests/server/house_world.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

struct Folders {
    tests::TempFolder folder;
    const std::filesystem::path& root = folder.path();
    server::ServerConfig from, to;
    std::string file;

    Folders() {
        from.data = (root / "from").string();
        to.data = (root / "to").string();
        file = (root / "house.backup").string();
        std::filesystem::create_directories(from.data);
        std::filesystem::permissions(from.data, std::filesystem::perms::owner_all);
    }
};

}  // namespace

TEST_CASE("a house restored from a backup taken mid-show has its people and bans, no show, and opens to no old token", "[archive][T15]") {
    Folders folders;
    ManualClock clock;
    std::string session, refresh, key;
    base::RoomId room;
    {
        HouseWorld world;
        folders.from.store = world.database.where();
        world.enter("ann", world.links.moderator);
        const auto bob = world.enter("bob", world.links.listener);
        const auto eve = world.enter("eve", world.links.listener);
        REQUIRE(world.order("ann", api::StageVerb::ban, "eve"));
        session = bob.session;
        refresh = bob.refresh;
        room = world.room;
        std::ofstream(folders.from.data + "/tls-key.pem") << "PEM";
        const auto made = server::backupHouse(folders.from, clock, folders.file);   // the house runs on
        INFO((made ? "" : base::describe(made.error())));
        REQUIRE(made);
        CHECK((std::filesystem::status(folders.file).permissions() & std::filesystem::perms::others_all) == std::filesystem::perms::none);
        CHECK_FALSE(std::filesystem::exists(folders.file + ".new"));
        REQUIRE(world.admit(bob.refresh));
    }
    Database target(chosenEngine());
    folders.to.store = target.where();
    const auto restored = server::restoreHouse(folders.to, clock, folders.file);
    INFO((restored ? "" : base::describe(restored.error())));
    REQUIRE(restored);
    std::ifstream pem(folders.to.data + "/tls-key.pem");
    CHECK(std::string(std::istreambuf_iterator<char>(pem), {}) == "PEM");
    for (const auto& line : server::selfCheck(folders.to, clock))
        if (line.what == "Audit log") CHECK(line.good);

    HouseWorld world;
    world.stop();
    world.store = target.open(world.clock);
    world.start();
    world.room = room;
    CHECK_FALSE(world.admit(refresh));
    CHECK_FALSE(world.wait<api::JoinGrant>([&](auto answer) { world.house->token({session, false}, room, {}, answer); }));
    const auto login = [&](const std::string& who) {
        return world.wait<api::LoginAnswer>([&](auto answer) { world.house->login({world.proof(who, "login")}, answer); }).value();
    };
    const auto bob = login("bob");
    REQUIRE(bob.rooms.size() == 1);
    CHECK_FALSE(bob.rooms[0].live);
    const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({bob.session, false}, room, {}, answer); });
    REQUIRE(grant);
    CHECK(world.admit(grant->token));
    CHECK(login("eve").rooms.empty());   // the ban holds
}

TEST_CASE("restore refuses a folder in use, a house that is there, and what is no backup; each in a sentence", "[archive]") {
    Folders folders;
    ManualClock clock;
    CHECK(server::backupHouse(folders.from, clock, folders.file).error().code == "no_house");
    HouseWorld world;
    folders.from.store = world.database.where();
    std::ofstream(folders.file) << "my novel\n";
    CHECK(server::backupHouse(folders.from, clock, folders.file).error().code == "file_exists");
    CHECK(std::filesystem::file_size(folders.file) == 9);   // untouched
    REQUIRE(server::backupHouse(folders.from, clock, folders.file, true));
    CHECK(server::restoreHouse(folders.from, clock, folders.file).error().code == "house_not_empty");
    CHECK(server::restoreHouse(folders.to, clock, folders.file + "x").error().code == "no_file");
    std::ofstream(folders.file + ".bad") << "hello\n";
    CHECK(server::restoreHouse(folders.to, clock, folders.file + ".bad").error().code == "not_a_backup");
    CHECK_FALSE(std::filesystem::exists(folders.to.data));
    {
        const auto running = server::DataFolder::open(folders.to.data, base::Duration(0));
        REQUIRE(running);
        CHECK(server::restoreHouse(folders.to, clock, folders.file).error().code == "data_folder_in_use");
    }
    CHECK(server::restoreHouse(folders.to, clock, folders.file));
    CHECK(server::backupHouse(folders.from, clock, (folders.root / "missing" / "x").string()).error().code == "backup_unwritten");
}

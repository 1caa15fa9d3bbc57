// SPDX-License-Identifier: Apache-2.0
#include "core/room/person_keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::room;
namespace fs = std::filesystem;

namespace {

struct Home {
    tests::TempFolder folder;
    fs::path path = folder.path() / "home";
    fs::path seed() const { return path / "person.seed"; }
};

unsigned modeOf(const fs::path& path) {
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    return info.st_mode & 0777;
}

}  // namespace

TEST_CASE("the seed is made silently, readable by nobody else, and leaves no draft behind", "[room]") {
    Home home;
    REQUIRE(PersonKeys::open(home.path));
    CHECK(modeOf(home.seed()) == 0600);
    CHECK(modeOf(home.path) == 0700);
    CHECK(fs::file_size(home.seed()) == 32);
    CHECK(std::distance(fs::directory_iterator(home.path), {}) == 1);
}

TEST_CASE("one person is the same at one house and a stranger at every other", "[room]") {
    Home home;
    const base::HouseId first("house-one"), second("house-two");
    const auto opened = PersonKeys::open(home.path);
    REQUIRE(opened);
    const auto again = PersonKeys::open(home.path);
    REQUIRE(again);
    CHECK(opened->identityFor(first) == again->identityFor(first));
    CHECK(opened->identityFor(first) != opened->identityFor(second));
    CHECK(opened->keyFor(first).publicKey() != opened->keyFor(second).publicKey());
    CHECK(PersonKeys::fresh().identityFor(first) != PersonKeys::fresh().identityFor(first));
}

TEST_CASE("a damaged seed is told and left as it is", "[room]") {
    Home home;
    REQUIRE(PersonKeys::open(home.path));
    for (const std::size_t size : {0u, 31u, 33u}) {
        std::ofstream(home.seed(), std::ios::binary | std::ios::trunc) << std::string(size, 'x');
        const auto opened = PersonKeys::open(home.path);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == "seed_damaged");
        CHECK(opened.error().kind == base::ErrorKind::invalidInput);
        CHECK_FALSE(opened.error().advice.empty());
        CHECK(fs::file_size(home.seed()) == size);
    }
}

TEST_CASE("a seed that others can read is refused", "[room]") {
    Home home;
    REQUIRE(PersonKeys::open(home.path));
    for (const auto mode : {fs::perms::group_read, fs::perms::others_read, fs::perms::others_write}) {
        fs::permissions(home.seed(), fs::perms::owner_read | fs::perms::owner_write | mode);
        const auto opened = PersonKeys::open(home.path);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == "seed_unsafe");
    }
    fs::permissions(home.seed(), fs::perms::owner_read | fs::perms::owner_write);
    CHECK(PersonKeys::open(home.path));
}

TEST_CASE("a folder that was there keeps its mode", "[room]") {
    Home home;
    fs::create_directory(home.path);
    REQUIRE(::chmod(home.path.c_str(), 01777) == 0);   // as /tmp has it
    REQUIRE(PersonKeys::open(home.path));
    struct stat info {};
    REQUIRE(::stat(home.path.c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 01777);
    CHECK(modeOf(home.seed()) == 0600);
}

TEST_CASE("programs that start for the first time together are one person", "[room]") {
    Home home;
    const base::HouseId house("house-one");
    std::vector<std::string> seen(8);
    std::vector<std::thread> programs;
    for (auto& who : seen)
        programs.emplace_back([&home, &house, &who] {
            if (const auto keys = PersonKeys::open(home.path)) who = keys->identityFor(house).str();
        });
    for (auto& program : programs) program.join();
    CHECK_FALSE(seen.front().empty());
    for (const auto& who : seen) CHECK(who == seen.front());
    CHECK(std::distance(fs::directory_iterator(home.path), {}) == 1);
}

TEST_CASE("a seed that is a link is refused", "[room]") {
    Home home;
    fs::create_directory(home.path);
    const auto elsewhere = home.path.parent_path() / "elsewhere";
    std::ofstream(elsewhere, std::ios::binary) << std::string(32, 'x');
    fs::permissions(elsewhere, fs::perms::owner_read | fs::perms::owner_write);
    for (const auto& target : {elsewhere, home.path / "nothing"}) {
        fs::remove(home.seed());
        fs::create_symlink(target, home.seed());
        const auto opened = PersonKeys::open(home.path);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == "seed_unsafe");
    }
}

TEST_CASE("a home that cannot be made is told in a sentence", "[room]") {
    const auto opened = PersonKeys::open("/dev/null/home");
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == "home_unwritable");
}

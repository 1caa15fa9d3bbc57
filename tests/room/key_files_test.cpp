// SPDX-License-Identifier: Apache-2.0
// The person's key file among other people of the same computer: every mode and every owner.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "core/room/person_keys.h"
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

struct stat look(const fs::path& path) {
    struct stat info {};
    REQUIRE(::lstat(path.c_str(), &info) == 0);
    return info;
}

struct Umask {
    mode_t before;
    explicit Umask(mode_t mask) : before(::umask(mask)) {}
    ~Umask() { ::umask(before); }
};

}  // namespace

TEST_CASE("T49: a key file is made for its owner alone, whatever the umask", "[room][T49]") {
    for (const mode_t mask : {0000, 0022, 0077}) {
        const Umask umask(mask);
        Home home;
        INFO(mask);
        REQUIRE(PersonKeys::open(home.path));
        CHECK((look(home.path).st_mode & 07777) == 0700);
        CHECK((look(home.seed()).st_mode & 07777) == 0600);
        CHECK(look(home.seed()).st_uid == ::geteuid());
        CHECK(look(home.seed()).st_nlink == 1);   // no draft under another name
    }
}

TEST_CASE("T49: of all modes of a key file only those are taken that leave group and others out", "[room][T49]") {
    Home home;
    const auto who = PersonKeys::open(home.path).value().identityFor(base::HouseId("house"));
    for (mode_t mode = 0; mode < 01000; ++mode) {
        if ((mode & 0400) == 0) continue;   // not even the owner reads it
        REQUIRE(::chmod(home.seed().c_str(), mode) == 0);
        const auto opened = PersonKeys::open(home.path);
        INFO(std::oct << mode);
        const bool alone = (mode & 0077) == 0;
        REQUIRE(opened.has_value() == alone);
        if (alone) CHECK(opened->identityFor(base::HouseId("house")) == who);
        if (!alone) CHECK(opened.error().code == "seed_unsafe");
        CHECK((look(home.seed()).st_mode & 0777) == mode);   // told, not mended behind one's back
    }
}

TEST_CASE("T49: a key file of somebody else is refused in every mode", "[room][T49]") {
    if (::geteuid() != 0) return;   // only root can give a file away
    Home home;
    REQUIRE(PersonKeys::open(home.path));
    for (const uid_t owner : {1u, 65534u})
        for (const mode_t mode : {0400, 0600, 0644, 0666, 0700}) {
            INFO(owner << " " << std::oct << mode);
            REQUIRE(::chmod(home.seed().c_str(), mode) == 0);
            REQUIRE(::chown(home.seed().c_str(), owner, static_cast<gid_t>(-1)) == 0);
            const auto opened = PersonKeys::open(home.path);
            REQUIRE_FALSE(opened);
            CHECK(opened.error().code == "seed_unsafe");
            CHECK(opened.error().kind == base::ErrorKind::refused);
        }
    REQUIRE(::chown(home.seed().c_str(), 0, static_cast<gid_t>(-1)) == 0);
    REQUIRE(::chmod(home.seed().c_str(), 0600) == 0);
    CHECK(PersonKeys::open(home.path));
}

// SPDX-License-Identifier: Apache-2.0
// The server's folder, in which its keys lie, among other people of the same computer: every mode and every owner.
#include "core/server/data_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using parlour::server::DataFolder;
namespace fs = std::filesystem;

namespace {

struct Place {
    tests::TempFolder folder;
    fs::path path = folder.path() / "data";
    base::Result<std::unique_ptr<DataFolder>> open() const { return DataFolder::open(path.string(), base::Duration(0)); }
    mode_t mode(const char* name = "") const {
        struct stat info {};
        REQUIRE(::lstat((path / name).c_str(), &info) == 0);
        return info.st_mode & 07777;
    }
};

}  // namespace

TEST_CASE("T49: the data folder and its keys are the owner's alone, whatever the umask and the folder's mode were", "[server][T49]") {
    for (const mode_t mask : {0000, 0022, 0077}) {
        const auto before = ::umask(mask);
        Place place;
        {
            const auto folder = place.open();
            REQUIRE(folder);
            REQUIRE((*folder)->writeFile(DataFolder::kKeyFile, "key"));
        }
        ::umask(before);
        INFO(std::oct << mask);
        CHECK(place.mode() == 0700);
        CHECK(place.mode("lock") == 0600);
        CHECK(place.mode(DataFolder::kKeyFile) == 0600);
    }
    Place place;
    fs::create_directory(place.path);
    for (mode_t mode = 0700; mode < 01000; ++mode) {
        REQUIRE(::chmod(place.path.c_str(), mode) == 0);
        REQUIRE(place.open());
        INFO(std::oct << mode);
        REQUIRE(place.mode() == 0700);
    }
}

TEST_CASE("T49: a key that is written again has one name and one owner's mode, and a link laid there is not followed", "[server][T49]") {
    Place place;
    const auto folder = place.open();
    REQUIRE(folder);
    const auto outside = place.path.parent_path() / "outside";
    for (const char* trap : {"tls-key.pem", "tls-key.pem.new"}) {
        fs::create_symlink(outside, place.path / trap);
        REQUIRE((*folder)->writeFile(DataFolder::kKeyFile, "key"));
        INFO(trap);
        CHECK_FALSE(fs::exists(outside));
        CHECK(fs::symlink_status(place.path / DataFolder::kKeyFile).type() == fs::file_type::regular);
        CHECK(place.mode(DataFolder::kKeyFile) == 0600);
        CHECK((*folder)->readFile(DataFolder::kKeyFile).value() == "key");
        fs::remove(place.path / DataFolder::kKeyFile);
    }
}

TEST_CASE("T49: a data folder of somebody else is not used", "[server][T49]") {
    if (::geteuid() != 0) return;   // only root can give a folder away
    for (const mode_t mode : {0700, 0755, 0777}) {
        Place place;
        fs::create_directory(place.path);
        REQUIRE(::chmod(place.path.c_str(), mode) == 0);
        REQUIRE(::chown(place.path.c_str(), 65534, static_cast<gid_t>(-1)) == 0);
        const auto folder = place.open();
        REQUIRE_FALSE(folder);
        CHECK(folder.error().code == "data_folder");
        CHECK(place.mode() == mode);   // not ours to change
        CHECK(fs::is_empty(place.path));
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/volume_file.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::ctl;

namespace {

std::string read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a person's volume is known at the next start, and the usual one is forgotten", "[ctl]") {
    const tests::TempFolder folder;
    const auto home = folder.path().string();
    {
        VolumeFile volumes(home);
        CHECK(volumes.all().empty());
        CHECK(volumes.set(base::Identity("ada"), 150));
        CHECK(volumes.set(base::Identity("bob"), 0));
        CHECK(volumes.set(base::Identity("ada"), 30));
    }
    VolumeFile again(home);
    CHECK(again.all() == std::vector<VolumeFile::Volume>{{base::Identity("ada"), 30}, {base::Identity("bob"), 0}});
    CHECK(again.set(base::Identity("ada"), 100));
    CHECK(read(home + "/volumes") == "bob 0\n");
}

TEST_CASE("the last 200 people are remembered and no more", "[ctl]") {
    VolumeFile volumes("");
    for (int i = 0; i < 201; ++i) volumes.set(base::Identity("p" + std::to_string(i)), 50);
    CHECK(volumes.all().size() == VolumeFile::kMost);
    CHECK(volumes.all().front().first.str() == "p200");
    CHECK(volumes.all().back().first.str() == "p1");
}

TEST_CASE("lines that make no sense are left out", "[ctl]") {
    const auto parsed = VolumeFile::parse("ada 50\n\nbob\nbob 201\nbob -1\n 7\ncy 0x7\nada 60\neve 100\n" + std::string(129, 'x') + " 5\ndan 200");
    CHECK(parsed == std::vector<VolumeFile::Volume>{{base::Identity("ada"), 50}, {base::Identity("dan"), 200}});
}

TEST_CASE("two programs of one person keep what each of them changed", "[ctl]") {
    const tests::TempFolder folder;
    const auto home = folder.path().string();
    VolumeFile one(home), two(home);   // both have read the empty file
    CHECK(one.set(base::Identity("ada"), 150));
    CHECK(two.set(base::Identity("bob"), 50));
    CHECK(one.set(base::Identity("cy"), 20));
    CHECK(read(home + "/volumes") == "cy 20\nbob 50\nada 150\n");
    CHECK(two.set(base::Identity("ada"), 100));   // and what one forgets the other does not bring back
    CHECK(one.set(base::Identity("dan"), 70));
    CHECK(read(home + "/volumes") == "dan 70\ncy 20\nbob 50\n");
}

TEST_CASE("what is no file of volumes is neither read nor written over", "[ctl]") {
    const tests::TempFolder folder;
    const auto home = folder.path().string();
    std::ofstream(home + "/volumes") << std::string(64 * 1024 + 1, 'x');
    VolumeFile volumes(home);
    CHECK_FALSE(volumes.set(base::Identity("ada"), 50));
    CHECK(volumes.all().size() == 1);
    CHECK(read(home + "/volumes").size() == 64 * 1024 + 1);
}

TEST_CASE("where nothing can be written a volume holds for the run", "[ctl]") {
    VolumeFile volumes("/proc/nowhere");
    CHECK_FALSE(volumes.set(base::Identity("ada"), 50));
    CHECK(volumes.all().size() == 1);
}

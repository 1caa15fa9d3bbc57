// SPDX-License-Identifier: Apache-2.0
// Several programs keep one small file.
#include "core/room/kept_file.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::room;

namespace {

namespace fs = std::filesystem;
using Text = std::optional<std::string>;

void write(const fs::path& file, std::string_view text) { std::ofstream(file, std::ios::binary) << text; }

std::size_t filesIn(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a kept file is read up to its limit and not one byte beyond", "[kept]") {
    const tests::TempFolder folder;
    const auto file = folder.path() / "few";
    CHECK(readKept(file, 10) == Text(""));   // none there
    write(file, "0123456789");
    CHECK(readKept(file, 10) == Text("0123456789"));
    write(file, "0123456789a");
    CHECK(readKept(file, 10) == std::nullopt);
    CHECK(readKept(folder.path(), 10) == std::nullopt);   // a folder
}

TEST_CASE("a change is made to what stands there, in a file for its owner alone, and leaves no draft", "[kept]") {
    const tests::TempFolder folder;
    const auto home = folder.path() / "new";
    const auto file = home / "few";
    CHECK(changeKept(file, 100, [](const Text& there) { return Text(*there + "a"); }));
    CHECK(changeKept(file, 100, [](const Text& there) { return Text(*there + "b"); }));
    CHECK(readKept(file, 100) == Text("ab"));
    CHECK(changeKept(file, 100, [](const Text&) { return Text(); }));   // nothing to change
    CHECK(readKept(file, 100) == Text("ab"));
#ifndef _WIN32
    CHECK((fs::status(file).permissions() & fs::perms::mask) == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK((fs::status(home).permissions() & fs::perms::mask) == fs::perms::owner_all);
#endif
    CHECK(filesIn(home) == 1);
}

TEST_CASE("of many changes at the same time none is lost", "[kept]") {
    const tests::TempFolder folder;
    const auto file = folder.path() / "few";
    constexpr int kEach = 50;
    std::vector<std::thread> programs;   // each opens the folder anew: to the lock they are as foreign as processes
    for (const char letter : {'a', 'b', 'c'})
        programs.emplace_back([&file, letter] {
            for (int i = 0; i < kEach; ++i) (void)changeKept(file, 1'000, [&](const Text& there) { return Text(there.value_or("") + letter); });
        });
    for (auto& program : programs) program.join();
    const auto text = readKept(file, 1'000).value_or("");
    for (const char letter : {'a', 'b', 'c'}) CHECK(std::count(text.begin(), text.end(), letter) == kEach);
    CHECK(filesIn(folder.path()) == 1);
}

TEST_CASE("where nothing can be written it says so", "[kept]") {
    const auto done = changeKept("/proc/nowhere/few", 10, [](const Text&) { return Text("x"); });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "home_unwritable");
}

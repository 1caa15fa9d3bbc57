// SPDX-License-Identifier: Apache-2.0
// Every row of every topic where nothing can work: in an empty folder, with a house nobody knows, with a link that is none. The
// command ends with a sentence and an exit code of its own, never otherwise.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/ctl/house_command.h"
#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::ctl;

namespace {

struct Outcome {
    int code = 0;
    std::string out, err;
};

/// What one command is given: `word` for all that it takes, but what it asks for where it would stop before it looks for a house.
HouseArguments givenTo(const HouseCommand& command, const std::string& word, bool withOptions) {
    HouseArguments given;
    given.command = command.path;
    for (const auto& argument : command.arguments) {
        std::string name = argument.name;
        name.erase(0, name.find_first_not_of('-'));
        const bool needed = argument.kind == HouseArgument::positional || argument.kind == HouseArgument::required;
        // Never a question on the terminal of whoever runs this.
        if (!needed && !withOptions && name != "passphrase-file") continue;
        given.values[name] = {word};
        if (argument.kind == HouseArgument::flag) given.values[name] = {"1"};
        if (name == "passphrase-file") given.values[name] = {"/nothing/here"};
        if (name == "ANSWER") given.values[name] = {std::string(command.path).starts_with("guest") ? "accept" : "yes"};
        if (name == "version" || name == "N") given.values[name] = {"1"};
        if (name == "kind") given.values[name] = {"membership"};
    }
    if (given.command == "guest change") given.values["start"] = {"1"};   // the least that is something
    return given;
}

struct Home {
    tests::TempFolder folder;
    const std::filesystem::path& path = folder.path();
    Outcome run(HouseArguments given) const {
        given.home = path.string();
        auto keys = room::PersonKeys::fresh();
        std::ostringstream out, err;
        const int code = runHouseCommand(given, keys, out, err);
        return {code, out.str(), err.str()};
    }
};

}  // namespace

TEST_CASE("no command falls over in an empty folder, with an unknown house or without a word", "[ctl]") {
    const Home home;
    if (GENERATE(false, true)) {
        std::ofstream(home.path / "houses.json") << R"([{"house":"h","url":"https://house.example","title":"House"}])";
    }
    const bool known = std::filesystem::exists(home.path / "houses.json");
    const bool options = GENERATE(false, true);
    const std::string word = GENERATE(as<std::string>{}, "7", "", "https://127.0.0.1:1/i/abc", "https://127.0.0.1:1/i/nosuchlink00#k=AAAAAAAAAAAAAAAAAAAAAA");
    for (const auto& command : houseCommands()) {
        auto given = givenTo(command, word, options);
        if (known) given.house = "https://127.0.0.1:1";
        INFO(command.path << " \"" << word << "\"" << (options ? " with all options" : "") << (known ? ", unknown house" : ", empty folder"));
        const auto ended = home.run(given);
        INFO("exit " << ended.code << ": " << ended.out << ended.err);
        CHECK((ended.code == 1 || ended.code == 2 || ended.code == 3));
        CHECK(ended.err.starts_with("parlourctl: "));
        CHECK(ended.err.find('.') != std::string::npos);
    }
}

TEST_CASE("a guest's negotiation asked for in an empty folder names what is missing", "[ctl]") {
    const Home home;
    for (const auto& command : houseCommands()) {
        const std::string path = command.path;
        if (!path.starts_with("guest ") || path == "guest remind" || path == "guest claim" || path == "guest offstage") continue;
        INFO(path);
        const auto ended = home.run(givenTo(command, "7", false));
        CHECK(ended.code == 3);
        CHECK(ended.err == "parlourctl: You know no house yet. Redeem an invitation link first.\n");
    }
}

// SPDX-License-Identifier: Apache-2.0
// The command line of `parlour`, read before Qt starts (Qt's own options are never taken from a link handler's argument).
#pragma once

#include <optional>
#include <string>

namespace parlour::desktop {

struct Options {
    std::string link;          ///< "-" was replaced by standard input
    std::string home;          ///< empty = the system's folders
    std::string capture;       ///< endpoint; empty = as chosen in the settings
    std::string playout;
    std::string screenshot;    ///< file to write the window to
    double seconds = 0.0;      ///< end after so long; 0 = runs on
    std::string name;          ///< for this run, instead of the stored one
    bool enter = false;        ///< look inside and enter at once
    std::string page;          ///< to start with; empty = by what is known
    std::optional<std::string> offline;  ///< scene of the offline twin
    std::string theme;         ///< system, light, dark; empty = as chosen
    bool contrast = false;     ///< high contrast for this run
    int width = 0;
    int height = 0;
};

/// Options, or the exit code with which the program ends (help, wrong usage).
struct Parsed {
    Options options;
    std::optional<int> exitCode;
};
Parsed parseOptions(int argc, char** argv);

}  // namespace parlour::desktop

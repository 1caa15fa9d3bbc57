// SPDX-License-Identifier: Apache-2.0
// The command line of `parlourctl`. Errors of form end the program with 2 before anything is opened.
#pragma once

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>

#include "app/ctl/house_command.h"

namespace parlour::ctl {

enum class Program { join, token, doctor, house };

struct Options {
    Program program = Program::join;
    std::string link;                 ///< "-" = first line of standard input; join: or the id of a room
    std::string url;                  ///< join: a LiveKit server instead of a link
    std::string token;                ///< for it; "-" = first line of standard input
    std::string tokenFile;            ///< or the first line of this file
    std::string name;
    std::string home;                 ///< empty: join and token are a new person each time; doctor looks at the usual folder
    std::string capture = "device:";  ///< endpoints as in audio/audio_backend.h
    std::string playout = "device:";
    bool loop = false;                ///< a capture file starts over
    std::optional<std::chrono::milliseconds> length;  ///< counted from joining
    std::string events;               ///< file; empty or "-" = standard output
    bool unmute = false;              ///< open the microphone once, when first on stage
    std::optional<std::string> raiseHand;  ///< the note; "" = none
    bool move = false;                ///< also where the person is in the room on another device, which then leaves
    bool accept = false;              ///< take an offered seat without asking
    bool relayOnly = false;           ///< the sound goes by the server's relay or not at all
    std::string protocol;             ///< "v0", "v1"; empty: by the server
    int frameMs = 0;                  ///< 10, 20 or 40; 0 = as the network allows
    std::string delay = "automatic";  ///< or low, comfort: audio/delay_mode.h
    bool music = false;               ///< two channels, the whole band, no processing
    std::string record;               ///< join: FLAC file for the own microphone; empty = none
    bool processing = true;           ///< echo cancelling, noise suppression, automatic gain, high-pass
    bool automaticGain = true;        ///< with processing
    bool verbose = false;
    std::optional<std::chrono::seconds> ttl;  ///< token
    HouseArguments house;             ///< Program::house
};

/// Options, or the exit code with which the program ends (help, version, wrong usage).
struct Parsed {
    Options options;
    std::optional<int> exitCode;
};
Parsed parseOptions(int argc, const char* const* argv, std::string_view version, std::ostream& out, std::ostream& err);

}  // namespace parlour::ctl

// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/options.h"

#include <CLI/CLI.hpp>
#include <cstring>
#include <iostream>

namespace parlour::desktop {

Parsed parseOptions(int argc, char** argv) {
    Parsed parsed;
    Options& o = parsed.options;
    CLI::App cli{"Parlour: live rooms for talk", "parlour"};
    cli.footer("The first non-option argument is an invitation link; it opens a confirm sheet, nothing more.\n"
               "SCENE of --offline: welcome, soundcheck, hallway, link, join, paste, server, start, listener, speaker, moderator, host,\n"
               "offer, reconnecting, in-line, crowded, door, overflow, chat, people, person, remove, invite, error, check, settings-profile, settings-audio,\n"
               "settings-appearance, settings-shortcuts.");
    std::string size;
    std::string scene;
    cli.add_option("link", o.link, "Invitation link (https://HOST/i/ID#k=... or parlour://...); - reads it from standard input");
    cli.add_option("--home", o.home, "Folder for settings and keys: another folder is another person");
    cli.add_option("--capture", o.capture, "Microphone for this run: device:NAME, file:IN.wav, tone:HZ, null");
    cli.add_option("--playout", o.playout, "Loudspeaker for this run: device:NAME, file:OUT.wav, null");
    cli.add_option("--screenshot", o.screenshot, "Write the window to this PNG once it has settled, or at the end of --seconds");
    cli.add_option("--seconds", o.seconds, "End after so many seconds")->check(CLI::NonNegativeNumber);
    cli.add_option("--name", o.name, "Name in the room, for this run");
    cli.add_flag("--enter", o.enter, "With LINK: look inside and enter at once, muted (for demos and tests)");
    cli.add_option("--page", o.page, "Page to start with")
        ->check(CLI::IsMember({"hallway", "upcoming", "guests", "invitations", "house", "settings"}));
    cli.add_option("--theme", o.theme, "Colours for this run")->check(CLI::IsMember({"system", "light", "dark"}));
    cli.add_flag("--contrast", o.contrast, "High contrast for this run, whatever the system and the settings say");
    cli.add_option("--size", size, "Window size, e.g. 1280x800");
    auto* offline = cli.add_option("--offline", scene, "Run the offline twin: no network, no sound; SCENE says what to show")
                        ->expected(0, 1);
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = cli.exit(error);
        parsed.exitCode = code == 0 ? 0 : 2;
        return parsed;
    }
    if (offline->count() > 0) o.offline = scene.empty() ? "hallway" : scene;
    if (!size.empty() && (std::sscanf(size.c_str(), "%dx%d", &o.width, &o.height) != 2 || o.width < 320 || o.height < 240)) {
        std::cerr << "parlour: --size wants WIDTHxHEIGHT, at least 320x240\n";
        parsed.exitCode = 2;
    }
    if (o.link == "-") {
        std::getline(std::cin, o.link);
    } else if (!o.link.empty()) {
        // The secret must not stay readable in the process list.
        for (int i = 1; i < argc; ++i)
            if (o.link == argv[i]) std::memset(argv[i], 0, std::strlen(argv[i]));
    }
    return parsed;
}

}  // namespace parlour::desktop

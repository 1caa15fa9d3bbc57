// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/options.h"

#include <CLI/CLI.hpp>
#include <cmath>

#include "app/ctl/duration.h"
#include "app/ctl/words.h"

namespace parlour::ctl {
namespace {

constexpr int kUsage = 2;
constexpr const char* kNoNote = "\x01";  // what --raise-hand without =NOTE yields; nobody can type it as a note
constexpr const char* kCommands =
    "Commands on standard input while it runs, one a line; WHO is a name or #ID:\n"
    "  raise [NOTE] | lower [WHO] | accept | decline | mute [WHO] | unmute | say TEXT | up | down [WHO]\n"
    "  invite WHO | dismiss WHO | ask WHO | hold WHO | release WHO | next | mute-all\n"
    "  promote WHO | demote WHO | host WHO | remove [--close-link] WHO | ban [--minutes N] [--close-link] WHO\n"
    "  lock-hands on|off | invitation ROLE [--uses N] [--expires 2h] | end | leave\n"
    "Events: docs/events.md\n";
constexpr const char* kExits = "Exit status: 0 done, time over, left or room ended; 1 error; 2 usage; 3 unreachable, refused, removed or banned.";

}  // namespace

Parsed parseOptions(int argc, const char* const* argv, std::string_view version, std::ostream& out, std::ostream& err) {
    Parsed parsed;
    Options& o = parsed.options;
    CLI::App app{"Parlour without a window: join rooms, make tokens, look at this machine", "parlourctl"};
    app.set_version_flag("--version", "parlourctl " + std::string(version));
    app.require_subcommand(1);
    app.footer(kExits);
    double seconds = 0.0;
    std::string note, ttl;
    bool noProcessing = false, noAutomaticGain = false;

    auto* join = app.add_subcommand("join", "enter a room by an invitation link, or one where you have a place by its id");
    join->footer(std::string(kCommands) + kExits);
    join->add_option("LINK", o.link, "https://HOST/i/ID#k=... or parlour://...; - reads it from standard input; with --home also the id of a room");
    join->add_option("--url", o.url, "instead of a link: address of a LiveKit server, wss://HOST (ws:// on this computer)");
    join->add_option("--token", o.token, "with --url: the access token; - reads it from standard input");
    join->add_option("--token-file", o.tokenFile, "with --url: a file with the access token");
    join->add_option("--name", o.name, "what people read; with --url the token says it");
    join->add_option("--home", o.home, "folder of the person's seed (default: a new person for this run)");
    join->add_option("--house", o.house.house, "with the id of a room: address of the house, when the folder knows several");
    join->add_option("--capture", o.capture, "file:IN.wav[?loop], device:NAME, tone:HZ or null (default: the system's microphone)");
    join->add_option("--playout", o.playout, "file:OUT.wav, device:NAME or null (default: the system's loudspeaker)");
    join->add_flag("--loop", o.loop, "a capture file starts over at its end");
    auto* length = join->add_option("--seconds", seconds, "leave so long after joining");
    join->add_option("--events", o.events, "JSON lines go there (default: standard output)");
    join->add_flag("--unmute", o.unmute, "open the microphone once, when first on stage");
    auto* raise = join->add_flag("--raise-hand{\x01}", note, "raise the hand after joining; --raise-hand=NOTE tells the moderators why");
    join->add_flag("--accept", o.accept, "take an offered seat without asking");
    join->add_flag("--move", o.move, "come here also where you are in the room on another device");
    join->add_option("--frames", o.frameMs, "milliseconds of sound per packet (default: as the network allows)")->check(CLI::IsMember({10, 20, 40}));
    join->add_option("--delay", o.delay, "automatic (default), low: 5 ms blocks, and with --no-processing or --music packets of 5 ms where the network is clean, or comfort: 20 ms of both")
        ->check(CLI::IsMember({"automatic", "low", "comfort"}));
    join->add_flag("--music", o.music, "send music: two channels, 128 kbit/s of the whole band, no processing, no pauses left out");
    join->add_option("--record", o.record, "the own microphone as it is sent, silence while muted, into this new FLAC file");
    join->add_flag("--no-processing", noProcessing, "no echo cancelling, noise suppression, automatic gain, high-pass or gate");
    join->add_flag("--no-automatic-gain", noAutomaticGain, "the microphone at the level it has");
    join->add_option("--protocol", o.protocol, "v0: two peer connections; v1: one (default: v1, and v0 where the server does not know it)")
        ->check(CLI::IsMember({"v0", "v1"}));
    join->add_flag("--relay-only", o.relayOnly, "sound goes by a relay that the server names, or not at all: nobody learns this computer's address by it");
    join->add_flag("--verbose", o.verbose, "log to standard error");

    auto* token = app.add_subcommand("token", "print {\"url\",\"token\"} for any LiveKit SDK");
    token->add_option("LINK", o.link, "invitation link; - reads it from standard input")->required();
    token->add_option("--name", o.name, "what people read")->required();
    token->add_option("--ttl", ttl, "how long the token may be used to join, e.g. 10m (default) or 2h");
    token->add_option("--home", o.home, "folder of the person's seed (default: a new person)");
    token->add_flag("--verbose", o.verbose, "log to standard error");

    app.add_option("--home", o.home, "folder of the person's seed and houses");
    app.add_option("--house", o.house.house, "address of the house, when the folder knows several or the house has moved");
    app.add_option("--pin", o.house.pin, "with a new address in --house: of the house's own certificate (p= in its links)");
    app.add_flag("--json", o.house.json, "answer with one line of JSON");
    addHouseCommands(app, o.house);

    auto* doctor = app.add_subcommand("doctor", "say what works on this machine");
    doctor->add_option("--home", o.home, "folder of the person's seed");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        parsed.exitCode = app.exit(error, out, err) == 0 ? 0 : kUsage;
        return parsed;
    }
    const auto usage = [&](const char* sentence) {
        err << "parlourctl: " << sentence << "\n";
        parsed.exitCode = kUsage;
        return parsed;
    };
    o.processing = !noProcessing;
    o.automaticGain = !noAutomaticGain;
    if (*raise) o.raiseHand = note == kNoNote ? std::string() : note;
    if (*length) {
        if (!(seconds > 0.0) || seconds > 1e7) return usage("--seconds needs a number above 0.");
        o.length = std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000.0)));
    }
    if (!ttl.empty()) {
        o.ttl = parseDuration(ttl);
        if (!o.ttl || *o.ttl < std::chrono::seconds(10) || *o.ttl > std::chrono::hours(24))
            return usage("--ttl needs a time from 10s to 24h, like 90s, 30m or 2h.");
    }
    if (*join) {
        o.program = Program::join;
        if (o.url.empty() == o.link.empty()) return usage("join needs an invitation link, or --url with the token of a LiveKit server.");
        if (o.url.empty() && !(o.token.empty() && o.tokenFile.empty())) return usage("--token and --token-file go with --url.");
        if (!o.url.empty()) {
            if (o.token.empty() == o.tokenFile.empty()) return usage("--url needs either --token or --token-file.");
            if (!o.name.empty()) return usage("--name does not go with --url: the token says it.");
            if (*raise) return usage("--raise-hand does not go with --url: a LiveKit server without a house knows no hands.");
            return parsed;
        }
    }
    if (*token) o.program = Program::token;
    if (*doctor) o.program = Program::doctor;
    if (!o.house.command.empty()) {
        o.program = Program::house;
        o.house.home = o.home;
        return parsed;
    }
    if (!*doctor && o.name.find_first_not_of(" \t\r\n") == std::string::npos) return usage("--name must not be empty.");
    if (!isText(o.name)) return usage("What was given for name is not text in UTF-8. Type it again, or set the terminal to UTF-8.");
    if (isNameTooLong(o.name)) return usage(kNameTooLong.data());
    return parsed;
}

}  // namespace parlour::ctl

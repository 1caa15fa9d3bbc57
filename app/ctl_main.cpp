// SPDX-License-Identifier: Apache-2.0
// parlourctl: a client without a window. Composition only: who owns whom, start and stop order, exit codes
// (0 time over, left or room ended; 1 error; 2 usage; 3 unreachable, refused, removed or banned).
#include <cctype>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#ifndef _WIN32
#include <sys/stat.h>
#endif

#include "app/ctl/doctor.h"
#include "app/ctl/join_command.h"
#include "app/ctl/options.h"
#include "app/ctl/token_command.h"
#include "app/ctl/volume_file.h"
#include "audio/audio_engine.h"
#include "audio/opus_decoder.h"
#include "audio/opus_encoder.h"
#include "audio/opus_extras.h"
#include "audio/portaudio_backend.h"
#include "audio/realtime.h"
#include "audio/wav.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/thread.h"
#include "core/net/interfaces.h"
#include "core/room/entrance.h"
#include "core/room/known_houses.h"
#include "core/room/known_networks.h"
#include "core/server/version.h"

using namespace parlour;
using namespace parlour::ctl;

namespace {

constexpr base::Duration kDevicePoll = std::chrono::milliseconds(500);

int fail(const base::Error& error, int code) {
    std::cerr << "parlourctl: " << base::describe(error) << "\n";
    return code;
}

/// How a request that failed before anybody was inside ends the program.
int shutOutOrError(const base::Error& error) {
    return error.kind == base::ErrorKind::internal || error.kind == base::ErrorKind::unavailable ? kExitError : kExitShutOut;
}

/// The secret must not stay readable in the process list.
void hideArgument(int argc, char** argv, const std::string& text) {
    for (int i = 1; i < argc; ++i)
        if (char* at = std::strstr(argv[i], text.c_str()); at != nullptr && !text.empty()) std::memset(at, 0, std::strlen(at));
}

base::Result<signal::InviteLink> linkOf(const Options& options) {
    std::string text = options.link;
    if (text == "-") std::getline(std::cin, text);
    return signal::InviteLink::parse(text);
}

/// Where `join` leads to: what a link says, a room of a house that the person's folder knows, or a LiveKit server.
struct Goal {
    std::optional<signal::InviteLink> link;
    room::HouseAddress house;
    base::RoomId room;
    std::optional<room::ServerAddress> server;
};
/// The token need not stand in the process list.
base::Result<std::string> tokenOf(const Options& options) {
    std::string token = options.token;
    if (token == "-") {
        std::getline(std::cin, token);
    } else if (!options.tokenFile.empty()) {
        std::ifstream file(options.tokenFile);
        if (!std::getline(file, token))
            return base::fail(base::ErrorKind::invalidInput, "token_file", "The token cannot be read from " + options.tokenFile + ".",
                              "Name a file whose first line is the token.");
    }
    while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back()))) token.pop_back();
    return token;
}
base::Result<Goal> goalOf(const Options& options) {
    if (!options.url.empty()) {
        auto token = tokenOf(options);
        if (!token) return base::Unexpected<base::Error>(std::move(token).error());
        auto server = room::checkServerAddress({options.url, *token});
        if (!server) return base::Unexpected<base::Error>(std::move(server).error());
        return Goal{std::nullopt, {}, {}, std::move(*server)};
    }
    const bool id = !options.link.empty() && options.link.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos;
    if (options.home.empty() || !id) {
        auto link = linkOf(options);
        if (!link) return base::Unexpected<base::Error>(std::move(link).error());
        return Goal{std::move(*link), {}, {}, {}};
    }
    auto houses = room::KnownHouses::open(options.home);
    if (!houses) return base::Unexpected<base::Error>(std::move(houses).error());
    auto known = houses->choose(options.house.house);
    if (!known) return base::Unexpected<base::Error>(std::move(known).error());
    auto origin = signal::parseOrigin(known->url);
    if (!origin) return base::Unexpected<base::Error>(std::move(origin).error());
    return Goal{std::nullopt, {std::move(*origin), known->pin}, base::RoomId(options.link), {}};
}

base::Result<room::PersonKeys> keysOf(const Options& options) {
    return options.home.empty() ? room::PersonKeys::fresh() : room::PersonKeys::open(options.home);
}

void setUpLog(const Options& options) {
    base::LogSettings log;
    log.level = options.verbose ? base::LogLevel::debug : base::LogLevel::error;
    base::setUpLog(log);
}

#ifndef _WIN32
/// Before any thread exists: they all inherit the mask, so only the waiting thread gets these.
sigset_t blockSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int one : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, one);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    ::umask(0077);
    return signals;
}
#endif

base::Result<audio::EngineSettings> soundOf(const Options& options) {
    audio::EngineSettings settings;
    auto capture = audio::parseEndpoint(options.capture, true);
    if (!capture) return base::Unexpected<base::Error>(std::move(capture).error());
    auto playout = audio::parseEndpoint(options.playout, false);
    if (!playout) return base::Unexpected<base::Error>(std::move(playout).error());
    settings.devices.capture = *capture;
    settings.devices.playout = *playout;
    settings.devices.capture.loop = settings.devices.capture.loop || options.loop;
    settings.devices.delay = *audio::delayModeOf(options.delay);
    settings.capture.frameMs = options.frameMs;
    settings.capture.music = options.music;
    settings.capture.automaticGain = options.processing && options.automaticGain;
    if (!options.processing) {
        settings.capture.echoCancelling = false;
        settings.capture.noiseSuppression = false;
        settings.capture.highPass = false;
        settings.capture.voiceGate = false;
    }
    return settings;
}

/// Files named on the command line are looked at before anybody is told that we come.
base::Result<void> filesUsable(const audio::AudioDeviceSettings& devices) {
    namespace fs = std::filesystem;
    if (devices.capture.kind == audio::SourceKind::file)
        if (auto reader = audio::WavReader::open(devices.capture.name); !reader)
            return base::Unexpected<base::Error>(std::move(reader).error());
    if (devices.playout.kind == audio::SourceKind::file) {
        const auto folder = fs::absolute(fs::path(devices.playout.name)).parent_path();
        std::error_code error;
        if (!fs::is_directory(folder, error) || fs::is_directory(devices.playout.name, error))
            return base::fail(base::ErrorKind::unavailable, "file_unwritable",
                              "The sound cannot be written to " + devices.playout.name + ".", "Choose another file for --playout.");
    }
    return {};
}

/// Reads commands until the input ends; the end is not leave. Blocks for ever, so nobody joins it.
void readCommands(net::EventLoop& loop, JoinCommand& command) {
    std::string line;
    while (std::getline(std::cin, line)) loop.post([&command, line] { command.line(line); });
}

void pollDevices(net::EventLoop& loop, audio::AudioEngine& engine, JoinCommand& command, base::Timer& timer) {
    const auto capture = engine.captureState();
    const auto playout = engine.playoutState();
    command.device("capture", capture.ok, capture.problem);
    command.device("playout", playout.ok, playout.problem);
    const auto recording = engine.recordingState();
    command.device("recording", !recording.problem, recording.problem.value_or(base::Error{}));
    timer = loop.postAfter(kDevicePoll, [&loop, &engine, &command, &timer] { pollDevices(loop, engine, command, timer); });
}

int join(const Options& options, const base::Clock& clock, base::TimePoint start) {
#ifndef _WIN32
    const auto signals = blockSignals();
#endif
    setUpLog(options);
    auto sound = soundOf(options);
    if (!sound) return fail(sound.error(), kExitUsage);
    const auto goal = goalOf(options);
    if (!goal) return fail(goal.error(), goal.error().kind == base::ErrorKind::invalidInput ? kExitUsage : kExitShutOut);
    if (auto usable = filesUsable(sound->devices); !usable) return fail(usable.error(), kExitError);
    auto keys = keysOf(options);
    if (!keys) return fail(keys.error(), kExitError);
    auto events = EventWriter::open(options.events, clock, start);
    if (!events) return fail(events.error(), kExitError);

    auto engineOwner = std::make_unique<audio::AudioEngine>(clock);
    auto& engine = *engineOwner;
    net::EventLoop loop;
    int code = kExitError;
    base::Timer poll;
    JoinCommand command(loop, clock, {options.unmute, options.raiseHand, options.length}, *events, std::cerr, [&](int exit) {
        code = exit;
        loop.stop();
    });
    room::SessionConfig config;
    config.name = options.name;
    config.acceptOffers = options.accept;
    if (!options.protocol.empty()) config.signalling = options.protocol == "v0" ? room::Signalling::v0 : room::Signalling::v1;
    config.relayOnly = options.relayOnly;
    room::KnownNetworks networks(options.home);
    config.networks = &networks;
    auto session = std::make_unique<room::RoomSession>(loop, clock, *keys, engine, config, command.observer());
    SessionActions actions;
    actions.setMicrophone = [&](bool open) { session->setMicrophone(open); };
    actions.command = [&](const room::Command& order) { session->command(order); };
    actions.sendChat = [&](const std::string& text) { session->sendChat(text); };
    actions.react = [&](std::size_t reaction) { session->react(reaction); };
    actions.message = [&](const MessageOrder& order) { order.again ? session->resendChat(order.id) : session->deleteChat(order.id); };
    actions.setChatRules = [&](const ChatRulesOrder& order) { session->setChatRules(order.slowS, order.pinned); };
    actions.createInvitation = [&](const InvitationOrder& order, std::function<void(base::Result<std::string>)> done) {
        session->createInvitation(order.role, order.uses, order.expires, std::move(done));
    };
    actions.request = [&](const std::string& what, const std::string& body, std::function<void(base::Result<std::string>)> done) {
        session->ask(what, body, std::move(done));
    };
    actions.leave = [&](std::function<void()> done) { session->leave(std::move(done)); };
    // At a server without a house an identity is a word of whoever gave the token: nobody to be known by it later.
    VolumeFile volumes(goal->server ? std::string() : options.home);
    actions.setVolume = [&](const base::Identity& who, float gain) {
        session->setVolume(who, gain);
        volumes.set(who, static_cast<int>(std::lround(gain * 100.0f)));
    };
    actions.setSeats = [&](int seats) {
        sound->listening.seats = static_cast<audio::Seats>(seats);
        engine.apply(*sound);
    };
    actions.setMusic = [&](bool on) {
        sound->capture.music = on;
        engine.apply(*sound);
    };
    actions.setDeafened = [&](bool deafened) { engine.setDeafened(deafened); };
    actions.joined = [&] {
        engine.start(*sound);
        if (!options.record.empty()) engine.startRecording(options.record);
        for (const auto& [who, percent] : volumes.all()) session->setVolume(who, static_cast<float>(percent) / 100.0f);
        pollDevices(loop, engine, command, poll);
    };
    command.attach(std::move(actions));

    // A loudspeaker takes a while to open, so it starts at once; a file starts where the stay in the room starts.
    if (sound->devices.playout.kind != audio::SourceKind::file) engine.start(*sound);
    loop.post([&] {
        if (goal->server) return session->enterServer(*goal->server);
        const auto known = [&] { session->enterKnown(goal->house, goal->room); };
        // A person of one run is nowhere else.
        if (options.move || options.home.empty()) return goal->link ? session->enter(*goal->link) : known();
        if (!goal->link)
            return room::RoomSession::here(loop, *keys, goal->house, goal->room, [&, known](bool here) { here ? command.elsewhere(goal->room) : known(); });
        room::RoomSession::preview(loop, *keys, *goal->link, [&](base::Result<room::LinkPreview> seen) {
            if (seen && seen->here) return command.elsewhere(seen->room);
            session->enter(*goal->link);   // tells, too, what is wrong with the link
        });
    });
    base::Thread reader("stdin", base::ThreadPriority::normal, [&] { readCommands(loop, command); });
#ifndef _WIN32
    base::Thread waiter("signals", base::ThreadPriority::normal, [&] {
        for (bool leaving = false;;) {
            int signal = 0;
            if (sigwait(&signals, &signal) != 0) continue;
            if (leaving) ::_Exit(kExitError);   // asked twice
            leaving = true;
            loop.post([&] { command.stop(); });
        }
    });
#endif
    loop.run();
    poll.cancel();
    session.reset();
    engineOwner.reset();   // completes the sound file and the recording
    std::cout.flush();
    std::fflush(stdout);   // not all files: the reader holds standard input's lock
    ::_Exit(code);         // reader and waiter block for ever
}

int token(const Options& options) {
    setUpLog(options);
    const auto link = linkOf(options);
    if (!link) return fail(link.error(), kExitUsage);
    auto keys = keysOf(options);
    if (!keys) return fail(keys.error(), kExitError);
    net::EventLoop loop;
    room::HouseClient house(loop, *keys, {link->origin(), link->pin()});
    int code = kExitError;
    loop.post([&] {
        makeToken(house, *link, options.name, options.ttl, [&](base::Result<std::string> line) {
            code = line ? kExitGood : fail(line.error(), shutOutOrError(line.error()));
            if (line) std::cout << *line << std::endl;
            loop.stop();
        });
    });
    loop.run();
    return code;
}

std::string usualHome() {
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') return std::string(data) + "/parlour";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return std::string(home) + "/.local/share/parlour";
    return "parlour";
}

int house(Options options) {
    setUpLog(options);
#ifndef _WIN32
    ::umask(0077);
#endif
    if (options.house.home.empty()) options.house.home = usualHome();
    // Whoever moves in brings their own seed; none is made for them.
    const bool arriving = options.house.command == "identity import" || options.house.command == "identity accept";
    auto keys = arriving ? room::PersonKeys::fresh() : room::PersonKeys::open(options.house.home);
    if (!keys) return fail(keys.error(), kExitError);
    return runHouseCommand(options.house, *keys, std::cout, std::cerr);
}

// ---- doctor

base::Result<std::vector<std::string>> deviceNames(bool capture) {
    auto devices = audio::listDevices(capture);
    if (!devices) return base::Unexpected<base::Error>(std::move(devices).error());
    std::vector<std::string> names;
    for (const auto& device : *devices) names.push_back(device.name + (device.isDefault ? " (default)" : ""));
    return names;
}

bool opusWorks() {
    audio::OpusEncoder encoder;
    audio::OpusDecoder decoder;
    encoder.apply({});
    std::vector<float> sound(960), back(audio::OpusDecoder::kMaxSamples);
    for (std::size_t i = 0; i < sound.size(); ++i) sound[i] = i % 96 < 48 ? 0.2f : -0.2f;
    std::array<std::byte, base::kMaxOpusPayload> packet{};
    const auto size = encoder.encode(sound, packet);
    return size > 0 && decoder.decode({packet.data(), size}, back) == sound.size();
}

base::Result<void> homeUsable(std::string& home) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::exists(home, error)) {
        home += " (made at first use)";
        return {};
    }
    if (fs::exists(fs::path(home) / "person.seed", error)) {
        auto keys = room::PersonKeys::open(home);
        if (!keys) return base::Unexpected<base::Error>(std::move(keys).error());
        return {};
    }
    if (fs::exists(fs::path(home) / "person.in-keychain", error)) {
        home += " (its key lies in the desktop's keychain)";
        return {};
    }
    const auto probe = fs::path(home) / ".doctor";
    const bool good = static_cast<bool>(std::ofstream(probe) << "x" << std::flush);
    fs::remove(probe, error);
    if (!good)
        return base::fail(base::ErrorKind::unavailable, "home_unwritable", "Nothing can be written to " + home + ".",
                          "Choose another folder with --home, or make this one writable.");
    return {};
}

int doctor(const Options& options) {
    setUpLog(options);
    DoctorFacts facts;
    {
        const base::SystemClock clock;
        const audio::AudioEngine engine(clock);   // prepares the sound libraries
        facts.loudspeakers = deviceNames(false);
        facts.microphones = deviceNames(true);
    }
    const auto realtime = audio::tryRealtime();
    facts.realtime = audio::toString(realtime);
    facts.realtimeGood = realtime == audio::Realtime::own || realtime == audio::Realtime::granted;
    facts.version = std::string(server::kVersion);
    facts.opusVersion = audio::opusVersion();
    facts.opusWorks = opusWorks();
    facts.opusExtras = audio::describe(audio::findOpusExtras());
    if (const char* pulse = std::getenv("PULSE_SERVER"); pulse != nullptr && *pulse != '\0') facts.soundServer = pulse;
    for (const auto& a : net::localAddresses()) facts.addresses.push_back({a.interfaceName, a.ip.toString()});
    facts.home = options.home.empty() ? usualHome() : options.home;
    facts.homeUsable = homeUsable(facts.home);
    for (const auto& line : examine(facts)) std::cout << toText(line) << "\n";
    return kExitGood;
}

}  // namespace

int main(int argc, char** argv) {
    const base::SystemClock clock;
    const auto start = clock.now();
    const auto parsed = parseOptions(argc, argv, server::kVersion, std::cout, std::cerr);
    if (parsed.exitCode) return *parsed.exitCode;
    for (const auto& secret : {parsed.options.link, parsed.options.token})
        if (!secret.empty() && secret != "-") hideArgument(argc, argv, secret);
    for (int i = 1; i < argc; ++i)
        if (std::strstr(argv[i], "#k=") != nullptr) std::memset(argv[i], 0, std::strlen(argv[i]));
    switch (parsed.options.program) {
        case Program::join: return join(parsed.options, clock, start);
        case Program::token: return token(parsed.options);
        case Program::doctor: return doctor(parsed.options);
        case Program::house: return house(parsed.options);
    }
    return kExitUsage;
}

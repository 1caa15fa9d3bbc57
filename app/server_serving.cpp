// SPDX-License-Identifier: Apache-2.0
// Who owns whom: the loop outlives the server, which owns all other threads; the thread that waits for signals outlives both.
#include "app/server_serving.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#ifndef _WIN32
#include <unistd.h>
#endif

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/thread.h"
#include "core/server/first_link.h"
#include "core/server/replica.h"
#include "core/server/room_server.h"

namespace parlour::app {

using Json = nlohmann::json;

namespace {

constexpr int kError = 1;
constexpr base::Duration kDrainTime = std::chrono::seconds(3);
constexpr base::Duration kReplicaDrainTime = std::chrono::seconds(1);   // another waits to take over

int fail(const base::Error& error) {
    std::cerr << "parlourd: " << base::describe(error) << "\n";
    return kError;
}

void say(const std::string& line) {
    std::cout << line << "\n";
    std::cout.flush();
}

void writeReady(int fd, const std::string& http, const std::vector<std::uint16_t>& udp) {
#ifndef _WIN32
    if (fd < 0) return;
    const std::string line = Json{{"http", http}, {"udp", udp}}.dump() + "\n";
    if (::write(fd, line.data(), line.size()) < 0) base::log(base::LogLevel::warn, "parlourd", "the ready line could not be written");
    ::close(fd);
#else
    (void)fd;
    (void)http;
    (void)udp;
#endif
}

void offerFirstLink(server::RoomServer& server) {
#ifndef _WIN32
    const bool terminal = ::isatty(STDOUT_FILENO) != 0;
#else
    const bool terminal = true;
#endif
    server::makeFirstLink(server, terminal, [](base::Result<server::FirstLink> first) {
        if (!first) return base::log(base::LogLevel::error, "parlourd", base::describe(first.error()));
        if (first->file.empty())
            say("The first room is ready. Open this link in Parlour; it works once and makes you its host:\n  " + first->link);
        else
            say("The first room is ready. Its host's link is in " + first->file);
    });
}

void setUpLog(const server::ServerConfig& config) {
    base::LogSettings log;
    log.file = config.logFile;
    log.level = config.logLevel == "debug"  ? base::LogLevel::debug
                : config.logLevel == "warn"  ? base::LogLevel::warn
                : config.logLevel == "error" ? base::LogLevel::error
                                             : base::LogLevel::info;
#ifndef _WIN32
    log.json = ::isatty(STDERR_FILENO) == 0;
#endif
    base::setUpLog(log);
}

}  // namespace

int serve(const server::ServerConfig& config, int readyFd, bool firstLink) {
#ifndef _WIN32
    // Before any thread exists: they all inherit the mask, so only the waiting thread gets these.
    sigset_t signals;
    sigemptyset(&signals);
    for (const int one : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, one);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
#endif
    setUpLog(config);

    base::SystemClock clock;
    net::EventLoop loop;
    std::unique_ptr<server::RoomServer> running;   // this
    std::unique_ptr<server::Replica> replica;      // or this
    int code = 0;
    if (config.replicaAddress) {
        auto started = server::Replica::start(loop, clock, config, [&](server::ReplicaReady ready) {
            base::log(base::LogLevel::info, "parlourd", "listening on " + ready.httpUrl + ", as one of several servers of this house");
            if (ready.server && firstLink && ready.rooms == 0) offerFirstLink(*ready.server);
            writeReady(readyFd, ready.httpUrl, ready.server ? ready.server->udpPorts() : std::vector<std::uint16_t>{});
        });
        if (!started) return fail(started.error());
        replica = std::move(*started);
    } else {
        auto started = server::RoomServer::start(loop, clock, config, [&](base::Result<std::size_t> rooms) {
            if (!rooms) {
                code = fail(rooms.error());
                loop.stop();
                return;
            }
            base::log(base::LogLevel::info, "parlourd", "listening on " + running->httpUrl() + ". " + running->reach());
            if (firstLink && *rooms == 0) offerFirstLink(*running);
            writeReady(readyFd, running->httpUrl(), running->udpPorts());
        });
        if (!started) return fail(started.error());
        running = std::move(*started);
    }
#ifndef _WIN32
    // The first signal drains, the second one ends at once.
    base::Thread waiter("signals", base::ThreadPriority::normal, [&] {
        for (bool draining = false;;) {
            int signal = 0;
            if (sigwait(&signals, &signal) != 0 || signal == SIGHUP) continue;
            if (draining) ::_exit(kError);
            draining = true;
            loop.post([&] {
                base::log(base::LogLevel::info, "parlourd", "draining: clients are told to reconnect");
                if (running) running->drain(kDrainTime, [&] { loop.stop(); });
                if (replica) replica->drain(kReplicaDrainTime, [&] { loop.stop(); });
            });
        }
    });
#endif
    loop.run();
    replica.reset();
    running.reset();
    std::fflush(nullptr);
    ::_Exit(code);  // the signal thread waits for ever
}

}  // namespace parlour::app

// SPDX-License-Identifier: Apache-2.0
// A process that acknowledges what it has done, one byte each, and is killed without warning.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "tests/support/catch.h"

namespace parlour::tests {

/// Runs `work` in a child until it has called `acknowledge` at least `enough` times, then kill -9; answers how often it had called
/// by then. `work` may end before; its process then waits for the kill. Posix.
inline std::size_t killedWhileWorking(std::size_t enough, const std::function<void(const std::function<void()>& acknowledge)>& work) {
    int ledger[2];
    REQUIRE(::pipe(ledger) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        work([fd = ledger[1]] {
            if (::write(fd, ".", 1) != 1) ::_exit(2);
        });
        for (;;) ::pause();
    }
    ::close(ledger[1]);
    std::size_t acknowledged = 0;
    char bytes[64];
    const auto more = [&] {
        const auto count = ::read(ledger[0], bytes, sizeof bytes);
        acknowledged += count > 0 ? static_cast<std::size_t>(count) : 0;
        return count > 0;
    };
    while (acknowledged < enough && more()) {
    }
    ::kill(child, SIGKILL);
    while (more()) {
    }
    ::close(ledger[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(acknowledged >= enough);
    return acknowledged;
}

}  // namespace parlour::tests

// SPDX-License-Identifier: Apache-2.0
// A real thread on a clock that stands still: it wakes as its period says or because it is woken, never because time went by.
#include "audio/pacer.h"

#include <semaphore>

#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

using namespace parlour;
using namespace parlour::audio;
using namespace std::chrono_literals;

namespace {

/// Counts turns; who waits for one in vain waits long enough for any machine.
struct Turns {
    std::counting_semaphore<> done{0};
    bool next() { return done.try_acquire_for(20s); }
};

}  // namespace

TEST_CASE("a pacer begins at once, and runs again when it is woken", "[pacer]") {
    tests::ManualClock clock;
    Turns turns;
    Pacer pacer(clock, "test", base::ThreadPriority::normal, 1h, [&] { turns.done.release(); });
    REQUIRE(turns.next());
    CHECK_FALSE(turns.done.try_acquire());
    pacer.wake();
    CHECK(turns.next());
}

TEST_CASE("a pacer that is given a shorter period keeps it from its next turn on", "[pacer]") {
    tests::ManualClock clock;
    Turns turns;
    Pacer pacer(clock, "test", base::ThreadPriority::normal, 1h, [&] { turns.done.release(); });
    REQUIRE(turns.next());
    pacer.setPeriod(1us);
    clock.advance(1h);
    pacer.wake();
    CHECK(turns.next());
    CHECK(turns.next());  // these by themselves: with an hour between them none would come
    CHECK(turns.next());
}

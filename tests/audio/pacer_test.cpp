// SPDX-License-Identifier: Apache-2.0
// A real thread on a clock that stands still: it wakes as its period or its body says or because it is woken, never because time went by.
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

TEST_CASE("a pacer runs again when its body says, and soon where that has passed", "[pacer]") {
    tests::ManualClock clock;
    Turns turns;
    int left = 3;  // the pacer's thread alone
    Pacer pacer(clock, "test", base::ThreadPriority::normal, [&] {
        turns.done.release();
        return clock.now() + (left-- > 0 ? -1h : 1h);
    });
    for (int i = 0; i < 4; ++i) CHECK(turns.next());  // three by themselves
    CHECK_FALSE(turns.done.try_acquire_for(50ms));   // a body that is not heard would have run again after 0.2
    pacer.wake();
    CHECK(turns.next());
}

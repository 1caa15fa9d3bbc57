// SPDX-License-Identifier: Apache-2.0
// How long a server may be sure that a turn is its own, on a real PostgreSQL that is late with its answer.
#include "core/server/claim_watch.h"

#include <thread>

#include "core/base/clock.h"
#include "core/net/event_loop.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;
using namespace std::chrono_literals;

// In real time, as the lease is the database's: five seconds.
TEST_CASE("a turn is surely ours only for a lease after the database was asked, also while its answer is late", "[.long][replica][postgresql]") {
    Database database(Engine::postgresql);
    base::SystemClock clock;
    net::EventLoop loop;
    auto claims = house::HouseClaims::open(database.where(), {"test", "127.0.0.1:1"}, clock);
    REQUIRE(claims);
    bool open = false, closed = false;
    ClaimEvents events;
    events.onSeen = [](const house::ClaimSeen&, bool) {};
    events.onOpen = [&](std::int64_t, std::unique_ptr<house::Store>) { open = true; };
    events.onClose = [&] { closed = true; };
    ClaimWatch watch(loop, clock, database.where(), "test", std::move(*claims), std::move(events), false);
    base::Timer timer;
    std::function<void()> look = [&] { timer = loop.postAfter(20ms, look); };   // what is waited for comes with no event
    look();
    CHECK_FALSE(watch.surelyOurs());
    watch.start();
    REQUIRE(loop.runUntil([&] { return open; }, 20s));
    CHECK(watch.surelyOurs());
    std::thread busy([&] { database.sql("BEGIN; LOCK TABLE house_claim IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(4.5); COMMIT"); });
    const auto began = clock.now();
    CHECK(loop.runUntil([&] { return !watch.surelyOurs(); }, 4s));   // the turn itself goes on: nobody has said that it is over
    CHECK(clock.now() - began <= 3100ms);
    CHECK_FALSE(closed);
    busy.join();
    // Nobody has taken it meanwhile.
    CHECK(loop.runUntil([&] { return watch.surelyOurs(); }, 5s));
    CHECK_FALSE(closed);
    bool ended = false;
    watch.stop([&] { ended = true; });
    REQUIRE(loop.runUntil([&] { return closed; }, 5s));
    watch.closed();
    REQUIRE(loop.runUntil([&] { return ended; }, 5s));
}

// SPDX-License-Identifier: Apache-2.0
#include "core/server/arrival_gate.h"

#include "tests/support/catch.h"
#include "tests/support/manual_executor.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using server::ArrivalGate;

namespace {

/// A house that takes `each` per arrival, one after the other.
struct Burst {
    ManualClock clock;
    ManualExecutor house{clock};
    ArrivalGate gate{clock};
    base::Duration each = 5ms;
    base::TimePoint free{};
    std::size_t done = 0, most = 0, withHouse = 0;
    std::vector<int> waits;   ///< of those sent away
    std::vector<base::Timer> timers;

    void arrive() {
        const auto entered = gate.enter([this](ArrivalGate::Finished finished) {
            most = std::max(most, ++withHouse);
            free = std::max(free, clock.now()) + each;
            timers.push_back(house.postAfter(free - clock.now(), [this, finished = std::move(finished)] {
                --withHouse;
                ++done;
                finished();
            }));
        });
        if (entered) return;
        CHECK(entered.error().code == "arriving");
        waits.push_back(server::retryAfterOf(entered.error()));
        timers.push_back(house.postAfter(std::chrono::seconds(waits.back()), [this] { arrive(); }));
    }
};

}  // namespace

TEST_CASE("one arrival goes straight to the house", "[arrivals]") {
    Burst burst;
    burst.arrive();
    CHECK(burst.withHouse == 1);
    burst.house.runFor(1s);
    CHECK(burst.done == 1);
    CHECK(burst.gate.stats().delayed == 0);
}

TEST_CASE("of a burst only a few are with the house at a time, and nobody is lost", "[arrivals]") {
    Burst burst;
    for (int i = 0; i < 3000; ++i) burst.arrive();
    CHECK_FALSE(burst.waits.empty());
    CHECK(burst.waits.front() >= 1);
    CHECK(burst.waits.back() > burst.waits.front());   // who comes later is told to come later
    burst.house.runFor(60s);
    CHECK(burst.done == 3000);
    CHECK(burst.most <= ArrivalGate::kWithHouse);
    CHECK(burst.gate.stats().refused == burst.waits.size());
}

TEST_CASE("the pace is that of the house, and a slow house keeps fewer waiting", "[arrivals]") {
    Burst fast, slow;
    fast.each = 1ms;
    slow.each = 50ms;
    for (auto* burst : {&fast, &slow})
        for (int i = 0; i < 300; ++i) burst->arrive();
    fast.house.runFor(10s);
    slow.house.runFor(30s);
    CHECK(fast.gate.pace() > 500);
    CHECK(slow.gate.pace() < 40);
    CHECK(slow.done == 300);
}

TEST_CASE("only the refusal at the front door names a time", "[arrivals]") {
    CHECK(server::retryAfterOf({base::ErrorKind::unavailable, "waiting", "", "", "5"}) == 0);
    CHECK(server::retryAfterOf({base::ErrorKind::unavailable, "arriving", "", "", "5"}) == 5);
    CHECK(server::retryAfterOf({base::ErrorKind::unavailable, "arriving", "", "", ""}) == 1);
}

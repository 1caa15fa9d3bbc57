// SPDX-License-Identifier: Apache-2.0
#include <future>
#include <thread>
#include <vector>

#include "core/net/event_loop.h"
#include "tests/support/catch.h"
#include "tests/support/net_lab.h"

using namespace parlour;
using namespace std::chrono_literals;
using tests::kPatience;

TEST_CASE("posted tasks run in the order of posting, also those posted by tasks", "[net]") {
    net::EventLoop loop;
    std::vector<int> order;
    loop.post([&] {
        order.push_back(1);
        loop.post([&] { order.push_back(3); });
    });
    loop.post([&] { order.push_back(2); });
    REQUIRE(loop.runUntil([&] { return order.size() == 3; }, kPatience));
    CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("timers run by due time, equal ones in the order they were asked for", "[net]") {
    net::EventLoop loop;
    std::vector<int> order;
    std::vector<base::Timer> timers;
    const auto start = loop.clock().now();
    timers.push_back(loop.postAfter(20ms, [&] { order.push_back(4); }));
    timers.push_back(loop.postAfter(5ms, [&] { order.push_back(2); }));
    timers.push_back(loop.postAfter(5ms, [&] { order.push_back(3); }));
    timers.push_back(loop.postAfter(0ms, [&] { order.push_back(1); }));
    REQUIRE(loop.runUntil([&] { return order.size() == 4; }, kPatience));
    CHECK(order == std::vector<int>{1, 2, 3, 4});
    CHECK(loop.clock().now() - start >= 20ms);
}

TEST_CASE("a cancelled or destroyed timer does not run and lets go of what it held", "[net]") {
    net::EventLoop loop;
    bool ran = false;
    { auto dropped = loop.postAfter(1ms, [&] { ran = true; }); }
    auto cancelled = loop.postAfter(1ms, [&] { ran = true; });
    cancelled.cancel();
    const auto held = std::make_shared<int>(1);
    for (int i = 0; i < 1000; ++i) (void)loop.postAfter(1h, [held] {});
    CHECK(held.use_count() < 200);
    bool reached = false;
    auto last = loop.postAfter(10ms, [&] { reached = true; });
    REQUIRE(loop.runUntil([&] { return reached; }, kPatience));
    CHECK_FALSE(ran);
}

TEST_CASE("a task that asks for zero delay again and again does not starve the others", "[net]") {
    net::EventLoop loop;
    base::Timer timer;
    int rounds = 0;
    std::function<void()> again = [&] {
        ++rounds;
        timer = loop.postAfter(0ms, again);
    };
    timer = loop.postAfter(0ms, again);
    bool other = false;
    loop.post([&] { other = true; });
    REQUIRE(loop.runUntil([&] { return other && rounds > 10; }, kPatience));
}

TEST_CASE("the loop knows its own thread and stops from any other", "[net]") {
    net::EventLoop loop;
    CHECK(loop.isCurrent());
    loop.start("net-test");
    std::promise<bool> inside;
    loop.post([&] { inside.set_value(loop.isCurrent()); });
    CHECK(inside.get_future().get());
    CHECK_FALSE(loop.isCurrent());
    loop.stop();
    loop.join();
    CHECK(loop.isCurrent());
}

TEST_CASE("what is still posted when the loop ends is dropped, together with what it owned", "[net]") {
    const auto held = std::make_shared<int>(1);
    base::Timer timer;
    {
        net::EventLoop loop;
        // Dies with the loop and posts while dying, as connections do.
        struct Clinging {
            net::EventLoop& loop;
            std::shared_ptr<int> held;
            ~Clinging() { loop.post([h = held] {}); }
        };
        loop.post([c = std::make_shared<Clinging>(Clinging{loop, held})] {});
        timer = loop.postAfter(1h, [c = std::make_shared<Clinging>(Clinging{loop, held})] {});
    }
    CHECK(held.use_count() == 1);
}

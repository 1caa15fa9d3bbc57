// SPDX-License-Identifier: Apache-2.0
// Priority for sound threads: nobody waits for the one who gives it, and a thread that runs away loses it instead of the process.
#include "audio/realtime.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

#if defined(__linux__)
#include <csignal>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#endif

using namespace parlour;
using namespace parlour::audio;
using namespace std::chrono_literals;

namespace {

/// Until the helper thread has answered; it only needs to be let run.
Realtime answered(const RealtimeSeat& seat) {
    while (seat.state() == Realtime::asking) std::this_thread::yield();
    return seat.state();
}

}  // namespace

TEST_CASE("a thread that may take real time asks nobody", "[realtime]") {
    bool asked = false, left = false;
    {
        const RealtimeSeat seat({[] { return true; }, [&] { left = true; }, {}, [&](std::uint64_t) { asked = true; return Realtime::refused; }});
        CHECK(seat.state() == Realtime::own);
    }
    CHECK_FALSE(asked);
    CHECK(left);
}

TEST_CASE("a helper that does not answer holds nobody up, and its answer counts when it comes", "[realtime]") {
    std::promise<Realtime> answer;
    auto coming = answer.get_future().share();
    std::promise<std::uint64_t> about;
    const auto self = std::this_thread::get_id();
    bool elsewhere = false;
    RealtimeSystem system{[] { return false; }, {}, [] { return std::uint64_t{4711}; }, [&, coming](std::uint64_t thread) {
                              elsewhere = std::this_thread::get_id() != self;
                              about.set_value(thread);
                              return coming.get();
                          }};
    const RealtimeSeat seat(system);   // is made although nobody has answered
    CHECK(about.get_future().get() == 4711);
    CHECK(elsewhere);
    CHECK(seat.state() == Realtime::asking);
    answer.set_value(Realtime::granted);
    CHECK(answered(seat) == Realtime::granted);
}

TEST_CASE("a seat that is gone before the answer is not missed", "[realtime]") {
    auto answer = std::make_shared<std::promise<Realtime>>();
    std::promise<void> begun, over;
    {
        const RealtimeSeat seat({[] { return false; }, {}, {}, [&, coming = answer->get_future().share()](std::uint64_t) {
                                     begun.set_value();
                                     const auto got = coming.get();
                                     over.set_value();
                                     return got;
                                 }});
        begun.get_future().get();
    }
    answer->set_value(Realtime::granted);
    over.get_future().get();
}

TEST_CASE("where nobody can be asked the thread goes on as it is", "[realtime]") {
    const RealtimeSeat seat({[] { return false; }, {}, {}, {}});
    CHECK(seat.state() == Realtime::refused);
    for (const auto state : {Realtime::asking, Realtime::own, Realtime::granted, Realtime::high, Realtime::refused, Realtime::lost}) {
        CHECK_FALSE(toString(state).empty());
        CHECK_FALSE(wordOf(state).empty());
    }
}

namespace {

constexpr base::TimePoint kStart{base::Duration(3'600'000'000)};

/// A thread whose real time comes and goes.
struct Fickle {
    bool there = true;
    int taken = 0;
    RealtimeSystem system() {
        return {[this] { ++taken; return there; }, {}, {}, {}, [this] { return there; }};
    }
};

}  // namespace

TEST_CASE("real time that was taken back is noticed within a second, and asked for again after half a minute", "[realtime]") {
    Fickle thread;
    RealtimeSeat seat(thread.system());
    auto now = kStart;
    seat.tend(now);
    thread.there = false;
    seat.tend(now + RealtimeSeat::kLookEach - 1us);
    CHECK(seat.state() == Realtime::own);   // not looked yet
    seat.tend(now += RealtimeSeat::kLookEach);
    CHECK(seat.state() == Realtime::lost);
    thread.there = true;                    // would be given
    seat.tend(now + RealtimeSeat::kCalm - 1us);
    CHECK(seat.state() == Realtime::lost);
    CHECK(thread.taken == 1);
    seat.tend(now + RealtimeSeat::kCalm + RealtimeSeat::kLookEach);
    CHECK(seat.state() == Realtime::own);
    CHECK(thread.taken == 2);
}

TEST_CASE("each loss makes the next wait twice as long, and after four more it stays as it is", "[realtime]") {
    Fickle thread;
    RealtimeSeat seat(thread.system());
    auto now = kStart;
    std::vector<base::Duration> waits;
    for (int loss = 0; loss <= RealtimeSeat::kAsksAgain; ++loss) {
        thread.there = false;
        seat.tend(now += 1s);
        REQUIRE(seat.state() == Realtime::lost);
        thread.there = true;
        const auto since = now;
        while (seat.state() == Realtime::lost && now - since < 1h) seat.tend(now += 1s);
        if (seat.state() == Realtime::own) waits.push_back(now - since);
    }
    CHECK(waits == std::vector<base::Duration>{30s, 60s, 120s, 240s});
    CHECK(seat.state() == Realtime::lost);
    CHECK(thread.taken == 1 + RealtimeSeat::kAsksAgain);
}

TEST_CASE("a helper that refuses a second time leaves it lost, and is asked once more later", "[realtime]") {
    std::atomic<int> asked{0};
    std::atomic<bool> there{true}, gives{true};
    RealtimeSeat seat({[] { return false; }, {}, {}, [&](std::uint64_t) {
                           ++asked;
                           return gives ? Realtime::granted : Realtime::refused;
                       },
                       [&] { return there.load(); }});
    REQUIRE(answered(seat) == Realtime::granted);
    there = gives = false;
    auto now = kStart;
    seat.tend(now);
    CHECK(seat.state() == Realtime::lost);
    seat.tend(now += 30s);
    while (asked < 2) std::this_thread::yield();
    CHECK(seat.state() == Realtime::lost);
    there = gives = true;
    // The helper's thread may still be on its way out; it is not asked twice at a time.
    for (; asked < 3; std::this_thread::yield()) seat.tend(now += 1s);
    while (seat.state() == Realtime::lost) std::this_thread::yield();
    CHECK(seat.state() == Realtime::granted);
    CHECK(asked == 3);
}

#if defined(__linux__)

TEST_CASE("the soft limit of real time is rtkit's less a quarter, and the hard one, which ends the program, stays", "[realtime]") {
    rlimit before{}, limit{};
    REQUIRE(getrlimit(RLIMIT_RTTIME, &before) == 0);
    std::thread([] {
        auto alone = systemRealtime();
        alone.ask = {};   // rtkit wants the hard one, too
        const RealtimeSeat seat(alone);
    }).join();
    REQUIRE(getrlimit(RLIMIT_RTTIME, &limit) == 0);
    CHECK(limit.rlim_cur >= 100'000);
    CHECK(limit.rlim_cur < limit.rlim_max);
    CHECK(limit.rlim_cur <= 150'000);
    CHECK(limit.rlim_max == before.rlim_max);
}

TEST_CASE("a sound thread that runs away goes back to normal priority, says so, and the program lives", "[realtime]") {
    std::promise<int> policy;
    Realtime first{}, then{}, later{};
    std::thread([&] {
        RealtimeSystem system = systemRealtime();
        system.ask = {};
        RealtimeSeat seat(system);
        first = seat.state();
        if (first == Realtime::own) {
            // Half a second of work without a pause: more than twice what the kernel allows.
            timespec spent{};
            volatile unsigned work = 0;
            do {
                for (int i = 0; i < 10'000; ++i) work = work + 1;
                clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
            } while (spent.tv_sec * 1'000 + spent.tv_nsec / 1'000'000 < 500);
        } else {
            raise(SIGXCPU);   // not allowed to take it here: what the kernel would send
        }
        const auto after = sched_getscheduler(0);
        seat.tend(kStart);
        then = seat.state();
        seat.tend(kStart + RealtimeSeat::kCalm);
        later = seat.state();
        policy.set_value(after);
    }).join();
    if (first == Realtime::own) {
        CHECK(then == Realtime::lost);
        CHECK(later == Realtime::own);
    }
    CHECK((policy.get_future().get() & ~SCHED_RESET_ON_FORK) == SCHED_OTHER);
}

#endif

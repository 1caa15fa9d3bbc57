// SPDX-License-Identifier: Apache-2.0
// Priority for sound threads: nobody waits for the one who gives it, and a thread that runs away loses it instead of the process.
#include "audio/realtime.h"

#include <future>
#include <thread>

#include "tests/support/catch.h"

#if defined(__linux__)
#include <csignal>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#endif

using namespace parlour;
using namespace parlour::audio;

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
    for (const auto state : {Realtime::asking, Realtime::own, Realtime::granted, Realtime::high, Realtime::refused})
        CHECK_FALSE(toString(state).empty());
}

#if defined(__linux__)

TEST_CASE("the soft limit of real time is below the hard one, and rtkit's", "[realtime]") {
    std::thread([] { const RealtimeSeat seat; }).join();
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_RTTIME, &limit) == 0);
    CHECK(limit.rlim_cur >= 100'000);
    CHECK(limit.rlim_cur < limit.rlim_max);
    CHECK(limit.rlim_max <= 200'000);
}

TEST_CASE("a sound thread that runs away goes back to normal priority, and the program lives", "[realtime]") {
    std::promise<int> policy;
    std::thread([&] {
        RealtimeSystem system = systemRealtime();
        system.ask = {};
        const RealtimeSeat seat(system);
        if (seat.state() == Realtime::own) {
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
        policy.set_value(sched_getscheduler(0));
    }).join();
    CHECK((policy.get_future().get() & ~SCHED_RESET_ON_FORK) == SCHED_OTHER);
}

#endif

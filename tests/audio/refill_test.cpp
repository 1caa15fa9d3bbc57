// SPDX-License-Identifier: Apache-2.0
#include "audio/refill.h"

#include <vector>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::audio;
using namespace std::chrono_literals;

namespace {

struct Pump {
    Refill refill;
    base::TimePoint now{1s};
    Refill::Device device{0, 240, 240, 0};
    bool late = false;

    std::size_t pass() { return refill.wanted(now, device, late); }
    void dry() {
        pass();
        now += 1ms;
        ++device.underruns;
        pass();
    }
    /// A pass each ten seconds.
    void wait(base::Duration length) {
        for (const auto end = now + length; now < end;) {
            now += 10s;
            pass();
        }
    }
};

}  // namespace

TEST_CASE("each time the device runs dry 5 ms more are kept, 40 ms at most, and a calm minute takes 5 ms back") {
    Pump p;
    CHECK(p.pass() == 240);
    p.dry();
    CHECK(p.pass() == 480);
    for (int i = 0; i < 7; ++i) p.dry();
    CHECK(p.refill.reserve() == Refill::kMost);
    p.dry();
    CHECK(p.refill.reserve() == Refill::kMost);
    p.wait(60s);
    CHECK(p.refill.reserve() == Refill::kMost);
    p.wait(10s);
    CHECK(p.refill.reserve() == Refill::kMost - Refill::kStep);
    p.wait(10min);
    CHECK(p.pass() == 240);
}

TEST_CASE("a reserve that was needed again within a minute is kept twice as long, sixteen minutes at most") {
    Pump p;
    p.dry();
    for (const auto calm : {1min, 2min, 4min, 8min, 16min, 16min}) {
        p.wait(calm);
        INFO(calm.count());
        CHECK(p.refill.reserve() == Refill::kStep);
        p.wait(10s);
        CHECK(p.refill.reserve() == 0);
        p.wait(50s);
        p.dry();
    }
    // What has lasted for a minute is another trouble then.
    p.wait(16min + 10s);
    CHECK(p.refill.reserve() == 0);
    p.wait(2min);
    p.dry();
    p.wait(70s);
    CHECK(p.refill.reserve() == 0);
}

TEST_CASE("a program that stood still for longer than all that could be kept does not keep more") {
    for (const auto& [stood, reserve] : {std::pair{base::Duration(45ms), Refill::kStep}, {base::Duration(45'001), std::size_t{0}}}) {
        Pump p;
        p.pass();
        p.now += stood;
        ++p.device.underruns;
        p.pass();
        CHECK(p.refill.reserve() == reserve);
    }
}

TEST_CASE("a device that calls twice in a row keeps what that takes") {
    Pump p;
    p.pass();
    p.dry();
    for (int i = 0; i < 200; ++i) {   // half an hour, looked at now and then
        p.refill.left(480);
        p.device.waiting = 0;   // both blocks went between two passes
        p.now += 10s;
        CHECK(p.pass() == 480);
    }
    for (int i = 0; i < 20; ++i) {    // now one at a time
        p.refill.left(480);
        p.device.waiting = 240;
        p.now += 10s;
        p.pass();
    }
    CHECK(p.refill.reserve() == 0);
}

TEST_CASE("three takes of two blocks within a minute say that both are needed, two do not") {
    for (const int takes : {2, 3}) {
        Pump p;
        p.dry();
        for (int i = 0; i < takes; ++i) {
            p.refill.left(480);
            p.device.waiting = 0;
            p.now += 1s;
            p.pass();
        }
        p.refill.left(0);
        p.wait(70s);
        INFO(takes);
        CHECK(p.refill.reserve() == (takes == 3 ? Refill::kStep : 0));
    }
}

TEST_CASE("for the shortest delay a block is made shortly before the device comes for it") {
    Pump p;
    p.late = true;
    p.pass();
    p.refill.left(240);
    for (int block = 0; block < 20; ++block) {
        p.device.waiting = 0;  // taken
        std::vector<std::size_t> wanted;
        for (int i = 0; i < 4; ++i) {
            p.now += 1250us;
            wanted.push_back(p.pass());
        }
        CHECK(wanted == std::vector<std::size_t>{0, 0, 240, 240});
        p.refill.left(240);
    }
}

TEST_CASE("who looks late does not wait any longer for it") {
    Pump p;
    p.late = true;
    p.pass();
    p.refill.left(240);
    p.device.waiting = 0;
    p.now += 3600us;  // since the pass that left it full
    CHECK(p.pass() == 240);
}

TEST_CASE("a device that takes less than is kept, and everybody else's, gets its block at once") {
    const auto first = [](auto change) {
        Pump p;
        p.late = true;
        change(p);
        p.pass();
        p.refill.left(240);
        p.device.waiting = 0;
        p.now += 1250us;
        return p.pass();
    };
    CHECK(first([](Pump&) {}) == 0);
    CHECK(first([](Pump& p) { p.late = false; }) == 240);
    CHECK(first([](Pump& p) { p.device.asked = 128; }) == 240);
    CHECK(first([](Pump& p) { p.device.asked = p.device.block = 128; }) == 128);  // no time to wait
}

TEST_CASE("a device that ran dry because its block was made late gets it at once from then on, and later late again") {
    Pump p;
    p.late = true;
    const auto first = [&] {
        p.device.waiting = 240;
        p.pass();
        p.device.waiting = 0;
        p.now += 1250us;
        return p.pass();
    };
    CHECK(first() == 0);
    p.dry();
    CHECK(first() == 240);  // no more of it than everybody has
    p.dry();
    CHECK(first() == 480);
    p.wait(70s);
    CHECK(first() == 240);
    p.wait(70s);
    CHECK(first() == 0);
    p.late = false;
    CHECK(first() == 240);
}

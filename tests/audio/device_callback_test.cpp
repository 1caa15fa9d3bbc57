// SPDX-License-Identifier: Apache-2.0
// The device callback copies and does nothing else: a trap counts every allocation and lock on its thread.
#include "audio/device_callback.h"

#include <cstdlib>
#include <memory>
#include <vector>

#include "audio/engine_core.h"
#include "core/base/clock.h"
#include "tests/support/catch.h"
#include "tests/support/realtime_trap.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;

TEST_CASE("the device callback neither allocates nor locks", "[G16]") {
    const base::SystemClock clock;
    DeviceCallback device(&clock);
    const auto callbacks = device.callbacks();
    std::vector<float> block(480, 0.1f);
    std::vector<float> odd(331, 0.1f);
    tests::RealtimeTrap trap;
    if (!tests::RealtimeTrap::works()) {
        WARN("the trap does not work in this build (sanitizers bring their own allocator)");
        return;
    }
    {  // the trap can catch
        const auto armed = trap.arm();
        std::vector<int> heap(100);
        heap[5] = 1;
    }
    CHECK(trap.count() > 0);
    trap.reset();
    {
        const auto armed = trap.arm();
        for (int i = 0; i < 200; ++i) {  // full rings and empty ones included
            callbacks.captured(block);
            callbacks.captured(odd);
            callbacks.wanted(block);
            callbacks.wanted(odd);
        }
    }
    CHECK(trap.count() == 0);
    CHECK(device.overruns() > 0);
}

TEST_CASE("what the pump did not deliver is faded out, counted, and the first silence is no underrun") {
    DeviceCallback device;
    std::vector<float> out(480, 1.0f);
    device.wanted(out);
    CHECK(device.underruns() == 0);
    CHECK(out[0] == 0.0f);
    const std::vector<float> sound(240, 0.8f);
    device.playoutRing.write(sound);
    device.wanted(out);
    CHECK(device.underruns() == 1);
    CHECK(out[239] == 0.8f);
    CHECK(out[240] < 0.8f);
    CHECK(out[240] > 0.75f);
    CHECK(out[360] == 0.0f);
    for (std::size_t i = 1; i < out.size(); ++i) REQUIRE(std::abs(out[i] - out[i - 1]) < 0.01f);
}

TEST_CASE("the pump allocates nothing while a conversation goes on") {
    if (!tests::RealtimeTrap::works()) return;
    DeviceCallback device;
    EngineCore core(device);
    const auto voice = tests::speechLike(4.0, 2);
    std::vector<base::OpusFrame> way(64);
    std::size_t head = 0;
    std::size_t tail = 0;
    core.onEncoded([&](const base::OpusFrame& f) { way[head++ % way.size()] = f; });
    core.addTrack({1});
    core.addTrack({2});
    core.setPerson({1}, personKey("ada"));
    core.setPerson({2}, personKey("ben"));
    core.apply(ListeningSettings{true, Seats::headphones});
    CaptureSettings capture;  // the library for echo and noise allocates by itself; processing_test.cpp bounds that
    capture.echoCancelling = capture.noiseSuppression = false;
    core.apply(capture);
    core.setGate(true);
    tests::RealtimeTrap trap;
    std::vector<float> out(480);
    std::size_t at = 0;
    for (int i = 0; i < 400; ++i, at += 480) {
        const auto now = base::TimePoint(std::chrono::milliseconds(10 * i));
        device.captured(std::span(voice).subspan(at, 480));
        for (; tail < head; ++tail) {
            auto f = way[tail % way.size()];
            f.received = now;
            core.insert({1}, f);
            if (f.sequence % 7 != 3) core.insert({2}, f);  // losses, too
        }
        if (i < 150 || i >= 300) {
            device.wanted(out);
        } else {
            std::array<float, 960> pairs{};
            device.wantedStereo(pairs);
        }
        if (i == 200) core.apply(ListeningSettings{true, Seats::loudspeakers});
        if (i < 50) {  // first use of everything
            core.pass(now);
            trap.reset();
            continue;
        }
        const auto armed = trap.arm();
        core.pass(now);
    }
    CHECK(core.framesEncoded() > 150);
    CHECK(trap.count() == 0);
}

// SPDX-License-Identifier: Apache-2.0
// An audio engine on a made-up card, driven in steps of 5 ms of virtual time; the card moves each 10 ms, or 5 in short blocks.
#pragma once

#include <memory>

#include "audio/audio_engine.h"
#include "tests/support/fake_backend.h"
#include "tests/support/manual_clock.h"

namespace parlour::tests {

struct CardEngine {
    ManualClock& clock;
    FakeBackend* card = new FakeBackend;
    audio::AudioEngine engine{clock, {std::unique_ptr<audio::AudioBackend>(card), false}};
    int steps = 0;

    explicit CardEngine(ManualClock& c) : clock(c) {}
    void step() {
        if (steps++ % 2 == 0 || card->blockFrames() == 240) card->tick();
        engine.step();
    }
    void run(base::Duration length) {
        for (base::Duration t{0}; t < length; t += std::chrono::milliseconds(5)) {
            clock.advance(std::chrono::milliseconds(5));
            step();
        }
    }
};

/// One that nobody shares the time with.
struct LoneClock {
    ManualClock time;
};
struct LoneEngine : LoneClock, CardEngine {
    LoneEngine() : CardEngine(time) {}
};

}  // namespace parlour::tests

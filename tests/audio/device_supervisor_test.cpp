// SPDX-License-Identifier: Apache-2.0
// A chosen device goes and comes back: what plays meanwhile, how fast, and that no microphone is opened unasked.
#include "audio/device_supervisor.h"

#include <map>

#include "audio/null_backend.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// Cards by name; "" is the system's default. A card that is pulled stands still where it is open and cannot be opened.
class Cards final : public AudioBackend {
  public:
    base::Result<void> openPlayout(const Endpoint& e, int block, DeviceCallbacks cb) override { return open(playout, e, block, std::move(cb)); }
    base::Result<void> openCapture(const Endpoint& e, int block, DeviceCallbacks cb) override { return open(capture, e, block, std::move(cb)); }
    void closePlayout() override { playout.open = false; }
    void closeCapture() override { capture.open = false; }
    std::uint64_t capturedFrames() const override { return capture.frames; }
    std::uint64_t playedFrames() const override { return playout.frames; }
    std::uint64_t xruns() const override { return dry; }

    struct Side {
        bool open = false;
        std::string name;
        int block = 0;
        int openings = 0;
        std::uint64_t frames = 0;
        DeviceCallbacks callbacks;
    };
    Side playout, capture;
    std::map<std::string, bool> there{{"", true}, {"headset", true}, {"table mic", true}};
    std::uint64_t dry = 0;

    /// Ten milliseconds pass on every card that is there.
    void tick() {
        std::vector<float> block(480, 0.0f);
        if (playout.open && there[playout.name]) {
            playout.callbacks.wanted(block);
            playout.frames += 480;
        }
        if (capture.open && there[capture.name]) {
            capture.callbacks.captured(block);
            capture.frames += 480;
        }
    }

  private:
    base::Result<void> open(Side& side, const Endpoint& e, int block, DeviceCallbacks cb) {
        ++side.openings;
        if (!there[e.name]) return base::fail(base::ErrorKind::unavailable, "device_missing", "There is no such device.");
        side.open = true;
        side.name = e.name;
        side.block = block;
        side.callbacks = std::move(cb);
        return {};
    }
};

struct Bench {
    ManualClock clock;
    Cards cards;
    NullBackend silence{clock, false};
    DeviceCallback callback;
    DeviceSupervisor supervisor{clock, cards, silence, callback};
    bool told = true;   ///< the system says which devices are there
    AudioDeviceSettings settings;

    Bench() {
        settings.playout.name = "headset";
        settings.capture.name = "table mic";
        supervisor.want(settings);
        supervisor.wantPlayout(true);
        supervisor.knowBy([this](const Endpoint& endpoint, bool) -> std::optional<bool> {
            if (!told) return std::nullopt;
            return cards.there[endpoint.name];
        });
    }
    void delay(DelayMode mode) {
        settings.delay = mode;
        supervisor.want(settings);
        run(100ms);
    }
    /// The device runs dry three times within seconds.
    void stumble() {
        for (int i = 0; i < 3; ++i) {
            ++cards.dry;
            run(500ms);
        }
        run(200ms);
    }
    void run(base::Duration length) {
        for (base::Duration t{0}; t < length; t += 10ms) {
            clock.advance(10ms);
            cards.tick();
            if (++m_turn % 5 == 0) supervisor.pass();
        }
    }
    /// Until frames flow on `name`; how long it took.
    base::Duration until(const Cards::Side& side, const std::string& name) {
        const auto start = clock.now();
        const auto frames = side.frames;
        while ((!side.open || side.name != name || side.frames == frames) && clock.now() - start < 20s) run(10ms);
        return clock.now() - start;
    }

  private:
    int m_turn = 0;
};

}  // namespace

TEST_CASE("a chosen loudspeaker that is pulled is replaced within 700 ms, and it is gone back to", "[R7][G18]") {
    for (const bool told : {true, false}) {
        INFO(told);
        Bench b;
        b.told = told;
        b.run(1s);
        REQUIRE(b.cards.playout.name == "headset");
        b.cards.there["headset"] = false;
        if (told) b.supervisor.devicesChanged();
        CHECK(b.until(b.cards.playout, "") <= 700ms);
        const auto report = b.supervisor.report();
        b.run(200ms);
        CHECK(b.supervisor.report().playout.ok);
        CHECK(b.supervisor.report().playout.fallback);
        CHECK(b.supervisor.report().playout.problem.message.find("headset") != std::string::npos);
        b.cards.there["headset"] = true;
        if (!told) continue;   // nobody says that it is back: the person's next choice, or the next loss, finds it
        b.supervisor.devicesChanged();
        CHECK(b.until(b.cards.playout, "headset") <= 700ms);
        b.run(200ms);
        CHECK_FALSE(b.supervisor.report().playout.fallback);
        CHECK(b.supervisor.report().playout.problem.message.empty());
    }
}

TEST_CASE("a device that is away at the start is taken as soon as it comes", "[R7]") {
    Bench b;
    b.cards.there["headset"] = false;
    b.run(300ms);
    CHECK(b.cards.playout.name.empty());
    CHECK(b.cards.playout.open);
    b.run(10s);
    CHECK(b.cards.playout.openings <= 2);   // waiting costs nothing and clicks nowhere
    b.cards.there["headset"] = true;
    CHECK(b.until(b.cards.playout, "headset") <= 700ms);
}

TEST_CASE("a device that is said to be there but cannot be opened is not hammered", "[R7]") {
    Bench b;
    b.cards.there["headset"] = false;
    b.supervisor.knowBy([](const Endpoint&, bool) { return std::optional(true); });
    b.run(30s);
    CHECK(b.cards.playout.name.empty());
    CHECK(b.cards.playout.openings < 100);   // each try is a short gap
    CHECK(b.supervisor.report().playout.ok);
}

TEST_CASE("a microphone that goes and comes opens none that nobody asked for", "[R7][T32]") {
    Bench b;
    b.run(1s);
    b.cards.there["table mic"] = false;
    b.supervisor.devicesChanged();
    b.run(1s);
    b.cards.there["table mic"] = true;
    b.supervisor.devicesChanged();
    b.run(1s);
    CHECK(b.cards.capture.openings == 0);
    b.supervisor.wantCapture(true);
    CHECK(b.until(b.cards.capture, "table mic") <= 200ms);
    b.cards.there["table mic"] = false;
    CHECK(b.until(b.cards.capture, "") <= 700ms);
    b.supervisor.wantCapture(false);   // muted: the one that stood in is given back and none is opened when the chosen one returns
    b.run(200ms);
    const auto openings = b.cards.capture.openings;
    CHECK_FALSE(b.cards.capture.open);
    b.cards.there["table mic"] = true;
    b.supervisor.devicesChanged();
    b.run(5s);
    CHECK(b.cards.capture.openings == openings);
}

TEST_CASE("when everything is gone silence is clocked, and the first that comes back plays", "[R8]") {
    Bench b;
    b.run(1s);
    for (auto& [name, there] : b.cards.there) there = false;
    b.run(5s);
    CHECK_FALSE(b.supervisor.report().playout.ok);
    b.cards.there[""] = true;
    b.supervisor.devicesChanged();
    CHECK(b.until(b.cards.playout, "") <= 200ms);
}

TEST_CASE("blocks grow while a device runs dry and shrink again after calm minutes", "[G17]") {
    Bench b;
    b.run(1s);
    CHECK(b.cards.playout.block == 240);
    const auto stumble = [&] { b.stumble(); };
    stumble();
    CHECK(b.cards.playout.block == 480);
    CHECK(b.supervisor.report().blockFrames == 480);
    CHECK(b.supervisor.report().xruns == 3);
    stumble();
    CHECK(b.cards.playout.block == 960);
    stumble();
    stumble();
    stumble();
    CHECK(b.cards.playout.block == 1920);   // 40 ms and no more
    b.run(290s);
    CHECK(b.cards.playout.block == 1920);
    b.run(20s);
    CHECK(b.cards.playout.block == 960);
    stumble();                              // that was too early: the next try comes after twice the time
    CHECK(b.cards.playout.block == 1920);
    b.run(590s);
    CHECK(b.cards.playout.block == 1920);
    b.run(20s);
    CHECK(b.cards.playout.block == 960);
    ++b.cards.dry;                          // one stumble in a minute is nothing
    b.run(70s);
    CHECK(b.cards.playout.block == 960);
}

TEST_CASE("the wish for delay decides where blocks begin and when shorter ones are tried again", "[G17]") {
    Bench b;
    b.delay(DelayMode::comfort);
    CHECK(b.cards.playout.block == 960);
    b.run(1000s);
    CHECK(b.cards.playout.block == 960);    // calm makes nothing shorter here
    b.stumble();
    CHECK(b.cards.playout.block == 1920);
    b.delay(DelayMode::low);                // another wish: what was measured is forgotten
    CHECK(b.cards.playout.block == 240);
    b.stumble();
    CHECK(b.cards.playout.block == 480);
    b.run(50s);
    CHECK(b.cards.playout.block == 480);
    b.run(15s);
    CHECK(b.cards.playout.block == 240);
    b.stumble();                            // too early: twice the minute from now on
    b.run(110s);
    CHECK(b.cards.playout.block == 480);
    b.run(15s);
    CHECK(b.cards.playout.block == 240);
    b.delay(DelayMode::automatic);
    CHECK(b.cards.playout.block == 240);
    b.stumble();
    b.run(290s);
    CHECK(b.cards.playout.block == 480);
    b.run(20s);
    CHECK(b.cards.playout.block == 240);
}

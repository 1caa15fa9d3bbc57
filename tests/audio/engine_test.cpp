// SPDX-License-Identifier: Apache-2.0
// The whole engine on virtual time over a fake sound card.
#include <atomic>
#include <thread>

#include "audio/audio_engine.h"
#include "audio/opus_decoder.h"
#include "core/base/clock.h"
#include "core/base/queue.h"
#include "tests/support/card_engine.h"
#include "tests/support/catch.h"
#include "tests/support/manual_clock.h"
#include "tests/support/speech.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// One client: a voice for its microphone, and what it sent.
struct Client : CardEngine {
    std::vector<base::OpusFrame> sent;
    std::vector<float> voice;
    std::size_t voiceAt = 0;

    explicit Client(ManualClock& c) : CardEngine(c) {
        engine.onEncoded([this](const base::OpusFrame& f) { sent.push_back(f); });
        card->microphone = [this](std::span<float> block) {
            for (auto& s : block) s = voiceAt < voice.size() ? voice[voiceAt++] : 0.0f;
        };
    }
    static EngineSettings plain(int frameMs = 20) {
        EngineSettings s;
        s.devices.blockFrames = 480;
        s.capture.frameMs = frameMs;
        s.capture.echoCancelling = false;
        s.capture.noiseSuppression = false;
        s.capture.highPass = false;
        return s;
    }
};

void run(ManualClock& clock, std::vector<Client*> clients, base::Duration length,
         const std::function<void()>& between = {}) {
    for (base::Duration t{0}; t < length; t += 5ms) {
        clock.advance(5ms);
        for (auto* c : clients) c->step();
        if (between) between();
    }
}

double packetEnergy(OpusDecoder& decoder, const base::OpusFrame& frame) {
    std::vector<float> pcm(OpusDecoder::kMaxSamples);
    const auto n = decoder.decode(frame.bytes(), pcm);
    return rms(std::span(pcm).first(n));
}

}  // namespace

TEST_CASE("what one client says is what the other one hears, and nobody else's words") {
    for (const int frameMs : {10, 20}) {
        ManualClock clock;
        Client alice(clock);
        Client bob(clock);
        alice.voice = speechLike(12.0, 1);
        alice.engine.start(Client::plain(frameMs));
        bob.engine.start(Client::plain());
        bob.engine.addTrack({7});
        alice.engine.setGate(true);
        std::size_t taken = 0;
        run(clock, {&alice, &bob}, 12s, [&] {
            for (; taken < alice.sent.size(); ++taken) {
                auto frame = alice.sent[taken];
                frame.received = clock.now();
                bob.engine.insert({7}, frame);
            }
        });
        const std::span heard(bob.card->heard);
        // After the first seconds, in which the buffer shrinks from its careful start.
        const auto voice = std::span(alice.voice).subspan(8 * 48'000, 2 * 48'000);
        const auto right = match(voice, heard.subspan(8 * 48'000), 24'000);
        const auto wrong = match(speechLike(2.0, 99), heard.subspan(8 * 48'000), 24'000);
        INFO("frame " << frameMs << " ms, correlation " << right.correlation << ", delay " << right.delay / 48.0
                      << " ms");
        CHECK(right.correlation > 0.85);
        CHECK(wrong.correlation < 0.3);
        CHECK(right.delay < 48 * 110);
        const auto stats = bob.engine.trackStats({7});
        CHECK(stats.concealedSamples == 0);
        CHECK(stats.totalSamplesReceived > 4 * 48'000);
        CHECK(stats.jitterBufferEmittedCount > 4 * 48'000u);
        CHECK(alice.engine.microphoneLevel() > 0.0f);
    }
}

TEST_CASE("a muted microphone sends nothing that sounds, in whatever order the switches move", "[T32]") {
    // Every sequence of six moves from: open, close, test on, test off, settings, nothing.
    std::uint32_t seed = 0;
    for (int order = 0; order < 120; ++order) {
        std::mt19937 random(++seed);
        ManualClock clock;
        Client c(clock);
        c.voice = speechLike(1.0, seed, 0.5f);
        for (auto& s : c.voice) s += 0.05f;  // never silent: a leak cannot hide in a pause
        c.engine.start(Client::plain(order % 2 ? 10 : 20));
        bool open = false;
        base::TimePoint closedSince = clock.now();
        OpusDecoder decoder;
        std::size_t seen = 0;
        for (int move = 0; move < 6; ++move) {
            switch (random() % 6) {
                case 0:
                    c.engine.setGate(true);
                    open = true;
                    break;
                case 1:
                    if (open) closedSince = clock.now();
                    c.engine.setGate(false);
                    open = false;
                    break;
                case 2:
                    c.engine.testMicrophone(true);
                    break;
                case 3:
                    c.engine.testMicrophone(false);
                    break;
                case 4:
                    c.engine.apply(Client::plain(random() % 2 ? 10 : 20));
                    break;
                default:
                    c.engine.recordTest(50ms, {});
                    break;
            }
            run(clock, {&c}, std::chrono::milliseconds(5 * (1 + random() % 30)), [&] {
                for (; seen < c.sent.size(); ++seen) {
                    const double level = packetEnergy(decoder, c.sent[seen]);
                    if (!open && clock.now() - closedSince > 40ms) {
                        INFO("order " << order << ", " << base::toMs(clock.now() - closedSince) << " ms after closing");
                        REQUIRE(c.sent[seen].level.value == 127);
                        REQUIRE(level < 0.003);
                    }
                }
            });
        }
    }
}

TEST_CASE("the first packet after closing the gate is already silence", "[T32]") {
    ManualClock clock;
    Client c(clock);
    c.voice = speechLike(2.0, 5, 0.5f);
    for (auto& s : c.voice) s += 0.05f;
    c.engine.start(Client::plain());
    c.engine.setGate(true);
    run(clock, {&c}, 1s);
    const auto before = c.sent.size();
    REQUIRE(before > 40);
    c.engine.setGate(false);
    run(clock, {&c}, 500ms);
    CHECK(c.sent.size() > before);  // an end, not a loss
    CHECK(c.sent.size() <= before + 5);
    for (auto i = before; i < c.sent.size(); ++i) CHECK(c.sent[i].level.value == 127);
    CHECK(c.engine.microphoneLevel() > 0.0f);  // the meter is the person's own
}

TEST_CASE("the microphone is not opened before somebody asks for it and is given back after a while", "[R7]") {
    ManualClock clock;
    Client c(clock);
    c.engine.start(Client::plain());
    run(clock, {&c}, 1s);
    CHECK(c.card->captureOpenings == 0);
    CHECK(c.card->playout);
    c.engine.testMicrophone(true);
    run(clock, {&c}, 100ms);
    CHECK(c.card->capture);
    c.engine.testMicrophone(false);
    run(clock, {&c}, 100ms);
    CHECK_FALSE(c.card->capture);
    c.engine.setGate(true);
    run(clock, {&c}, 100ms);
    CHECK(c.card->capture);
    c.engine.setGate(false);
    run(clock, {&c}, 9s);
    CHECK(c.card->capture);
    run(clock, {&c}, 2s);
    CHECK_FALSE(c.card->capture);
    CHECK(c.engine.microphoneLevel() == 0.0f);
}

TEST_CASE("a device that stands still is opened again, and the other side with it", "[R8]") {
    ManualClock clock;
    Client c(clock);
    c.engine.start(Client::plain());
    c.engine.setGate(true);
    run(clock, {&c}, 1s);
    REQUIRE(c.engine.stats().playoutRunning);
    REQUIRE(c.engine.stats().captureRunning);
    c.card->dead = true;
    c.card->present = false;
    run(clock, {&c}, 500ms);
    CHECK_FALSE(c.engine.playoutState().ok);
    CHECK_FALSE(c.engine.captureState().ok);
    CHECK(c.engine.stats().deviceRestarts == 1);
    CHECK_FALSE(c.engine.playoutState().problem.message.empty());
    run(clock, {&c}, 10s);  // tried again and again, no faster than the limit
    CHECK(c.card->playoutOpenings > 10);
    CHECK(c.card->playoutOpenings < 40);
    c.card->dead = false;
    c.card->present = true;
    const auto frames = c.card->heard.size();
    run(clock, {&c}, 1s);
    CHECK(c.card->heard.size() > frames);
    CHECK(c.engine.playoutState().ok);
    CHECK(c.engine.captureState().ok);
    CHECK(c.engine.stats().playoutDevice == "device:");
}

TEST_CASE("a device that opens but never moves is not hammered") {
    ManualClock clock;
    Client c(clock);
    c.card->dead = true;
    c.engine.start(Client::plain());
    run(clock, {&c}, 20s);
    CHECK(c.card->playoutOpenings < 12);
}

TEST_CASE("without a loudspeaker sound is still decoded and metered") {
    ManualClock clock;
    Client alice(clock);
    Client bob(clock);
    bob.card->present = false;
    alice.voice = speechLike(3.0, 3);
    alice.engine.start(Client::plain());
    bob.engine.start(Client::plain());
    bob.engine.addTrack({1});
    alice.engine.setGate(true);
    std::size_t taken = 0;
    float peak = 0.0f;
    run(clock, {&alice, &bob}, 3s, [&] {
        for (; taken < alice.sent.size(); ++taken) {
            auto f = alice.sent[taken];
            f.received = clock.now();
            bob.engine.insert({1}, f);
        }
        peak = std::max(peak, bob.engine.trackLevel({1}));
    });
    CHECK_FALSE(bob.engine.playoutState().ok);
    CHECK(peak > 0.05f);
    CHECK(bob.engine.trackStats({1}).totalSamplesReceived > 2 * 48'000u);
}

TEST_CASE("the sound check records the voice and plays it back without sending it") {
    ManualClock clock;
    Client c(clock);
    c.voice = speechLike(3.0, 8);
    c.engine.start(Client::plain());
    bool recorded = false;
    bool played = false;
    c.engine.recordTest(1s, [&] { recorded = true; });
    run(clock, {&c}, 1'300ms);
    REQUIRE(recorded);
    CHECK(c.sent.empty());
    c.card->heard.clear();
    c.engine.playTest([&] { played = true; });
    run(clock, {&c}, 1'200ms);
    CHECK(played);
    CHECK(match(std::span(c.voice).subspan(9'600, 28'800), c.card->heard, 24'000).correlation > 0.95);
    c.card->heard.clear();
    c.engine.playTone(300ms);
    run(clock, {&c}, 400ms);
    CHECK(rms(c.card->heard) > 0.03);
}

TEST_CASE("a test recording that is stopped ends, also one that no microphone has begun", "[R7][T32]") {
    ManualClock clock;
    Client c(clock);
    c.voice = speechLike(3.0, 8);
    c.engine.start(Client::plain());
    bool told = false;
    c.engine.recordTest(1s, [&] { told = true; });
    run(clock, {&c}, 300ms);
    REQUIRE(c.card->capture);
    c.engine.stopTests();
    run(clock, {&c}, 2s);
    CHECK_FALSE(c.card->capture);

    c.card->present = false;
    c.engine.recordTest(1s, [&] { told = true; });
    run(clock, {&c}, 1s);
    const auto before = c.card->captureOpenings;
    c.engine.stopTests();
    c.card->present = true;
    run(clock, {&c}, 10s);
    CHECK(c.card->captureOpenings == before);
    CHECK_FALSE(told);

    c.engine.recordTest(200ms, [&] { told = true; });  // the next one is as good as any
    run(clock, {&c}, 500ms);
    CHECK(told);
    c.card->heard.clear();
    c.engine.playTone(5s);
    c.engine.playTest([&] { told = false; });
    c.engine.stopTests();
    run(clock, {&c}, 500ms);
    CHECK(rms(c.card->heard) < 1e-4);
    CHECK(told);
}

TEST_CASE("what is asked for again is judged by the round trip of the way on which we hear") {
    ManualClock clock;
    Client c(clock);
    c.engine.start(Client::plain());
    c.engine.addTrack({7});
    c.engine.setRoundTrip(6ms);
    base::Feedback ofOurs;
    ofOurs.roundTrip = 250ms;  // of what we send
    c.engine.setFeedback(ofOurs);
    run(clock, {&c}, 100ms);
    CHECK(c.engine.feedbackFor({7}).roundTrip == 6ms);
}

TEST_CASE("what a room's reports said is forgotten in the next one") {
    ManualClock clock;
    Client c(clock);
    c.engine.start(Client::plain(0));
    base::Feedback report;
    report.audience = 3;
    report.loss = 0.2f;
    report.roundTrip = 5ms;
    for (int i = 0; i < 5; ++i) c.engine.setFeedback(report);
    run(clock, {&c}, 100ms);
    const auto bad = c.engine.stats();
    c.engine.onEncoded([](const base::OpusFrame&) {});
    run(clock, {&c}, 100ms);
    const auto fresh = c.engine.stats();
    CHECK(bad.sendExpectedLoss > fresh.sendExpectedLoss);
    for (int i = 0; i < 5; ++i) c.engine.setFeedback(report);
    run(clock, {&c}, 100ms);
    CHECK(c.engine.stats().sendExpectedLoss == bad.sendExpectedLoss);
    c.engine.changeNetwork(std::nullopt);
    run(clock, {&c}, 100ms);
    CHECK(c.engine.stats().sendExpectedLoss == fresh.sendExpectedLoss);
}

TEST_CASE("removing a track, deafening and volume act on what is heard") {
    ManualClock clock;
    Client alice(clock);
    Client bob(clock);
    alice.voice.assign(48'000 * 8, 0.0f);
    for (std::size_t i = 0; i < alice.voice.size(); ++i)
        alice.voice[i] = 0.1f * std::sin(0.02f * static_cast<float>(i));
    alice.engine.start(Client::plain());
    bob.engine.start(Client::plain());
    bob.engine.addTrack({1});
    alice.engine.setGate(true);
    std::size_t taken = 0;
    const auto listen = [&](base::Duration d) {
        run(clock, {&alice, &bob}, d, [&] {
            for (; taken < alice.sent.size(); ++taken) {
                auto f = alice.sent[taken];
                f.received = clock.now();
                bob.engine.insert({1}, f);
            }
        });
        return rms(std::span(bob.card->heard).last(9'600));
    };
    const double normal = listen(1s);
    CHECK(normal > 0.05);
    bob.engine.setGain({1}, 2.0f);
    CHECK(listen(500ms) == Approx(2.0 * normal).epsilon(0.05));
    bob.engine.setGain({1}, 0.0f);
    CHECK(listen(500ms) < 1e-4);
    bob.engine.setGain({1}, 1.0f);
    bob.engine.setDeafened(true);
    CHECK(listen(500ms) < 1e-4);
    bob.engine.setDeafened(false);
    CHECK(listen(500ms) == Approx(normal).epsilon(0.05));
    bob.engine.removeTrack({1});
    CHECK(listen(500ms) < 1e-4);
    CHECK(bob.engine.trackLevel({1}) == 0.0f);
    CHECK(bob.engine.stats().framesDroppedIn > 0);
}

TEST_CASE("the room steps back while the person listens to a test sound, and comes back softly") {
    ManualClock clock;
    Client alice(clock);
    Client bob(clock);
    alice.voice.assign(48'000 * 8, 0.0f);
    for (std::size_t i = 0; i < alice.voice.size(); ++i) alice.voice[i] = 0.1f * std::sin(0.13f * static_cast<float>(i));  // 993 Hz
    alice.engine.start(Client::plain());
    bob.engine.start(Client::plain());
    bob.engine.addTrack({1});
    alice.engine.setGate(true);
    std::size_t taken = 0;
    const auto room = [&](base::Duration d) {  // level of the tone of the room, whatever else sounds
        run(clock, {&alice, &bob}, d, [&] {
            for (; taken < alice.sent.size(); ++taken) {
                auto f = alice.sent[taken];
                f.received = clock.now();
                bob.engine.insert({1}, f);
            }
        });
        const auto heard = std::span(bob.card->heard).last(9'600);
        double re = 0.0;
        double im = 0.0;
        for (std::size_t i = 0; i < heard.size(); ++i) {
            re += heard[i] * std::cos(0.13 * static_cast<double>(i));
            im += heard[i] * std::sin(0.13 * static_cast<double>(i));
        }
        return 2.0 * std::hypot(re, im) / static_cast<double>(heard.size());
    };
    const double normal = room(2s);
    CHECK(normal == Approx(0.1).epsilon(0.1));
    bob.engine.playTone(1s);
    const double behind = room(600ms);
    CHECK(20.0 * std::log10(behind / normal) == Approx(-14.0).margin(1.5));
    CHECK(room(1500ms) == Approx(normal).epsilon(0.05));
    for (std::size_t i = 48'000; i < bob.card->heard.size(); ++i)
        REQUIRE(std::abs(bob.card->heard[i] - bob.card->heard[i - 1]) < 0.03f);
}

TEST_CASE("two people are heard from two sides on a card with two channels, and from one place otherwise") {
    for (const auto seats : {Seats::off, Seats::headphones, Seats::loudspeakers}) {
        ManualClock clock;
        Client alice(clock);
        Client carol(clock);
        Client bob(clock);
        bob.card->stereo = true;
        alice.voice = speechLike(20.0, 31, 0.2f);
        carol.voice = speechLike(20.0, 32, 0.2f);
        auto settings = Client::plain();
        settings.listening.seats = seats;
        alice.engine.start(Client::plain());
        carol.engine.start(Client::plain());
        bob.engine.start(settings);
        bob.engine.addTrack({1});
        bob.engine.addTrack({2});
        bob.engine.setPerson({1}, personKey("alice"));
        bob.engine.setPerson({2}, personKey("carol"));
        alice.engine.setGate(true);
        std::size_t takenA = 0;
        std::size_t takenC = 0;
        const auto listen = [&](base::Duration d) {
            run(clock, {&alice, &carol, &bob}, d, [&] {
                for (; takenA < alice.sent.size(); ++takenA) {
                    auto f = alice.sent[takenA];
                    f.received = clock.now();
                    bob.engine.insert({1}, f);
                }
                for (; takenC < carol.sent.size(); ++takenC) {
                    auto f = carol.sent[takenC];
                    f.received = clock.now();
                    bob.engine.insert({2}, f);
                }
            });
            const auto l = energy(std::span(bob.card->heardLeft).last(48'000));
            const auto r = energy(std::span(bob.card->heardRight).last(48'000));
            return 10.0 * std::log10(l / r);
        };
        const double alone = listen(4s);
        INFO("alone: " << alone << " dB between the sides");
        CHECK(std::abs(alone) < 0.1);  // a single voice is straight ahead
        carol.engine.setGate(true);
        (void)listen(4s);
        alice.engine.setGate(false);
        (void)listen(1s);
        const double other = listen(2s);  // only the second one speaks, both are seated
        INFO("the other one: " << other << " dB between the sides");
        if (seats == Seats::off) {
            CHECK(other == 0.0);
            CHECK(bob.card->heardLeft == bob.card->heardRight);
        } else {
            CHECK(std::abs(other) > 1.0);
        }
    }
}

TEST_CASE("the sender's clock goes on while its device is lost") {
    ManualClock clock;
    Client c(clock);
    c.voice.assign(48'000 * 10, 0.0f);
    for (std::size_t i = 0; i < c.voice.size(); ++i) c.voice[i] = 0.2f * std::sin(0.02f * static_cast<float>(i));
    c.engine.start(Client::plain());
    c.engine.setGate(true);
    run(clock, {&c}, 1s);
    const auto before = c.sent.back();
    const auto at = clock.now();
    c.card->dead = c.card->present = false;
    c.card->dead = true;
    run(clock, {&c}, 2s);
    c.card->dead = false;
    c.card->present = true;
    run(clock, {&c}, 1s);
    const auto after = c.sent.back();
    const auto media = static_cast<double>(after.rtpTimestamp - before.rtpTimestamp) / 48.0;
    CHECK(media == Approx(static_cast<double>(base::toMs(clock.now() - at))).margin(50.0));
    CHECK(after.sequence > before.sequence);
}

TEST_CASE("a device that runs dry again and again gets longer blocks, one that does it rarely keeps its short ones") {
    for (const std::uint64_t often : {2u, 3u}) {
        ManualClock clock;
        Client c(clock);
        auto settings = Client::plain();
        settings.devices.blockFrames = 240;
        c.engine.start(settings);
        run(clock, {&c}, 1s);
        CHECK(c.card->blockFrames() == 240);
        c.card->runDry += often;
        run(clock, {&c}, 200ms);
        CHECK(c.card->blockFrames() == (often >= 3 ? 480u : 240u));
        CHECK(c.engine.stats().playoutRunning);
    }
}

TEST_CASE("the engine on its own threads talks to itself, and all calls may come meanwhile") {
    base::SystemClock clock;
    AudioEngine engine(clock);
    EngineSettings settings;
    settings.devices.capture = *parseEndpoint("tone:300", true);
    settings.devices.playout = *parseEndpoint("null", false);
    std::atomic<int> packets{0};
    base::SpscQueue<base::OpusFrame> way(63);
    engine.onEncoded([&](const base::OpusFrame& f) {
        ++packets;
        way.push(f);
    });
    engine.start(settings);
    engine.addTrack({1});
    engine.setGate(true);
    std::atomic<bool> done{false};
    std::thread reader([&] {  // the UI's meters
        while (!done) {
            (void)engine.trackLevel({1});
            (void)engine.microphoneLevel();
            (void)engine.stats();
            (void)engine.trackStats({1});
            std::this_thread::yield();
        }
    });
    const auto end = clock.now() + 20s;
    base::OpusFrame f;
    int turn = 0;
    while (clock.now() < end && (packets < 60 || engine.trackLevel({1}) < 0.1f)) {
        while (way.pop(f)) {
            f.received = clock.now();
            engine.insert({1}, f);
        }
        if (++turn % 1'000 == 0) {
            engine.setGain({1}, 1.0f);
            engine.addTrack({2});
            engine.removeTrack({2});
        }
        std::this_thread::yield();
    }
    CHECK(packets >= 60);
    CHECK(engine.trackLevel({1}) > 0.1f);
    engine.onEncoded({});
    const int after = packets;
    const auto later = clock.now() + 60ms;
    while (clock.now() < later) std::this_thread::yield();
    CHECK(packets == after);  // the sink is really gone
    done = true;
    reader.join();
    engine.stop();
}

// SPDX-License-Identifier: Apache-2.0
// The safety track: what is in the file, when, and what is left of it when something breaks.
#include "audio/recorder.h"

#include <sndfile.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>

#include "audio/audio_engine.h"
#include "tests/support/card_engine.h"
#include "tests/support/catch.h"
#include "tests/support/kill_nine.h"
#include "tests/support/realtime_trap.h"
#include "tests/support/speech.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

std::vector<float> readFlac(const std::string& path) {
    SF_INFO info{};
    auto* file = sf_open(path.c_str(), SFM_READ, &info);
    INFO(sf_strerror(file));
    REQUIRE(file != nullptr);
    CHECK(info.samplerate == 48'000);
    CHECK(info.channels == 1);
    CHECK(info.format == (SF_FORMAT_FLAC | SF_FORMAT_PCM_24));
    std::vector<float> samples(static_cast<std::size_t>(info.frames));
    samples.resize(static_cast<std::size_t>(sf_readf_float(file, samples.data(), info.frames)));
    sf_close(file);
    return samples;
}
float loudest(const std::vector<float>& samples, double from, double to) {
    float peak = 0.0f;
    for (auto i = static_cast<std::size_t>(from * 48'000); i < static_cast<std::size_t>(to * 48'000) && i < samples.size(); ++i)
        peak = std::max(peak, std::abs(samples[i]));
    return peak;
}

/// An engine on a card whose microphone hears a steady voice.
struct Studio : LoneEngine {
    std::vector<float> voice = speechLike(2.0, 3);
    std::size_t at = 0;

    Studio() {
        EngineSettings settings;
        settings.devices.blockFrames = 480;
        settings.capture.echoCancelling = settings.capture.noiseSuppression = false;
        card->microphone = [this](std::span<float> block) {
            for (auto& s : block) s = voice[at++ % voice.size()];
        };
        engine.start(settings);
    }
};

/// A recorder without an engine, into "a.flac" of a folder of its own.
struct Tape {
    TempFolder folder;
    ManualClock clock;
    Recorder recorder{clock, false};

    Tape() {
        recorder.start(folder.file("a.flac"));
        recorder.step();
    }
};

}  // namespace

TEST_CASE("the safety track holds what is sent, silence while muted, and keeps the time of the clock", "[recorder][T32]") {
    TempFolder folder;
    Studio studio;
    studio.run(100ms);
    CHECK_FALSE(studio.engine.recordingState().wanted);   // off until somebody asks
    studio.engine.startRecording(folder.file("a.flac"));
    CHECK(studio.engine.recordingState().wanted);
    studio.run(2s);
    CHECK(studio.engine.recordingState().running);
    CHECK(studio.card->captureOpenings == 0);             // recording opens no microphone
    studio.engine.setGate(true);
    studio.run(3s);                                       // 2 to 5
    studio.engine.setGate(false);
    studio.run(3s);                                       // 5 to 8: the device still runs
    REQUIRE(studio.card->capture);
    studio.run(10s);                                      // 8 to 18: and is given back meanwhile
    REQUIRE_FALSE(studio.card->capture);
    studio.engine.setGate(true);
    studio.run(2s);                                       // 18 to 20
    studio.card->dead = true;
    studio.run(3s);                                       // 20 to 23: the device is lost
    studio.card->dead = false;
    studio.run(3s);                                       // 23 to 26
    studio.engine.stopRecording();
    studio.run(50ms);
    CHECK_FALSE(studio.engine.recordingState().running);
    studio.run(3s);

    const auto heard = readFlac(folder.file("a.flac"));
    CHECK(static_cast<double>(heard.size()) / 48'000 == Approx(26.0).margin(0.1));
    CHECK(loudest(heard, 0.0, 1.9) == 0.0f);
    CHECK(loudest(heard, 2.2, 4.9) > 0.1f);
    CHECK(loudest(heard, 5.1, 17.9) == 0.0f);
    CHECK(loudest(heard, 18.5, 19.9) > 0.1f);
    CHECK(loudest(heard, 20.2, 22.9) == 0.0f);
    CHECK(loudest(heard, 24.5, 25.9) > 0.1f);
}

TEST_CASE_METHOD(Tape, "what the recorder keeps is the voice itself, to 24 bits", "[recorder]") {
    const auto voice = speechLike(3.0, 5, 0.1f);
    for (std::size_t i = 0; i + 480 <= voice.size(); i += 480) {
        clock.advance(10ms);
        recorder.add(std::span(voice).subspan(i, 480), 0, clock.now());
        if (i % 4800 == 0) recorder.step();
    }
    recorder.stop();
    recorder.step();
    const auto back = readFlac(folder.file("a.flac"));
    REQUIRE(back.size() == voice.size() / 480 * 480);
    float worst = 0.0f;
    for (std::size_t i = 0; i < back.size(); ++i) worst = std::max(worst, std::abs(back[i] - voice[i]));
    CHECK(worst < 2.0f / 8'388'608);
}

TEST_CASE("kill -9 leaves a file that plays up to the last second", "[recorder]") {
    TempFolder folder;
    const auto path = folder.file("killed.flac");
    const auto seconds = killedWhileWorking(8, [&](const std::function<void()>& acknowledge) {
        ManualClock clock;
        Recorder recorder(clock, false);
        recorder.start(path);
        recorder.step();
        const auto voice = speechLike(1.0, 5);
        for (int second = 0; second < 60; ++second) {
            for (std::size_t i = 0; i + 480 <= voice.size(); i += 480) {
                clock.advance(10ms);
                recorder.add(std::span(voice).subspan(i, 480), 0, clock.now());
            }
            recorder.step();
            acknowledge();
        }
    });
    REQUIRE(seconds >= 8);
    const auto left = readFlac(path);
    CHECK(static_cast<double>(left.size()) / 48'000 >= static_cast<double>(seconds) - 1.0);
    CHECK(loudest(left, static_cast<double>(seconds) - 1.5, static_cast<double>(seconds) - 1.0) > 0.05f);
}

TEST_CASE("a file that is there is never overwritten, and a place that cannot be written is said in words", "[recorder]") {
    TempFolder folder;
    ManualClock clock;
    Recorder recorder(clock, false);
    std::ofstream(folder.file("old.flac")) << "yesterday";
    for (const auto& [path, code] : {std::pair{folder.file("old.flac"), "recording_exists"}, {folder.file("no/such/place.flac"), "recording_unwritable"}}) {
        recorder.start(path);
        recorder.step();
        const auto state = recorder.state();
        CHECK_FALSE(state.running);
        CHECK_FALSE(state.wanted);
        REQUIRE(state.problem);
        CHECK(state.problem->code == code);
        CHECK_FALSE(state.problem->advice.empty());
    }
    CHECK(std::filesystem::file_size(folder.file("old.flac")) == 9);
    recorder.start(folder.file("new.flac"));   // and the next try works
    recorder.step();
    CHECK(recorder.state().running);
    CHECK_FALSE(recorder.state().problem);
}

TEST_CASE("when the disk takes no more the recording ends in words, keeps what it has, and the talk goes on", "[recorder]") {
    TempFolder folder;
    Studio studio;
    std::size_t sent = 0;
    studio.engine.onEncoded([&](const base::OpusFrame&) { ++sent; });
    studio.engine.setGate(true);
    studio.engine.startRecording(folder.file("full.flac"));
    studio.run(2s);
    REQUIRE(studio.engine.recordingState().running);

    std::signal(SIGXFSZ, SIG_IGN);
    rlimit was{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &was) == 0);
    auto tight = was;
    tight.rlim_cur = std::filesystem::file_size(folder.file("full.flac")) + 50'000;
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
    studio.run(10s);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &was) == 0);
    std::signal(SIGXFSZ, SIG_DFL);

    const auto state = studio.engine.recordingState();
    CHECK_FALSE(state.running);
    CHECK_FALSE(state.wanted);
    REQUIRE(state.problem);
    CHECK(state.problem->code == "recording_stopped");
    CHECK_FALSE(state.problem->detail.empty());
    const auto before = sent;
    studio.run(1s);
    CHECK(sent > before + 40);
    CHECK(readFlac(folder.file("full.flac")).size() > 48'000 * 19 / 10);
}

TEST_CASE_METHOD(Tape, "a disk that sleeps for half a minute costs sound but no time", "[recorder]") {
    const std::vector<float> block(480, 0.25f);
    const auto talk = [&](base::Duration length, bool disk) {
        for (base::Duration t{0}; t < length; t += 10ms) {
            clock.advance(10ms);
            recorder.add(block, 0, clock.now());
            recorder.pass(clock.now());
            if (disk) recorder.step();
        }
    };
    talk(5s, true);
    talk(30s, false);
    talk(5s, true);
    recorder.stop();
    recorder.step();
    const auto heard = readFlac(folder.file("a.flac"));
    CHECK(static_cast<double>(heard.size()) / 48'000 == Approx(40.0).margin(0.6));
    CHECK(loudest(heard, 20.0, 34.0) == 0.0f);
    CHECK(loudest(heard, 36.5, 39.0) > 0.2f);
}

TEST_CASE_METHOD(Tape, "recording costs the pump no allocation and no lock", "[recorder][G16]") {
    if (!RealtimeTrap::works()) return;
    const std::vector<float> block(480, 0.25f);
    RealtimeTrap trap;
    {
        const auto armed = trap.arm();
        for (int i = 0; i < 3000; ++i) {   // until the ring is full, and beyond
            clock.advance(10ms);
            if (i % 7 != 0) recorder.add(block, 0, clock.now());
            recorder.pass(clock.now());
        }
        clock.advance(20s);
        recorder.pass(clock.now());
    }
    CHECK(trap.count() == 0);
}

TEST_CASE("the next recording is a file of its own", "[recorder]") {
    TempFolder folder;
    Studio studio;
    studio.engine.setGate(true);
    studio.engine.startRecording(folder.file("a.flac"));
    studio.run(2s);
    studio.engine.startRecording(folder.file("b.flac"));   // without a stop between them
    studio.run(3s);
    studio.engine.stopRecording();
    studio.run(50ms);
    CHECK(static_cast<double>(readFlac(folder.file("a.flac")).size()) / 48'000 == Approx(2.0).margin(0.1));
    CHECK(static_cast<double>(readFlac(folder.file("b.flac")).size()) / 48'000 == Approx(3.0).margin(0.1));
}

TEST_CASE("what cannot be written when the file is closed is said, also after a stop in the same turn", "[recorder]") {
    TempFolder folder;
    ManualClock clock;
    Recorder recorder(clock, false);
    recorder.start(folder.file("no/such/place.flac"));
    recorder.stop();
    recorder.step();
    CHECK_FALSE(recorder.state().problem);   // never begun: nothing is lost

    const std::vector<float> block(480, 0.25f);
    const auto cut = [&](const char* name, int blocks, bool written, const std::function<void()>& end) {
        recorder.start(folder.file(name));
        recorder.step();
        REQUIRE(recorder.state().running);
        for (int i = 0; i < blocks; ++i) {
            clock.advance(10ms);
            recorder.add(block, 0, clock.now());
        }
        if (written) recorder.step();
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit was{};
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &was) == 0);
        auto tight = was;
        tight.rlim_cur = std::filesystem::file_size(folder.file(name));
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
        end();
        recorder.step();
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &was) == 0);
        std::signal(SIGXFSZ, SIG_DFL);
    };
    cut("encoder.flac", 4, true, [&] { recorder.stop(); });   // 40 ms, which libsndfile keeps until the end
    REQUIRE(recorder.state().problem);
    CHECK(recorder.state().problem->code == "recording_stopped");
    CHECK_FALSE(recorder.state().running);
    cut("ring.flac", 100, false, [&] { recorder.stop(); });
    REQUIRE(recorder.state().problem);
    CHECK(recorder.state().problem->code == "recording_stopped");
    cut("first.flac", 4, true, [&] {
        recorder.start(folder.file("second.flac"));
    });
    CHECK(recorder.state().wanted);   // the next one is not ended by what befell the first
    CHECK(recorder.state().running);
    CHECK_FALSE(recorder.state().problem);
    recorder.stop();
    recorder.step();
}

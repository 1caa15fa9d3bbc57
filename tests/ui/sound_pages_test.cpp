// SPDX-License-Identifier: Apache-2.0
// What the app says about one's own sound: hints, connection, recording.
#include <QFile>
#include <QSet>
#include <QTemporaryDir>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

/// So long somebody speaks into the own microphone (or nobody does), looked at ten times a second.
void hear(RoomWindow& w, base::Duration length, ui::MicrophoneNow sound = {true, true, 0.2f}) {
    w.client.microphoneNow = sound;
    for (base::Duration t{0}; t < length; t += 100ms) {
        w.clock.advance(100ms);
        w.app->hints()->look();
    }
}
room::SessionStats second(int n, double roundTrip, int lostOf50, const char* who) {
    room::SessionStats s;
    s.roundTripTime = roundTrip;
    room::RemoteTrackStats t;
    t.identity = base::Identity(who);
    t.packetsReceived = static_cast<std::uint64_t>(n * (50 - lostOf50));
    t.packetsLost = n * lostOf50;
    t.totalSamplesReceived = static_cast<std::uint64_t>(n) * 48'000;
    t.concealedSamples = static_cast<std::uint64_t>(n * lostOf50) * 960;
    t.jitterBufferEmittedCount = t.totalSamplesReceived;
    t.jitterBufferDelay = 0.04 * static_cast<double>(t.jitterBufferEmittedCount);
    t.jitter = 0.004;
    s.tracks.push_back(t);
    return s;
}

}  // namespace

TEST_CASE("who talks while muted is told so, once, and unmutes with one press", "[ui][hints][T32]") {
    RoomWindow w("speaker");
    w.client.setMicrophone(false);
    REQUIRE(w.until([&] { return !w.app->session()->microphoneLive(); }));
    QStringList spoken;
    QObject::connect(w.app->session(), &ui::SessionBridge::announced, [&](const QString& words) { spoken << words; });
    const auto told = [&] { return spoken.filter("You are muted").size(); };
    hear(w, 400ms);
    CHECK(w.app->hints()->words().isEmpty());
    hear(w, 1s);
    w.settle();
    CHECK(said(w, "You are muted: nobody hears what you say."));
    CHECK(told() == 1);
    hear(w, 20s);
    CHECK(told() == 1);
    hear(w, 12s);
    CHECK(told() == 2);
    w.settle();
    REQUIRE(w.press("Unmute"));
    REQUIRE(w.until([&] { return w.app->session()->microphoneLive(); }));
    CHECK(w.app->hints()->kind().isEmpty());
    CHECK_FALSE(w.client.kept);   // nothing was opened or kept open for it
}

TEST_CASE("the hint goes by itself, can be dismissed, and the settings switch it off", "[ui][hints]") {
    RoomWindow w("speaker");
    w.client.setMicrophone(false);
    REQUIRE(w.until([&] { return !w.app->session()->microphoneLive(); }));
    hear(w, 1s);
    CHECK(w.app->hints()->kind() == "muted");
    hear(w, 11s, {true, false, 0.0f});
    CHECK(w.app->hints()->kind().isEmpty());
    w.clock.advance(40s);
    hear(w, 2s);
    w.settle();
    REQUIRE(w.press("Dismiss this hint"));
    CHECK(w.app->hints()->kind().isEmpty());
    w.preferences.setSoundHints(false);
    w.clock.advance(40s);
    w.settle();
    CHECK(w.app->hints()->kind().isEmpty());
}

TEST_CASE("the microphone goes on running for the hint only on stage and only where the person allowed it", "[ui][hints][T32]") {
    RoomWindow w("speaker");
    CHECK_FALSE(w.client.kept);
    w.preferences.setHearWhileMuted(true);
    CHECK(w.client.kept);
    w.preferences.setSoundHints(false);
    CHECK_FALSE(w.client.kept);
    w.preferences.setSoundHints(true);
    CHECK(w.client.kept);
    w.app->session()->stepDown();
    CHECK(w.until([&] { return !w.client.kept; }));
}

TEST_CASE("who tries the microphone out is not told to be muted, and the test ends with the page it was seen on", "[ui][hints][T32]") {
    RoomWindow w("speaker");
    w.client.setMicrophone(false);
    REQUIRE(w.until([&] { return !w.app->session()->microphoneLive(); }));
    REQUIRE(w.press("More"));
    w.settle();
    REQUIRE(w.press("Connection and sound…"));
    w.settle();
    w.app->sound()->test(true);
    REQUIRE(w.client.testing);
    hear(w, 3s);
    CHECK(w.app->hints()->kind().isEmpty());
    w.app->go("hallway");   // the room stays behind, and with it the sheet
    CHECK_FALSE(w.client.testing);
    w.app->sound()->test(true);
    REQUIRE(w.client.testing);
    w.app->enterRoom("https://a.example", "another");
    CHECK_FALSE(w.client.testing);
    CHECK_FALSE(w.app->sound()->testing());
    w.app->sound()->recordAndReplay();
    REQUIRE(w.client.testing);
    w.app->go("hallway");
    CHECK_FALSE(w.client.testing);
}

TEST_CASE("going back from the first sound check ends its microphone test", "[ui][T32]") {
    RoomWindow w("soundcheck");
    REQUIRE(w.press("Test microphone"));
    REQUIRE(w.client.testing);
    REQUIRE(w.press("Back"));
    CHECK_FALSE(w.client.testing);
}

TEST_CASE("two recordings in one second are two files, and what fails at the end is said", "[ui][recorder]") {
    QTemporaryDir folder;
    RoomWindow w("speaker");
    w.preferences.setRecordingFolder(folder.path());
    QSet<QString> files;
    for (int i = 0; i < 4; ++i) {
        w.app->recorder()->start();
        files << w.app->recorder()->file();
        QFile made(w.app->recorder()->file());
        REQUIRE(made.open(QIODevice::WriteOnly | QIODevice::NewOnly));
        w.app->recorder()->stop();
    }
    CHECK(files.size() == 4);
    w.app->recorder()->start();
    w.app->recorder()->stop();
    w.client.recordingNow.running = true;   // the writer is not done yet
    QStringList spoken;
    QObject::connect(w.app->session(), &ui::SessionBridge::announced, [&](const QString& words) { spoken << words; });
    w.client.recordingNow.problem = base::Error{base::ErrorKind::unavailable, "recording_disk_full", "The disk is full.", "Make room.", ""};
    CHECK(w.until([&] { return w.app->recorder()->problem() == "The disk is full. Make room."; }));
    CHECK(spoken.contains("The disk is full. Make room."));
}

TEST_CASE("distortion and a faint voice are said in words", "[ui][hints]") {
    RoomWindow w("speaker");
    REQUIRE(w.client.state().microphoneLive);
    hear(w, 1s, {true, true, 1.0f});
    CHECK(w.app->hints()->words().contains("too loud"));
    hear(w, 11s, {true, true, 0.01f});
    CHECK(w.app->hints()->words().contains("closer"));
}

TEST_CASE("the connection is judged in one sentence, line by line, and per speaker", "[ui][connection]") {
    RoomWindow w("listener");
    CHECK(w.app->connection()->verdict() == "Measuring…");
    CHECK(w.app->connection()->lines().isEmpty());
    for (int n = 1; n <= 4; ++n) w.client.tellStats(second(n, 0.034, 0, "kenjiito"));
    CHECK(w.app->connection()->verdict() == "Your connection is good: 34 ms, no loss.");
    CHECK(w.app->connection()->lines().size() == 4);
    CHECK(w.app->connection()->soundOf("kenjiito") == "The sound is good: nothing is missing.");
    CHECK(w.app->connection()->soundOf("nobody").isEmpty());
    CHECK(w.app->connection()->figuresOf("kenjiito").endsWith("ms here · 0.0 % of the packets lost · 0.0 % of the sound made up"));
    CHECK(w.app->connection()->figuresOf("nobody").isEmpty());

    RoomWindow bad("listener");
    for (int n = 1; n <= 4; ++n) bad.client.tellStats(second(n, 0.034, 5, "kenjiito"));
    CHECK(bad.app->connection()->verdict() == "Your connection is bad: 34 ms, 10 % loss.");
    CHECK(bad.app->connection()->soundOf("kenjiito").contains("10 % of this person’s packets are lost"));
    REQUIRE(bad.press("More"));
    bad.settle();
    REQUIRE(bad.press("Connection and sound…"));
    CHECK(bad.until([&] { return said(bad, "Your connection is bad: 34 ms, 10 % loss."); }));
    CHECK(said(bad, "words break up"));
    CHECK(bad.has("Record 5 seconds and play back"));
    CHECK(bad.has("Play test sound"));
    CHECK_FALSE(bad.client.testing);   // looking opens no microphone
}

TEST_CASE("a person's sheet says why they sound bad", "[ui][connection]") {
    RoomWindow w("person");
    for (int n = 1; n <= 4; ++n) w.client.tellStats(second(n, 0.034, 5, "kenjiito"));
    CHECK(w.until([&] { return said(w, "The sound breaks up because 10 % of this person’s packets are lost"); }));
}

TEST_CASE("the own microphone is recorded only when asked, seen and said while it is, and no longer than the stay", "[ui][recorder]") {
    QTemporaryDir folder;
    RoomWindow w("speaker");
    w.preferences.setRecordingFolder(folder.path());
    QStringList spoken;
    QObject::connect(w.app->session(), &ui::SessionBridge::announced, [&](const QString& words) { spoken << words; });
    CHECK_FALSE(w.client.recordingNow.wanted);
    REQUIRE(w.press("More"));
    w.settle();
    REQUIRE(w.press("Record my microphone"));
    CHECK(w.client.recordingNow.wanted);
    CHECK(QString::fromStdString(w.client.recordedTo).startsWith(w.preferences.recordingFolder() + "/"));
    CHECK(QString::fromStdString(w.client.recordedTo).endsWith(".flac"));
    CHECK(w.until([&] { return said(w, "Your microphone is recorded on this computer."); }));
    CHECK(spoken.filter("recorded on this computer from now on").size() == 1);
    REQUIRE(w.press("Stop recording"));
    CHECK_FALSE(w.client.recordingNow.wanted);
    CHECK(spoken.filter("no longer recorded").size() == 1);

    w.app->recorder()->start();
    w.client.recordingNow.wanted = false;
    w.client.recordingNow.problem = base::Error{base::ErrorKind::unavailable, "recording_disk_full", "The disk is full.", "Make room.", ""};
    CHECK(w.until([&] { return !w.app->recorder()->recording(); }));
    CHECK(w.until([&] { return said(w, "The disk is full. Make room."); }));
    w.client.recordingNow.problem.reset();
    w.app->recorder()->start();
    w.app->session()->leave();
    CHECK(w.until([&] { return !w.client.recordingNow.wanted; }));
}

TEST_CASE("the delay is chosen in the settings, and its words say what comes of it with the other settings", "[ui][delay]") {
    RoomWindow w("settings-audio");
    CHECK(w.client.sound.delay == 0);
    CHECK(said(w, "As short as this computer and the network keep up with."));
    choose(w, "Delay", 1);
    CHECK(w.client.sound.delay == 1);
    CHECK(w.preferences.delay() == 1);
    w.settle();
    CHECK(said(w, "Sends 10 ms of sound at a time. 5 ms are possible without echo cancellation"));
    w.preferences.setEchoCancelling(false);
    w.preferences.setNoiseSuppression(false);
    w.preferences.setAutomaticGain(false);
    w.settle();
    CHECK(said(w, "Sends 5 ms of sound at a time where the network is clean"));
    w.client.soundNow.blockMs = 10;
    w.client.soundNow.packetMs = 20;
    CHECK(w.until([&] { return said(w, "Now: device 10 ms, packets 20 ms."); }));
    choose(w, "Delay", 2);
    CHECK(w.client.sound.delay == 2);
}

TEST_CASE("a test of the microphone says its peak and the noise behind the voice", "[ui][sound]") {
    RoomWindow w("settings-audio");
    w.client.microphoneNow = {true, false, 0.2f, 0.00089f};
    REQUIRE(w.press("Test microphone"));
    REQUIRE(w.until([&] { return w.app->sound()->level() > 0.0; }));
    w.settle();
    CHECK(said(w, QStringLiteral("noise floor \u221261 dB")));
    w.client.microphoneNow.noiseFloor = 0.0f;   // not known yet
    REQUIRE(w.until([&] { return !w.app->sound()->levelWords().contains("floor"); }));
    REQUIRE(w.press("Stop test"));
}

TEST_CASE("the rumble filter is on until it is switched off, and music does without", "[ui][sound]") {
    RoomWindow w("settings-audio");
    CHECK(w.client.sound.rumbleFilter);
    REQUIRE(w.press("Rumble filter"));
    CHECK_FALSE(w.client.sound.rumbleFilter);
    REQUIRE(w.press("Rumble filter"));
    REQUIRE(w.press("Music mode"));
    w.settle();
    w.press("Rumble filter");
    CHECK(w.client.sound.rumbleFilter);
}

TEST_CASE("music mode is chosen in the settings, and what it switches off can not be switched meanwhile", "[ui][music]") {
    RoomWindow w("settings-audio");
    CHECK_FALSE(w.client.sound.music);
    REQUIRE(w.press("Music mode"));
    CHECK(w.client.sound.music);
    w.settle();
    CHECK(said(w, "please wear headphones"));
    w.press("Echo cancellation");
    CHECK(w.client.sound.echoCancelling);   // the choice for speech stays
    choose(w, "Delay", 1);
    w.settle();
    CHECK(said(w, "Sends 5 ms of sound at a time where the network is clean"));
    REQUIRE(w.press("Music mode"));
    CHECK_FALSE(w.client.sound.music);
}

TEST_CASE("bells ring on the device of one's choice, on demand, and for a hand, an invitation and a call unless they are off", "[ui][bell]") {
    RoomWindow w("settings-audio");
    CHECK(w.client.sound.ring.empty());
    w.preferences.setRingDevice("kitchen");
    CHECK(w.client.sound.ring == "device:kitchen");
    CHECK(w.app->sound()->ringDevices().last() == "kitchen");   // away now, and taken again when it comes
    CHECK(w.app->sound()->ringIndex() == w.app->sound()->ringDevices().size() - 1);
    CHECK(w.client.sound.playout.empty());
    REQUIRE(w.press("Play a sound, the bell"));
    CHECK(w.client.rung == 1);
    w.preferences.setBells(false);
    emit w.app->session()->bell();
    CHECK(w.client.rung == 1);
    REQUIRE(w.press("Play a sound, the bell"));   // asked for by hand it rings all the same
    CHECK(w.client.rung == 2);

    RoomWindow room("moderator");
    auto state = room.client.state();
    room::HandInQueue hand;
    for (const auto& p : state.participants)
        if (p->seat == api::Seat::audience && !p->handUp()) hand.identity = p->identity;
    state.hands.push_back(hand);
    room.client.show(state);
    CHECK(room.until([&] { return room.client.rung == 1; }));
    room.client.show(state);   // the same again is no news
    room.settle();
    CHECK(room.client.rung == 1);
}

// SPDX-License-Identifier: Apache-2.0
// What a person does about how others sound: by keyboard and screen reader, and remembered.
#include <QTemporaryDir>

#include "tests/support/catch.h"
#include "tests/ui/room_window.h"

using namespace parlour;
using namespace parlour::tests;
using namespace parlour::ui;

namespace {
const char* const kKenji = "kenjiito";

/// Kenji, whose sheet is open, comes on stage.
void bringUp(RoomWindow& w) {
    auto state = w.client.state();
    for (auto& p : state.participants) {
        if (p->identity.str() != kKenji) continue;
        auto copy = std::make_shared<room::Participant>(*p);
        copy->seat = api::Seat::stage;
        p = copy;
    }
    w.client.show(state);
}
}

TEST_CASE("a person is muted for me alone and comes back at the volume they had", "[ui][hearing]") {
    RoomWindow w("person");
    bringUp(w);
    REQUIRE(w.until([&] { return w.has("Mute for me"); }));
    auto* hearing = w.app->hearing();
    hearing->setVolume(kKenji, 1.5);
    CHECK(w.client.volumes.at(kKenji) == 1.5f);
    REQUIRE(w.press("Mute for me"));
    CHECK(w.client.volumes.at(kKenji) == 0.0f);
    CHECK(w.until([&] { return w.has("Hear this person again"); }));
    CHECK(w.client.commands.empty());   // the room is told nothing
    REQUIRE(w.press("Hear this person again"));
    CHECK(w.client.volumes.at(kKenji) == 1.5f);
    CHECK(hearing->volume(kKenji) == 1.5);
}

TEST_CASE("the volume of a person is a slider with a name, moved by the arrow keys", "[ui][hearing][a11y]") {
    RoomWindow w("person");
    bringUp(w);
    REQUIRE(w.until([&] { return w.has("Volume of Kenji Ito", QAccessible::Slider); }));
    for (int i = 0; i < 40 && w.focusName() != "Volume of Kenji Ito"; ++i) w.key(Qt::Key_Tab);
    REQUIRE(w.focusName() == "Volume of Kenji Ito");
    w.key(Qt::Key_Right);
    CHECK(w.client.volumes.at(kKenji) == 1.05f);
}

TEST_CASE("D hears nobody and mutes the microphone; D, the button and unmuting hear again", "[ui][hearing][keys]") {
    RoomWindow w("speaker");
    REQUIRE(w.client.state().microphoneLive);
    w.key(Qt::Key_D);
    CHECK(w.client.deafened);
    CHECK_FALSE(w.client.state().microphoneLive);
    CHECK(w.until([&] { return w.has("Hear again"); }));
    w.key(Qt::Key_D);
    CHECK_FALSE(w.client.deafened);
    CHECK_FALSE(w.client.state().microphoneLive);   // never opened by the way back

    w.key(Qt::Key_D);
    REQUIRE(w.until([&] { return w.has("Hear again"); }));
    REQUIRE(w.press("Hear again"));
    CHECK_FALSE(w.client.deafened);

    w.key(Qt::Key_D);
    CHECK(w.client.deafened);
    w.key(Qt::Key_M);
    CHECK(w.until([&] { return !w.client.deafened; }));
    CHECK(w.client.state().microphoneLive);
}

TEST_CASE("volumes are remembered by house and person over rooms and starts", "[ui][hearing]") {
    QTemporaryDir folder;
    ManualClock clock;
    room::RoomState inside;
    inside.session = room::SessionState::joined;
    inside.house = base::HouseId("house1");
    inside.self = base::Identity("me");
    const auto enter = [&](OfflineClient& client, SessionBridge& session, const char* house) {
        auto state = inside;
        state.house = base::HouseId(house);
        state.revision = 1;
        session.publish(std::make_shared<const room::RoomState>(state));
        for (int i = 0; i < 200 && session.state()->session != room::SessionState::joined; ++i) QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        REQUIRE(session.state()->session == room::SessionState::joined);
        (void)client;
    };
    {
        OfflineClient client(clock);
        SessionBridge session(client, clock);
        Preferences preferences(folder.path());
        HearingModel hearing(client, session, preferences);
        enter(client, session, "house1");
        hearing.setVolume("ada", 0.35);
        hearing.setVolume("b=e/n,x", 2.0);
        hearing.setMuted("carl", true);
        hearing.setVolume("dora", 0.5);
        hearing.setVolume("dora", 1.0);   // as everybody: nothing to remember
    }
    OfflineClient client(clock);
    SessionBridge session(client, clock);
    Preferences preferences(folder.path());
    CHECK(preferences.volumes().size() == 3);
    HearingModel hearing(client, session, preferences);
    enter(client, session, "house1");
    CHECK(client.volumes.at("ada") == 0.35f);
    CHECK(client.volumes.at("b=e/n,x") == 2.0f);
    CHECK(client.volumes.at("carl") == 0.0f);
    CHECK(hearing.muted("carl"));
    CHECK_FALSE(client.volumes.contains("dora"));

    OfflineClient elsewhere(clock);
    SessionBridge other(elsewhere, clock);
    HearingModel there(elsewhere, other, preferences);
    enter(elsewhere, other, "house2");
    CHECK(elsewhere.volumes.empty());   // the same identity in another house is somebody else
    CHECK(there.volume("ada") == 1.0);
}

namespace {
/// A session on snapshots alone, as they come from the net thread.
struct Stays {
    ManualClock clock;
    OfflineClient client{clock};
    SessionBridge session{client, clock};
    Preferences preferences{QString()};
    QStringList spoken;
    room::RoomState state;

    Stays() {
        QObject::connect(&session, &SessionBridge::announced, [this](const QString& words) { spoken << words; });
        state.self = base::Identity("me");
    }
    void show(room::SessionState now, const char* room, const char* house = "house1") {
        state.session = now;
        state.room = base::RoomId(room);
        state.house = base::HouseId(house);
        state.plainServer = state.house.empty();
        publish();
    }
    void publish() {
        ++state.revision;
        session.publish(std::make_shared<const room::RoomState>(state));
        for (int i = 0; i < 200 && session.state()->revision != state.revision; ++i) QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
        REQUIRE(session.state()->revision == state.revision);
    }
    void microphone(bool wanted, bool live) {
        state.microphoneWanted = wanted;
        state.microphoneLive = live;
        publish();
    }
};
}

TEST_CASE("who hears nobody hears again in the next room, however fast the way there was", "[ui][hearing]") {
    using enum room::SessionState;
    Stays s;
    HearingModel hearing(s.client, s.session, s.preferences);
    s.show(joined, "green");
    for (const bool seen : {true, false}) {
        hearing.setDeafened(true);
        REQUIRE(s.client.deafened);
        s.show(reconnecting, seen ? "green" : "stage");
        CHECK(s.client.deafened);   // the same stay
        if (seen) s.show(connecting, "stage");
        s.show(joined, seen ? "stage" : "elsewhere");
        CHECK_FALSE(s.client.deafened);
        CHECK_FALSE(hearing.deafened());
    }
}

TEST_CASE("D while live hears nobody until the microphone is opened anew, and both are said", "[ui][hearing][keys]") {
    Stays s;
    HearingModel hearing(s.client, s.session, s.preferences);
    s.show(room::SessionState::joined, "room");
    s.microphone(true, true);
    hearing.setDeafened(true);
    CHECK(s.spoken == QStringList{"You hear nobody, and your microphone is muted"});
    s.publish();   // somebody comes in before the microphone is closed
    CHECK(s.client.deafened);
    s.microphone(false, true);
    CHECK(s.client.deafened);
    s.microphone(false, false);
    CHECK(s.client.deafened);
    s.microphone(true, true);
    CHECK_FALSE(s.client.deafened);
    CHECK(s.spoken.last() == "You hear the others again");
    CHECK(s.spoken.size() == 2);
}

TEST_CASE("who was muted for me on a server without a house is nobody on the next one", "[ui][hearing]") {
    using enum room::SessionState;
    Stays s;
    HearingModel hearing(s.client, s.session, s.preferences);
    s.show(joined, "a", "");
    hearing.setMuted("ada", true);
    CHECK(hearing.muted("ada"));
    s.client.volumes.clear();
    s.show(connecting, "a", "");
    s.show(joined, "a", "");
    CHECK(s.client.volumes.empty());
    CHECK_FALSE(hearing.muted("ada"));

    s.show(joined, "b", "house1");
    hearing.setMuted("ada", true);
    s.show(connecting, "b", "house1");
    s.show(joined, "b", "house1");
    CHECK(s.client.volumes.at("ada") == 0.0f);   // a house remembers
}

TEST_CASE("a recording and what was measured belong to one stay", "[ui][recorder][connection]") {
    using enum room::SessionState;
    QTemporaryDir folder;
    for (const bool seen : {true, false}) {
        Stays s;
        s.preferences.setRecordingFolder(folder.path());
        RecorderModel recorder(s.client, s.session, s.preferences);
        ConnectionModel connection(s.session);
        s.show(joined, "a");
        recorder.start();
        REQUIRE(s.client.recordingNow.wanted);
        for (int n = 1; n <= 3; ++n) {
            room::SessionStats second;
            second.roundTripTime = 0.034;
            connection.publish(second);
        }
        REQUIRE(connection.verdict() != "Measuring…");
        s.show(reconnecting, "a");
        CHECK(recorder.recording());
        if (seen) s.show(connecting, "b");
        s.show(joined, "b");
        CHECK_FALSE(recorder.recording());
        CHECK_FALSE(s.client.recordingNow.wanted);
        CHECK(connection.verdict() == "Measuring…");
    }
}

TEST_CASE("what is remembered of volumes is bounded, and nonsense in the file is passed over", "[ui][hearing]") {
    ManualClock clock;
    OfflineClient client(clock);
    SessionBridge session(client, clock);
    Preferences preferences{QString()};
    preferences.setVolumes({"h/a=50", "h/b=", "=7", "h/c=201", "h/d=-1", "h/e=70,muted", "x", "h/a=60"});
    HearingModel hearing(client, session, preferences);
    for (int i = 0; i < 2 * HearingModel::kMostKept; ++i) hearing.setVolume(QString::number(i), 0.5);
    CHECK(hearing.volume(QString::number(2 * HearingModel::kMostKept - 1)) == 0.5);
    CHECK(hearing.volume("0") == 1.0);
}

TEST_CASE("seats and even loudness are chosen in the settings", "[ui][hearing][a11y]") {
    RoomWindow w("settings-audio");
    REQUIRE(w.until([&] { return w.has("Seats around you", QAccessible::ComboBox); }));
    CHECK(w.has("Even loudness", QAccessible::CheckBox));
    CHECK(w.client.sound.levelling);
    CHECK(w.client.sound.seats == 0);
    REQUIRE(w.press("Even loudness"));
    CHECK(w.until([&] { return !w.client.sound.levelling; }));
    for (int i = 0; i < 60 && w.focusName() != "Seats around you"; ++i) w.key(Qt::Key_Tab);
    REQUIRE(w.focusName() == "Seats around you");
    w.key(Qt::Key_Down);
    CHECK(w.until([&] { return w.client.sound.seats == 1; }));
    CHECK(w.preferences.seats() == 1);
}

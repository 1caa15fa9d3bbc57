// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/scenes.h"

#include "core/base/clock.h"
#include "ui/models/app_model.h"
#include "ui/models/offline_client.h"
#include "ui/platform/preferences.h"

namespace parlour::desktop {

namespace {
std::shared_ptr<room::Participant> ownCopy(room::RoomState& state) {
    for (auto& person : state.participants)
        if (person->isSelf) {
            auto copy = std::make_shared<room::Participant>(*person);
            person = copy;
            return copy;
        }
    return nullptr;
}
}  // namespace

void prepareScene(ui::AppModel& app, ui::Preferences& preferences, ui::OfflineClient& client, const QString& scene) {
    app.setScene(scene);
    client.noHouses = scene == QLatin1String("no-house");
    const bool first = scene == QLatin1String("welcome") || scene == QLatin1String("soundcheck");
    if (!first) preferences.setName(QStringLiteral("Ana Moreau"));
    preferences.setWelcomed(!first);
    app.start();
    if (first) return;

    if (scene == QLatin1String("room-guest") || scene == QLatin1String("listener-guest") || scene == QLatin1String("as-guest")) client.houses.seatGuest();
    if (scene == QLatin1String("listener-guest") || scene == QLatin1String("as-guest")) {   // what the house tells others than hosts
        auto& told = *client.houses.roomGuest;
        const api::RoomGuest all = told;
        told = {};
        told.name = all.name;
        told.identity = all.identity;
        told.verified = all.verified;
        told.guestReady = all.guestReady;
        if (scene == QLatin1String("as-guest")) {
            told.room = all.room;
            told.greenRoom = all.greenRoom;
        }
    }
    if (scene == QLatin1String("blocked")) {
        // In the room people have other ids than in the twin's house: this one is in both.
        client.houses.members.front().id = base::Identity("victortamm");
        client.houses.profiles["victortamm"].blocked = true;
    }
    if (scene == QLatin1String("join-house")) client.linkKind = api::InvitationKind::membership;
    const auto name = preferences.name().toStdString();
    const auto enter = [&](const char* as) {
        client.fill(name, as);
        app.go(QStringLiteral("room"));
    };
    if (scene == QLatin1String("listener") || scene == QLatin1String("listener-guest")) {
        enter("listener");
        client.command({api::StageVerb::raise, {}, {}, {}, true, false});
    } else if (scene == QLatin1String("speaker") || scene == QLatin1String("as-guest")) {
        enter("speaker");
        client.setMicrophone(true);
    } else if (scene == QLatin1String("moderator") || scene == QLatin1String("react") || scene == QLatin1String("chat-rules") ||
               scene == QLatin1String("chat-link") || scene == QLatin1String("chat") || scene == QLatin1String("people") ||
               scene.startsWith(QLatin1String("desk-")) || scene == QLatin1String("room-guest") || scene == QLatin1String("report") || scene == QLatin1String("ping") || scene == QLatin1String("blocked") || scene == QLatin1String("person") || scene == QLatin1String("remove") || scene == QLatin1String("invite")) {
        enter("moderator");
        client.setMicrophone(true);
    } else if (scene == QLatin1String("chat-slow")) {   // a listener who wrote twice
        enter("listener");
        client.setChatRules(60, std::nullopt);
        client.say("How many flights has the oldest stage done?");
        client.say("And when is the next one?");
    } else if (scene == QLatin1String("faces")) {   // half of the people in the room have a picture
        enter("moderator");
        auto state = client.state();
        for (std::size_t i = 0; i < state.participants.size(); i += 2) {
            auto copy = std::make_shared<room::Participant>(*state.participants[i]);
            copy->pictureMs = client.houses.paint(copy->identity.str());
            state.participants[i] = std::move(copy);
        }
        client.show(std::move(state));
    } else if (scene == QLatin1String("chat-long") || scene == QLatin1String("chat-earlier")) {
        enter("moderator");
        client.longChat(450);
    } else if (scene == QLatin1String("crowd")) {
        enter("listener");
        client.crowd(5000);
    } else if (scene == QLatin1String("questions") || scene == QLatin1String("ask")) {
        enter(scene == QLatin1String("ask") ? "listener" : "moderator");
        client.interview();
    } else if (scene == QLatin1String("host")) {
        enter("host");
    } else if (scene == QLatin1String("offer")) {
        enter("listener");
        client.command({api::StageVerb::invite, client.state().self, {}, {}, true, false});
    } else if (scene == QLatin1String("reconnecting")) {
        enter("speaker");
        auto state = client.state();
        state.session = room::SessionState::reconnecting;
        state.reconnectVisible = true;
        client.show(std::move(state));
    } else if (scene == QLatin1String("held")) {
        enter("speaker");
        auto state = client.state();
        if (auto own = ownCopy(state)) own->held = true;
        client.show(std::move(state));
    } else if (scene == QLatin1String("check")) {   // connection and sound, measured
        enter("speaker");
        QObject::connect(app.session(), &ui::SessionBridge::joinedNow, &app, [&client] {
            for (int seconds = 1; seconds <= 3; ++seconds) {
                room::SessionStats stats;
                stats.roundTripTime = 0.034;
                stats.packetsSent = static_cast<std::uint64_t>(50 * seconds);
                stats.fractionLost = 0.03;
                room::RemoteTrackStats track;
                track.identity = base::Identity("kenjiito");
                track.packetsReceived = static_cast<std::uint64_t>(50 * seconds);
                track.jitter = 0.004;
                stats.tracks.push_back(track);
                client.tellStats(stats);
            }
        });
    } else if (scene == QLatin1String("asked")) {
        enter("speaker");
        auto state = client.state();
        state.askedToUnmute = true;
        client.show(std::move(state));
    } else if (scene == QLatin1String("entering")) {
        room::RoomState state;
        state.session = room::SessionState::connecting;
        client.show(std::move(state));
        app.go(QStringLiteral("room"));
    } else if (scene == QLatin1String("in-line") || scene == QLatin1String("crowded")) {
        room::RoomState state;
        state.session = room::SessionState::waiting;
        state.title = "Rockets, markets, and ask me anything";
        state.line.place = 3;
        state.line.waiting = 12;
        state.line.inside = 200;
        state.line.crowded = scene == QLatin1String("crowded");
        state.line.nextTry = base::SystemClock().wallNow() + std::chrono::seconds(8);
        client.show(std::move(state));
        app.go(QStringLiteral("room"));
    } else if (scene == QLatin1String("door")) {
        enter("moderator");
        auto state = client.state();
        room::DoorView door;
        for (const char* waiting : {"Walter Kern", "Ines Duarte", "Bo Lindqvist"}) door.waiting.push_back({base::Identity(std::string(waiting)), waiting});
        door.waitingCount = 3;
        door.people = door.cap = 200;
        door.arrivalsLastMinute = 41;
        door.overflow = {200, 86};
        door.busyPercent = 38;
        door.roomFor = 310;
        state.door = std::make_shared<const room::DoorView>(std::move(door));
        for (auto& hand : state.hands) hand.overflow = &hand == &state.hands.front() ? 1 : 0;
        client.show(std::move(state));
    } else if (scene == QLatin1String("overflow")) {
        enter("listener");
        auto state = client.state();
        state.overflow = 1;
        state.overflowOf = state.title;
        state.elsewhere = 200;
        client.show(std::move(state));
    } else if (scene == QLatin1String("error")) {
        app.showError(base::Error{base::ErrorKind::untrusted, "certificate",
                                  "The certificate of talk.example.org is not the one that the link names.",
                                  "Ask for a new link, or tell the people of this server.",
                                  "pin expected 6fQ1…, got 9aBc…; TLS 1.3"});
    } else if (scene == QLatin1String("house") || scene.startsWith(QLatin1String("house-")) || scene == QLatin1String("member")) {
        client.houses.me.standing = api::Standing::admin;
        app.go(QStringLiteral("house"));
    } else if (scene == QLatin1String("notices")) {
        app.go(QStringLiteral("notices"));
    } else if (scene == QLatin1String("upcoming") || scene == QLatin1String("new-talk")) {
        app.go(QStringLiteral("upcoming"));
    } else if (scene == QLatin1String("no-talks")) {
        client.houses.talks = {};
        app.go(QStringLiteral("upcoming"));
    } else if (scene == QLatin1String("event")) {
        app.go(QStringLiteral("event"), QStringLiteral("energy"));
    } else if (scene == QLatin1String("guests") || scene == QLatin1String("new-guest")) {
        app.go(QStringLiteral("guests"));
    } else if (scene == QLatin1String("no-guests")) {
        client.houses.guests.clear();
        app.go(QStringLiteral("guests"));
    } else if (scene == QLatin1String("guest")) {
        app.go(QStringLiteral("guest"), QStringLiteral("vera"));
    } else if (scene == QLatin1String("agreed")) {
        app.go(QStringLiteral("guest"), QStringLiteral("selma"));
    } else if (scene == QLatin1String("no-house")) {
        app.go(QStringLiteral("house"));
    } else if (scene == QLatin1String("first-steps")) {
        client.houses.clear();
        app.go(QStringLiteral("house"));
    } else if (scene == QLatin1String("outsider")) {
        client.houses.me.standing = api::Standing::none;
        app.go(QStringLiteral("house"));
    } else if (scene == QLatin1String("invitations") || scene == QLatin1String("order") || scene == QLatin1String("waiting")) {
        app.go(QStringLiteral("invitations"));
    } else if (scene == QLatin1String("no-invitations")) {
        client.houses.invitations.clear();
        client.houses.applications.clear();
        app.go(QStringLiteral("invitations"));
    } else if (scene.startsWith(QLatin1String("settings"))) {
        app.go(QStringLiteral("settings"));
    }
}

}  // namespace parlour::desktop

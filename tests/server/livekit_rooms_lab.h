// SPDX-License-Identifier: Apache-2.0
// LiveKitRooms on virtual time before a LiveKit server that is played (played_livekit.h), and the notebook of names behind the engine.
#pragma once

#include "core/server/livekit_engine.h"
#include "core/server/livekit_rooms.h"
#include "tests/server/played_livekit.h"

namespace parlour::tests {

struct RoomsLab {
    ManualClock clock;
    ManualExecutor executor{clock};
    PlayedLiveKit kit;
    server::RoomServiceClient client{executor, clock, *net::Url::parse("ws://127.0.0.1:7880"), kit.key, kit.sender(executor)};
    std::shared_ptr<server::LiveKitRooms> rooms = std::make_shared<server::LiveKitRooms>(executor, clock, client);
    std::vector<std::string> house;   // what the house was told
    const base::RoomId room{"salon"};
    const std::string name = "parlour-x";

    RoomsLab() {
        server::EndpointHouse ears;
        ears.connected = [this](const auto&, const auto& who) { house.push_back("+" + who.str()); };
        ears.disconnected = [this](const auto&, const auto& who) { house.push_back("-" + who.str()); };
        ears.unmuted = [this](const auto&, const auto& who) { house.push_back("unmuted " + who.str()); };
        rooms->attach(std::move(ears));
    }
    /// As the house admits somebody and gives out a token.
    void admit(const std::string& who, bool speaks = false) {
        std::optional<base::Result<void>> done;
        server::MediaRights rights;
        rights.canPublish = speaks;
        rooms->setRights(room, name, true, base::Identity(who), rights, [&](base::Result<void> result) { done = result; });
        executor.runFor(std::chrono::milliseconds(20));
        REQUIRE(done);
        REQUIRE(*done);
        server::Admission admission;
        admission.room = room;
        admission.identity = base::Identity(who);
        admission.name = who;
        admission.roomTitle = "Salon";
        admission.roomMetadata = R"({"hands_locked":false})";
        admission.attributes = {{"parlour.seat", speaks ? "stage" : "audience"}};
        admission.rights = rights;
        REQUIRE(rooms->expect(admission) == name);
        executor.runFor(std::chrono::milliseconds(20));
    }
    void hook(const std::string& kind, const std::string& who, const std::string& sid = "PA_1") {
        server::LiveKitEvent event{"EV_" + kind + who, kind, 1, name, std::nullopt};
        if (!who.empty()) {
            server::LiveKitPerson person;
            person.identity = base::Identity(who);
            person.sid = sid;
            if (kit.rooms[name].contains(who)) person = *server::readPerson(kit.rooms[name][who]);
            event.person = person;
        }
        rooms->handle(event);
        executor.runFor(std::chrono::milliseconds(20));
    }
    void come(const std::string& who, bool publishes = false) {
        kit.enter(name, who, "PA_1", publishes);
        hook("participant_joined", who);
    }
    /// Rights as an order of the house; what became of it.
    std::optional<base::Result<void>> order(const std::string& who, server::MediaRights rights, base::Duration within = std::chrono::milliseconds(20)) {
        auto done = std::make_shared<std::optional<base::Result<void>>>();
        rooms->setRights(room, name, true, base::Identity(who), rights, [done](base::Result<void> result) { *done = result; });
        executor.runFor(within);
        return *done;
    }
    Json permission(const std::string& who) { return kit.rooms[name][who]["permission"]; }
};

/// The house's notebook, whose database can be away.
struct Notebook {
    std::map<base::RoomId, std::string> kept;
    bool away = false;
    int refused = 0;

    server::LiveKitNames names() {
        const auto failed = [this] {
            ++refused;
            return base::fail(base::ErrorKind::unavailable, "store_away", "The database does not answer.");
        };
        server::LiveKitNames names;
        names.load = [this, failed](const base::RoomId& room) -> base::Result<std::optional<std::string>> {
            if (away) return failed();
            return kept.contains(room) ? std::optional(kept[room]) : std::nullopt;
        };
        names.save = [this, failed](const base::RoomId& room, const std::string& name) -> base::Result<void> {
            if (away) return failed();
            kept[room] = name;
            return {};
        };
        return names;
    }
};

inline server::MediaRights speaking() {
    server::MediaRights rights;
    rights.canPublish = true;
    return rights;
}

}  // namespace parlour::tests

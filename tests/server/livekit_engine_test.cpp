// SPDX-License-Identifier: Apache-2.0
// What live sessions are called on LiveKit: written down before it is used, never used twice, and another one where LiveKit has forgotten
// a room that goes on; also while the database is away.
#include "core/server/livekit_engine.h"

#include "core/api/chat_write.h"
#include "tests/server/livekit_rooms_lab.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;

TEST_CASE("a room that LiveKit has forgotten goes on in a new one, into which its people are asked", "[livekit-rooms]") {
    RoomsLab lab;
    Notebook book;
    auto& kept = book.kept;
    kept[lab.room] = lab.name;
    LiveKitEngine engine(lab.executor, lab.rooms, book.names());
    lab.rooms->onForgotten = [&](const base::RoomId& room, const std::string& name) { engine.renew(room, name); };
    engine.setRights(lab.room, base::Identity("ann"), speaking(), {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    lab.rooms->tell(RoomChanged{lab.room, "Salon", "{}"});
    lab.come("ann", true);
    const auto topics = [&](const std::string& room, const char* topic) {
        return std::count_if(lab.kit.data.begin(), lab.kit.data.end(), [&](const auto& one) { return one["room"] == room && one["topic"] == topic; });
    };

    lab.kit.forget();
    lab.kit.deaf = true;   // its nodes do not hear each other yet
    lab.executor.runFor(std::chrono::milliseconds(1300));
    CHECK(kept[lab.room] == lab.name);
    lab.kit.deaf = false;
    lab.executor.runFor(std::chrono::milliseconds(700));
    const auto fresh = kept[lab.room];
    REQUIRE(fresh != lab.name);
    CHECK(kept[LiveKitNames::kEnded].find(lab.name) != std::string::npos);
    CHECK(lab.kit.rooms.contains(fresh));
    CHECK(Json::parse(lab.kit.metadata[fresh])["title"] == "Salon");
    CHECK(lab.house.back() == "-ann");
    CHECK(lab.rooms->stats().moved == 1);
    CHECK(lab.rooms->stats().remade == 0);
    lab.executor.runFor(std::chrono::seconds(2));
    CHECK(topics(lab.name, api::kTopicMoved) >= 1);
    CHECK(topics(fresh, api::kTopicMoved) == 0);

    // With a token for it, and the rights of before; orders reach her there.
    lab.kit.enter(fresh, "ann", "PA_2", true);
    lab.executor.runFor(std::chrono::seconds(11));
    CHECK(lab.house.back() == "+ann");
    CHECK(lab.kit.rooms[fresh]["ann"]["permission"]["can_publish"] == true);
    std::optional<base::Result<void>> done;
    engine.setRights(lab.room, base::Identity("ann"), {}, [&](base::Result<void> result) { done = result; });
    lab.executor.runFor(std::chrono::milliseconds(20));
    REQUIRE(done);
    CHECK(lab.kit.rooms[fresh]["ann"]["permission"]["can_publish"] == false);

    // Whoever has not come by then does not go on in the old one.
    lab.executor.runFor(std::chrono::seconds(10));
    CHECK_FALSE(lab.kit.rooms.contains(lab.name));
    CHECK_FALSE(lab.kit.forgotten.contains(lab.name));
    const auto asked = topics(lab.name, api::kTopicMoved);
    lab.executor.runFor(std::chrono::seconds(10));
    CHECK(topics(lab.name, api::kTopicMoved) == asked);
    CHECK(kept[lab.room] == fresh);
}

TEST_CASE("a forgotten room waits for its new name while the database is away, and its people stay where they are", "[livekit-rooms]") {
    RoomsLab lab;
    Notebook book;
    book.kept[lab.room] = lab.name;
    LiveKitEngine engine(lab.executor, lab.rooms, book.names());
    int asked = 0;
    lab.rooms->onForgotten = [&](const base::RoomId& room, const std::string& name) {
        ++asked;
        engine.renew(room, name);
    };
    engine.setRights(lab.room, base::Identity("ann"), speaking(), {});
    engine.setRights(lab.room, base::Identity("ben"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    lab.rooms->tell(RoomChanged{lab.room, "Salon", "{}"});
    lab.come("ann", true);
    lab.come("ben");
    const auto told = lab.house;

    book.away = true;
    lab.kit.forget();
    lab.executor.runFor(std::chrono::minutes(2));
    // Asked again, later each time; nobody is said to have left, and no second room is made in which a newcomer would be alone.
    CHECK(asked >= 20);
    CHECK(asked <= 40);
    CHECK(lab.house == told);
    CHECK(lab.kit.rooms.empty());
    CHECK(lab.rooms->stats().moved == 0);
    // What is ordered meanwhile is not said to be in force.
    std::vector<std::string> codes;
    const auto note = [&](const base::Result<void>& result) { codes.push_back(result ? "ok" : result.error().code); };
    engine.setRights(lab.room, base::Identity("ann"), {}, note);
    engine.mute(lab.room, base::Identity("ann"), note);
    engine.remove(lab.room, base::Identity("ben"), note);
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(codes == std::vector<std::string>(3, "media_moving"));
    CHECK(lab.kit.rooms.empty());

    book.away = false;
    lab.executor.runFor(std::chrono::seconds(5));
    const auto fresh = book.kept[lab.room];
    REQUIRE(fresh != lab.name);
    CHECK(lab.kit.rooms.contains(fresh));
    CHECK(lab.rooms->stats().moved == 1);
    const auto after = asked;
    CHECK(std::any_of(lab.kit.data.begin(), lab.kit.data.end(), [&](const auto& one) { return one["room"] == lab.name && one["topic"] == api::kTopicMoved; }));
    // And holds where they come together again.
    lab.kit.enter(fresh, "ann", "PA_3")["permission"]["can_publish"] = true;
    lab.kit.enter(fresh, "ben", "PA_4");
    lab.executor.runFor(std::chrono::seconds(20));
    CHECK(lab.kit.rooms[fresh]["ann"]["permission"]["can_publish"] == false);
    CHECK_FALSE(lab.kit.rooms[fresh].contains("ben"));
    CHECK(asked == after);
    CHECK_FALSE(lab.kit.forgotten.contains(lab.name));
}

TEST_CASE("a forgotten room that is ended before it has its new name does not talk on", "[livekit-rooms]") {
    RoomsLab lab;
    Notebook book;
    book.kept[lab.room] = lab.name;
    LiveKitEngine engine(lab.executor, lab.rooms, book.names());
    lab.rooms->onForgotten = [&](const base::RoomId& room, const std::string& name) { engine.renew(room, name); };
    engine.setRights(lab.room, base::Identity("ann"), speaking(), {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    lab.come("ann", true);
    book.away = true;
    lab.kit.forget();
    lab.executor.runFor(std::chrono::seconds(10));
    REQUIRE(lab.kit.forgotten.contains(lab.name));
    book.away = false;
    engine.endRoom(lab.room, {});
    lab.executor.runFor(std::chrono::seconds(1));
    CHECK_FALSE(lab.kit.forgotten.contains(lab.name));
    CHECK_FALSE(lab.kit.rooms.contains(lab.name));
}

TEST_CASE("who was muted while the room waited for its new name is muted in the new one, and not said to have unmuted", "[livekit-rooms]") {
    RoomsLab lab;
    Notebook book;
    book.kept[lab.room] = lab.name;
    LiveKitEngine engine(lab.executor, lab.rooms, book.names());
    lab.rooms->onForgotten = [&](const base::RoomId& room, const std::string& name) { engine.renew(room, name); };
    engine.setRights(lab.room, base::Identity("ann"), speaking(), {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    lab.rooms->tell(RoomChanged{lab.room, "Salon", "{}"});
    lab.come("ann", true);
    book.away = true;
    lab.kit.forget();
    lab.executor.runFor(std::chrono::seconds(10));
    PersonChanged muted;
    muted.room = lab.room;
    muted.identity = base::Identity("ann");
    muted.name = "ann";
    muted.rights = speaking();
    muted.attributes = {{std::string(api::kAttrMutedBy), "host"}};
    lab.rooms->tell(muted);
    engine.mute(lab.room, base::Identity("ann"), [](const base::Result<void>&) {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    book.away = false;
    lab.executor.runFor(std::chrono::seconds(5));
    const auto fresh = book.kept[lab.room];
    REQUIRE(fresh != lab.name);
    lab.kit.enter(fresh, "ann", "PA_3", true);
    lab.executor.runFor(std::chrono::seconds(15));
    CHECK(lab.kit.rooms[fresh]["ann"]["tracks"][0]["muted"] == true);
    CHECK(std::count(lab.house.begin(), lab.house.end(), "unmuted ann") == 0);
    // From then on the own act counts.
    lab.kit.rooms[fresh]["ann"]["tracks"][0]["muted"] = false;
    lab.executor.runFor(std::chrono::seconds(15));
    CHECK(std::count(lab.house.begin(), lab.house.end(), "unmuted ann") >= 1);
}

TEST_CASE("a session that ends while the database is away ends for its people, and its name opens no other", "[livekit-engine]") {
    RoomsLab lab;
    Notebook book;
    LiveKitEngine engine(lab.executor, lab.rooms, book.names());
    engine.setRights(lab.room, base::Identity("ann"), speaking(), {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    const auto first = book.kept[lab.room];
    REQUIRE(lab.kit.rooms.contains(first));
    book.away = true;
    std::optional<base::Result<void>> ended;
    engine.endRoom(lab.room, [&](base::Result<void> result) { ended = std::move(result); });
    lab.executor.runFor(std::chrono::milliseconds(20));
    REQUIRE(ended);
    CHECK(*ended);
    CHECK_FALSE(lab.kit.rooms.contains(first));
    std::string code;
    engine.setRights(lab.room, base::Identity("ann"), speaking(), [&](const base::Result<void>& result) { code = result.error().code; });
    CHECK(code == "store_away");   // no name, no room
    book.away = false;
    engine.setRights(lab.room, base::Identity("ann"), speaking(), {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    const auto second = book.kept[lab.room];
    CHECK(second != first);
    CHECK(lab.kit.rooms.contains(second));
    // A process that ended between the two writings leaves a name that is no session's any more.
    book.kept[LiveKitNames::kEnded] += " " + second;
    LiveKitEngine next(lab.executor, lab.rooms, book.names());
    next.setRights(lab.room, base::Identity("ann"), speaking(), {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(book.kept[lab.room] != second);
    // The list of ended sessions is not written over by a process that could not read it.
    book.away = true;
    LiveKitEngine late(lab.executor, lab.rooms, book.names());
    late.endForgotten();
    book.away = false;
    late.endRoom(lab.room, {});
    CHECK(book.kept[LiveKitNames::kEnded].find(second) != std::string::npos);
}

TEST_CASE("the names of live sessions are random, written down before they are used, and never used twice", "[livekit-engine]") {
    RoomsLab lab;
    Notebook book;
    auto& kept = book.kept;
    LiveKitEngine engine(lab.executor, lab.rooms, book.names());
    engine.setRights(lab.room, base::Identity("ann"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    const auto first = kept[lab.room];
    CHECK(first.size() >= 24);
    CHECK(lab.kit.rooms.contains(first));
    bool ended = false;
    engine.endRoom(lab.room, [&] { ended = true; });
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(ended);
    CHECK_FALSE(lab.kit.rooms.contains(first));
    engine.setRights(lab.room, base::Identity("ann"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(kept[lab.room] != first);
    CHECK(lab.kit.rooms.contains(kept[lab.room]));
    // A room that LiveKit could not end then is ended when it is back, also by another process.
    lab.kit.away = true;
    std::string failed;
    const auto second = kept[lab.room];
    engine.endRoom(lab.room, [&](const base::Result<void>& result) { failed = result.error().code; });
    lab.executor.runFor(std::chrono::seconds(6));
    CHECK(failed == "media_unreachable");
    CHECK(lab.kit.rooms.contains(second));
    lab.kit.away = false;
    lab.executor.runFor(std::chrono::seconds(1));
    CHECK_FALSE(lab.kit.rooms.contains(second));
    lab.kit.rooms[first];
    LiveKitEngine late(lab.executor, lab.rooms, book.names());
    late.endForgotten();
    lab.executor.runFor(std::chrono::seconds(1));
    CHECK_FALSE(lab.kit.rooms.contains(first));
    engine.setRights(lab.room, base::Identity("ann"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    // Another process takes up the session where it was.
    LiveKitEngine next(lab.executor, lab.rooms, book.names());
    const auto calls = lab.kit.count("CreateRoom");
    next.setRights(lab.room, base::Identity("ann"), {}, {});
    lab.executor.runFor(std::chrono::milliseconds(20));
    CHECK(lab.kit.count("CreateRoom") == calls);
    // A name that cannot be written down is not used.
    book.away = true;
    std::string code;
    engine.setRights(base::RoomId("other"), base::Identity("ann"), {}, [&](const base::Result<void>& result) { code = result.error().code; });
    CHECK(code == "store_away");
}

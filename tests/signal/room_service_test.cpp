// SPDX-License-Identifier: Apache-2.0
#include "core/signal/room_service.h"

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::signal;

TEST_CASE("a request in JSON has either form of its names, enums by name or number", "[signal][room-service]") {
    const auto call = decodeRoomCall(RoomMethod::updateParticipant, BodyForm::json,
                                     R"({"room":"r","identity":"a","permission":{"canPublish":true,"can_subscribe":true,
                                         "canPublishSources":["MICROPHONE",1]},"attributes":{"k":"v"},"newField":{"x":[1]},"name":null})");
    REQUIRE(call);
    CHECK(call->room.str() == "r");
    REQUIRE(call->permission);
    CHECK(call->permission->canPublish);
    CHECK_FALSE(call->permission->canPublishData);
    CHECK(call->permission->canPublishSources == std::vector{TrackSource::microphone, TrackSource::camera});
    CHECK(call->attributes.at("k") == "v");
    const auto data = decodeRoomCall(RoomMethod::sendData, BodyForm::json,
                                     R"({"room":"r","data":"_-8","kind":"LOSSY","destination_identities":["a"],"destinationSids":["PA_1"]})");
    REQUIRE(data);
    CHECK(data->lossy);
    CHECK(data->data.size() == 2);
    CHECK(data->destinations.size() == 1);
    CHECK(data->destinationSids.size() == 1);
    CHECK_FALSE(data->topic);
}

TEST_CASE("a field of the wrong kind names itself", "[signal][room-service]") {
    const auto wrong = [](RoomMethod method, const char* body) {
        const auto call = decodeRoomCall(method, BodyForm::json, body);
        REQUIRE_FALSE(call);
        CHECK(call.error().code == "malformed");
        return call.error().message;
    };
    CHECK(wrong(RoomMethod::deleteRoom, R"({"room":1})").find("room") != std::string::npos);
    CHECK(wrong(RoomMethod::mutePublishedTrack, R"({"muted":"yes"})").find("muted") != std::string::npos);
    CHECK(wrong(RoomMethod::sendData, R"({"data":"*"})").find("data") != std::string::npos);
    CHECK(wrong(RoomMethod::sendData, R"({"kind":"SLOW"})").find("kind") != std::string::npos);
    CHECK(wrong(RoomMethod::updateParticipant, R"({"permission":{"canPublish":1}})").find("permission") != std::string::npos);
    CHECK(wrong(RoomMethod::updateParticipant, R"({"attributes":{"a":1}})").find("attributes") != std::string::npos);
    CHECK_FALSE(decodeRoomCall(RoomMethod::listRooms, BodyForm::json, "{"));
    CHECK_FALSE(decodeRoomCall(RoomMethod::listRooms, BodyForm::json, ""));
    CHECK_FALSE(parseRoomMethod("MoveParticipant"));
}

TEST_CASE("a webhook says 64-bit numbers as text and leaves out what it is not about", "[signal][room-service]") {
    WebhookEvent event;
    event.event = "room_started";
    event.id = "EV_1";
    event.createdAtMs = 1'800'000'000'123;
    event.room.name = base::RoomId("r");
    auto json = nlohmann::json::parse(toJson(event));
    CHECK(json["room"]["name"] == "r");
    CHECK(json["created_at"] == "1800000000");
    CHECK_FALSE(json.contains("participant"));
    event.participant.emplace();
    event.participant->identity = base::Identity("ann");
    event.participant->name = "\xff";   // not UTF-8: replaced, never a broken body
    json = nlohmann::json::parse(toJson(event));
    CHECK(json["participant"]["identity"] == "ann");
}

// SPDX-License-Identifier: Apache-2.0
// A LiveKit server's RoomService as far as a house uses it, played in memory: rooms, people, permissions, what was sent. It can be
// away, refuse, or forget everything. Behind a function on virtual time, or behind a real HTTP server.
#pragma once

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/byte_io.h"
#include "core/net/http_client.h"
#include "core/signal/access_token.h"
#include "tests/support/catch.h"
#include "tests/support/manual_executor.h"

namespace parlour::tests {

using Json = nlohmann::json;

class PlayedLiveKit {
  public:
    const signal::TokenKey key{"APItest", "a-secret-of-the-tests-with-32-characters"};
    std::map<std::string, std::map<std::string, Json>> rooms;   ///< name -> identity -> ParticipantInfo
    std::map<std::string, std::string> metadata;
    std::vector<std::string> calls;                             ///< "UpdateParticipant ann"
    std::vector<Json> bodies;
    std::vector<Json> data;                                     ///< what SendData brought
    bool away = false;
    /// Its redis came back empty: rooms go on where they are, and nothing but data reaches them until they are made anew.
    std::map<std::string, std::map<std::string, Json>> forgotten;
    bool deaf = false;                                          ///< and not even data
    void forget() { forgotten = std::exchange(rooms, {}); }
    int failures = 0;                                           ///< so many calls are answered 503 first

    /// As a client with this identity: in the room, with these rights.
    Json& enter(const std::string& room, const std::string& identity, const std::string& sid = "PA_1", bool publishes = false) {
        Json tracks = Json::array();
        if (publishes) tracks = {{{"sid", "TR_" + identity}, {"type", "AUDIO"}, {"muted", false}}, {{"sid", "TR_V" + identity}, {"type", "VIDEO"}, {"muted", false}}};
        auto& person = rooms[room][identity];
        person = {{"identity", identity}, {"sid", sid}, {"state", "ACTIVE"}, {"name", ""}, {"attributes", Json::object()}, {"tracks", tracks},
                  {"permission", {{"can_subscribe", true}, {"can_publish", false}, {"can_publish_data", true}, {"can_update_metadata", false}}}};
        return person;
    }
    std::size_t count(const std::string& call) const { return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), call)); }

    net::HttpResponse answer(const std::string& path, std::string_view authorization, const std::string& text) {
        const auto method = path.substr(path.rfind('/') + 1);
        const auto body = Json::parse(text);
        const std::string room = body.value("room", body.value("name", ""));
        const std::string who = body.value("identity", "");
        calls.push_back(method + (who.empty() ? "" : " " + who));
        bodies.push_back(body);
        if (failures > 0) {
            --failures;
            return error(503, "unavailable");
        }
        if (!authorized(authorization, method, room)) return error(401, "unauthenticated");
        if (method == "CreateRoom") {
            rooms[room];
            return ok({{"name", room}});
        }
        if (method == "SendData" && forgotten.contains(room)) {
            if (deaf) return error(503, "unavailable");
            data.push_back(body);
            return ok(Json::object());
        }
        if (method == "ListRooms") {
            Json list = Json::array();
            for (const auto& name : body["names"])
                if (rooms.contains(name)) list.push_back({{"name", name}, {"metadata", metadata[name]}});
            return ok({{"rooms", list}});
        }
        if (method == "ListParticipants") {
            Json list = Json::array();
            if (rooms.contains(room))
                for (const auto& [id, person] : rooms[room]) list.push_back(person);
            return ok({{"participants", list}});
        }
        if (!rooms.contains(room)) return error(404, "not_found");
        if (method == "DeleteRoom") {
            forgotten.erase(room);
            rooms.erase(room);
            return ok(Json::object());
        }
        if (method == "UpdateRoomMetadata") {
            metadata[room] = body["metadata"];
            return ok({{"name", room}});
        }
        if (method == "SendData") {
            data.push_back(body);
            return ok(Json::object());
        }
        if (!rooms[room].contains(who)) return error(404, "not_found");
        auto& person = rooms[room][who];
        if (method == "RemoveParticipant") {
            rooms[room].erase(who);
            return ok(Json::object());
        }
        if (method == "UpdateParticipant") {
            if (body.contains("permission")) person["permission"] = body["permission"];   // as a whole: what is absent is false
            if (body.contains("name")) person["name"] = body["name"];
            if (!body.contains("attributes")) return ok(person);
            for (const auto& [name, value] : body["attributes"].items()) {
                person["attributes"][name] = value;
                if (value == "") person["attributes"].erase(name);
            }
        } else if (method == "MutePublishedTrack") {
            for (auto& track : person["tracks"])
                if (track["sid"] == body["track_sid"]) track["muted"] = body["muted"];
        }
        return ok(person);
    }

    /// On virtual time: an answer takes two milliseconds; who is away is noticed at once.
    std::function<net::Pending(net::HttpCall, net::HttpAnswer)> sender(ManualExecutor& executor) {
        return [this, &executor](net::HttpCall call, net::HttpAnswer answer) {
            m_timers.push_back(executor.postAfter(std::chrono::milliseconds(2), [this, call = std::move(call), answer = std::move(answer)] {
                if (away) return answer(base::fail(base::ErrorKind::unreachable, "connect_failed", "Nobody answers there."));
                answer(this->answer(call.url.path, call.headers.at("authorization"), call.body));
            }));
            return net::Pending();
        };
    }


  private:
    static net::HttpResponse ok(const Json& body) { return net::HttpResponse::json(200, body.dump()); }
    static net::HttpResponse error(int status, const char* code) {
        return net::HttpResponse::json(status, Json{{"code", code}, {"msg", "played"}}.dump());
    }
    bool authorized(std::string_view header, const std::string& method, const std::string& room) const {
        const auto token = signal::peekToken(header.substr(std::min<std::size_t>(header.size(), 7)));
        if (!header.starts_with("Bearer ") || !token || token->issuer != key.id || base::toUnixMs(token->expires) == 0) return false;
        if (method == "CreateRoom" || method == "DeleteRoom") return token->video.roomCreate;
        if (method == "ListRooms") return token->video.roomList;
        return token->video.roomAdmin && token->video.room.str() == room;
    }

    std::deque<base::Timer> m_timers;
};

}  // namespace parlour::tests

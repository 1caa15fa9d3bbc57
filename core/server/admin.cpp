// SPDX-License-Identifier: Apache-2.0
#include "core/server/admin.h"

#include <nlohmann/json.hpp>

#include "core/api/house_json.h"
#include "core/net/url.h"

namespace parlour::server {

using Json = nlohmann::json;

namespace {

using AnswerLine = std::function<void(std::string)>;

std::string failed(const base::Error& error) {
    return Json{{"error", Json::parse(api::toJson(api::toBody(error)))}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}
std::string good(Json ok) { return Json{{"ok", std::move(ok)}}.dump(-1, ' ', false, Json::error_handler_t::replace); }

template <class T>
HouseService::Answer<T> answering(AnswerLine answer) {
    return [answer = std::move(answer)](base::Result<T> result) {
        answer(result ? good(Json::parse(api::toJson(*result))) : failed(result.error()));
    };
}

/// The API's own reader for the command's fields: the same limits and words as over HTTP.
template <class T>
std::optional<T> fields(const Json& in, const AnswerLine& answer) {
    auto parsed = api::fromJson<T>(in.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (parsed) return std::move(*parsed);
    answer(failed(parsed.error()));
    return std::nullopt;
}

std::string textField(const Json& in, const char* name) {
    const auto it = in.find(name);
    return it != in.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace

AdminCommands::AdminCommands(HouseService& house, std::function<void(std::function<void(std::string)>)> metricsText)
    : m_house(house), m_metricsText(std::move(metricsText)) {}

void AdminCommands::run(const std::string& line, AnswerLine answer) {
    const Json in = Json::parse(line, nullptr, false);
    const auto bad = [&](std::string message) {
        answer(failed({base::ErrorKind::invalidInput, "bad_command", std::move(message), {}, {}}));
    };
    if (!in.is_object()) return bad("The command is not valid JSON.");
    const std::string command = textField(in, "command");
    const Caller admin{{}, true};
    const base::RoomId room(textField(in, "room"));
    if (command == "ping") return answer(good(Json::object()));
    if (command == "metrics") {
        if (!m_metricsText) return bad("No server is running.");
        return m_metricsText([answer](std::string text) { answer(good(Json{{"text", std::move(text)}})); });
    }
    if (command == "room.create") {
        if (auto wish = fields<api::RoomWish>(in, answer)) m_house.createRoom(*wish, answering<api::RoomMade>(answer));
    } else if (command == "room.list") {
        m_house.listRooms([answer](base::Result<std::vector<api::AdminRoom>> rooms) {
            if (!rooms) return answer(failed(rooms.error()));
            Json list = Json::array();
            for (const auto& one : *rooms) list.push_back(Json::parse(api::toJson(one)));
            answer(good(std::move(list)));
        });
    } else if (command == "room.end") {
        m_house.endRoom(room, answering<api::Nothing>(answer));
    } else if (command == "invite.create") {
        if (auto wish = fields<api::InvitationWish>(in, answer))
            m_house.createInvitation(admin, room, *wish, answering<api::InvitationMade>(answer));
    } else if (command == "invite.list") {
        m_house.invitations(admin, room, answering<api::InvitationList>(answer));
    } else if (command == "invite.revoke") {
        if (auto wish = fields<api::RevokeWish>(in, answer))
            m_house.revokeInvitation(admin, room, base::InvitationId(textField(in, "id")), wish->scope, answering<api::Nothing>(answer));
    } else if (command == "request") {
        const std::string target = textField(in, "path");
        const auto mark = target.find('?');
        auto query = net::parseQuery(mark == std::string::npos ? std::string() : target.substr(mark + 1));
        if (!query) return bad("The command's query is not understood.");
        m_house.request({textField(in, "method"), target.substr(0, mark), std::move(*query), textField(in, "body"), admin},
                        [answer](base::Result<ApiReply> reply) {
                            if (!reply) return answer(failed(reply.error()));
                            if (reply->type != "application/json") return answer(good(Json{{"text", std::move(reply->body)}}));
                            answer(good(Json::parse(reply->body, nullptr, false)));
                        });
    } else {
        bad("This command is not known.");
    }
}

}  // namespace parlour::server

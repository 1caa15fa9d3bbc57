// SPDX-License-Identifier: Apache-2.0
#include "core/server/livekit_types.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace parlour::server {
namespace {

constexpr std::int64_t kLastSecond = 253'402'300'799;   // the year 9999: nothing overflows

using nlohmann::json;

constexpr std::size_t kMaxAttributes = 128;

const json* member(const json& object, const char* snake, const char* camel = nullptr) {
    if (!object.is_object()) return nullptr;
    auto it = object.find(snake);
    if (it == object.end() && camel != nullptr) it = object.find(camel);
    return it == object.end() ? nullptr : &*it;
}
std::string text(const json& object, const char* snake, const char* camel = nullptr) {
    const auto* value = member(object, snake, camel);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}
bool flag(const json& object, const char* snake, const char* camel = nullptr) {
    const auto* value = member(object, snake, camel);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}
std::int64_t number(const json& object, const char* snake, const char* camel = nullptr) {
    const auto* value = member(object, snake, camel);
    if (value == nullptr) return 0;
    if (value->is_number_integer()) return value->get<std::int64_t>();
    if (!value->is_string()) return 0;
    const auto& digits = value->get_ref<const std::string&>();
    std::int64_t out = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return out;
}
/// Enums come by name or, from other encoders, by number.
std::string word(const json& object, const char* key, std::initializer_list<const char*> byNumber) {
    const auto* value = member(object, key);
    if (value == nullptr) return *byNumber.begin();
    if (value->is_string()) return value->get<std::string>();
    const auto index = value->is_number_unsigned() ? value->get<std::size_t>() : 0;
    return index < byNumber.size() ? *(byNumber.begin() + index) : std::string();
}

}  // namespace

std::optional<LiveKitPerson> readPerson(const json& value) {
    if (!value.is_object()) return std::nullopt;
    LiveKitPerson out;
    out.identity = base::Identity(text(value, "identity"));
    if (out.identity.empty()) return std::nullopt;
    out.sid = text(value, "sid");
    out.name = text(value, "name");
    out.state = word(value, "state", {"JOINING", "JOINED", "ACTIVE", "DISCONNECTED"});
    if (const auto* permission = member(value, "permission")) {
        out.canPublish = flag(*permission, "can_publish", "canPublish");
        out.canSubscribe = flag(*permission, "can_subscribe", "canSubscribe");
        out.canPublishData = flag(*permission, "can_publish_data", "canPublishData");
        out.canUpdateMetadata = flag(*permission, "can_update_metadata", "canUpdateMetadata");
    }
    if (const auto* attributes = member(value, "attributes"); attributes != nullptr && attributes->is_object())
        for (const auto& [key, one] : attributes->items())
            if (one.is_string() && out.attributes.size() < kMaxAttributes) out.attributes[key] = one.get<std::string>();
    if (const auto* tracks = member(value, "tracks"); tracks != nullptr && tracks->is_array())
        for (const auto& track : *tracks)
            out.tracks.push_back({text(track, "sid"), word(track, "type", {"AUDIO", "VIDEO", "DATA"}) == "AUDIO", flag(track, "muted")});
    return out;
}

std::vector<LiveKitPerson> readPeople(const std::string& answer) {
    std::vector<LiveKitPerson> out;
    const auto list = json::parse(answer, nullptr, false);
    if (const auto* people = member(list, "participants"); people != nullptr && people->is_array())
        for (const auto& one : *people)
            if (auto person = readPerson(one)) out.push_back(std::move(*person));
    return out;
}

std::vector<LiveKitRoomInfo> readRooms(const std::string& answer) {
    std::vector<LiveKitRoomInfo> out;
    const auto list = json::parse(answer, nullptr, false);
    if (const auto* rooms = member(list, "rooms"); rooms != nullptr && rooms->is_array())
        for (const auto& one : *rooms) out.push_back({text(one, "name"), text(one, "metadata")});
    return out;
}

std::optional<LiveKitEvent> readEvent(std::string_view body) {
    const auto value = json::parse(body.begin(), body.end(), nullptr, false);
    if (!value.is_object()) return std::nullopt;
    LiveKitEvent out;
    out.id = text(value, "id");
    out.kind = text(value, "event");
    out.createdAt = number(value, "created_at", "createdAt");
    if (out.id.empty() || out.id.size() > 128 || out.kind.empty() || out.createdAt <= 0 || out.createdAt > kLastSecond) return std::nullopt;
    if (const auto* room = member(value, "room")) out.room = text(*room, "name");
    if (const auto* person = member(value, "participant")) out.person = readPerson(*person);
    return out;
}

json permissionOf(const MediaRights& rights) {
    return {{"can_subscribe", rights.canSubscribe},
            {"can_publish", rights.canPublish && !rights.forcedMute},
            {"can_publish_data", false},   // past the house nothing is kept, slowed down or deleted
            {"can_publish_sources", json::array({"MICROPHONE"})},
            {"hidden", false},
            {"can_update_metadata", false},
            {"can_subscribe_metrics", false}};
}

bool fits(const LiveKitPerson& person, const MediaRights& rights) {
    return person.canPublish == (rights.canPublish && !rights.forcedMute) && person.canSubscribe == rights.canSubscribe &&
           !person.canPublishData && !person.canUpdateMetadata;
}

}  // namespace parlour::server

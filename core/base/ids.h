// SPDX-License-Identifier: Apache-2.0
// Every id is a type of its own: giving a TrackSid where a RoomId is wanted does not compile.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace parlour::base {

template <class Tag>
class StringId {
  public:
    StringId() = default;
    explicit StringId(std::string value) : m_value(std::move(value)) {}
    const std::string& str() const { return m_value; }
    bool empty() const { return m_value.empty(); }
    auto operator<=>(const StringId&) const = default;

  private:
    std::string m_value;
};

/// 26 characters of base32 (lower case): hash of the person's public key in one house; the LiveKit identity.
using Identity = StringId<struct IdentityTag>;
/// "PA_" + 12 characters: one connection of one identity to one live session.
using ParticipantSid = StringId<struct ParticipantSidTag>;
/// "TR_…": one published track.
using TrackSid = StringId<struct TrackSidTag>;
/// The house's id of a room; the LiveKit room name.
using RoomId = StringId<struct RoomIdTag>;
/// "RM_" + 12 characters: one live session of a room.
using RoomSid = StringId<struct RoomSidTag>;
/// 10 to 32 characters [A-Za-z0-9]: the public part of an invitation link.
using InvitationId = StringId<struct InvitationIdTag>;
/// Hash of the house's Ed25519 key, same form as Identity.
using HouseId = StringId<struct HouseIdTag>;

}  // namespace parlour::base

template <class Tag>
struct std::hash<parlour::base::StringId<Tag>> {
    std::size_t operator()(const parlour::base::StringId<Tag>& id) const noexcept {
        return std::hash<std::string>{}(id.str());
    }
};

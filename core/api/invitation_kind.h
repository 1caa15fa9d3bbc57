// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "core/api/stage.h"

namespace parlour::api {

/// Every kind of invitation (rooms and invitations, section 4.1). In order of what they give in a room.
enum class InvitationKind { membership, listener, speaker, moderator, delegate, guest };
std::string_view toString(InvitationKind kind);
std::optional<InvitationKind> parseInvitationKind(std::string_view text);
/// The role that a room kind gives on arrival; listener for the others.
Role roleOf(InvitationKind kind);
InvitationKind kindOf(Role role);
inline bool isRoomKind(InvitationKind kind) { return kind > InvitationKind::membership && kind < InvitationKind::delegate; }

/// What a revocation reaches; people who lose their membership are removed from the room.
enum class RevokeScope { link, people, subtree };
std::string_view toString(RevokeScope scope);
std::optional<RevokeScope> parseRevokeScope(std::string_view text);

}  // namespace parlour::api

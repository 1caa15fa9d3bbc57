// SPDX-License-Identifier: Apache-2.0
// Pure: the chat of a RoomState and what is said about it give the next one. The order is the house's: by number; a message
// that is not answered yet stands at the end, a refused one stays where it was said. Messages are told apart by id.
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/room/room_state.h"

namespace parlour::room {

/// As far back as one can go: what a house keeps.
inline constexpr std::size_t kMaxChatKept = api::kChatKept;

/// One that is known already (same id and sender) only gets its number.
void addChat(RoomState& state, ChatMessage message);
/// The house has our message under this number.
void confirmChat(RoomState& state, const std::string& id, std::uint64_t n);
/// The house did not take our message. What it has taken before stays taken.
void refuseChat(RoomState& state, const std::string& id, base::Error why);
/// A refused message of ours is on its way again, under a fresh time. Nullptr: there is none.
ChatMessage* retryChat(RoomState& state, const std::string& id, base::WallTime now);
/// Words deleted for everybody.
void eraseChat(RoomState& state, const std::string& id);
/// A refused message of ours is given up. False: there is none.
bool dropRefusedChat(RoomState& state, const std::string& id);
/// The newest page of the history; what is in it replaces what is known of the same messages. `more`: there are earlier ones.
/// After a reconnect, what stood before a gap goes; one gets it back page by page.
void mergeHistory(RoomState& state, const std::vector<api::ChatLine>& lines, bool more = false);
/// The page before the first one that is shown.
void mergeEarlier(RoomState& state, const std::vector<api::ChatLine>& lines, bool more);
/// The lowest number that is shown, 0 = none.
std::uint64_t firstNumber(const RoomState& state);
/// No house keeps this chat: nothing will be answered, so what was sent counts as sent.
void chatNotKept(RoomState& state);

}  // namespace parlour::room

// SPDX-License-Identifier: Apache-2.0
// Words of the stage that both ends share: power, seat, what a person can be asked to do. The rules live in core/house.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace parlour::api {

/// What one may do. One host per live session; moderators are equal among each other.
enum class Power { none, moderator, host };
/// Where one sits.
enum class Seat { audience, stage, waiting };  // waiting: in front of the door, has no transport and hears nothing
/// What an invitation link grants.
enum class Role { listener, speaker, moderator };

std::string_view toString(Power power);   ///< "", "moderator", "host": the value of parlour.power
std::string_view toString(Seat seat);     ///< "audience", "stage", "waiting"
std::string_view toString(Role role);     ///< "listener", "speaker", "moderator"
std::optional<Power> parsePower(std::string_view text);
std::optional<Seat> parseSeat(std::string_view text);
std::optional<Role> parseRole(std::string_view text);

/// LiveKit attribute names (rooms and invitations, section 1); written by the server but for `kWant`.
inline constexpr std::string_view kAttrPower = "parlour.power";
inline constexpr std::string_view kAttrSeat = "parlour.seat";
inline constexpr std::string_view kAttrHand = "parlour.hand";        ///< order key, sorts as text, larger = later
inline constexpr std::string_view kAttrInvited = "parlour.invited";  ///< deadline, ms since epoch
inline constexpr std::string_view kAttrHeld = "parlour.held";
inline constexpr std::string_view kAttrMutedBy = "parlour.muted_by";
inline constexpr std::string_view kAttrSlotUntil = "parlour.slot_until";  ///< end of the speaker's time, ms since epoch
inline constexpr std::string_view kAttrWant = "parlour.want";        ///< client-writable: "", "hand", "hand:NOTE", "stage"

/// One command of the stage, as it travels in the house API (POST /api/v1/rooms/ROOM/stage).
enum class StageVerb {
    raise,        ///< self; note of at most 140 characters
    lower,        ///< self or moderator
    accept,       ///< self: take the offered seat
    decline,      ///< self
    invite,       ///< moderator: offer a seat (with or without a hand)
    dismiss,      ///< moderator: refuse a hand or withdraw an offer
    mute,         ///< moderator: soft mute
    ask,          ///< moderator: please unmute
    hold,         ///< moderator: hard mute
    release,      ///< moderator
    down,         ///< self: step down; moderator: move down
    up,           ///< self, moderator in the audience takes the stage
    next,         ///< moderator: accept the first hand
    promote,      ///< host
    demote,       ///< host
    host,         ///< host: hand the house over
    remove,       ///< moderator: out for this live session
    ban,          ///< moderator: minutes, or for good
    lockHands,    ///< moderator: on or off
    muteAll,      ///< moderator: soft-mutes everyone but hosts and moderators
    pin,          ///< moderator: a hand stays in front of all that are not pinned; on or off
    move,         ///< moderator: a hand takes the place `place` of the queue
    clearHands,   ///< moderator: all hands go down
    slot,         ///< moderator: the speaker has `seconds` from now; 0 = no limit
    lockDoor,     ///< moderator: nobody new but holders of unused invitations; on or off
    admit,        ///< moderator: lets in who waits, or everybody
    removeMany,   ///< moderator: everybody below who came by `link` or within `sinceMinutes`
    banMany,      ///< moderator: the same for minutes or for good; a link is banned too
    chair,        ///< moderator or who has it: the interviewer's chair goes to `target`, who is offered the stage first
    end,          ///< host: the live session is over
};
std::string_view toString(StageVerb verb);  ///< snake case: "lock_hands"
std::optional<StageVerb> parseStageVerb(std::string_view text);

inline constexpr std::size_t kMaxNoteCharacters = 140;

}  // namespace parlour::api

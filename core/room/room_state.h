// SPDX-License-Identifier: Apache-2.0
// What a client knows of the room, as one immutable value. Published whole as shared_ptr<const RoomState>; latest wins.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/api/chat_types.h"
#include "core/api/stage.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/room/room_line.h"

namespace parlour::room {

/// States of the client's session; closed list. Transitions: room_session.cpp.
enum class SessionState {
    idle,
    redeeming,     ///< house API: challenge, redeem, token
    connecting,    ///< signalling and transports come up
    waiting,       ///< in line in front of the room; comes in by itself (RoomState::line)
    joined,
    reconnecting,  ///< resume first, then a full rejoin; seat, hand and mute are kept by the server
    left,          ///< ended; see LeaveReason
};

/// Why a session ended; closed list, every value has its own sentence in the app.
enum class LeaveReason {
    none,
    byUser,
    roomEnded,
    removed,
    banned,
    duplicateIdentity,   ///< the same person came in on another device
    serverShutdown,
    refused,             ///< invitation or token not accepted; see `error`
    unreachable,         ///< all attempts used up
    untrusted,           ///< certificate or pin does not fit
    protocolError,
};

struct Participant {
    base::Identity identity;
    base::ParticipantSid sid;
    std::string name;
    api::Power power = api::Power::none;
    api::Seat seat = api::Seat::audience;
    std::string handKey;                        ///< "" = no hand; order key otherwise
    std::optional<base::WallTime> invitedUntil; ///< an offer to speak is open until then
    std::optional<base::WallTime> slotUntil;    ///< the speaker's time ends then; none = no limit
    bool held = false;
    std::string mutedBy;                        ///< identity of the moderator who muted, "" = own mute
    bool microphoneOpen = false;                ///< publishes and is not muted
    base::TrackSid microphoneTrack;             ///< empty = publishes nothing
    float speakerLevel = 0.0f;                  ///< 0..1 from speakers_changed, for those without a local meter
    bool isSelf = false;
    int connectionQuality = 2;                  ///< 0 poor, 1 good, 2 excellent, 3 lost
    base::WallTime joinedAt{};
    std::uint32_t version = 0;                  ///< of the participant info this was made from
    int overflow = 0;                           ///< the overflow room of this listener, 0 = the main room
    std::int64_t pictureMs = 0;                 ///< when the picture was set, 0 = none (api::Profile)
    std::uint32_t audioTrack = 0;               ///< audio::TrackId while we hear this person, 0 = none; for level meters

    bool handUp() const { return !handKey.empty(); }
};

/// A raised hand with what only moderators see.
struct HandInQueue {
    base::Identity identity;
    std::string name;
    std::string note;           ///< moderators only; empty for others
    base::WallTime raisedAt{};
    int overflow = 0;           ///< comes from this overflow room, 0 = the main room
};

/// How far a message of ours has come. Those of others are always sent.
enum class ChatDelivery {
    sent,      ///< the house has it, or the server keeps no chat
    pending,   ///< on its way; no answer yet
    refused,   ///< not sent; `refusal` says why, resendChat() tries again
};

struct ChatMessage {
    std::string id;
    base::Identity from;
    std::string fromName;
    std::string text;                  ///< empty when deleted
    base::WallTime at{};
    bool own = false;
    std::uint64_t n = 0;               ///< the house's number; 0 = none (not answered yet, or no house keeps this chat)
    bool deleted = false;              ///< the words are gone, the place stays
    bool history = false;              ///< was said while we were not here
    ChatDelivery delivery = ChatDelivery::sent;
    std::optional<base::Error> refusal;
};

/// What was said before the first message that is shown.
struct ChatPast {
    bool more = false;                 ///< the house has it: RoomSession::earlierChat()
    bool asked = false;                ///< and was asked
    std::size_t kept = api::kMaxChatPage;   ///< so many messages are shown; grows as one goes back
};

/// One of the six reactions (api::kReactions) as the whole room gave it.
struct ReactionCount {
    std::uint64_t total = 0;           ///< of this live session
    std::uint32_t recent = 0;          ///< of the last few seconds
};

struct RoomState {
    std::uint64_t revision = 0;        ///< grows with every published state
    SessionState session = SessionState::idle;
    LeaveReason leaveReason = LeaveReason::none;
    std::optional<base::Error> error;  ///< why it left or what was refused last
    bool reconnectVisible = false;     ///< reconnecting for more than 2 s: show the banner

    bool plainServer = false;          ///< a LiveKit server without a house: no hands, seats, moderators, links, kept chat
    base::RoomId room;
    std::string title;
    std::string houseName;
    base::HouseId house;
    base::WallTime startedAt{};
    bool handsLocked = false;
    bool doorLocked = false;
    std::string handsRule = "everyone";  ///< whose hands are taken: off, members, invited, everyone
    bool waitingForHost = false;
    base::Identity chair;                ///< who interviews; empty = nobody
    std::uint64_t questionsRevision = 0; ///< +1 per change of the questions that everybody reads
    std::uint64_t questionsDesk = 0;     ///< +1 per change of the question desk, the above included

    InLine line;                       ///< while waiting
    std::shared_ptr<const DoorView> door;  ///< moderators only, null for others
    int overflow = 0;                  ///< we are in this overflow room, 0 = the main room
    std::string overflowOf;            ///< the talk that we overhear there
    int elsewhere = 0;                 ///< people of the same talk who are in no list here

    base::Identity self;
    std::vector<std::shared_ptr<const Participant>> participants;  ///< sorted: stage first (host, moderators, speakers), then audience by join time
    std::vector<HandInQueue> hands;    ///< in the order of the keys
    std::vector<ChatMessage> chat;     ///< the last ones, in the house's order; what is not answered yet at the end
    ChatPast chatPast;
    bool chatKept = false;             ///< a house keeps this chat: history, rules and deleting are there
    api::ChatRules chatRules;
    std::array<ReactionCount, api::kReactionCount> reactions{};

    bool microphoneWanted = false;     ///< the person's own mute switch is open
    bool microphoneLive = false;       ///< on stage, not held, wanted: sound leaves this computer
    bool askedToUnmute = false;        ///< a moderator asks; cleared by unmuting or dismissing

    const Participant* find(const base::Identity& identity) const {
        for (const auto& person : participants)
            if (person->identity == identity) return person.get();
        return nullptr;
    }
    const Participant* me() const { return find(self); }
    /// 1-based place of a raised hand, 0 = none.
    int handPlace(const base::Identity& identity) const;
    int countOnStage() const;
    int countInAudience() const;
};
using RoomStatePtr = std::shared_ptr<const RoomState>;

}  // namespace parlour::room

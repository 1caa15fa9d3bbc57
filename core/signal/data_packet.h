// SPDX-License-Identifier: Apache-2.0
// DataPacket: what travels over the data channels `_reliable` and `_lossy`. Clients read and write whole packets; a server
// only stamps the sender and passes on what it need not understand (rpc, transcription, encrypted packets).
// Values only; any thread. Errors: kind invalidInput.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/base/ids.h"

namespace parlour::signal {

/// Largest data packet a participant may send, encoded (security, limits table).
inline constexpr std::size_t kMaxDataPacket = 15 * 1024;
inline constexpr std::size_t kMaxChatBytes = 4 * 1024;

/// Topic of a text stream that is chat.
inline constexpr const char* kTopicChat = "lk.chat";
/// Server to one person: a moderator asks you to unmute. Payload: JSON {"by":IDENTITY}.
inline constexpr const char* kTopicAskToUnmute = "parlour.ask";
/// House to everybody on a LiveKit server: a whole data packet, as LiveKit's SendData sends user data only. Nobody else's counts.
inline constexpr const char* kTopicRelayed = "parlour.packet";
/// Server to moderators only: a hand and its note. Payload: JSON {"identity","note","at":ms since epoch}.
inline constexpr const char* kTopicHand = "parlour.hand";

/// Chat of old SDK components, beside their text stream; the server takes it out.
inline constexpr const char* kTopicLegacyChat = "lk-chat-topic";
/// Attribute of a chat stream's header, server to everybody: the message's number in the room's history.
inline constexpr const char* kAttrChatNumber = "parlour.number";
/// Server to the sender of a chat message: its number or why it was refused. Payload: JSON of api::ChatAnswer.
inline constexpr const char* kTopicChatAnswer = "parlour.chat";
/// Participant to server: one reaction. Payload: its word (api::kReactions).
inline constexpr const char* kTopicReaction = "parlour.reaction";
/// Server to everybody: all reactions of the session so far. Payload: JSON {"clap":12,…}.
inline constexpr const char* kTopicReactions = "parlour.reactions";

enum class DataKind { reliable = 0, lossy = 1 };

struct UserData {
    std::string topic;
    base::Bytes payload;
    std::string id;
};
struct ChatData {
    std::string id;
    std::int64_t timestampMs = 0;
    std::optional<std::int64_t> editTimestampMs;
    std::string message;
    bool deleted = false;
    bool generated = false;
    std::uint64_t number = 0;   ///< in the room's history, from our server; 0 = not said
};
struct StreamHeader {
    std::string streamId;
    std::int64_t timestampMs = 0;
    std::string topic;
    std::string mimeType;
    std::optional<std::uint64_t> totalLength;
    std::map<std::string, std::string> attributes;
    bool text = false;          ///< text_header present
    std::string replyTo;
    std::optional<base::Bytes> inlineContent;
    int compression = 0;        ///< 0 none, 1 deflate
};
struct StreamChunk {
    std::string streamId;
    std::uint64_t index = 0;
    base::Bytes content;
};
struct StreamTrailer {
    std::string streamId;
    std::string reason;
};
/// A member we do not read.
struct OtherData {};

struct DataPacket {
    DataKind kind = DataKind::reliable;
    base::Identity sender;                     ///< stamped by the server
    base::ParticipantSid senderSid;            ///< stamped by the server
    std::vector<base::Identity> destinations;  ///< empty = everybody but the sender
    std::uint32_t sequence = 0;                ///< reliable only: 1, 2, 3… per session; 0 = not numbered
    std::variant<OtherData, UserData, ChatData, StreamHeader, StreamChunk, StreamTrailer> value;
};

base::Bytes encodeDataPacket(const DataPacket& packet);
base::Result<DataPacket> decodeDataPacket(base::ByteView bytes, std::size_t maxBytes = kMaxDataPacket);

/// What a forwarder does with a packet of a participant: sender fields overwritten with the truth, legacy copies of them
/// inside too, everything else kept as it came.
struct StampedData {
    base::Bytes bytes;
    DataKind kind = DataKind::reliable;
    std::vector<base::Identity> destinations;
    std::uint32_t sequence = 0;
    bool isChat = false;  ///< chat message or the header of a chat stream: for the chat rate limit
    bool serverReads = false;  ///< chat, a part of a text stream or a reaction: not to be forwarded unread
};
base::Result<StampedData> stampDataPacket(base::ByteView bytes, const base::Identity& sender,
                                          const base::ParticipantSid& senderSid,
                                          std::size_t maxBytes = kMaxDataPacket);

}  // namespace parlour::signal

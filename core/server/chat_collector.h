// SPDX-License-Identifier: Apache-2.0
// Reads the chat out of one participant's data packets: single messages, and text streams whose parts are put together. What
// is chat is never forwarded as it came; the house passes on what it has accepted and kept, in the form it came in.
// A value per session; media thread. chatPackets() is pure.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/signal/data_packet.h"

namespace parlour::server {

struct ChatText {
    std::string id;
    std::string text;
    bool stream = false;   ///< came as a text stream (current SDKs), not as one message
};

class ChatCollector {
  public:
    static constexpr std::size_t kMaxOpen = 4;   ///< streams of one sender; the oldest goes

    enum class Kind {
        notChat,    ///< forward it
        part,       ///< taken; the rest is still to come
        refused,    ///< chat of a kind that rooms do not have: edits, to single people, compressed, too long
        text,       ///< complete
    };
    struct Outcome {
        Kind kind = Kind::notChat;
        ChatText text;
    };
    Outcome feed(const signal::DataPacket& packet);

  private:
    struct Stream {
        std::string id;
        std::string text;
        bool spoiled = false;
    };
    std::deque<Stream> m_open;
};

/// The message as everybody else gets it: the sender's, with the server's time and its number in the room's history.
std::vector<base::Bytes> chatPackets(const base::Identity& from, const base::ParticipantSid& sid, const ChatText& text,
                                     std::int64_t atMs, std::uint64_t number);
/// To everybody: the message of this id is gone.
base::Bytes chatDeletedPacket(const std::string& id, std::int64_t atMs);

}  // namespace parlour::server

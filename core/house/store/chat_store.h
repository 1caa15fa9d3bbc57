// SPDX-License-Identifier: Apache-2.0
// The chat of a room's live session, and the rules its moderators set for it. Rows are numbered per room; a new live session
// starts with an empty history and its own rules. Over a Store, inside transact() only; house thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/house/store/store.h"

namespace parlour::house {

struct ChatRow {
    std::uint64_t n = 0;          ///< per room, from 1
    std::string id;               ///< the sender's, of one session
    base::Identity author;
    std::string name;             ///< as it was then
    base::WallTime at{};
    std::string words;            ///< empty when deleted
    bool deleted = false;
};

struct ChatRules {
    int slowS = 0;                ///< seconds between two messages of one person; 0 = no slow mode
    std::string pinned;           ///< a link; empty = none
    base::Identity pinnedBy;
};

class ChatStore {
  public:
    explicit ChatStore(Store& store) : m_store(store) {}

    /// The highest number of the room, of all sessions.
    std::uint64_t last(const base::RoomId& room);
    /// False when the session has this id already.
    bool add(const base::RoomId& room, const base::RoomSid& session, const ChatRow& row);
    /// Above `after`, oldest first.
    std::vector<ChatRow> after(const base::RoomId& room, const base::RoomSid& session, std::uint64_t after, int limit);
    /// The last ones below `before` (0 = of all), oldest first.
    std::vector<ChatRow> latest(const base::RoomId& room, const base::RoomSid& session, int limit, std::uint64_t before = 0);
    std::optional<ChatRow> find(const base::RoomId& room, const base::RoomSid& session, const std::string& id);
    /// The words go, the place stays.
    void erase(const base::RoomId& room, const base::RoomSid& session, std::uint64_t n);
    /// Only the newest `keep` of a room stay.
    void trim(const base::RoomId& room, std::uint64_t last, std::uint64_t keep);
    std::size_t forget(base::WallTime olderThan);

    ChatRules rules(const base::RoomId& room, const base::RoomSid& session);
    void putRules(const base::RoomId& room, const base::RoomSid& session, const ChatRules& rules);

    struct Line {
        base::RoomId room;
        ChatRow row;
    };
    std::vector<Line> linesOf(const base::Identity& author);
    /// Words and names of this person go, everywhere.
    void forgetPerson(const base::Identity& author);

  private:
    Store& m_store;
};

}  // namespace parlour::house

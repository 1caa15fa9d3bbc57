// SPDX-License-Identifier: Apache-2.0
// From successive snapshots of a room to the events between them. Pure: time is handed in. While a connection is being
// restored the room is compared with how it was before the loss, so that a reconnect tells only what really changed.
// Thread: one (net).
#pragma once

#include <map>
#include <set>
#include <vector>

#include "app/ctl/event_writer.h"
#include "core/base/time.h"
#include "core/room/room_state.h"
#include "core/room/session_stats.h"

namespace parlour::ctl {

/// user, ended, removed, banned, duplicate, shutdown, refused, unreachable, untrusted, error; "" for none.
std::string_view toString(room::LeaveReason reason);
/// "none", "moderator", "host".
std::string_view powerName(api::Power power);

/// The event `stats`; with what was so some seconds before also the judgement of the connection and of each speaker.
Event statsEvent(const room::SessionStats& stats, const room::SessionStats* before = nullptr);

class StateEvents {
  public:
    /// Moderators get the note with the hand, but by another way: so long a hand waits for it.
    static constexpr base::Duration kNoteWait = std::chrono::milliseconds(500);

    /// Everything between the last state and this one; `left` is not among it (the program knows more about why).
    std::vector<Event> next(room::RoomStatePtr after, base::TimePoint now);
    /// Hands whose note did not come in time.
    std::vector<Event> due(base::TimePoint now);
    /// When due() has something to say; kNever = nothing waits.
    base::TimePoint nextDue() const;

  private:
    void elsewhere();
    void line(const room::RoomState& after, std::vector<Event>& out);
    void door(const room::RoomState& before, const room::RoomState& after, std::vector<Event>& out);
    void joined(const room::RoomState& after, base::TimePoint now, std::vector<Event>& out);
    void people(const room::RoomState& before, const room::RoomState& after, base::TimePoint now, std::vector<Event>& out);
    void person(const room::RoomState& before, const room::RoomState& after, const room::Participant* was,
                const room::Participant& is, base::TimePoint now, std::vector<Event>& out);
    void hand(const room::RoomState& after, const room::Participant* was, const room::Participant& is, base::TimePoint now,
              std::vector<Event>& out);
    void notes(const room::RoomState& after, std::vector<Event>& out);
    void ownPlace(const room::RoomState& before, const room::RoomState& after, std::vector<Event>& out);
    void chat(const room::RoomState& before, const room::RoomState& after, std::vector<Event>& out);
    void wholeRoom(const room::RoomState& before, const room::RoomState& after, std::vector<Event>& out);

    room::SessionState m_session = room::SessionState::idle;
    room::RoomStatePtr m_base;    ///< the last state while joined
    std::set<base::Identity> m_speaking;
    enum class Told { refused, said, deleted };
    std::map<std::string, Told> m_chat;   ///< of the messages that are shown, by id and sender
    room::InLine m_line;          ///< as last told
    bool m_inLine = false;
    std::map<base::Identity, base::TimePoint> m_noteUntil;
    std::map<base::Identity, std::string> m_told;  ///< raised hands told, with the note told
};

}  // namespace parlour::ctl

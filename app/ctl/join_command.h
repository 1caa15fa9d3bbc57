// SPDX-License-Identifier: Apache-2.0
// One stay in a room from the command line: turns states into events, lines into commands, and everything that can end it
// into one exit code. Knows no socket and no sound: what it does to the session goes through SessionActions.
// Thread: the executor's (net).
//
// States: entering -> inside -> leaving -> over. Inputs by sender: session (states, refusals, statistics) · person (lines,
// signals) · time (executor).
#pragma once

#include <deque>
#include <functional>
#include <iosfwd>
#include <optional>

#include "app/ctl/event_writer.h"
#include "app/ctl/state_events.h"
#include "app/ctl/stdin_commands.h"
#include "core/base/doors/executor.h"
#include "core/room/room_session.h"

namespace parlour::ctl {

inline constexpr int kExitGood = 0;
inline constexpr int kExitError = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitShutOut = 3;

/// How the program ends for each way a session ends.
int exitCode(room::LeaveReason reason);
/// The sentence for people; for a reason without an error of its own.
std::string leaveSentence(room::LeaveReason reason);

struct JoinWishes {
    bool unmute = false;
    std::optional<std::string> raiseHand;
    std::optional<std::chrono::milliseconds> length;
};

/// What the session can be asked for; bound to a RoomSession by ctl_main, to a record by tests.
struct SessionActions {
    std::function<void(bool open)> setMicrophone;
    std::function<void(const room::Command&)> command;
    std::function<void(const std::string& text)> sendChat;
    std::function<void(std::size_t reaction)> react;
    std::function<void(const MessageOrder&)> message;
    std::function<void(const ChatRulesOrder&)> setChatRules;
    std::function<void(const InvitationOrder&, std::function<void(base::Result<std::string>)>)> createInvitation;
    std::function<void(const std::string& what, const std::string& body, std::function<void(base::Result<std::string>)>)> request;
    std::function<void(std::function<void()> done)> leave;
    std::function<void(const base::Identity& who, float gain)> setVolume;
    std::function<void(bool deafened)> setDeafened;
    std::function<void(int seats)> setSeats;
    std::function<void(bool music)> setMusic;
    std::function<void()> joined;   ///< the first time inside, before the event: the playout file starts here
};

class JoinCommand {
  public:
    /// How long a proper goodbye may take.
    static constexpr base::Duration kLeaveTime = std::chrono::seconds(3);
    /// Commands that may come before joining; they are carried out, in order, once inside.
    static constexpr std::size_t kMaxWaiting = 100;

    JoinCommand(base::Executor& executor, const base::Clock& clock, JoinWishes wishes, EventWriter& events,
                std::ostream& errors, std::function<void(int exitCode)> finished);

    /// To be given to the session.
    room::Observer observer();
    /// Before the first state.
    void attach(SessionActions actions);

    /// One line of standard input, without its end.
    void line(std::string_view text);
    /// Instead of entering: the person is in this room on another device, and nobody said that it should leave.
    void elsewhere(const base::RoomId& room);
    /// SIGTERM, SIGINT.
    void stop();
    /// `side` is "capture" or "playout"; told when it changes.
    void device(const std::string& side, bool ok, const base::Error& problem);

  private:
    enum class Phase { entering, inside, leaving, over };
    void onState(room::RoomStatePtr state);
    void onceInside(const room::RoomState& state);
    void onStats(const room::SessionStats& stats);
    void perform(const Order& order);
    void microphone(bool open);
    void refuse(std::string command, const base::Error& error);
    void goodbye(std::string reason);
    void over(std::string reason, std::string message, int code);
    void write(const std::vector<Event>& events);
    void armNotes();

    base::Executor& m_executor;
    const base::Clock& m_clock;
    JoinWishes m_wishes;
    EventWriter& m_events;
    std::ostream& m_errors;
    std::function<void(int)> m_finished;
    SessionActions m_actions;
    StateEvents m_stateEvents;
    room::RoomStatePtr m_state;
    Phase m_phase = Phase::entering;
    bool m_unmuted = false;
    std::vector<std::string> m_waiting;  ///< lines that came before joining
    std::string m_ownReason;    ///< why we leave by ourselves
    std::string m_lastCommand;  ///< the word of the last one sent, for its refusal
    std::map<std::string, std::string> m_devices;  ///< side -> problem told, "" = fine
    std::deque<room::SessionStats> m_pastStats;    ///< of the last ten seconds
    bool m_diskTold = false;
    base::Timer m_lengthTimer;
    base::Timer m_leaveTimer;
    base::Timer m_noteTimer;
};

}  // namespace parlour::ctl

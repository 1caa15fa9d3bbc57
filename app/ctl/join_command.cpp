// SPDX-License-Identifier: Apache-2.0
#include "app/ctl/join_command.h"

#include <ostream>

#include "core/base/log.h"

namespace parlour::ctl {
namespace {

using room::LeaveReason;
using room::SessionState;

/// A command's word from its verb: lock_hands -> lock-hands.
std::string wordOf(api::StageVerb verb) {
    std::string word(api::toString(verb));
    for (auto& c : word)
        if (c == '_') c = '-';
    return word;
}

base::Error refusal(std::string code, std::string message, std::string advice) {
    return {base::ErrorKind::refused, std::move(code), std::move(message), std::move(advice), {}};
}

}  // namespace

int exitCode(LeaveReason reason) {
    switch (reason) {
        case LeaveReason::none:
        case LeaveReason::byUser:
        case LeaveReason::roomEnded: return kExitGood;
        case LeaveReason::removed:
        case LeaveReason::banned:
        case LeaveReason::refused:
        case LeaveReason::untrusted:
        case LeaveReason::unreachable:
        case LeaveReason::serverShutdown: return kExitShutOut;
        case LeaveReason::duplicateIdentity:
        case LeaveReason::protocolError: return kExitError;
    }
    return kExitError;
}

std::string leaveSentence(LeaveReason reason) {
    switch (reason) {
        case LeaveReason::none:
        case LeaveReason::byUser: return "You left the room.";
        case LeaveReason::roomEnded: return "The room has ended.";
        case LeaveReason::removed: return "A moderator removed you from the room.";
        case LeaveReason::banned: return "A moderator banned you from the room.";
        case LeaveReason::duplicateIdentity: return "You entered this room from another place; this one is closed.";
        case LeaveReason::serverShutdown: return "The server was shut down.";
        case LeaveReason::refused: return "The invitation was not accepted.";
        case LeaveReason::unreachable: return "The server cannot be reached any more.";
        case LeaveReason::untrusted: return "The server is not the one in the invitation.";
        case LeaveReason::protocolError: return "The server said something that makes no sense.";
    }
    return {};
}

JoinCommand::JoinCommand(base::Executor& executor, const base::Clock& clock, JoinWishes wishes, EventWriter& events,
                         std::ostream& errors, std::function<void(int)> finished)
    : m_executor(executor), m_clock(clock), m_wishes(std::move(wishes)), m_events(events), m_errors(errors),
      m_finished(std::move(finished)) {}

room::Observer JoinCommand::observer() {
    room::Observer observer;
    observer.onState = [this](room::RoomStatePtr state) { onState(std::move(state)); };
    observer.onRefused = [this](const base::Error& error) { refuse(m_lastCommand, error); };
    observer.onStats = [this](const room::SessionStats& stats) { onStats(stats); };
    return observer;
}

void JoinCommand::attach(SessionActions actions) { m_actions = std::move(actions); }

void JoinCommand::write(const std::vector<Event>& events) {
    for (const auto& event : events) m_events.write(event);
    if (m_events.failed() && !std::exchange(m_diskTold, true))
        m_errors << "parlourctl: The events cannot be written any more; is the disk full?" << std::endl;
}

void JoinCommand::onState(room::RoomStatePtr state) {
    if (m_phase == Phase::over) return;
    m_state = state;
    const auto now = m_clock.now();
    if (state->session == SessionState::joined && m_phase == Phase::entering) {
        m_phase = Phase::inside;
        if (m_actions.joined) m_actions.joined();
        write(m_stateEvents.next(state, now));
        onceInside(*state);
    } else {
        write(m_stateEvents.next(state, now));
    }
    armNotes();
    if (state->session == SessionState::left) {
        const auto reason = state->leaveReason;
        const auto own = !m_ownReason.empty() && (reason == LeaveReason::byUser || reason == LeaveReason::none);
        std::string message;
        if (!own && state->error) message = base::describe(*state->error);
        if (message.empty()) message = leaveSentence(reason);
        return over(own ? m_ownReason : std::string(toString(reason)), message, own ? kExitGood : exitCode(reason));
    }
    const auto* me = state->me();
    if (m_wishes.unmute && !m_unmuted && m_phase == Phase::inside && state->session == SessionState::joined &&
        me != nullptr && me->seat == api::Seat::stage) {
        m_unmuted = true;
        m_actions.setMicrophone(true);
    }
}

void JoinCommand::onceInside(const room::RoomState& state) {
    if (m_wishes.length)
        m_lengthTimer = m_executor.postAfter(*m_wishes.length, [this] { goodbye("time"); });
    const auto* me = state.me();
    if (m_wishes.raiseHand && me != nullptr && me->seat == api::Seat::audience && !me->handUp())
        perform(room::Command{api::StageVerb::raise, {}, *m_wishes.raiseHand, {}, true, false});
    for (const auto& text : std::exchange(m_waiting, {})) line(text);
}

void JoinCommand::armNotes() {
    const auto at = m_stateEvents.nextDue();
    if (at == base::kNever) {
        m_noteTimer.cancel();
        return;
    }
    m_noteTimer = m_executor.postAfter(std::max(base::Duration(0), at - m_clock.now()), [this] {
        if (m_phase == Phase::over) return;
        write(m_stateEvents.due(m_clock.now()));
        armNotes();
    });
}

void JoinCommand::onStats(const room::SessionStats& stats) {
    if (m_phase == Phase::over) return;
    if (m_pastStats.size() > 10) m_pastStats.pop_front();
    write({statsEvent(stats, m_pastStats.empty() ? nullptr : &m_pastStats.front())});
    m_pastStats.push_back(stats);
}

void JoinCommand::line(std::string_view text) {
    if (m_phase == Phase::leaving || m_phase == Phase::over) return;
    static const room::RoomState nobody;
    if (m_phase == Phase::entering) {  // who is there is not known yet: the words wait
        const auto early = parseOrder(text, nobody);
        if (!early || !std::holds_alternative<LeaveOrder>(*early)) {
            if (m_waiting.size() < kMaxWaiting) return m_waiting.emplace_back(text), void();
            return refuse(commandWord(text), refusal("not_inside", "Not in the room yet.", "Wait for the event \"joined\"."));
        }
    }
    auto order = parseOrder(text, m_state ? *m_state : nobody);
    if (!order) return refuse(commandWord(text), order.error());
    if (std::holds_alternative<NoOrder>(*order)) return;
    perform(*order);
}

void JoinCommand::perform(const Order& order) {
    struct Performer {
        JoinCommand& self;
        void operator()(const NoOrder&) const {}
        void operator()(const room::Command& command) const {
            self.m_lastCommand = wordOf(command.verb);
            self.m_actions.command(command);
        }
        void operator()(const MicrophoneOrder& order) const { self.microphone(order.open); }
        void operator()(const SayOrder& order) const {
            self.m_lastCommand = "say";
            self.m_actions.sendChat(order.text);
        }
        void operator()(const ReactOrder& order) const {
            self.m_lastCommand = "react";
            self.m_actions.react(order.reaction);
        }
        void operator()(const MessageOrder& order) const {
            self.m_lastCommand = order.again ? "resend" : "delete";
            self.m_actions.message(order);
        }
        void operator()(const ChatRulesOrder& order) const {
            self.m_lastCommand = order.slowS ? "slow" : "pin";
            self.m_actions.setChatRules(order);
        }
        void operator()(const InvitationOrder& order) const {
            self.m_actions.createInvitation(order, [&self = self](base::Result<std::string> link) {
                if (self.m_phase == Phase::over) return;
                if (!link) return self.refuse("invitation", link.error());
                self.write({{"invitation", {{"link", *link}}}});
            });
        }
        void operator()(const RequestOrder& order) const {
            self.m_actions.request(order.what, order.body, [&self = self, order](base::Result<std::string> answer) {
                if (self.m_phase == Phase::over) return;
                if (!answer) return self.refuse(order.word, answer.error());
                self.write({{order.event, nlohmann::ordered_json::parse(*answer, nullptr, false)}});
            });
        }
        void operator()(const LeaveOrder&) const { self.goodbye("user"); }
        void operator()(const VolumeOrder& order) const { self.m_actions.setVolume(order.who, static_cast<float>(order.percent) / 100.0f); }
        void operator()(const DeafenOrder& order) const {
            if (order.on && self.m_state && self.m_state->microphoneWanted) self.m_actions.setMicrophone(false);
            self.m_actions.setDeafened(order.on);
        }
        void operator()(const SeatsOrder& order) const { self.m_actions.setSeats(order.seats); }
        void operator()(const MusicOrder& order) const { self.m_actions.setMusic(order.on); }
    };
    std::visit(Performer{*this}, order);
}

void JoinCommand::microphone(bool open) {
    m_lastCommand = open ? "unmute" : "mute";
    const auto* me = m_state->me();
    if (open && me != nullptr && me->seat != api::Seat::stage)
        return refuse("unmute", refusal("not_on_stage", "Only people on stage can unmute.",
                                         m_state->plainServer ? "Ask whoever gave you the token for the right to speak." : "Raise your hand first."));
    if (open && me != nullptr && me->held)
        return refuse("unmute", refusal("held", "A moderator holds your microphone.", "Raise your hand to ask for it."));
    m_actions.setMicrophone(open);
}

void JoinCommand::refuse(std::string command, const base::Error& error) {
    if (m_phase == Phase::over) return;
    write({{"refused", {{"command", std::move(command)}, {"code", error.code}, {"message", error.message}, {"advice", error.advice}}}});
}

void JoinCommand::device(const std::string& side, bool ok, const base::Error& problem) {
    if (m_phase == Phase::over) return;
    auto& told = m_devices[side];
    const auto now = problem.message.empty() ? std::string() : base::describe(problem);   // also of one that stands in for another
    if (told == now) return;
    told = now;
    Event event{"device", {{"side", side}, {"ok", ok}}};
    if (!now.empty()) {
        event.fields["message"] = now;
        m_errors << "parlourctl: " << now << std::endl;
    }
    write({event});
}

void JoinCommand::elsewhere(const base::RoomId& room) {
    if (m_phase != Phase::entering) return;
    write({{"elsewhere", {{"room", room.str()}}}});
    over("elsewhere", "You are in this room on another device. To come here instead, add --move; the other one then leaves.", kExitShutOut);
}

void JoinCommand::stop() { goodbye("user"); }

void JoinCommand::goodbye(std::string reason) {
    if (m_phase == Phase::leaving || m_phase == Phase::over) return;
    const auto done = [this] { over(m_ownReason, leaveSentence(LeaveReason::byUser), kExitGood); };
    m_phase = Phase::leaving;
    m_ownReason = std::move(reason);
    m_leaveTimer = m_executor.postAfter(kLeaveTime, done);
    m_actions.leave(done);
}

void JoinCommand::over(std::string reason, std::string message, int code) {
    if (m_phase == Phase::over) return;
    write({{"left", {{"reason", std::move(reason)}, {"message", message}}}});
    m_phase = Phase::over;
    m_lengthTimer.cancel();
    m_leaveTimer.cancel();
    m_noteTimer.cancel();
    if (code != kExitGood) m_errors << "parlourctl: " << message << std::endl;
    m_finished(code == kExitGood && m_events.failed() ? kExitError : code);
}

}  // namespace parlour::ctl

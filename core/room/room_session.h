// SPDX-License-Identifier: Apache-2.0
// The client's stay in one room: redeem, join, media, reconnect, commands. The only place that knows sound, packets and
// words together. Everything here runs on the net thread (the Executor given); call it there or post to it.
//
// Inputs by sender: person (enter, setMicrophone, command, sendChat, leave) · server (signal messages, house API answers) ·
// network (datagrams, channel closed) · time (executor).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/api/stage.h"
#include "core/base/doors/clock.h"
#include "core/base/doors/executor.h"
#include "core/room/house_client.h"
#include "core/room/person_keys.h"
#include "core/room/room_state.h"
#include "core/signal/invite_link.h"

namespace parlour::audio {
class AudioEngine;
}

namespace parlour::room {

class KnownNetworks;

/// What a link leads to, shown between "Look inside" and "Enter room". Redeems nothing.
struct LinkPreview {
    base::HouseId house;
    std::string houseName;
    std::string inviterName;   ///< who made the invitation; may be empty
    base::RoomId room;
    std::string roomTitle;
    api::Role role = api::Role::listener;
    int listeners = 0;
    int onStage = 0;
    bool live = false;
    std::optional<base::WallTime> liveSince;
    api::InvitationKind kind = api::InvitationKind::listener;
    bool needsCode = false;    ///< the link alone is not enough
    bool approval = false;     ///< a person says yes to each who comes
    std::string message;       ///< of who invites
    bool here = false;         ///< this person is in that room on another device now; nobody else is told
};

/// How many peer connections carry the media: LiveKit's protocol v0 (/rtc) has one for each way, v1 (/rtc/v1) one for both.
enum class Signalling {
    automatic,  ///< v1, and v0 where the server does not know it
    v0,
    v1,
};

struct SessionConfig {
    std::string name;                   ///< display name; 1..64 graphemes after normalisation
    bool acceptOffers = false;          ///< take an offered seat without asking (bots)
    Signalling signalling = Signalling::automatic;
    bool relayOnly = false;             ///< the sound goes by a relay of the server or not at all: hides this computer's address
    KnownNetworks* networks = nullptr;  ///< where the wait for packets is remembered; outlives the session, used by one at a time
};

/// A command of the person to the house.
struct Command {
    api::StageVerb verb;
    base::Identity target;       ///< empty = self or room
    std::string note;            ///< raise
    std::optional<int> minutes;  ///< ban; nullopt = for good
    bool on = true;              ///< lockHands, lockDoor, pin
    bool closeLink = false;      ///< remove, ban: also close the link they came by
    std::optional<int> place{};         ///< move: 1 = first
    std::optional<int> seconds{};       ///< slot
    base::InvitationId link{};          ///< removeMany, banMany: who came by it
    std::optional<int> sinceMinutes{};  ///< removeMany, banMany: who came within these
};

struct ServerAddress;  // core/room/entrance.h
struct SessionStats;  // core/room/session_stats.h: W3C names, once a second

/// Called on the net thread.
struct Observer {
    std::function<void(RoomStatePtr)> onState;
    std::function<void(const base::Error&)> onRefused;   ///< a command was refused
    std::function<void(const SessionStats&)> onStats;
};

class RoomSession {
  public:
    RoomSession(net::EventLoop& loop, const base::Clock& clock, PersonKeys& keys, audio::AudioEngine& audio,
                SessionConfig config, Observer observer);
    ~RoomSession();

    /// "Look inside": asks the house what the link is; no redeem, no device.
    static void preview(net::EventLoop& loop, PersonKeys& keys, const signal::InviteLink& link,
                        std::function<void(base::Result<LinkPreview>)> done);

    /// Whether this person is in that room on another device now; nobody else is told. False, too, where no house answers: entering
    /// tells what is wrong.
    static void here(net::EventLoop& loop, PersonKeys& keys, const HouseAddress& house, const base::RoomId& room,
                     std::function<void(bool)> done);

    /// "Enter room": redeem, token, join; muted. The outcome arrives as states.
    void enter(const signal::InviteLink& link);
    /// A room of a house where this person has been before; no link needed.
    void enterKnown(const HouseAddress& house, const base::RoomId& room);
    /// A room of a LiveKit server that no house stands behind; the address has passed checkServerAddress().
    void enterServer(const ServerAddress& server);
    /// The person's own mute switch.
    void setMicrophone(bool open);
    void command(const Command& command);
    // The chat. What is said stands in RoomState::chat at once; the house's answer makes it sent or refused.
    void sendChat(const std::string& text);
    /// One of ours that was refused; it goes out again under the same id.
    void resendChat(const std::string& id);
    /// Moderators any message, others their own. A refused one of ours only leaves the list.
    void deleteChat(const std::string& id);
    /// Moderators; what is not given stays. "" takes the pinned link away.
    void setChatRules(std::optional<int> slowS, std::optional<std::string> pinned);
    /// What was said before the first message that is shown, a page of it.
    void earlierChat();
    /// api::kReactions[reaction]; as often as the server takes it, more is refused.
    void react(std::size_t reaction);
    void dismissAskToUnmute();
    /// An invitation to this room (moderators); answers the link.
    void createInvitation(api::Role role, std::optional<int> uses, std::optional<std::chrono::seconds> expires,
                          std::function<void(base::Result<std::string>)> done);
    /// A request of the house about this room: `what` is "questions" for rooms/ROOM/questions; an empty body is a GET. Answers
    /// JSON, once; nothing after the session is gone.
    void ask(const std::string& what, const std::string& body, std::function<void(base::Result<std::string>)> done);
    /// Sends leave, closes everything; `done` when nothing runs any more.
    void leave(std::function<void()> done);
    /// Local only: 0.0 to 2.0, kept per identity for the session.
    void setVolume(const base::Identity& who, float gain);

    RoomStatePtr state() const;

  private:
    struct Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace parlour::room

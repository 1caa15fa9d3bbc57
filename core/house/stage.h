// SPDX-License-Identifier: Apache-2.0
// The stage of one room as a pure state machine: power x seat, hands, offers, holds, chair, succession of the host (rooms and
// invitations, section 1). decide() says what an input changes and touches nothing; the caller commits the change and then
// apply()s it, so a failed commit leaves no trace. Owner: the house thread; time comes as argument.
//
// Inputs by sender: person and moderators (Command) · transport (Arrive, Connected, Disconnected, Unmuted, Spoke) ·
// house API (Leave, Expel) · administrator (Command with admin) · time (Tick) · start of the server (Restart).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/api/stage.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/house/chair.h"
#include "core/house/policy.h"
#include "core/house/room_settings.h"

namespace parlour::house {

struct Hand {
    std::string key;             ///< sorts as text; server-made (hand_queue.h)
    std::string note;            ///< for moderators only
    base::WallTime raisedAt{};   ///< for display
    bool missed = false;         ///< did not answer an offer; stands in front
    std::string pinnedFrom{};    ///< pinned: the key it had; a pin belongs to the place
    bool operator==(const Hand&) const = default;
};

/// An open invitation to speak.
struct Offer {
    base::TimePoint until{};
    base::WallTime untilWall{};
    base::Identity by;
    std::optional<Hand> hand;    ///< what was raised before
    bool onTurn = false;         ///< made by "next"
    bool operator==(const Offer&) const = default;
};

struct Person {
    base::Identity identity;
    std::string name;
    api::Role role = api::Role::listener;  ///< what the membership grants on arrival
    api::Power power = api::Power::none;
    api::Seat seat = api::Seat::audience;
    bool held = false;
    base::Identity mutedBy;
    std::optional<Hand> hand;
    std::optional<Offer> offer;
    bool present = false;                 ///< a transport is up; else in grace since goneSince
    base::TimePoint goneSince{};
    std::uint64_t stageOrder = 0;         ///< smaller = longer on stage
    std::uint64_t powerOrder = 0;         ///< smaller = longer in power
    base::TimePoint handAllowedAt{};      ///< no hand before (repeat limit)
    base::TimePoint slotUntil = base::kNever;  ///< end of the speaker's time
    base::WallTime slotUntilWall{};
    base::InvitationId cameBy;
    base::WallTime arrivedAt{};
    std::uint64_t waitOrder = 0;          ///< of the line in front of the door; smaller = longer; kept in an overflow room
    int overflow = 0;                     ///< the overflow room this listener is in; 0 = the main room
    bool operator==(const Person&) const = default;
};

/// What the session remembers of somebody who is outside.
enum class Mark { none, lowered, removed };

/// The room's own part of the state.
struct Session {
    bool live = false;
    base::RoomSid sid;
    std::uint64_t version = 0;            ///< +1 per visible change; never decreases, not even across sessions
    base::WallTime startedAt{};
    bool handsLocked = false;
    bool everPresent = false;
    bool hadHost = false;
    base::Identity host;                  ///< the one host of this session, present or not
    base::Identity onTurn;                ///< came up by "next"
    base::TimePoint hostGoneSince = base::kNever;
    base::TimePoint lockSince = base::kNever;   ///< listener lock: waiting for a moderator
    base::TimePoint emptySince = base::kNever;
    std::uint64_t nextOrder = 1;
    std::uint64_t nextKey = 1;
    std::uint64_t frontKey = 1;
    std::uint64_t pinKey = 1;
    Chair chair;                          ///< the interviewer's
    bool doorLocked = false;
    base::WallTime doorSince{};           ///< who redeemed a limited link after this had it unused when the door was locked
    base::TimePoint joinsSince{};         ///< of the minute whose arrivals are counted
    int joins = 0;
    int overflowRooms = 0;                ///< open ones (overflow.h)
    base::TimePoint overflowIdleSince = base::kNever;  ///< the last of them could close since then
    bool operator==(const Session&) const = default;
};

struct Stage {
    Session session;
    std::map<base::Identity, Person> people;
    std::map<base::Identity, Mark> marks;
    RoomSettings settings;
};

// ---- inputs
struct Arrive {
    base::Identity who;
    std::string name;
    api::Role role = api::Role::listener;
    api::Power power = api::Power::none;
    base::RoomSid newSid;  ///< of the session this arrival starts, if none is live
    base::InvitationId cameBy{};
    bool limitedLink = false;       ///< the link has a number of uses
    base::WallTime redeemedAt{};
};
struct Connected { base::Identity who; };
struct Disconnected { base::Identity who; };
struct Leave { base::Identity who; };
struct Unmuted { base::Identity who; };
struct Spoke { base::Identity who; };
struct Command {
    base::Identity actor;
    api::StageVerb verb = api::StageVerb::raise;
    base::Identity target;
    std::string note;
    std::optional<int> minutes;
    bool on = true;
    bool closeLink = false;
    std::optional<std::uint64_t> ifVersion;
    bool admin = false;    ///< the administrator: above everybody, not in the room
    std::optional<int> place{}, seconds{}, sinceMinutes{};
    base::InvitationId link{};
    bool followedMember = true;  ///< raise: a member of the house whom somebody on stage follows
    bool invited = true;         ///< raise: asked to come by name or as a speaker
};
struct Settle {  ///< new settings, by a moderator
    base::Identity actor;
    bool admin = false;
    RoomSettings settings;
    std::optional<std::uint64_t> ifVersion{};
};
struct Expel { std::vector<base::Identity> who; };  ///< membership withdrawn
struct Tick {};
struct Restart {};
using StageInput = std::variant<Arrive, Connected, Disconnected, Leave, Unmuted, Spoke, Command, Expel, Tick, Restart, Settle>;

// ---- outcome
enum class Exit { removed, banned, ended };
struct Gone { base::Identity who; Exit why; };
struct PowerChange { base::Identity who; api::Power power; };
struct Ban { base::Identity who; std::optional<int> minutes; };
struct AuditLine {
    base::Identity actor;
    std::string verb;
    base::Identity target;
    std::string detail;
};

/// Everything an input changes. Written to the store in one transaction, then applied, then told.
struct Change {
    Session session;                                       ///< after
    std::map<base::Identity, std::optional<Person>> people;  ///< nullopt = out of the session
    std::map<base::Identity, Mark> marks;                  ///< none = forget
    std::vector<Gone> gone;
    std::vector<base::Identity> softMuted;
    std::vector<base::Identity> asked;
    std::vector<PowerChange> powers;                       ///< of memberships
    std::vector<base::Identity> revoked;                   ///< memberships whose epoch rises (tokens die)
    std::vector<Ban> bans;
    base::InvitationId linkBanned;                         ///< whoever came or comes by it stays outside
    std::optional<int> linkBanMinutes;
    RoomSettings settings;                                 ///< after
    bool settingsChanged = false;
    base::InvitationId linkClosed;
    base::Identity closeLinkOf;                            ///< also close the link this person came by
    std::vector<AuditLine> audit;
    std::vector<base::Identity> told;                      ///< visible state of these people changed
    bool roomChanged = false;                              ///< hands locked, waiting for a host, started, ended
    bool ended = false;
    bool any = false;                                      ///< false: nothing at all to write or tell
};
base::Result<Change> decide(const Stage& stage, const StageInput& input, const Policy& policy, base::TimePoint now,
                            base::WallTime wall);
void apply(Stage& stage, const Change& change);

/// When Tick would change something; kNever = not by time alone.
base::TimePoint nextDue(const Stage& stage, const Policy& policy);

/// No host or moderator is there (present or in grace).
bool waitingForHost(const Stage& stage);
bool mayPublish(const Session& session, const Person& person);
/// Those in front of the door, the longest first.
std::vector<const Person*> waitingLine(const Stage& stage);
/// In the order of the queue.
std::vector<const Person*> handQueue(const Stage& stage);

}  // namespace parlour::house

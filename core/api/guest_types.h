// SPDX-License-Identifier: Apache-2.0
// Famous guests on agreed terms as requests and answers of the house. Plain values; paths are listed here and in
// docs/api.yaml. The host's side has a session; the guest's side, the delegate and the public hold a link and prove it by its
// id and secret in the body, no account needed. Whoever knows no link gets notFound "invitation_unknown" for everything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/api/guest_terms.h"
#include "core/api/house_types.h"

namespace parlour::api {

inline constexpr std::size_t kMaxGuestTextCharacters = 2000;
inline constexpr std::size_t kMaxGuestMessages = 500;
inline constexpr int kMaxGuestVersions = 100;
inline constexpr std::size_t kClaimCodeLength = 10;   ///< Crockford base32

// POST guests : GuestWish -> GuestMade (members)
struct GuestWish {
    std::string name;                 ///< of the guest, as the public sees it
    Terms terms;
    std::string message;              ///< first words; may be empty
    std::optional<std::int64_t> expiresSeconds;
};
struct GuestMade {
    base::InvitationId id;
    std::string publicLink;           ///< for a public post; takes the seat only together with the code
    std::string guestLink;            ///< for the guest alone; takes the seat
    std::string claimCode;            ///< over a second channel; shown once
    std::string delegateLink;         ///< for the spokesperson; never takes the seat
};

// GET guests -> GuestBoard (members: their own; admins: all)
struct GuestCard {
    base::InvitationId id;
    std::string name;
    std::string topic;
    std::string column;               ///< invited | talking | agreed | scheduled | done
    std::string state;
    std::string waitsFor;             ///< host | guest | "": whose answer is missing
    int version = 1;
    base::Identity host;
    std::string hostName;
    std::int64_t changedMs = 0;
    std::int64_t atMs = 0;            ///< when the talk is; 0 = no time yet
    std::string verified;             ///< how the guest's key is known: "" (not yet) | link | code | compared
    std::string event;                ///< of the calendar; empty = not there
    bool started = false;             ///< both sides were ready: the audience is in
};
struct GuestBoard {
    std::vector<GuestCard> guests;    ///< the last changed first
};

struct GuestVersion {
    int version = 1;
    Party by = Party::host;
    Terms terms;
    std::int64_t atMs = 0;
};
struct GuestMessage {
    int n = 1;
    Party by = Party::host;
    std::string name;
    std::string act;                  ///< ask | counter | hold | accept | decline | sign
    int version = 0;                  ///< of the terms at that time
    std::string text;
    std::int64_t atMs = 0;
};
// GET guests/{id} (host, admins) -> GuestView; POST guests/open : GuestLink -> GuestView (guest's and delegate's link, and the
// public one with the key that has the seat)
struct GuestView {
    base::InvitationId id;
    base::HouseId house;
    std::string houseName;
    std::string name;                 ///< of the guest
    std::string hostName;
    Party party = Party::host;        ///< as whom the asker is looking
    std::string state;
    int version = 1;
    Terms terms;                      ///< the newest
    std::vector<TermsSignature> signedBy;   ///< of the newest version
    std::vector<GuestVersion> versions;
    std::vector<GuestMessage> messages;
    bool seatTaken = false;
    bool mySeat = false;              ///< by the key that was proved
    std::string seatKey;              ///< of who has the seat, base64url
    std::string safetyCode;           ///< of seatKey, to be compared over another channel; the guest's page makes it by itself
    std::string verified;
    std::string delegateKey;          ///< of the delegate who signed last; empty before
    bool delegateWithdrawn = false;
    base::RoomId room;                ///< where the talk is; made with the invitation
    base::RoomId greenRoom;           ///< where guest, delegate and host hear each other before it; made once it is agreed
    bool guestReady = false;
    bool hostReady = false;
    std::int64_t atMs = 0;
    std::int64_t expiresMs = 0;       ///< 0 = never
    std::string event;                ///< the talk in the calendar, with the addresses of its page and its calendar file
    std::string page;
    std::string ics;
    int lateMinutes = 0;              ///< announced by the host
    bool started = false;             ///< both sides were ready: the audience is in
};
/// The right to speak for a side: a link and, where the link alone is not enough, what comes with it.
struct GuestLink {
    base::InvitationId link;
    std::string secret;
    std::string code;                 ///< the claim code; only the public link needs it, and only until a key has the seat
    std::optional<Proof> proof;       ///< purpose guestPurpose(): the key that has or takes the seat
};
inline std::string guestPurpose(const base::InvitationId& link) { return "claim " + link.str(); }

// POST guests/public : GuestLink -> GuestNotice (public link): only what a public post tells anyway
struct GuestNotice {
    base::InvitationId id;
    std::string houseName;
    std::string name;
    std::string topic;
    std::string hostName;
    std::string state;                ///< open | agreed | scheduled | closed
    std::vector<std::string> when;    ///< the agreed dates, once agreed
    std::int64_t atMs = 0;
    int lengthMinutes = 0;
    bool canListen = false;           ///< there is a room: redeeming the public link makes a listener
    std::string page;                 ///< of the talk in the calendar, and its calendar file
    std::string ics;
    int lateMinutes = 0;
    bool started = false;             ///< the audience is in; before, whoever comes waits until the guest is ready
};
// POST guests/{id}/answer : GuestAnswer -> GuestView (host), POST guests/open/answer : GuestAnswer -> GuestView.
// accept of the guest takes the seat for the key that comes with it, and so does every use of the public link with the code.
struct GuestAnswer {
    std::string act;                  ///< ask | counter | hold | accept | decline
    std::string text;
    std::optional<Terms> terms;       ///< counter
    int version = 0;                  ///< counter, accept: the version this answers; 0 = the newest
    std::optional<GuestLink> as;      ///< guests/open/answer only
};
// POST guests/{id}/sign : GuestSign -> GuestView (host), POST guests/open/sign : GuestSign -> GuestView.
// The signature proves the key. It takes the seat like accept.
struct GuestSign {
    int version = 0;
    std::string key;                  ///< base64url; the host's is the one of the session
    std::string signature;            ///< over termsStatement(), base64url
    std::optional<GuestLink> as;
};
// POST guests/open/claim : GuestLink -> GuestView. Takes the seat: guest link, or public link with the code; needs a proof.

// POST guests/{id}/change : GuestChange -> GuestView (host, admins). Each field alone or together.
struct GuestChange {
    bool revoke = false;              ///< the whole invitation
    bool withdrawDelegate = false;    ///< their link ends; what they signed for the newest version is void
    bool freeSeat = false;            ///< the key that has the seat was lost; what it signed for the newest version is void
    std::string compared;             ///< a key whose safety code was compared over another channel
    std::optional<std::int64_t> atMs; ///< when the talk is; 0 = none
    std::optional<base::RoomId> room; ///< where
    bool start = false;               ///< lets the audience in without waiting for both lights
};
// POST guests/{id}/schedule : GuestSchedule -> GuestView (host, admins). The agreed talk goes into the calendar, its room becomes an
// interview. conflict "not_agreed", "scheduled_already"; invalidInput "choose_date", "date_not_agreed", and those of schedule.
struct GuestSchedule {
    std::string at;                   ///< one of the agreed dates; may be empty where there is but one
    std::string zone;                 ///< of the calendar; empty = UTC
};
// POST guests/remind : GuestRemind -> Nothing (session): told when the talk of this public link gets a date, before and at its start
struct GuestRemind {
    base::InvitationId link;
    std::string secret;
    bool on = true;
};
// POST guests/{id}/ready, POST guests/open/ready : GuestReady -> GuestView. The light of the side that asks.
struct GuestReady {
    bool on = true;
    std::optional<GuestLink> as;
};
// POST guests/open/offstage : GuestLink -> Nothing. The delegate takes the guest off the stage, at once.

// GET rooms/{room}/guest -> RoomGuest (those in the room, or in the green room). The card beside the stage; what was agreed is
// for the moderators.
struct RoomGuest {
    std::string name;
    base::InvitationId guest;         ///< for those who may light the host's light
    base::RoomId room;                ///< of the talk; moderators and the guest
    std::vector<std::string> inGreenRoom;   ///< names; moderators
    base::Identity identity;          ///< who has the seat; empty = nobody yet
    std::string verified;             ///< how the guest is known: link | code | compared; "" = not yet
    bool guestReady = false;
    bool hostReady = false;
    bool started = false;
    base::RoomId greenRoom;           ///< moderators and the guest
    int version = 0;                  ///< of the agreed terms; 0 = not agreed, or not for the asker
    std::optional<Terms> terms;       ///< moderators, once agreed: questions and what is not talked about
};

// GET guests/{id}/terms, POST guests/open/terms : GuestLink -> TermsFile, once both sides have signed

}  // namespace parlour::api

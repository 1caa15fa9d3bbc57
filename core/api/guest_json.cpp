// SPDX-License-Identifier: Apache-2.0
#include "core/api/guest_types.h"

#include "core/api/json_shared.h"

namespace parlour::api {

namespace {
constexpr std::size_t kLine = kMaxTermsLineCharacters * 8;   // before it is cleaned
constexpr std::size_t kAddress = 1024;
}

std::optional<Party> parseWord(std::type_identity<Party>, std::string_view text) { return parseParty(text); }

template <class V, Same<Terms> T>
void describe(V& v, T& t) {
    v.field("topic", t.topic, Need::optional, kLine);
    v.field("questions", t.questions, Need::optional, kLine);
    v.field("format", t.format, Need::optional, kLine);
    v.field("when", t.when, Need::optional);
    v.field("length_minutes", t.lengthMinutes, Need::optional);
    v.field("language", t.language, Need::optional, kLine);
    v.field("audience_cap", t.audienceCap, Need::optional);
    v.field("recording", t.recording, Need::optional);
    v.field("stage", t.stage, Need::optional, kLine);
    v.field("excluded", t.excluded, Need::optional, kLine);
}
template <class V, Same<TermsSignature> T>
void describe(V& v, T& t) {
    v.field("side", t.side);
    v.field("by", t.by);
    v.field("key", t.key, Need::required, 64);
    v.field("bound", t.bound, Need::optional);
    v.field("signature", t.signature, Need::required, 128);
    v.field("at_ms", t.atMs, Need::optional);
}
template <class V, Same<TermsFile> T>
void describe(V& v, T& t) {
    v.field("format", t.format);
    v.field("house", t.house);
    v.field("house_name", t.houseName, Need::optional);
    v.field("invitation", t.invitation);
    v.field("guest", t.guest);
    v.field("version", t.version);
    v.field("terms", t.terms);
    v.field("signed_by", t.signedBy);
    v.field("agreed_ms", t.agreedMs);
    v.field("house_key", t.houseKey, Need::required, 64);
    v.field("house_signature", t.houseSignature, Need::required, 128);
}
template <class V, Same<GuestWish> T>
void describe(V& v, T& t) {
    v.field("name", t.name, Need::required, kMaxNameBytes * 4);
    v.field("terms", t.terms);
    v.field("message", t.message, Need::optional, kMaxGuestTextCharacters * 8);
    v.field("expires_seconds", t.expiresSeconds);
}
template <class V, Same<GuestMade> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("public_link", t.publicLink);
    v.field("guest_link", t.guestLink);
    v.field("claim_code", t.claimCode);
    v.field("delegate_link", t.delegateLink);
}
template <class V, Same<GuestCard> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("name", t.name);
    v.field("topic", t.topic, Need::optional, kLine);
    v.field("column", t.column);
    v.field("state", t.state);
    v.field("waits_for", t.waitsFor, Need::optional);
    v.field("version", t.version, Need::optional);
    v.field("host", t.host, Need::optional);
    v.field("host_name", t.hostName, Need::optional);
    v.field("changed_ms", t.changedMs, Need::optional);
    v.field("at_ms", t.atMs, Need::optional);
    v.field("verified", t.verified, Need::optional);
    v.field("event", t.event, Need::optional);
    v.field("started", t.started, Need::optional);
}
template <class V, Same<GuestBoard> T>
void describe(V& v, T& t) {
    v.field("guests", t.guests);
}
template <class V, Same<GuestVersion> T>
void describe(V& v, T& t) {
    v.field("version", t.version);
    v.field("by", t.by);
    v.field("terms", t.terms);
    v.field("at_ms", t.atMs, Need::optional);
}
template <class V, Same<GuestMessage> T>
void describe(V& v, T& t) {
    v.field("n", t.n);
    v.field("by", t.by);
    v.field("name", t.name, Need::optional);
    v.field("act", t.act);
    v.field("version", t.version, Need::optional);
    v.field("text", t.text, Need::optional, kMaxGuestTextCharacters * 8);
    v.field("at_ms", t.atMs, Need::optional);
}
template <class V, Same<GuestView> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("house", t.house);
    v.field("house_name", t.houseName, Need::optional);
    v.field("name", t.name);
    v.field("host_name", t.hostName, Need::optional);
    v.field("party", t.party);
    v.field("state", t.state);
    v.field("version", t.version);
    v.field("terms", t.terms);
    v.field("signed_by", t.signedBy);
    v.field("versions", t.versions, Need::optional);
    v.field("messages", t.messages, Need::optional);
    v.field("seat_taken", t.seatTaken, Need::optional);
    v.field("my_seat", t.mySeat, Need::optional);
    v.field("seat_key", t.seatKey, Need::optional);
    v.field("safety_code", t.safetyCode, Need::optional);
    v.field("verified", t.verified, Need::optional);
    v.field("delegate_key", t.delegateKey, Need::optional);
    v.field("delegate_withdrawn", t.delegateWithdrawn, Need::optional);
    v.field("room", t.room, Need::optional);
    v.field("green_room", t.greenRoom, Need::optional);
    v.field("guest_ready", t.guestReady, Need::optional);
    v.field("host_ready", t.hostReady, Need::optional);
    v.field("at_ms", t.atMs, Need::optional);
    v.field("expires_ms", t.expiresMs, Need::optional);
    v.field("event", t.event, Need::optional);
    v.field("page", t.page, Need::optional, kAddress);
    v.field("ics", t.ics, Need::optional, kAddress);
    v.field("late_minutes", t.lateMinutes, Need::optional);
    v.field("started", t.started, Need::optional);
}
template <class V, Same<GuestLink> T>
void describe(V& v, T& t) {
    v.field("link", t.link);
    v.field("secret", t.secret, Need::required, 64);
    v.field("code", t.code, Need::optional, 64);
    v.field("proof", t.proof);
}
template <class V, Same<GuestNotice> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("house_name", t.houseName, Need::optional);
    v.field("name", t.name);
    v.field("topic", t.topic, Need::optional, kLine);
    v.field("host_name", t.hostName, Need::optional);
    v.field("state", t.state);
    v.field("when", t.when, Need::optional);
    v.field("at_ms", t.atMs, Need::optional);
    v.field("length_minutes", t.lengthMinutes, Need::optional);
    v.field("can_listen", t.canListen, Need::optional);
    v.field("page", t.page, Need::optional, kAddress);
    v.field("ics", t.ics, Need::optional, kAddress);
    v.field("late_minutes", t.lateMinutes, Need::optional);
    v.field("started", t.started, Need::optional);
}
template <class V, Same<GuestAnswer> T>
void describe(V& v, T& t) {
    v.field("act", t.act);
    v.field("text", t.text, Need::optional, kMaxGuestTextCharacters * 8);
    v.field("terms", t.terms);
    v.field("version", t.version, Need::optional);
    v.field("as", t.as);
}
template <class V, Same<GuestSign> T>
void describe(V& v, T& t) {
    v.field("version", t.version);
    v.field("key", t.key, Need::required, 64);
    v.field("signature", t.signature, Need::required, 128);
    v.field("as", t.as);
}
template <class V, Same<GuestChange> T>
void describe(V& v, T& t) {
    v.field("revoke", t.revoke, Need::optional);
    v.field("withdraw_delegate", t.withdrawDelegate, Need::optional);
    v.field("free_seat", t.freeSeat, Need::optional);
    v.field("compared", t.compared, Need::optional, 64);
    v.field("at_ms", t.atMs);
    v.field("room", t.room);
    v.field("start", t.start, Need::optional);
}
template <class V, Same<GuestSchedule> T>
void describe(V& v, T& t) {
    v.field("at", t.at, Need::optional);
    v.field("zone", t.zone, Need::optional);
}
template <class V, Same<GuestRemind> T>
void describe(V& v, T& t) {
    v.field("link", t.link);
    v.field("secret", t.secret, Need::required, 64);
    v.field("on", t.on, Need::optional);
}
template <class V, Same<GuestReady> T>
void describe(V& v, T& t) {
    v.field("on", t.on, Need::optional);
    v.field("as", t.as);
}
template <class V, Same<RoomGuest> T>
void describe(V& v, T& t) {
    v.field("name", t.name);
    v.field("guest", t.guest, Need::optional);
    v.field("room", t.room, Need::optional);
    v.field("in_green_room", t.inGreenRoom, Need::optional);
    v.field("identity", t.identity, Need::optional);
    v.field("verified", t.verified, Need::optional);
    v.field("guest_ready", t.guestReady, Need::optional);
    v.field("host_ready", t.hostReady, Need::optional);
    v.field("started", t.started, Need::optional);
    v.field("green_room", t.greenRoom, Need::optional);
    v.field("version", t.version, Need::optional);
    v.field("terms", t.terms);
}

PARLOUR_JSON(Terms)
PARLOUR_JSON(TermsFile)
PARLOUR_JSON(GuestWish)
PARLOUR_JSON(GuestMade)
PARLOUR_JSON(GuestBoard)
PARLOUR_JSON(GuestView)
PARLOUR_JSON(GuestLink)
PARLOUR_JSON(GuestNotice)
PARLOUR_JSON(GuestAnswer)
PARLOUR_JSON(GuestSign)
PARLOUR_JSON(GuestChange)
PARLOUR_JSON(GuestSchedule)
PARLOUR_JSON(GuestRemind)
PARLOUR_JSON(GuestReady)
PARLOUR_JSON(RoomGuest)

}  // namespace parlour::api

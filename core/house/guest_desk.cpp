// SPDX-License-Identifier: Apache-2.0
#include "core/house/guest_desk.h"

#include "core/crypto/ed25519.h"
#include "core/crypto/hash.h"
#include "core/house/display_name.h"
#include "core/house/invitation.h"
#include "core/house/look_alike.h"
#include "core/house/membership.h"

namespace parlour::house {

using api::Party;
using base::ErrorKind;

namespace {

void prefixed(base::ByteWriter& out, std::string_view field) {
    out.u32(static_cast<std::uint32_t>(field.size()));
    out.text(field);
}

base::Result<void> step(Store& store, GuestRow& guest, GuestAct act, Party by, int version, base::WallTime now) {
    const auto next = advance(negotiationOf(store, guest), act, by, version);
    if (!next) return base::Unexpected(next.error());
    if (next->state != GuestState::agreed) guest.agreed.reset();
    else if (!guest.agreed) guest.agreed = now;
    guest.state = next->state;
    guest.version = next->version;
    guest.changed = now;
    return {};
}

void say(Store& store, const GuestRow& guest, const GuestSpeaker& who, GuestAct act, std::string text, base::WallTime now) {
    GuestStore(store).addMessage(guest.id, {0, who.party, who.name, std::string(toString(act)), guest.version, std::move(text), now});
}

std::string fromHexKey(const std::string& hex) {
    const auto bytes = base::fromHex(hex);
    return bytes ? base::toBase64Url(*bytes) : std::string();
}

/// A signature that lost its ground; an agreement stands.
void voidSignature(Store& store, GuestRow& guest, const std::string& key) {
    if (guest.state != GuestState::agreed) GuestStore(store).unsign(guest.id, guest.version, key);
}

/// It signed as the delegate, or came by the delegate's link.
bool isDelegates(Store& store, const GuestRow& guest, const std::string& key) {
    if (guest.delegateWithdrawn) return false;
    GuestStore guests(store);
    for (int version = 1; version <= guest.version; ++version)
        for (const auto& one : guests.signatures(guest.id, version))
            if (one.by == Party::delegate && one.key == key) return true;
    const auto bytes = base::fromBase64Url(key);
    const auto place = guest.greenRoom.empty() || !bytes ? std::nullopt : store.member(guest.greenRoom, base::Identity(crypto::identityOf(*bytes)));
    const auto link = place && place->active ? store.invitation(place->invitation) : std::nullopt;
    return link && link->kind == api::InvitationKind::delegate;
}

base::Unexpected<base::Error> full() {
    return base::fail(ErrorKind::exhausted, "guest_full", "This conversation has become too long.", "Sign, or make a new invitation.");
}

}  // namespace

base::Error codeWait(base::Duration wait) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return {ErrorKind::exhausted, "code_wait", "Many codes were tried for this invitation in the last minute.",
            "Try again in " + std::to_string(seconds) + " seconds; your code stays good.", std::to_string(seconds)};
}

void expireGuest(GuestRow& guest, base::WallTime now) {
    if (!guest.expires || now < *guest.expires || isFinal(guest.state) || guest.state == GuestState::agreed) return;
    guest.state = GuestState::expired;
}

Negotiation negotiationOf(Store& store, const GuestRow& guest) {
    GuestStore guests(store);
    Negotiation now{guest.state, guest.version, Party::host, false, false};
    if (const auto newest = guests.version(guest.id, guest.version)) now.proposedBy = newest->by;
    for (const auto& one : guests.signatures(guest.id, guest.version)) (one.side == "host" ? now.hostSigned : now.guestSigned) = true;
    return now;
}

base::Result<void> openGuest(Store& store, GuestRow& guest, Party by, base::WallTime now) {
    if (guest.state != GuestState::sent) return {};
    if (auto done = step(store, guest, GuestAct::open, by, 0, now); !done) return done;
    GuestStore(store).put(guest);
    return {};
}

base::Result<void> answerGuest(Store& store, GuestRow& guest, const GuestSpeaker& who, const api::GuestAnswer& answer, base::WallTime now) {
    GuestStore guests(store);
    const auto act = parseGuestAct(answer.act);
    if (!act || (*act != GuestAct::ask && *act != GuestAct::counter && *act != GuestAct::hold && *act != GuestAct::accept &&
                 *act != GuestAct::decline))
        return base::fail(ErrorKind::invalidInput, "bad_act", "This answer is not known.", "Answer accept, decline, ask, counter or hold.");
    // One character above the limit shows that it was too long.
    const auto text = cleanText(answer.text, api::kMaxGuestTextCharacters + 1, (api::kMaxGuestTextCharacters + 1) * 4);
    if (countCharacters(text) > api::kMaxGuestTextCharacters)
        return base::fail(ErrorKind::invalidInput, "text_too_long", "The text is too long.", "Use at most 2000 characters.");
    if (*act == GuestAct::ask && text.empty())
        return base::fail(ErrorKind::invalidInput, "text_missing", "There is no question.", "Write what you want to know.");
    if (guests.countMessages(guest.id) >= static_cast<int>(api::kMaxGuestMessages)) return full();
    if (*act == GuestAct::accept && who.party == Party::guest && !who.key.empty())
        if (auto seat = takeSeat(store, guest, who, now); !seat) return seat;

    std::optional<api::Terms> terms;
    if (*act == GuestAct::counter) {
        if (!answer.terms)
            return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "terms");
        if (answer.version != 0 && answer.version != guest.version)
            return base::fail(ErrorKind::conflict, "terms_changed", "The terms were changed meanwhile.",
                              "Read version " + std::to_string(guest.version) + " and repeat your proposal on it.");
        auto clean = cleanTerms(*answer.terms);
        if (!clean) return base::Unexpected(clean.error());
        if (const auto newest = guests.version(guest.id, guest.version); newest && newest->terms == *clean)
            return base::fail(ErrorKind::invalidInput, "same_terms", "Nothing in the terms is different.", "Change a field, or accept.");
        if (guest.version >= api::kMaxGuestVersions) return full();
        terms = std::move(*clean);
    }
    if (auto done = step(store, guest, *act, who.party, answer.version, now); !done) return done;
    if (terms) guests.addVersion(guest.id, {guest.version, who.party, *terms, now});
    say(store, guest, who, *act, text, now);
    guests.put(guest);
    return {};
}

base::Result<void> signGuest(Store& store, GuestRow& guest, const GuestSpeaker& who, const api::GuestSign& wish,
                             const base::HouseId& house, base::WallTime now) {
    GuestStore guests(store);
    const auto newest = guests.version(guest.id, guest.version);
    // First whether it is the newest version: a signature that came too late is told so, whatever it is over.
    if (const auto may = advance(negotiationOf(store, guest), GuestAct::sign, who.party, wish.version); !may)
        return base::Unexpected(may.error());
    const auto key = base::fromBase64Url(wish.key), signature = base::fromBase64Url(wish.signature);
    const auto statement = api::termsStatement(house, base::InvitationId(guest.id), guest.name, wish.version, who.party, newest->terms);
    if (!key || !signature || !crypto::verifySignature(*key, statement, *signature))
        return base::fail(ErrorKind::untrusted, "signature_wrong", "The signature does not fit these terms.", "Read them again and sign once more.");
    GuestSpeaker signer = who;
    signer.key = base::toBase64Url(*key);
    const auto already = guests.signatures(guest.id, guest.version);
    const auto side = api::sideOf(who.party);
    for (const auto& one : already)
        if (one.side == side && one.key == signer.key && one.by == who.party) return {};   // twice is once
    if (guest.state == GuestState::agreed)
        return base::fail(ErrorKind::refused, "guest_agreed", "Both sides have signed already.", "Propose other terms to change them.");
    if (who.party == Party::guest) {
        if (auto seat = takeSeat(store, guest, signer, now); !seat) return seat;
        signer.bound = guest.seatBound;
    }
    for (const auto& one : already)
        if (one.side != side && one.key == signer.key)
            return base::fail(ErrorKind::refused, "one_key", "One key cannot sign for both sides.", "Sign with a key of your own.");
    if (auto done = step(store, guest, GuestAct::sign, who.party, wish.version, now); !done) return done;
    guests.sign(guest.id, guest.version, {std::string(side), who.party, signer.key, signer.bound, base::toBase64Url(*signature), base::toUnixMs(now)});
    say(store, guest, signer, GuestAct::sign, {}, now);
    guests.put(guest);
    return {};
}

base::Result<void> takeSeat(Store& store, GuestRow& guest, const GuestSpeaker& who, base::WallTime now) {
    if (who.party != Party::guest)
        return base::fail(ErrorKind::refused, "seat_not_yours", "Only the guest takes the seat.", "Use the guest's own link, or the public link with the code.");
    if (isFinal(guest.state)) return base::fail(ErrorKind::refused, "guest_closed", "This invitation is over.", "Ask for a new one.");
    if (guest.seatKey == who.key && !who.key.empty()) return {};
    if (who.key.empty()) return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "proof");
    if (!guest.seatKey.empty())
        return base::fail(ErrorKind::refused, "seat_taken", "The guest's seat is taken by another key.",
                          "If the guest lost the key, the host can free the seat.");
    if (isDelegates(store, guest, who.key))
        return base::fail(ErrorKind::refused, "seat_not_yours", "This key is the delegate's, who never speaks as the guest.",
                          "The guest uses another computer or browser; or the host withdraws the delegate.");
    guest.seatKey = who.key;
    guest.seatBound = who.bound;
    guest.changed = now;
    GuestStore(store).put(guest);
    return {};
}

base::Result<void> enterAsGuest(Store& store, const InvitationRow& link, const std::string& publicKeyHex, bool codeFits, base::WallTime now) {
    const bool own = link.kind == api::InvitationKind::guest;
    auto guest = GuestStore(store).find(link.object);
    if (!guest || (!own && !codeFits)) return {};
    return takeSeat(store, *guest, {Party::guest, guest->name, fromHexKey(publicKeyHex), own ? "link" : "code"}, now);
}

std::string delegateName(const std::string& name, const std::string& guest) {
    const std::string role = " (delegate)";
    if (name.ends_with(role)) return name;
    return cleanText(looksLike(name, guest) ? "Delegate of " + guest : name, 64 - role.size(), 240 - role.size()) + role;
}

api::Role seatRole(Store& store, const InvitationRow& link, const std::string& publicKeyHex) {
    if (!link.object.empty())
        if (const auto guest = GuestStore(store).find(link.object); guest && !guest->seatKey.empty() && guest->seatKey == fromHexKey(publicKeyHex))
            return api::Role::speaker;
    return link.kind == api::InvitationKind::delegate && !link.object.empty() ? api::Role::speaker : api::roleOf(link.kind);
}

void enterGreenRoom(Store& store, const GuestRow& guest, const base::Identity& who, base::WallTime now) {
    if (guest.greenRoom.empty()) return;
    auto place = store.member(guest.greenRoom, who);
    if (place && place->active) return;
    MemberRow row = place.value_or(MemberRow{});
    row.room = guest.greenRoom;
    row.identity = who;
    row.role = api::Role::speaker;
    row.joined = now;
    row.active = true;
    store.putMember(row);
}

Lost withdrawDelegate(Store& store, GuestRow& guest, base::WallTime now) {
    Lost lost;
    for (const auto& link : store.invitationsOf(guest.id))
        if (link.kind == api::InvitationKind::delegate && !link.revoked) lost = revoke(store, link, api::RevokeScope::people, now);
    for (const auto& one : GuestStore(store).signatures(guest.id, guest.version))
        if (one.by == Party::delegate) voidSignature(store, guest, one.key);
    guest.delegateWithdrawn = true;
    guest.changed = now;
    GuestStore(store).put(guest);
    return lost;
}

Lost freeSeat(Store& store, GuestRow& guest, base::WallTime now) {
    if (guest.seatKey.empty()) return {};
    const auto key = base::fromBase64Url(guest.seatKey);
    const base::Identity who(crypto::identityOf(*key));
    for (const auto& room : {guest.room, guest.greenRoom}) {
        auto place = room.empty() ? std::nullopt : store.member(room, who);
        if (!place || !place->active || place->power == api::Power::host) continue;
        place->active = false;
        place->power = api::Power::none;
        ++place->epoch;
        store.putMember(*place);
    }
    voidSignature(store, guest, guest.seatKey);
    guest.seatKey.clear();
    guest.seatBound.clear();
    guest.guestReady = false;
    guest.changed = now;
    GuestStore(store).put(guest);
    return {who};
}

base::Result<Lost> revokeGuest(Store& store, GuestRow& guest, base::WallTime now) {
    if (guest.state == GuestState::revoked) return Lost{};
    if (auto done = step(store, guest, GuestAct::revoke, Party::host, 0, now); !done) return base::Unexpected(std::move(done).error());
    Lost lost = withdrawDelegate(store, guest, now);
    const Lost seat = freeSeat(store, guest, now);
    lost.insert(lost.end(), seat.begin(), seat.end());
    for (const auto& link : store.invitationsOf(guest.id))
        if (!link.revoked) store.revokeInvitation(link.id, now);
    GuestStore(store).put(guest);
    return lost;
}

base::Result<api::TermsFile> termsFile(Store& store, const GuestRow& guest, const base::HouseId& house, const std::string& houseName,
                                       const crypto::SigningKey& key) {
    GuestStore guests(store);
    const auto newest = guests.version(guest.id, guest.version);
    if (!guest.agreed || !newest)
        return base::fail(ErrorKind::conflict, "not_agreed", "Both sides have not signed the same version yet.", "Sign the newest version first.");
    api::TermsFile file;
    file.house = house;
    file.houseName = houseName;
    file.invitation = base::InvitationId(guest.id);
    file.guest = guest.name;
    file.version = guest.version;
    file.terms = newest->terms;
    file.signedBy = guests.signatures(guest.id, guest.version);
    file.agreedMs = base::toUnixMs(*guest.agreed);
    file.houseKey = base::toBase64Url(key.publicKey());
    file.houseSignature = base::toBase64Url(key.sign(api::termsFileStatement(file)));
    return file;
}

std::string safetyCode(const base::HouseId& house, const std::string& key) {
    if (key.empty()) return {};
    base::ByteWriter text;
    prefixed(text, "parlour-safety-v1");
    prefixed(text, house.str());
    prefixed(text, key);
    const auto digest = crypto::sha256(text.view());
    std::string out;
    for (std::size_t group = 0; group < 6; ++group) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 5; ++i) value = (value << 8) | std::to_integer<std::uint64_t>(digest[group * 5 + i]);
        const auto digits = std::to_string(value % 100'000);
        out += (group ? " " : "") + std::string(5 - digits.size(), '0') + digits;
    }
    return out;
}

}  // namespace parlour::house

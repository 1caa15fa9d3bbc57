// SPDX-License-Identifier: Apache-2.0
#include "core/server/guest_sides.h"

#include "core/house/membership.h"
#include "core/house/store/people_store.h"
#include "core/server/guest_shows.h"

namespace parlour::server::guest_sides {

using api::Party;
using base::ErrorKind;
using house::GuestRow;
using house::GuestSpeaker;
using house::GuestStore;

std::string nameOf(Impl& impl, const base::Identity& who) {
    const auto person = impl.store.person(who);
    return person ? person->name : impl.address.houseName;
}

// ---- views

std::string verifiedOf(GuestStore& guests, const GuestRow& guest) {
    if (guest.seatKey.empty()) return {};
    return guests.compared(guest.id, guest.seatKey) ? "compared" : guest.seatBound;
}

bool overNow(const GuestRow& guest, int lengthMinutes, base::WallTime now) {
    return guest.talk && now >= *guest.talk + std::chrono::minutes(lengthMinutes);
}

api::GuestView viewOf(Impl& impl, const GuestRow& guest, const GuestSpeaker& who) {
    GuestStore guests(impl.store);
    api::GuestView view;
    view.id = base::InvitationId(guest.id);
    view.house = impl.houseId;
    view.houseName = impl.address.houseName;
    view.name = guest.name;
    view.hostName = nameOf(impl, guest.host);
    view.party = who.party;
    view.state = std::string(house::toString(guest.state));
    view.version = guest.version;
    view.signedBy = guests.signatures(guest.id, guest.version);
    for (auto& row : guests.versions(guest.id)) {
        if (row.version == guest.version) view.terms = row.terms;
        view.versions.push_back({row.version, row.by, std::move(row.terms), base::toUnixMs(row.at)});
    }
    for (auto& row : guests.messages(guest.id))
        view.messages.push_back({row.n, row.by, std::move(row.name), std::move(row.act), row.version, std::move(row.text), base::toUnixMs(row.at)});
    view.seatTaken = !guest.seatKey.empty();
    view.mySeat = view.seatTaken && who.party == Party::guest && who.key == guest.seatKey;
    view.seatKey = guest.seatKey;
    view.safetyCode = house::safetyCode(impl.houseId, guest.seatKey);
    view.verified = verifiedOf(guests, guest);
    for (const auto& one : view.signedBy)
        if (one.by == Party::delegate) view.delegateKey = one.key;
    view.delegateWithdrawn = guest.delegateWithdrawn;
    view.room = guest.room;
    view.greenRoom = guest.greenRoom;
    view.guestReady = guest.guestReady;
    view.hostReady = guest.hostReady;
    if (guest.talk) view.atMs = base::toUnixMs(*guest.talk);
    guest_shows::describe(impl, guest, view);
    if (guest.expires) view.expiresMs = base::toUnixMs(*guest.expires);
    return view;
}

// ---- who asks

base::Result<Asked> hostSide(Impl& impl, const RouteCall& call) {
    auto member = impl.needMember(call);
    if (!member) return base::Unexpected(std::move(member).error());
    auto guest = GuestStore(impl.store).find(call.args.at(0));
    if (!guest || (guest->host != call.who && member->standing < api::Standing::admin))
        return base::Unexpected(house::unknownInvitation());
    house::expireGuest(*guest, impl.clock.wallNow());
    return Asked{std::move(*guest), {Party::host, nameOf(impl, call.who), {}, "link"}};
}

base::Result<std::pair<GuestRow, house::InvitationRow>> guestOfLink(Impl& impl, const api::GuestLink& as) {
    auto link = house::findInvitation(impl.store, as.link, as.secret);
    if (!link) return base::Unexpected(std::move(link).error());
    if (link->revoked) {   // whoever holds the secret learns it, also where the guest's row went with the host's account
        auto open = house::usable(*link, impl.clock.wallNow());
        if (!open) return base::Unexpected(std::move(open).error());
    }
    auto guest = link->object.empty() ? std::nullopt : GuestStore(impl.store).find(link->object);
    if (!guest) return base::Unexpected(house::unknownInvitation());
    house::expireGuest(*guest, impl.clock.wallNow());
    return std::pair(std::move(*guest), std::move(*link));
}

base::Result<Asked> guestSide(Impl& impl, const api::GuestLink& as, const std::string& signingKey) {
    auto found = guestOfLink(impl, as);
    if (!found) return base::Unexpected(std::move(found).error());
    auto& [guest, link] = *found;
    Asked out{std::move(guest), {}};
    out.who.bound = "link";
    if (as.proof) {
        auto who = impl.checkProof(*as.proof, api::guestPurpose(as.link));
        if (!who) return base::Unexpected(std::move(who).error());
        out.who.key = base::toBase64Url(*base::fromBase64Url(as.proof->publicKey));   // one spelling of a key
    }
    if (link.kind == api::InvitationKind::delegate) {
        out.who.party = Party::delegate;
        out.who.name = "Delegate of " + out.guest.name;
        return out;
    }
    out.who.party = Party::guest;
    out.who.name = out.guest.name;
    if (link.kind == api::InvitationKind::guest) return out;
    const auto signing = base::fromBase64Url(signingKey);
    const std::string key = signing && !signing->empty() ? base::toBase64Url(*signing) : out.who.key;
    if (!out.guest.seatKey.empty() && key == out.guest.seatKey) return out;
    if (as.code.empty())
        return base::fail(ErrorKind::refused, "code_needed", "This is the public link; the guest's seat needs the code as well.",
                          "Give the code that came to you in private, or use your own link.");
    if (const auto wait = impl.codeTries[base::InvitationId(out.guest.id)].take(impl.clock.now()); wait > base::Duration::zero())
        return base::Unexpected(house::codeWait(wait));
    if (!house::codeFits(as.code, out.guest.codeHash))
        return base::fail(ErrorKind::refused, "code_wrong", "This code does not belong to the invitation.", "Look at it again.");
    if (!out.guest.seatKey.empty())
        return base::fail(ErrorKind::refused, "seat_taken", "The guest's seat is taken by another key.",
                          "If the guest lost the key, the host can free the seat.");
    out.who.bound = "code";
    return out;
}

void tellHost(Impl& impl, const GuestRow& guest, const std::string& what) {
    if (guest.host.empty()) return;
    house::NoticeRow notice;
    notice.kind = "guest";
    notice.object = guest.id;
    notice.text = guest.name + ": " + what;
    notice.at = impl.clock.wallNow();
    house::PeopleStore(impl.store).addNotice(guest.host, std::move(notice));
}

void leaveRooms(Impl& impl, const GuestRow& guest, const house::Lost& lost) {
    if (lost.empty()) return;
    impl.afterCommit.push_back([&impl, rooms = std::vector{guest.room, guest.greenRoom}, lost] { impl.expel(rooms, lost, [](base::Result<void>) {}); });
}

void audit(Impl& impl, const GuestRow& guest, const base::Identity& actor, const char* action, std::string detail) {
    impl.store.addAudit({impl.clock.wallNow(), guest.room, actor, action, {}, detail.empty() ? guest.id : guest.id + " " + detail});
}

}  // namespace parlour::server::guest_sides

// SPDX-License-Identifier: Apache-2.0
// Famous guests on agreed terms: the host's side by session, the guest's side by link. House thread.
#include "core/crypto/random.h"
#include "core/house/display_name.h"
#include "core/house/membership.h"
#include "core/server/guest_shows.h"
#include "core/server/guest_sides.h"

namespace parlour::server {

using api::Party;
using base::ErrorKind;
using namespace guest_sides;
using house::GuestRow;
using house::GuestSpeaker;
using house::GuestState;
using house::GuestStore;

namespace {

constexpr int kBoardLimit = 1000;
constexpr int kOpenPerHost = 50;
constexpr std::size_t kRoomTitleCharacters = 64;
constexpr std::int64_t kMaxLifeSeconds = 365 * 86'400;

/// Once it is agreed there is a place where only guest, delegate and host hear each other.
base::Result<void> openGreenRoom(Impl& impl, GuestRow& guest) {
    if (guest.state != GuestState::agreed || !guest.greenRoom.empty()) return {};
    auto made = impl.makeRoom({house::cleanText("Green room of " + guest.name, kRoomTitleCharacters, api::kMaxTitleBytes), false}, guest.host);
    if (!made) return base::Unexpected(std::move(made).error());
    guest.greenRoom = made->room;
    GuestStore guests(impl.store);
    guests.put(guest);
    guests.setRoomOfLinks(guest.id, guest.room, guest.greenRoom);
    if (!guest.seatKey.empty()) {
        const base::Identity seat(crypto::identityOf(*base::fromBase64Url(guest.seatKey)));
        const auto place = impl.store.member(guest.room, seat);
        if (place && place->active) house::enterGreenRoom(impl.store, guest, seat, impl.clock.wallNow());
    }
    return {};
}

// ---- the host's requests

base::Result<api::GuestMade> create(Impl& impl, const RouteCall& call, const api::GuestWish& wish) {
    auto member = impl.needMember(call);
    if (!member) return base::Unexpected(std::move(member).error());
    auto name = house::cleanName(wish.name);
    if (!name) return base::Unexpected(std::move(name).error());
    auto terms = house::cleanTerms(wish.terms);
    if (!terms) return base::Unexpected(std::move(terms).error());
    if (wish.expiresSeconds && (*wish.expiresSeconds < 1 || *wish.expiresSeconds > kMaxLifeSeconds))
        return base::fail(ErrorKind::invalidInput, "bad_expiry", "The lifetime is not possible.", "Give 1 second to 365 days, or none.");
    const auto now = impl.clock.wallNow();
    GuestStore guests(impl.store);
    if (!call.caller.admin && member->standing < api::Standing::admin && guests.count(call.who) >= kOpenPerHost)
        return base::fail(ErrorKind::exhausted, "too_many_guests", "You have as many guests invited as one member may.", "Close an invitation first.");
    GuestRow row;
    row.id = crypto::randomString(12);
    row.name = *name;
    row.host = call.who;
    row.state = GuestState::sent;
    row.created = row.changed = now;
    if (wish.expiresSeconds) row.expires = now + std::chrono::seconds(*wish.expiresSeconds);
    api::GuestMade out;
    out.id = base::InvitationId(row.id);
    out.claimCode = house::makeCode();
    row.codeHash = house::codeHash(out.claimCode);
    // Listeners gather from the first post on, whatever comes of the terms.
    auto talk = impl.makeRoom({house::cleanText(terms->topic, kRoomTitleCharacters, api::kMaxTitleBytes), false}, call.who);
    if (!talk) return base::Unexpected(std::move(talk).error());
    row.room = talk->room;
    guests.add(row, *terms);
    guest_shows::hold(impl, row);
    const auto link = [&](api::InvitationKind kind) {
        api::InvitationWish plain;
        auto made = house::makeInvitation({}, plain, call.who, member->invitation, now);
        made.row.kind = kind;
        made.row.object = row.id;
        made.row.forName = kind == api::InvitationKind::guest ? row.name : std::string();
        impl.store.addInvitation(made.row);
        return impl.linkOf(made.row.id, made.secret);
    };
    out.publicLink = link(api::InvitationKind::listener);
    out.guestLink = link(api::InvitationKind::guest);
    out.delegateLink = link(api::InvitationKind::delegate);
    guests.setRoomOfLinks(row.id, row.room, {});
    const auto words = house::cleanText(wish.message, api::kMaxGuestTextCharacters, api::kMaxGuestTextCharacters * 4);
    if (!words.empty()) guests.addMessage(row.id, {0, Party::host, nameOf(impl, call.who), "ask", 1, words, now});
    audit(impl, row, call.who, "guest_invited");
    return out;
}

base::Result<api::GuestBoard> board(Impl& impl, const RouteCall& call) {
    auto member = impl.needMember(call);
    if (!member) return base::Unexpected(std::move(member).error());
    const auto now = impl.clock.wallNow();
    GuestStore guests(impl.store);
    api::GuestBoard out;
    for (auto& row : guests.list(member->standing >= api::Standing::admin ? base::Identity() : call.who, kBoardLimit)) {
        house::expireGuest(row, now);
        const auto newest = guests.version(row.id, row.version);
        const auto where = house::negotiationOf(impl.store, row);
        api::GuestCard card;
        card.id = base::InvitationId(row.id);
        card.name = row.name;
        card.state = std::string(house::toString(row.state));
        card.version = row.version;
        card.host = row.host;
        card.hostName = nameOf(impl, row.host);
        card.changedMs = base::toUnixMs(row.changed);
        if (row.talk) card.atMs = base::toUnixMs(*row.talk);
        card.verified = verifiedOf(guests, row);
        if (newest) card.topic = newest->terms.topic;
        const auto event = house::GuestShowStore(impl.store).find(row.id);
        card.event = event.event;
        card.started = event.started.has_value();
        card.column = std::string(house::toString(
            house::columnOf(row.state, row.talk.has_value() || event.ended, newest && guest_shows::over(impl, row, event, newest->terms.lengthMinutes))));
        if (!house::isFinal(row.state) && row.state != GuestState::agreed) {
            const bool hostNext = row.state == GuestState::asked || where.guestSigned ||
                                  (row.state == GuestState::countered && where.proposedBy != Party::host) ||
                                  (row.state == GuestState::accepted && !where.hostSigned);
            card.waitsFor = hostNext ? "host" : "guest";
        }
        out.guests.push_back(std::move(card));
    }
    return out;
}

base::Result<api::GuestView> show(Impl& impl, const RouteCall& call) {
    auto asked = hostSide(impl, call);
    if (!asked) return base::Unexpected(std::move(asked).error());
    return viewOf(impl, asked->guest, asked->who);
}

base::Result<api::GuestView> hostAnswer(Impl& impl, const RouteCall& call, const api::GuestAnswer& answer) {
    auto asked = hostSide(impl, call);
    if (!asked) return base::Unexpected(std::move(asked).error());
    if (auto done = house::answerGuest(impl.store, asked->guest, asked->who, answer, impl.clock.wallNow()); !done)
        return base::Unexpected(std::move(done).error());
    guest_shows::closed(impl, asked->guest, call.who);
    return viewOf(impl, asked->guest, asked->who);
}

base::Result<api::GuestView> hostSign(Impl& impl, const RouteCall& call, const api::GuestSign& wish) {
    auto asked = hostSide(impl, call);
    if (!asked) return base::Unexpected(std::move(asked).error());
    const auto key = base::fromBase64Url(wish.key);
    if (!key || base::Identity(crypto::identityOf(*key)) != call.who)
        return base::fail(ErrorKind::refused, "key_not_yours", "This is not the key of who signed in.", "Sign with your own key of this house.");
    if (auto done = house::signGuest(impl.store, asked->guest, asked->who, wish, impl.houseId, impl.clock.wallNow()); !done)
        return base::Unexpected(std::move(done).error());
    if (auto green = openGreenRoom(impl, asked->guest); !green) return base::Unexpected(std::move(green).error());
    audit(impl, asked->guest, call.who, "guest_signed", "version " + std::to_string(wish.version));
    return viewOf(impl, asked->guest, asked->who);
}

base::Result<api::GuestView> change(Impl& impl, const RouteCall& call, const api::GuestChange& wish) {
    auto asked = hostSide(impl, call);
    if (!asked) return base::Unexpected(std::move(asked).error());
    const auto now = impl.clock.wallNow();
    GuestStore guests(impl.store);
    auto& guest = asked->guest;
    if (!wish.compared.empty()) {
        bool known = wish.compared == guest.seatKey;
        for (const auto& one : guests.signatures(guest.id, guest.version)) known = known || one.key == wish.compared;
        if (!known) return base::fail(ErrorKind::notFound, "key_unknown", "Nobody here uses that key.", "Take the key as it is shown.");
        guests.setCompared(guest.id, wish.compared, call.who, now);
        audit(impl, guest, call.who, "guest_compared");
    }
    if (wish.freeSeat) {
        leaveRooms(impl, guest, house::freeSeat(impl.store, guest, now));
        audit(impl, guest, call.who, "guest_seat_freed");
    }
    if (wish.withdrawDelegate) {
        leaveRooms(impl, guest, house::withdrawDelegate(impl.store, guest, now));
        audit(impl, guest, call.who, "guest_delegate_withdrawn");
    }
    if (wish.room) {
        if (!wish.room->empty()) {
            auto place = impl.moderator(call.caller, *wish.room);
            if (!place) return base::Unexpected(std::move(place).error());
            if (!impl.find(*wish.room)) return base::Unexpected(Impl::unknownRoom());
        }
        guest.room = *wish.room;
        guests.setRoomOfLinks(guest.id, guest.room, guest.greenRoom);
        if (!guest.room.empty() && !house::GuestShowStore(impl.store).find(guest.id).started) guest_shows::hold(impl, guest);
    }
    if (wish.start) {
        if (guest.room.empty()) return base::fail(ErrorKind::conflict, "no_room", "This talk has no room.", "Give it one first.");
        guest_shows::start(impl, guest, call.who);
    }
    if ((wish.atMs || wish.room) && !house::GuestShowStore(impl.store).find(guest.id).event.empty())
        return base::fail(ErrorKind::conflict, "scheduled_already", "This talk is in the calendar already.", "Move it there, or call it off first.");
    if (wish.atMs) {
        if (*wish.atMs < 0) return base::fail(ErrorKind::invalidInput, "bad_field", "A field is missing or has a wrong value.", {}, "at_ms");
        guest.talk = *wish.atMs == 0 ? std::nullopt : std::optional(base::fromUnixMs(*wish.atMs));
    }
    if (wish.room || wish.atMs) {
        guest.changed = now;
        guests.put(guest);
        audit(impl, guest, call.who, "guest_scheduled");
    }
    if (wish.revoke) {
        auto done = house::revokeGuest(impl.store, guest, now);
        if (!done) return base::Unexpected(std::move(done).error());
        leaveRooms(impl, guest, *done);
        guest_shows::closed(impl, guest, call.who);
        audit(impl, guest, call.who, "guest_revoked");
    }
    return viewOf(impl, guest, asked->who);
}

base::Result<api::TermsFile> hostTerms(Impl& impl, const RouteCall& call) {
    auto asked = hostSide(impl, call);
    if (!asked) return base::Unexpected(std::move(asked).error());
    return house::termsFile(impl.store, asked->guest, impl.houseId, impl.address.houseName, *impl.key);
}

// ---- by link

base::Result<api::GuestView> openShow(Impl& impl, const RouteCall&, const api::GuestLink& as) {
    auto asked = guestSide(impl, as);
    if (!asked) return base::Unexpected(std::move(asked).error());
    if (auto done = house::openGuest(impl.store, asked->guest, asked->who.party, impl.clock.wallNow()); !done)
        return base::Unexpected(std::move(done).error());
    return viewOf(impl, asked->guest, asked->who);
}

base::Result<api::GuestView> openAnswer(Impl& impl, const RouteCall&, const api::GuestAnswer& answer) {
    if (!answer.as) return base::Unexpected(house::unknownInvitation());
    auto asked = guestSide(impl, *answer.as);
    if (!asked) return base::Unexpected(std::move(asked).error());
    const auto now = impl.clock.wallNow();
    if (asked->who.bound == "code" && !asked->who.key.empty())
        if (auto seat = house::takeSeat(impl.store, asked->guest, asked->who, now); !seat) return base::Unexpected(std::move(seat).error());
    if (auto done = house::answerGuest(impl.store, asked->guest, asked->who, answer, now); !done)
        return base::Unexpected(std::move(done).error());
    guest_shows::closed(impl, asked->guest, {});
    tellHost(impl, asked->guest, answer.act);
    return viewOf(impl, asked->guest, asked->who);
}

base::Result<api::GuestView> openSign(Impl& impl, const RouteCall&, const api::GuestSign& wish) {
    if (!wish.as) return base::Unexpected(house::unknownInvitation());
    auto asked = guestSide(impl, *wish.as, wish.key);
    if (!asked) return base::Unexpected(std::move(asked).error());
    if (auto done = house::signGuest(impl.store, asked->guest, asked->who, wish, impl.houseId, impl.clock.wallNow()); !done)
        return base::Unexpected(std::move(done).error());
    if (auto green = openGreenRoom(impl, asked->guest); !green) return base::Unexpected(std::move(green).error());
    tellHost(impl, asked->guest, "sign");
    audit(impl, asked->guest, {}, "guest_signed", "version " + std::to_string(wish.version));
    asked->who.key = base::toBase64Url(*base::fromBase64Url(wish.key));
    return viewOf(impl, asked->guest, asked->who);
}

base::Result<api::GuestView> openClaim(Impl& impl, const RouteCall&, const api::GuestLink& as) {
    auto asked = guestSide(impl, as);
    if (!asked) return base::Unexpected(std::move(asked).error());
    if (auto seat = house::takeSeat(impl.store, asked->guest, asked->who, impl.clock.wallNow()); !seat)
        return base::Unexpected(std::move(seat).error());
    audit(impl, asked->guest, {}, "guest_seat_taken", asked->guest.seatBound);
    return viewOf(impl, asked->guest, asked->who);
}

base::Result<api::TermsFile> openTerms(Impl& impl, const RouteCall&, const api::GuestLink& as) {
    auto asked = guestSide(impl, as);
    if (!asked) return base::Unexpected(std::move(asked).error());
    return house::termsFile(impl.store, asked->guest, impl.houseId, impl.address.houseName, *impl.key);
}

// ---- on the day

base::Result<api::GuestView> setReady(Impl& impl, Asked asked, bool on) {
    (asked.who.party == Party::host ? asked.guest.hostReady : asked.guest.guestReady) = on;
    GuestStore(impl.store).put(asked.guest);
    guest_shows::startIfReady(impl, asked.guest);
    return viewOf(impl, asked.guest, asked.who);
}
base::Result<api::GuestView> hostReady(Impl& impl, const RouteCall& call, const api::GuestReady& wish) {
    auto asked = hostSide(impl, call);
    if (!asked) return base::Unexpected(std::move(asked).error());
    return setReady(impl, std::move(*asked), wish.on);
}
base::Result<api::GuestView> openReady(Impl& impl, const RouteCall&, const api::GuestReady& wish) {
    if (!wish.as) return base::Unexpected(house::unknownInvitation());
    auto asked = guestSide(impl, *wish.as);
    if (!asked) return base::Unexpected(std::move(asked).error());
    if (asked->guest.greenRoom.empty())
        return base::fail(ErrorKind::refused, "not_agreed", "Both sides have not signed the same version yet.", "Sign the newest version first.");
    tellHost(impl, asked->guest, wish.on ? "ready" : "not ready");
    return setReady(impl, std::move(*asked), wish.on);
}

void offstage(Impl& impl, const RouteCall&, const api::GuestLink& as, HouseService::Answer<api::Nothing> answer) {
    auto order = impl.reading<StageRequest>([&]() -> base::Result<StageRequest> {
        auto asked = guestSide(impl, as);
        if (!asked) return base::Unexpected(std::move(asked).error());
        if (asked->who.party != Party::delegate)
            return base::fail(ErrorKind::refused, "guest_not_yours", "That is for the delegate to do.", "Step down yourself.");
        if (asked->guest.room.empty() || asked->guest.seatKey.empty())
            return base::fail(ErrorKind::conflict, "not_on_stage", "The guest is not on the stage.");
        StageRequest request;
        request.room = asked->guest.room;
        request.verb = api::StageVerb::down;
        request.target = base::Identity(crypto::identityOf(*base::fromBase64Url(asked->guest.seatKey)));
        audit(impl, asked->guest, request.target, "guest_offstage");
        return request;
    });
    if (!order) return answer(base::Unexpected(std::move(order).error()));
    impl.stageCommand(*order, true, [answer](base::Result<std::uint64_t> done) {
        if (!done) return answer(base::Unexpected(std::move(done).error()));
        answer(api::Nothing{});
    });
}

base::Result<api::RoomGuest> roomGuest(Impl& impl, const RouteCall& call) {
    const base::RoomId room(call.args.at(0));
    const auto place = impl.store.member(room, call.who);
    if (!call.caller.admin && (!place || !place->active)) return base::Unexpected(Impl::unknownRoom());
    GuestStore guests(impl.store);
    auto guest = guests.ofRoom(room);
    if (!guest) guest = guests.ofGreenRoom(room);
    if (!guest) return base::fail(ErrorKind::notFound, "no_guest", "No guest is invited into this room.");
    api::RoomGuest out;
    out.name = guest->name;
    out.verified = verifiedOf(guests, *guest);
    if (!guest->seatKey.empty()) out.identity = base::Identity(crypto::identityOf(*base::fromBase64Url(guest->seatKey)));
    out.guestReady = guest->guestReady;
    out.hostReady = guest->hostReady;
    out.started = house::GuestShowStore(impl.store).find(guest->id).started.has_value();
    if (out.identity == call.who && !out.identity.empty()) {   // the guest finds the way between the two
        out.room = guest->room;
        out.greenRoom = guest->greenRoom;
    }
    if (!call.caller.admin && place->power == api::Power::none) return out;
    out.room = guest->room;
    if (const auto green = impl.find(guest->greenRoom))
        for (const auto& [who, person] : green->stage.people)
            if (person.present) out.inGreenRoom.push_back(person.name);
    if (call.caller.admin || guest->host == call.who || impl.needAdmin(call)) out.guest = base::InvitationId(guest->id);
    out.greenRoom = guest->greenRoom;
    if (guest->state == GuestState::agreed) {
        out.version = guest->version;
        if (auto newest = guests.version(guest->id, guest->version)) out.terms = std::move(newest->terms);
    }
    return out;
}

base::Result<api::GuestNotice> publicNotice(Impl& impl, const RouteCall&, const api::GuestLink& as) {
    auto found = guestOfLink(impl, as);
    if (!found) return base::Unexpected(std::move(found).error());
    const auto& guest = found->first;
    const auto newest = GuestStore(impl.store).version(guest.id, guest.version);
    const auto first = GuestStore(impl.store).version(guest.id, 1);
    api::GuestNotice out;
    out.id = base::InvitationId(guest.id);
    out.houseName = impl.address.houseName;
    out.name = guest.name;
    out.hostName = nameOf(impl, guest.host);
    // The public reads what was proposed in public; what came of it only once it is agreed.
    const bool agreed = guest.state == GuestState::agreed;
    const auto& terms = (agreed ? newest : first)->terms;
    out.topic = terms.topic;
    out.lengthMinutes = terms.lengthMinutes;
    out.state = house::isFinal(guest.state) ? "closed" : agreed ? (guest.talk ? "scheduled" : "agreed") : "open";
    if (guest.talk && agreed) out.atMs = base::toUnixMs(*guest.talk);
    if (agreed) out.when = terms.when;
    out.canListen = !guest.room.empty();
    guest_shows::describe(impl, guest, out);
    return out;
}

}  // namespace

void addGuestRoutes(HouseRoutes& routes) {
    routes.post<api::GuestWish, api::GuestMade>("guests", create);
    routes.get<api::GuestBoard>("guests", board);
    routes.get<api::GuestView>("guests/{id}", show);
    routes.post<api::GuestAnswer, api::GuestView>("guests/{id}/answer", hostAnswer);
    routes.post<api::GuestSign, api::GuestView>("guests/{id}/sign", hostSign);
    routes.post<api::GuestChange, api::GuestView>("guests/{id}/change", change);
    routes.get<api::TermsFile>("guests/{id}/terms", hostTerms);
    const auto open = HouseRoutes::For::open;
    routes.post<api::GuestLink, api::GuestView>("guests/open", openShow, open);
    routes.post<api::GuestAnswer, api::GuestView>("guests/open/answer", openAnswer, open);
    routes.post<api::GuestSign, api::GuestView>("guests/open/sign", openSign, open);
    routes.post<api::GuestLink, api::GuestView>("guests/open/claim", openClaim, open);
    routes.post<api::GuestLink, api::TermsFile>("guests/open/terms", openTerms, open);
    routes.post<api::GuestLink, api::GuestNotice>("guests/public", publicNotice, open);
    routes.post<api::GuestReady, api::GuestView>("guests/{id}/ready", hostReady);
    routes.post<api::GuestReady, api::GuestView>("guests/open/ready", openReady, open);
    routes.wait<api::GuestLink, api::Nothing>("guests/open/offstage", offstage, open);
    routes.get<api::RoomGuest>("rooms/{room}/guest", roomGuest);
    guest_shows::addRoutes(routes);
}

}  // namespace parlour::server

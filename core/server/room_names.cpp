// SPDX-License-Identifier: Apache-2.0
#include "core/server/room_names.h"

#include "core/house/display_name.h"
#include "core/house/guest_desk.h"
#include "core/house/look_alike.h"
#include "core/house/store/desk_store.h"
#include "core/house/store/guest_store.h"

namespace parlour::server {

namespace {

constexpr std::size_t kMarkLength = 4;   ///< of an id, after " #"

/// Whoever has more keeps a name that two would have. 0 = nobody is taken for somebody in the audience.
int rankOf(api::Power power, bool stage) {
    if (power == api::Power::host) return 3;
    if (power == api::Power::moderator) return 2;
    return stage ? 1 : 0;
}

std::string marked(const std::string& name, const base::Identity& who) {
    const std::string mark = " #" + who.str().substr(0, kMarkLength);
    return house::cleanText(house::withoutSigns(name), api::kMaxNameCharacters - mark.size(), api::kMaxNameBytes - mark.size()) + mark;
}

/// Those who are there are known by the stage; this is for those who are not.
const std::vector<house::NamedPower>& powersOf(HouseService::Impl& impl, HouseRoom& room) {
    const auto now = impl.clock.now();
    if (room.powers.read == base::TimePoint::min() || now - room.powers.read >= KnownPowers::kFresh) {
        room.powers.people = house::DeskStore(impl.store).powers(room.row.id);
        room.powers.read = now;
    }
    return room.powers.people;
}

/// Somebody of at least the same rank who was there before has this name, as far as eyes can see.
bool taken(HouseService::Impl& impl, HouseRoom& room, const house::MemberRow& place, const std::string& name) {
    const base::Identity& who = place.identity;
    const auto shape = house::skeleton(name);
    const int rank = rankOf(place.power, place.role != api::Role::listener);
    const auto known = room.stage.people.find(who);
    for (const auto& [id, other] : room.stage.people) {
        if (id == who) continue;
        const int above = rankOf(other.power, other.seat == api::Seat::stage);
        if (above == 0 || above < rank) continue;
        const bool later = known != room.stage.people.end() && known->second.arrivedAt < other.arrivedAt;
        if (above == rank && later) continue;
        if (house::skeleton(other.name) == shape) return true;
    }
    // Those with power, also while they are not there.
    for (const auto& other : powersOf(impl, room))
        if (other.identity != who && rankOf(other.power, false) > rank && house::skeleton(other.name) == shape) return true;
    return false;
}

}  // namespace

std::string nameInRoom(HouseService::Impl& impl, HouseRoom& room, const house::MemberRow& place, const std::string& asked) {
    if (asked.empty()) return asked;   // whoever is in keeps the name they have
    house::GuestStore guests(impl.store);
    auto guest = guests.ofRoom(room.row.id);
    if (!guest) guest = guests.ofGreenRoom(room.row.id);
    if (guest) {
        const auto seat = base::fromBase64Url(guest->seatKey);
        if (!guest->seatKey.empty() && seat && place.identity == base::Identity(crypto::identityOf(*seat))) return guest->name;
        const auto link = impl.store.invitation(place.invitation);
        if (link && link->kind == api::InvitationKind::delegate) return house::delegateName(asked, guest->name);
        if (house::looksLike(asked, guest->name)) return marked(asked, place.identity);
    }
    return taken(impl, room, place, asked) ? marked(asked, place.identity) : asked;
}

}  // namespace parlour::server

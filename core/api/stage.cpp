// SPDX-License-Identifier: Apache-2.0
#include "core/api/stage.h"

#include <array>
#include <utility>

#include "core/api/house_types.h"

namespace parlour::api {

namespace {

template <class E, std::size_t N>
std::optional<E> find(const std::array<std::pair<E, std::string_view>, N>& table, std::string_view text) {
    for (const auto& [value, name] : table)
        if (name == text) return value;
    return std::nullopt;
}
template <class E, std::size_t N>
std::string_view name(const std::array<std::pair<E, std::string_view>, N>& table, E wanted) {
    for (const auto& [value, text] : table)
        if (value == wanted) return text;
    return {};
}

constexpr std::array<std::pair<Power, std::string_view>, 3> kPowers{
    {{Power::none, ""}, {Power::moderator, "moderator"}, {Power::host, "host"}}};
constexpr std::array<std::pair<Seat, std::string_view>, 3> kSeats{
    {{Seat::audience, "audience"}, {Seat::stage, "stage"}, {Seat::waiting, "waiting"}}};
constexpr std::array<std::pair<Role, std::string_view>, 3> kRoles{
    {{Role::listener, "listener"}, {Role::speaker, "speaker"}, {Role::moderator, "moderator"}}};
constexpr std::array<std::pair<RevokeScope, std::string_view>, 3> kScopes{
    {{RevokeScope::link, "link"}, {RevokeScope::people, "people"}, {RevokeScope::subtree, "subtree"}}};
constexpr std::array<std::pair<StageVerb, std::string_view>, 30> kVerbs{{{StageVerb::raise, "raise"},
                                                                         {StageVerb::lower, "lower"},
                                                                         {StageVerb::accept, "accept"},
                                                                         {StageVerb::decline, "decline"},
                                                                         {StageVerb::invite, "invite"},
                                                                         {StageVerb::dismiss, "dismiss"},
                                                                         {StageVerb::mute, "mute"},
                                                                         {StageVerb::ask, "ask"},
                                                                         {StageVerb::hold, "hold"},
                                                                         {StageVerb::release, "release"},
                                                                         {StageVerb::down, "down"},
                                                                         {StageVerb::up, "up"},
                                                                         {StageVerb::next, "next"},
                                                                         {StageVerb::promote, "promote"},
                                                                         {StageVerb::demote, "demote"},
                                                                         {StageVerb::host, "host"},
                                                                         {StageVerb::remove, "remove"},
                                                                         {StageVerb::ban, "ban"},
                                                                         {StageVerb::lockHands, "lock_hands"},
                                                                         {StageVerb::muteAll, "mute_all"},
                                                                         {StageVerb::pin, "pin"},
                                                                         {StageVerb::move, "move"},
                                                                         {StageVerb::clearHands, "clear_hands"},
                                                                         {StageVerb::slot, "slot"},
                                                                         {StageVerb::lockDoor, "lock_door"},
                                                                         {StageVerb::admit, "admit"},
                                                                         {StageVerb::removeMany, "remove_many"},
                                                                         {StageVerb::banMany, "ban_many"},
                                                                         {StageVerb::chair, "chair"},
                                                                         {StageVerb::end, "end"}}};

}  // namespace

std::string_view toString(Power power) { return name(kPowers, power); }
std::string_view toString(Seat seat) { return name(kSeats, seat); }
std::string_view toString(Role role) { return name(kRoles, role); }
std::string_view toString(RevokeScope scope) { return name(kScopes, scope); }
std::string_view toString(StageVerb verb) { return name(kVerbs, verb); }
std::optional<Power> parsePower(std::string_view text) { return find(kPowers, text); }
std::optional<Seat> parseSeat(std::string_view text) { return find(kSeats, text); }
std::optional<Role> parseRole(std::string_view text) { return find(kRoles, text); }
std::optional<RevokeScope> parseRevokeScope(std::string_view text) { return find(kScopes, text); }
std::optional<StageVerb> parseStageVerb(std::string_view text) { return find(kVerbs, text); }

}  // namespace parlour::api

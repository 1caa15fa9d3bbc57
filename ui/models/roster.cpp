// SPDX-License-Identifier: Apache-2.0
#include "ui/models/roster.h"

#include <string_view>
#include <unordered_map>

#include "ui/models/words.h"

namespace parlour::ui {

namespace {

using People = std::vector<const room::Participant*>;

/// Rows of these; who shares a name with anybody in the room is told apart by the handle.
std::vector<PersonRow> rowsOf(const room::RoomState& state, const People& people) {
    std::unordered_map<std::string_view, int> names;
    names.reserve(people.size());
    for (const auto* person : people) names[person->name] = 0;
    for (const auto& person : state.participants)
        if (const auto it = names.find(person->name); it != names.end()) ++it->second;
    std::unordered_map<std::string_view, int> places;
    int place = 0;
    for (const auto& hand : state.hands) places[hand.identity.str()] = ++place;
    std::vector<PersonRow> rows;
    rows.reserve(people.size());
    for (const auto* person : people) {
        const auto at = places.find(person->identity.str());
        rows.push_back(personRow(state, *person, names[person->name] > 1, at == places.end() ? 0 : at->second));
    }
    return rows;
}

}  // namespace

Roster rosterOf(const room::RoomState& state, const QString& search) {
    Roster out;
    People stage, audience, fits;
    const room::Participant* self = nullptr;
    const auto wanted = search.trimmed();
    for (const auto& person : state.participants) {
        const bool onStage = person->seat == api::Seat::stage;
        ++(onStage ? out.stageCount : out.audienceCount);
        if (onStage) stage.push_back(person.get());
        else if (audience.size() < kDrawnListeners) audience.push_back(person.get());
        else if (person->isSelf) self = person.get();
        if (wanted.isEmpty() || !text(person->name).contains(wanted, Qt::CaseInsensitive)) continue;
        if (out.found++ < kDrawnListeners) fits.push_back(person.get());
    }
    if (self) audience.back() = self;
    out.stage = rowsOf(state, stage);
    out.audience = rowsOf(state, audience);
    if (!wanted.isEmpty()) {
        out.people = rowsOf(state, fits);
        return out;
    }
    out.found = out.stageCount + out.audienceCount;
    out.people.reserve(out.stage.size() + out.audience.size());
    out.people.insert(out.people.end(), out.stage.begin(), out.stage.end());
    out.people.insert(out.people.end(), out.audience.begin(), out.audience.end());
    return out;
}

std::optional<PersonRow> personRow(const room::RoomState& state, const base::Identity& who) {
    for (const auto& person : state.participants)
        if (person->identity == who) return rowsOf(state, {person.get()}).front();
    return std::nullopt;
}

}  // namespace parlour::ui

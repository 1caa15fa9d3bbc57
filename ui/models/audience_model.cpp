// SPDX-License-Identifier: Apache-2.0
#include "ui/models/audience_model.h"

#include "ui/models/words.h"

namespace parlour::ui {

Audience pickAudience(const room::RoomState& state, const QString& search, int most, const People& known) {
    Audience out;
    const auto words = search.trimmed();
    std::vector<const room::Participant*> first, friends, rest;
    for (const auto& person : state.participants) {
        if (person->seat == api::Seat::stage) continue;
        ++out.total;
        if (!words.isEmpty() && !text(person->name).contains(words, Qt::CaseInsensitive)) continue;
        ++out.found;
        const bool matters = person->isSelf || person->handUp() || person->invitedUntil || person->power != api::Power::none;
        auto& list = matters ? first : !known.empty() && known.contains(person->identity.str()) ? friends : rest;
        if (static_cast<int>(list.size()) < most) list.push_back(person.get());
    }
    if (out.total <= most && words.isEmpty()) {   // all, in the room's order
        for (const auto& person : state.participants)
            if (person->seat != api::Seat::stage) out.shown.push_back(person.get());
        return out;
    }
    out.shown = std::move(first);
    for (const auto* list : {&friends, &rest})
        for (const auto* person : *list)
            if (static_cast<int>(out.shown.size()) < most) out.shown.push_back(person);
    return out;
}

void AudienceModel::setSearch(const QString& words) {
    if (m_search == words) return;
    m_search = words;
    emit searchChanged();
}

void AudienceModel::setKnown(People people) {
    if (people == m_friends) return;
    m_friends = std::move(people);
    m_known = m_spoke;
    m_known.insert(m_friends.begin(), m_friends.end());
    emit orderChanged();
}

std::vector<PersonRow> AudienceModel::showAudience(const room::RoomState& state) {
    if (m_room != state.room) {
        m_room = state.room;
        m_known = m_friends;
        m_spoke.clear();
    }
    for (const auto& person : state.participants) {
        if (person->seat != api::Seat::stage) break;   // the stage comes first
        if (m_spoke.insert(person->identity.str()).second) m_known.insert(person->identity.str());
    }
    auto chosen = pickAudience(state, m_search, kDrawn, m_known);
    // The field goes with the crowd, and with it what was searched for.
    if (chosen.total <= kDrawn && !m_search.isEmpty()) {
        m_search.clear();
        emit searchChanged();
        chosen = pickAudience(state, m_search, kDrawn, m_known);
    }
    auto rows = personRows(state, chosen.shown);
    const int hidden = chosen.found - static_cast<int>(rows.size());
    const bool news = chosen.total != m_total || chosen.found != m_found || hidden != m_hidden;
    m_total = chosen.total;
    m_found = chosen.found;
    m_hidden = hidden;
    showPeople(rows);
    if (news) emit picked();
    return rows;
}

}  // namespace parlour::ui

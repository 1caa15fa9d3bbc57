// SPDX-License-Identifier: Apache-2.0
#include "ui/models/people_model.h"

#include <QCoreApplication>
#include <QHash>
#include <string_view>
#include <unordered_map>

#include "ui/models/words.h"

namespace parlour::ui {

namespace {
QString tr(const char* words) { return QCoreApplication::translate("PeopleModel", words); }

QString spokenState(const PersonRow& row) {
    QStringList parts{row.role};
    if (row.self) parts << tr("you");
    if (row.onStage) parts << (row.held ? tr("held by a moderator") : row.muted ? tr("muted") : tr("microphone open"));
    if (row.chair) parts << tr("interviews");
    if (row.handUp) parts << tr("hand raised, %1 in line").arg(ordinal(row.handPlace));
    if (row.invited) parts << tr("invited to speak");
    if (row.quality == 0 || row.quality == 3) parts << tr("poor connection");
    return parts.join(QStringLiteral(", "));
}
}  // namespace

PersonRow personRow(const room::RoomState& state, const room::Participant& person, bool sharesName, int handPlace) {
    PersonRow row;
    row.identity = person.identity.str();
    row.name = text(person.name);
    if (row.name.isEmpty()) row.name = tr("Somebody");
    if (sharesName) row.handle = handle(person.identity);
    row.initials = initials(row.name);
    row.role = roleWords(person);
    row.color = colorIndex(person.identity);
    row.power = person.power;
    row.onStage = person.seat == api::Seat::stage;
    row.handUp = person.handUp();
    row.handPlace = handPlace;
    row.invited = person.invitedUntil.has_value();
    row.held = person.held;
    row.self = person.isSelf;
    row.chair = row.onStage && !state.chair.empty() && person.identity == state.chair;
    if (row.onStage && person.slotUntil) row.slotUntil = static_cast<double>(base::toUnixMs(*person.slotUntil));
    row.muted = row.onStage && !(row.self ? state.microphoneLive : person.microphoneOpen);
    row.quality = person.connectionQuality;
    row.picture = static_cast<double>(person.pictureMs);
    row.announced = person.speakerLevel;
    row.track = person.audioTrack;
    row.spoken = spokenState(row);
    return row;
}

std::vector<PersonRow> personRows(const room::RoomState& state) {
    std::vector<const room::Participant*> people;
    people.reserve(state.participants.size());
    for (const auto& person : state.participants) people.push_back(person.get());
    return personRows(state, people);
}

std::vector<PersonRow> personRows(const room::RoomState& state, const std::vector<const room::Participant*>& people) {
    // Whoever shares a name with anybody in the room is told apart by the handle. Only names that are shown are counted: in a
    // large room that is what a change costs.
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

QVariant PeopleModel::data(const QModelIndex& index, int role) const {
    const auto* row = at(index);
    if (!row) return {};
    switch (static_cast<Role>(role)) {
        case Identity: return text(row->identity);
        case Name: return row->name;
        case Handle: return row->handle;
        case Initials: return row->initials;
        case RoleWords: return row->role;
        case Spoken: return row->spoken;
        case Color: return row->color;
        case Power: return static_cast<int>(row->power);
        case OnStage: return row->onStage;
        case HandUp: return row->handUp;
        case HandPlace: return row->handPlace;
        case Invited: return row->invited;
        case Held: return row->held;
        case Muted: return row->muted;
        case Self: return row->self;
        case Quality: return row->quality;
        case Chair: return row->chair;
        case SlotUntil: return row->slotUntil;
        case Picture: return row->picture;
        case Level: {
            const auto i = static_cast<std::size_t>(index.row());
            return i < m_levels.size() ? static_cast<double>(m_levels[i]) : 0.0;
        }
    }
    return {};
}

QHash<int, QByteArray> PeopleModel::roleNames() const {
    return {{Identity, "identity"}, {Name, "name"}, {Handle, "handle"}, {Initials, "initials"}, {RoleWords, "roleWords"},
            {Spoken, "spoken"}, {Color, "colorIndex"}, {Power, "power"}, {OnStage, "onStage"}, {HandUp, "handUp"},
            {HandPlace, "handPlace"}, {Invited, "invited"}, {Held, "held"}, {Muted, "muted"}, {Self, "isSelf"},
            {Quality, "quality"}, {Level, "level"}, {Chair, "chair"}, {SlotUntil, "slotUntil"}, {Picture, "pictureMs"}};
}

void PeopleModel::showPeople(const std::vector<PersonRow>& next) {
    if (m_frozen) {
        m_waiting = next;
        // Values of rows that are still there change; the order stays.
        for (int i = 0; i < rowCount(); ++i)
            for (const auto& row : next)
                if (row.identity == m_rows[static_cast<std::size_t>(i)].identity && !(row == m_rows[static_cast<std::size_t>(i)])) {
                    m_rows[static_cast<std::size_t>(i)] = row;
                    changedRow(i);
                }
        return;
    }
    const auto before = rowCount();
    show(next);
    m_levels.resize(m_rows.size(), 0.0f);
    if (before != rowCount()) emit countChanged();
}

void PeopleModel::setFrozen(bool frozen) {
    if (frozen == m_frozen) return;
    m_frozen = frozen;
    if (frozen) {
        m_waiting = m_rows;
    } else {
        showPeople(std::exchange(m_waiting, {}));
    }
}

void PeopleModel::updateLevels(const std::function<float(const PersonRow&)>& source) {
    constexpr float kFall = 0.72f;   // per poll: a ring fades over a few polls instead of flickering
    m_levels.resize(m_rows.size(), 0.0f);
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        float level = 0.0f;
        if (!m_rows[i].muted) {
            level = source(m_rows[i]);
            if (level < 0.0f) level = m_rows[i].announced;
        }
        float next = std::max(level, m_levels[i] * kFall);
        if (next < 0.004f) next = 0.0f;
        if (next == m_levels[i] || (next > 0.1f && std::abs(next - m_levels[i]) < 0.004f)) continue;
        m_levels[i] = next;
        emit dataChanged(index(static_cast<int>(i)), index(static_cast<int>(i)), {Level});
    }
}

}  // namespace parlour::ui

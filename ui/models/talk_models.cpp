// SPDX-License-Identifier: Apache-2.0
#include "ui/models/talk_models.h"

#include <unordered_map>
#include <utility>

#include "ui/models/words.h"

namespace parlour::ui {

namespace {
/// Keys of pinned hands count from zero, all others from 2^40 up and down (core/house/hand_queue.h).
bool isPinnedKey(const std::string& key) { return key.size() == 16 && key.compare(0, 8, "00000000") == 0; }
}  // namespace

std::vector<HandRow> handRows(const room::RoomState& state, qint64 nowMs) {
    // Only of those whose hand is up: the room may be large.
    std::unordered_map<std::string_view, int> names;
    std::unordered_map<std::string_view, bool> invited, pinned;
    std::unordered_map<std::string_view, double> pictures;
    for (const auto& hand : state.hands) {
        names[hand.name] = 0;
        invited[hand.identity.str()] = false;
    }
    if (!state.hands.empty())
        for (const auto& person : state.participants) {
            if (const auto it = names.find(person->name); it != names.end()) ++it->second;
            const auto it = person->handUp() || person->invitedUntil ? invited.find(person->identity.str()) : invited.end();
            if (it == invited.end()) continue;
            it->second = person->invitedUntil.has_value();
            pinned[it->first] = isPinnedKey(person->handKey);
            pictures[it->first] = static_cast<double>(person->pictureMs);
        }
    std::vector<HandRow> rows;
    int place = 0;
    for (const auto& hand : state.hands) {
        HandRow row;
        row.identity = hand.identity.str();
        row.name = text(hand.name);
        if (names[hand.name] > 1) row.handle = handle(hand.identity);
        row.initials = initials(row.name);
        row.note = text(hand.note).simplified();
        row.color = colorIndex(hand.identity);
        row.place = ++place;
        row.raisedAtMs = base::toUnixMs(hand.raisedAt);
        row.waiting = row.raisedAtMs > 0 ? since((nowMs - row.raisedAtMs) / 1000) : QString();
        row.invited = invited[row.identity];
        row.overflow = hand.overflow;
        row.pinned = pinned[row.identity];
        row.picture = pictures[row.identity];
        rows.push_back(std::move(row));
    }
    return rows;
}

QVariant HandsModel::data(const QModelIndex& index, int role) const {
    const auto* row = at(index);
    if (!row) return {};
    switch (static_cast<Role>(role)) {
        case Identity: return text(row->identity);
        case Name: return row->name;
        case Handle: return row->handle;
        case Initials: return row->initials;
        case Note: return row->note;
        case Color: return row->color;
        case Place: return row->place;
        case Waiting: return row->waiting;
        case Invited: return row->invited;
        case Origin: return row->overflow > 0 ? tr("from overflow %1").arg(row->overflow) : QString();
        case Pinned: return row->pinned;
        case Picture: return row->picture;
    }
    return {};
}

QHash<int, QByteArray> HandsModel::roleNames() const {
    return {{Identity, "identity"}, {Name, "name"}, {Handle, "handle"}, {Initials, "initials"}, {Note, "note"},
            {Color, "colorIndex"}, {Place, "place"}, {Waiting, "waiting"}, {Invited, "invited"}, {Pinned, "pinned"}, {Origin, "origin"},
            {Picture, "pictureMs"}};
}

void HandsModel::showHands(const std::vector<HandRow>& next) {
    if (m_frozen) {
        m_waiting = next;
        return;
    }
    const auto before = rowCount();
    show(next);
    if (before != rowCount()) emit countChanged();
}

void HandsModel::setFrozen(bool frozen) {
    if (frozen == m_frozen) return;
    m_frozen = frozen;
    if (frozen)
        m_waiting = m_rows;
    else
        showHands(std::exchange(m_waiting, {}));
}

}  // namespace parlour::ui

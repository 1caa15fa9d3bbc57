// SPDX-License-Identifier: Apache-2.0
#include "ui/models/talk_models.h"

#include <unordered_map>

#include "ui/models/words.h"

namespace parlour::ui {

std::vector<HandRow> handRows(const room::RoomState& state, qint64 nowMs) {
    std::unordered_map<std::string, int> names;
    std::unordered_map<std::string, bool> invited;
    for (const auto& person : state.participants) {
        ++names[person->name];
        invited[person->identity.str()] = person->invitedUntil.has_value();
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
    }
    return {};
}

QHash<int, QByteArray> HandsModel::roleNames() const {
    return {{Identity, "identity"}, {Name, "name"}, {Handle, "handle"}, {Initials, "initials"}, {Note, "note"},
            {Color, "colorIndex"}, {Place, "place"}, {Waiting, "waiting"}, {Invited, "invited"}};
}

void HandsModel::showHands(const std::vector<HandRow>& next) {
    const auto before = rowCount();
    show(next);
    if (before != rowCount()) emit countChanged();
}

}  // namespace parlour::ui

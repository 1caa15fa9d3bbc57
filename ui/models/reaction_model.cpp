// SPDX-License-Identifier: Apache-2.0
#include "ui/models/reaction_model.h"

namespace parlour::ui {

namespace {
/// In the order of api::kReactions.
QString nameOf(int which) {
    switch (which) {
        case 0: return ReactionModel::tr("Clap");
        case 1: return ReactionModel::tr("Heart");
        case 2: return ReactionModel::tr("Laugh");
        case 3: return ReactionModel::tr("Wow");
        case 4: return ReactionModel::tr("Agree");
        case 5: return ReactionModel::tr("Thanks");
    }
    return {};
}
}  // namespace

ReactionModel::ReactionModel(RoomClient& client, QObject* parent) : QAbstractListModel(parent), m_client(client) {}

int ReactionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_counts.size());
}

QVariant ReactionModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() < 0 || index.row() >= rowCount()) return {};
    const int which = index.row();
    const auto& count = m_counts[static_cast<std::size_t>(which)];
    switch (static_cast<Role>(role)) {
        case Name: return nameOf(which);
        case IconName: return QStringLiteral("react-") + QLatin1String(api::kReactions[static_cast<std::size_t>(which)]);
        case Recent: return count.recent;
        case Total: return static_cast<qulonglong>(count.total);
        case Spoken: return tr("%1 so far; key %2").arg(count.total).arg(which + 1);
        case Keys: return QString::number(which + 1);
    }
    return {};
}

QHash<int, QByteArray> ReactionModel::roleNames() const {
    return {{Name, "name"}, {IconName, "iconName"}, {Recent, "recent"}, {Total, "total"}, {Spoken, "spoken"}, {Keys, "keys"}};
}

int ReactionModel::recent() const {
    int sum = 0;
    for (const auto& count : m_counts) sum += static_cast<int>(count.recent);
    return sum;
}

void ReactionModel::showReactions(const room::RoomState& state) {
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        if (m_counts[i].total == state.reactions[i].total && m_counts[i].recent == state.reactions[i].recent) continue;
        m_counts[i] = state.reactions[i];
        const auto row = index(static_cast<int>(i));
        emit dataChanged(row, row, {Recent, Total, Spoken});
        emit changed();
    }
}

void ReactionModel::react(int which) {
    if (which >= 0 && which < rowCount()) m_client.react(static_cast<std::size_t>(which));
}

}  // namespace parlour::ui

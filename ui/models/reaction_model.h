// SPDX-License-Identifier: Apache-2.0
// The six reactions: their names, how many came in the last seconds, and sending one. Six rows that never move. Thread: UI.
#pragma once

#include <QAbstractListModel>
#include <QString>

#include "core/room/room_state.h"
#include "ui/models/room_client.h"

namespace parlour::ui {

class ReactionModel : public QAbstractListModel {
    Q_OBJECT
    Q_PROPERTY(int recent READ recent NOTIFY changed)   ///< of all six together
  public:
    enum Role { Name = Qt::UserRole + 1, IconName, Recent, Total, Spoken, Keys };
    explicit ReactionModel(RoomClient& client, QObject* parent = nullptr);
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    int recent() const;
    void showReactions(const room::RoomState& state);

    Q_INVOKABLE void react(int which);

  signals:
    void changed();

  private:
    RoomClient& m_client;
    std::array<room::ReactionCount, api::kReactionCount> m_counts{};
};

}  // namespace parlour::ui

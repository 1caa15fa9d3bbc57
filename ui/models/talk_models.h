// SPDX-License-Identifier: Apache-2.0
// Raised hands in their order. Thread: UI.
#pragma once

#include <QString>
#include <string>

#include "core/room/room_state.h"
#include "ui/models/row_diff.h"

namespace parlour::ui {

struct HandRow {
    std::string identity;
    QString name;
    QString handle;
    QString initials;
    QString note;
    int color = 0;
    int place = 0;
    qint64 raisedAtMs = 0;
    QString waiting;   ///< "3 min", renewed once a minute
    bool invited = false;
    int overflow = 0;  ///< comes from this overflow room
    bool pinned = false;
    double picture = 0;   ///< when it was set; 0 = none

    const std::string& key() const { return identity; }
    bool operator==(const HandRow&) const = default;
};
std::vector<HandRow> handRows(const room::RoomState& state, qint64 nowMs);

class HandsModel : public RowModel<HandRow> {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
  public:
    enum Role { Identity = Qt::UserRole + 1, Name, Handle, Initials, Note, Color, Place, Waiting, Invited, Pinned, Origin, Picture };
    using RowModel::RowModel;
    int count() const { return rowCount(); }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    void showHands(const std::vector<HandRow>& next);
    /// While a menu is open on a row nobody comes, goes or moves.
    void setFrozen(bool frozen);

  signals:
    void countChanged();

  private:
    std::vector<HandRow> m_waiting;
    bool m_frozen = false;
};

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
// Rooms of the houses where this person has been, and the houses themselves. Thread: UI.
#pragma once

#include <QString>
#include <QStringList>
#include <QVariant>

#include "ui/models/room_client.h"
#include "ui/models/row_diff.h"

namespace parlour::ui {

struct HallwayRow {
    std::string id;   ///< origin + room
    std::string origin;
    base::RoomId room;
    QString title;
    QString house;
    QString counts;
    QString liveWords;
    bool live = false;

    const std::string& key() const { return id; }
    bool operator==(const HallwayRow&) const = default;
};

class HallwayModel : public RowModel<HallwayRow> {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(int liveCount READ liveCount NOTIFY changed)
    Q_PROPERTY(QVariantList servers READ servers NOTIFY changed)   ///< [{host, thisComputer, reachable}]
    Q_PROPERTY(bool loaded READ loaded NOTIFY changed)
  public:
    enum Role { Title = Qt::UserRole + 1, House, Counts, LiveWords, Live, Initials, Color };
    explicit HallwayModel(const base::Clock& clock, QObject* parent = nullptr);

    int count() const { return rowCount(); }
    int liveCount() const;
    QVariantList servers() const { return m_servers; }
    bool loaded() const { return m_loaded; }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    void showView(const HallwayView& view);

  signals:
    void changed();

  private:
    const base::Clock& m_clock;
    QVariantList m_servers;
    bool m_loaded = false;
};

}  // namespace parlour::ui

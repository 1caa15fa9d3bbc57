// SPDX-License-Identifier: Apache-2.0
// What happened for the person in the chosen house: waves, calls into a room, follows, news of talks. The house is asked for what
// is newer than the last row; how far the person has looked is kept in the settings. Thread: UI.
#pragma once

#include <QTimer>
#include <QVariantMap>

#include "core/base/doors/clock.h"

#include "ui/models/house_model.h"
#include "ui/models/row_diff.h"
#include "ui/platform/preferences.h"

namespace parlour::ui {

struct NoticeRow {
    int n = 0;
    QVariantMap record;   ///< api::Notice as its JSON names say
    QString words;
    bool fresh = false;   ///< not looked at yet
    int key() const { return n; }
    bool operator==(const NoticeRow&) const = default;
};

class NoticeModel : public RowModel<NoticeRow> {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY changed)
    Q_PROPERTY(int unread READ unread NOTIFY changed)
    Q_PROPERTY(bool loaded READ loaded NOTIFY changed)
    Q_PROPERTY(QString problem READ problem NOTIFY changed)
  public:
    enum Role { Record = Qt::UserRole + 1, Words, Fresh };
    NoticeModel(HouseModel& house, Preferences& preferences, const base::Clock& clock, QObject* parent = nullptr);
    int count() const { return rowCount(); }
    int unread() const;
    bool loaded() const { return m_loaded; }
    QString problem() const { return m_problem; }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

    /// Asks for what is new; also every kPoll while a member.
    Q_INVOKABLE void refresh();
    /// Everything shown has been looked at.
    Q_INVOKABLE void markSeen();

  signals:
    void changed();
    /// Something that waits for an answer has come: a wave, a call.
    void arrived(const QString& words);
    /// The same, and it came since the program was started: worth a bell. What waits from earlier stands in the list.
    void calls();

  private:
    void restart();
    void take(const QVariantMap& answer);

    HouseModel& m_house;
    Preferences& m_preferences;
    const base::WallTime m_begun;
    QTimer m_poll;
    QString m_server;
    bool m_loaded = false;
    bool m_asking = false;
    bool m_caughtUp = false;   ///< what waited when we came has been read
    int m_last = 0;       ///< of the newest row
    int m_round = 0;
    QString m_problem;
};

/// "Josephine Okafor waves to you: come talk".
QString noticeWords(const QVariantMap& notice);

}  // namespace parlour::ui

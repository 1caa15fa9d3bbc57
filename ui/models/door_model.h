// SPDX-License-Identifier: Apache-2.0
// The door of a room: for whoever waits in front of it, for moderators who let people in, and which room of an overflowing
// talk one is in. Fed by SessionBridge with each snapshot. Thread: UI.
#pragma once

#include <QObject>
#include <QTimer>
#include <QVariant>

#include "core/base/doors/clock.h"
#include "core/room/room_state.h"
#include "ui/models/room_client.h"

namespace parlour::ui {

class DoorModel : public QObject {
    Q_OBJECT
    // Outside.
    Q_PROPERTY(bool waiting READ waiting NOTIFY changed)
    Q_PROPERTY(QString headline READ headline NOTIFY changed)      ///< "You are 3rd in line"
    Q_PROPERTY(QString counts READ counts NOTIFY changed)          ///< "5 people wait, 200 are inside"
    Q_PROPERTY(QString promise READ promise NOTIFY changed)        ///< what happens by itself
    Q_PROPERTY(QString nextTry READ nextTry NOTIFY ticked)         ///< "Trying again in 4 s"
    // Inside.
    Q_PROPERTY(int overflow READ overflow NOTIFY changed)
    Q_PROPERTY(QString overflowWords READ overflowWords NOTIFY changed)
    Q_PROPERTY(int elsewhere READ elsewhere NOTIFY changed)        ///< people of the same talk in no list here
    // Moderators.
    Q_PROPERTY(bool known READ known NOTIFY changed)               ///< the house has told about the door
    Q_PROPERTY(QVariantList people READ people NOTIFY changed)     ///< who waits: identity, name, initials, colorIndex, handle
    Q_PROPERTY(int peopleCount READ peopleCount NOTIFY changed)    ///< all who wait, also those who are not in the list
    Q_PROPERTY(bool locked READ locked NOTIFY changed)
    Q_PROPERTY(QString load READ load NOTIFY changed)              ///< "Room for about 400 more."
    Q_PROPERTY(QString fullness READ fullness NOTIFY changed)      ///< "180 of 200 in the room · 12 came in the last minute"
    Q_PROPERTY(QString overflowCounts READ overflowCounts NOTIFY changed)
    Q_PROPERTY(QString server READ server NOTIFY changed)          ///< "Server 12 % busy"
    Q_PROPERTY(bool tight READ tight NOTIFY changed)               ///< little is left

  public:
    DoorModel(RoomClient& client, const base::Clock& clock, QObject* parent = nullptr);
    void show(const room::RoomState& before, const room::RoomState& after);

    bool waiting() const { return m_waiting; }
    QString headline() const;
    QString counts() const;
    QString promise() const;
    QString nextTry() const;
    int overflow() const { return m_overflow; }
    QString overflowWords() const;
    int elsewhere() const { return m_elsewhere; }
    bool known() const { return m_known; }
    QVariantList people() const { return m_people; }
    int peopleCount() const { return m_door.waitingCount; }
    bool locked() const { return m_locked; }
    QString load() const;
    QString fullness() const;
    QString overflowCounts() const;
    QString server() const;
    bool tight() const;

    Q_INVOKABLE void admit(const QString& who);
    Q_INVOKABLE void admitAll();
    Q_INVOKABLE void lock(bool locked);

  signals:
    void changed();
    void ticked();
    /// Spoken politely by screen readers.
    void announced(const QString& words);

  private:
    void send(api::StageVerb verb, const QString& who, bool on);

    RoomClient& m_client;
    const base::Clock& m_clock;
    QTimer m_second;
    bool m_waiting = false;
    room::InLine m_line;
    int m_overflow = 0;
    QString m_overflowOf;
    int m_elsewhere = 0;
    bool m_known = false;
    bool m_locked = false;
    room::DoorView m_door;
    QVariantList m_people;
};

}  // namespace parlour::ui

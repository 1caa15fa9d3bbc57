// SPDX-License-Identifier: Apache-2.0
// The safety track of the own microphone: off in every room until the person starts it, seen and said while it runs, ended with
// the stay. Silence while muted. Thread: UI.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include "ui/models/room_client.h"
#include "ui/models/session_bridge.h"
#include "ui/platform/preferences.h"

namespace parlour::ui {

class RecorderModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(bool recording READ recording NOTIFY changed)
    Q_PROPERTY(QString length READ length NOTIFY changed)     ///< "2:13"
    Q_PROPERTY(QString problem READ problem NOTIFY changed)   ///< why it ended by itself; empty when it did not
    Q_PROPERTY(QString file READ file NOTIFY changed)         ///< the last one, whole path
  public:
    RecorderModel(RoomClient& client, SessionBridge& session, Preferences& preferences);
    bool recording() const { return m_recording; }
    QString length() const;
    QString problem() const { return m_problem; }
    QString file() const { return m_file; }
    Q_INVOKABLE void start();
    Q_INVOKABLE void stop();
    Q_INVOKABLE void dismissProblem();

  signals:
    void changed();

  private:
    void look();

    RoomClient& m_client;
    SessionBridge& m_session;
    Preferences& m_preferences;
    QTimer m_timer;
    bool m_recording = false;
    std::chrono::seconds m_length{0};
    QString m_problem;
    QString m_file;
};

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
// How this person hears the others: a volume for each, people muted for me alone, nobody at all. Volumes are remembered by
// house and identity over rooms and starts; nobody else is told. Thread: UI.
#pragma once

#include <QHash>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include "ui/models/room_client.h"
#include "ui/models/session_bridge.h"
#include "ui/platform/preferences.h"

namespace parlour::ui {

class HearingModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(bool deafened READ deafened WRITE setDeafened NOTIFY deafenedChanged)   ///< nobody is heard, own mute included
    Q_PROPERTY(int changes READ changes NOTIFY volumesChanged)                         ///< +1 whenever a volume changes

  public:
    static constexpr int kMostKept = 500;   ///< people; who was not touched for longest goes

    HearingModel(RoomClient& client, SessionBridge& session, Preferences& preferences, QObject* parent = nullptr);
    ~HearingModel() override;

    bool deafened() const { return m_deafened; }
    /// Closes the microphone, too: who hears nobody should not talk into the room. Opening it hears again.
    void setDeafened(bool deafened);
    Q_INVOKABLE void toggleDeafened() { setDeafened(!m_deafened); }
    int changes() const { return m_changes; }

    /// 0 to 2, as chosen, also while muted.
    Q_INVOKABLE double volume(const QString& who) const;
    Q_INVOKABLE void setVolume(const QString& who, double volume);
    Q_INVOKABLE bool muted(const QString& who) const;
    Q_INVOKABLE void setMuted(const QString& who, bool muted);

  signals:
    void deafenedChanged();
    void volumesChanged();

  private:
    struct Voice {
        double volume = 1.0;
        bool muted = false;
        float gain() const { return muted ? 0.0f : static_cast<float>(volume); }
    };
    QString keyOf(const QString& who) const;
    void keep(const QString& who, Voice voice);
    void joined();
    void endStay();
    void load();
    void save();

    RoomClient& m_client;
    SessionBridge& m_session;
    Preferences& m_preferences;
    QHash<QString, Voice> m_voices;   ///< by "house/identity"
    QStringList m_order;              ///< touched last first
    QTimer m_save;
    bool m_deafened = false;
    bool m_closedSince = false;       ///< deafened: the microphone was seen closed, so that it is opened anew when it is live
    int m_changes = 0;
};

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
// What the app says about the own microphone while one is on stage: "you are muted", distortion, too far away. Looks at it only
// where it runs anyway, or where the person allowed that it goes on running while muted (T32). Thread: UI.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

#include "core/base/doors/clock.h"
#include "core/room/sound_advice.h"
#include "ui/models/room_client.h"
#include "ui/models/session_bridge.h"
#include "ui/models/sound_model.h"
#include "ui/platform/preferences.h"

namespace parlour::ui {

class SoundHints : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString kind READ kind NOTIFY changed)     ///< "", muted, clipping, closer
    Q_PROPERTY(QString words READ words NOTIFY changed)   ///< empty = nothing to say
  public:
    SoundHints(RoomClient& client, SessionBridge& session, Preferences& preferences, const SoundModel& sound, const base::Clock& clock);
    QString kind() const;
    QString words() const;
    Q_INVOKABLE void dismiss() { show(room::SoundAdvice::none); }
    /// Ten times a second while one is on stage.
    void look();

  signals:
    void changed();

  private:
    void arm();
    void show(room::SoundAdvice advice);

    RoomClient& m_client;
    SessionBridge& m_session;
    Preferences& m_preferences;
    const SoundModel& m_sound;
    const base::Clock& m_clock;
    QTimer m_timer;
    room::SoundAdvisor m_advisor;
    room::SoundAdvice m_shown = room::SoundAdvice::none;
    base::TimePoint m_until{};
    bool m_kept = false;
};

}  // namespace parlour::ui

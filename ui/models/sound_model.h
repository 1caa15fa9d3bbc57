// SPDX-License-Identifier: Apache-2.0
// Devices, processing and the sound check. The microphone runs here only while a test is asked for; leaving the page ends it.
// Thread: UI.
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>

#include "ui/models/room_client.h"
#include "ui/platform/device_watcher.h"
#include "ui/platform/preferences.h"

namespace parlour::ui {

class SoundModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QStringList inputs READ inputs NOTIFY devicesChanged)    ///< "System default" first
    Q_PROPERTY(QStringList outputs READ outputs NOTIFY devicesChanged)
    Q_PROPERTY(int inputIndex READ inputIndex NOTIFY devicesChanged)
    Q_PROPERTY(int outputIndex READ outputIndex NOTIFY devicesChanged)
    Q_PROPERTY(QStringList ringDevices READ ringDevices NOTIFY devicesChanged)   ///< as outputs
    Q_PROPERTY(int ringIndex READ ringIndex NOTIFY devicesChanged)
    Q_PROPERTY(bool testing READ testing NOTIFY testChanged)
    Q_PROPERTY(double level READ level NOTIFY levelChanged)             ///< linear peak while testing, else 0
    Q_PROPERTY(QString levelWords READ levelWords NOTIFY levelChanged)
    Q_PROPERTY(QString phase READ phase NOTIFY testChanged)             ///< "", "recording", "playing"
    Q_PROPERTY(QString delayWords READ delayWords NOTIFY delayChanged)  ///< what the choice of delay does now
    Q_PROPERTY(QString problem READ problem NOTIFY problemChanged)      ///< a sentence, empty when all is well

  public:
    SoundModel(RoomClient& client, Preferences& preferences, QObject* parent = nullptr);

    QStringList inputs() const;
    QStringList outputs() const;
    int inputIndex() const;
    int outputIndex() const;
    QStringList ringDevices() const;
    int ringIndex() const;
    bool testing() const { return m_testing; }
    double level() const { return m_level; }
    QString levelWords() const;
    QString phase() const { return m_phase; }
    QString problem() const { return m_problem; }
    QString delayWords() const { return m_delayWords; }

    /// Command-line endpoints win over the person's choice for this run.
    void setOverrides(const std::string& capture, const std::string& playout);
    SoundSettings settings() const;
    void apply();

    /// Lists are asked once a second only while somebody sees them.
    Q_INVOKABLE void setListsShown(bool shown);
    Q_INVOKABLE void chooseInput(int index);
    Q_INVOKABLE void chooseOutput(int index);
    Q_INVOKABLE void test(bool on);
    Q_INVOKABLE void recordAndReplay();
    Q_INVOKABLE void chooseRing(int index);
    Q_INVOKABLE void playTestSound();
    /// The bell, to hear how it sounds.
    Q_INVOKABLE void ringOnce();
    /// Something waits for the person: the bell, unless they want none.
    void ring();
    Q_INVOKABLE void stopAll();

  signals:
    void devicesChanged();
    void testChanged();
    void levelChanged();
    void problemChanged();
    void delayChanged();

  private:
    void poll();
    void setPhase(const QString& phase);
    void look();

    RoomClient& m_client;
    Preferences& m_preferences;
    DeviceWatcher m_devices;
    QTimer m_meter;
    QTimer m_health;
    std::string m_captureOverride;
    std::string m_playoutOverride;
    int m_shown = 0;
    int m_round = 0;
    bool m_testing = false;
    double m_level = 0.0;
    double m_peak = 0.0;
    QString m_phase;
    QString m_problem;
    QString m_delayWords;
};

}  // namespace parlour::ui

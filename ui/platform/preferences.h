// SPDX-License-Identifier: Apache-2.0
// What a person chose, in an INI file of the home folder. Written through at once (QSettings replaces the file atomically),
// so a crash loses nothing. An unreadable file is set aside, never fatal. Secrets do not belong here.
// Thread: UI.
#pragma once

#include <QObject>
#include <QSettings>
#include <QSize>
#include <QString>
#include <QStringList>
#include <memory>

namespace parlour::ui {

class Preferences : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged)
    Q_PROPERTY(bool welcomed READ welcomed WRITE setWelcomed NOTIFY changed)
    Q_PROPERTY(QString theme READ theme WRITE setTheme NOTIFY changed)                        ///< system, light, dark
    Q_PROPERTY(bool highContrast READ highContrast WRITE setHighContrast NOTIFY changed)
    Q_PROPERTY(bool reducedMotion READ reducedMotion WRITE setReducedMotion NOTIFY changed)
    Q_PROPERTY(double textScale READ textScale WRITE setTextScale NOTIFY changed)             ///< 0.8 .. 2.0
    Q_PROPERTY(QString captureDevice READ captureDevice WRITE setCaptureDevice NOTIFY soundChanged)  ///< "" = system default
    Q_PROPERTY(QString playoutDevice READ playoutDevice WRITE setPlayoutDevice NOTIFY soundChanged)
    Q_PROPERTY(QString ringDevice READ ringDevice WRITE setRingDevice NOTIFY soundChanged)    ///< of bells
    Q_PROPERTY(bool music READ music WRITE setMusic NOTIFY soundChanged)
    Q_PROPERTY(bool bells READ bells WRITE setBells NOTIFY changed)
    Q_PROPERTY(bool echoCancelling READ echoCancelling WRITE setEchoCancelling NOTIFY soundChanged)
    Q_PROPERTY(bool noiseSuppression READ noiseSuppression WRITE setNoiseSuppression NOTIFY soundChanged)
    Q_PROPERTY(bool rumbleFilter READ rumbleFilter WRITE setRumbleFilter NOTIFY soundChanged)   ///< high-pass of the own microphone
    Q_PROPERTY(bool voiceGate READ voiceGate WRITE setVoiceGate NOTIFY soundChanged)
    Q_PROPERTY(bool soundHints READ soundHints WRITE setSoundHints NOTIFY changed)            ///< "You are muted" and the like
    Q_PROPERTY(bool hearWhileMuted READ hearWhileMuted WRITE setHearWhileMuted NOTIFY changed)  ///< the microphone may run for that
    Q_PROPERTY(QString recordingFolder READ recordingFolder WRITE setRecordingFolder NOTIFY changed)
    Q_PROPERTY(bool levelling READ levelling WRITE setLevelling NOTIFY soundChanged)
    Q_PROPERTY(int seats READ seats WRITE setSeats NOTIFY soundChanged)                       ///< 0 off, 1 headphones, 2 loudspeakers
    Q_PROPERTY(int delay READ delay WRITE setDelay NOTIFY soundChanged)                       ///< 0 automatic, 1 low latency, 2 comfort
    Q_PROPERTY(bool automaticGain READ automaticGain WRITE setAutomaticGain NOTIFY soundChanged)

  public:
    /// `folder` is made when missing; empty = keep everything in memory (the offline twin).
    explicit Preferences(const QString& folder, QObject* parent = nullptr);
    ~Preferences() override;

    QString name() const;
    void setName(const QString& name);  ///< trimmed; at most 64 characters
    bool welcomed() const;
    void setWelcomed(bool welcomed);
    QString theme() const;
    void setTheme(const QString& theme);
    /// Command line: wins over the stored choice and is not stored.
    void setThemeForThisRun(const QString& theme) { m_themeForThisRun = theme; }
    bool highContrast() const;
    void setHighContrast(bool on);
    void setHighContrastForThisRun() { m_contrastForThisRun = true; }
    bool reducedMotion() const;
    void setReducedMotion(bool on);
    double textScale() const;
    void setTextScale(double scale);
    QString captureDevice() const;
    void setCaptureDevice(const QString& device);
    QString playoutDevice() const;
    void setPlayoutDevice(const QString& device);
    QString ringDevice() const;
    void setRingDevice(const QString& device);
    bool music() const;
    void setMusic(bool on);
    bool bells() const;
    void setBells(bool on);
    bool echoCancelling() const;
    void setEchoCancelling(bool on);
    bool noiseSuppression() const;
    void setNoiseSuppression(bool on);
    bool rumbleFilter() const;
    void setRumbleFilter(bool on);
    bool voiceGate() const;
    void setVoiceGate(bool on);
    bool soundHints() const;
    void setSoundHints(bool on);
    bool hearWhileMuted() const;
    void setHearWhileMuted(bool on);
    QString recordingFolder() const;   ///< "Parlour" among the documents where none was chosen
    void setRecordingFolder(const QString& folder);
    bool levelling() const;
    void setLevelling(bool on);
    int seats() const;
    void setSeats(int seats);
    int delay() const;
    void setDelay(int delay);
    /// How loud people are for me (HearingModel says in which words).
    QStringList volumes() const;
    void setVolumes(const QStringList& volumes);
    bool automaticGain() const;
    void setAutomaticGain(bool on);

    /// Origins of houses where this person has been ("https://talk.example.org"); no secrets.
    QStringList servers() const;
    void addServer(const QString& origin);
    /// The newest notice of a house that the person has looked at.
    int noticesSeen(const QString& origin) const;
    void setNoticesSeen(const QString& origin, int n);
    /// Who reaches the house of this computer: "" = it has no owner yet, "computer", "network".
    QString ownHouse() const;
    void setOwnHouse(const QString& reach);
    QSize windowSize() const;
    void setWindowSize(QSize size);

    /// Name of the file that could not be read and was set aside; empty when all was well.
    QString setAside() const { return m_setAside; }

  signals:
    void nameChanged();
    void changed();
    void soundChanged();

  private:
    QVariant value(const char* key, const QVariant& fallback) const;
    bool store(const char* key, const QVariant& value);

    std::unique_ptr<QSettings> m_file;
    QVariantMap m_memory;  ///< instead of the file when there is no folder
    QString m_setAside;
    QString m_themeForThisRun;
    bool m_contrastForThisRun = false;
};

}  // namespace parlour::ui

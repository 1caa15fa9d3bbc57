// SPDX-License-Identifier: Apache-2.0
// Names of microphones and loudspeakers, asked anew once a second while somebody looks: Qt 6.4's change signals do not fire
// on Linux. Only lists; the sound itself goes through the audio module.
// Thread: UI.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <vector>

namespace parlour::ui {

struct SoundDevice {
    QString name;   ///< what people read
    QString key;    ///< what "device:KEY" takes: on Linux the sound server's own name, elsewhere the name people read
    bool operator==(const SoundDevice&) const = default;
};

class DeviceWatcher : public QObject {
    Q_OBJECT
  public:
    explicit DeviceWatcher(QObject* parent = nullptr);
    void setActive(bool active);
    const std::vector<SoundDevice>& inputs() const { return m_inputs; }
    const std::vector<SoundDevice>& outputs() const { return m_outputs; }
    /// What people read of the system's default; empty where there is none.
    const QString& defaultInput() const { return m_defaultInput; }
    const QString& defaultOutput() const { return m_defaultOutput; }

  signals:
    void changed();

  private:
    void poll();

    QTimer m_timer;
    std::vector<SoundDevice> m_inputs;
    std::vector<SoundDevice> m_outputs;
    QString m_defaultInput;
    QString m_defaultOutput;
};

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
#include "ui/platform/device_watcher.h"

#include <QAudioDevice>
#include <QMediaDevices>

namespace parlour::ui {

namespace {
std::vector<SoundDevice> named(const QList<QAudioDevice>& devices) {
    std::vector<SoundDevice> list;
    for (const auto& device : devices) {
#ifdef Q_OS_LINUX
        list.push_back({device.description(), QString::fromUtf8(device.id())});
#else
        list.push_back({device.description(), device.description()});
#endif
    }
    return list;
}
}  // namespace

DeviceWatcher::DeviceWatcher(QObject* parent) : QObject(parent) {
    m_timer.setInterval(1000);
    connect(&m_timer, &QTimer::timeout, this, &DeviceWatcher::poll);
}

void DeviceWatcher::setActive(bool active) {
    if (active == m_timer.isActive()) return;
    if (active) {
        poll();
        m_timer.start();
    } else {
        m_timer.stop();
    }
}

void DeviceWatcher::poll() {
    auto inputs = named(QMediaDevices::audioInputs());
    auto outputs = named(QMediaDevices::audioOutputs());
    const auto defaultInput = QMediaDevices::defaultAudioInput().description();
    const auto defaultOutput = QMediaDevices::defaultAudioOutput().description();
    if (inputs == m_inputs && outputs == m_outputs && defaultInput == m_defaultInput && defaultOutput == m_defaultOutput) return;
    m_inputs = std::move(inputs);
    m_outputs = std::move(outputs);
    m_defaultInput = defaultInput;
    m_defaultOutput = defaultOutput;
    emit changed();
}

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
#include "ui/models/sound_model.h"

#include <cmath>

#include "core/room/sound_advice.h"
#include "ui/models/words.h"

namespace parlour::ui {

namespace {
constexpr auto kTestLength = std::chrono::seconds(5);

std::string endpoint(const std::string& override, const QString& device) {
    if (!override.empty()) return override;
    return device.isEmpty() ? std::string() : "device:" + device.toStdString();
}

int place(const std::vector<SoundDevice>& devices, const QString& chosen) {
    if (chosen.isEmpty()) return 0;
    for (std::size_t i = 0; i < devices.size(); ++i)
        if (devices[i].key == chosen) return static_cast<int>(i) + 1;
    return static_cast<int>(devices.size()) + 1;   // away now: the last row, taken again when it comes back
}

QStringList listed(const std::vector<SoundDevice>& devices, const QString& chosen, const QString& first) {
    QStringList names{first};
    for (const auto& device : devices) names << device.name;
    if (place(devices, chosen) > static_cast<int>(devices.size())) names << chosen;
    return names;
}

QString keyAt(const std::vector<SoundDevice>& devices, int index, const QString& chosen) {
    if (index <= 0) return {};
    return index <= static_cast<int>(devices.size()) ? devices[static_cast<std::size_t>(index) - 1].key : chosen;
}

QString systemDefault(const QString& name) {
    return name.isEmpty() ? SoundModel::tr("System default") : SoundModel::tr("System default · %1").arg(name);
}

/// What the choice means with the other settings as they are, and what comes of it now.
QString delaySentence(const Preferences& p, const SoundState& state) {
    QString words;
    switch (p.delay()) {
        case 1:
            words = !p.music() && (p.echoCancelling() || p.noiseSuppression() || p.automaticGain() || p.voiceGate())
                        ? SoundModel::tr("Sends 10 ms of sound at a time. 5 ms are possible without echo cancellation, noise suppression, automatic gain and voice gate.")
                        : SoundModel::tr("Sends 5 ms of sound at a time where the network is clean, else 10 ms or more.");
            break;
        case 2: words = SoundModel::tr("20 ms more delay, for a computer that is slow or busy."); break;
        default: words = SoundModel::tr("As short as this computer and the network keep up with.");
    }
    if (state.blockMs > 0 && state.packetMs > 0) words += QLatin1Char(' ') + SoundModel::tr("Now: device %1 ms, packets %2 ms.").arg(state.blockMs).arg(state.packetMs);
    return words;
}
}  // namespace

SoundModel::SoundModel(RoomClient& client, Preferences& preferences, QObject* parent)
    : QObject(parent), m_client(client), m_preferences(preferences) {
    connect(&m_devices, &DeviceWatcher::changed, this, &SoundModel::devicesChanged);
    connect(&m_preferences, &Preferences::soundChanged, this, [this] {
        apply();
        emit devicesChanged();
        look();
    });
    m_meter.setInterval(50);
    connect(&m_meter, &QTimer::timeout, this, &SoundModel::poll);
    m_health.setInterval(1000);
    connect(&m_health, &QTimer::timeout, this, &SoundModel::look);
    m_health.start();
    look();
}

void SoundModel::look() {
    const auto state = m_client.soundState();
    QString problem;
    if (!state.captureOk || !state.playoutOk || state.fallback)
        problem = text(state.problem.advice.empty() ? state.problem.message : state.problem.message + " " + state.problem.advice);
    if (problem != m_problem) {
        m_problem = problem;
        emit problemChanged();
    }
    const auto words = delaySentence(m_preferences, state);
    if (words == m_delayWords) return;
    m_delayWords = words;
    emit delayChanged();
}

QStringList SoundModel::inputs() const { return listed(m_devices.inputs(), m_preferences.captureDevice(), systemDefault(m_devices.defaultInput())); }
QStringList SoundModel::outputs() const { return listed(m_devices.outputs(), m_preferences.playoutDevice(), systemDefault(m_devices.defaultOutput())); }
QStringList SoundModel::ringDevices() const { return listed(m_devices.outputs(), m_preferences.ringDevice(), systemDefault(m_devices.defaultOutput())); }
int SoundModel::ringIndex() const { return place(m_devices.outputs(), m_preferences.ringDevice()); }
int SoundModel::inputIndex() const { return place(m_devices.inputs(), m_preferences.captureDevice()); }
int SoundModel::outputIndex() const { return place(m_devices.outputs(), m_preferences.playoutDevice()); }

QString SoundModel::levelWords() const {
    if (!m_testing && m_phase.isEmpty()) return {};
    if (m_peak < 0.001) return tr("Nothing heard yet");
    const auto decibels = [](double linear) { return QString::number(qRound(20.0 * std::log10(linear))).replace(QLatin1Char('-'), QChar(0x2212)); };
    auto peak = tr("Peak %1 dB").arg(decibels(m_peak));
    if (const double floor = m_client.microphone().noiseFloor; floor > 0.0) peak = tr("%1 · noise floor %2 dB").arg(peak).arg(decibels(floor));
    switch (room::inputLevel(static_cast<float>(m_peak))) {
        case room::InputLevel::silent: return peak;
        case room::InputLevel::faint: return tr("%1 · come a little closer, or turn it up").arg(peak);
        case room::InputLevel::good: return tr("%1 · good").arg(peak);
        case room::InputLevel::loud: return tr("%1 · a little too loud").arg(peak);
        case room::InputLevel::clipping: return tr("%1 · too loud: it distorts. Move back, or turn it down").arg(peak);
    }
    return peak;
}

void SoundModel::setOverrides(const std::string& capture, const std::string& playout) {
    m_captureOverride = capture;
    m_playoutOverride = playout;
}

SoundSettings SoundModel::settings() const {
    SoundSettings settings;
    settings.capture = endpoint(m_captureOverride, m_preferences.captureDevice());
    settings.playout = endpoint(m_playoutOverride, m_preferences.playoutDevice());
    settings.echoCancelling = m_preferences.echoCancelling();
    settings.noiseSuppression = m_preferences.noiseSuppression();
    settings.rumbleFilter = m_preferences.rumbleFilter();
    settings.voiceGate = m_preferences.voiceGate();
    settings.levelling = m_preferences.levelling();
    settings.seats = m_preferences.seats();
    settings.automaticGain = m_preferences.automaticGain();
    settings.music = m_preferences.music();
    settings.delay = m_preferences.delay();
    settings.ring = endpoint(m_playoutOverride, m_preferences.ringDevice());
    return settings;
}

void SoundModel::apply() { m_client.applySound(settings()); }

void SoundModel::setListsShown(bool shown) {
    m_shown = std::max(0, m_shown + (shown ? 1 : -1));
    m_devices.setActive(m_shown > 0);
}

void SoundModel::chooseInput(int index) {
    m_preferences.setCaptureDevice(keyAt(m_devices.inputs(), index, m_preferences.captureDevice()));
}
void SoundModel::chooseOutput(int index) {
    m_preferences.setPlayoutDevice(keyAt(m_devices.outputs(), index, m_preferences.playoutDevice()));
}

void SoundModel::test(bool on) {
    if (on == m_testing) return;
    m_testing = on;
    m_client.testMicrophone(on);
    m_peak = 0.0;
    if (on) {
        m_meter.start();
    } else if (m_phase.isEmpty()) {
        m_meter.stop();
        m_level = 0.0;
        emit levelChanged();
    }
    emit testChanged();
}

void SoundModel::recordAndReplay() {
    if (!m_phase.isEmpty()) return;
    const int round = ++m_round;
    m_peak = 0.0;
    m_meter.start();
    setPhase(QStringLiteral("recording"));
    // Both answers may come on another thread.
    m_client.recordTest(kTestLength, [this, round] {
        QMetaObject::invokeMethod(this, [this, round] {
            if (round != m_round) return;
            setPhase(QStringLiteral("playing"));
            m_client.playTest([this, round] {
                QMetaObject::invokeMethod(this, [this, round] {
                    if (round != m_round) return;
                    setPhase({});
                    if (!m_testing) m_meter.stop();
                    m_level = 0.0;
                    emit levelChanged();
                }, Qt::QueuedConnection);
            });
        }, Qt::QueuedConnection);
    });
}

void SoundModel::chooseRing(int index) { m_preferences.setRingDevice(keyAt(m_devices.outputs(), index, m_preferences.ringDevice())); }
void SoundModel::ringOnce() { m_client.ring(); }
void SoundModel::ring() {
    if (m_preferences.bells()) m_client.ring();
}
void SoundModel::playTestSound() { m_client.playTone(); }

void SoundModel::stopAll() {
    ++m_round;
    setPhase({});
    test(false);
    m_client.stopTests();
    m_meter.stop();
}

void SoundModel::poll() {
    m_level = m_client.microphoneLevel();
    m_peak = std::max(m_peak * 0.985, m_level);
    emit levelChanged();
}

void SoundModel::setPhase(const QString& phase) {
    if (phase == m_phase) return;
    m_phase = phase;
    emit testChanged();
}

}  // namespace parlour::ui

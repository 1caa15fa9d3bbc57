// SPDX-License-Identifier: Apache-2.0
#include "ui/platform/preferences.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <algorithm>

namespace parlour::ui {

namespace {
constexpr int kSchema = 1;
constexpr int kMaxName = 64;
constexpr int kMaxServers = 50;
}  // namespace

Preferences::Preferences(const QString& folder, QObject* parent) : QObject(parent) {
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    const QString path = folder + QStringLiteral("/parlour.ini");
    m_file = std::make_unique<QSettings>(path, QSettings::IniFormat);
    m_file->allKeys();  // reads the file, so that the status is known
    if (m_file->status() == QSettings::FormatError) {
        m_file.reset();
        m_setAside = path + QStringLiteral(".unreadable");
        QFile::remove(m_setAside);
        QFile::rename(path, m_setAside);
        m_file = std::make_unique<QSettings>(path, QSettings::IniFormat);
    }
    if (!m_file->contains(QStringLiteral("schema"))) store("schema", kSchema);
}

Preferences::~Preferences() = default;

QVariant Preferences::value(const char* key, const QVariant& fallback) const {
    return m_file ? m_file->value(QLatin1String(key), fallback) : m_memory.value(QLatin1String(key), fallback);
}

bool Preferences::store(const char* key, const QVariant& next) {
    const QVariant before = value(key, {});
    if (before.isValid() && before.toString() == next.toString() && before.toStringList() == next.toStringList()) return false;
    if (m_file) {
        m_file->setValue(QLatin1String(key), next);
        m_file->sync();  // now, not at exit
    } else {
        m_memory.insert(QLatin1String(key), next);
    }
    return true;
}

QString Preferences::name() const { return value("name", QString()).toString(); }
void Preferences::setName(const QString& name) {
    if (store("name", name.simplified().left(kMaxName))) emit nameChanged();
}
bool Preferences::welcomed() const { return value("welcomed", false).toBool(); }
void Preferences::setWelcomed(bool welcomed) {
    if (store("welcomed", welcomed)) emit changed();
}
QString Preferences::theme() const {
    const auto theme = m_themeForThisRun.isEmpty() ? value("theme", QStringLiteral("system")).toString() : m_themeForThisRun;
    return theme == QLatin1String("light") || theme == QLatin1String("dark") ? theme : QStringLiteral("system");
}
void Preferences::setTheme(const QString& theme) {
    m_themeForThisRun.clear();
    if (store("theme", theme)) emit changed();
}
bool Preferences::highContrast() const { return m_contrastForThisRun || value("high_contrast", false).toBool(); }
void Preferences::setHighContrast(bool on) {
    if (store("high_contrast", on)) emit changed();
}
bool Preferences::reducedMotion() const { return value("reduced_motion", false).toBool(); }
void Preferences::setReducedMotion(bool on) {
    if (store("reduced_motion", on)) emit changed();
}
double Preferences::textScale() const { return std::clamp(value("text_scale", 1.0).toDouble(), 0.8, 2.0); }
void Preferences::setTextScale(double scale) {
    if (store("text_scale", std::clamp(scale, 0.8, 2.0))) emit changed();
}
QString Preferences::captureDevice() const { return value("capture_device", QString()).toString(); }
void Preferences::setCaptureDevice(const QString& device) {
    if (store("capture_device", device)) emit soundChanged();
}
QString Preferences::playoutDevice() const { return value("playout_device", QString()).toString(); }
void Preferences::setPlayoutDevice(const QString& device) {
    if (store("playout_device", device)) emit soundChanged();
}
QString Preferences::ringDevice() const { return value("ring_device", QString()).toString(); }
void Preferences::setRingDevice(const QString& device) {
    if (store("ring_device", device)) emit soundChanged();
}
bool Preferences::music() const { return value("music", false).toBool(); }
void Preferences::setMusic(bool on) {
    if (store("music", on)) emit soundChanged();
}
bool Preferences::bells() const { return value("bells", true).toBool(); }
void Preferences::setBells(bool on) {
    if (store("bells", on)) emit changed();
}
bool Preferences::echoCancelling() const { return value("echo_cancelling", true).toBool(); }
void Preferences::setEchoCancelling(bool on) {
    if (store("echo_cancelling", on)) emit soundChanged();
}
bool Preferences::noiseSuppression() const { return value("noise_suppression", true).toBool(); }
void Preferences::setNoiseSuppression(bool on) {
    if (store("noise_suppression", on)) emit soundChanged();
}
bool Preferences::rumbleFilter() const { return value("rumble_filter", true).toBool(); }
void Preferences::setRumbleFilter(bool on) {
    if (store("rumble_filter", on)) emit soundChanged();
}
bool Preferences::voiceGate() const { return value("voice_gate", false).toBool(); }
void Preferences::setVoiceGate(bool on) {
    if (store("voice_gate", on)) emit soundChanged();
}
bool Preferences::levelling() const { return value("levelling", true).toBool(); }
void Preferences::setLevelling(bool on) {
    if (store("levelling", on)) emit soundChanged();
}
int Preferences::seats() const { return std::clamp(value("seats", 0).toInt(), 0, 2); }
void Preferences::setSeats(int seats) {
    if (store("seats", std::clamp(seats, 0, 2))) emit soundChanged();
}
int Preferences::delay() const { return std::clamp(value("delay", 0).toInt(), 0, 2); }
void Preferences::setDelay(int delay) {
    if (store("delay", std::clamp(delay, 0, 2))) emit soundChanged();
}
QStringList Preferences::volumes() const { return value("volumes", QStringList()).toStringList(); }
void Preferences::setVolumes(const QStringList& volumes) { store("volumes", volumes); }

bool Preferences::soundHints() const { return value("sound_hints", true).toBool(); }
void Preferences::setSoundHints(bool on) {
    if (store("sound_hints", on)) emit changed();
}
bool Preferences::hearWhileMuted() const { return value("hear_while_muted", false).toBool(); }
void Preferences::setHearWhileMuted(bool on) {
    if (store("hear_while_muted", on)) emit changed();
}
QString Preferences::recordingFolder() const {
    const auto chosen = value("recording_folder", QString()).toString();
    if (!chosen.isEmpty()) return chosen;
    return QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) + QStringLiteral("/Parlour");
}
void Preferences::setRecordingFolder(const QString& folder) {
    if (store("recording_folder", folder)) emit changed();
}
bool Preferences::automaticGain() const { return value("automatic_gain", true).toBool(); }
void Preferences::setAutomaticGain(bool on) {
    if (store("automatic_gain", on)) emit soundChanged();
}

QStringList Preferences::servers() const { return value("servers", QStringList()).toStringList(); }
void Preferences::addServer(const QString& origin) {
    auto list = servers();
    list.removeAll(origin);
    list.prepend(origin);
    store("servers", list.mid(0, kMaxServers));
}
int Preferences::noticesSeen(const QString& origin) const { return value("notices_seen", QVariantMap()).toMap().value(origin).toInt(); }
void Preferences::setNoticesSeen(const QString& origin, int n) {
    auto seen = value("notices_seen", QVariantMap()).toMap();
    if (seen.value(origin).toInt() == n) return;
    seen.insert(origin, n);
    if (m_file) {
        m_file->setValue(QStringLiteral("notices_seen"), seen);
    } else {
        m_memory.insert(QStringLiteral("notices_seen"), seen);
    }
}
QString Preferences::ownHouse() const { return value("own_house", QString()).toString(); }
void Preferences::setOwnHouse(const QString& reach) {
    if (store("own_house", reach)) emit changed();
}
QSize Preferences::windowSize() const { return value("window_size", QSize(1280, 800)).toSize(); }
void Preferences::setWindowSize(QSize size) {
    if (m_file) m_file->setValue(QStringLiteral("window_size"), size);
}

}  // namespace parlour::ui

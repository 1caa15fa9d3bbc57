// SPDX-License-Identifier: Apache-2.0
#include "ui/models/hearing_model.h"

#include <QUrl>
#include <algorithm>
#include <cmath>

#include "ui/models/words.h"

namespace parlour::ui {
namespace {

/// Of somebody on a server without a house.
bool nameless(const QString& key) { return key.startsWith(QLatin1Char('/')); }

}  // namespace

HearingModel::HearingModel(RoomClient& client, SessionBridge& session, Preferences& preferences, QObject* parent)
    : QObject(parent), m_client(client), m_session(session), m_preferences(preferences) {
    load();
    m_save.setSingleShot(true);
    m_save.setInterval(500);   // a slider that is dragged is written once
    connect(&m_save, &QTimer::timeout, this, &HearingModel::save);
    connect(&m_session, &SessionBridge::joinedNow, this, &HearingModel::joined);
    connect(&m_session, &SessionBridge::ended, this, [this] { setDeafened(false); });
    connect(&m_session, &SessionBridge::stayEnded, this, &HearingModel::endStay);
    connect(&m_session, &SessionBridge::changed, this, [this] {
        const bool live = m_session.microphoneLive();
        if (!live && !m_session.microphoneWanted()) m_closedSince = true;
        if (m_deafened && live && m_closedSince) setDeafened(false);
    });
}

HearingModel::~HearingModel() {
    if (m_save.isActive()) save();
}

void HearingModel::setDeafened(bool deafened) {
    if (deafened == m_deafened) return;
    m_deafened = deafened;
    m_closedSince = !m_session.microphoneLive() && !m_session.microphoneWanted();
    if (deafened && m_session.state()->microphoneWanted) m_session.setMicrophone(false);
    m_client.setDeafened(deafened);
    emit deafenedChanged();
    if (m_session.joined()) emit m_session.announced(deafened ? tr("You hear nobody, and your microphone is muted") : tr("You hear the others again"));
}

/// On a server without a house nobody is known beyond the stay: the same name on the next one is somebody else.
void HearingModel::endStay() {
    setDeafened(false);
    for (const auto& key : std::as_const(m_order))
        if (nameless(key)) m_voices.remove(key);
    if (m_order.removeIf(nameless) == 0) return;
    ++m_changes;
    emit volumesChanged();
}

/// A server without a house has no name to remember people by: they are known for this stay only.
QString HearingModel::keyOf(const QString& who) const {
    return QString::fromStdString(m_session.state()->house.str()) + QLatin1Char('/') +
           QString::fromLatin1(QUrl::toPercentEncoding(who));
}

double HearingModel::volume(const QString& who) const { return m_voices.value(keyOf(who)).volume; }
bool HearingModel::muted(const QString& who) const { return m_voices.value(keyOf(who)).muted; }

void HearingModel::setVolume(const QString& who, double volume) {
    if (std::isfinite(volume)) keep(who, {std::clamp(volume, 0.0, 2.0), false});
}
void HearingModel::setMuted(const QString& who, bool muted) {
    if (muted != this->muted(who)) keep(who, {volume(who), muted});
}

void HearingModel::keep(const QString& who, Voice voice) {
    const auto key = keyOf(who);
    m_order.removeAll(key);
    if (voice.muted || std::abs(voice.volume - 1.0) > 0.001) {
        m_voices.insert(key, voice);
        m_order.prepend(key);
        while (m_order.size() > kMostKept) m_voices.remove(m_order.takeLast());
    } else {
        m_voices.remove(key);
    }
    m_client.setVolume(base::Identity(who.toStdString()), voice.gain());
    m_save.start();
    ++m_changes;
    emit volumesChanged();
}

/// What was chosen for people of this house holds from their first word on.
void HearingModel::joined() {
    const QString house = keyOf({});
    for (const auto& key : std::as_const(m_order)) {
        if (!key.startsWith(house)) continue;
        const auto& voice = m_voices[key];
        m_client.setVolume(base::Identity(QUrl::fromPercentEncoding(key.mid(house.size()).toLatin1()).toStdString()),
                           voice.gain());
    }
}

/// "house/identity=85" in percent, ",muted" behind it where it is so.
void HearingModel::load() {
    for (const auto& line : m_preferences.volumes()) {
        const auto equals = line.lastIndexOf(QLatin1Char('='));
        const auto words = line.mid(equals + 1).split(QLatin1Char(','));
        bool number = false;
        const int percent = words.first().toInt(&number);
        const auto key = line.left(equals);
        if (equals <= 0 || !number || percent < 0 || percent > 200 || m_voices.contains(key) || m_order.size() >= kMostKept) continue;
        m_voices.insert(key, {percent / 100.0, words.size() > 1 && words[1] == QLatin1String("muted")});
        m_order << key;
    }
}

void HearingModel::save() {
    QStringList lines;
    for (const auto& key : std::as_const(m_order)) {
        if (nameless(key)) continue;
        const auto& voice = m_voices[key];
        lines << key + QLatin1Char('=') + QString::number(qRound(voice.volume * 100.0)) + (voice.muted ? QStringLiteral(",muted") : QString());
    }
    m_preferences.setVolumes(lines);
}

}  // namespace parlour::ui

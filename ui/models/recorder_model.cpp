// SPDX-License-Identifier: Apache-2.0
#include "ui/models/recorder_model.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QRegularExpression>

#include "ui/models/words.h"

namespace parlour::ui {

RecorderModel::RecorderModel(RoomClient& client, SessionBridge& session, Preferences& preferences)
    : m_client(client), m_session(session), m_preferences(preferences) {
    m_timer.setInterval(500);
    connect(&m_timer, &QTimer::timeout, this, &RecorderModel::look);
    connect(&m_session, &SessionBridge::stayEnded, this, &RecorderModel::stop);
}

QString RecorderModel::length() const {
    const auto all = m_length.count();
    const auto two = [](qint64 n) { return QStringLiteral("%1").arg(n, 2, 10, QLatin1Char('0')); };
    return all < 3600 ? QStringLiteral("%1:%2").arg(all / 60).arg(two(all % 60))
                      : QStringLiteral("%1:%2:%3").arg(all / 3600).arg(two(all / 60 % 60), two(all % 60));
}

void RecorderModel::start() {
    if (m_recording || !m_session.joined()) return;
    // A room may be called anything; a file may not.
    static const QRegularExpression unfit(QStringLiteral("[^\\p{L}\\p{N} ._-]+"));
    auto title = m_session.title();
    title.replace(unfit, QStringLiteral(" "));
    const QDir folder(m_preferences.recordingFolder());
    QDir().mkpath(folder.path());
    const auto name = QStringLiteral("%1 %2").arg(title.simplified().left(60), QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd HH-mm-ss"))).trimmed();
    // Two in one second; the first may not be on the disk yet.
    const auto before = m_file;
    m_file = folder.filePath(name + QStringLiteral(".flac"));
    for (int n = 2; m_file == before || QFile::exists(m_file); ++n) m_file = folder.filePath(QStringLiteral("%1 %2.flac").arg(name).arg(n));
    m_problem.clear();
    m_length = {};
    m_recording = true;
    m_client.startRecording(m_file.toStdString());
    m_timer.start();
    emit changed();
    emit m_session.announced(tr("Your microphone is recorded on this computer from now on"));
}

void RecorderModel::stop() {
    if (!m_recording) return;
    m_recording = false;   // the timer goes on until the file is closed: that can fail, too
    m_client.stopRecording();
    emit changed();
    emit m_session.announced(tr("Your microphone is no longer recorded"));
}

void RecorderModel::dismissProblem() {
    m_problem.clear();
    emit changed();
}

void RecorderModel::look() {
    const auto now = m_client.recording();
    if (now.problem) {
        m_recording = false;
        m_timer.stop();
        m_problem = text(now.problem->advice.empty() ? now.problem->message : now.problem->message + " " + now.problem->advice);
        emit changed();
        emit m_session.announced(m_problem);
    } else if (!m_recording) {
        if (!now.wanted && !now.running) m_timer.stop();
    } else if (now.length != m_length) {
        m_length = now.length;
        emit changed();
    }
}

}  // namespace parlour::ui

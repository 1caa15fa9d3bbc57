// SPDX-License-Identifier: Apache-2.0
// The connection in plain words: one verdict, one sentence per line, and why a person sounds as they do. Looks back ten
// seconds of the session's statistics. Thread: UI, but publish(), which any thread may call.
#pragma once

#include <QObject>
#include <QString>
#include <QVariantList>
#include <deque>

#include "core/room/sound_verdict.h"
#include "ui/models/session_bridge.h"

namespace parlour::ui {

class ConnectionModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(QString grade READ grade NOTIFY changed)        ///< unknown, good, fair, bad
    Q_PROPERTY(QString verdict READ verdict NOTIFY changed)    ///< one sentence, never empty
    Q_PROPERTY(QVariantList lines READ lines NOTIFY changed)   ///< [{title, words, grade}]; empty while nothing is measured
  public:
    explicit ConnectionModel(SessionBridge& session);
    void publish(room::SessionStats stats);   ///< any thread
    QString grade() const;
    QString verdict() const;
    QVariantList lines() const;
    /// Why this person sounds as they do, in one sentence; empty while too little was heard.
    Q_INVOKABLE QString soundOf(const QString& identity) const;
    /// The figures behind it, in one line; empty while too little was heard.
    Q_INVOKABLE QString figuresOf(const QString& identity) const;

  signals:
    void changed();

  private:
    std::optional<room::TrackVerdict> verdictOf(const QString& identity) const;
    void take(room::SessionStats stats);

    SessionBridge& m_session;
    std::deque<room::SessionStats> m_past;
    room::ConnectionVerdict m_verdict;
    bool m_active = false;
};

}  // namespace parlour::ui

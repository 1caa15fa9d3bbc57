// SPDX-License-Identifier: Apache-2.0
// One running app per person and home folder. A second start hands its link over by a local socket and ends.
// The socket lies in a folder of mode 0700 ($XDG_RUNTIME_DIR/parlour, else the home folder), so nobody else can reach it.
// Thread: UI.
#pragma once

#include <QByteArray>
#include <QLocalServer>
#include <QObject>
#include <QString>

namespace parlour::ui {

class SingleInstance : public QObject {
    Q_OBJECT
  public:
    static constexpr int kMaxMessage = 8 * 1024;

    /// `home` tells instances of different homes apart.
    explicit SingleInstance(const QString& home, QObject* parent = nullptr);

    /// True when another instance took the link (empty = "show yourself") and this process should end.
    bool handOver(const QString& link, const QByteArray& activationToken);
    /// Starts to listen; false when the socket cannot be made (the app then runs without this service).
    bool listen();
    QString socketPath() const { return m_path; }

  signals:
    /// Another start asked: a link (may be empty) and the token with which Wayland lets the window come forward.
    void linkReceived(const QString& link, const QByteArray& activationToken);

  private:
    void takeConnection();

    QString m_path;
    QLocalServer m_server;
};

}  // namespace parlour::ui

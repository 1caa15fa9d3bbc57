// SPDX-License-Identifier: Apache-2.0
#include "ui/platform/single_instance.h"

#include <QCryptographicHash>
#include <QDataStream>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLocalSocket>
#include <QPointer>
#include <QTimer>

namespace parlour::ui {

namespace {
constexpr int kWaitMs = 1500;
constexpr int kMaxSocketPath = 100;  // sun_path holds 108 bytes on Linux, 104 elsewhere

QString socketFor(const QString& home) {
    const auto key = QCryptographicHash::hash(QDir(home).absolutePath().toUtf8(), QCryptographicHash::Sha256)
                         .toHex().left(16);
#ifdef Q_OS_WIN
    return QStringLiteral("parlour-") + QString::fromLatin1(key);  // a pipe name, private to the session
#else
    QString folder = qEnvironmentVariable("XDG_RUNTIME_DIR");
    folder = folder.isEmpty() ? home : folder + QStringLiteral("/parlour");
    QDir().mkpath(folder);
    QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    QString path = folder + QLatin1Char('/') + QString::fromLatin1(key) + QStringLiteral(".sock");
    if (QFile::encodeName(path).size() > kMaxSocketPath) path.clear();
    return path;
#endif
}
}  // namespace

SingleInstance::SingleInstance(const QString& home, QObject* parent) : QObject(parent), m_path(socketFor(home)) {
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, &SingleInstance::takeConnection);
}

bool SingleInstance::handOver(const QString& link, const QByteArray& activationToken) {
    if (m_path.isEmpty()) return false;
    QLocalSocket socket;
    socket.connectToServer(m_path);
    if (!socket.waitForConnected(kWaitMs)) return false;
    QByteArray message;
    QDataStream out(&message, QIODevice::WriteOnly);
    out.setVersion(QDataStream::Qt_6_0);
    out << link << activationToken;
    if (message.size() > kMaxMessage) return false;
    QDataStream stream(&socket);
    stream << message;
    if (!socket.waitForBytesWritten(kWaitMs)) return false;
    // The other side says that it took the message; a dead process behind a stale socket does not.
    if (!socket.waitForReadyRead(kWaitMs)) return false;
    return socket.readAll().startsWith("ok");
}

bool SingleInstance::listen() {
    if (m_path.isEmpty()) return false;
    if (m_server.listen(m_path)) return true;
    QLocalServer::removeServer(m_path);  // left behind by a crash: handOver found nobody there
    return m_server.listen(m_path);
}

void SingleInstance::takeConnection() {
    while (auto* socket = m_server.nextPendingConnection()) {
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        QTimer::singleShot(kWaitMs, socket, [socket] { socket->abort(); });
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] {
            if (socket->bytesAvailable() > kMaxMessage + 16) {
                socket->abort();
                return;
            }
            QDataStream in(socket);
            in.startTransaction();
            QByteArray message;
            in >> message;
            if (!in.commitTransaction()) return;
            QDataStream fields(message);
            fields.setVersion(QDataStream::Qt_6_0);
            QString link;
            QByteArray token;
            fields >> link >> token;
            socket->write("ok");
            socket->flush();
            socket->disconnectFromServer();
            if (fields.status() == QDataStream::Ok) emit linkReceived(link, token);
        });
    }
}

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
#include "ui/models/words.h"

#include <QCoreApplication>
#include <QTextBoundaryFinder>

#include "core/base/log.h"

namespace parlour::ui {

namespace {
QString tr(const char* words) { return QCoreApplication::translate("Words", words); }

QString firstGrapheme(const QString& word) {
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, word);
    const auto end = finder.toNextBoundary();
    return end > 0 ? word.left(std::min<qsizetype>(end, 4)) : QString();
}
}  // namespace

QString text(const std::string& utf8) { return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size())); }

QString initials(const QString& name) {
    QStringList words;
    for (const auto& word : name.simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts))
        if (word.front().isLetterOrNumber() || word.front().isSurrogate()) words << word;
    if (words.isEmpty()) return name.isEmpty() ? QStringLiteral("?") : firstGrapheme(name.simplified());
    QString letters = firstGrapheme(words.front());
    if (words.size() > 1) letters += firstGrapheme(words.back());
    return letters.toUpper();
}

int colorIndex(const base::Identity& identity) {
    std::uint32_t hash = 2166136261u;  // FNV-1a
    for (const unsigned char c : identity.str()) hash = (hash ^ c) * 16777619u;
    return static_cast<int>(hash % 9973u);
}

QString handle(const base::Identity& identity) { return QLatin1Char('#') + text(identity.str().substr(0, 4)); }

QString roleWords(const room::Participant& person) {
    switch (person.power) {
        case api::Power::host: return tr("Host");
        case api::Power::moderator: return tr("Moderator");
        case api::Power::none: break;
    }
    return person.seat == api::Seat::stage ? tr("Speaker") : tr("Listener");
}

QString roleWords(api::Role role) {
    switch (role) {
        case api::Role::listener: return tr("listener");
        case api::Role::speaker: return tr("speaker");
        case api::Role::moderator: return tr("moderator");
    }
    return {};
}

QString ordinal(int place) {
    const int tens = place % 100;
    const int ones = place % 10;
    if (tens >= 11 && tens <= 13) return QCoreApplication::translate("Words", "%1th").arg(place);
    if (ones == 1) return QCoreApplication::translate("Words", "%1st").arg(place);
    if (ones == 2) return QCoreApplication::translate("Words", "%1nd").arg(place);
    if (ones == 3) return QCoreApplication::translate("Words", "%1rd").arg(place);
    return QCoreApplication::translate("Words", "%1th").arg(place);
}

QString since(qint64 seconds) {
    if (seconds < 60) return tr("just now");
    const qint64 minutes = seconds / 60;
    if (minutes < 60) return tr("%1 min").arg(minutes);
    if (minutes % 60 == 0) return tr("%1 h").arg(minutes / 60);
    return tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QString leaveWords(room::LeaveReason reason) {
    switch (reason) {
        case room::LeaveReason::none:
        case room::LeaveReason::byUser: return {};
        case room::LeaveReason::roomEnded: return tr("The room has ended.");
        case room::LeaveReason::removed: return tr("A moderator removed you from this room.");
        case room::LeaveReason::banned: return tr("A moderator banned you from this room.");
        case room::LeaveReason::duplicateIdentity: return tr("You came into this room on another device, so this one left.");
        case room::LeaveReason::serverShutdown: return tr("The room server is shutting down.");
        case room::LeaveReason::refused: return tr("The room did not let you in.");
        case room::LeaveReason::unreachable: return tr("The room server cannot be reached.");
        case room::LeaveReason::untrusted: return tr("The room server could not prove who it is, so Parlour did not connect.");
        case room::LeaveReason::protocolError: return tr("The room server said something that Parlour does not understand.");
    }
    return {};
}

QString copyable(const base::Error& error) {
    return text(base::redact(std::string(base::toString(error.kind)) + " " + error.code + ": " + base::describe(error)));
}

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
#include "ui/models/connection_model.h"

#include <QLocale>

namespace parlour::ui {

namespace {
constexpr std::size_t kSeconds = 10;

QString key(room::Grade grade) {
    switch (grade) {
        case room::Grade::unknown: return QStringLiteral("unknown");
        case room::Grade::good: return QStringLiteral("good");
        case room::Grade::fair: return QStringLiteral("fair");
        case room::Grade::bad: return QStringLiteral("bad");
    }
    return {};
}

/// "3" or "0.4": no more digits than mean something.
QString percent(double value) { return QLocale().toString(value, 'f', value < 1.0 ? 1 : 0); }
}  // namespace

using room::Grade;
using room::SoundCause;

ConnectionModel::ConnectionModel(SessionBridge& session) : m_session(session) {
    const auto forget = [this] {
        m_past.clear();
        m_verdict = {};
        emit changed();
    };
    connect(&m_session, &SessionBridge::stayEnded, this, forget);
    connect(&m_session, &SessionBridge::changed, this, [this, forget] {
        if (m_session.active() == m_active) return;
        m_active = m_session.active();
        forget();
    });
}

void ConnectionModel::publish(room::SessionStats stats) {
    QMetaObject::invokeMethod(this, [this, stats = std::move(stats)] { take(stats); }, Qt::AutoConnection);
}

void ConnectionModel::take(room::SessionStats stats) {
    if (!m_session.joined()) return;   // a last one that was under way
    m_past.push_back(std::move(stats));
    if (m_past.size() > kSeconds + 1) m_past.pop_front();
    m_verdict = m_past.size() > 1 ? room::connectionVerdict(m_past.front(), m_past.back()) : room::ConnectionVerdict{};
    emit changed();
}

QString ConnectionModel::grade() const { return key(m_verdict.grade); }

QString ConnectionModel::verdict() const {
    if (!m_session.active()) return tr("The connection is measured while you are in a room.");
    if (m_verdict.grade == Grade::unknown) return tr("Measuring…");
    QStringList figures;
    if (m_verdict.roundTripMs) figures << tr("%1 ms").arg(*m_verdict.roundTripMs);
    double loss = -1.0;
    if (m_verdict.lossPercent) loss = *m_verdict.lossPercent;
    if (m_verdict.uplinkLossPercent) loss = std::max(loss, *m_verdict.uplinkLossPercent);
    if (loss >= 0.0) figures << (loss < 0.05 ? tr("no loss") : tr("%1 % loss").arg(percent(loss)));
    const auto what = figures.join(tr(", "));
    switch (m_verdict.grade) {
        case Grade::unknown: break;
        case Grade::good: return tr("Your connection is good: %1.").arg(what);
        case Grade::fair: return tr("Your connection is fair: %1.").arg(what);
        case Grade::bad: return tr("Your connection is bad: %1.").arg(what);
    }
    return {};
}

QVariantList ConnectionModel::lines() const {
    if (m_past.size() < 2) return {};
    const auto& v = m_verdict;
    QVariantList list;
    const auto add = [&list](const QString& title, Grade grade, const QString& words) {
        list << QVariantMap{{QStringLiteral("title"), title}, {QStringLiteral("grade"), key(grade)}, {QStringLiteral("words"), words}};
    };
    add(tr("Delay"), v.delayGrade,
        !v.roundTripMs                  ? tr("Not measured yet.")
        : v.delayGrade == Grade::good   ? tr("%1 ms to the server and back.").arg(*v.roundTripMs)
        : v.delayGrade == Grade::fair   ? tr("%1 ms to the server and back: answers come a little late.").arg(*v.roundTripMs)
                                        : tr("%1 ms to the server and back: people will talk over each other.").arg(*v.roundTripMs));
    add(tr("What you hear"), v.lossGrade,
        !v.lossPercent                  ? tr("Nobody has spoken for a while.")
        : *v.lossPercent < 0.05         ? tr("Nothing is lost on the way to you.")
        : v.lossGrade == Grade::good    ? tr("%1 % is lost on the way to you; you will not notice.").arg(percent(*v.lossPercent))
        : v.lossGrade == Grade::fair    ? tr("%1 % is lost on the way to you; most of it is mended.").arg(percent(*v.lossPercent))
                                        : tr("%1 % is lost on the way to you: words break up. Try a cable, or sit closer to the access point.").arg(percent(*v.lossPercent)));
    add(tr("What others hear of you"), v.uplinkGrade,
        !v.uplinkLossPercent            ? tr("You have not spoken for a while.")
        : *v.uplinkLossPercent < 0.05   ? tr("All you say reaches the server.")
        : v.uplinkGrade == Grade::good  ? tr("%1 % is lost on the way to the server; nobody will notice.").arg(percent(*v.uplinkLossPercent))
        : v.uplinkGrade == Grade::fair  ? tr("%1 % is lost on the way to the server; most of it is mended.").arg(percent(*v.uplinkLossPercent))
                                        : tr("%1 % is lost on the way to the server: others hear you break up. Stop what else sends from your network.").arg(percent(*v.uplinkLossPercent)));
    add(tr("Evenness"), v.jitterGrade,
        !v.jitterMs                     ? tr("Not measured yet.")
        : v.jitterGrade == Grade::good  ? tr("Sound arrives evenly.")
        : v.jitterGrade == Grade::fair  ? tr("Sound arrives unevenly (%1 ms); it waits a little longer for that.").arg(*v.jitterMs)
                                        : tr("Sound arrives very unevenly (%1 ms): it has to wait long. A crowded Wi-Fi is the usual reason.").arg(*v.jitterMs));
    return list;
}

std::optional<room::TrackVerdict> ConnectionModel::verdictOf(const QString& identity) const {
    if (m_past.size() < 2) return std::nullopt;
    return room::trackVerdict(m_past.front(), m_past.back(), base::Identity(identity.toStdString()));
}

QString ConnectionModel::figuresOf(const QString& identity) const {
    const auto v = verdictOf(identity);
    if (!v || v->cause == SoundCause::unknown) return {};
    return tr("Waits %1 ms here · %2 % of the packets lost · %3 % of the sound made up").arg(v->delayMs).arg(percent(v->lossPercent), percent(v->inventedPercent));
}

QString ConnectionModel::soundOf(const QString& identity) const {
    const auto v = verdictOf(identity);
    if (!v) return {};
    switch (v->cause) {
        case SoundCause::unknown: return {};
        case SoundCause::good: return tr("The sound is good: nothing is missing.");
        case SoundCause::lost:
            return v->everybody ? tr("The sound breaks up because your own network loses packets (%1 %).").arg(percent(v->lossPercent))
                                : tr("The sound breaks up because %1 % of this person’s packets are lost, most likely on their side.").arg(percent(v->lossPercent));
        case SoundCause::late:
            return v->everybody ? tr("The sound breaks up because packets reach you too late: your own network is uneven.")
                                : tr("The sound breaks up because this person’s packets come too late: their network is uneven.");
        case SoundCause::delayed: return tr("The sound is whole, but %1 ms late because the network is uneven.").arg(v->delayMs);
    }
    return {};
}

}  // namespace parlour::ui

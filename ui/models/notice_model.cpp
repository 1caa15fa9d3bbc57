// SPDX-License-Identifier: Apache-2.0
#include "ui/models/notice_model.h"

#include <QCoreApplication>
#include <algorithm>
#include <chrono>

#include "ui/models/words.h"

namespace parlour::ui {

namespace {
constexpr auto kPoll = std::chrono::seconds(10);
constexpr qsizetype kPage = 200;     // the house gives so many at once
constexpr std::size_t kKept = 500;   // rows in memory; the house keeps them all
QString tr(const char* words) { return QCoreApplication::translate("NoticeModel", words); }
}  // namespace

QString noticeWords(const QVariantMap& notice) {
    const auto kind = notice.value(QStringLiteral("kind")).toString();
    const auto said = notice.value(QStringLiteral("text")).toString();
    const auto name = notice.value(QStringLiteral("from_name")).toString();
    const auto who = name.isEmpty() ? tr("Somebody") : name;
    if (kind == QLatin1String("wave")) return said.isEmpty() ? tr("%1 waves: come talk").arg(who) : tr("%1 waves: %2").arg(who, said);
    if (kind == QLatin1String("wave_answered")) return said == QLatin1String("yes") ? tr("%1 says yes to your wave").arg(who) : tr("%1 says: maybe later").arg(who);
    if (kind == QLatin1String("ping")) return tr("%1 calls you into “%2”").arg(who, said);
    if (kind == QLatin1String("followed")) return tr("%1 follows you").arg(who);
    if (kind == QLatin1String("event_moved")) return tr("A talk has another time: %1").arg(said);
    if (kind == QLatin1String("event_cancelled")) return tr("A talk is cancelled: %1").arg(said);
    if (kind == QLatin1String("event_late")) return tr("A talk starts later: %1").arg(said);
    if (kind == QLatin1String("event_reminder")) return tr("Soon: %1").arg(said);
    if (kind.startsWith(QLatin1String("guest"))) return said.isEmpty() ? tr("News of your guest %1").arg(name) : tr("News of your guest: %1").arg(said);
    return said.isEmpty() ? tr("News from %1").arg(who) : said;
}

NoticeModel::NoticeModel(HouseModel& house, Preferences& preferences, const base::Clock& clock, QObject* parent)
    : RowModel(parent), m_house(house), m_preferences(preferences), m_begun(clock.wallNow()) {
    m_poll.setInterval(kPoll);
    connect(&m_poll, &QTimer::timeout, this, &NoticeModel::refresh);
    connect(&m_house, &HouseModel::changed, this, [this] {
        if (m_server != m_house.server()) restart();
        if (m_house.member() && !m_poll.isActive()) {
            m_poll.start();
            refresh();
        }
        if (!m_house.member()) m_poll.stop();
    });
}

void NoticeModel::restart() {
    m_server = m_house.server();
    ++m_round;
    m_asking = m_loaded = m_caughtUp = false;
    m_last = 0;
    m_problem.clear();
    show({});
    emit changed();
}

int NoticeModel::unread() const {
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(), [](const NoticeRow& row) { return row.fresh; }));
}

QVariant NoticeModel::data(const QModelIndex& index, int role) const {
    const auto* row = at(index);
    if (!row) return {};
    switch (static_cast<Role>(role)) {
        case Record: return row->record;
        case Words: return row->words;
        case Fresh: return row->fresh;
    }
    return {};
}
QHash<int, QByteArray> NoticeModel::roleNames() const { return {{Record, "record"}, {Words, "words"}, {Fresh, "fresh"}}; }

void NoticeModel::refresh() {
    if (m_asking || !m_house.member()) return;
    m_asking = true;
    m_house.ask(QStringLiteral("/notices?after=%1").arg(m_last), nullptr, this, [this, round = m_round](base::Result<QVariantMap> answer) {
        if (round != m_round) return;
        m_asking = false;
        m_problem = answer ? QString() : text(answer.error().message);
        if (answer) {
            take(*answer);
            m_caughtUp = m_caughtUp || answer->value(QStringLiteral("notices")).toList().size() < kPage;
        }
        m_loaded = true;
        emit changed();
    });
}

void NoticeModel::take(const QVariantMap& answer) {
    const auto came = answer.value(QStringLiteral("notices")).toList();
    if (came.isEmpty()) return;
    const int seen = m_preferences.noticesSeen(m_server);
    auto rows = m_rows;
    QString urgent;
    bool now = false;
    for (const auto& value : came) {   // oldest first
        NoticeRow row;
        row.record = value.toMap();
        row.n = row.record.value(QStringLiteral("n")).toInt();
        if (row.n <= m_last) continue;
        row.words = noticeWords(row.record);
        row.fresh = row.n > seen;
        const auto kind = row.record.value(QStringLiteral("kind")).toString();
        if (row.fresh && (kind == QLatin1String("wave") || kind == QLatin1String("ping") ||
                          (kind == QLatin1String("wave_answered") && row.record.value(QStringLiteral("text")) == QLatin1String("yes")))) {
            urgent = row.words;
            // By the house's clock, which may be another one; what comes while we look is new in any case.
            now = now || m_caughtUp || row.record.value(QStringLiteral("at_ms")).toLongLong() >= base::toUnixMs(m_begun);
        }
        m_last = row.n;
        rows.insert(rows.begin(), std::move(row));
    }
    if (rows.size() > kKept) rows.resize(kKept);
    show(rows);
    if (!urgent.isEmpty()) emit arrived(urgent);
    if (now) emit calls();
    if (came.size() >= kPage) QMetaObject::invokeMethod(this, &NoticeModel::refresh, Qt::QueuedConnection);   // a full page: there is more
}

void NoticeModel::markSeen() {
    if (m_last == 0 || unread() == 0) return;
    m_preferences.setNoticesSeen(m_server, m_last);
    auto rows = m_rows;
    for (auto& row : rows) row.fresh = false;
    show(rows);
    emit changed();
}

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
#include "ui/models/house_list.h"

#include <QQmlEngine>
#include <QUrl>
#include <algorithm>
#include <chrono>

#include "ui/models/app_model.h"
#include "ui/models/words.h"

namespace parlour::ui {

namespace {
constexpr auto kTypingPause = std::chrono::milliseconds(180);

QString parameter(const QString& path, const QString& name, const QString& value) {
    return path + (path.contains(QLatin1Char('?')) ? QLatin1Char('&') : QLatin1Char('?')) + name + QLatin1Char('=') +
           QString::fromLatin1(QUrl::toPercentEncoding(value));
}
}  // namespace

HouseList::HouseList(QObject* parent) : RowModel(parent) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(kTypingPause);
    connect(&m_pause, &QTimer::timeout, this, &HouseList::refresh);
    connect(this, &HouseList::asked, this, [this] {
        if (m_house) m_pause.start();
    });
}

HouseList::HouseList(HouseModel& house, QString path, QString rows, QString cursor, QObject* parent) : HouseList(parent) {
    m_house = &house;
    m_path = std::move(path);
    m_rowsKey = std::move(rows);
    m_cursor = std::move(cursor);
    begin();
}

void HouseList::componentComplete() {
    const auto* engine = qmlEngine(this);
    auto* app = engine ? engine->property("parlourApp").value<AppModel*>() : nullptr;
    if (!app) return;
    m_house = m_inRoom ? app->roomHouse() : app->house();
    begin();
}

void HouseList::begin() {
    connect(m_house, &HouseModel::changed, this, [this, server = m_house->server()]() mutable {
        if (server == m_house->server()) return;
        server = m_house->server();
        show({});
        refresh();
    });
    refresh();
}

QVariant HouseList::data(const QModelIndex& index, int role) const {
    const auto* row = RowModel::at(index);
    if (!row) return {};
    switch (static_cast<Role>(role)) {
        case Record: return row->record;
        case Section: return m_house && !m_sectionKey.isEmpty() ? m_house->day(row->record.value(m_sectionKey).toDouble()) : QString();
    }
    return {};
}

QHash<int, QByteArray> HouseList::roleNames() const { return {{Record, "record"}, {Section, "section"}}; }

bool HouseList::canFetchMore(const QModelIndex&) const { return !m_loading && !m_next.isEmpty(); }
void HouseList::fetchMore(const QModelIndex&) {
    if (canFetchMore({})) request(m_next);
}

void HouseList::refresh() {
    m_pause.stop();
    ++m_round;
    m_loading = false;
    if (!m_active || m_path.isEmpty()) {
        show({});
        m_next.clear();
        m_loaded = false;
        m_problem.clear();
        emit changed();
        return;
    }
    request({});
}

void HouseList::request(const QString& from) {
    QString path = m_path;
    if (m_pageSize > 0 && !m_cursor.isEmpty()) path = parameter(path, QStringLiteral("limit"), QString::number(m_pageSize));
    const auto words = m_search.trimmed();
    if (!words.isEmpty()) path = parameter(path, QStringLiteral("q"), words);
    const auto place = from.isEmpty() ? m_firstCursor : from;
    if (!place.isEmpty()) path = parameter(path, m_cursor, place);
    m_loading = true;
    emit changed();
    m_house->ask(path, nullptr, this, [this, round = m_round, first = from.isEmpty()](base::Result<QVariantMap> answer) {
        if (round != m_round) return;
        m_loading = false;
        m_loaded = true;
        m_problem.clear();
        if (answer) {
            take(*answer, first);
        } else {
            m_problem = text(answer.error().advice.empty() ? answer.error().message
                                                           : answer.error().message + " " + answer.error().advice);
            m_next.clear();
        }
        emit changed();
    });
}

void HouseList::take(const QVariantMap& answer, bool first) {
    std::vector<HouseRow> rows;
    if (first) m_seen.clear();
    for (const auto& value : answer.value(m_rowsKey).toList()) {
        HouseRow row;
        row.record = value.toMap();
        row.id = idOf(row.record);
        if (m_seen.contains(row.id)) continue;   // it moved between two pages
        m_seen.insert(row.id);
        rows.push_back(std::move(row));
    }
    m_answer = answer;
    m_answer.remove(m_rowsKey);
    if (first) {
        show(rows);
    } else if (!rows.empty()) {
        beginInsert(rowCount(), rowCount() + static_cast<int>(rows.size()) - 1);
        m_rows.insert(m_rows.end(), rows.begin(), rows.end());
        endInsert();
    }
    m_next.clear();
    if (!m_cursor.isEmpty()) {
        if (m_cursorKey.isEmpty())
            m_next = answer.value(QStringLiteral("next")).toString();
        else if (answer.value(QStringLiteral("more")).toBool() && !m_rows.empty())
            m_next = m_rows.back().record.value(m_cursorKey).toString();
    }
}

QString HouseList::idOf(const QVariantMap& record) const {
    QStringList parts;
    for (const auto& key : m_idKey.split(QLatin1Char(','))) parts << record.value(key).toString();
    return parts.join(QLatin1Char(' '));
}

QVariantMap HouseList::at(int row) const { return row >= 0 && row < rowCount() ? m_rows[static_cast<std::size_t>(row)].record : QVariantMap(); }

void HouseList::put(const QVariantMap& record) {
    const auto id = idOf(record);
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        if (m_rows[i].id == id) {
            m_rows[i].record = record;
            changedRow(static_cast<int>(i));
            return;
        }
}

void HouseList::drop(const QString& id) {
    auto rows = m_rows;
    rows.erase(std::remove_if(rows.begin(), rows.end(), [&](const HouseRow& row) { return row.id == id; }), rows.end());
    show(rows);
    emit changed();
}

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
#include "ui/models/hallway_model.h"

#include <QLocale>
#include <algorithm>

#include "ui/models/words.h"

namespace parlour::ui {

HallwayModel::HallwayModel(const base::Clock& clock, QObject* parent) : RowModel(parent), m_clock(clock) {}

int HallwayModel::liveCount() const {
    return static_cast<int>(std::count_if(m_rows.begin(), m_rows.end(), [](const HallwayRow& row) { return row.live; }));
}

QVariant HallwayModel::data(const QModelIndex& index, int role) const {
    const auto* row = at(index);
    if (!row) return {};
    switch (static_cast<Role>(role)) {
        case Title: return row->title;
        case House: return row->house;
        case Counts: return row->counts;
        case LiveWords: return row->liveWords;
        case Live: return row->live;
        case Initials: return initials(row->title);
        case Color: return colorIndex(base::Identity(row->id));
    }
    return {};
}

QHash<int, QByteArray> HallwayModel::roleNames() const {
    return {{Title, "title"}, {House, "house"}, {Counts, "counts"}, {LiveWords, "liveWords"}, {Live, "live"},
            {Initials, "initials"}, {Color, "colorIndex"}};
}

void HallwayModel::showView(const HallwayView& view) {
    std::vector<HallwayRow> rows;
    for (const auto& room : view.rooms) {
        HallwayRow row;
        row.id = room.origin + " " + room.room.str();
        row.origin = room.origin;
        row.room = room.room;
        row.title = text(room.title);
        row.house = room.thisComputer ? tr("This computer")
                    : room.houseName.empty() ? text(room.host)
                                             : tr("%1 · %2").arg(text(room.houseName), text(room.host));
        row.live = room.live;
        const QLocale locale;
        row.counts = room.live ? tr("%1 listening · %2 on stage").arg(locale.toString(room.listeners), locale.toString(room.onStage))
                               : tr("Nobody there now");
        if (room.live && room.liveSince)
            row.liveWords = tr("live for %1").arg(since(
                (base::toUnixMs(m_clock.wallNow()) - base::toUnixMs(*room.liveSince)) / 1000));
        rows.push_back(std::move(row));
    }
    std::stable_sort(rows.begin(), rows.end(), [](const HallwayRow& a, const HallwayRow& b) { return a.live && !b.live; });
    show(rows);
    m_servers.clear();
    for (const auto& server : view.servers)
        m_servers << QVariantMap{{QStringLiteral("host"), server.thisComputer ? tr("This computer") : text(server.host)},
                                 {QStringLiteral("reachable"), server.reachable},
                                 {QStringLiteral("thisComputer"), server.thisComputer}};
    m_loaded = true;
    emit changed();
}

}  // namespace parlour::ui

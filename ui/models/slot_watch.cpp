// SPDX-License-Identifier: Apache-2.0
#include "ui/models/slot_watch.h"

#include <QCoreApplication>

#include "ui/models/words.h"

namespace parlour::ui {

namespace {
constexpr std::int64_t kMarks[] = {60, 10, 0};
QString tr(const char* words) { return QCoreApplication::translate("SlotWatch", words); }

QString sentence(std::int64_t mark, bool self, const QString& name) {
    if (mark == 60) return self ? tr("You have one minute left") : tr("%1 has one minute left").arg(name);
    if (mark == 10) return self ? tr("You have ten seconds left") : tr("%1 has ten seconds left").arg(name);
    return self ? tr("Your time is over") : tr("The time of %1 is over").arg(name);
}
}  // namespace

QStringList SlotWatch::due(const room::RoomState& state, base::WallTime now) {
    QStringList out;
    std::map<base::Identity, Seen> next;
    for (const auto& person : state.participants) {
        if (!person->slotUntil || person->seat != api::Seat::stage) continue;
        const auto left = std::chrono::ceil<std::chrono::seconds>(*person->slotUntil - now).count();
        const auto known = m_seen.find(person->identity);
        // A time that was given just now is not announced for being short.
        const auto before = known != m_seen.end() && known->second.until == *person->slotUntil ? known->second.left : left;
        for (const auto mark : kMarks)
            if (before > mark && left <= mark) {
                const QString words = sentence(mark, person->isSelf, text(person->name));
                if (!out.isEmpty() && before - left > 50) out.clear();   // the computer slept: only the newest counts
                out << words;
            }
        next[person->identity] = {*person->slotUntil, left};
    }
    m_seen = std::move(next);
    return out;
}

}  // namespace parlour::ui

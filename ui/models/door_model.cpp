// SPDX-License-Identifier: Apache-2.0
#include "ui/models/door_model.h"

#include "ui/models/words.h"

namespace parlour::ui {

DoorModel::DoorModel(RoomClient& client, const base::Clock& clock, QObject* parent) : QObject(parent), m_client(client), m_clock(clock) {
    m_second.setInterval(1000);
    connect(&m_second, &QTimer::timeout, this, &DoorModel::ticked);
}

void DoorModel::show(const room::RoomState& before, const room::RoomState& after) {
    const bool waiting = after.session == room::SessionState::waiting;
    const bool was = std::exchange(m_waiting, waiting);
    const auto line = std::exchange(m_line, after.line);
    const auto door = std::exchange(m_door, after.door ? *after.door : room::DoorView{});
    const int overflow = std::exchange(m_overflow, after.overflow);
    m_overflowOf = text(after.overflowOf);
    const bool locked = std::exchange(m_locked, after.doorLocked);
    const bool knew = std::exchange(m_known, after.door != nullptr);
    if (door.waiting != m_door.waiting) {
        m_people.clear();
        for (const auto& one : m_door.waiting) {
            const auto name = text(one.name);
            m_people.append(QVariantMap{{QStringLiteral("identity"), text(one.identity.str())}, {QStringLiteral("name"), name},
                                        {QStringLiteral("handle"), handle(one.identity)}, {QStringLiteral("initials"), initials(name)},
                                        {QStringLiteral("colorIndex"), colorIndex(one.identity)},
                                        {QStringLiteral("pictureMs"), static_cast<double>(one.pictureMs)}});
        }
    }
    if (waiting != m_second.isActive()) waiting ? m_second.start() : m_second.stop();
    const int elsewhere = std::exchange(m_elsewhere, after.elsewhere);
    if (was != waiting || !(line == m_line) || !(door == m_door) || overflow != m_overflow || locked != m_locked || knew != m_known || elsewhere != m_elsewhere) {
        emit changed();
        emit ticked();
    }
    if (waiting && (!was || line.place != m_line.place || line.crowded != m_line.crowded) && (m_line.place > 0 || m_line.crowded))
        emit announced(headline() + QLatin1Char(' ') + promise());
    if (was && after.session == room::SessionState::joined) emit announced(tr("You are inside"));
    if (before.overflow != after.overflow && after.session == room::SessionState::joined) emit announced(overflowWords());
    if (m_known && m_door.waitingCount > door.waitingCount) emit announced(tr("%n people wait to be let in", nullptr, m_door.waitingCount));
    if (m_known && knew && locked != m_locked) emit announced(m_locked ? tr("The door is locked") : tr("The door is open"));
}

QString DoorModel::headline() const {
    if (!m_waiting) return {};
    if (m_line.crowded) return tr("Many people are arriving");
    if (m_line.awaits == "guest") return tr("It starts when the guest is ready");
    if (m_line.place == 0) return tr("The room is full at the moment");
    return m_line.place == 1 ? tr("You are next in line") : tr("You are %1 in line").arg(ordinal(m_line.place));
}
QString DoorModel::counts() const {
    if (!m_waiting || m_line.crowded || m_line.place == 0) return {};
    return tr("%1 waiting, %2 inside").arg(m_line.waiting).arg(m_line.inside);
}
QString DoorModel::promise() const {
    if (!m_waiting) return {};
    if (m_line.crowded) return tr("The server takes them in one after the other. You come in by yourself.");
    if (m_line.awaits == "guest") return tr("You come in by yourself when guest and host are ready.");
    return m_line.moderated ? tr("A moderator lets people in. You come in by yourself then.") : tr("You will be let in by itself as soon as there is a place.");
}
QString DoorModel::nextTry() const {
    if (!m_waiting) return {};
    const auto left = base::toUnixMs(m_line.nextTry) - base::toUnixMs(m_clock.wallNow());
    if (left <= 0) return tr("Asking now…");
    return m_line.crowded ? tr("Trying again in %1 s").arg((left + 999) / 1000) : tr("Asking again in %1 s").arg((left + 999) / 1000);
}
QString DoorModel::overflowWords() const {
    if (m_overflow == 0) return tr("You are in the main room now");
    return tr("You are in overflow %1 of %2: you hear the stage; your hand reaches the main queue.").arg(m_overflow).arg(m_overflowOf);
}
QString DoorModel::load() const {
    if (!m_known) return {};
    if (m_door.roomFor > 0 && m_door.people >= m_door.cap) return tr("The room is full; overflow rooms take about %1 more").arg(m_door.roomFor);
    if (m_door.roomFor > 0) return m_door.roomFor < 20 ? tr("Room for %1 more").arg(m_door.roomFor) : tr("Room for about %1 more").arg(m_door.roomFor);
    return m_door.people >= m_door.cap ? tr("The room is full; who comes now waits in line") : tr("The server has no room for more people");
}
QString DoorModel::fullness() const {
    if (!m_known) return {};
    return tr("%1 of %2 in the room · %3 came in the last minute").arg(m_door.people).arg(m_door.cap).arg(m_door.arrivalsLastMinute);
}
QString DoorModel::overflowCounts() const {
    QStringList parts;
    for (std::size_t i = 0; i < m_door.overflow.size(); ++i) parts.append(tr("%1 in overflow %2").arg(m_door.overflow[i]).arg(i + 1));
    return parts.join(QStringLiteral(" · "));
}
QString DoorModel::server() const { return m_known ? tr("Server %1 % busy").arg(m_door.busyPercent) : QString(); }
bool DoorModel::tight() const { return m_known && (m_door.busyPercent >= 70 || m_door.roomFor == 0 || m_door.roomFor * 10 < m_door.cap); }

void DoorModel::send(api::StageVerb verb, const QString& who, bool on) {
    room::Command command{};
    command.verb = verb;
    command.target = base::Identity(who.toStdString());
    command.on = on;
    m_client.command(command);
}
void DoorModel::admit(const QString& who) { send(api::StageVerb::admit, who, true); }
void DoorModel::admitAll() { send(api::StageVerb::admit, {}, true); }
void DoorModel::lock(bool locked) { send(api::StageVerb::lockDoor, {}, locked); }

}  // namespace parlour::ui

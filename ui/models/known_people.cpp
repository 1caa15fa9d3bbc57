// SPDX-License-Identifier: Apache-2.0
#include "ui/models/known_people.h"

namespace parlour::ui {

namespace {
void addIds(People& to, const QVariant& list) {
    for (const auto& one : list.toList()) {
        const auto id = one.toMap().value(QStringLiteral("id")).toString();
        if (!id.isEmpty()) to.insert(id.toStdString());
    }
}
}  // namespace

KnownPeople::KnownPeople(HouseModel& roomHouse, HouseModel& pages, AudienceModel& audience) : m_house(roomHouse), m_audience(audience) {
    connect(&roomHouse, &HouseModel::changed, this, [this] { look(false); });
    connect(&roomHouse, &HouseModel::touched, this, [this] { look(true); });
    connect(&pages, &HouseModel::touched, this, [this] { look(true); });
}

void KnownPeople::look(bool again) {
    const auto me = m_house.me().value(QStringLiteral("id")).toString();
    const auto whose = m_house.member() ? m_house.server() + QLatin1Char(' ') + me : QString();
    if (whose == m_asked && !again) return;
    if (whose != m_asked) m_audience.setKnown({});   // of another house
    m_asked = whose;
    const int round = ++m_round;
    if (whose.isEmpty()) return;
    m_house.ask(QStringLiteral("/relations"), nullptr, this, [this, round, me](base::Result<QVariantMap> relations) {
        if (!relations || round != m_round) return;
        People known;
        addIds(known, relations->value(QStringLiteral("follows")));
        if (const auto by = m_house.me().value(QStringLiteral("invited_by")).toString(); !by.isEmpty()) known.insert(by.toStdString());
        m_house.ask(QStringLiteral("/members?limit=200&invited_by=%1").arg(me), nullptr, this, [this, round, known](base::Result<QVariantMap> brought) {
            if (round != m_round) return;
            auto all = known;
            if (brought) addIds(all, brought->value(QStringLiteral("members")));
            m_audience.setKnown(std::move(all));
        });
    });
}

}  // namespace parlour::ui

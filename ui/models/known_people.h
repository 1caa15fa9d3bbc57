// SPDX-License-Identifier: Apache-2.0
// Whom the person knows in the house of the room: those they follow, those they brought, and who brought them. The audience
// shows them first. Asked once when one enters, and again when something was changed from here. Thread: UI.
#pragma once

#include <QObject>
#include <QString>
#include <string>
#include <unordered_set>

#include "ui/models/audience_model.h"
#include "ui/models/house_model.h"

namespace parlour::ui {

class KnownPeople : public QObject {
    Q_OBJECT
  public:
    /// `pages`: the house that the pages show; following happens there, too.
    KnownPeople(HouseModel& roomHouse, HouseModel& pages, AudienceModel& audience);

  private:
    void look(bool again);

    HouseModel& m_house;
    AudienceModel& m_audience;
    QString m_asked;   ///< of which house, as whom
    int m_round = 0;
};

}  // namespace parlour::ui

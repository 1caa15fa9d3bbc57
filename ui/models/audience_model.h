// SPDX-License-Identifier: Apache-2.0
// Who listens. Up to kDrawn listeners are all there; in a larger audience those who matter to the stage come first (oneself,
// hands, offers, moderators), then those whom one knows, the rest is counted, and a search finds everybody by name. Thread: UI.
#pragma once

#include <QString>
#include <string>
#include <unordered_set>
#include <vector>

#include "ui/models/people_model.h"

namespace parlour::ui {

struct Audience {
    std::vector<const room::Participant*> shown;
    int total = 0;
    int found = 0;    ///< by the search; equal to total without one
};

inline constexpr int kDrawn = 200;
using People = std::unordered_set<std::string>;   ///< identities
/// Pure: from a state to the listeners that are drawn.
Audience pickAudience(const room::RoomState& state, const QString& search, int most = kDrawn, const People& known = {});

class AudienceModel : public PeopleModel {
    Q_OBJECT
    Q_PROPERTY(int total READ total NOTIFY picked)
    Q_PROPERTY(int found READ found NOTIFY picked)
    Q_PROPERTY(int hidden READ hidden NOTIFY picked)     ///< found and not drawn
    Q_PROPERTY(bool large READ large NOTIFY picked)      ///< there is something to search
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged)
  public:
    using PeopleModel::PeopleModel;
    int total() const { return m_total; }
    int found() const { return m_found; }
    int hidden() const { return m_hidden; }
    bool large() const { return m_total > kDrawn; }
    const QString& search() const { return m_search; }
    void setSearch(const QString& words);
    /// Whom one knows in the house of this room (known_people.h); who was on stage while one was here is known, too.
    void setKnown(People people);
    /// Chooses, shows, and answers whom.
    std::vector<PersonRow> showAudience(const room::RoomState& state);

  signals:
    void picked();
    void searchChanged();
    void orderChanged();

  private:
    QString m_search;
    People m_friends;
    People m_spoke;       ///< was on stage while one was here
    People m_known;       ///< all of these
    base::RoomId m_room;
    int m_total = 0;
    int m_found = 0;
    int m_hidden = 0;
};

}  // namespace parlour::ui

// SPDX-License-Identifier: Apache-2.0
// People of the room as rows: one model for the stage, one for the audience, one for everybody (the same rows, other filter).
// Thread: UI.
#pragma once

#include <QString>
#include <functional>
#include <string>

#include "core/room/room_state.h"
#include "ui/models/row_diff.h"

namespace parlour::ui {

struct PersonRow {
    std::string identity;
    QString name;
    QString handle;         ///< only when the name is not unique here
    QString initials;
    QString role;           ///< "Host", "Moderator", "Speaker", "Listener"
    QString spoken;         ///< state in words, for screen readers
    int color = 0;
    api::Power power = api::Power::none;
    bool onStage = false;
    bool handUp = false;
    int handPlace = 0;
    bool invited = false;
    bool held = false;
    bool muted = false;     ///< on stage and no open microphone
    bool self = false;
    bool chair = false;     ///< has the interviewer's chair
    double picture = 0;     ///< when it was set; 0 = none
    double slotUntil = 0;   ///< end of the speaker's time in ms; 0 = no limit
    int quality = 2;
    float announced = 0.0f; ///< level as the server announced it
    std::uint32_t track = 0;  ///< audio::TrackId for the meter, 0 = none

    const std::string& key() const { return identity; }
    bool operator==(const PersonRow&) const = default;
};

/// All rows of a state, in its order. For large rooms: audience_model.h.
std::vector<PersonRow> personRows(const room::RoomState& state);
/// Rows of these people of the state.
std::vector<PersonRow> personRows(const room::RoomState& state, const std::vector<const room::Participant*>& people);
PersonRow personRow(const room::RoomState& state, const room::Participant& person, bool sharesName, int handPlace);

class PeopleModel : public RowModel<PersonRow> {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
  public:
    enum Role { Identity = Qt::UserRole + 1, Name, Handle, Initials, RoleWords, Spoken, Color, Power, OnStage, HandUp, HandPlace,
                Invited, Held, Muted, Self, Quality, Level, Chair, SlotUntil, Picture };
    using RowModel::RowModel;
    int count() const { return rowCount(); }
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
    void showPeople(const std::vector<PersonRow>& next);

    /// While frozen (a menu is open on a row) nobody comes, goes or moves; values still change.
    void setFrozen(bool frozen);
    /// Polls levels; -1 from the source means "take the announced one".
    void updateLevels(const std::function<float(const PersonRow&)>& source);

  signals:
    void countChanged();

  private:
    std::vector<PersonRow> m_waiting;
    std::vector<float> m_levels;   ///< per row, parallel to rows
    bool m_frozen = false;
};

}  // namespace parlour::ui

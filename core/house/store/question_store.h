// SPDX-License-Identifier: Apache-2.0
// The question desk of a room's live session as it is kept. A new live session starts with an empty desk whose numbers go on,
// so that nobody mistakes it for the old one. Over a Store, inside transact() only; house thread.
#pragma once

#include <vector>

#include "core/house/question_desk.h"
#include "core/house/store/store.h"

namespace parlour::house {

class QuestionStore {
  public:
    explicit QuestionStore(Store& store) : m_store(store) {}

    /// As it is for this session; version and revision are the room's.
    QuestionDesk load(const base::RoomId& room, const base::RoomSid& session);
    /// The desks of earlier sessions of the room go.
    void save(const base::RoomId& room, const base::RoomSid& session, const DeskChange& change);

    /// Everything this person asked, of all rooms, for the person's own export.
    struct Asked {
        base::RoomId room;
        Question question;
    };
    std::vector<Asked> askedBy(const base::Identity& who);
    /// Words and name of this person go, everywhere.
    void forgetPerson(const base::Identity& who);

  private:
    Store& m_store;
};

}  // namespace parlour::house

// SPDX-License-Identifier: Apache-2.0
// Everything the house keeps of one person, over all topics: read, forgotten, counted. Over a Store, inside transact() only
// but for wipeTraces(); house thread. A new table that names people belongs into the lists of person_store.cpp.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/house/store/store.h"

namespace parlour::house {

/// What rooms are called that were named by somebody who was deleted, and talks that such a person planned.
inline constexpr const char* kNamelessRoom = "Room";
inline constexpr const char* kNamelessTalk = "Talk";

class PersonStore {
  public:
    explicit PersonStore(Store& store) : m_store(store) {}

    /// Any trace of this identity with words in it: a person, or somebody who waits to be let in.
    bool knows(const base::Identity& who);
    /// JSON. Other people's words and who reported this person are left out.
    std::string everything(const base::Identity& who, base::WallTime now);

    struct Forgotten {
        std::vector<base::RoomId> renamed;    ///< rooms that this person had named
        std::vector<base::RoomId> unpinned;   ///< rooms that showed a link of this person
    };
    /// Names and words of this person go, wherever they stand; who they are to others (ids) stays where a chain, a ban or the
    /// tree of invitations needs it. Membership and places in rooms are membership.h's.
    Forgotten forget(const base::Identity& who, base::WallTime now);

    /// Where the person with this key went; absent = the key was never replaced.
    std::optional<base::Identity> movedTo(const base::Identity& who);
    /// All that `from` is and has belongs to `to` from now on, with `to`'s name. What both have of a kind is `from`'s.
    void move(const base::Identity& from, const PersonRow& to, base::WallTime now);

  private:
    std::set<std::string> texts(const std::string& query, const std::string& key);
    void run(const std::string& statement, const std::string& key);
    void forgetReports(const base::Identity& who, const std::set<std::string>& rooms, base::WallTime now);
    void forgetTalks(const base::Identity& who, base::WallTime now);
    void forgetGuests(const base::Identity& who, const std::string& key, base::WallTime now, std::set<std::string>& rooms);
    Store& m_store;
};

/// What was deleted is not left behind in the database's own journal, either. Outside transact().
void wipeTraces(Store& store);

/// Rows that belong to nobody, one sentence for each kind that there is; none = good.
std::vector<std::string> orphans(Store& store);

}  // namespace parlour::house

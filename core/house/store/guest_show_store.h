// SPDX-License-Identifier: Apache-2.0
// The talks of guests in the calendar, and who wants to be told of talks. Over a Store, inside transact() only; house thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/local_time.h"
#include "core/house/store/store.h"

namespace parlour::house {

struct GuestShow {
    std::string guest;
    std::string event;                     ///< of the calendar; empty = not scheduled
    std::optional<base::WallTime> started; ///< both sides were ready, or the host did not wait
    std::optional<base::WallTime> ended;   ///< the first live session after that was over
};

class GuestShowStore {
  public:
    explicit GuestShowStore(Store& store) : m_store(store) {}

    /// An empty one where nothing is known.
    GuestShow find(const std::string& guest);
    std::optional<GuestShow> ofEvent(const std::string& event);
    void put(const GuestShow& show);
    /// A live session of this room is over: so is the talk that was on in it.
    void endIn(const base::RoomId& room, base::WallTime at);

  private:
    Store& m_store;
};

class ReminderStore {
  public:
    enum class Moment { before, start };
    explicit ReminderStore(Store& store) : m_store(store) {}

    void set(const std::string& object, const base::Identity& who, bool on, base::WallTime at);
    bool has(const std::string& object, const base::Identity& who);
    std::vector<base::Identity> of(const std::string& object);
    /// Whoever asked about one is told of the other from now on: a guest's talk got its date, or lost it.
    void pass(const std::string& from, const std::string& to);
    /// Those who come or asked, and were not told of the one that begins at `start`; from now on they are.
    std::vector<base::Identity> take(const std::string& event, base::UtcTime start, Moment moment);

  private:
    Store& m_store;
};

}  // namespace parlour::house

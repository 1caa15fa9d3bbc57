// SPDX-License-Identifier: Apache-2.0
// The calendar of a house: talks, who comes, votes on dates, who reads it by which feed. Over a Store, inside transact() only;
// house thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/house/schedule.h"
#include "core/house/store/store.h"

namespace parlour::house {

enum class Rsvp { yes, maybe, no };
std::string_view toString(Rsvp answer);
std::optional<Rsvp> parseRsvp(std::string_view text);

struct RsvpCount {
    int yes = 0;
    int maybe = 0;
};
struct EventPlace {
    base::UtcTime start{};
    std::string id;
};

class ScheduleStore {
  public:
    explicit ScheduleStore(Store& store) : m_store(store) {}

    /// Writes all fields. `end`: of the last one, absent = it comes again for ever.
    void put(const Event& event, std::optional<base::UtcTime> end);
    std::optional<Event> find(const std::string& id);
    std::optional<Event> ofRoom(const base::RoomId& room);
    /// Those that may have something between `from` and `to` (whoever asks expands them), by their first start and id; after
    /// `after`, at most `limit`.
    std::vector<Event> between(base::UtcTime from, base::UtcTime to, const EventPlace& after, int limit);
    /// Rooms, not ended yet, of talks that were over at `before`; at most `limit`. Not that of a guest whose talk was called off
    /// and may get another date, nor one with a later talk.
    std::vector<base::RoomId> roomsLeft(base::UtcTime before, int limit);
    int countUpcoming(const base::Identity& host, base::UtcTime now);

    void setRsvp(const std::string& event, const base::Identity& who, Rsvp answer, base::WallTime at);
    std::optional<Rsvp> rsvp(const std::string& event, const base::Identity& who);
    RsvpCount rsvps(const std::string& event);
    /// Whom a change concerns: said yes or maybe.
    std::vector<base::Identity> coming(const std::string& event);

    /// Replaces what this person voted before.
    void vote(const std::string& event, const base::Identity& who, const std::vector<base::UtcTime>& dates);
    std::map<base::UtcTime, int> votes(const std::string& event);
    std::vector<base::UtcTime> votesOf(const std::string& event, const base::Identity& who);
    void clearVotes(const std::string& event);

    /// One feed per person: a new one replaces the old.
    void setFeed(const base::Identity& who, const std::string& tokenHash, base::WallTime at);
    std::optional<base::Identity> feedOf(const std::string& tokenHash);

    /// Answers, votes and the feed of this person go; talks stay without a host.
    void forget(const base::Identity& who);

  private:
    Store& m_store;
};

}  // namespace parlour::house

// SPDX-License-Identifier: Apache-2.0
// One room on the house thread: its stage, who is connected, what waits for the media engine. Private to house_*.cpp.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "core/house/membership.h"
#include "core/house/stage.h"
#include "core/house/store/desk_store.h"
#include "core/house/store/store.h"
#include "core/server/room_chat.h"
#include "core/server/room_questions.h"
#include "core/server/room_reactions.h"

namespace parlour::server {

/// What waits for the media engine before it may be told. Released in the order of the commits.
struct PendingRelease {
    int acks = 0;
    bool sealed = false;   ///< all media orders are given
    std::optional<base::Error> failure{};   ///< the engine could not yet
    std::function<void()> release;
};

/// How many people came within the last minute.
class ArrivalMeter {
  public:
    void count(base::TimePoint now) {
        m_times.push_back(now);
        if (m_times.size() > kMost) m_times.pop_front();
    }
    int lastMinute(base::TimePoint now) {
        while (!m_times.empty() && now - m_times.front() > std::chrono::minutes(1)) m_times.pop_front();
        return static_cast<int>(m_times.size());
    }

  private:
    static constexpr std::size_t kMost = 100'000;
    std::deque<base::TimePoint> m_times;
};

/// Who has power in the room, there or not: read anew at most once a second, whatever the number of arrivals.
struct KnownPowers {
    static constexpr base::Duration kFresh = std::chrono::seconds(1);
    base::TimePoint read = base::TimePoint::min();
    std::vector<house::NamedPower> people;
};

/// The reactions of the live session, where the house counts them (MediaEngine::countsReactions() is false).
struct HouseReactions {
    base::RoomSid session;
    RoomReactions counted;
    std::uint64_t told = 0;                      ///< RoomReactions::count() that everybody was told last
    base::TimePoint toldAt = base::TimePoint::min();
    bool newsDue = false;                        ///< `news` runs
    base::Timer news;
};

struct HouseRoom {
    house::RoomRow row;
    house::Stage stage;
    std::map<base::Identity, int> transports;
    std::deque<std::shared_ptr<PendingRelease>> pending;
    base::Timer tick;
    house::HostingMeter hosting;
    RoomChat chat;
    ArrivalMeter arrivals;
    KnownPowers powers;
    RoomQuestions questions;
    HouseReactions reactions;
    /// Of the live session that is now: a new one counts from nothing.
    HouseReactions& reactionsNow() {
        if (reactions.session != stage.session.sid) {
            reactions = {};
            reactions.session = stage.session.sid;
        }
        return reactions;
    }
    std::string programMetadata;   ///< JSON object that a program gave (api_key_house.h); the house's own keys win
    static std::string metadataKey(const base::RoomId& room) { return "room_metadata:" + room.str(); }
    std::map<base::Identity, std::int64_t> pictures;   ///< of those who came: when it was set
    void notePicture(const base::Identity& who, std::int64_t ms) {
        if (ms > 0)
            pictures[who] = ms;
        else
            pictures.erase(who);
    }
    std::int64_t pictureMs(const base::Identity& who) const {
        const auto it = pictures.find(who);
        return it == pictures.end() ? 0 : it->second;
    }
};
using HouseRoomPtr = std::shared_ptr<HouseRoom>;

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/server/room_reactions.h"

#include "core/api/house_json.h"
#include "core/signal/data_packet.h"

namespace parlour::server {

RoomReactions::Taken RoomReactions::take(const base::Identity& who, const MediaRights& rights, std::size_t which, base::TimePoint now) {
    if (!rights.canPublishData) return Taken::noRight;
    while (!m_lastSecond.empty() && now - m_lastSecond.front() >= std::chrono::seconds(1)) m_lastSecond.pop_front();
    // Before the person's own pace: whoever is not heard for the crowd may try again.
    if (m_lastSecond.size() >= kRoomPerSecond) return Taken::crowded;
    // Only kRoomPerSecond can be added in a second, and after kBurst / kPerSecond of them one is at rest: so this ends.
    if (m_people.size() >= kWatched && !m_people.contains(who)) std::erase_if(m_people, [&](const auto& one) { return one.second.full(now); });
    if (!m_people.try_emplace(who, kBurst, kPerSecond).first->second.take(now)) return Taken::tooFast;
    m_lastSecond.push_back(now);
    ++m_totals.of[which];
    ++m_count;
    return Taken::counted;
}

base::Bytes RoomReactions::packet() const {
    signal::DataPacket packet;
    packet.value = signal::UserData{signal::kTopicReactions, base::toBytes(base::asBytes(api::toJson(m_totals))), {}};
    return signal::encodeDataPacket(packet);
}

}  // namespace parlour::server

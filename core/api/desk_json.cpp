// SPDX-License-Identifier: Apache-2.0
#include "core/api/desk_types.h"

#include "core/api/json_codec.h"

namespace parlour::api {

template <class V, Same<RoomSettings> T>
void describe(V& v, T& t) {
    v.field("preset", t.preset);
    v.field("hands", t.hands);
    v.field("slot_seconds", t.slotSeconds);
    v.field("turn_seconds", t.turnSeconds);
    v.field("slot_is_sign", t.slotIsSign);
    v.field("waiting_room", t.waitingRoom);
    v.field("stage_only", t.stageOnly);
    v.field("joins_per_minute", t.joinsPerMinute);
    v.field("cap", t.cap);
    v.field("overflow", t.overflow, Need::optional);
    v.field("version", t.version);
    v.field("changed_ms", t.changedMs, Need::optional);
    v.field("changed_by_name", t.changedByName, Need::optional);
}
template <class V, Same<RoomSettingsWish> T>
void describe(V& v, T& t) {
    v.field("preset", t.preset, Need::optional, 32);
    v.field("hands", t.hands);
    v.field("slot_seconds", t.slotSeconds);
    v.field("turn_seconds", t.turnSeconds);
    v.field("slot_is_sign", t.slotIsSign);
    v.field("waiting_room", t.waitingRoom);
    v.field("stage_only", t.stageOnly);
    v.field("joins_per_minute", t.joinsPerMinute);
    v.field("cap", t.cap);
    v.field("overflow", t.overflow);
    v.field("if_version", t.ifVersion);
}
template <class V, Same<Line> T>
void describe(V& v, T& t) {
    v.field("state", t.state);
    v.field("place", t.place);
    v.field("waiting", t.waiting);
    v.field("inside", t.inside);
    v.field("moderated", t.moderated, Need::optional);
    v.field("awaits", t.awaits, Need::optional);
    v.field("retry_after_s", t.retryAfterSeconds);
    v.field("overflow", t.overflow, Need::optional);
}
template <class V, Same<WaitingPerson> T>
void describe(V& v, T& t) {
    v.field("identity", t.identity);
    v.field("name", t.name, Need::optional);
    v.field("picture_ms", t.pictureMs, Need::optional);
}
template <class V, Same<WaitingList> T>
void describe(V& v, T& t) {
    v.field("waiting", t.waiting);
}
template <class V, Same<RoomLoad> T>
void describe(V& v, T& t) {
    v.field("people", t.people);
    v.field("cap", t.cap);
    v.field("waiting_count", t.waitingCount);
    v.field("arrivals_last_minute", t.arrivalsLastMinute);
    v.field("overflow", t.overflow);
    v.field("door_locked", t.doorLocked);
    v.field("moderated", t.moderated);
    v.field("busy_percent", t.busyPercent);
    v.field("packets_per_second", t.packetsPerSecond);
    v.field("capacity", t.capacity);
    v.field("room_for", t.roomFor);
    v.field("words", t.words);
    v.field("waiting", t.waiting);
}
template <class V, Same<BanInfo> T>
void describe(V& v, T& t) {
    v.field("identity", t.identity, Need::optional);
    v.field("link", t.link, Need::optional);
    v.field("name", t.name, Need::optional);
    v.field("until_ms", t.untilMs);
}
template <class V, Same<BanList> T>
void describe(V& v, T& t) {
    v.field("bans", t.bans);
}
template <class V, Same<BanLift> T>
void describe(V& v, T& t) {
    v.field("identity", t.identity, Need::optional);
    v.field("link", t.link, Need::optional);
}

PARLOUR_JSON(RoomSettings)
PARLOUR_JSON(RoomSettingsWish)
PARLOUR_JSON(Line)
PARLOUR_JSON(WaitingPerson)
PARLOUR_JSON(WaitingList)
PARLOUR_JSON(RoomLoad)
PARLOUR_JSON(BanInfo)
PARLOUR_JSON(BanList)
PARLOUR_JSON(BanLift)

}  // namespace parlour::api

// SPDX-License-Identifier: Apache-2.0
// Door: what carries the sound of a house. Real: BuiltinEngine (our SFU); a LiveKit cluster in a later issue. Fake: tests.
// Commands come from the house thread, are carried out on the media thread, and are acknowledged only when they are in
// force: an "ok" to a person leaves after commit and acknowledgement (security I7, T1, T3).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/ids.h"
#include "core/house/room_load.h"

namespace parlour::server {

/// What one identity may do with media in one room, now.
struct MediaRights {
    bool canPublish = false;      ///< microphone packets are forwarded
    bool forcedMute = false;      ///< held: nothing is forwarded although canPublish
    bool canSubscribe = true;
    bool canPublishData = true;
};

class MediaEngine {
  public:
    using Acknowledge = std::function<void()>;   ///< called on any thread, exactly once

    virtual ~MediaEngine() = default;
    /// Rights of a present or future participant; enforced in the forwarder before `done`. The house calls it on every
    /// admission before it answers: an identity nobody gave rights to, or that was removed since, gets no transport.
    virtual void setRights(const base::RoomId& room, const base::Identity& who, const MediaRights& rights,
                           Acknowledge done) = 0;
    /// Soft mute: nothing more is forwarded until the person unmutes by an own act.
    virtual void mute(const base::RoomId& room, const base::Identity& who, Acknowledge done) = 0;
    /// Frees transport, keys and ufrag; nothing of this identity is forwarded or sent to it any more.
    virtual void remove(const base::RoomId& room, const base::Identity& who, Acknowledge done) = 0;
    /// Data packets of the house to everybody in the room but one (empty = to all), in the order of the calls.
    virtual void relay(const base::RoomId& room, const base::Identity& except, std::vector<base::Bytes> packets) = 0;
    virtual void endRoom(const base::RoomId& room, Acknowledge done) = 0;
    /// Of the last second. Any thread.
    virtual house::MediaLoad load() const { return {}; }
};

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// Door: what carries the sound of a house. Real: BuiltinEngine (our SFU), LiveKitEngine (a LiveKit server). Fake: tests.
// Commands come from the house thread and are acknowledged only when they are in force: an "ok" to a person leaves after
// commit and acknowledgement (security I7, T1, T3).
#pragma once

#include <concepts>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/house/room_load.h"

namespace parlour::server {

/// What one identity may do with media in one room, now.
struct MediaRights {
    bool canPublish = false;      ///< microphone packets are forwarded
    bool forcedMute = false;      ///< held: nothing is forwarded although canPublish
    bool canSubscribe = true;
    bool canPublishData = true;
    bool operator==(const MediaRights&) const = default;
};

/// "It is in force", or why it is not yet: an engine that fails keeps the order and carries it out when it can.
/// Called on any thread, exactly once.
class MediaAcknowledge {
  public:
    MediaAcknowledge() = default;
    template <class F>
        requires(!std::same_as<F, MediaAcknowledge> && std::invocable<F&, base::Result<void>>)
    MediaAcknowledge(F done) : m_done(std::move(done)) {}
    template <class F>   // for those to whom it does not matter
        requires(!std::same_as<F, MediaAcknowledge> && !std::invocable<F&, base::Result<void>> && std::invocable<F&>)
    MediaAcknowledge(F done) : m_done([done = std::move(done)](base::Result<void>) mutable { done(); }) {}

    explicit operator bool() const { return static_cast<bool>(m_done); }
    void operator()(base::Result<void> result = {}) const {
        if (m_done) m_done(std::move(result));
    }

  private:
    std::function<void(base::Result<void>)> m_done;
};

class MediaEngine {
  public:
    using Acknowledge = MediaAcknowledge;

    virtual ~MediaEngine() = default;
    /// Rights of a present or future participant; enforced in the forwarder before `done`. The house calls it on every
    /// admission before it answers: an identity nobody gave rights to, or that was removed since, gets no transport.
    virtual void setRights(const base::RoomId& room, const base::Identity& who, const MediaRights& rights,
                           Acknowledge done) = 0;
    /// Soft mute: nothing more is forwarded until the person unmutes by an own act.
    virtual void mute(const base::RoomId& room, const base::Identity& who, Acknowledge done) = 0;
    /// Frees transport, keys and ufrag; nothing of this identity is forwarded or sent to it any more.
    virtual void remove(const base::RoomId& room, const base::Identity& who, Acknowledge done) = 0;
    /// Data packets of the house to everybody in the room but one (empty = to all), in the order of the calls. An engine
    /// that cannot leave one out may send to all. User data without a sender says how something stands: a newer packet of its
    /// topic may take the place of one that still waits.
    virtual void relay(const base::RoomId& room, const base::Identity& except, std::vector<base::Bytes> packets) = 0;
    /// What people send over the data channel comes to this engine, which counts reactions there; else the house counts them.
    virtual bool countsReactions() const { return false; }
    virtual void endRoom(const base::RoomId& room, Acknowledge done) = 0;
    /// Of the last second. Any thread.
    virtual house::MediaLoad load() const { return {}; }
};

}  // namespace parlour::server

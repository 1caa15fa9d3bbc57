// SPDX-License-Identifier: Apache-2.0
// A LiveKit server behind the MediaEngine door. House thread: knows what LiveKit calls each live session, and hands the
// house's orders to LiveKitRooms on the net thread. The names are random, written down before they are used, and never used
// again once the session is over: no old token opens the next one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/doors/executor.h"
#include "core/base/error.h"
#include "core/server/livekit_rooms.h"
#include "core/server/media_engine.h"

namespace parlour::server {

/// Where the names are kept; house thread.
struct LiveKitNames {
    std::function<base::Result<std::optional<std::string>>(const base::RoomId&)> load;
    std::function<base::Result<void>(const base::RoomId&, const std::string& name)> save;   ///< "" = none any more
    /// Under which the names of the last sessions that ended are kept, in one text.
    static inline const base::RoomId kEnded{"ended"};
};

class LiveKitEngine final : public MediaEngine {
  public:
    LiveKitEngine(base::Executor& net, std::shared_ptr<LiveKitRooms> rooms, LiveKitNames names);

    void setRights(const base::RoomId& room, const base::Identity& who, const MediaRights& rights, Acknowledge done) override;
    void mute(const base::RoomId& room, const base::Identity& who, Acknowledge done) override;
    void remove(const base::RoomId& room, const base::Identity& who, Acknowledge done) override;
    void relay(const base::RoomId& room, const base::Identity& except, std::vector<base::Bytes> packets) override;
    void endRoom(const base::RoomId& room, Acknowledge done) override;
    /// LiveKit has forgotten the room `old` that goes on there: the session gets another name, unless it cannot be written down now.
    void renew(const base::RoomId& room, const std::string& old);
    /// Once, at the start: what ended while LiveKit or this process was away ends now.
    void endForgotten();

  private:
    struct Name {
        std::string name;
        bool fresh = false;   ///< made by this process
        bool over = false;    ///< its session has ended, which could not be written down
    };
    /// The name of the live session, made if there is none.
    base::Result<Name> nameOf(const base::RoomId& room);
    base::Result<Name> makeName(const base::RoomId& room);
    base::Result<void> keepEnded(const std::string& name);
    base::Result<void> loadEnded();
    void toRooms(std::function<void(LiveKitRooms&)> order, Acknowledge done);

    base::Executor& m_net;
    std::weak_ptr<LiveKitRooms> m_rooms;
    LiveKitNames m_names;
    std::map<base::RoomId, Name> m_known;
    std::optional<std::string> m_ended;   ///< names, a blank before each; the newest last. None: not read yet
};

}  // namespace parlour::server

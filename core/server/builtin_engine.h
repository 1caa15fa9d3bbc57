// SPDX-License-Identifier: Apache-2.0
// The built-in SFU behind the MediaEngine door: one media thread with one UDP port. Commands of the house and the net thread
// reach it by one queue each; whatever it has to tell net is posted there. start() makes the thread; a test gives a
// DatagramSocket and an Executor instead and has the same engine on virtual time.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/doors/clock.h"
#include "core/base/doors/datagram_socket.h"
#include "core/base/doors/executor.h"
#include "core/base/error.h"
#include "core/server/media_engine.h"
#include "core/server/media_types.h"
#include "core/server/media_worker.h"

namespace parlour::server {

struct BuiltinEngineConfig {
    /// One socket each, all on one port; 0 = a free one. Usually 127.0.0.1, or every address of the machine.
    std::vector<base::SocketAddress> bind;
    /// Told to clients instead of the bound addresses (a public address in front of a NAT); empty = the bound ones.
    std::vector<base::IpAddress> advertise;
};

/// A datagram that came or goes by a stream (ice_tcp.h).
struct StreamPacket {
    base::SocketAddress from;
    base::SocketAddress to;
    base::Bytes bytes;
};

class BuiltinEngine final : public MediaEngine {
  public:
    /// Opens the port and starts the thread. `net` gets the events; it must outlive the engine.
    static base::Result<std::unique_ptr<BuiltinEngine>> start(base::Executor& net, const base::Clock& clock,
                                                              const BuiltinEngineConfig& config);
    /// Runs on `media` and `socket`, both owned by the caller, without a thread of its own.
    static std::unique_ptr<BuiltinEngine> onExecutor(base::Executor& net, const base::Clock& clock, base::Executor& media,
                                                     base::DatagramSocket& socket);
    /// Closes all transports and joins. Net thread.
    ~BuiltinEngine() override;

    /// Where clients send to, with the real port.
    const std::vector<base::SocketAddress>& addresses() const;

    // MediaEngine: house thread.
    void setRights(const base::RoomId& room, const base::Identity& who, const MediaRights& rights,
                   Acknowledge done) override;
    void mute(const base::RoomId& room, const base::Identity& who, Acknowledge done) override;
    void remove(const base::RoomId& room, const base::Identity& who, Acknowledge done) override;
    void relay(const base::RoomId& room, const base::Identity& except, std::vector<base::Bytes> packets) override;
    void endRoom(const base::RoomId& room, Acknowledge done) override;
    bool countsReactions() const override { return true; }
    house::MediaLoad load() const override;

    // For livekit_endpoint: net thread.
    /// Events come on the net thread; set before the first open().
    void setSink(MediaSink sink);
    /// What leaves from a local address with this port is given to `sink`, on the net thread. The port is not that of UDP.
    using StreamSink = std::function<void(const StreamPacket&)>;
    void setStreams(std::uint16_t port, StreamSink sink);
    void handleStream(StreamPacket packet);
    /// Packets for streams that were lost because the net thread did not keep up. Any thread.
    std::uint64_t streamsDropped() const;
    SessionId open(const base::RoomId& room, const base::Identity& who, const base::ParticipantSid& sid, bool autoSubscribe,
                   bool single = false);
    void close(SessionId session);
    /// One turn on the session, if it still exists by then. False: the media thread does not keep up; give the session up.
    bool post(SessionId session, std::function<void(MediaSession&)> action);

    /// Numbers for /metrics, answered on the net thread.
    void stats(std::function<void(MediaWorkerStats)> answer);

  private:
    struct Impl;
    explicit BuiltinEngine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// Everything one media thread owns, without the thread and the socket: rooms, sessions, demux, timers. Fed with commands,
// datagrams and time; drained through the send batch and the sink. One per core later: a room lives on one worker.
// Thread: media (or a test's).
#pragma once

#include <map>
#include <memory>
#include <span>
#include <vector>

#include "core/server/media_room.h"
#include "core/server/media_types.h"

namespace parlour::server {

struct MediaWorkerConfig {
    std::vector<base::SocketAddress> advertised;  ///< what clients may send to: our candidates
    sfu::SendBatch::Sink send;
    MediaSink sink;
};

struct MediaWorkerStats {
    sfu::ForwarderStats forwarder;
    DataStats data;
    std::uint64_t datagrams = 0;
    std::uint64_t strangers = 0;    ///< datagrams of nobody's: dropped unanswered
    std::size_t sessions = 0;
    std::size_t rooms = 0;
    std::size_t publishers = 0;
    std::size_t subscribers = 0;
};

class MediaWorker {
  public:
    explicit MediaWorker(MediaWorkerConfig config);
    ~MediaWorker();

    // House.
    void setRights(const base::RoomId& room, const base::Identity& who, const MediaRights& rights, base::TimePoint now);
    void mute(const base::RoomId& room, const base::Identity& who, base::TimePoint now);
    void remove(const base::RoomId& room, const base::Identity& who, base::TimePoint now);
    void relay(const base::RoomId& id, const base::Identity& except, const std::vector<base::Bytes>& packets, base::TimePoint now);
    void endRoom(const base::RoomId& room, base::TimePoint now);

    // Net.
    void open(const SessionOpen& open, base::TimePoint now);
    void close(SessionId session, base::TimePoint now);
    /// Runs `action` on the session, if it still exists, as one turn.
    template <class Action>
    void with(SessionId session, base::TimePoint now, Action&& action) {
        m_context.now = now;
        if (auto* s = find(session)) action(*s);
        endTurn();
    }

    // Network and time.
    void handleDatagram(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                        std::span<std::byte> datagram);
    void handleTimeout(base::TimePoint now);
    base::TimePoint nextTimeout() const;
    /// Sends what is in the batch; after each receive batch and each command.
    void flush() { m_batch.flush(); }
    /// Closes every transport in order (close_notify goes out).
    void shutDown(base::TimePoint now);

    MediaWorkerStats stats() const;
    std::uint64_t forwarded() const { return m_forwarder.stats().packetsOut; }

  private:
    MediaSession* find(SessionId session);
    MediaRoom& room(const base::RoomId& id);
    void forgetIdle(const base::RoomId& id);
    void endTurn();

    MediaSink m_sink;
    sfu::SendBatch m_batch;
    sfu::Forwarder m_forwarder;
    PeerTable m_peers;
    MediaContext m_context;
    std::map<base::RoomId, std::unique_ptr<MediaRoom>> m_rooms;
    std::map<SessionId, MediaRoom*> m_roomOf;
    base::TimePoint m_speakersDue = base::kNever;
    base::TimePoint m_reactionsDue = base::kNever;
    base::TimePoint m_secondDue = base::kNever;
    int m_seconds = 0;
    std::uint64_t m_datagrams = 0;
    std::uint64_t m_strangers = 0;
};

}  // namespace parlour::server

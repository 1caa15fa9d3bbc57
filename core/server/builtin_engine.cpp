// SPDX-License-Identifier: Apache-2.0
#include "core/server/builtin_engine.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "core/base/queue.h"
#include "core/base/thread.h"
#include "core/base/thread_checker.h"
#include "core/server/in_flight.h"
#include "core/sfu/udp_port.h"

namespace parlour::server {
namespace {

constexpr std::size_t kQueue = 16'384;          // commands that may wait for the media thread
constexpr base::Duration kLongestSleep = std::chrono::milliseconds(500);
constexpr std::size_t kMostFramedWaiting = 8192;   // packets for TCP on their way to the net thread: a second of 160 listeners
constexpr int kBatchesPerTurn = 8;              // then commands and timers get their turn (64 datagrams each)

/// What the media thread says of its last second; read by others.
class LoadMeter {
  public:
    /// Once per turn, with the time it waited for packets in it.
    void turn(base::TimePoint now, base::Duration waited, std::uint64_t forwarded) {
        if (m_since == base::TimePoint{}) m_since = now;
        m_waited += waited;
        const auto elapsed = now - m_since;
        if (elapsed < std::chrono::seconds(1)) return;
        const double seconds = std::chrono::duration<double>(elapsed).count();
        m_busy.store(std::clamp(1.0 - std::chrono::duration<double>(m_waited).count() / seconds, 0.0, 1.0), std::memory_order_relaxed);
        m_rate.store(static_cast<double>(forwarded - m_forwarded) / seconds, std::memory_order_relaxed);
        m_since = now;
        m_waited = {};
        m_forwarded = forwarded;
    }
    house::MediaLoad read() const { return {m_busy.load(std::memory_order_relaxed), m_rate.load(std::memory_order_relaxed)}; }

  private:
    base::TimePoint m_since{};
    base::Duration m_waited{};
    std::uint64_t m_forwarded = 0;
    std::atomic<double> m_busy{0}, m_rate{0};
};

using Command = std::function<void(MediaWorker&, base::TimePoint)>;

}  // namespace

// What the events on their way to net share with the engine, so that none arrives after it is gone. Net thread.
struct SinkHolder {
    MediaSink sink;
    BuiltinEngine::StreamSink streams;
    InFlight framed{kMostFramedWaiting};   // any thread
};

struct BuiltinEngine::Impl {
    base::Executor& net;
    const base::Clock& clock;
    std::shared_ptr<SinkHolder> holder = std::make_shared<SinkHolder>();
    std::vector<base::SocketAddress> addresses;
    std::unique_ptr<MediaWorker> worker;
    std::uint64_t nextSession = 1;
    std::atomic<std::uint16_t> streamPort{0};   // packets that leave from it go by streams, on the net thread

    // With a thread of its own.
    std::unique_ptr<sfu::UdpPort> port;
    base::SpscQueue<Command> fromHouse{kQueue};
    base::SpscQueue<Command> fromNet{kQueue};
    std::atomic<bool> stopping{false};
    LoadMeter load;
    base::Thread thread;

    // On somebody else's executor.
    base::Executor* media = nullptr;
    base::DatagramSocket* socket = nullptr;
    base::Timer timer;
    base::TimePoint timerDue = base::kNever;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);

    Impl(base::Executor& n, const base::Clock& c) : net(n), clock(c) {}

    void makeWorker(sfu::SendBatch::Sink send) {
        MediaWorkerConfig config;
        config.advertised = addresses;
        config.send = std::move(send);
        // Each event is its own task: a slow one delays nobody's packets.
        config.sink.onSession = [this](SessionId session, SessionEvent event) {
            net.post([holder = holder, session, event = std::move(event)]() mutable {
                if (holder->sink.onSession) holder->sink.onSession(session, std::move(event));
            });
        };
        config.sink.onSpeakers = [this](const base::RoomId& room, std::vector<SpeakerLevel> levels) {
            net.post([holder = holder, room, levels = std::move(levels)]() mutable {
                if (holder->sink.onSpeakers) holder->sink.onSpeakers(room, std::move(levels));
            });
        };
        config.sink.onQuality = [this](const base::RoomId& room, std::vector<SessionQuality> list) {
            net.post([holder = holder, room, list = std::move(list)]() mutable {
                if (holder->sink.onQuality) holder->sink.onQuality(room, std::move(list));
            });
        };
        worker = std::make_unique<MediaWorker>(std::move(config));
    }

    void sendAll(std::span<const sfu::OutgoingPacket> packets) {
        const auto number = streamPort.load(std::memory_order_relaxed);
        const auto byStream = [number](const sfu::OutgoingPacket& p) { return p.from.port == number; };
        if (number == 0 || std::none_of(packets.begin(), packets.end(), byStream)) return port->send(packets);
        std::vector<sfu::OutgoingPacket> datagrams;
        std::vector<StreamPacket> framed;
        for (const auto& p : packets) {
            if (byStream(p))
                framed.push_back({p.from, p.to, base::toBytes(p.bytes)});
            else
                datagrams.push_back(p);
        }
        if (!datagrams.empty()) port->send(datagrams);
        // A net thread that stands still loses them, as a full link would.
        if (!holder->framed.take(framed.size())) return;
        net.post([holder = holder, framed = std::move(framed)] {
            holder->framed.arrived(framed.size());
            if (holder->streams)
                for (const auto& p : framed) holder->streams(p);
        });
    }

    void run() {
        const auto receiver = [this](const base::SocketAddress& local, const base::SocketAddress& from,
                                     std::span<std::byte> bytes) { worker->handleDatagram(clock.now(), local, from, bytes); };
        while (!stopping.load(std::memory_order_acquire)) {
            Command command;
            while (fromHouse.pop(command)) command(*worker, clock.now());
            while (fromNet.pop(command)) command(*worker, clock.now());
            command = nullptr;
            worker->handleTimeout(clock.now());
            worker->flush();
            const auto now = clock.now();
            const auto due = worker->nextTimeout();
            const auto sleep = due <= now ? base::Duration{0} : std::min<base::Duration>(due - now, kLongestSleep);
            // A command pushed from here on has called wake() after its push, so wait() returns at once.
            if (fromHouse.front() == nullptr && fromNet.front() == nullptr) port->wait(sleep);
            const auto woken = clock.now();
            load.turn(woken, woken - now, worker->forwarded());
            for (int i = 0; i < kBatchesPerTurn && port->receive(receiver); ++i) worker->flush();
            worker->flush();
        }
        Command command;
        while (fromHouse.pop(command)) command(*worker, clock.now());
        worker->shutDown(clock.now());
        worker.reset();
    }

    void armTimer() {
        const auto due = worker->nextTimeout();
        if (due == timerDue) return;
        timerDue = due;
        if (due == base::kNever) {
            timer.cancel();
            return;
        }
        timer = media->postAfter(std::max(due - clock.now(), base::Duration{0}), [this] {
            timerDue = base::kNever;
            worker->handleTimeout(clock.now());
            worker->flush();
            armTimer();
        });
    }

    bool push(base::SpscQueue<Command>& queue, Command command, bool mayWait) {
        if (media != nullptr) {
            media->post([this, guard = std::weak_ptr<bool>(alive), command = std::move(command)] {
                if (guard.expired()) return;
                command(*worker, clock.now());
                worker->flush();
                armTimer();
            });
            return true;
        }
        // The house may block and must not lose an acknowledgement; net must not block and gives the session up.
        while (true) {
            auto copy = command;
            if (queue.push(std::move(copy))) break;
            if (!mayWait) return false;
            port->wake();
            std::this_thread::yield();
        }
        port->wake();
        return true;
    }
};

BuiltinEngine::BuiltinEngine(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

base::Result<std::unique_ptr<BuiltinEngine>> BuiltinEngine::start(base::Executor& net, const base::Clock& clock,
                                                                  const BuiltinEngineConfig& config) {
    auto port = sfu::UdpPort::open(config.bind);
    if (!port) return base::Unexpected(port.error());
    auto impl = std::make_unique<Impl>(net, clock);
    impl->port = std::move(*port);
    impl->addresses = impl->port->localAddresses();
    if (!config.advertise.empty()) {
        const auto number = impl->addresses.front().port;
        impl->addresses.clear();
        for (const auto& ip : config.advertise) impl->addresses.push_back({ip, number});
    }
    auto* raw = impl.get();
    raw->makeWorker([raw](std::span<const sfu::OutgoingPacket> packets) { raw->sendAll(packets); });
    raw->thread = base::Thread("media", base::ThreadPriority::normal, [raw] { raw->run(); });
    return std::unique_ptr<BuiltinEngine>(new BuiltinEngine(std::move(impl)));
}

std::unique_ptr<BuiltinEngine> BuiltinEngine::onExecutor(base::Executor& net, const base::Clock& clock, base::Executor& media,
                                                         base::DatagramSocket& socket) {
    auto impl = std::make_unique<Impl>(net, clock);
    auto* raw = impl.get();
    raw->media = &media;
    raw->socket = &socket;
    raw->addresses = {socket.localAddress()};
    raw->makeWorker([raw](std::span<const sfu::OutgoingPacket> packets) {
        for (const auto& p : packets) raw->socket->send(p.bytes, p.to);
    });
    socket.onDatagram([raw](std::span<const std::byte> datagram, const base::SocketAddress& from) {
        base::Bytes copy(datagram.begin(), datagram.end());
        raw->worker->handleDatagram(raw->clock.now(), raw->socket->localAddress(), from, copy);
        raw->worker->flush();
        raw->armTimer();
    });
    return std::unique_ptr<BuiltinEngine>(new BuiltinEngine(std::move(impl)));
}

BuiltinEngine::~BuiltinEngine() {
    m_impl->holder->sink = {};
    m_impl->holder->streams = {};   // what is still posted must not reach whoever owned us
    if (m_impl->port) {
        m_impl->stopping.store(true, std::memory_order_release);
        m_impl->port->wake();
        m_impl->thread.join();
    } else {
        m_impl->alive.reset();
        m_impl->socket->onDatagram({});
        m_impl->worker->shutDown(m_impl->clock.now());
    }
}

const std::vector<base::SocketAddress>& BuiltinEngine::addresses() const { return m_impl->addresses; }

void BuiltinEngine::setRights(const base::RoomId& room, const base::Identity& who, const MediaRights& rights,
                              Acknowledge done) {
    m_impl->push(m_impl->fromHouse,
                 [=, done = std::move(done)](MediaWorker& worker, base::TimePoint now) {
                     worker.setRights(room, who, rights, now);
                     if (done) done();
                 },
                 true);
}

void BuiltinEngine::mute(const base::RoomId& room, const base::Identity& who, Acknowledge done) {
    m_impl->push(m_impl->fromHouse,
                 [=, done = std::move(done)](MediaWorker& worker, base::TimePoint now) {
                     worker.mute(room, who, now);
                     if (done) done();
                 },
                 true);
}

void BuiltinEngine::remove(const base::RoomId& room, const base::Identity& who, Acknowledge done) {
    m_impl->push(m_impl->fromHouse,
                 [=, done = std::move(done)](MediaWorker& worker, base::TimePoint now) {
                     worker.remove(room, who, now);
                     if (done) done();
                 },
                 true);
}

void BuiltinEngine::relay(const base::RoomId& room, const base::Identity& except, std::vector<base::Bytes> packets) {
    m_impl->push(m_impl->fromHouse,
                 [=, packets = std::move(packets)](MediaWorker& worker, base::TimePoint now) {
                     worker.relay(room, except, packets, now);
                 },
                 true);
}

void BuiltinEngine::endRoom(const base::RoomId& room, Acknowledge done) {
    m_impl->push(m_impl->fromHouse,
                 [=, done = std::move(done)](MediaWorker& worker, base::TimePoint now) {
                     worker.endRoom(room, now);
                     if (done) done();
                 },
                 true);
}

house::MediaLoad BuiltinEngine::load() const { return m_impl->load.read(); }

void BuiltinEngine::setSink(MediaSink sink) { m_impl->holder->sink = std::move(sink); }

void BuiltinEngine::setStreams(std::uint16_t port, StreamSink sink) {
    m_impl->holder->streams = std::move(sink);
    m_impl->streamPort.store(port, std::memory_order_relaxed);
}

void BuiltinEngine::handleStream(StreamPacket packet) {
    m_impl->push(
        m_impl->fromNet,
        [packet = std::move(packet)](MediaWorker& worker, base::TimePoint now) {
            auto bytes = packet.bytes;
            worker.handleDatagram(now, packet.to, packet.from, bytes);
        },
        false);   // when the media thread does not keep up it is lost, as a datagram would be
}

SessionId BuiltinEngine::open(const base::RoomId& room, const base::Identity& who, const base::ParticipantSid& sid,
                              bool autoSubscribe, bool single) {
    const SessionId id{m_impl->nextSession++};
    SessionOpen open{id, room, who, sid, autoSubscribe, single};
    const bool queued = m_impl->push(
        m_impl->fromNet,
        [open = std::move(open)](MediaWorker& worker, base::TimePoint now) { worker.open(open, now); }, false);
    if (!queued)
        m_impl->net.post([holder = m_impl->holder, id] {
            if (holder->sink.onSession) holder->sink.onSession(id, SessionClosed{SessionEnd::stalled});
        });
    return id;
}

void BuiltinEngine::close(SessionId session) {
    // Losing this one would keep a ghost listening: it may wait.
    m_impl->push(m_impl->fromNet,
                 [session](MediaWorker& worker, base::TimePoint now) { worker.close(session, now); }, true);
}

bool BuiltinEngine::post(SessionId session, std::function<void(MediaSession&)> action) {
    return m_impl->push(
        m_impl->fromNet,
        [session, action = std::move(action)](MediaWorker& worker, base::TimePoint now) {
            worker.with(session, now, action);
        },
        false);
}

std::uint64_t BuiltinEngine::streamsDropped() const { return m_impl->holder->framed.refused(); }

void BuiltinEngine::stats(std::function<void(MediaWorkerStats)> answer) {
    m_impl->push(
        m_impl->fromNet,
        [this, answer = std::move(answer)](MediaWorker& worker, base::TimePoint) {
            m_impl->net.post([answer, stats = worker.stats()] { answer(stats); });
        },
        false);
}

}  // namespace parlour::server

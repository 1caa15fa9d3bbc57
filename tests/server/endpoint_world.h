// SPDX-License-Identifier: Apache-2.0
// A whole live room in one thread on virtual time: the real endpoint, media engine and client PeerConnections; the house is
// played by the test. People are scripted clients that do what stock SDKs do.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/rtc/certificate.h"
#include "core/rtc/peer_connection.h"
#include "core/server/livekit_endpoint.h"
#include "core/signal/codec.h"
#include "core/signal/data_packet.h"
#include "tests/support/manual_executor.h"
#include "tests/support/memory_channel.h"
#include "tests/support/memory_socket.h"

namespace parlour::tests {

inline base::SocketAddress onLoopback(std::uint16_t port) { return {base::IpAddress::v4({127, 0, 0, 1}), port}; }

/// The house, as far as the endpoint sees it: tokens are "join:NAME" and "refresh:NAME", everybody is in room "r".
struct PlayedHouse {
    struct Person {
        server::MediaRights rights;
        bool removed = false;
    };
    std::map<std::string, Person> people;
    std::vector<std::string> log;
    std::uint64_t chatNumber = 0;
    std::optional<base::Error> wantRefused;
    server::MediaEngine* engine = nullptr;

    static base::RoomId room() { return base::RoomId("r"); }

    server::EndpointHouse door() {
        server::EndpointHouse d;
        d.admit = [this](const server::AdmitRequest& request, auto answer) {
            const auto colon = request.token.find(':');
            if (colon == std::string::npos)
                return answer(base::fail(base::ErrorKind::untrusted, "token_invalid", "This token is not valid."));
            const auto name = request.token.substr(colon + 1);
            const auto it = people.find(name);
            if (it == people.end())
                return answer(base::fail(base::ErrorKind::notFound, "resume_unknown", "Nobody of this name is here."));
            if (it->second.removed)
                return answer(base::fail(base::ErrorKind::refused, "removed", "You were removed from this room."));
            server::Admission a;
            a.room = room();
            a.roomSid = base::RoomSid("RM_abc");
            a.roomTitle = "Garden";
            a.roomMetadata = R"({"hands_locked":false})";
            a.identity = base::Identity(name);
            a.name = name;
            a.attributes = {{"parlour.seat", it->second.rights.canPublish ? "stage" : "audience"}, {"parlour.power", ""}};
            a.rights = it->second.rights;
            a.refreshToken = "refresh:" + name;
            engine->setRights(room(), a.identity, a.rights, [answer, a] { answer(a); });
        };
        d.validate = [](const std::string& token, auto answer) {
            if (token.rfind("join:", 0) == 0) return answer(base::Result<void>{});
            if (token.rfind("gone:", 0) == 0) return answer(base::fail(base::ErrorKind::notFound, "room_unknown", "This room is gone."));
            answer(base::fail(base::ErrorKind::untrusted, "token_invalid", "This token is not valid."));
        };
        d.connected = [this](const base::RoomId&, const base::Identity& who) { log.push_back("connected " + who.str()); };
        d.disconnected = [this](const base::RoomId&, const base::Identity& who) { log.push_back("disconnected " + who.str()); };
        d.want = [this](const base::RoomId&, const base::Identity& who, const std::string& value, auto answer) {
            log.push_back("want " + who.str() + " " + value);
            if (wantRefused) return answer(base::Unexpected(*wantRefused));
            answer(base::Result<std::uint64_t>(1));
        };
        d.unmuted = [this](const base::RoomId&, const base::Identity& who) { log.push_back("unmuted " + who.str()); };
        d.spoke = [this](const base::RoomId&, const base::Identity& who) { log.push_back("spoke " + who.str()); };
        d.refreshToken = [this](const base::RoomId&, const base::Identity& who, auto answer) {
            log.push_back("refresh " + who.str());
            answer(base::Result<std::string>("refresh:" + who.str()));
        };
        d.chat = [this](const server::ChatPost& post, auto answer) {
            ++chatNumber;
            engine->relay(post.room, post.author, server::chatPackets(post.author, post.sid, post.text, 1, chatNumber));
            answer(base::Result<std::uint64_t>(chatNumber));
        };
        return d;
    }
};

class ScriptedClient;

struct World {
    ManualClock clock;
    ManualExecutor executor{clock};
    MemoryNetwork network{executor, 1};
    std::unique_ptr<MemorySocket> serverSocket = network.open(onLoopback(7000));
    PlayedHouse house;
    std::unique_ptr<server::BuiltinEngine> engine = server::BuiltinEngine::onExecutor(executor, clock, executor, *serverSocket);
    std::unique_ptr<server::LiveKitEndpoint> endpoint;
    server::HouseEvents events;
    std::vector<ScriptedClient*> clients;
    std::uint16_t nextPort = 20'000;

    World() {
        house.engine = engine.get();
        endpoint = std::make_unique<server::LiveKitEndpoint>(executor, clock, *engine, house.door());
        events = endpoint->houseEvents();
    }
    /// Time passes; everybody's packets and timers run.
    void run(base::Duration time);
    void admit(const std::string& name, bool stage) { house.people[name].rights.canPublish = stage; }
    /// A house decision: media first, then the broadcast, as HouseService orders it.
    void decide(const std::string& name, server::MediaRights rights, std::map<std::string, std::string> attributes = {}) {
        house.people[name].rights = rights;
        const base::Identity who(name);
        engine->setRights(PlayedHouse::room(), who, rights, [this, who, name, rights, attributes] {
            executor.post([=, this] { events.onPerson({PlayedHouse::room(), who, name, attributes, rights, false, false}); });
        });
        run(std::chrono::milliseconds(1));
    }
};

class ScriptedClient {
  public:
    ScriptedClient(World& world, std::string name)
        : m_world(world), m_name(std::move(name)), m_publisherSocket(world.network.open(onLoopback(world.nextPort++))),
          m_subscriberSocket(world.network.open(onLoopback(world.nextPort++))), publisher(config(true)), subscriber(config(false)) {
        world.clients.push_back(this);
        plug(publisher, *m_publisherSocket);
        plug(subscriber, *m_subscriberSocket);
    }
    ~ScriptedClient() { std::erase(m_world.clients, this); }

    void connect(const std::string& token, bool resume = false) {
        auto ends = MemoryChannel::pair(m_world.executor);
        auto serverEnd = ends.second;
        listen(ends.first);
        refusedStatus = 0;
        m_world.endpoint->connect({token, resume, true, 17, 2},
                                  {[serverEnd]() -> std::shared_ptr<base::Channel> { return serverEnd; },
                                   [this](int status, std::string body) {
                                       refusedStatus = status;
                                       refusedBody = std::move(body);
                                   }});
    }
    void join(base::Duration time = std::chrono::milliseconds(600)) {
        connect("join:" + m_name);
        m_world.run(time);
    }
    void send(const signal::SignalRequest& request) { channel->send(signal::encode(request)); }
    void sendRaw(base::ByteView bytes) { channel->send(bytes); }

    /// AddTrack and, once it is published, the offer, as stock SDKs do.
    void publish(bool muted = false, bool disableRed = false) {
        signal::AddTrack request;
        request.disableRed = disableRed;
        request.cid = m_name + "-mic";
        request.muted = muted;
        send(request);
    }
    void offerSection() {
        if (!sender) sender = publisher.addAudioSender({"stream", m_name + "-mic", true});
        offer();
    }
    void offer() {
        auto sdp = publisher.createOffer(m_world.clock.now());
        if (sdp) send(signal::Offer{{"offer", *sdp, ++m_offerId, {}}});
    }
    /// A 20 ms frame each 20 ms of run(), from now on.
    void talk(bool on) { talking = on; }

    void step() {
        const auto now = m_world.clock.now();
        if (talking && sender && now >= m_nextFrame) {
            m_nextFrame = now + std::chrono::milliseconds(20);
            base::OpusFrame frame;
            frame.size = 60;
            frame.payload.fill(std::byte{0x33});
            frame.payload[0] = std::byte{0x48};
            frame.payload[1] = static_cast<std::byte>(m_name[0]);
            frame.sequence = m_sequence++;
            frame.rtpTimestamp = static_cast<std::uint32_t>(frame.sequence * 960);
            frame.level.value = static_cast<std::uint8_t>(20 + frame.sequence % 3);
            publisher.sendFrame(*sender, frame, now);
        }
        for (auto* pc : {&publisher, &subscriber}) {
            pc->handleTimeout(now);
            drain(*pc);
        }
    }

    template <class T>
    std::vector<T> all() const {
        std::vector<T> out;
        for (const auto& m : received)
            if (const auto* t = std::get_if<T>(&m)) out.push_back(*t);
        return out;
    }
    template <class T>
    std::optional<T> last() const {
        const auto list = all<T>();
        return list.empty() ? std::nullopt : std::optional<T>(list.back());
    }
    /// What this client believes about somebody, by applying all it was told.
    std::optional<signal::ParticipantInfo> knows(const std::string& name) const {
        const auto it = roster.find(name);
        return it == roster.end() ? std::nullopt : std::optional(it->second);
    }
    /// Frames heard since the last call, by the first letter of who said them.
    std::map<char, int> takeHeard() { return std::exchange(heard, {}); }

    std::shared_ptr<MemoryChannel> channel;
    std::vector<signal::SignalResponse> received;
    std::map<std::string, signal::ParticipantInfo> roster;
    std::map<char, int> heard;
    std::vector<signal::DataPacket> data;
    std::optional<int> closedCode;
    int refusedStatus = 0;
    std::string refusedBody;
    bool answersOffers = true;
    bool takesRed = true;    ///< false: a client that does not know RFC 2198
    bool talking = false;
    std::optional<rtc::SenderId> sender;

  private:
    World& m_world;
    std::string m_name;
    std::unique_ptr<MemorySocket> m_publisherSocket;
    std::unique_ptr<MemorySocket> m_subscriberSocket;

  public:
    rtc::PeerConnection publisher;
    rtc::PeerConnection subscriber;

  private:
    static rtc::PeerConnectionConfig config(bool opensChannels) {
        static const auto certificate = rtc::Certificate::generate();
        rtc::PeerConnectionConfig c;
        c.transport.certificate = certificate;
        c.cname = "c";
        c.createChannels = opensChannels;
        return c;
    }
    void plug(rtc::PeerConnection& pc, MemorySocket& socket) {
        pc.addLocalAddress(socket.localAddress());
        socket.onDatagram([this, &pc, &socket](std::span<const std::byte> bytes, const base::SocketAddress& from) {
            base::Bytes copy(bytes.begin(), bytes.end());
            pc.handleDatagram(m_world.clock.now(), socket.localAddress(), from, copy);
            drain(pc);
        });
    }
    void drain(rtc::PeerConnection& pc) {
        auto& socket = &pc == &publisher ? *m_publisherSocket : *m_subscriberSocket;
        while (auto d = pc.pollDatagram()) socket.send(d->bytes, d->to);
        while (auto e = pc.pollEvent()) {
            if (auto* frame = std::get_if<rtc::RemoteFrame>(&*e)) ++heard[static_cast<char>(frame->frame.payload[1])];
            if (auto* packet = std::get_if<rtc::DataReceived>(&*e))
                if (auto decoded = signal::decodeDataPacket(packet->bytes)) data.push_back(*decoded);
            if (auto* candidate = std::get_if<rtc::LocalCandidate>(&*e); candidate && channel)
                send(signal::Trickle{rtc::toCandidateInit(candidate->candidate, candidate->mid),
                                     &pc == &publisher ? signal::SignalTarget::publisher : signal::SignalTarget::subscriber,
                                     false});
        }
    }
    void listen(std::shared_ptr<MemoryChannel> end) {
        channel = std::move(end);
        closedCode.reset();
        channel->onMessage([this](std::span<const std::byte> bytes) {
            auto message = signal::decodeResponse(bytes);
            if (!message) return;
            received.push_back(*message);
            handle(received.back());
        });
        channel->onClosed([this](int code, const std::string&) { closedCode = code; });
    }
    void handle(const signal::SignalResponse& message) {
        const auto now = m_world.clock.now();
        if (const auto* join = std::get_if<signal::Join>(&message)) {
            for (const auto& p : join->others) roster[p.identity.str()] = p;
            roster[m_name] = join->participant;
        } else if (const auto* offered = std::get_if<signal::Offer>(&message)) {
            if (!answersOffers) return;
            auto sdp = offered->description.sdp;
            for (std::size_t at; !takesRed && (at = sdp.find(" red/")) != std::string::npos;) sdp.replace(at, 5, " any/");
            auto answer = subscriber.acceptOffer(sdp, now);
            if (answer) send(signal::Answer{{"answer", *answer, offered->description.id, {}}});
        } else if (const auto* answer = std::get_if<signal::Answer>(&message)) {
            (void)publisher.acceptAnswer(answer->description.sdp, now);
        } else if (const auto* trickle = std::get_if<signal::Trickle>(&message)) {
            auto& pc = trickle->target == signal::SignalTarget::publisher ? publisher : subscriber;
            if (const auto candidate = rtc::parseCandidateInit(trickle->candidateInit)) pc.addRemoteCandidate(*candidate, now);
        } else if (const auto* update = std::get_if<signal::ParticipantUpdate>(&message)) {
            for (const auto& p : update->participants) {
                auto& known = roster[p.identity.str()];
                if (known.sid == p.sid && p.version < known.version) continue;
                known = p;
                if (p.state == signal::ParticipantState::disconnected) roster.erase(p.identity.str());
            }
        } else if (std::get_if<signal::TrackPublished>(&message) != nullptr) {
            offerSection();
        }
    }

    std::uint32_t m_offerId = 0;
    std::int64_t m_sequence = 0;
    base::TimePoint m_nextFrame{};
};

inline void World::run(base::Duration time) {
    constexpr auto kStep = std::chrono::milliseconds(5);
    for (const auto end = clock.now() + time; clock.now() < end;) {
        executor.runFor(std::min<base::Duration>(kStep, end - clock.now()));
        for (auto* c : clients) c->step();
        executor.runReady();
    }
}

}  // namespace parlour::tests

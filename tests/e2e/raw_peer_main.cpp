// SPDX-License-Identifier: Apache-2.0
// A peer without manners, for raw_sender_test.py: it speaks the real protocol over real sockets, and once its microphone is
// connected it obeys nobody. The microphone's socket is deaf (no goodbye of the server is ever read) and a packet leaves each
// 20 ms, whatever the server says on the signalling connection and also after that one is gone.
//   parlour_raw_peer talk   URL TOKEN LETTER    prints {"event":"sent","t","packets"} twice a second; {"event":"refused","t"} when
//                                               it may not publish, and sends all the same
//   parlour_raw_peer listen URL TOKEN           prints {"event":"heard","t","who":LETTER} for each packet that arrives
// t is the monotonic clock in seconds (Python's time.monotonic()). Runs until SIGTERM.
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "core/net/event_loop.h"
#include "core/net/udp_socket.h"
#include "core/room/media_link.h"
#include "core/room/signal_connection.h"
#include "core/rtc/certificate.h"

using namespace parlour;
using namespace std::chrono_literals;

namespace {

const auto kLoopback = base::IpAddress::v4({127, 0, 0, 1});
constexpr auto kPumpStep = 5ms;
constexpr auto kFrame = 20ms;

void print(const char* event, base::TimePoint now, const std::string& more) {
    const double t = std::chrono::duration<double>(now.time_since_epoch()).count();
    std::printf("{\"event\":\"%s\",\"t\":%.4f%s}\n", event, t, more.c_str());
    std::fflush(stdout);
}

rtc::PeerConnectionConfig config(std::shared_ptr<const rtc::Certificate> certificate, bool publisher) {
    rtc::PeerConnectionConfig c;
    c.transport.certificate = std::move(certificate);
    c.transport.controlling = publisher;
    c.createChannels = publisher;
    c.cname = "raw";
    return c;
}

/// The microphone: its own pump instead of room::MediaLink, because that one would read the server's goodbye.
class Microphone {
  public:
    Microphone(net::EventLoop& loop, std::shared_ptr<const rtc::Certificate> certificate, char letter,
               std::function<void(const signal::SignalRequest&)> say)
        : m_loop(loop), m_letter(letter), m_say(std::move(say)), m_connection(config(std::move(certificate), true)) {
        auto socket = net::UdpSocket::bind(loop, {kLoopback, 0});
        if (!socket) return;
        m_socket = std::move(*socket);
        m_connection.addLocalAddress(m_socket->localAddress());
        m_socket->onDatagram([this](std::span<const std::byte> datagram, const base::SocketAddress& from) {
            std::array<std::byte, 2048> buffer;
            if (m_deaf || datagram.size() > buffer.size()) return;
            std::copy(datagram.begin(), datagram.end(), buffer.begin());
            m_connection.handleDatagram(now(), m_socket->localAddress(), from, std::span(buffer).first(datagram.size()));
        });
        step();
    }
    void offer() {
        if (!m_sender) m_sender = m_connection.addAudioSender({"stream", "raw-mic", false});
        if (auto sdp = m_connection.createOffer(now())) m_say(signal::Offer{{"offer", *sdp, ++m_offers, {}}});
    }
    void answered(const std::string& sdp) { (void)m_connection.acceptAnswer(sdp, now()); }
    void candidate(const rtc::IceCandidate& c) { m_connection.addRemoteCandidate(c, now()); }

  private:
    base::TimePoint now() const { return m_loop.clock().now(); }
    void step() {
        const auto at = now();
        // Without timers no consent ever goes stale: a polite client would fall silent by itself 2.5 s after its removal.
        if (!m_deaf) m_connection.handleTimeout(at);
        m_deaf = m_deaf || m_connection.state() == rtc::TransportState::connected;
        if (m_deaf)
            for (; m_nextFrame <= at; m_nextFrame += kFrame) {
                if (m_packets == 0) m_nextFrame = at;
                talk(at);
            }
        while (auto datagram = m_connection.pollDatagram()) m_socket->send(datagram->bytes, datagram->to);
        while (auto event = m_connection.pollEvent())
            if (const auto* local = std::get_if<rtc::LocalCandidate>(&*event))
                m_say(signal::Trickle{rtc::toCandidateInit(local->candidate, local->mid), signal::SignalTarget::publisher, false});
        m_timer = m_loop.postAfter(kPumpStep, [this] { step(); });
    }
    void talk(base::TimePoint at) {
        base::OpusFrame frame;
        frame.size = 60;
        frame.payload.fill(std::byte{0x33});
        frame.payload[0] = std::byte{0x48};
        frame.payload[1] = static_cast<std::byte>(m_letter);
        frame.sequence = m_packets;
        frame.rtpTimestamp = static_cast<std::uint32_t>(m_packets * 960);
        frame.level.value = static_cast<std::uint8_t>(20 + m_packets % 3);
        m_connection.sendFrame(*m_sender, frame, at);
        if (++m_packets % 25 == 0) print("sent", at, ",\"packets\":" + std::to_string(m_packets));
    }

    net::EventLoop& m_loop;
    char m_letter;
    std::function<void(const signal::SignalRequest&)> m_say;
    std::unique_ptr<net::UdpSocket> m_socket;
    rtc::PeerConnection m_connection;
    std::optional<rtc::SenderId> m_sender;
    std::uint32_t m_offers = 0;
    bool m_deaf = false;
    std::int64_t m_packets = 0;
    base::TimePoint m_nextFrame{};
    base::Timer m_timer;
};

class Peer {
  public:
    Peer(net::EventLoop& loop, const char* url, const char* token, char letter) : m_loop(loop) {
        const auto certificate = rtc::Certificate::generate();
        m_ears = std::make_unique<room::MediaLink>(loop, config(certificate, false), room::MediaWays({kLoopback}),
                                                   [this](rtc::PeerEvent& event) { heard(event); });
        if (letter != 0)
            m_microphone = std::make_unique<Microphone>(loop, certificate, letter,
                                                        [this](const signal::SignalRequest& request) { say(request); });
        m_signal = std::make_unique<room::SignalConnection>(
            loop, room::SignalTarget{url, {}, token, {}}, [this](signal::SignalResponse message) { handle(message); },
            [this](room::SignalEnd end) {
                print("signal_ended", m_loop.clock().now(), ",\"status\":" + std::to_string(end.status));
                m_signalling = false;
            });
    }

  private:
    void say(const signal::SignalRequest& request) {
        if (m_signalling) m_signal->send(request);
    }
    void heard(rtc::PeerEvent& event) {
        if (const auto* frame = std::get_if<rtc::RemoteFrame>(&event)) {
            print("heard", m_ears->now(), std::string(",\"who\":\"") + static_cast<char>(frame->frame.payload[1]) + "\"");
        } else if (const auto* local = std::get_if<rtc::LocalCandidate>(&event)) {
            say(signal::Trickle{rtc::toCandidateInit(local->candidate, local->mid), signal::SignalTarget::subscriber, false});
        }
    }
    void handle(signal::SignalResponse& message) {
        if (const auto* join = std::get_if<signal::Join>(&message)) {
            m_signal->keepAlive(join->pingIntervalS, join->pingTimeoutS);
            print("joined", m_loop.clock().now(), "");
            if (!m_microphone) return;
            signal::AddTrack track;
            track.cid = "raw-mic";
            say(track);
        } else if (std::get_if<signal::TrackPublished>(&message) != nullptr) {
            if (m_microphone) m_microphone->offer();
        } else if (const auto* reply = std::get_if<signal::RequestResponse>(&message)) {
            // Not allowed to publish: a peer without manners sends all the same.
            const bool refused = reply->reason != signal::RequestReason::ok && reply->reason != signal::RequestReason::queued;
            if (!m_microphone || !refused || std::get_if<signal::AddTrack>(&reply->echo) == nullptr) return;
            print("refused", m_loop.clock().now(), "");
            m_microphone->offer();
        } else if (const auto* offer = std::get_if<signal::Offer>(&message)) {
            if (auto answer = m_ears->connection().acceptOffer(offer->description.sdp, m_ears->now()))
                say(signal::Answer{{"answer", *answer, offer->description.id, {}}});
            m_ears->flush();
        } else if (const auto* answer = std::get_if<signal::Answer>(&message)) {
            if (m_microphone) m_microphone->answered(answer->description.sdp);
        } else if (const auto* trickle = std::get_if<signal::Trickle>(&message)) {
            const auto candidate = rtc::parseCandidateInit(trickle->candidateInit);
            if (!candidate) return;
            if (trickle->target == signal::SignalTarget::subscriber) {
                m_ears->connection().addRemoteCandidate(*candidate, m_ears->now());
                m_ears->flush();
            } else if (m_microphone) {
                m_microphone->candidate(*candidate);
            }
        }
        // Mute, unpublished, permission, leave: heard and ignored.
    }

    net::EventLoop& m_loop;
    bool m_signalling = true;
    std::unique_ptr<room::MediaLink> m_ears;
    std::unique_ptr<Microphone> m_microphone;
    std::unique_ptr<room::SignalConnection> m_signal;
};

}  // namespace

int main(int argc, char** argv) {
    const bool talk = argc == 5 && std::strcmp(argv[1], "talk") == 0 && std::strlen(argv[4]) == 1;
    if (!talk && !(argc == 4 && std::strcmp(argv[1], "listen") == 0)) {
        std::fputs("usage: parlour_raw_peer talk URL TOKEN LETTER | listen URL TOKEN\n", stderr);
        return 2;
    }
    std::signal(SIGTERM, [](int) { std::_Exit(0); });
    net::EventLoop loop;
    const Peer peer(loop, argv[2], argv[3], talk ? argv[4][0] : '\0');
    loop.run();
}

// SPDX-License-Identifier: Apache-2.0
#include "core/server/relay_check.h"

#include <algorithm>
#include <memory>

#include "core/crypto/random.h"
#include "core/net/interfaces.h"
#include "core/net/resolver.h"
#include "core/net/tcp_stream.h"
#include "core/net/udp_socket.h"
#include "core/rtc/turn_redirect.h"
#include "core/server/relays.h"

namespace parlour::server {

namespace {

constexpr base::Duration kPatience = std::chrono::seconds(7);         // for all of them together
constexpr base::Duration kPassing = std::chrono::milliseconds(1500);  // for a datagram through a relay
constexpr base::Duration kAgain = std::chrono::milliseconds(200);

/// Where the house takes sound, as clients and relays are told, and who listens there while we look.
struct MediaPort {
    std::vector<base::SocketAddress> told;
    std::vector<std::unique_ptr<net::UdpSocket>> ears;
    std::vector<std::string> heard;

    MediaPort(net::EventLoop& loop, const ServerConfig& config, bool beside) {
        std::vector<base::IpAddress> own;
        if (!config.listen.ip.isUnspecified()) own.push_back(config.listen.ip);
        else
            for (const auto& local : net::localAddresses()) own.push_back(local.ip);
        auto port = config.udpPort;
        for (const auto& ip : own) {
            if (beside) break;
            auto bound = net::UdpSocket::bind(loop, {ip, port});
            if (!bound) continue;   // said by the check of the port
            port = (*bound)->localAddress().port;
            (*bound)->onDatagram([this](std::span<const std::byte> datagram, const base::SocketAddress&) { heard.emplace_back(base::asText(datagram)); });
            ears.push_back(std::move(*bound));
        }
        if (port == 0) return;
        if (const auto ip = base::IpAddress::parse(config.publicIp)) own = {*ip};
        for (const auto& ip : own) told.push_back({ip, port});
    }
    std::optional<base::SocketAddress> like(const base::IpAddress& ip) const {
        for (const auto& one : told)
            if (one.ip.isV4() == ip.isV4()) return one;
        return std::nullopt;
    }
    bool has(const std::string& word) const { return std::find(heard.begin(), heard.end(), word) != heard.end(); }
};

/// One relay, tried out.
class Trial {
  public:
    Trial(net::EventLoop& loop, const MediaPort& media, rtc::TurnServer server)
        : m_loop(loop), m_media(media), m_server(std::move(server)), m_client(m_server.carrier != rtc::TurnCarrier::udp, m_server.username, m_server.password) {
        if (m_server.carrier == rtc::TurnCarrier::udp) {
            m_opening = net::resolveHost(loop, m_server.host, m_server.port, [this](auto found) {
                if (!found) return end(found.error());
                if (found->empty()) return end({base::ErrorKind::unreachable, "name_not_found", "There is no such name.", {}, {}});
                openUdp(found->front());
            });
            return;
        }
        net::ConnectOptions options;
        options.host = m_server.host;
        options.port = m_server.port;
        options.timeout = std::chrono::seconds(5);
        if (m_server.carrier == rtc::TurnCarrier::tls) options.tls.emplace();   // believed as clients do: the system's authorities
        m_opening = net::connectTcp(loop, std::move(options), [this](auto stream) {
            if (!stream) return end(stream.error());
            m_stream = std::move(*stream);
            m_at = m_stream->remoteAddress();
            m_stream->onClosed([this](const base::Error& why) { end(why); });
            m_stream->onBytes([this](std::span<const std::byte> bytes) {
                m_client.handleBytes(now(), bytes);
                pump();
            });
            m_client.start(now(), family());
            pump();
        });
    }
    /// Gives the allocation back.
    ~Trial() {
        m_over = true;
        m_client.close(now());
        carry();
        if (m_stream) m_stream->closeAfterSending(std::chrono::seconds(1));
    }
    Trial(const Trial&) = delete;

    bool over() const { return m_over; }
    const base::Error& error() const { return m_error; }
    const base::SocketAddress& at() const { return m_at; }
    const std::optional<base::SocketAddress>& relayed() const { return m_client.relayed(); }
    const std::optional<base::SocketAddress>& target() const { return m_target; }
    const std::optional<rtc::TurnRedirect>& redirect() const { return m_client.redirect(); }
    const rtc::TurnServer& server() const { return m_server; }
    bool denied() const { return m_target && m_client.denies(*m_target); }
    bool passed() const { return m_media.has(m_word); }

  private:
    base::TimePoint now() const { return m_loop.clock().now(); }
    void end(const base::Error& error) {
        if (std::exchange(m_over, true)) return;
        m_error = error;
    }
    void openUdp(const base::SocketAddress& server) {
        m_at = server;
        auto bound = net::UdpSocket::bind(m_loop, {server.ip.isV4() ? base::IpAddress::v4({}) : base::IpAddress::v6({}), 0});
        if (!bound) return end(bound.error());
        m_socket = std::move(*bound);
        m_socket->onDatagram([this](std::span<const std::byte> datagram, const base::SocketAddress& from) {
            if (from != m_at) return;
            m_client.handleBytes(now(), datagram);
            pump();
        });
        m_client.start(now(), family());
        pump();
    }
    /// The house's.
    rtc::TurnFamily family() const {
        const bool v6 = !m_media.told.empty() && std::none_of(m_media.told.begin(), m_media.told.end(), [](const auto& a) { return a.ip.isV4(); });
        return v6 ? rtc::TurnFamily::v6 : rtc::TurnFamily::v4;
    }
    void carry() {
        while (auto bytes = m_client.pollBytes()) {
            if (m_socket) m_socket->send(*bytes, m_at);
            if (m_stream) m_stream->send(*bytes);
        }
    }
    void pump() {
        if (m_over) return;
        if (m_client.state() == rtc::TurnState::failed) return end(m_client.failure());
        if (m_client.state() == rtc::TurnState::ready) pass();
        carry();
        auto due = m_client.nextTimeout();
        if (m_target) due = std::min({due, m_sayAt, m_passUntil});
        if (m_over || due == base::kNever) return m_timer.cancel();
        m_timer = m_loop.postAfter(std::max(due - now(), base::Duration{0}), [this] {
            m_client.handleTimeout(now());
            pump();
        });
    }
    /// Says a word to the house's media port through the relay, until it is heard there.
    void pass() {
        if (!m_target) {
            m_target = m_media.like(m_client.relayed()->ip);
            m_passUntil = now() + kPassing;
            if (!m_target) m_over = true;
        }
        if (m_over) return;
        // Beside a running server nobody hears it: that it may go there has to be enough.
        m_over = passed() || m_client.denies(*m_target) || now() >= m_passUntil || (m_media.ears.empty() && m_client.permits(*m_target));
        if (m_over || now() < m_sayAt) return;
        m_client.send(now(), *m_target, base::asBytes(m_word));
        m_sayAt = now() + kAgain;
    }

    net::EventLoop& m_loop;
    const MediaPort& m_media;
    const rtc::TurnServer m_server;
    const std::string m_word = "parlour-check-" + crypto::randomString(16);
    rtc::TurnClient m_client;
    net::Pending m_opening;
    std::unique_ptr<net::UdpSocket> m_socket;
    std::shared_ptr<net::TcpStream> m_stream;
    base::SocketAddress m_at;
    std::optional<base::SocketAddress> m_target;
    base::TimePoint m_sayAt{};
    base::TimePoint m_passUntil = base::kNever;
    base::Error m_error;
    bool m_over = false;
    base::Timer m_timer;
};

bool isOutside(const base::IpAddress& ip) { return !ip.isLoopback() && !ip.isPrivate() && !ip.isLinkLocal() && !ip.isUnspecified(); }

/// For the person who runs both, where the client's own sentence is for a guest.
std::string whatIsWrong(const ServerConfig& config, const Trial& trial) {
    const auto& error = trial.error();
    if (error.code == "turn_no_answer") return "does not answer at " + trial.at().toString() + "; look whether it runs, and whether its port is open";
    if (error.code == "turn_credentials")
        return config.relaySecretFile.empty()
                   ? "does not take the login; compare relays.username and the password with its own"
                   : "does not take the login that the house made; static-auth-secret there has to be what is in " + config.relaySecretFile +
                         ", use-auth-secret has to be on, and both clocks have to be right";
    if (error.code == "turn_forbidden") return "forbids us to use it (" + error.detail + ")";
    if (error.code == "turn_full") return "takes nobody in now (" + error.detail + "); look at user-quota and total-quota";
    if (error.code == "turn_garbled") return "is no relay: what answers at " + trial.at().toString() + " speaks something else";
    if (const auto& redirect = trial.redirect()) {
        const auto next = rtc::followRedirect({trial.server()}, trial.at(), *redirect, {});
        return "sends clients on to " + redirect->to.toString() + ", where they do not go" + (next ? "" : ": " + next.error());
    }
    if (error.code.starts_with("turn_")) return "cannot be used: " + error.message + (error.detail.empty() ? "" : " (" + error.detail + ")");
    return base::describe(error);
}

CheckLine verdict(const ServerConfig& config, const MediaPort& media, const std::string& url, const Trial& trial) {
    const std::string what = "Relay " + url;
    if (trial.redirect() && rtc::followRedirect({trial.server()}, trial.at(), *trial.redirect(), {}))
        return {true, what, "sends clients on to " + trial.redirect()->to.toString() + ", which is not tried from here"};
    if (!trial.relayed()) return {false, what, trial.error().code.empty() ? "nothing came of it in time" : whatIsWrong(config, trial)};
    const auto address = trial.relayed()->toString();
    if (!isOutside(trial.relayed()->ip) && isOutside(trial.at().ip))
        return {false, what, "gives the address " + address + ", which nobody outside reaches; set external-ip in its configuration"};
    if (!trial.target() && media.told.empty()) return {true, what, "gives the address " + address};   // of a port that is not known yet
    if (!trial.target())
        return {false, what, "gives the address " + address + ", and the house takes sound at none of that kind (IPv4 or IPv6)"};
    const auto house = trial.target()->toString();
    if (trial.denied())
        return {false, what, "takes us in, but passes nothing on to " + house + ", where the house takes sound; take it out of denied-peer-ip there"};
    if (!media.ears.empty() && !trial.passed())
        return {false, what, "takes us in, but what it passes on does not arrive at " + house + "; open that UDP port for " + address.substr(0, address.rfind(':')) +
                                 ", or correct server.public_ip"};
    return {true, what, "gives " + address + (media.ears.empty() ? ", and passes on to " : ", and what it passes on arrives at ") + house};
}

}  // namespace

void checkRelays(const ServerConfig& config, const base::Clock& clock, bool beside, std::vector<CheckLine>& lines) {
    const auto relays = Relays::make(config);
    if (!relays) return lines.push_back({false, "Relays", base::describe(relays.error())});
    if (relays->empty()) return;
    net::EventLoop loop;
    MediaPort media(loop, config, beside);
    std::vector<std::unique_ptr<Trial>> trials;
    for (const auto& named : relays->forPerson(base::Identity("parlourd-check"), clock.wallNow()))
        for (const auto& url : named.urls)
            if (auto server = rtc::parseTurnUrl(url, named.username, named.credential)) trials.push_back(std::make_unique<Trial>(loop, media, std::move(*server)));
    loop.runUntil([&] { return std::all_of(trials.begin(), trials.end(), [](const auto& t) { return t->over(); }); }, kPatience);
    for (std::size_t i = 0; i < trials.size(); ++i) lines.push_back(verdict(config, media, relays->urls()[i], *trials[i]));
    trials.clear();
    (void)loop.runUntil([] { return false; }, std::chrono::milliseconds(50));   // their last words
}

}  // namespace parlour::server

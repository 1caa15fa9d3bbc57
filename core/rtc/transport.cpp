// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/transport.h"

#include <algorithm>
#include <variant>

#include "core/base/fifo.h"
#include "core/base/prefetch.h"
#include "core/rtc/certificate.h"
#include "core/rtc/dtls_session.h"
#include "core/rtc/ice_agent.h"
#include "core/rtc/ice_lite.h"
#include "core/rtc/srtp_session.h"
#include "core/rtc/stun.h"

namespace parlour::rtc {

namespace {

constexpr std::size_t kMaxQueuedEvents = 64;
constexpr std::size_t kMaxQueuedDatagrams = 256;
constexpr std::size_t kMaxEarlyDtls = 4;  // a browser's ClientHello is two datagrams

enum class PacketKind { stun, dtls, rtp, rtcp, unknown };

/// RFC 7983 section 7 and RFC 5761 section 4.
PacketKind kindOf(base::ByteView datagram) {
    if (datagram.size() < 2) return PacketKind::unknown;
    const auto first = std::to_integer<unsigned>(datagram[0]);
    const auto second = std::to_integer<unsigned>(datagram[1]);
    if (first <= 3) return PacketKind::stun;
    if (first >= 20 && first <= 63) return PacketKind::dtls;
    if (first < 128 || first > 191) return PacketKind::unknown;
    return second >= 192 && second <= 223 ? PacketKind::rtcp : PacketKind::rtp;
}

}  // namespace

struct Transport::Impl {
    TransportConfig config;
    std::variant<IceAgent, IceLite> ice;
    Fingerprint remoteFingerprint;
    std::optional<DtlsRole> role;
    std::optional<DtlsSession> dtls;
    base::Fifo<base::Bytes> earlyDtls;  // from a validated tuple, before the description came
    std::optional<SrtpSender> sender;
    std::optional<SrtpReceiver> receiver;
    TransportState state = TransportState::fresh;
    bool closed = false;
    bool wasConnected = false;
    std::optional<Route> route;
    TransportStats stats;
    base::Fifo<OutgoingDatagram> out;
    base::Fifo<TransportEvent> events;

    explicit Impl(TransportConfig c)
        : config(std::move(c)),
          ice(config.iceMode == IceMode::full ? decltype(ice)(std::in_place_type<IceAgent>, config.controlling,
                                                                    IceWays{config.direct, config.streams, config.relays})
                                              : decltype(ice)(std::in_place_type<IceLite>)) {}

    template <class F>
    decltype(auto) withIce(F&& f) {
        return std::visit(std::forward<F>(f), ice);
    }
    template <class F>
    decltype(auto) withIce(F&& f) const {
        return std::visit(std::forward<F>(f), ice);
    }

    void queue(const Route& via, base::Bytes bytes) {
        if (out.size() >= kMaxQueuedDatagrams) out.pop_front();
        out.push_back({via.local, via.remote, std::move(bytes)});
    }
    void emit(TransportEvent event) {
        if (events.size() >= kMaxQueuedEvents) events.pop_front();
        events.push_back(std::move(event));
    }

    void settle(base::TimePoint now);
    void startDtls(base::TimePoint now);
    void drainDtls();
    TransportState currentState() const;
    std::string failureReason() const;
    void handleStun(base::TimePoint now, const Route& tuple, base::ByteView datagram);
    void handleDtls(base::TimePoint now, base::ByteView datagram);
    Incoming take(Incoming::Kind kind, const SrtpPlain& plain, const Route& tuple, base::TimePoint now);
};

/// Everything that follows from whatever just happened: route, handshake, keys, queues, state.
void Transport::Impl::settle(base::TimePoint now) {
    withIce([&](auto& agent) {
        while (auto datagram = agent.pollDatagram()) {
            if (out.size() >= kMaxQueuedDatagrams) out.pop_front();
            out.push_back(std::move(*datagram));
        }
        if (agent.route() && agent.route() != route) emit(RouteChanged{agent.route()->local, agent.route()->remote});
        route = agent.route();
    });
    startDtls(now);
    drainDtls();
    const auto next = currentState();
    // Nothing may follow a close_notify (RFC 5246 section 7.2.1), checks included.
    closed |= next == TransportState::closed;
    if (next == state) return;
    state = next;
    wasConnected |= state == TransportState::connected;
    emit(TransportStateChanged{state, state == TransportState::failed ? failureReason() : std::string()});
}

std::string Transport::Impl::failureReason() const {
    if (dtls && dtls->state() == DtlsState::failed) return dtls->failure();
    return wasConnected ? "The connection was lost and did not come back."
                        : "No network path to the other side works.";
}

void Transport::Impl::startDtls(base::TimePoint now) {
    if (!role || !route || closed) return;
    if (!dtls) {
        dtls.emplace(config.certificate, *role, remoteFingerprint);
        dtls->start(now);
        while (!earlyDtls.empty()) {
            const auto datagram = std::move(earlyDtls.front());
            earlyDtls.pop_front();
            dtls->handleDatagram(now, datagram);
        }
    }
    if (dtls->state() == DtlsState::connected && !sender && dtls->keys()) {
        const auto& keys = *dtls->keys();
        sender.emplace(keys.profile, keys.local);
        receiver.emplace(keys.profile, keys.remote,
                         config.iceMode == IceMode::lite ? kMaxInboundSsrcs : kMaxServerSsrcs);
    }
}

void Transport::Impl::drainDtls() {
    if (!dtls) return;
    while (auto datagram = dtls->pollDatagram())
        if (route) queue(*route, std::move(*datagram));
    if (dtls->state() == DtlsState::failed || dtls->state() == DtlsState::closed) {
        sender.reset();
        receiver.reset();
    }
}

TransportState Transport::Impl::currentState() const {
    if (closed || (dtls && dtls->state() == DtlsState::closed)) return TransportState::closed;
    if (dtls && dtls->state() == DtlsState::failed) return TransportState::failed;
    switch (withIce([](const auto& agent) { return agent.state(); })) {
        case IceState::idle: return TransportState::fresh;
        case IceState::checking: return TransportState::checking;
        case IceState::connected:
            return dtls && dtls->state() == DtlsState::connected ? TransportState::connected
                                                                 : TransportState::connecting;
        case IceState::disconnected: return TransportState::disconnected;
        case IceState::failed: return TransportState::failed;
    }
    return TransportState::failed;
}

void Transport::Impl::handleStun(base::TimePoint now, const Route& tuple, base::ByteView datagram) {
    const auto message = parseStun(datagram);
    if (!message) {
        ++stats.dropped;
        return;
    }
    const bool proved =
        withIce([&](auto& agent) { return agent.handleStun(now, tuple.local, tuple.remote, *message); });
    if (!proved) ++stats.authFailures;
}

void Transport::Impl::handleDtls(base::TimePoint now, base::ByteView datagram) {
    if (dtls) {
        dtls->handleDatagram(now, datagram);
    } else if (earlyDtls.size() < kMaxEarlyDtls) {
        earlyDtls.push_back(base::toBytes(datagram));
    } else {
        ++stats.dropped;
    }
}

Incoming Transport::Impl::take(Incoming::Kind kind, const SrtpPlain& plain, const Route& tuple, base::TimePoint now) {
    switch (plain.verdict) {
        case SrtpVerdict::ok:
            if (auto* agent = std::get_if<IceAgent>(&ice)) agent->noteReceived(tuple, kind == Incoming::Kind::rtp, now);
            return {kind, plain.packet};
        case SrtpVerdict::malformed: ++stats.dropped; break;
        case SrtpVerdict::unauthentic: ++stats.authFailures; break;
        case SrtpVerdict::replayed: ++stats.replayed; break;
    }
    return {};
}

Transport::Transport(TransportConfig config) : m_impl(std::make_unique<Impl>(std::move(config))) {}
Transport::~Transport() = default;
Transport::Transport(Transport&&) noexcept = default;
Transport& Transport::operator=(Transport&&) noexcept = default;

const IceParameters& Transport::localIce() const {
    return m_impl->withIce([](const auto& agent) -> const IceParameters& { return agent.local(); });
}

const Fingerprint& Transport::localFingerprint() const { return m_impl->config.certificate->fingerprint(); }

base::Result<void> Transport::setRemote(const IceParameters& ice, const Fingerprint& fingerprint, DtlsRole ownRole,
                                        base::TimePoint now) {
    auto& s = *m_impl;
    // RFC 8839 section 5.4.
    if (ice.ufrag.size() < 4 || ice.ufrag.size() > 256 || ice.pwd.size() < 22 || ice.pwd.size() > 256)
        return base::fail(base::ErrorKind::invalidInput, "bad_ice_parameters",
                          "The other side's connection data is not usable.", {}, "ice-ufrag or ice-pwd");
    if (fingerprint.sha256.size() != 95)
        return base::fail(base::ErrorKind::invalidInput, "bad_fingerprint",
                          "The other side named no usable certificate.", {}, "a=fingerprint is not SHA-256");
    if (s.role && (*s.role != ownRole || s.remoteFingerprint.sha256 != fingerprint.sha256))
        return base::fail(base::ErrorKind::refused, "dtls_changed",
                          "The other side changed its certificate or role in the middle of a connection.", {},
                          "a=fingerprint or a=setup differs");
    if (s.withIce([](const auto& agent) { return agent.hasRemote() && agent.local().lite; }) && ice.lite)
        return base::fail(base::ErrorKind::invalidInput, "both_lite", "Neither side would look for a way.");
    s.role = ownRole;
    s.remoteFingerprint = fingerprint;
    s.withIce([&](auto& agent) { agent.setRemote(ice, now); });
    s.settle(now);
    return {};
}

bool Transport::hasRemote() const { return m_impl->role.has_value(); }

IceCandidate Transport::addLocalAddress(const base::SocketAddress& address, CandidateType type) {
    if (auto* agent = std::get_if<IceAgent>(&m_impl->ice)) return agent->addLocalAddress(address, type);
    return std::get<IceLite>(m_impl->ice).addLocalAddress(address);
}

void Transport::removeLocalAddress(const base::SocketAddress& address, base::TimePoint now) {
    if (auto* agent = std::get_if<IceAgent>(&m_impl->ice)) agent->removeLocalAddress(address, now);
    m_impl->settle(now);
}

std::optional<PathWish> Transport::pollWish() {
    auto* agent = std::get_if<IceAgent>(&m_impl->ice);
    return agent && !m_impl->closed ? agent->pollWish() : std::nullopt;
}

void Transport::allowRelays() {
    if (auto* agent = std::get_if<IceAgent>(&m_impl->ice)) agent->allowRelays();
}

bool Transport::streamOpened(const Route& stream, base::TimePoint now) {
    auto* agent = std::get_if<IceAgent>(&m_impl->ice);
    const bool taken = agent && !m_impl->closed && agent->streamOpened(stream, now);
    m_impl->settle(now);
    return taken;
}

void Transport::streamClosed(const Route& stream, base::TimePoint now) {
    if (auto* agent = std::get_if<IceAgent>(&m_impl->ice)) agent->streamClosed(stream, now);
    m_impl->settle(now);
}

bool Transport::needsStream(const Route& stream) const {
    const auto* agent = std::get_if<IceAgent>(&m_impl->ice);
    return agent && agent->needsStream(stream);
}

void Transport::probe(base::TimePoint now) {
    if (auto* agent = std::get_if<IceAgent>(&m_impl->ice)) agent->probe(now);
    m_impl->settle(now);
}

void Transport::noteMediaSent(base::TimePoint now) {
    if (auto* agent = std::get_if<IceAgent>(&m_impl->ice)) agent->noteMediaSent(now);
}

const std::vector<IceCandidate>& Transport::localCandidates() const {
    return m_impl->withIce([](const auto& agent) -> const std::vector<IceCandidate>& { return agent.localCandidates(); });
}

void Transport::addRemoteCandidate(const IceCandidate& candidate, base::TimePoint now) {
    auto& s = *m_impl;
    if (auto* agent = std::get_if<IceAgent>(&s.ice); agent && !agent->addRemoteCandidate(candidate, now))
        ++s.stats.ignoredCandidates;
    s.settle(now);
}

void Transport::restartIce(base::TimePoint now) {
    m_impl->withIce([&](auto& agent) { agent.restart(now); });
    m_impl->settle(now);
}

std::vector<std::string> Transport::liveUfrags() const {
    return m_impl->withIce([](const auto& agent) { return agent.liveUfrags(); });
}

Incoming Transport::handleDatagram(base::TimePoint now, const base::SocketAddress& local,
                                   const base::SocketAddress& from, std::span<std::byte> datagram) {
    auto& s = *m_impl;
    ++s.stats.datagramsIn;
    s.stats.bytesIn += datagram.size();
    const auto kind = kindOf(datagram);
    if (s.closed || kind == PacketKind::unknown ||
        (kind != PacketKind::stun && !s.withIce([&](const auto& agent) { return agent.isValid(local, from); }))) {
        ++s.stats.dropped;
        return {};
    }
    switch (kind) {
        case PacketKind::rtp:
            if (s.receiver) return s.take(Incoming::Kind::rtp, s.receiver->unprotectRtp(datagram), {local, from}, now);
            break;
        case PacketKind::rtcp:
            if (s.receiver) return s.take(Incoming::Kind::rtcp, s.receiver->unprotectRtcp(datagram), {local, from}, now);
            break;
        case PacketKind::stun:
            s.handleStun(now, {local, from}, datagram);
            s.settle(now);
            return {};
        case PacketKind::dtls:
            s.handleDtls(now, datagram);
            s.settle(now);
            return {};
        case PacketKind::unknown: break;
    }
    ++s.stats.dropped;
    return {};
}

void Transport::handleTimeout(base::TimePoint now) {
    auto& s = *m_impl;
    if (s.closed) return;
    s.withIce([&](auto& agent) {
        if (now >= agent.nextTimeout()) agent.handleTimeout(now);
    });
    if (s.dtls && now >= s.dtls->nextTimeout()) s.dtls->handleTimeout(now);
    s.settle(now);
}

base::TimePoint Transport::nextTimeout() const {
    const auto& s = *m_impl;
    if (s.closed || (s.dtls && s.dtls->state() == DtlsState::failed)) return base::kNever;
    const auto ice = s.withIce([](const auto& agent) { return agent.nextTimeout(); });
    return s.dtls ? std::min(ice, s.dtls->nextTimeout()) : ice;
}

std::optional<OutgoingDatagram> Transport::pollDatagram() {
    auto& s = *m_impl;
    if (s.out.empty()) return std::nullopt;
    auto datagram = std::move(s.out.front());
    s.out.pop_front();
    ++s.stats.datagramsOut;
    s.stats.bytesOut += datagram.bytes.size();
    return datagram;
}

std::optional<TransportEvent> Transport::pollEvent() {
    auto& s = *m_impl;
    if (s.events.empty()) return std::nullopt;
    auto event = std::move(s.events.front());
    s.events.pop_front();
    return event;
}

std::optional<base::Bytes> Transport::pollData() {
    return m_impl->dtls ? m_impl->dtls->pollData() : std::nullopt;
}

void Transport::sendData(base::TimePoint now, base::ByteView sctpPacket) {
    auto& s = *m_impl;
    if (!s.dtls || !s.route) return;
    s.dtls->send(sctpPacket);
    s.settle(now);
}

std::size_t Transport::protectRtp(base::ByteView header, base::ByteView payload, std::span<std::byte> out) {
    auto& s = *m_impl;
    if (!s.sender || !s.route) return 0;
    const auto size = s.sender->protectRtp(header, payload, out);
    s.stats.datagramsOut += size != 0;
    s.stats.bytesOut += size;
    return size;
}

std::size_t Transport::protectRtcp(base::ByteView packet, std::span<std::byte> out) {
    auto& s = *m_impl;
    if (!s.sender || !s.route) return 0;
    const auto size = s.sender->protectRtcp(packet, out);
    s.stats.datagramsOut += size != 0;
    s.stats.bytesOut += size;
    return size;
}

void Transport::prefetch(unsigned step) const {
    const auto& s = *m_impl;
    if (step > 0) {
        if (s.sender) s.sender->prefetch(step - 1);
        return;
    }
    base::prefetch(&s.sender);
    base::prefetch(&s.route, sizeof s.route);
    base::prefetch(&s.stats);
}

void Transport::forgetOutgoing(std::uint32_t ssrc) {
    if (m_impl->sender) m_impl->sender->forgetSsrc(ssrc);
}

std::optional<Route> Transport::route() const { return m_impl->route; }
TransportState Transport::state() const { return m_impl->state; }

TransportStats Transport::stats() const {
    auto stats = m_impl->stats;
    if (const auto* agent = std::get_if<IceAgent>(&m_impl->ice)) stats.roundTrip = agent->roundTrip();
    return stats;
}

void Transport::close(base::TimePoint now) {
    auto& s = *m_impl;
    if (s.closed) return;
    if (s.dtls) s.dtls->close();
    s.settle(now);
    s.closed = true;
    s.settle(now);
}

}  // namespace parlour::rtc

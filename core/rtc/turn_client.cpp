// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/turn_client.h"

#include <algorithm>
#include <utility>

namespace parlour::rtc {

namespace {

constexpr std::size_t kMaxQueued = 256;
constexpr std::size_t kMaxReceived = 2048;   // one read of a stream, in its smallest frames
constexpr std::size_t kHeader = 4;          // of ChannelData
constexpr std::size_t kStunHeader = 20;
constexpr std::uint16_t kLastChannel = 0x4FFF;
constexpr base::Duration kShortest = std::chrono::seconds(5);

std::uint16_t methodOf(int ask) {
    constexpr std::uint16_t kMethods[] = {kTurnAllocate, kTurnRefresh, kTurnCreatePermission, kTurnChannelBind};
    return kMethods[ask];
}

/// A minute before the end, as RFC 8656 section 7 wants; of a short life its half.
base::Duration refreshAfter(std::uint32_t seconds) {
    const base::Duration life = std::chrono::seconds(std::min<std::uint32_t>(seconds, 3600));
    return std::max(kShortest, life > std::chrono::seconds(120) ? life - std::chrono::seconds(60) : life / 2);
}

}  // namespace

TurnClient::TurnClient(bool stream, std::string username, std::string password)
    : m_stream(stream), m_username(std::move(username)), m_password(std::move(password)) {}

void TurnClient::start(base::TimePoint now, TurnFamily family) {
    if (m_state != TurnState::idle) return;
    m_family = family;
    m_state = TurnState::allocating;
    request(now, Ask::allocate, {}, 0);
}

void TurnClient::emit(base::Bytes bytes) {
    if (m_out.size() >= kMaxQueued) m_out.pop_front();
    m_out.push_back(std::move(bytes));
}

bool TurnClient::asked(Ask ask, const base::SocketAddress& peer) const {
    return std::any_of(m_open.begin(), m_open.end(), [&](const Transaction& t) { return t.ask == ask && t.peer == peer; });
}

void TurnClient::request(base::TimePoint now, Ask ask, const base::SocketAddress& peer, int staleNonces) {
    Transaction t{ask, peer};
    t.id = randomTransactionId();
    StunWriter writer(StunClass::request, methodOf(static_cast<int>(ask)), t.id);
    switch (ask) {
        case Ask::allocate:
            writer.requestedTransportUdp();
            if (m_family == TurnFamily::v6) writer.requestedFamilyV6();
            if (m_family == TurnFamily::both) writer.additionalFamilyV6();
            break;
        case Ask::refresh: break;   // the relay's usual life
        case Ask::permission: writer.xorPeerAddress({peer.ip, 0}); break;
        case Ask::channel: writer.channelNumber(m_peers[peer].channel).xorPeerAddress(peer); break;
    }
    t.authenticated = !m_key.empty();
    if (t.authenticated) writer.username(m_username).realm(m_realm).nonce(m_nonce);
    t.message = writer.finish(m_key);
    t.staleNonces = staleNonces;
    t.wait = kTurnFirstRetransmit;
    t.next = m_stream ? base::kNever : now + t.wait;
    t.until = now + kTurnAnswerTime;
    emit(t.message);
    m_open.push_back(std::move(t));
}

void TurnClient::send(base::TimePoint now, const base::SocketAddress& to, base::ByteView datagram) {
    if (m_state != TurnState::ready || datagram.empty() || datagram.size() > kMaxTurnDatagram || !reaches(to)) return;
    auto found = m_peers.find(to);
    if (found == m_peers.end()) {
        if (m_peers.size() >= kMaxTurnPeers) return;
        found = m_peers.emplace(to, Peer{}).first;
    }
    auto& peer = found->second;
    if (peer.permitted) return forward(to, peer, datagram);
    if (now < peer.deniedUntil) return;
    if (peer.waiting.size() >= kMaxTurnWaiting) peer.waiting.pop_front();
    peer.waiting.push_back(base::toBytes(datagram));
    if (!asked(Ask::permission, to)) request(now, Ask::permission, to, 0);
}

bool TurnClient::reaches(const base::SocketAddress& peer) const {
    const auto like = [&](const auto& own) { return own && own->ip.isV4() == peer.ip.isV4(); };
    return like(m_relayed) || like(m_relayedToo);
}

bool TurnClient::permits(const base::SocketAddress& address) const {
    const auto found = m_peers.find(address);
    return found != m_peers.end() && found->second.permitted;
}

bool TurnClient::denies(const base::SocketAddress& address) const {
    const auto found = m_peers.find(address);
    return found != m_peers.end() && !found->second.permitted && found->second.deniedUntil != base::TimePoint{};
}

void TurnClient::forward(const base::SocketAddress& to, const Peer& peer, base::ByteView datagram) {
    if (peer.bound) {
        base::ByteWriter w;
        w.u16(peer.channel);
        w.u16(static_cast<std::uint16_t>(datagram.size()));
        w.bytes(datagram);
        if (m_stream)   // RFC 8656 section 12.5
            while (w.size() % 4 != 0) w.u8(0);
        return emit(w.take());
    }
    if (datagram.size() > kMaxStunSize - 64) return;   // only before the channel is there
    emit(StunWriter(StunClass::indication, kTurnSend, randomTransactionId()).xorPeerAddress(to).data(datagram).finish(""));
}

void TurnClient::close(base::TimePoint now) {
    m_open.clear();
    const auto was = std::exchange(m_state, TurnState::failed);
    // One that is on its way would stay for its whole life, and over UDP nothing else ends it.
    if (was != TurnState::ready && (was != TurnState::allocating || m_key.empty())) return;
    m_failure = {base::ErrorKind::cancelled, "closed", "The relay is not needed any more.", {}, {}};
    StunWriter writer(StunClass::request, kTurnRefresh, randomTransactionId());
    emit(writer.lifetime(0).username(m_username).realm(m_realm).nonce(m_nonce).finish(m_key));
    m_relayed.reset();
    m_relayedToo.reset();
    (void)now;
}

void TurnClient::handleBytes(base::TimePoint now, base::ByteView bytes) {
    if (m_state == TurnState::idle || m_state == TurnState::failed) return;
    if (!m_stream) {
        if (bytes.size() < kHeader) return;
        return (std::to_integer<unsigned>(bytes[0]) & 0xc0) == 0x40 ? handleChannelData(bytes) : handleMessage(now, bytes);
    }
    m_unread.insert(m_unread.end(), bytes.begin(), bytes.end());
    std::size_t at = 0;
    while (m_state != TurnState::failed && m_unread.size() - at >= kHeader) {
        const auto rest = base::ByteView(m_unread).subspan(at);
        const auto kind = std::to_integer<unsigned>(rest[0]) & 0xc0;
        const std::size_t length = (std::to_integer<std::size_t>(rest[2]) << 8) | std::to_integer<std::size_t>(rest[3]);
        const auto whole = kind == 0 ? kStunHeader + length : kHeader + ((length + 3) & ~std::size_t{3});
        if ((kind != 0 && kind != 0x40) || length > kMaxTurnDatagram + 64)
            return fail(base::ErrorKind::unreachable, "turn_garbled", "What answers there is no relay.", "framing");
        if (rest.size() < whole) break;
        const auto frame = base::toBytes(rest.first(kind == 0 ? whole : kHeader + length));
        at += whole;
        kind == 0 ? handleMessage(now, frame) : handleChannelData(frame);
    }
    m_unread.erase(m_unread.begin(), m_unread.begin() + static_cast<std::ptrdiff_t>(at));
}

void TurnClient::receive(const base::SocketAddress& from, base::ByteView datagram) {
    if (m_received.size() < kMaxReceived && !datagram.empty()) m_received.push_back({from, base::toBytes(datagram)});
}

void TurnClient::handleChannelData(base::ByteView bytes) {
    base::ByteReader in(bytes);
    const auto channel = in.u16();
    const auto data = in.bytes(in.u16());
    if (!in.ok() || data.size() > kMaxTurnDatagram) return;
    for (const auto& [address, peer] : m_peers)
        if (peer.channel == channel && channel != 0) return receive(address, data);
}

void TurnClient::handleMessage(base::TimePoint now, base::ByteView bytes) {
    const auto message = parseStun(bytes);
    if (!message || message->unknownRequired) return;
    switch (message->messageClass) {
        case StunClass::request: return;
        case StunClass::success:
        case StunClass::error: return handleResponse(now, *message);
        case StunClass::indication: break;
    }
    if (message->method != kTurnData || !message->turn.peer || !message->turn.data || m_state != TurnState::ready) return;
    const auto found = m_peers.find(*message->turn.peer);
    if (found == m_peers.end()) return;
    receive(found->first, *message->turn.data);
    // Who answers is worth a channel: 4 bytes of head instead of 36.
    auto& peer = found->second;
    if (peer.channel != 0 || !peer.permitted || m_nextChannel > kLastChannel) return;
    peer.channel = m_nextChannel++;
    request(now, Ask::channel, found->first, 0);
}

void TurnClient::handleResponse(base::TimePoint now, const StunView& message) {
    const auto it = std::find_if(m_open.begin(), m_open.end(), [&](const Transaction& t) {
        return t.id == message.id && methodOf(static_cast<int>(t.ask)) == message.method;
    });
    if (it == m_open.end()) return;
    const bool proved = it->authenticated && checkIntegrity(message, m_key);
    if (message.messageClass == StunClass::success) {
        if (!proved) return;   // forged, or of a relay that asks for no name: we use none of those
        const auto done = std::move(*it);
        m_open.erase(it);
        return succeeded(now, done, message);
    }
    const bool challenge = (message.errorCode == 401 || message.errorCode == 438) && !message.turn.nonce.empty();
    if (challenge && (!it->authenticated || message.errorCode == 438)) {
        // These two come without proof by their nature (RFC 8489 section 9.2.5); they only make us ask again, a few times.
        const auto again = std::move(*it);
        m_open.erase(it);
        if (again.staleNonces >= kMaxStaleNonces || (m_realm.empty() && message.turn.realm.empty()))
            return refused(now, again, message.errorCode);
        if (!message.turn.realm.empty()) m_realm = message.turn.realm;
        m_nonce = message.turn.nonce;
        m_key = longTermKey(m_username, m_realm, m_password);
        return request(now, again.ask, again.peer, again.staleNonces + 1);
    }
    if (it->authenticated && !proved) {
        // Some relays sign no errors. Nothing is lost by waiting for a better answer for a moment.
        if (it->unsignedError == 0) it->until = std::min(it->until, now + kTurnUnsignedTime);
        it->unsignedError = message.errorCode;
        it->next = base::kNever;
        return;
    }
    if (message.errorCode == 300 && it->ask == Ask::allocate && message.turn.alternate) {
        m_redirect = TurnRedirect{*message.turn.alternate, std::string(message.turn.alternateDomain), proved};
        return fail(base::ErrorKind::unreachable, "turn_redirected", "The relay server sends us on to one that we do not use.",
                    m_redirect->to.toString());
    }
    const auto done = std::move(*it);
    m_open.erase(it);
    refused(now, done, message.errorCode);
}

void TurnClient::succeeded(base::TimePoint now, const Transaction& done, const StunView& message) {
    switch (done.ask) {
        case Ask::allocate:
            if (!message.turn.relayed || message.turn.relayed->ip.isUnspecified() || message.turn.relayed->port == 0)
                return fail(base::ErrorKind::unreachable, "turn_garbled", "What answers there is no relay.", "no relayed address");
            m_state = TurnState::ready;
            m_relayed = message.turn.relayed;
            m_relayedToo = m_family == TurnFamily::both ? message.turn.relayedToo : std::nullopt;
            if (m_relayedToo && (m_relayedToo->ip.isV4() == m_relayed->ip.isV4() || m_relayedToo->ip.isUnspecified() || m_relayedToo->port == 0))
                m_relayedToo.reset();
            m_allocatedAt = now;
            m_refreshAt = now + refreshAfter(message.turn.lifetime.value_or(600));
            return;
        case Ask::refresh: m_refreshAt = now + refreshAfter(message.turn.lifetime.value_or(600)); return;
        case Ask::permission:
        case Ask::channel: break;
    }
    const auto found = m_peers.find(done.peer);
    if (found == m_peers.end()) return;
    auto& peer = found->second;
    peer.permitted = true;   // a channel brings a permission with it (RFC 8656 section 12)
    peer.renewPermission = now + kTurnPermissionRenewal;
    if (done.ask == Ask::channel) {
        peer.bound = true;
        peer.renewChannel = now + kTurnChannelRenewal;
    }
    for (const auto waiting = std::exchange(peer.waiting, {}); const auto& datagram : waiting) forward(found->first, peer, datagram);
}

void TurnClient::refused(base::TimePoint now, const Transaction& done, int code) {
    const auto detail = code == 0 ? std::string("no answer") : "TURN error " + std::to_string(code);
    if (code == 437 && done.ask != Ask::allocate) return allocateAgain(now);   // it does not know us any more
    switch (done.ask) {
        case Ask::refresh: return allocateAgain(now);
        case Ask::permission: return code == 0 ? unanswered(now, done.peer) : deny(now, done.peer);
        case Ask::channel:
            if (const auto found = m_peers.find(done.peer); found != m_peers.end()) {
                // Indications do, too. The number stays taken.
                found->second.bound = false;
                found->second.renewChannel = base::kNever;
            }
            return;
        case Ask::allocate: break;
    }
    if (m_family == TurnFamily::both && (code == 440 || code == 400 || code == 420)) {
        m_family = code == 440 ? TurnFamily::v6 : TurnFamily::v4;   // it has none of IPv4; or it does not know that one may ask for two
        return request(now, Ask::allocate, {}, 0);
    }
    using base::ErrorKind;
    switch (code) {
        case 0: return fail(ErrorKind::unreachable, "turn_no_answer", "The relay server does not answer.", detail);
        case 401:
        case 438:
        case 441:
            return fail(ErrorKind::refused, "turn_credentials", "The relay server does not accept the name it was given for us.", detail);
        case 403: return fail(ErrorKind::refused, "turn_forbidden", "The relay server does not let us use it.", detail);
        case 440:
            return fail(ErrorKind::unreachable, "turn_family", "The relay server has no address of the kind that the room's server has.", detail);
        case 486:
        case 508: return fail(ErrorKind::exhausted, "turn_full", "The relay server takes nobody in now.", detail);
        default: return fail(ErrorKind::unreachable, "turn_refused", "The relay server cannot help.", detail);
    }
}

void TurnClient::deny(base::TimePoint now, const base::SocketAddress& address) {
    const auto found = m_peers.find(address);
    if (found == m_peers.end()) return;
    auto& peer = found->second;
    peer.permitted = peer.bound = false;
    peer.renewPermission = base::kNever;
    peer.waiting.clear();
    peer.deniedUntil = now + kTurnDeniedPause;
}

/// That is no denial, and what was granted before holds for a while yet.
void TurnClient::unanswered(base::TimePoint now, const base::SocketAddress& address) {
    const auto found = m_peers.find(address);
    if (found == m_peers.end()) return;
    found->second.waiting.clear();   // too old by now; the next datagram asks again
    if (found->second.permitted) found->second.renewPermission = now + kTurnAnswerTime;
}

/// The relay has forgotten us: another allocation over the same carrier, with other addresses.
void TurnClient::allocateAgain(base::TimePoint now) {
    m_shortLives = now - m_allocatedAt < kTurnShortLife ? m_shortLives + 1 : 0;
    if (m_shortLives > 1)
        return fail(base::ErrorKind::unreachable, "turn_forgetful", "The relay server forgets us again and again.", {});
    m_open.clear();
    m_peers.clear();
    m_relayed.reset();
    m_relayedToo.reset();
    m_refreshAt = base::kNever;
    m_state = TurnState::allocating;
    request(now, Ask::allocate, {}, 0);
}

void TurnClient::fail(base::ErrorKind kind, std::string code, std::string message, std::string detail) {
    m_state = TurnState::failed;
    m_failure = {kind, std::move(code), std::move(message), "Whoever runs the room's server can tell more.", std::move(detail)};
    m_open.clear();
    m_peers.clear();
    m_relayed.reset();
    m_relayedToo.reset();
    m_refreshAt = base::kNever;
}

void TurnClient::handleTimeout(base::TimePoint now) {
    for (std::size_t i = 0; i < m_open.size();) {
        auto& t = m_open[i];
        if (now >= t.until) {
            const auto done = std::move(t);
            m_open.erase(m_open.begin() + static_cast<std::ptrdiff_t>(i));
            refused(now, done, done.unsignedError);
            i = 0;   // whatever followed may have changed the list
            continue;
        }
        if (now >= t.next) {
            emit(t.message);
            t.wait *= 2;
            t.next = now + t.wait;
        }
        ++i;
    }
    if (m_state != TurnState::ready) return;
    if (now >= m_refreshAt) {
        m_refreshAt = base::kNever;
        request(now, Ask::refresh, {}, 0);
    }
    for (auto& [address, peer] : m_peers) {
        if (now >= peer.renewChannel) {
            peer.renewChannel = base::kNever;
            request(now, Ask::channel, address, 0);
        }
        if (now >= peer.renewPermission) {
            peer.renewPermission = base::kNever;
            request(now, Ask::permission, address, 0);
        }
    }
}

base::TimePoint TurnClient::nextTimeout() const {
    auto next = base::kNever;
    for (const auto& t : m_open) next = std::min({next, t.next, t.until});
    if (m_state != TurnState::ready) return next;
    next = std::min(next, m_refreshAt);
    for (const auto& [address, peer] : m_peers) next = std::min({next, peer.renewChannel, peer.renewPermission});
    return next;
}

std::optional<base::Bytes> TurnClient::pollBytes() {
    if (m_out.empty()) return std::nullopt;
    auto out = std::move(m_out.front());
    m_out.pop_front();
    return out;
}

std::optional<TurnReceived> TurnClient::pollReceived() {
    if (m_received.empty()) return std::nullopt;
    auto out = std::move(m_received.front());
    m_received.pop_front();
    return out;
}

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
#include "core/server/ice_tcp.h"

#include "core/server/throttle.h"

namespace parlour::server {
namespace {

/// Nothing else is said first on such a connection (RFC 8489 section 5).
bool isStun(std::span<const std::byte> frame) {
    return frame.size() >= 20 && (std::to_integer<unsigned>(frame[0]) & 0xc0) == 0 && frame[4] == std::byte{0x21} &&
           frame[5] == std::byte{0x12} && frame[6] == std::byte{0xa4} && frame[7] == std::byte{0x42};
}

}  // namespace

base::Result<std::unique_ptr<IceTcp>> IceTcp::open(net::EventLoop& loop, const base::SocketAddress& address, Receiver receiver) {
    std::unique_ptr<IceTcp> self(new IceTcp(loop, std::move(receiver)));
    auto* raw = self.get();
    auto listener = net::TcpListener::open(
        loop, address, net::Limits{},
        [raw](const base::SocketAddress& remote) -> std::shared_ptr<void> {
            if (raw->m_clients.size() >= kMaxConnections || raw->m_perIp[sourceOf(remote.ip)] >= kMaxPerIp) {
                ++raw->m_stats.refused;
                return nullptr;
            }
            ++raw->m_perIp[sourceOf(remote.ip)];
            // Given back when the socket closes.
            return std::shared_ptr<void>(raw, [raw, alive = std::weak_ptr(raw->m_alive), ip = sourceOf(remote.ip)](void*) {
                if (alive.expired()) return;
                if (const auto it = raw->m_perIp.find(ip); it != raw->m_perIp.end() && --it->second == 0) raw->m_perIp.erase(it);
            });
        },
        [raw](std::shared_ptr<net::TcpStream> stream) { raw->accept(std::move(stream)); });
    if (!listener) return base::Unexpected(std::move(listener).error());
    self->m_listener = std::move(*listener);
    return self;
}

IceTcp::~IceTcp() {
    m_alive.reset();
    for (auto& [who, client] : m_clients) client.stream->close();
}

void IceTcp::accept(std::shared_ptr<net::TcpStream> stream) {
    const auto who = stream->remoteAddress();
    ++m_stats.accepted;
    drop(who, false);   // the same address again: the older connection is over
    auto& client = m_clients[who];
    const auto* one = stream.get();
    client.stream = std::move(stream);
    client.silence = m_loop.postAfter(kFirstFrame, [this, who] { drop(who, true); });
    client.stream->onClosed([this, who, one, alive = std::weak_ptr(m_alive)](const base::Error&) {
        if (alive.expired()) return;
        const auto it = m_clients.find(who);
        if (it != m_clients.end() && it->second.stream.get() == one) drop(who, false);
    });
    client.stream->onBytes([this, who, alive = std::weak_ptr(m_alive)](std::span<const std::byte> bytes) {
        if (!alive.expired()) received(who, bytes);
    });
}

void IceTcp::received(const base::SocketAddress& from, std::span<const std::byte> bytes) {
    const auto it = m_clients.find(from);
    if (it == m_clients.end()) return;
    auto& client = it->second;
    const auto local = client.stream->localAddress();
    bool stranger = false;
    const bool good = client.frames.feed(bytes, [&](base::ByteView frame) {
        stranger = std::exchange(client.first, false) && !isStun(frame);
        if (stranger) return false;
        m_receiver(local, from, base::Bytes(frame.begin(), frame.end()));
        return true;
    });
    if (!good || stranger) drop(from, true);
}

void IceTcp::send(const base::SocketAddress& to, base::ByteView datagram) {
    const auto it = m_clients.find(to);
    if (it == m_clients.end() || datagram.size() > kMaxFrame) return;
    if (it->second.stream->queuedBytes() + datagram.size() > kMaxQueue) {
        ++m_stats.dropped;
        return;
    }
    it->second.stream->send(rtc::frameForStream(datagram));
    // Only who is answered is somebody: what a stranger sends keeps no place.
    it->second.silence = m_loop.postAfter(kSilence, [this, to] { drop(to, true); });
}

void IceTcp::drop(const base::SocketAddress& who, bool broken) {
    const auto it = m_clients.find(who);
    if (it == m_clients.end()) return;
    if (broken) ++m_stats.broken;
    const auto stream = std::move(it->second.stream);
    m_clients.erase(it);
    stream->close();
}

IceTcpStats IceTcp::stats() const {
    auto out = m_stats;
    out.open = m_clients.size();
    return out;
}

}  // namespace parlour::server

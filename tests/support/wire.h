// SPDX-License-Identifier: Apache-2.0
// The network between clients and a server on loopback, to be cut: a relay for TCP and one for UDP.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/net/tcp_listener.h"
#include "core/net/tcp_stream.h"
#include "core/net/udp_socket.h"

namespace parlour::tests {

class Wire {
  public:
    explicit Wire(net::EventLoop& loop) : m_loop(loop) {
        auto opened = net::TcpListener::open(loop, {base::IpAddress::v4({127, 0, 0, 1}), 0}, {}, [](const base::SocketAddress&) { return std::make_shared<int>(0); },
                                             [this](std::shared_ptr<net::TcpStream> near) { accepted(std::move(near)); });
        if (opened) m_listener = std::move(*opened);
    }

    std::uint16_t port() const { return m_listener->localAddress().port; }
    /// New connections and datagrams go here. The UDP relay listens on 127.0.0.2, at the server's port.
    bool to(std::uint16_t tcpPort, std::uint16_t udpPort) {
        m_tcpPort = tcpPort;
        m_udpTo = {base::IpAddress::v4({127, 0, 0, 1}), udpPort};
        m_ways.clear();
        m_udp.reset();
        auto bound = net::UdpSocket::bind(m_loop, {base::IpAddress::v4({127, 0, 0, 2}), udpPort});
        if (!bound) return false;
        m_udp = std::move(*bound);
        m_udp->onDatagram([this](std::span<const std::byte> datagram, const base::SocketAddress& from) { outward(datagram, from); });
        return true;
    }

    /// All connections end; new ones are taken while `tcpOpen`.
    void cutTcp() {
        for (auto& pair : m_pairs) pair->close();
        m_pairs.clear();
    }

    bool tcpOpen = true;
    bool udpOpen = true;
    std::size_t connections = 0;
    std::size_t datagrams = 0;   ///< from clients

  private:
    struct Pair {
        std::shared_ptr<net::TcpStream> near, far;
        std::vector<std::byte> early;
        net::Pending connecting;
        bool over = false;
        void close() {
            over = true;
            near.reset();
            far.reset();
        }
    };

    void accepted(std::shared_ptr<net::TcpStream> near) {
        if (!tcpOpen) return;
        ++connections;
        auto pair = std::make_shared<Pair>();
        pair->near = std::move(near);
        m_pairs.push_back(pair);
        const std::weak_ptr<Pair> weak = pair;
        const auto end = [this, weak](const base::Error&) {
            m_loop.post([weak] {
                if (const auto p = weak.lock()) p->close();
            });
        };
        pair->near->onClosed(end);
        pair->near->onBytes([weak](base::ByteView bytes) {
            const auto p = weak.lock();
            if (!p || p->over) return;
            if (p->far) p->far->send(bytes);
            else p->early.insert(p->early.end(), bytes.begin(), bytes.end());
        });
        pair->connecting = net::connectTcp(m_loop, {"127.0.0.1", m_tcpPort, std::nullopt}, [weak, end](auto far) {
            const auto p = weak.lock();
            if (!p || p->over) return;
            if (!far) return end(far.error());
            p->far = std::move(*far);
            p->far->onClosed(end);
            p->far->onBytes([weak](base::ByteView bytes) {
                const auto q = weak.lock();
                if (q && q->near) q->near->send(bytes);
            });
            if (!p->early.empty()) p->far->send(p->early);
        });
    }

    void outward(std::span<const std::byte> datagram, const base::SocketAddress& from) {
        ++datagrams;
        if (!udpOpen) return;
        auto& way = m_ways[from];
        if (!way) {
            auto bound = net::UdpSocket::bind(m_loop, {base::IpAddress::v4({127, 0, 0, 1}), 0});
            if (!bound) return;
            way = std::move(*bound);
            way->onDatagram([this, from](std::span<const std::byte> back, const base::SocketAddress&) {
                if (udpOpen && m_udp) m_udp->send(back, from);
            });
        }
        way->send(datagram, m_udpTo);
    }

    net::EventLoop& m_loop;
    std::unique_ptr<net::TcpListener> m_listener;
    std::uint16_t m_tcpPort = 0;
    base::SocketAddress m_udpTo;
    std::vector<std::shared_ptr<Pair>> m_pairs;
    std::unique_ptr<net::UdpSocket> m_udp;
    std::map<base::SocketAddress, std::unique_ptr<net::UdpSocket>> m_ways;
};

}  // namespace parlour::tests

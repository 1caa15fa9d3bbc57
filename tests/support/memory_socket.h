// SPDX-License-Identifier: Apache-2.0
// Datagram sockets on a network in memory and on virtual time: seeded loss, delay, jitter, duplication, blackout.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/doors/datagram_socket.h"
#include "core/base/doors/executor.h"

namespace parlour::tests {

struct Impairment {
    base::Duration delay{0};
    base::Duration jitter{0};   ///< uniform 0..jitter on top; reorders by itself
    double loss = 0.0;          ///< 0..1
    double duplicate = 0.0;     ///< 0..1
    bool blackout = false;
};

class MemorySocket;

class MemoryNetwork {
  public:
    MemoryNetwork(base::Executor& executor, std::uint32_t seed) : m_executor(executor), m_random(seed) {}

    Impairment impairment;

    std::unique_ptr<MemorySocket> open(const base::SocketAddress& address);
    void deliver(base::ByteView datagram, const base::SocketAddress& from, const base::SocketAddress& to);
    std::uint64_t delivered() const { return m_delivered; }
    std::uint64_t lost() const { return m_lost; }

  private:
    friend class MemorySocket;
    double chance() { return std::uniform_real_distribution<double>(0.0, 1.0)(m_random); }

    base::Executor& m_executor;
    std::mt19937 m_random;
    std::map<base::SocketAddress, MemorySocket*> m_sockets;
    std::vector<base::Timer> m_inFlight;
    std::uint64_t m_delivered = 0;
    std::uint64_t m_lost = 0;
};

class MemorySocket final : public base::DatagramSocket {
  public:
    MemorySocket(MemoryNetwork& network, base::SocketAddress address) : m_network(network), m_address(address) {
        m_network.m_sockets[m_address] = this;
    }
    ~MemorySocket() override { m_network.m_sockets.erase(m_address); }
    base::SocketAddress localAddress() const override { return m_address; }
    void send(std::span<const std::byte> datagram, const base::SocketAddress& to) override {
        m_network.deliver(datagram, m_address, to);
    }
    void onDatagram(Receiver receiver) override { m_receiver = std::move(receiver); }

  private:
    friend class MemoryNetwork;
    MemoryNetwork& m_network;
    base::SocketAddress m_address;
    Receiver m_receiver;
};

inline std::unique_ptr<MemorySocket> MemoryNetwork::open(const base::SocketAddress& address) {
    return std::make_unique<MemorySocket>(*this, address);
}

inline void MemoryNetwork::deliver(base::ByteView datagram, const base::SocketAddress& from,
                                   const base::SocketAddress& to) {
    if (impairment.blackout || chance() < impairment.loss) {
        ++m_lost;
        return;
    }
    const int copies = chance() < impairment.duplicate ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
        const auto delay =
            impairment.delay + base::Duration(static_cast<std::int64_t>(chance() * static_cast<double>(impairment.jitter.count())));
        auto task = [this, bytes = base::toBytes(datagram), from, to] {
            const auto it = m_sockets.find(to);
            if (it == m_sockets.end() || !it->second->m_receiver) return;
            ++m_delivered;
            it->second->m_receiver(bytes, from);
        };
        if (delay.count() == 0)
            m_executor.post(std::move(task));
        else
            m_inFlight.push_back(m_executor.postAfter(delay, std::move(task)));
    }
}

}  // namespace parlour::tests

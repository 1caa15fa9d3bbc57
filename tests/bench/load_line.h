// SPDX-License-Identifier: Apache-2.0
// One media connection of the load generator on a socket of its own. It is a whole receiver (ICE, DTLS, SRTP authenticated packet by
// packet, receiver reports); only its socket is emptied in handfuls, with the kernel's arrival times, so that one thread serves thousands.
// Thread: the generator's loop.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <utility>

#include "core/base/clock.h"
#include "core/rtc/certificate.h"
#include "core/rtc/peer_connection.h"

namespace parlour::bench {

/// What came on one line since start(): every sequence number once, whatever was said before or came twice.
class Arrivals {
  public:
    void start() {
        m_from = m_highest;
        m_received = 0;
    }
    void take(std::uint16_t sequence) {
        if (m_highest < 0) {
            m_highest = 0x10000 + std::int64_t{sequence};
            m_from = m_highest - 1;
            m_seen = 1;
            ++m_received;
            return;
        }
        const auto number = m_highest + static_cast<std::int16_t>(sequence - static_cast<std::uint16_t>(m_highest));
        if (number > m_highest) {
            const auto step = number - m_highest;
            m_seen = (step < 64 ? m_seen << step : 0) | 1u;
            m_highest = number;
            ++m_received;
        } else if (const auto age = m_highest - number; age < 64 && (m_seen >> age & 1u) == 0) {
            m_seen |= std::uint64_t{1} << age;
            if (number > m_from) ++m_received;
        }
    }
    std::int64_t received() const { return m_received; }
    /// Numbers that were passed over.
    std::int64_t gaps() const { return m_highest < 0 ? 0 : m_highest - m_from - m_received; }

  private:
    std::int64_t m_highest = -1, m_from = -1, m_received = 0;
    std::uint64_t m_seen = 0;
};

class Line {
  public:
    using OnEvent = std::function<void(rtc::PeerEvent&)>;

    Line(const base::Clock& clock, std::shared_ptr<const rtc::Certificate> certificate, bool publishes, OnEvent onEvent)
        : m_clock(clock), m_onEvent(std::move(onEvent)), connection(config(std::move(certificate), publishes)) {
        m_socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof name;
        const int on = 1, bytes = 1024 * 1024;
        if (m_socket < 0 || ::bind(m_socket, reinterpret_cast<sockaddr*>(&name), length) != 0 ||
            ::getsockname(m_socket, reinterpret_cast<sockaddr*>(&name), &length) != 0) {
            std::perror("a socket of the load generator");
            std::exit(1);
        }
        ::setsockopt(m_socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
        ::setsockopt(m_socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
        m_local = {base::IpAddress::v4({127, 0, 0, 1}), ntohs(name.sin_port)};
        connection.addLocalAddress(m_local);
        connection.onRtp([this](const rtc::RtpView& packet, base::TimePoint) { arrivals.take(packet.sequence); });
    }
    ~Line() { ::close(m_socket); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    bool connected() const { return connection.state() == rtc::TransportState::connected; }

    /// Takes what has come, then does what is due. After each call into `connection`, too.
    void pump() {
        while (receive() == kBatch) {
        }
        const auto now = m_clock.now();
        if (connection.nextTimeout() <= now) connection.handleTimeout(now);
        flush();
    }
    void flush() {
        while (auto datagram = connection.pollDatagram()) {
            sockaddr_in to{};
            to.sin_family = AF_INET;
            to.sin_port = htons(datagram->to.port);
            if (!datagram->to.ip.isV4()) continue;
            std::memcpy(&to.sin_addr, datagram->to.ip.bytes().data(), 4);
            (void)::sendto(m_socket, datagram->bytes.data(), datagram->bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
        }
        while (auto event = connection.pollEvent()) m_onEvent(*event);
    }

  private:
    static constexpr int kBatch = 16;
    struct Buffers {
        std::array<std::array<std::byte, 2048>, kBatch> bytes;
        std::array<std::array<char, 64>, kBatch> control;
        std::array<iovec, kBatch> vectors{};
        std::array<mmsghdr, kBatch> headers{};
        std::array<sockaddr_in, kBatch> from{};
    };

    static rtc::PeerConnectionConfig config(std::shared_ptr<const rtc::Certificate> certificate, bool publishes) {
        rtc::PeerConnectionConfig c;
        c.transport.certificate = std::move(certificate);
        c.transport.controlling = publishes;
        c.createChannels = publishes;
        c.rawRtp = true;   // frames are not looked at
        return c;
    }
    int receive() {
        static Buffers b;   // one thread
        for (std::size_t i = 0; i < kBatch; ++i) {
            b.vectors[i] = {b.bytes[i].data(), b.bytes[i].size()};
            auto& h = b.headers[i].msg_hdr;
            h = {};
            h.msg_name = &b.from[i];
            h.msg_namelen = sizeof b.from[i];
            h.msg_iov = &b.vectors[i];
            h.msg_iovlen = 1;
            h.msg_control = b.control[i].data();
            h.msg_controllen = b.control[i].size();
        }
        const int count = ::recvmmsg(m_socket, b.headers.data(), kBatch, MSG_DONTWAIT, nullptr);
        if (count <= 0) return 0;
        const auto now = m_clock.now();
        timespec wall{};
        ::clock_gettime(CLOCK_REALTIME, &wall);
        for (int k = 0; k < count; ++k) {
            const auto i = static_cast<std::size_t>(k);
            base::SocketAddress from;
            std::array<std::uint8_t, 4> ip{};
            std::memcpy(ip.data(), &b.from[i].sin_addr, 4);
            from = {base::IpAddress::v4(ip), ntohs(b.from[i].sin_port)};
            connection.handleDatagram(now - age(b.headers[i].msg_hdr, wall), m_local, from, std::span(b.bytes[i]).first(b.headers[i].msg_len));
        }
        return count;
    }
    /// How long it lay in the socket.
    static base::Duration age(msghdr& header, const timespec& wall) {
        for (auto* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
            if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
            timespec then{};
            std::memcpy(&then, CMSG_DATA(c), sizeof then);
            const auto us = (wall.tv_sec - then.tv_sec) * 1'000'000 + (wall.tv_nsec - then.tv_nsec) / 1000;
            return base::Duration(us < 0 || us > 5'000'000 ? 0 : us);
        }
        return base::Duration{0};
    }

    const base::Clock& m_clock;
    OnEvent m_onEvent;
    int m_socket = -1;
    base::SocketAddress m_local;

  public:
    rtc::PeerConnection connection;
    Arrivals arrivals;
};

}  // namespace parlour::bench

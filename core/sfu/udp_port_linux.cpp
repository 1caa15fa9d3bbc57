// SPDX-License-Identifier: Apache-2.0
// Linux: epoll, eventfd, recvmmsg(64), sendmmsg(64). Measured choice: audio-and-performance 4.2 and 4.5.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/sfu/udp_port.h"

namespace parlour::sfu {
namespace {

constexpr std::size_t kBatch = SendBatch::kSlots;
constexpr std::size_t kReceiveBytes = 2048;
constexpr int kBufferBytes = 8 * 1024 * 1024;  // audio-and-performance 4.5.5; the system may grant less

socklen_t toSystem(const base::SocketAddress& address, sockaddr_storage& out) {
    if (address.ip.isV4()) {
        auto* in = reinterpret_cast<sockaddr_in*>(&out);
        in->sin_family = AF_INET;
        in->sin_port = htons(address.port);
        std::memcpy(&in->sin_addr, address.ip.bytes().data(), 4);
        return sizeof(sockaddr_in);
    }
    auto* in = reinterpret_cast<sockaddr_in6*>(&out);
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(address.port);
    in->sin6_flowinfo = 0;
    in->sin6_scope_id = address.ip.scopeId();
    std::memcpy(&in->sin6_addr, address.ip.bytes().data(), 16);
    return sizeof(sockaddr_in6);
}

base::SocketAddress fromSystem(const sockaddr_storage& in) {
    base::SocketAddress out;
    if (in.ss_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(&in);
        std::array<std::uint8_t, 4> bytes{};
        std::memcpy(bytes.data(), &v4->sin_addr, 4);
        out.ip = base::IpAddress::v4(bytes);
        out.port = ntohs(v4->sin_port);
    } else if (in.ss_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&in);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &v6->sin6_addr, 16);
        out.ip = base::IpAddress::v6(bytes, v6->sin6_scope_id);
        out.port = ntohs(v6->sin6_port);
    }
    return out;
}

struct Socket {
    int fd = -1;
    base::SocketAddress local;
};

}  // namespace

struct UdpPort::Impl {
    std::vector<Socket> sockets;
    std::vector<base::SocketAddress> addresses;
    int epoll = -1;
    int event = -1;
    UdpPortStats stats;

    std::array<std::array<std::byte, kReceiveBytes>, kBatch> buffers;
    std::array<iovec, kBatch> inVectors{};
    std::array<mmsghdr, kBatch> inHeaders{};
    std::array<sockaddr_storage, kBatch> inAddresses{};
    std::array<iovec, kBatch> outVectors{};
    std::array<mmsghdr, kBatch> outHeaders{};
    std::array<sockaddr_storage, kBatch> outAddresses{};

    ~Impl() {
        for (auto& s : sockets) ::close(s.fd);
        if (epoll >= 0) ::close(epoll);
        if (event >= 0) ::close(event);
    }

    int socketFor(const base::SocketAddress& from) const {
        for (const auto& s : sockets)
            if (s.local == from) return s.fd;
        // An advertised address that is not bound here (behind a NAT): the first socket of the family.
        for (const auto& s : sockets)
            if (s.local.ip.isV4() == from.ip.isV4()) return s.fd;
        return sockets.front().fd;
    }

    void sendRun(int fd, std::span<const OutgoingPacket> run) {
        for (std::size_t i = 0; i < run.size(); ++i) {
            // sendmmsg does not write through the pointer; iovec has no const form.
            outVectors[i] = {const_cast<std::byte*>(run[i].bytes.data()), run[i].bytes.size()};
            auto& header = outHeaders[i].msg_hdr;
            header = {};
            header.msg_name = &outAddresses[i];
            header.msg_namelen = toSystem(run[i].to, outAddresses[i]);
            header.msg_iov = &outVectors[i];
            header.msg_iovlen = 1;
        }
        std::size_t done = 0;
        while (done < run.size()) {
            const int sent = ::sendmmsg(fd, &outHeaders[done], static_cast<unsigned>(run.size() - done), MSG_DONTWAIT);
            if (sent > 0) {
                done += static_cast<std::size_t>(sent);
                stats.sent += static_cast<std::uint64_t>(sent);
            } else if (errno == EINTR) {
                continue;
            } else {  // this one cannot go (full buffer, no route, an ICMP error of an earlier one): late sound is useless
                ++done;
                ++stats.refused;
            }
        }
    }
};

UdpPort::UdpPort() : m_impl(std::make_unique<Impl>()) {}
UdpPort::~UdpPort() = default;

base::Result<std::unique_ptr<UdpPort>> UdpPort::open(std::span<const base::SocketAddress> addresses) {
    const auto refuse = [](const base::SocketAddress& address, const char* what) {
        return base::fail(base::ErrorKind::unavailable, "udp_port",
                          "The media port " + address.toString() + " cannot be opened.",
                          "Choose another UDP port, or end the program that uses it.",
                          std::string(what) + ": " + std::strerror(errno));
    };
    if (addresses.empty())
        return base::fail(base::ErrorKind::invalidInput, "udp_port", "No address was given for the media port.");

    std::unique_ptr<UdpPort> port(new UdpPort);
    auto& impl = *port->m_impl;
    impl.epoll = ::epoll_create1(EPOLL_CLOEXEC);
    impl.event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (impl.epoll < 0 || impl.event < 0) return refuse(addresses.front(), "epoll");
    epoll_event wake{};
    wake.events = EPOLLIN;
    wake.data.fd = impl.event;
    ::epoll_ctl(impl.epoll, EPOLL_CTL_ADD, impl.event, &wake);

    std::uint16_t chosen = 0;
    for (auto address : addresses) {
        if (address.port == 0) address.port = chosen;
        const int fd = ::socket(address.ip.isV4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) return refuse(address, "socket");
        impl.sockets.push_back({fd, address});
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kBufferBytes, sizeof kBufferBytes);
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kBufferBytes, sizeof kBufferBytes);
        const int only = 1;
        if (address.ip.isV6()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
        sockaddr_storage name{};
        auto length = toSystem(address, name);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&name), length) != 0) return refuse(address, "bind");
        length = sizeof name;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) return refuse(address, "getsockname");
        impl.sockets.back().local = fromSystem(name);
        impl.addresses.push_back(impl.sockets.back().local);
        chosen = impl.sockets.back().local.port;
        epoll_event readable{};
        readable.events = EPOLLIN;
        readable.data.fd = fd;
        if (::epoll_ctl(impl.epoll, EPOLL_CTL_ADD, fd, &readable) != 0) return refuse(address, "epoll_ctl");
    }
    for (std::size_t i = 0; i < kBatch; ++i) {
        impl.inVectors[i] = {impl.buffers[i].data(), kReceiveBytes};
        impl.inHeaders[i].msg_hdr.msg_iov = &impl.inVectors[i];
        impl.inHeaders[i].msg_hdr.msg_iovlen = 1;
        impl.inHeaders[i].msg_hdr.msg_name = &impl.inAddresses[i];
    }
    return port;
}

const std::vector<base::SocketAddress>& UdpPort::localAddresses() const { return m_impl->addresses; }

void UdpPort::wait(base::Duration timeout) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
    std::array<epoll_event, 8> events{};
    const int count = ::epoll_wait(m_impl->epoll, events.data(), events.size(), static_cast<int>(ms < 0 ? 0 : ms));
    for (int i = 0; i < count; ++i) {
        if (events[static_cast<std::size_t>(i)].data.fd != m_impl->event) continue;
        std::uint64_t drained = 0;
        (void)!::read(m_impl->event, &drained, sizeof drained);
    }
}

void UdpPort::wake() {
    const std::uint64_t one = 1;
    (void)!::write(m_impl->event, &one, sizeof one);
}

bool UdpPort::receive(const Receiver& receiver) {
    bool more = false;
    for (const auto& s : m_impl->sockets) {
        for (auto& h : m_impl->inHeaders) h.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
        const int count = ::recvmmsg(s.fd, m_impl->inHeaders.data(), kBatch, MSG_DONTWAIT, nullptr);
        if (count <= 0) continue;
        more = more || count == static_cast<int>(kBatch);
        for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
            const auto& h = m_impl->inHeaders[i];
            ++m_impl->stats.received;
            if ((h.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
                ++m_impl->stats.truncated;
                continue;
            }
            receiver(s.local, fromSystem(m_impl->inAddresses[i]), std::span(m_impl->buffers[i]).first(h.msg_len));
        }
    }
    return more;
}

void UdpPort::send(std::span<const OutgoingPacket> packets) {
    while (!packets.empty()) {
        std::size_t run = 1;
        while (run < packets.size() && run < kBatch && packets[run].from == packets.front().from) ++run;
        m_impl->sendRun(m_impl->socketFor(packets.front().from), packets.first(run));
        packets = packets.subspan(run);
    }
}

UdpPortStats UdpPort::stats() const { return m_impl->stats; }

}  // namespace parlour::sfu

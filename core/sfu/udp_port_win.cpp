// SPDX-License-Identifier: Apache-2.0
// Windows: WSAPoll, one datagram per call; a loopback datagram to a socket of our own wakes it.
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mstcpip.h>

#include <array>
#include <cstring>
#include <string>

#include "core/sfu/udp_port.h"

#ifndef SIO_UDP_CONNRESET   // MinGW's headers lack it
#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#endif

namespace parlour::sfu {
namespace {

constexpr std::size_t kBatch = SendBatch::kSlots;
constexpr std::size_t kReceiveBytes = 2048;
constexpr DWORD kBufferBytes = 4 * 1024 * 1024;

int toSystem(const base::SocketAddress& address, sockaddr_storage& out) {
    out = {};
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

void makeQuiet(SOCKET fd) {
    u_long on = 1;
    ::ioctlsocket(fd, FIONBIO, &on);
    // Without this an ICMP "port unreachable" of one peer makes the next receive fail.
    BOOL off = FALSE;
    DWORD bytes = 0;
    ::WSAIoctl(fd, SIO_UDP_CONNRESET, &off, sizeof off, nullptr, 0, &bytes, nullptr, nullptr);
}

/// Winsock is counted per process: each port holds it once.
struct Winsock {
    Winsock() {
        WSADATA data;
        ok = ::WSAStartup(MAKEWORD(2, 2), &data) == 0;
    }
    ~Winsock() {
        if (ok) ::WSACleanup();
    }
    bool ok = false;
};

const char* bytesOf(const void* p) { return static_cast<const char*>(p); }

}  // namespace

struct UdpPort::Impl {
    Winsock winsock;
    std::vector<WSAPOLLFD> waiting;  // [0] is the waker, the rest are the sockets in the order of `addresses`
    std::vector<base::SocketAddress> addresses;
    sockaddr_storage wakerName{};
    int wakerLength = 0;
    UdpPortStats stats;
    std::array<std::byte, kReceiveBytes + 1> buffer;  // one more tells a longer datagram

    ~Impl() {
        for (const auto& w : waiting) ::closesocket(w.fd);
    }
    SOCKET socketFor(const base::SocketAddress& from) const {
        for (std::size_t i = 0; i < addresses.size(); ++i)
            if (addresses[i] == from) return waiting[i + 1].fd;
        for (std::size_t i = 0; i < addresses.size(); ++i)
            if (addresses[i].ip.isV4() == from.ip.isV4()) return waiting[i + 1].fd;
        return waiting[1].fd;
    }
};

UdpPort::UdpPort() : m_impl(std::make_unique<Impl>()) {}
UdpPort::~UdpPort() = default;

base::Result<std::unique_ptr<UdpPort>> UdpPort::open(std::span<const base::SocketAddress> addresses) {
    const auto refuse = [](const base::SocketAddress& address, const char* what) {
        return base::fail(base::ErrorKind::unavailable, "udp_port",
                          "The media port " + address.toString() + " cannot be opened.",
                          "Choose another UDP port, or end the program that uses it.",
                          std::string(what) + ": error " + std::to_string(::WSAGetLastError()));
    };
    if (addresses.empty())
        return base::fail(base::ErrorKind::invalidInput, "udp_port", "No address was given for the media port.");
    std::unique_ptr<UdpPort> port(new UdpPort);
    auto& impl = *port->m_impl;
    const SOCKET waker = ::socket(AF_INET, SOCK_DGRAM, 0);
    if (waker == INVALID_SOCKET) return refuse(addresses.front(), "socket");
    impl.waiting.push_back({waker, POLLIN, 0});
    makeQuiet(waker);
    impl.wakerLength = toSystem({base::IpAddress::v4({127, 0, 0, 1}), 0}, impl.wakerName);
    if (::bind(waker, reinterpret_cast<sockaddr*>(&impl.wakerName), impl.wakerLength) != 0 ||
        ::getsockname(waker, reinterpret_cast<sockaddr*>(&impl.wakerName), &impl.wakerLength) != 0)
        return refuse(addresses.front(), "bind");
    std::uint16_t chosen = 0;
    for (auto address : addresses) {
        if (address.port == 0) address.port = chosen;
        const SOCKET fd = ::socket(address.ip.isV4() ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
        if (fd == INVALID_SOCKET) return refuse(address, "socket");
        impl.waiting.push_back({fd, POLLIN, 0});
        makeQuiet(fd);
        ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, bytesOf(&kBufferBytes), sizeof kBufferBytes);
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, bytesOf(&kBufferBytes), sizeof kBufferBytes);
        const DWORD only = 1;
        if (address.ip.isV6()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, bytesOf(&only), sizeof only);
        sockaddr_storage name{};
        auto length = toSystem(address, name);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&name), length) != 0) return refuse(address, "bind");
        length = sizeof name;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length) != 0) return refuse(address, "getsockname");
        impl.addresses.push_back(fromSystem(name));
        chosen = impl.addresses.back().port;
    }
    return port;
}

const std::vector<base::SocketAddress>& UdpPort::localAddresses() const { return m_impl->addresses; }

void UdpPort::wait(base::Duration timeout) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
    ::WSAPoll(m_impl->waiting.data(), static_cast<ULONG>(m_impl->waiting.size()), static_cast<int>(ms < 0 ? 0 : ms));
    if ((m_impl->waiting[0].revents & POLLIN) == 0) return;
    std::array<char, 64> drained;
    while (::recv(m_impl->waiting[0].fd, drained.data(), static_cast<int>(drained.size()), 0) > 0) {
    }
}

void UdpPort::wake() {
    const char one = 1;
    ::sendto(m_impl->waiting[0].fd, &one, 1, 0, reinterpret_cast<const sockaddr*>(&m_impl->wakerName), m_impl->wakerLength);
}

bool UdpPort::receive(const Receiver& receiver) {
    bool more = false;
    for (std::size_t s = 0; s < m_impl->addresses.size(); ++s) {
        std::size_t count = 0;
        for (; count < kBatch; ++count) {
            sockaddr_storage from{};
            int length = sizeof from;
            const auto size = ::recvfrom(m_impl->waiting[s + 1].fd, reinterpret_cast<char*>(m_impl->buffer.data()),
                                         static_cast<int>(m_impl->buffer.size()), 0,
                                         reinterpret_cast<sockaddr*>(&from), &length);
            if (size < 0 && ::WSAGetLastError() == WSAEMSGSIZE) {
                ++m_impl->stats.received;
                ++m_impl->stats.truncated;
                continue;
            }
            if (size < 0) break;
            ++m_impl->stats.received;
            if (static_cast<std::size_t>(size) > kReceiveBytes) {
                ++m_impl->stats.truncated;
                continue;
            }
            receiver(m_impl->addresses[s], fromSystem(from), std::span(m_impl->buffer).first(static_cast<std::size_t>(size)));
        }
        more = more || count == kBatch;
    }
    return more;
}

void UdpPort::send(std::span<const OutgoingPacket> packets) {
    for (const auto& p : packets) {
        sockaddr_storage to{};
        const auto length = toSystem(p.to, to);
        const auto sent = ::sendto(m_impl->socketFor(p.from), bytesOf(p.bytes.data()), static_cast<int>(p.bytes.size()), 0,
                                   reinterpret_cast<sockaddr*>(&to), length);
        ++(sent < 0 ? m_impl->stats.refused : m_impl->stats.sent);
    }
}

UdpPortStats UdpPort::stats() const { return m_impl->stats; }

}  // namespace parlour::sfu

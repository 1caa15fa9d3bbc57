// SPDX-License-Identifier: Apache-2.0
#include "core/net/udp_socket.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <array>

#include "core/net/endpoint.h"

namespace parlour::net {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

namespace {

constexpr int kReceiveBuffer = 1 << 20;
constexpr int kDatagramsPerTurn = 64;  // then the others of the loop have their turn

}  // namespace

struct UdpSocket::Impl : std::enable_shared_from_this<Impl> {
    explicit Impl(EventLoop& l) : loop(l), socket(l.context()) {}

    EventLoop& loop;
    udp::socket socket;
    base::SocketAddress local;
    std::shared_ptr<Receiver> receiver;
    std::array<std::byte, 2048> buffer;
    std::uint64_t dropped = 0;
    bool waiting = false;
    bool closed = false;

    void wait() {
        if (waiting || closed) return;
        waiting = true;
        socket.async_wait(udp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
            self->waiting = false;
            if (self->closed || error == asio::error::operation_aborted) return;
            self->drain();
            self->wait();
        });
    }

    void drain() {
        for (int i = 0; i < kDatagramsPerTurn && !closed; ++i) {
            udp::endpoint from;
            error_code error;
            const auto count = socket.receive_from(asio::buffer(buffer), from, 0, error);
            if (error == asio::error::would_block || error == asio::error::try_again) return;
            // ICMP "port unreachable" of an earlier send and cut-off datagrams are no reason to stop.
            if (error) continue;
            if (const auto call = receiver) (*call)({buffer.data(), count}, fromEndpoint(from));
        }
    }
};

UdpSocket::UdpSocket(std::shared_ptr<Impl> impl) : m_impl(std::move(impl)) {}

UdpSocket::~UdpSocket() {
    m_impl->closed = true;
    m_impl->receiver = nullptr;
    error_code ignored;
    m_impl->socket.close(ignored);
}

base::Result<std::unique_ptr<UdpSocket>> UdpSocket::bind(EventLoop& loop, const base::SocketAddress& local) {
    auto impl = std::make_shared<Impl>(loop);
    const auto endpoint = toEndpoint<udp::endpoint>(local);
    error_code error;
    impl->socket.open(endpoint.protocol(), error);
    if (!error && local.ip.isV6()) impl->socket.set_option(asio::ip::v6_only(true), error);
    if (!error) impl->socket.bind(endpoint, error);
    if (!error) impl->socket.non_blocking(true, error);
    if (error)
        return base::fail(base::ErrorKind::unavailable, "bind_failed",
                          "The address " + local.toString() + " cannot be used: " + error.message() + ".");
    error_code ignored;
    impl->socket.set_option(asio::socket_base::receive_buffer_size(kReceiveBuffer), ignored);
    impl->local = fromEndpoint(impl->socket.local_endpoint(ignored));
    return std::unique_ptr<UdpSocket>(new UdpSocket(std::move(impl)));
}

base::SocketAddress UdpSocket::localAddress() const { return m_impl->local; }

void UdpSocket::send(std::span<const std::byte> datagram, const base::SocketAddress& to) {
    error_code error;
    m_impl->socket.send_to(asio::buffer(datagram.data(), datagram.size()), toEndpoint<udp::endpoint>(to), 0, error);
    if (error) ++m_impl->dropped;
}

void UdpSocket::onDatagram(Receiver receiver) {
    m_impl->receiver = receiver ? std::make_shared<Receiver>(std::move(receiver)) : nullptr;
    if (m_impl->receiver) m_impl->wait();
}

std::uint64_t UdpSocket::dropped() const { return m_impl->dropped; }

}  // namespace parlour::net

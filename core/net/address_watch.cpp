// SPDX-License-Identifier: Apache-2.0
#include "core/net/address_watch.h"

#include <boost/asio/io_context.hpp>
#if defined(__linux__)
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#endif

#include <array>
#include <utility>
#include <vector>

#include "core/net/interfaces.h"
#include "core/net/network_place.h"

namespace parlour::net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

struct Network {
    std::vector<base::IpAddress> addresses;
    std::array<base::IpAddress, 2> outward;   ///< from which IPv4 and IPv6 leave
    bool operator==(const Network&) const = default;
};

Network look() {
    Network out;
    for (const auto& local : localAddresses()) out.addresses.push_back(local.ip);
    out.outward = {outwardAddress(false), outwardAddress(true)};
    return out;
}

}  // namespace

struct AddressWatch::Impl : std::enable_shared_from_this<Impl> {
    Impl(EventLoop& l, std::function<void(bool)> c) : loop(l), changed(std::move(c)), known(look()) {}

    EventLoop& loop;
    std::function<void(bool)> changed;
    Network known;
    base::Timer timer;
    bool stopped = false;

    void compare() {
        auto now = look();
        if (now == known) return;
        const bool outward = now.outward != known.outward;
        known = std::move(now);
        const auto call = changed;   // may end the watch
        call(outward);
    }

    void poll() {
        timer = loop.postAfter(kLookEvery, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self || self->stopped) return;
            self->poll();
            self->compare();
        });
    }

#if defined(__linux__)
    std::unique_ptr<asio::posix::stream_descriptor> told;
    std::array<std::byte, 8192> buffer;

    bool listen() {
        const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
        if (fd < 0) return false;
        sockaddr_nl address{};
        address.nl_family = AF_NETLINK;
        address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
        if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(fd);
            return false;
        }
        told = std::make_unique<asio::posix::stream_descriptor>(loop.context(), fd);
        wait();
        return true;
    }

    void wait() {
        told->async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](const error_code& error) {
            if (self->stopped || error == asio::error::operation_aborted) return;
            if (error) return self->poll();
            // What exactly happened does not matter; that some of it was lost (ENOBUFS) does not, either.
            while (::recv(self->told->native_handle(), self->buffer.data(), self->buffer.size(), MSG_DONTWAIT) > 0) {
            }
            self->timer = self->loop.postAfter(kSettleTime, [weak = self->weak_from_this()] {
                if (const auto impl = weak.lock(); impl && !impl->stopped) impl->compare();
            });
            self->wait();
        });
    }

    void stop() {
        stopped = true;
        timer.cancel();
        error_code ignored;
        if (told) told->close(ignored);
    }
#else
    bool listen() { return false; }
    void stop() {
        stopped = true;
        timer.cancel();
    }
#endif
};

AddressWatch::AddressWatch(EventLoop& loop, std::function<void(bool)> changed)
    : m_impl(std::make_shared<Impl>(loop, std::move(changed))) {
    if (!m_impl->listen()) m_impl->poll();
}

AddressWatch::~AddressWatch() { m_impl->stop(); }

}  // namespace parlour::net

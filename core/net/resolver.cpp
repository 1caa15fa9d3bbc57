// SPDX-License-Identifier: Apache-2.0
#include "core/net/resolver.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>

namespace parlour::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

struct Lookup {
    explicit Lookup(asio::io_context& context) : resolver(context) {}
    tcp::resolver resolver;
    std::function<void(base::Result<std::vector<base::SocketAddress>>)> answer;
};

base::IpAddress fromAsio(const asio::ip::address& address) {
    if (address.is_v4()) return base::IpAddress::v4(address.to_v4().to_bytes());
    return base::IpAddress::v6(address.to_v6().to_bytes(), static_cast<std::uint32_t>(address.to_v6().scope_id()));
}

}  // namespace

Pending resolveHost(EventLoop& loop, const std::string& host, std::uint16_t port,
                    std::function<void(base::Result<std::vector<base::SocketAddress>>)> answer) {
    auto lookup = std::make_shared<Lookup>(loop.context());
    lookup->answer = std::move(answer);
    const auto finish = [](const std::shared_ptr<Lookup>& l, base::Result<std::vector<base::SocketAddress>> result) {
        if (auto call = std::exchange(l->answer, nullptr)) call(std::move(result));
    };

    std::vector<base::SocketAddress> known;
    if (const auto ip = base::IpAddress::parse(host)) {
        known.push_back({*ip, port});
    } else if (host == "localhost") {
        // RFC 6761 section 6.3: never a question for a server. IPv4 first: that is where parlourd listens by default.
        known.push_back({*base::IpAddress::parse("127.0.0.1"), port});
        known.push_back({*base::IpAddress::parse("::1"), port});
    }
    if (!known.empty()) {
        loop.post([lookup, finish, known = std::move(known)] { finish(lookup, known); });
    } else {
        lookup->resolver.async_resolve(
            host, std::to_string(port), tcp::resolver::numeric_service,
            [lookup, finish, host](const boost::system::error_code& error, const tcp::resolver::results_type& found) {
                std::vector<base::SocketAddress> out;
                for (const auto& entry : found) {
                    const base::SocketAddress address{fromAsio(entry.endpoint().address()), entry.endpoint().port()};
                    if (std::find(out.begin(), out.end(), address) == out.end()) out.push_back(address);
                }
                if (!error && !out.empty()) return finish(lookup, std::move(out));
                finish(lookup, base::fail(base::ErrorKind::unreachable, "name_not_found",
                                          "The name " + host + " is not known.",
                                          "Check the spelling of the address and your internet connection.",
                                          error.message()));
            });
    }
    return Pending([lookup] {
        lookup->answer = nullptr;
        lookup->resolver.cancel();
    });
}

}  // namespace parlour::net

// SPDX-License-Identifier: Apache-2.0
#include "core/server/ice_tcp.h"

#include "tests/support/catch.h"

using namespace parlour;
using server::IceTcp;

namespace {

base::Bytes stun(std::size_t size = 20) {
    base::Bytes bytes(size);
    bytes[1] = std::byte{0x01};
    bytes[4] = std::byte{0x21};
    bytes[5] = std::byte{0x12};
    bytes[6] = std::byte{0xa4};
    bytes[7] = std::byte{0x42};
    return bytes;
}

base::Bytes framed(base::ByteView datagram) {
    base::ByteWriter out;
    out.u16(static_cast<std::uint16_t>(datagram.size()));
    out.bytes(datagram);
    return out.take();
}

struct TcpWorld {
    net::EventLoop loop;
    std::vector<base::Bytes> received;
    base::SocketAddress from, local;
    std::unique_ptr<IceTcp> tcp;
    std::shared_ptr<net::TcpStream> client;
    base::Bytes answer;
    bool closed = false;

    TcpWorld() {
        tcp = *IceTcp::open(loop, *base::SocketAddress::parse("127.0.0.1:0"), [this](const auto& to, const auto& who, base::Bytes bytes) {
            local = to;
            from = who;
            received.push_back(std::move(bytes));
        });
    }
    void connect() {
        client.reset();
        closed = false;
        std::optional<bool> done;
        net::ConnectOptions options;
        options.host = "127.0.0.1";
        options.port = tcp->localAddress().port;
        auto pending = net::connectTcp(loop, options, [&](auto stream) {
            done = static_cast<bool>(stream);
            if (stream) client = *stream;
        });
        REQUIRE(loop.runUntil([&] { return done.has_value(); }, std::chrono::seconds(10)));
        REQUIRE(client);
        client->onBytes([this](std::span<const std::byte> bytes) { answer.insert(answer.end(), bytes.begin(), bytes.end()); });
        client->onClosed([this](const base::Error&) { closed = true; });
    }
    bool until(const std::function<bool()>& condition) { return loop.runUntil(condition, std::chrono::seconds(10)); }
};

}  // namespace

TEST_CASE("datagrams come whole out of a stream however it was cut, and answers go back with their length", "[ice-tcp]") {
    TcpWorld world;
    world.connect();
    auto bytes = framed(stun());
    const auto second = framed(base::Bytes(IceTcp::kMaxFrame, std::byte{9}));
    bytes.insert(bytes.end(), second.begin(), second.end());
    world.client->send(std::span(bytes).first(1));
    world.client->send(std::span(bytes).subspan(1, 20));
    world.client->send(std::span(bytes).subspan(21));
    REQUIRE(world.until([&] { return world.received.size() == 2; }));
    CHECK(world.received[0] == stun());
    CHECK(world.received[1].size() == IceTcp::kMaxFrame);
    CHECK(world.local == world.tcp->localAddress());
    world.tcp->send(world.from, stun(32));
    world.tcp->send(world.from, base::Bytes(IceTcp::kMaxFrame + 1));   // no packet of ours: not sent
    REQUIRE(world.until([&] { return world.answer.size() >= 34; }));
    CHECK(world.answer == framed(stun(32)));
    CHECK(world.tcp->stats().open == 1);
}

TEST_CASE("whoever speaks something else, or of an impossible length, is cut off", "[ice-tcp][T39]") {
    TcpWorld world;
    for (const auto& bytes : {framed(base::Bytes(40, std::byte{1})), framed({}), framed(base::Bytes(IceTcp::kMaxFrame + 1)),
                              base::toBytes(base::asBytes(std::string_view("GET / HTTP/1.1\r\n\r\n")))}) {
        world.connect();
        world.client->send(bytes);
        CHECK(world.until([&] { return world.closed; }));
    }
    CHECK(world.received.empty());
    CHECK(world.answer.empty());
    CHECK(world.tcp->stats().broken == 4);
    CHECK(world.tcp->stats().open == 0);
}

// SPDX-License-Identifier: Apache-2.0
// The real batched sockets, on loopback.
#include "core/sfu/udp_port.h"

#include <string>

#include "core/base/byte_io.h"
#include "core/base/thread.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<sfu::UdpPort> openLoopback() {
    const base::SocketAddress any{base::IpAddress::v4({127, 0, 0, 1}), 0};
    auto port = sfu::UdpPort::open(std::span(&any, 1));
    REQUIRE(port);
    return std::move(*port);
}

}  // namespace

TEST_CASE("a full batch and one more arrive at the address they were sent to", "[sfu]") {
    auto a = openLoopback(), b = openLoopback();
    const auto from = a->localAddresses()[0], to = b->localAddresses()[0];
    REQUIRE(from.port != 0);
    sfu::SendBatch batch([&](std::span<const sfu::OutgoingPacket> packets) { a->send(packets); });
    for (std::size_t i = 0; i <= sfu::SendBatch::kSlots; ++i) batch.push(base::asBytes("packet " + std::to_string(i)), from, to);
    batch.flush();
    std::size_t count = 0;
    for (int tries = 0; tries < 50 && count <= sfu::SendBatch::kSlots; ++tries) {
        b->wait(100ms);
        b->receive([&](const base::SocketAddress& local, const base::SocketAddress& sender, std::span<std::byte> bytes) {
            CHECK(local == to);
            CHECK(sender == from);
            CHECK(base::asText(bytes) == "packet " + std::to_string(count));
            ++count;
        });
    }
    CHECK(count == sfu::SendBatch::kSlots + 1);
    CHECK(a->stats().sent == count);
}

TEST_CASE("an answer leaves from the address that was asked, on one port for all addresses", "[sfu]") {
    const std::vector<base::SocketAddress> addresses{{base::IpAddress::v4({127, 0, 0, 1}), 0},
                                                     {base::IpAddress::v4({127, 0, 0, 2}), 0}};
    auto server = sfu::UdpPort::open(addresses);
    REQUIRE(server);
    CHECK((*server)->localAddresses()[0].port == (*server)->localAddresses()[1].port);
    auto client = openLoopback();
    for (const auto& asked : (*server)->localAddresses()) {
        const sfu::OutgoingPacket question{client->localAddresses()[0], asked, base::asBytes("?")};
        client->send(std::span(&question, 1));
        bool answered = false;
        for (int tries = 0; tries < 50 && !answered; ++tries) {
            (*server)->wait(20ms);
            (*server)->receive([&](const base::SocketAddress& local, const base::SocketAddress& from, std::span<std::byte>) {
                const sfu::OutgoingPacket answer{local, from, base::asBytes("!")};
                (*server)->send(std::span(&answer, 1));
            });
            client->receive([&](const base::SocketAddress&, const base::SocketAddress& from, std::span<std::byte>) {
                CHECK(from == asked);
                answered = true;
            });
        }
        CHECK(answered);
    }
}

TEST_CASE("a datagram longer than any packet of ours is counted and dropped", "[sfu]") {
    auto a = openLoopback(), b = openLoopback();
    for (const std::size_t size : {std::size_t{2048}, std::size_t{2049}}) {
        const base::Bytes bytes(size, std::byte{1});
        const sfu::OutgoingPacket packet{a->localAddresses()[0], b->localAddresses()[0], bytes};
        a->send(std::span(&packet, 1));
    }
    int delivered = 0;
    for (int tries = 0; tries < 50 && b->stats().received < 2; ++tries) {
        b->wait(100ms);
        b->receive([&](const auto&, const auto&, std::span<std::byte>) { ++delivered; });
    }
    CHECK(delivered == 1);
    CHECK(b->stats().truncated == 1);
}

TEST_CASE("a port in use is refused with a sentence that names it", "[sfu]") {
    auto a = openLoopback();
    const auto taken = a->localAddresses()[0];
    auto b = sfu::UdpPort::open(std::span(&taken, 1));
    REQUIRE_FALSE(b);
    CHECK(b.error().message.find(taken.toString()) != std::string::npos);
    CHECK(b.error().kind == base::ErrorKind::unavailable);
    CHECK_FALSE(sfu::UdpPort::open({}));
}

TEST_CASE("wake ends the wait from another thread", "[sfu]") {
    auto a = openLoopback();
    base::Thread other("waker", base::ThreadPriority::normal, [&] { a->wake(); });
    a->wait(60s);
    other.join();
    SUCCEED();
}

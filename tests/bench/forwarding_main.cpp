// SPDX-License-Identifier: Apache-2.0
// One speaker, many subscribers, one core: what the forwarder costs per packet on live loopback, beside a bare sendto loop
// to the same sockets in the same run. Rounds alternate; medians are printed. Real DTLS, SRTP, sockets.
//   parlour_bench_forwarding [SUBSCRIBERS] [PACKETS PER ROUND] [ROUNDS]
#include <sched.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "core/base/clock.h"
#include "core/base/thread.h"
#include "core/sfu/forwarder.h"
#include "core/sfu/udp_port.h"
#include "tests/bench/cpu_time.h"
#include "tests/sfu/rtc_pair.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

constexpr std::size_t kSockets = 64;      // ears; subscribers share them
constexpr std::size_t kPayload = 80;      // 32 kbit/s at 20 ms
constexpr double kGoalPacketsPerSecond = 100'000;

void pin(int core) {
    if (sysconf(_SC_NPROCESSORS_ONLN) < 2) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

double cpuNanoseconds() { return tests::cpuSeconds() * 1e9; }

struct Figures {
    std::vector<double> wall, cpu;  // ns per packet
};

template <class Round>
void measure(const base::Clock& clock, Figures& figures, std::size_t packets, Round&& round) {
    const auto cpu = cpuNanoseconds();
    const auto begin = clock.now();
    round();
    const auto wall = static_cast<double>((clock.now() - begin).count()) * 1000.0;
    figures.wall.push_back(wall / static_cast<double>(packets));
    figures.cpu.push_back((cpuNanoseconds() - cpu) / static_cast<double>(packets));
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int i, std::size_t otherwise) {
        return argc > i ? static_cast<std::size_t>(std::strtoul(argv[i], nullptr, 10)) : otherwise;
    };
    const std::size_t listeners = std::max<std::size_t>(1, number(1, 1000));
    const std::size_t perRound = number(2, 100), rounds = number(3, 9);

    base::SystemClock clock;
    const base::SocketAddress any{base::IpAddress::v4({127, 0, 0, 1}), 0};
    std::vector<base::SocketAddress> binds(1, any);
    auto port = sfu::UdpPort::open(binds);
    if (!port) return std::fprintf(stderr, "%s\n", base::describe(port.error()).c_str()), 1;
    const auto local = (*port)->localAddresses().front();

    // The ears: real sockets that are read on the other core, as listeners' machines would.
    std::vector<std::unique_ptr<sfu::UdpPort>> ears;
    std::vector<base::SocketAddress> earAddresses;
    for (std::size_t i = 0; i < std::min(kSockets, listeners); ++i) {
        auto ear = sfu::UdpPort::open(binds);
        if (!ear) return std::fprintf(stderr, "%s\n", base::describe(ear.error()).c_str()), 1;
        earAddresses.push_back((*ear)->localAddresses().front());
        ears.push_back(std::move(*ear));
    }
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> arrived{0};
    base::Thread reader("ears", base::ThreadPriority::normal, [&] {
        pin(1);
        while (!stop.load(std::memory_order_relaxed)) {
            std::uint64_t count = 0;
            for (auto& ear : ears)
                ear->receive([&](const auto&, const auto&, std::span<std::byte>) { ++count; });
            arrived.fetch_add(count, std::memory_order_relaxed);
        }
    });
    pin(0);

    // Everybody shakes hands in memory; only the addresses are real.
    sfu::SendBatch batch([&](std::span<const sfu::OutgoingPacket> packets) { (*port)->send(packets); });
    sfu::Forwarder forwarder(batch);
    base::TimePoint now = clock.now();
    sfu::PublisherConfig config;
    config.transport = 1;
    config.ssrc = 4711;
    config.authorised = true;
    auto* publisher = forwarder.addPublisher(config);
    std::vector<std::unique_ptr<RtcPair>> pairs;
    for (std::size_t i = 0; i < listeners; ++i) {
        auto pair = std::make_unique<RtcPair>(earAddresses[i % earAddresses.size()].port, true);
        pair->serverAddress = local;
        pair->server.addLocalAddress(local);
        const auto sender = pair->server.addAudioSender({"PA_x|TR_x", "TR_x", true, false});
        forwarder.addSubscriber(publisher, pair->server, sender);
        pair->serverOffers(now);
        pair->connect(now);
        forwarder.refresh(pair->server);
        pairs.push_back(std::move(pair));
    }

    rtc::RtpView packet;
    base::Bytes payload(kPayload, std::byte{0x48});
    packet.ssrc = 4711;
    packet.payloadType = 111;
    packet.payload = payload;
    const std::size_t packets = perRound * listeners;
    const std::size_t wireBytes = 12 + kPayload + 16;

    const int bare = ::socket(AF_INET, SOCK_DGRAM, 0);
    const int buffer = 8 * 1024 * 1024;
    ::setsockopt(bare, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
    std::vector<sockaddr_in> targets;
    for (std::size_t i = 0; i < listeners; ++i) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons(earAddresses[i % earAddresses.size()].port);
        targets.push_back(to);
    }
    const base::Bytes wire(wireBytes, std::byte{0x80});

    Figures forwarding, floor;
    for (std::size_t r = 0; r < rounds; ++r) {
        measure(clock, floor, packets, [&] {
            for (std::size_t i = 0; i < perRound; ++i)
                for (const auto& to : targets)
                    ::sendto(bare, wire.data(), wire.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof to);
        });
        const auto before = forwarder.stats().packetsOut;
        measure(clock, forwarding, packets, [&] {
            for (std::size_t i = 0; i < perRound; ++i) {
                ++packet.sequence;
                packet.timestamp += 960;
                now += std::chrono::milliseconds(20);
                forwarder.onRtp(1, packet, now);
                batch.flush();
            }
        });
        if (forwarder.stats().packetsOut - before != packets) {
            std::fprintf(stderr, "only %llu of %zu packets were forwarded\n",
                         static_cast<unsigned long long>(forwarder.stats().packetsOut - before), packets);
            return 1;
        }
    }
    stop = true;
    reader.join();
    ::close(bare);

    const double ns = tests::median(forwarding.wall), floorNs = tests::median(floor.wall);
    const double perSecond = 1e9 / ns;
    std::printf("forwarding: 1 speaker, %zu subscribers, one core, live loopback, %zu rounds of %zu packets\n", listeners,
                rounds, packets);
    std::printf("  bare sendto loop          %8.0f ns/packet (%.0f CPU)\n", floorNs, tests::median(floor.cpu));
    std::printf("  forwarder                 %8.0f ns/packet (%.0f CPU)   ratio to the floor %.2f\n", ns,
                tests::median(forwarding.cpu), ns / floorNs);
    std::printf("  packets per second        %8.0f   goal >= %.0f\n", perSecond, kGoalPacketsPerSecond);
    std::printf("  refused by the system     %8llu   arrived %llu\n",
                static_cast<unsigned long long>((*port)->stats().refused),
                static_cast<unsigned long long>(arrived.load()));
    return perSecond >= kGoalPacketsPerSecond ? 0 : 1;
}

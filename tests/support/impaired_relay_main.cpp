// SPDX-License-Identifier: Apache-2.0
// A bad network for whole programs: the only way between this network namespace and that of process PID is a pair of TUN
// devices, and this program carries the packets between them as `Impair` says, in real time. Nothing is rewritten, so every
// client's ICE, DTLS and SRTP pass as they are. Linux.
//   parlour_impaired_relay --inside PID --device NAME --profile P5 --seed N [--way MS] [--log FILE]
// It says "ready" when both devices are there (the caller gives them addresses) and runs until SIGTERM.
//
// The time of each direction's Impair starts with its first RTP packet, and each new packet of that stream takes the next
// fate of the seed: two relays with one seed do the same to the same packets. RTP packets that come again (answers to
// NACK), STUN, DTLS and RTCP have an Impair of their own, so that they do not shift the fates. Whatever is not UDP
// (signalling by TCP) passes at once. FILE gets a line for each new RTP packet that goes inside:
//   NUMBER SEQUENCE DELAY_US|lost
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/impair.h"

using namespace parlour;
using tests::Impair;

namespace {

volatile std::sig_atomic_t ended = 0;

struct Options {
    std::string inside, device, log;
    const tests::ImpairProfile* profile = nullptr;
    std::uint32_t seed = 1;
    double wayMs = -1.0;
};

base::TimePoint now() {
    return base::TimePoint(std::chrono::duration_cast<base::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

int openTun(const std::string& name) {
    const int fd = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return -1;
    ifreq request{};
    std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name.c_str());
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    if (::ioctl(fd, TUNSETIFF, &request) == 0) return fd;
    ::close(fd);
    return -1;
}

/// The UDP payload of an IPv4 packet; nullopt for everything else.
std::optional<std::span<const std::uint8_t>> datagram(std::span<const std::uint8_t> packet) {
    if (packet.size() < 28 || packet[0] >> 4 != 4 || packet[9] != 17) return std::nullopt;
    const std::size_t head = (packet[0] & 15u) * 4u;
    if (packet.size() < head + 8) return std::nullopt;
    return packet.subspan(head + 8);
}

bool isRtp(std::span<const std::uint8_t> p) {
    return p.size() >= 12 && p[0] >= 128 && p[0] <= 191 && (p[1] < 192 || p[1] > 223);
}

/// One direction.
class Way {
  public:
    Way(const tests::ImpairProfile& profile, std::uint32_t seed, std::FILE* log)
        : m_media(profile, seed), m_rest(profile, seed + 0x5eed), m_log(log) {}

    void take(std::span<const std::uint8_t> packet, base::TimePoint at) {
        const auto payload = datagram(packet);
        if (!payload) return keep(packet, at);
        const bool media = isRtp(*payload) && isNew(*payload);
        auto& begun = media ? m_mediaBegun : m_restBegun;
        if (!begun) begun = at;
        const auto local = base::TimePoint(at - *begun);
        const auto fate = (media ? m_media : m_rest).send(local, packet.size());
        for (int c = 0; c < fate.copies; ++c) keep(packet, at + (fate.at[static_cast<std::size_t>(c)] - local));
        if (!media) return;
        if (m_log) {
            std::fprintf(m_log, "%llu %u ", static_cast<unsigned long long>(m_number), (*payload)[2] * 256u + (*payload)[3]);
            if (fate.copies == 0)
                std::fprintf(m_log, "lost\n");
            else
                std::fprintf(m_log, "%lld\n", static_cast<long long>((fate.at[0] - local).count()));
            std::fflush(m_log);
        }
        ++m_number;
    }
    base::TimePoint next() const { return m_air.empty() ? base::kNever : m_air.begin()->first; }
    void deliver(int fd, base::TimePoint at) {
        for (; !m_air.empty() && m_air.begin()->first <= at; m_air.erase(m_air.begin())) {
            const auto& packet = m_air.begin()->second;
            // A full or closed device loses it, as a network does.
            [[maybe_unused]] const auto written = ::write(fd, packet.data(), packet.size());
        }
    }

  private:
    bool isNew(std::span<const std::uint8_t> p) {
        const auto source = static_cast<std::uint32_t>(p[8] << 24 | p[9] << 16 | p[10] << 8 | p[11]);
        const auto sequence = static_cast<std::uint16_t>(p[2] << 8 | p[3]);
        const auto [known, first] = m_newest.try_emplace(source, sequence);
        if (first) return true;
        if (static_cast<std::int16_t>(sequence - known->second) <= 0) return false;
        known->second = sequence;
        return true;
    }
    void keep(std::span<const std::uint8_t> packet, base::TimePoint at) {
        m_air.emplace(at, std::vector<std::uint8_t>(packet.begin(), packet.end()));
    }

    Impair m_media, m_rest;
    std::FILE* m_log;
    std::optional<base::TimePoint> m_mediaBegun, m_restBegun;
    std::map<std::uint32_t, std::uint16_t> m_newest;  // by SSRC
    std::uint64_t m_number = 0;
    std::multimap<base::TimePoint, std::vector<std::uint8_t>> m_air;
};

std::optional<Options> parse(int argc, char** argv) {
    Options o;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i], value = argv[i + 1];
        if (name == "--inside")
            o.inside = value;
        else if (name == "--device")
            o.device = value;
        else if (name == "--log")
            o.log = value;
        else if (name == "--profile")
            o.profile = tests::impairProfile(value);
        else if (name == "--seed")
            o.seed = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
        else if (name == "--way")
            o.wayMs = std::atof(value.c_str());
        else
            return std::nullopt;
    }
    if (argc % 2 == 0 || o.inside.empty() || o.device.empty() || o.device.size() >= IFNAMSIZ || !o.profile) return std::nullopt;
    return o;
}

int carry(const Options& options, int outside, int inside, std::FILE* log) {
    auto profile = *options.profile;
    if (options.wayMs >= 0.0) profile.baseMs = options.wayMs;
    Way in(profile, options.seed, log), out(profile, options.seed + 1'000'000, nullptr);
    std::vector<std::uint8_t> buffer(65'536);
    while (!ended) {
        std::array<pollfd, 2> ready{{{outside, POLLIN, 0}, {inside, POLLIN, 0}}};
        const auto due = std::min(in.next(), out.next());
        const auto wait = due == base::kNever ? base::Duration(200'000) : std::max(base::Duration(0), due - now());
        const timespec limit{wait.count() / 1'000'000, wait.count() % 1'000'000 * 1000};
        if (::ppoll(ready.data(), ready.size(), &limit, nullptr) < 0 && errno != EINTR) return 1;
        const auto read = [&](int fd, Way& way) {
            for (ssize_t n; (n = ::read(fd, buffer.data(), buffer.size())) > 0;)
                way.take(std::span(buffer).first(static_cast<std::size_t>(n)), now());
        };
        read(outside, in);
        read(inside, out);
        in.deliver(inside, now());
        out.deliver(outside, now());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse(argc, argv);
    if (!options) {
        std::fprintf(stderr, "usage: parlour_impaired_relay --inside PID --device NAME --profile P0..P10 --seed N [--way MS] [--log FILE]\n");
        return 2;
    }
    struct sigaction action{};
    action.sa_handler = [](int) { ended = 1; };
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    const int outside = openTun(options->device);
    const int there = ::open(("/proc/" + options->inside + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
    const int inside = outside >= 0 && there >= 0 && ::setns(there, CLONE_NEWNET) == 0 ? openTun(options->device) : -1;
    if (inside < 0) {
        std::fprintf(stderr, "no TUN devices here (/dev/net/tun, another network namespace): %s\n", std::strerror(errno));
        return 77;
    }
    std::FILE* log = options->log.empty() ? nullptr : std::fopen(options->log.c_str(), "w");
    std::printf("ready\n");
    std::fflush(stdout);
    const int code = carry(*options, outside, inside, log);
    if (log) std::fclose(log);
    return code;
}

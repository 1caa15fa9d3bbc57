// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/sctp_association.h"

#include <usrsctp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>

#include "core/base/fifo.h"
#include "core/rtc/sctp_driver.h"

namespace parlour::rtc {
namespace {

constexpr std::uint16_t kPort = 5000;   // of both ends, on the wire
constexpr std::size_t kHeader = 12;     // RFC 9260 section 3.1: source port, destination port, tag, checksum
constexpr std::size_t kChecksumAt = 8;
constexpr base::Duration kBusyTick = std::chrono::milliseconds(20);
constexpr base::Duration kAnswerFor = std::chrono::milliseconds(60);    // after a packet: delayed acknowledgements take 20
constexpr base::Duration kRepeatFor = std::chrono::milliseconds(500);   // after a message: its first retransmissions
constexpr base::Duration kWaitingTick = std::chrono::milliseconds(250);
constexpr base::Duration kIdleTick = std::chrono::seconds(10);  // nothing is due then
constexpr base::Duration kIdleStep = std::chrono::milliseconds(250);

/// The library finds whose a packet is by walking all that have its port: inside each has one of its own.
std::uint16_t portOf(std::uintptr_t id) { return static_cast<std::uint16_t>(1 + id % 65'535); }

std::uint16_t port(const base::Bytes& packet, std::size_t at) {
    return static_cast<std::uint16_t>(std::to_integer<unsigned>(packet[at]) << 8 | std::to_integer<unsigned>(packet[at + 1]));
}
void setPort(base::Bytes& packet, std::size_t at, std::uint16_t port) {
    packet[at] = static_cast<std::byte>(port >> 8);
    packet[at + 1] = static_cast<std::byte>(port & 0xff);
}
/// Writes the checksum; false: there was another one.
bool seal(base::Bytes& packet) {
    std::array<std::byte, 4> before;
    std::copy_n(packet.begin() + kChecksumAt, before.size(), before.begin());
    std::fill_n(packet.begin() + kChecksumAt, before.size(), std::byte{0});
    const std::uint32_t sum = usrsctp_crc32c(packet.data(), packet.size());
    std::memcpy(packet.data() + kChecksumAt, &sum, sizeof sum);   // the library has it in the order of the wire
    return std::equal(before.begin(), before.end(), packet.begin() + kChecksumAt);
}

sockaddr_conn addressOf(std::uintptr_t id, std::uint16_t port) {
    sockaddr_conn address{};
    address.sconn_family = AF_CONN;
#ifdef HAVE_SCONN_LEN
    address.sconn_len = sizeof address;
#endif
    address.sconn_port = htons(port);
    address.sconn_addr = reinterpret_cast<void*>(id);
    return address;
}

int onLibraryData(struct socket*, union sctp_sockstore, void* data, size_t length, struct sctp_rcvinfo info, int flags,
                  void* context) {
    if (data == nullptr) return 1;
    const base::ByteView bytes{static_cast<const std::byte*>(data), length};
    auto* sink = static_cast<SctpDriver::Sink*>(context);   // null: its association is being closed
    if (sink != nullptr && (flags & MSG_NOTIFICATION) != 0)
        sink->onNotification(bytes);
    else if (sink != nullptr)
        sink->onData(info.rcv_sid, ntohl(info.rcv_ppid), bytes, (flags & MSG_EOR) != 0);
    std::free(data);
    return 1;
}

}  // namespace

struct SctpAssociation::Impl final : SctpDriver::Sink {
    struct Waiting {
        SctpMessage message;
        Reliability reliability;
    };

    std::shared_ptr<SctpDriver> driver = SctpDriver::acquire();
    std::uintptr_t id = 0;
    struct socket* socket = nullptr;
    bool up = false;
    bool over = false;
    base::TimePoint nextTick = base::kNever;
    bool idle = false;   // nothing is under way
    base::TimePoint answeredAt{}, repeatedAt{};
    base::Fifo<base::Bytes> packets;
    base::Fifo<SctpMessage> messages;
    std::size_t messageBytes = 0;
    std::map<std::uint16_t, base::Bytes> partial;   // until the end of record
    base::Fifo<Waiting> waiting;                    // the library's buffer is full
    std::size_t waitingBytes = 0;

    void onPacket(base::ByteView packet) override {
        if (packets.size() >= 4096 || packet.size() < kHeader) return;
        auto& out = packets.emplace_back(base::toBytes(packet));
        setPort(out, 0, kPort);
        seal(out);
    }

    void onData(std::uint16_t stream, std::uint32_t ppid, base::ByteView bytes, bool last) override {
        if (stream >= kMaxStreams) return;
        auto& gathered = partial[stream];
        // One that grows too long is dropped whole; its end is still waited for.
        if (gathered.size() <= kMaxMessage) gathered.insert(gathered.end(), bytes.begin(), bytes.end());
        if (!last) return;
        if (gathered.size() <= kMaxMessage && messageBytes + gathered.size() <= kMaxQueued) {
            messageBytes += gathered.size();
            messages.push_back({stream, ppid, std::move(gathered)});
        }
        gathered = {};
    }

    void onNotification(base::ByteView notification) override {
        union sctp_notification event{};
        std::memcpy(&event, notification.data(), std::min(notification.size(), sizeof event));
        if (event.sn_header.sn_type != SCTP_ASSOC_CHANGE) return;
        switch (event.sn_assoc_change.sac_state) {
            case SCTP_COMM_UP: up = true; break;
            case SCTP_COMM_LOST:
            case SCTP_SHUTDOWN_COMP:
            case SCTP_CANT_STR_ASSOC:
                up = false;
                over = true;
                break;
            default: break;
        }
    }

    bool configure() {
        usrsctp_set_non_blocking(socket, 1);
        const linger hard{1, 0};   // close means abort: nobody waits for a peer that has gone
        const int on = 1;
        sctp_initmsg init{};
        init.sinit_num_ostreams = kMaxStreams;
        init.sinit_max_instreams = kMaxStreams;
        bool ok = usrsctp_setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard) == 0;
        ok = usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on) == 0 && ok;
        ok = usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof init) == 0 && ok;
        sctp_event event{};
        event.se_assoc_id = SCTP_ALL_ASSOC;
        event.se_on = 1;
        event.se_type = SCTP_ASSOC_CHANGE;
        return usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof event) == 0 && ok;
    }

    int sendNow(const SctpMessage& message, Reliability reliability) {
        sctp_sendv_spa spa{};
        spa.sendv_flags = SCTP_SEND_SNDINFO_VALID;
        spa.sendv_sndinfo.snd_sid = message.stream;
        spa.sendv_sndinfo.snd_ppid = htonl(message.ppid);
        spa.sendv_sndinfo.snd_flags = SCTP_EOR;
        if (reliability == Reliability::unordered) {
            spa.sendv_sndinfo.snd_flags |= SCTP_UNORDERED;
            spa.sendv_flags |= SCTP_SEND_PRINFO_VALID;
            spa.sendv_prinfo.pr_policy = SCTP_PR_SCTP_RTX;
            spa.sendv_prinfo.pr_value = 0;
        }
        const auto sent = usrsctp_sendv(socket, message.bytes.data(), message.bytes.size(), nullptr, 0, &spa, sizeof spa,
                                        SCTP_SENDV_SPA, 0);
        return sent < 0 ? errno : 0;
    }

    void drainWaiting() {
        while (up && !waiting.empty()) {
            const auto error = sendNow(waiting.front().message, waiting.front().reliability);
            if (error == EWOULDBLOCK || error == EAGAIN) return;
            waitingBytes -= waiting.front().message.bytes.size();
            waiting.pop_front();
        }
    }

    void schedule(base::TimePoint now) {
        const bool quiet = up && waiting.empty() && packets.empty() && now >= answeredAt;
        idle = quiet && acknowledged();
        nextTick = now + (idle ? kIdleTick : quiet && now >= repeatedAt ? kWaitingTick : kBusyTick);
    }
    /// Nothing of ours is on its way: the library has no retransmission to make.
    bool acknowledged() const {
        sctp_status status{};
        socklen_t size = sizeof status;
        return usrsctp_getsockopt(socket, IPPROTO_SCTP, SCTP_STATUS, &status, &size) == 0 && status.sstat_unackdata == 0 &&
               status.sstat_penddata == 0;
    }
};

SctpAssociation::SctpAssociation() : m_impl(std::make_unique<Impl>()) {}

SctpAssociation::~SctpAssociation() {
    const auto lock = m_impl->driver->lock();
    if (m_impl->socket != nullptr) {
        usrsctp_set_ulpinfo(m_impl->socket, nullptr);
        usrsctp_close(m_impl->socket);
    }
    if (m_impl->id != 0) m_impl->driver->remove(m_impl->id);
}

void SctpAssociation::start(base::TimePoint now) {
    auto& s = *m_impl;
    if (s.socket != nullptr) return;
    const auto lock = s.driver->lock();
    s.driver->advance(now);
    s.id = s.driver->add(s);
    s.socket = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, onLibraryData, nullptr, 0, static_cast<SctpDriver::Sink*>(&s));
    if (s.socket == nullptr || !s.configure()) {
        s.over = true;
        return;
    }
    auto own = addressOf(s.id, portOf(s.id));
    if (usrsctp_bind(s.socket, reinterpret_cast<sockaddr*>(&own), sizeof own) != 0) {
        s.over = true;
        return;
    }
    auto address = addressOf(s.id, kPort);
    if (usrsctp_connect(s.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS) {
        s.over = true;
        return;
    }
    // The path is DTLS over UDP: no discovery, a size that fits below 1200 bytes of datagram (RFC 8261 section 5). Whether it is alive
    // ICE knows; thousands of quiet listeners need no second heartbeat.
    sctp_paddrparams path{};
    std::memcpy(&path.spp_address, &address, sizeof address);
    path.spp_flags = SPP_PMTUD_DISABLE | SPP_HB_DISABLE;
    path.spp_pathmtu = 1150;
    usrsctp_setsockopt(s.socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path);
    s.schedule(now);
}

bool SctpAssociation::connected() const {
    const auto lock = m_impl->driver->lock();
    return m_impl->up;
}

bool SctpAssociation::ended() const {
    const auto lock = m_impl->driver->lock();
    return m_impl->over;
}

void SctpAssociation::handlePacket(base::ByteView packet, base::TimePoint now) {
    auto& s = *m_impl;
    if (s.socket == nullptr || packet.size() < kHeader) return;
    auto inside = base::toBytes(packet);
    if (!seal(inside) || port(inside, 2) != kPort) return;
    setPort(inside, 2, portOf(s.id));
    const auto lock = s.driver->lock();
    s.driver->advance(now);
    usrsctp_conninput(reinterpret_cast<void*>(s.id), inside.data(), inside.size(), 0);
    s.drainWaiting();
    s.answeredAt = now + kAnswerFor;
    s.schedule(now);
}

void SctpAssociation::handleTimeout(base::TimePoint now) {
    auto& s = *m_impl;
    if (s.socket == nullptr || now < s.nextTick) return;
    const auto lock = s.driver->lock();
    s.driver->advance(now, s.idle ? kIdleStep : SctpDriver::kStep);
    s.drainWaiting();
    if (s.over) s.nextTick = base::kNever;
    else s.schedule(now);
}

base::TimePoint SctpAssociation::nextTimeout() const { return m_impl->nextTick; }

std::optional<base::Bytes> SctpAssociation::pollPacket() {
    const auto lock = m_impl->driver->lock();
    if (m_impl->packets.empty()) return std::nullopt;
    auto packet = std::move(m_impl->packets.front());
    m_impl->packets.pop_front();
    return packet;
}

std::optional<SctpMessage> SctpAssociation::pollMessage() {
    const auto lock = m_impl->driver->lock();
    if (m_impl->messages.empty()) return std::nullopt;
    auto message = std::move(m_impl->messages.front());
    m_impl->messages.pop_front();
    m_impl->messageBytes -= message.bytes.size();
    return message;
}

bool SctpAssociation::send(std::uint16_t stream, std::uint32_t ppid, base::ByteView bytes, Reliability reliability,
                           base::TimePoint now) {
    auto& s = *m_impl;
    if (s.socket == nullptr || bytes.empty() || bytes.size() > kMaxMessage || stream >= kMaxStreams) return false;
    const auto lock = s.driver->lock();
    if (!s.up || s.over) return false;
    s.driver->advance(now);
    SctpMessage message{stream, ppid, base::toBytes(bytes)};
    const auto error = s.waiting.empty() ? s.sendNow(message, reliability) : EWOULDBLOCK;
    if (error == EWOULDBLOCK || error == EAGAIN) {
        if (s.waitingBytes + bytes.size() > kMaxQueued) return false;
        s.waitingBytes += bytes.size();
        s.waiting.push_back({std::move(message), reliability});
    } else if (error != 0) {
        return false;
    }
    s.repeatedAt = now + kRepeatFor;
    s.schedule(now);
    return true;
}

std::size_t SctpAssociation::queued() const {
    const auto lock = m_impl->driver->lock();
    return m_impl->waitingBytes;
}

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
// One bundled path between two peers: ICE below, DTLS on it, SRTP keyed from DTLS (RFC 8445, 6347, 5764, 3711, 7714).
// Sans-I/O: datagrams and time are handed in, datagrams and events are drained. No socket, thread or clock inside.
// Thread: the one that owns it (net in a client, media in the server).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/base/socket_address.h"
#include "core/base/time.h"
#include "core/rtc/ice_candidate.h"

namespace parlour::rtc {

class Certificate;

enum class IceMode {
    full,  ///< client: gathers, checks, nominates (RFC 8445)
    lite,  ///< server: answers checks only
};

enum class DtlsRole { client, server };

struct IceParameters {
    std::string ufrag;
    std::string pwd;
    bool lite = false;
};

/// SHA-256 over the DER certificate, upper-case hex with colons, as in a=fingerprint (RFC 8122).
struct Fingerprint {
    std::string sha256;
};

struct TransportConfig {
    IceMode iceMode = IceMode::full;                 ///< lite also means: at most 8 incoming SSRCs
    bool controlling = true;                         ///< full ICE: who nominates; the offerer, or always us against a lite peer
    std::shared_ptr<const Certificate> certificate;  ///< required
    // Full ICE: what the owner can open when it is wished for.
    bool direct = true;    ///< false: relayed addresses only, ours stay hidden
    bool streams = false;  ///< TCP connections (RFC 6544, active)
    bool relays = false;   ///< relayed addresses (RFC 8656)
};

/// The owner is asked to dial; then streamOpened, or nothing when it does not work.
struct StreamWish {
    base::SocketAddress to;
};
/// No direct way has answered: the owner is asked for relayed addresses (addLocalAddress). Once for each generation.
struct RelayWish {};
using PathWish = std::variant<StreamWish, RelayWish>;

enum class TransportState {
    fresh,         ///< nothing received yet
    checking,      ///< ICE checks run
    connecting,    ///< ICE has a pair, DTLS shakes hands
    connected,     ///< SRTP keys are there
    disconnected,  ///< consent is stale (RFC 7675); may come back
    failed,        ///< will not come back without an ICE restart
    closed,        ///< closed by us or by DTLS close_notify
};

struct OutgoingDatagram {
    base::SocketAddress from;  ///< local address to send from
    base::SocketAddress to;
    base::Bytes bytes;
};

struct TransportStateChanged {
    TransportState state;
    std::string reason;  ///< for people and logs when failed; else empty
};
/// The selected pair changed; media goes there from now on.
struct RouteChanged {
    base::SocketAddress local;
    base::SocketAddress remote;
};
using TransportEvent = std::variant<TransportStateChanged, RouteChanged>;

struct Route {
    base::SocketAddress local;
    base::SocketAddress remote;
    bool operator==(const Route&) const = default;
};

struct TransportStats {
    std::uint64_t datagramsIn = 0;
    std::uint64_t datagramsOut = 0;
    std::uint64_t bytesIn = 0;
    std::uint64_t bytesOut = 0;
    std::uint64_t dropped = 0;        ///< unknown first byte, unknown tuple, malformed
    std::uint64_t authFailures = 0;   ///< SRTP and STUN
    std::uint64_t replayed = 0;
    std::uint64_t ignoredCandidates = 0;
    std::optional<base::Duration> roundTrip;  ///< of the last STUN check on the selected pair
};

/// What a datagram turned out to be. `plain` points into the buffer handed in and lives as long as that.
struct Incoming {
    enum class Kind { none, rtp, rtcp };
    Kind kind = Kind::none;
    std::span<std::byte> plain;
};

class Transport {
  public:
    explicit Transport(TransportConfig config);
    ~Transport();
    Transport(Transport&&) noexcept;
    Transport& operator=(Transport&&) noexcept;

    // Description.
    const IceParameters& localIce() const;
    const Fingerprint& localFingerprint() const;
    /// Remote ICE credentials and fingerprint and our own DTLS role; may be called again with new ICE
    /// credentials (= the peer restarted ICE), the fingerprint and role then have to stay.
    base::Result<void> setRemote(const IceParameters& ice, const Fingerprint& fingerprint, DtlsRole ownRole,
                                 base::TimePoint now);
    bool hasRemote() const;
    /// A local address to send from; full ICE makes a candidate of this type of it, lite only advertises it.
    IceCandidate addLocalAddress(const base::SocketAddress& address, CandidateType type = CandidateType::host);
    /// The machine or the relay does not have it any more.
    void removeLocalAddress(const base::SocketAddress& address, base::TimePoint now);
    const std::vector<IceCandidate>& localCandidates() const;
    /// Unusable ones (mDNS, TCP without `streams`, component 2, over the limit of 32) are counted and ignored.
    void addRemoteCandidate(const IceCandidate& candidate, base::TimePoint now);
    /// New local ufrag and password; DTLS and SRTP stay. Until the peer answers, the old pair keeps carrying media.
    void restartIce(base::TimePoint now);
    /// Local ufrags whose checks are answered: the current one, and the former while a restart is under way. What
    /// stunLocalUfrag (stun.h) finds in a datagram from an unknown address has to be one of these.
    std::vector<std::string> liveUfrags() const;

    // Ways that have to be opened first; full ICE only.
    /// TransportConfig::relays, from now on.
    void allowRelays();
    std::optional<PathWish> pollWish();
    /// The connection's two ends are a route like any other from now on; false: it is not needed any more.
    bool streamOpened(const Route& stream, base::TimePoint now);
    void streamClosed(const Route& stream, base::TimePoint now);
    bool needsStream(const Route& stream) const;
    /// Asks the path at once whether it works (the network may have changed); no answer makes it disconnected.
    void probe(base::TimePoint now);
    /// RTP of ours left: silence from the peer is odd for a while.
    void noteMediaSent(base::TimePoint now);

    // Bytes and time.
    /// Decrypts RTP and RTCP in place. STUN and DTLS are consumed.
    Incoming handleDatagram(base::TimePoint now, const base::SocketAddress& local, const base::SocketAddress& from,
                            std::span<std::byte> datagram);
    void handleTimeout(base::TimePoint now);
    /// When handleTimeout wants to be called; kNever if it does not.
    base::TimePoint nextTimeout() const;
    std::optional<OutgoingDatagram> pollDatagram();
    std::optional<TransportEvent> pollEvent();
    /// Decrypted DTLS application data, one record each (SCTP packets, RFC 8261).
    std::optional<base::Bytes> pollData();
    void sendData(base::TimePoint now, base::ByteView sctpPacket);

    // Media out. `out` takes the whole protected packet; returns its size, 0 when there are no keys or no room
    // (SRTP needs up to 16 bytes more than header + payload, SRTCP up to 20).
    std::size_t protectRtp(base::ByteView header, base::ByteView payload, std::span<std::byte> out);
    std::size_t protectRtcp(base::ByteView packet, std::span<std::byte> out);
    /// Brings into the cache what protectRtp reads: step 0, and each of 1, 2 and 3 some time after the one before. For forwarders,
    /// who walk thousands of transports for each packet.
    void prefetch(unsigned step) const;
    /// An outgoing SSRC that will never be used again makes room for others (at most 1024 at a time).
    void forgetOutgoing(std::uint32_t ssrc);
    std::optional<Route> route() const;

    TransportState state() const;
    TransportStats stats() const;
    /// DTLS close_notify is queued; drain datagrams afterwards.
    void close(base::TimePoint now);

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace parlour::rtc

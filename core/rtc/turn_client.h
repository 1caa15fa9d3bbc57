// SPDX-License-Identifier: Apache-2.0
// One allocation at one relay (RFC 8656): Allocate with long-term credentials, Refresh, CreatePermission, ChannelBind, Send and
// Data indications, ChannelData. Sans-I/O: fed bytes and time, drained of bytes. One carrier, UDP or a stream (TCP, TLS).
//
// Inputs by sender: owner  start, send, close        network handleBytes        time  handleTimeout
// Thread: the owner's.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/time.h"
#include "core/rtc/stun.h"

namespace parlour::rtc {

inline constexpr std::size_t kMaxTurnPeers = 32;             ///< as many as remote candidates; more are not sent to
inline constexpr std::size_t kMaxTurnDatagram = 1500;        ///< between us and the peer
inline constexpr std::size_t kMaxTurnWaiting = 4;            ///< datagrams for a peer whose permission is on its way
inline constexpr int kMaxStaleNonces = 3;                    ///< in a row
inline constexpr std::uint16_t kFirstTurnChannel = 0x4000;   ///< RFC 8656 section 12: up to 0x4FFF

inline constexpr base::Duration kTurnFirstRetransmit{250'000};   ///< over UDP, doubling
inline constexpr base::Duration kTurnAnswerTime{5'000'000};
inline constexpr base::Duration kTurnUnsignedTime{500'000};      ///< an error without proof is believed when nothing better comes
inline constexpr base::Duration kTurnPermissionRenewal{240'000'000};  ///< of 300 s
inline constexpr base::Duration kTurnChannelRenewal{540'000'000};     ///< of 600 s
inline constexpr base::Duration kTurnDeniedPause{30'000'000};
inline constexpr base::Duration kTurnShortLife{10'000'000};           ///< what is lost sooner is not asked for again at once

enum class TurnState {
    idle,
    allocating,
    ready,    ///< relayed() carries
    failed,   ///< failure() says why; for good
};

/// Of the relayed address: it reaches only peers of its own kind.
enum class TurnFamily {
    v4,
    v6,     ///< RFC 8656 section 7.1, REQUESTED-ADDRESS-FAMILY
    both,   ///< two addresses where the relay can (ADDITIONAL-ADDRESS-FAMILY), else the one it has
};

/// 300 (Try Alternate), RFC 8489 section 10.
struct TurnRedirect {
    base::SocketAddress to;
    std::string domain;    ///< ALTERNATE-DOMAIN; may be empty
    bool proved = false;   ///< the relay that sends us on has shown that it knows the password
};

struct TurnReceived {
    base::SocketAddress peer;
    base::Bytes bytes;
};

class TurnClient {
  public:
    TurnClient(bool stream, std::string username, std::string password);

    void start(base::TimePoint now, TurnFamily family = TurnFamily::v4);
    /// To the peer through the relay. Dropped when the relay is not there, the peer is denied, or the datagram is too long.
    void send(base::TimePoint now, const base::SocketAddress& peer, base::ByteView datagram);
    /// Gives the allocation back; drain the bytes, then close the carrier.
    void close(base::TimePoint now);

    /// One datagram, or any piece of the stream.
    void handleBytes(base::TimePoint now, base::ByteView bytes);
    void handleTimeout(base::TimePoint now);
    base::TimePoint nextTimeout() const;
    std::optional<base::Bytes> pollBytes();
    std::optional<TurnReceived> pollReceived();

    TurnState state() const { return m_state; }
    /// Changes when the relay lost the allocation and made another.
    const std::optional<base::SocketAddress>& relayed() const { return m_relayed; }
    /// Of the other family; only with TurnFamily::both.
    const std::optional<base::SocketAddress>& relayedToo() const { return m_relayedToo; }
    const base::Error& failure() const { return m_failure; }
    /// With failure "turn_redirected": whom to ask instead, if the owner dares to (turn_redirect.h).
    const std::optional<TurnRedirect>& redirect() const { return m_redirect; }
    /// What the relay has said last of sending to this peer.
    bool permits(const base::SocketAddress& peer) const;
    bool denies(const base::SocketAddress& peer) const;
    std::size_t peerCount() const { return m_peers.size(); }

  private:
    enum class Ask { allocate, refresh, permission, channel };
    struct Transaction {
        Ask ask;
        base::SocketAddress peer;
        StunTransactionId id{};
        base::Bytes message;
        bool authenticated = false;
        int staleNonces = 0;
        base::Duration wait{};
        base::TimePoint next = base::kNever;    ///< of the next transmission
        base::TimePoint until = base::kNever;
        int unsignedError = 0;
    };
    struct Peer {
        std::uint16_t channel = 0;               ///< 0 = none asked for yet
        bool permitted = false;
        bool bound = false;
        base::TimePoint renewPermission = base::kNever;
        base::TimePoint renewChannel = base::kNever;
        base::TimePoint deniedUntil{};
        std::deque<base::Bytes> waiting;
    };

    void request(base::TimePoint now, Ask ask, const base::SocketAddress& peer, int staleNonces);
    void handleMessage(base::TimePoint now, base::ByteView bytes);
    void handleChannelData(base::ByteView bytes);
    void handleResponse(base::TimePoint now, const StunView& message);
    void succeeded(base::TimePoint now, const Transaction& done, const StunView& message);
    void refused(base::TimePoint now, const Transaction& done, int code);
    void deny(base::TimePoint now, const base::SocketAddress& peer);
    void unanswered(base::TimePoint now, const base::SocketAddress& peer);
    void allocateAgain(base::TimePoint now);
    bool reaches(const base::SocketAddress& peer) const;
    void fail(base::ErrorKind kind, std::string code, std::string message, std::string detail);
    void forward(const base::SocketAddress& to, const Peer& peer, base::ByteView datagram);
    void emit(base::Bytes bytes);
    bool asked(Ask ask, const base::SocketAddress& peer) const;
    void receive(const base::SocketAddress& from, base::ByteView datagram);

    bool m_stream;
    std::string m_username;
    std::string m_password;
    std::string m_realm;
    std::string m_nonce;
    std::string m_key;
    TurnState m_state = TurnState::idle;
    base::Error m_failure;
    TurnFamily m_family = TurnFamily::v4;
    std::optional<base::SocketAddress> m_relayed;
    std::optional<base::SocketAddress> m_relayedToo;
    std::optional<TurnRedirect> m_redirect;
    base::TimePoint m_refreshAt = base::kNever;
    base::TimePoint m_allocatedAt{};
    int m_shortLives = 0;    ///< allocations in a row
    std::uint16_t m_nextChannel = kFirstTurnChannel;
    std::map<base::SocketAddress, Peer> m_peers;
    std::vector<Transaction> m_open;
    base::Bytes m_unread;    ///< of the stream
    std::deque<base::Bytes> m_out;
    std::deque<TurnReceived> m_received;
};

}  // namespace parlour::rtc

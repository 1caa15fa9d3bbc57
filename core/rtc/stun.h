// SPDX-License-Identifier: Apache-2.0
// STUN messages (RFC 8489) with the attributes that ICE (RFC 8445 section 16) and TURN (RFC 8656 section 18) need. Pure
// functions over bytes, any thread.
// Reading never allocates, so that a flood of forged checks costs a walk over the bytes and at most one HMAC.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/byte_io.h"
#include "core/base/socket_address.h"

namespace parlour::rtc {

/// Longest message we read or write; ICE never comes near.
inline constexpr std::size_t kMaxStunSize = 1280;
inline constexpr std::uint16_t kStunBinding = 0x001;
inline constexpr std::uint16_t kTurnAllocate = 0x003;
inline constexpr std::uint16_t kTurnRefresh = 0x004;
inline constexpr std::uint16_t kTurnSend = 0x006;
inline constexpr std::uint16_t kTurnData = 0x007;
inline constexpr std::uint16_t kTurnCreatePermission = 0x008;
inline constexpr std::uint16_t kTurnChannelBind = 0x009;

enum class StunClass { request, indication, success, error };

using StunTransactionId = std::array<std::byte, 12>;
StunTransactionId randomTransactionId();

/// What only TURN's methods may carry; in a binding these attributes are unknown ones.
struct TurnAttributes {
    std::string_view realm;
    std::string_view nonce;
    std::optional<base::SocketAddress> peer;     ///< XOR-PEER-ADDRESS
    std::optional<base::SocketAddress> relayed;  ///< XOR-RELAYED-ADDRESS
    std::optional<base::SocketAddress> relayedToo;   ///< the second one, of the other family
    std::optional<base::SocketAddress> alternate;    ///< ALTERNATE-SERVER
    std::string_view alternateDomain;                ///< ALTERNATE-DOMAIN
    std::uint8_t family = 0;                         ///< REQUESTED-ADDRESS-FAMILY: 1 or 2, 0 = none
    std::uint8_t additionalFamily = 0;               ///< ADDITIONAL-ADDRESS-FAMILY
    std::optional<std::uint32_t> lifetime;       ///< seconds
    std::optional<std::uint16_t> channel;
    std::optional<base::ByteView> data;
};

/// A parsed message; views point into the bytes handed to parseStun. Attributes behind MESSAGE-INTEGRITY are not
/// covered by it and therefore not read (RFC 8489 section 14.5), FINGERPRINT excepted.
struct StunView {
    StunClass messageClass = StunClass::request;
    std::uint16_t method = 0;
    StunTransactionId id{};
    std::optional<std::string_view> username;
    std::optional<base::SocketAddress> mappedAddress;  ///< XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS
    std::optional<std::uint32_t> priority;
    std::optional<std::uint64_t> controlling;          ///< tie-breaker
    std::optional<std::uint64_t> controlled;
    bool useCandidate = false;
    int errorCode = 0;                                 ///< 300..699, 0 = none
    std::string_view errorReason;
    std::optional<std::uint16_t> unknownRequired;      ///< first comprehension-required attribute we do not know
    std::size_t integrityAt = 0;                       ///< offset of MESSAGE-INTEGRITY, 0 = absent
    bool hasFingerprint = false;                       ///< present and right; a wrong one fails the parse
    TurnAttributes turn;
    base::ByteView bytes;
};

/// True when the first bytes can only be STUN (RFC 7983: first byte 0..3, magic cookie).
bool looksLikeStun(base::ByteView datagram);
/// nullopt for anything malformed, oversized, or with a wrong FINGERPRINT.
std::optional<StunView> parseStun(base::ByteView datagram);
/// HMAC-SHA1 with the short-term password (or the long-term key) as key, compared in constant time. False when the
/// attribute is absent.
bool checkIntegrity(const StunView& message, std::string_view password);
/// The key of the long-term mechanism, 16 raw bytes (RFC 8489 section 9.2.2).
std::string longTermKey(std::string_view username, std::string_view realm, std::string_view password);

/// The receiver's ufrag of a binding request: the part of USERNAME before the colon (RFC 8445 section 7.2.2).
/// nullopt for anything else. Nothing is verified; it only tells which transport may look at the datagram.
std::optional<std::string_view> stunLocalUfrag(base::ByteView datagram);

/// Writes one message; call finish last.
class StunWriter {
  public:
    StunWriter(StunClass messageClass, std::uint16_t method, const StunTransactionId& id);

    StunWriter& username(std::string_view text);
    StunWriter& software(std::string_view text);
    StunWriter& priority(std::uint32_t value);
    StunWriter& useCandidate();
    StunWriter& controlling(std::uint64_t tieBreaker);
    StunWriter& controlled(std::uint64_t tieBreaker);
    StunWriter& xorMappedAddress(const base::SocketAddress& address);
    StunWriter& errorCode(int code, std::string_view reason);
    StunWriter& unknownAttribute(std::uint16_t type);
    StunWriter& realm(std::string_view text);
    StunWriter& nonce(std::string_view text);
    StunWriter& lifetime(std::uint32_t seconds);
    StunWriter& xorPeerAddress(const base::SocketAddress& address);
    StunWriter& xorRelayedAddress(const base::SocketAddress& address);
    StunWriter& channelNumber(std::uint16_t number);
    /// UDP between relay and peer: the only kind we ask for.
    StunWriter& requestedTransportUdp();
    /// REQUESTED-ADDRESS-FAMILY: the relayed address is of IPv6 instead of IPv4.
    StunWriter& requestedFamilyV6();
    /// ADDITIONAL-ADDRESS-FAMILY: one of IPv6 besides that of IPv4, where the relay can.
    StunWriter& additionalFamilyV6();
    StunWriter& alternateServer(const base::SocketAddress& address);
    StunWriter& alternateDomain(std::string_view name);
    StunWriter& data(base::ByteView bytes);
    /// MESSAGE-INTEGRITY unless the password (or long-term key) is empty, then FINGERPRINT.
    base::Bytes finish(std::string_view password);

  private:
    void attribute(std::uint16_t type, base::ByteView value);
    StunWriter& xorAddress(std::uint16_t type, const base::SocketAddress& address);
    void setLength(std::size_t bodyAfterHeader);

    base::ByteWriter m_writer;
    StunTransactionId m_id;
};

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/stun.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

#include "core/crypto/hash.h"
#include "core/crypto/hmac_sha1.h"
#include "core/crypto/random.h"

namespace parlour::rtc {

namespace {

constexpr std::uint32_t kMagicCookie = 0x2112A442;
constexpr std::size_t kHeaderSize = 20;
constexpr std::uint32_t kFingerprintXor = 0x5354554e;

// RFC 8489 section 18.3, RFC 8445 section 20.1, RFC 8656 section 18.
enum : std::uint16_t {
    kMappedAddress = 0x0001,
    kUsername = 0x0006,
    kMessageIntegrity = 0x0008,
    kErrorCode = 0x0009,
    kUnknownAttributes = 0x000A,
    kChannelNumber = 0x000C,
    kLifetime = 0x000D,
    kXorPeerAddress = 0x0012,
    kData = 0x0013,
    kRealm = 0x0014,
    kNonce = 0x0015,
    kXorRelayedAddress = 0x0016,
    kRequestedFamily = 0x0017,
    kRequestedTransport = 0x0019,
    kXorMappedAddress = 0x0020,
    kPriority = 0x0024,
    kUseCandidate = 0x0025,
    kAdditionalFamily = 0x8000,
    kAlternateDomain = 0x8003,
    kSoftware = 0x8022,
    kAlternateServer = 0x8023,
    kFingerprint = 0x8028,
    kIceControlled = 0x8029,
    kIceControlling = 0x802A,
};

// Comprehension-required, harmless for a binding in ICE: REALM, NONCE, MESSAGE-INTEGRITY-SHA256, PASSWORD-ALGORITHM,
// USERHASH. They change nothing in the short-term mechanism.
bool isIgnorable(std::uint16_t type) {
    return type == 0x0014 || type == 0x0015 || type == 0x001C || type == 0x001D || type == 0x001E;
}

std::size_t padded(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

std::uint32_t crc32(base::ByteView data) {
    // ITU V.42, reflected 0xEDB88320.
    static constexpr auto kTable = [] {
        std::array<std::uint32_t, 256> table{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t c = i;
            for (int k = 0; k < 8; ++k) c = (c & 1) ? 0xEDB88320u ^ (c >> 1) : c >> 1;
            table[i] = c;
        }
        return table;
    }();
    std::uint32_t crc = 0xFFFFFFFFu;
    for (const auto b : data) crc = kTable[(crc ^ std::to_integer<std::uint32_t>(b)) & 0xff] ^ (crc >> 8);
    return crc ^ 0xFFFFFFFFu;
}

constexpr std::size_t kMaxDomain = 255;  // RFC 8489 section 14.16
constexpr std::size_t kMaxRealm = 763;  // bytes of REALM and NONCE (RFC 8489 sections 14.9 and 14.10)

std::optional<base::SocketAddress> readAddress(base::ByteView value, bool xored, const StunTransactionId& id) {
    base::ByteReader in(value);
    in.skip(1);
    const auto family = in.u8();
    auto port = in.u16();
    if (xored) port = static_cast<std::uint16_t>(port ^ (kMagicCookie >> 16));
    const std::size_t size = family == 1 ? 4 : family == 2 ? 16 : 0;
    const auto raw = in.bytes(size);
    if (!in.ok() || size == 0 || in.remaining() != 0) return std::nullopt;
    // RFC 8489 section 14.2: the mask is the cookie followed by the transaction id.
    std::array<std::uint8_t, 16> mask{0x21, 0x12, 0xA4, 0x42};
    for (std::size_t i = 0; i < id.size(); ++i) mask[4 + i] = std::to_integer<std::uint8_t>(id[i]);
    std::array<std::uint8_t, 16> ip{};
    for (std::size_t i = 0; i < size; ++i)
        ip[i] = static_cast<std::uint8_t>(std::to_integer<std::uint8_t>(raw[i]) ^ (xored ? mask[i] : 0));
    if (size == 4) return base::SocketAddress{base::IpAddress::v4({ip[0], ip[1], ip[2], ip[3]}), port};
    return base::SocketAddress{base::IpAddress::v6(ip), port};
}

template <class T>
bool readNumber(base::ByteView value, std::optional<T>& out) {
    base::ByteReader in(value);
    if (value.size() != sizeof(T)) return false;
    if constexpr (sizeof(T) == 4)
        out = in.u32();
    else
        out = in.u64();
    return true;
}

/// nullopt when the attribute is none of TURN's, else whether it is well formed.
std::optional<bool> readTurnAttribute(std::uint16_t type, base::ByteView value, StunView& out) {
    auto& turn = out.turn;
    const auto text = [&](std::string_view& into) {
        if (into.empty()) into = base::asText(value);
        return value.size() <= kMaxRealm;
    };
    const auto address = [&](std::optional<base::SocketAddress>& into, bool xored = true) {
        const auto read = readAddress(value, xored, out.id);
        if (!into) into = read;  // the first one counts
        return read.has_value();
    };
    const auto family = [&](std::uint8_t& into) {
        base::ByteReader in(value);
        into = in.u8();
        return value.size() == 4 && (into == 1 || into == 2);
    };
    switch (type) {
        case kRealm: return text(turn.realm);
        case kNonce: return text(turn.nonce);
        case kXorPeerAddress: return address(turn.peer);
        case kXorRelayedAddress: return address(turn.relayed ? turn.relayedToo : turn.relayed);
        case kAlternateServer: return address(turn.alternate, false);
        case kAlternateDomain:
            if (turn.alternateDomain.empty()) turn.alternateDomain = base::asText(value);
            return !value.empty() && value.size() <= kMaxDomain;
        case kRequestedFamily: return family(turn.family);
        case kAdditionalFamily: return family(turn.additionalFamily);
        case kLifetime: return readNumber(value, turn.lifetime);
        case kChannelNumber: {
            base::ByteReader in(value);
            turn.channel = in.u16();
            return value.size() == 4;
        }
        case kData: turn.data = value; return true;
        case kRequestedTransport: return value.size() == 4;
        default: return std::nullopt;
    }
}

/// False when the attribute is malformed.
bool readAttribute(std::uint16_t type, base::ByteView value, StunView& out) {
    if (out.method != kStunBinding)
        if (const auto known = readTurnAttribute(type, value, out)) return *known;
    switch (type) {
        case kUsername:
            if (value.size() > 513) return false;  // RFC 8489 section 14.3
            if (!out.username) out.username = base::asText(value);
            return true;
        case kMappedAddress:
            if (!out.mappedAddress) out.mappedAddress = readAddress(value, false, out.id);
            return true;
        case kXorMappedAddress:
            out.mappedAddress = readAddress(value, true, out.id);
            return out.mappedAddress.has_value();
        case kPriority: return readNumber(value, out.priority);
        case kUseCandidate: out.useCandidate = true; return value.empty();
        case kIceControlling: return readNumber(value, out.controlling);
        case kIceControlled: return readNumber(value, out.controlled);
        case kErrorCode: {
            base::ByteReader in(value);
            in.skip(2);
            const int hundreds = in.u8() & 7, rest = in.u8();
            if (!in.ok() || hundreds < 3 || hundreds > 6 || rest > 99) return false;
            out.errorCode = hundreds * 100 + rest;
            out.errorReason = base::asText(in.rest());
            return true;
        }
        case kUnknownAttributes: return true;
        default:
            if (type < 0x8000 && !isIgnorable(type) && !out.unknownRequired) out.unknownRequired = type;
            return true;
    }
}

}  // namespace

StunTransactionId randomTransactionId() {
    StunTransactionId id;
    crypto::fillRandom(id);
    return id;
}

bool looksLikeStun(base::ByteView datagram) {
    if (datagram.size() < kHeaderSize || std::to_integer<unsigned>(datagram[0]) > 3) return false;
    base::ByteReader in(datagram.subspan(4, 4));
    return in.u32() == kMagicCookie;
}

std::optional<StunView> parseStun(base::ByteView datagram) {
    if (!looksLikeStun(datagram) || datagram.size() > kMaxStunSize) return std::nullopt;
    base::ByteReader in(datagram);
    StunView out;
    out.bytes = datagram;
    const unsigned type = in.u16();
    const std::size_t length = in.u16();
    if (length % 4 != 0 || length + kHeaderSize != datagram.size()) return std::nullopt;
    // RFC 8489 section 5: the class bits sit at 0x0100 and 0x0010 among those of the method.
    out.messageClass = static_cast<StunClass>(((type >> 7) & 2) | ((type >> 4) & 1));
    out.method = static_cast<std::uint16_t>((type & 0xf) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80));
    in.skip(4);
    const auto id = in.bytes(out.id.size());
    std::copy(id.begin(), id.end(), out.id.begin());

    while (in.remaining() > 0) {
        const auto at = in.position();
        const auto attribute = in.u16();
        const std::size_t size = in.u16();
        const auto value = in.bytes(size);
        in.skip(padded(size) - size);
        if (!in.ok()) return std::nullopt;
        if (attribute == kFingerprint) {
            base::ByteReader crc(value);
            if (size != 4 || in.remaining() != 0 || crc.u32() != (crc32(datagram.first(at)) ^ kFingerprintXor))
                return std::nullopt;
            out.hasFingerprint = true;
        } else if (out.integrityAt != 0) {
            continue;
        } else if (attribute == kMessageIntegrity) {
            if (size != 20) return std::nullopt;
            out.integrityAt = at;
        } else if (!readAttribute(attribute, value, out)) {
            return std::nullopt;
        }
    }
    return out;
}

bool checkIntegrity(const StunView& message, std::string_view password) {
    const auto at = message.integrityAt;
    if (at == 0 || password.empty()) return false;
    // RFC 8489 section 14.5: hashed as if the message ended with this attribute.
    std::array<std::byte, kMaxStunSize> copy;
    std::copy_n(message.bytes.begin(), at, copy.begin());
    const auto length = at + 24 - kHeaderSize;
    copy[2] = static_cast<std::byte>(length >> 8);
    copy[3] = static_cast<std::byte>(length & 0xff);
    const auto expected = crypto::hmacSha1(base::asBytes(password), base::ByteView(copy).first(at));
    return crypto::equalConstantTime(base::ByteView(expected), message.bytes.subspan(at + 4, 20));
}

std::string longTermKey(std::string_view username, std::string_view realm, std::string_view password) {
    std::string text;
    text.append(username).append(":").append(realm).append(":").append(password);
    std::string key(16, '\0');
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(key.data()), &size, EVP_md5(), nullptr);
    OPENSSL_cleanse(text.data(), text.size());
    return size == key.size() ? key : std::string();
}

std::optional<std::string_view> stunLocalUfrag(base::ByteView datagram) {
    if (!looksLikeStun(datagram) || datagram.size() > kMaxStunSize) return std::nullopt;
    base::ByteReader in(datagram);
    if (in.u16() != 0x0001) return std::nullopt;
    in.skip(kHeaderSize - 2);
    while (in.remaining() >= 4) {
        const auto attribute = in.u16();
        const std::size_t size = in.u16();
        const auto value = in.bytes(size);
        if (!in.ok()) return std::nullopt;
        if (attribute == kUsername) {
            const auto text = base::asText(value);
            const auto colon = text.find(':');
            if (colon == std::string_view::npos || colon == 0) return std::nullopt;
            return text.substr(0, colon);
        }
        if (attribute == kMessageIntegrity) return std::nullopt;
        in.skip(padded(size) - size);
    }
    return std::nullopt;
}

StunWriter::StunWriter(StunClass messageClass, std::uint16_t method, const StunTransactionId& id) : m_id(id) {
    const unsigned c = static_cast<unsigned>(messageClass), m = method;
    m_writer.u16(static_cast<std::uint16_t>((m & 0xf) | ((m & 0x70) << 1) | ((m & 0xf80) << 2) | ((c & 1) << 4) |
                                            ((c & 2) << 7)));
    m_writer.u16(0);
    m_writer.u32(kMagicCookie);
    m_writer.bytes(m_id);
}

void StunWriter::attribute(std::uint16_t type, base::ByteView value) {
    m_writer.u16(type);
    m_writer.u16(static_cast<std::uint16_t>(value.size()));
    m_writer.bytes(value);
    for (auto i = value.size(); i < padded(value.size()); ++i) m_writer.u8(0);
}

void StunWriter::setLength(std::size_t bodyAfterHeader) {
    m_writer.patchU16(2, static_cast<std::uint16_t>(bodyAfterHeader));
}

StunWriter& StunWriter::username(std::string_view text) {
    attribute(kUsername, base::asBytes(text));
    return *this;
}

StunWriter& StunWriter::software(std::string_view text) {
    attribute(kSoftware, base::asBytes(text));
    return *this;
}

StunWriter& StunWriter::priority(std::uint32_t value) {
    base::ByteWriter w;
    w.u32(value);
    attribute(kPriority, w.view());
    return *this;
}

StunWriter& StunWriter::useCandidate() {
    attribute(kUseCandidate, {});
    return *this;
}

StunWriter& StunWriter::controlling(std::uint64_t tieBreaker) {
    base::ByteWriter w;
    w.u64(tieBreaker);
    attribute(kIceControlling, w.view());
    return *this;
}

StunWriter& StunWriter::controlled(std::uint64_t tieBreaker) {
    base::ByteWriter w;
    w.u64(tieBreaker);
    attribute(kIceControlled, w.view());
    return *this;
}

StunWriter& StunWriter::xorMappedAddress(const base::SocketAddress& address) {
    return xorAddress(kXorMappedAddress, address);
}

StunWriter& StunWriter::xorPeerAddress(const base::SocketAddress& address) { return xorAddress(kXorPeerAddress, address); }

StunWriter& StunWriter::xorRelayedAddress(const base::SocketAddress& address) {
    return xorAddress(kXorRelayedAddress, address);
}

StunWriter& StunWriter::xorAddress(std::uint16_t type, const base::SocketAddress& address) {
    base::ByteWriter w;
    w.u8(0);
    w.u8(address.ip.isV4() ? 1 : 2);
    w.u16(static_cast<std::uint16_t>(address.port ^ (kMagicCookie >> 16)));
    std::array<std::uint8_t, 16> mask{0x21, 0x12, 0xA4, 0x42};
    for (std::size_t i = 0; i < m_id.size(); ++i) mask[4 + i] = std::to_integer<std::uint8_t>(m_id[i]);
    const auto ip = address.ip.bytes();
    for (std::size_t i = 0; i < ip.size(); ++i) w.u8(static_cast<std::uint8_t>(ip[i] ^ mask[i]));
    attribute(type, w.view());
    return *this;
}

StunWriter& StunWriter::realm(std::string_view text) {
    attribute(kRealm, base::asBytes(text));
    return *this;
}

StunWriter& StunWriter::nonce(std::string_view text) {
    attribute(kNonce, base::asBytes(text));
    return *this;
}

StunWriter& StunWriter::lifetime(std::uint32_t seconds) {
    base::ByteWriter w;
    w.u32(seconds);
    attribute(kLifetime, w.view());
    return *this;
}

StunWriter& StunWriter::channelNumber(std::uint16_t number) {
    base::ByteWriter w;
    w.u16(number);
    w.u16(0);
    attribute(kChannelNumber, w.view());
    return *this;
}

StunWriter& StunWriter::requestedTransportUdp() {
    base::ByteWriter w;
    w.u32(std::uint32_t{17} << 24);
    attribute(kRequestedTransport, w.view());
    return *this;
}

StunWriter& StunWriter::requestedFamilyV6() {
    base::ByteWriter w;
    w.u32(std::uint32_t{2} << 24);
    attribute(kRequestedFamily, w.view());
    return *this;
}

StunWriter& StunWriter::additionalFamilyV6() {
    base::ByteWriter w;
    w.u32(std::uint32_t{2} << 24);
    attribute(kAdditionalFamily, w.view());
    return *this;
}

StunWriter& StunWriter::alternateServer(const base::SocketAddress& address) {
    base::ByteWriter w;
    w.u8(0);
    w.u8(address.ip.isV4() ? 1 : 2);
    w.u16(address.port);
    for (const auto b : address.ip.bytes()) w.u8(b);
    attribute(kAlternateServer, w.view());
    return *this;
}

StunWriter& StunWriter::alternateDomain(std::string_view name) {
    attribute(kAlternateDomain, base::asBytes(name));
    return *this;
}

StunWriter& StunWriter::data(base::ByteView bytes) {
    attribute(kData, bytes);
    return *this;
}

StunWriter& StunWriter::errorCode(int code, std::string_view reason) {
    base::ByteWriter w;
    w.u16(0);
    w.u8(static_cast<std::uint8_t>(code / 100));
    w.u8(static_cast<std::uint8_t>(code % 100));
    w.text(reason);
    attribute(kErrorCode, w.view());
    return *this;
}

StunWriter& StunWriter::unknownAttribute(std::uint16_t type) {
    base::ByteWriter w;
    w.u16(type);
    attribute(kUnknownAttributes, w.view());
    return *this;
}

base::Bytes StunWriter::finish(std::string_view password) {
    if (!password.empty()) {
        setLength(m_writer.size() - kHeaderSize + 24);
        const auto mac = crypto::hmacSha1(base::asBytes(password), m_writer.view());
        attribute(kMessageIntegrity, mac);
    }
    setLength(m_writer.size() - kHeaderSize + 8);
    base::ByteWriter crc;
    crc.u32(crc32(m_writer.view()) ^ kFingerprintXor);
    attribute(kFingerprint, crc.view());
    return m_writer.take();
}

}  // namespace parlour::rtc

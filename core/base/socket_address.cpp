// SPDX-License-Identifier: Apache-2.0
#include "core/base/socket_address.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <vector>

namespace parlour::base {

namespace {

std::optional<std::array<std::uint8_t, 4>> parseV4(std::string_view text) {
    std::array<std::uint8_t, 4> out{};
    std::size_t pos = 0;
    for (int i = 0; i < 4; ++i) {
        if (i > 0) {
            if (pos >= text.size() || text[pos] != '.') return std::nullopt;
            ++pos;
        }
        const std::size_t start = pos;
        unsigned value = 0;
        while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9' && pos - start < 3) {
            value = value * 10 + static_cast<unsigned>(text[pos] - '0');
            ++pos;
        }
        // A leading zero would be read as octal elsewhere: refuse it.
        if (pos == start || value > 255 || (pos - start > 1 && text[start] == '0')) return std::nullopt;
        out[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value);
    }
    if (pos != text.size()) return std::nullopt;
    return out;
}

/// Groups of one side of "::"; an IPv4 tail is allowed as the last element.
bool parseGroups(std::string_view text, std::vector<std::uint8_t>& out, bool allowV4Tail) {
    if (text.empty()) return true;
    while (true) {
        const auto colon = text.find(':');
        const auto part = text.substr(0, colon);
        if (part.find('.') != std::string_view::npos) {
            if (!allowV4Tail || colon != std::string_view::npos) return false;
            const auto v4 = parseV4(part);
            if (!v4) return false;
            out.insert(out.end(), v4->begin(), v4->end());
            return true;
        }
        if (part.empty() || part.size() > 4) return false;
        unsigned value = 0;
        const auto [end, ec] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
        if (ec != std::errc{} || end != part.data() + part.size()) return false;
        out.push_back(static_cast<std::uint8_t>(value >> 8));
        out.push_back(static_cast<std::uint8_t>(value & 0xff));
        if (colon == std::string_view::npos) return true;
        text.remove_prefix(colon + 1);
        if (text.empty()) return false;
    }
}

}  // namespace

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> bytes) {
    IpAddress a;
    std::copy(bytes.begin(), bytes.end(), a.m_bytes.begin());
    return a;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> bytes, std::uint32_t scopeId) {
    // RFC 4291 section 2.5.5.2: ::ffff:a.b.c.d names an IPv4 node.
    static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin()))
        return v4({bytes[12], bytes[13], bytes[14], bytes[15]});
    IpAddress a;
    a.m_bytes = bytes;
    a.m_v4 = false;
    a.m_scopeId = scopeId;
    return a;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    if (text.find(':') == std::string_view::npos) {
        const auto bytes = parseV4(text);
        return bytes ? std::optional(v4(*bytes)) : std::nullopt;
    }
    std::uint32_t scope = 0;
    if (const auto percent = text.find('%'); percent != std::string_view::npos) {
        const auto id = text.substr(percent + 1);
        const auto [end, ec] = std::from_chars(id.data(), id.data() + id.size(), scope);
        if (ec != std::errc{} || end != id.data() + id.size()) return std::nullopt;
        text = text.substr(0, percent);
    }
    std::vector<std::uint8_t> head, tail;
    const auto gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (!parseGroups(text, head, true) || head.size() != 16) return std::nullopt;
    } else {
        if (!parseGroups(text.substr(0, gap), head, false)) return std::nullopt;
        if (!parseGroups(text.substr(gap + 2), tail, true)) return std::nullopt;
        if (head.size() + tail.size() > 14) return std::nullopt;
    }
    std::array<std::uint8_t, 16> bytes{};
    std::copy(head.begin(), head.end(), bytes.begin());
    std::copy(tail.begin(), tail.end(), bytes.end() - static_cast<std::ptrdiff_t>(tail.size()));
    return v6(bytes, scope);
}

bool IpAddress::isLoopback() const {
    if (m_v4) return m_bytes[0] == 127;
    return std::all_of(m_bytes.begin(), m_bytes.end() - 1, [](auto b) { return b == 0; }) && m_bytes[15] == 1;
}

bool IpAddress::isUnspecified() const {
    const auto b = bytes();
    return std::all_of(b.begin(), b.end(), [](auto x) { return x == 0; });
}

bool IpAddress::isLinkLocal() const {
    if (m_v4) return m_bytes[0] == 169 && m_bytes[1] == 254;
    return m_bytes[0] == 0xfe && (m_bytes[1] & 0xc0) == 0x80;
}

bool IpAddress::isPrivate() const {
    if (!m_v4) return (m_bytes[0] & 0xfe) == 0xfc;
    return m_bytes[0] == 10 || (m_bytes[0] == 172 && (m_bytes[1] & 0xf0) == 16) ||
           (m_bytes[0] == 192 && m_bytes[1] == 168) || (m_bytes[0] == 100 && (m_bytes[1] & 0xc0) == 64);
}

std::string IpAddress::toString() const {
    char buffer[64];
    if (m_v4) {
        std::snprintf(buffer, sizeof buffer, "%u.%u.%u.%u", m_bytes[0], m_bytes[1], m_bytes[2], m_bytes[3]);
        return buffer;
    }
    // RFC 5952: compress the longest run of at least two zero groups.
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i) groups[i] = (unsigned{m_bytes[2 * i]} << 8) | m_bytes[2 * i + 1];
    std::size_t bestStart = 8, bestLength = 1;
    for (std::size_t i = 0; i < 8;) {
        std::size_t j = i;
        while (j < 8 && groups[j] == 0) ++j;
        if (j - i > bestLength) {
            bestStart = i;
            bestLength = j - i;
        }
        i = j == i ? i + 1 : j;
    }
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == bestStart) {
            out += "::";
            i += bestLength - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':') out += ':';
        std::snprintf(buffer, sizeof buffer, "%x", groups[i]);
        out += buffer;
    }
    if (m_scopeId != 0) out += "%" + std::to_string(m_scopeId);
    return out;
}

std::string SocketAddress::toString() const {
    return ip.isV4() ? ip.toString() + ":" + std::to_string(port) : "[" + ip.toString() + "]:" + std::to_string(port);
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text) {
    std::string_view host, port;
    if (!text.empty() && text.front() == '[') {
        const auto close = text.find("]:");
        if (close == std::string_view::npos) return std::nullopt;
        host = text.substr(1, close - 1);
        port = text.substr(close + 2);
    } else {
        const auto colon = text.rfind(':');
        if (colon == std::string_view::npos || text.find(':') != colon) return std::nullopt;
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    const auto ip = IpAddress::parse(host);
    unsigned value = 0;
    const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), value);
    if (!ip || port.empty() || ec != std::errc{} || end != port.data() + port.size() || value > 65535)
        return std::nullopt;
    return SocketAddress{*ip, static_cast<std::uint16_t>(value)};
}

}  // namespace parlour::base

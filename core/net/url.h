// SPDX-License-Identifier: Apache-2.0
// http, https, ws and wss URLs, read strictly (RFC 3986): no user names, no foreign schemes, no control characters,
// IPv6 in brackets. Pure; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace parlour::net {

struct Url {
    std::string scheme;     ///< "http", "https", "ws", "wss"; lower case
    std::string host;       ///< lower case; IPv6 without brackets
    std::uint16_t port = 0; ///< never 0 after parsing: 80 or 443 when the text has none
    std::string path = "/"; ///< still percent-encoded, starts with '/'
    std::string query;      ///< without '?', still percent-encoded
    std::string fragment;   ///< without '#'; never sent

    /// At most 8192 characters. invalidInput with a sentence that says what is wrong.
    static base::Result<Url> parse(std::string_view text);

    bool isSecure() const { return scheme == "https" || scheme == "wss"; }
    bool hasDefaultPort() const { return port == (isSecure() ? 443 : 80); }
    /// An address or name of this machine: 127.0.0.0/8, ::1, localhost.
    bool isLoopback() const;
    /// "host[:port]" for the Host header; the port only when it is not the scheme's own.
    std::string authority() const;
    /// "scheme://host[:port]", as browsers write it.
    std::string origin() const;
    /// path and query, for the request line.
    std::string target() const;
    std::string toString() const;
    /// The same place by ws/wss (true) or http/https (false).
    Url withWebSocketScheme(bool webSocket) const;
    /// Replaces path (percent-encoded, with leading '/') and query, drops the fragment.
    Url at(std::string newPath, std::string newQuery = {}) const;
    bool operator==(const Url&) const = default;
};

/// A DNS name (LDH labels, RFC 1123), an IPv4 or an unbracketed IPv6 address.
bool isHostText(std::string_view host);
/// nullopt for a broken escape. `plusIsSpace` for form-encoded queries.
std::optional<std::string> percentDecode(std::string_view text, bool plusIsSpace = false);
/// Everything but RFC 3986 "unreserved" is escaped.
std::string percentEncode(std::string_view text);
/// "a=1&b=2"; the first of equal names wins; at most 64 pairs. nullopt for broken escapes or too many.
std::optional<std::map<std::string, std::string>> parseQuery(std::string_view query);
std::string formatQuery(const std::map<std::string, std::string>& values);

}  // namespace parlour::net

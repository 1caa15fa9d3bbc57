// SPDX-License-Identifier: Apache-2.0
#include "core/net/url.h"

#include <algorithm>
#include <charconv>

#include "core/base/socket_address.h"

namespace parlour::net {

namespace {

constexpr std::size_t kMaxUrl = 8192;
constexpr std::size_t kMaxPairs = 64;

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isAlpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lowered(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return out;
}

int hexValue(char c) {
    if (isDigit(c)) return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool isUnreserved(char c) { return isAlpha(c) || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

/// RFC 3986 appendix A: pchar, '/' and '?'; escapes are checked to be whole.
bool isComponent(std::string_view text) {
    static constexpr std::string_view kOthers = "!$&'()*+,;=:@/?";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size() || hexValue(text[i + 1]) < 0 || hexValue(text[i + 2]) < 0) return false;
            i += 2;
        } else if (!isUnreserved(text[i]) && kOthers.find(text[i]) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

base::Unexpected<base::Error> bad(std::string code, std::string message) {
    return base::fail(base::ErrorKind::invalidInput, std::move(code), std::move(message),
                      "Check that the address was copied as a whole.");
}

struct Authority {
    std::string host;
    std::uint16_t port = 0;
};

base::Result<Authority> parseAuthority(std::string_view text, std::uint16_t defaultPort) {
    if (text.find('@') != std::string_view::npos)
        return bad("url_user", "An address with a user name or password in it is not accepted.");
    Authority out;
    std::string_view rest;
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        const auto inside = text.substr(1, end == std::string_view::npos ? 0 : end - 1);
        const auto ip = base::IpAddress::parse(inside);
        // Zone ids (RFC 6874) mean nothing on another machine.
        if (!ip || inside.find(':') == std::string_view::npos || inside.find('%') != std::string_view::npos)
            return bad("url_host", "The address names no valid host.");
        out.host = lowered(inside);
        rest = text.substr(end + 1);
    } else {
        const auto colon = text.find(':');
        out.host = lowered(text.substr(0, colon));
        rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
        if (!isHostText(out.host) || out.host.find(':') != std::string::npos)
            return bad("url_host", "The address names no valid host.");
    }
    out.port = defaultPort;
    if (rest.empty()) return out;
    if (rest.front() != ':') return bad("url_host", "The address names no valid host.");
    rest.remove_prefix(1);
    unsigned port = 0;
    const auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
    if (rest.empty() || rest.size() > 5 || ec != std::errc{} || end != rest.data() + rest.size() || port == 0 ||
        port > 65535)
        return bad("url_port", "The port in the address is not a number from 1 to 65535.");
    out.port = static_cast<std::uint16_t>(port);
    return out;
}

}  // namespace

bool isHostText(std::string_view host) {
    if (base::IpAddress::parse(host)) return host.find('%') == std::string_view::npos;
    if (host.empty() || host.size() > 253) return false;
    bool onlyDigitsAndDots = true;
    std::size_t label = 0;
    for (std::size_t i = 0; i < host.size(); ++i) {
        const char c = host[i];
        if (c == '.') {
            if (label == 0 || host[i - 1] == '-') return false;
            label = 0;
            continue;
        }
        if (!isAlpha(c) && !isDigit(c) && c != '-') return false;
        if (c == '-' && label == 0) return false;
        if (!isDigit(c)) onlyDigitsAndDots = false;
        if (++label > 63) return false;
    }
    // "1.2.3" and "2130706433" would be read as IPv4 by some resolvers.
    return host.back() != '-' && host.back() != '.' && !onlyDigitsAndDots;
}

base::Result<Url> Url::parse(std::string_view text) {
    if (text.size() > kMaxUrl) return bad("url_long", "The address is longer than 8192 characters.");
    const auto schemeEnd = text.find("://");
    if (schemeEnd == std::string_view::npos) return bad("url_scheme", "The address does not start with http:// or https://.");
    Url url;
    url.scheme = lowered(text.substr(0, schemeEnd));
    if (url.scheme != "http" && url.scheme != "https" && url.scheme != "ws" && url.scheme != "wss")
        return bad("url_scheme", "The address is neither http, https, ws nor wss.");
    auto rest = text.substr(schemeEnd + 3);

    if (const auto hash = rest.find('#'); hash != std::string_view::npos) {
        url.fragment = std::string(rest.substr(hash + 1));
        rest = rest.substr(0, hash);
    }
    if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
        url.query = std::string(rest.substr(mark + 1));
        rest = rest.substr(0, mark);
    }
    const auto slash = rest.find('/');
    auto authority = parseAuthority(rest.substr(0, slash), url.isSecure() ? 443 : 80);
    if (!authority) return base::Unexpected(std::move(authority).error());
    url.host = std::move(authority->host);
    url.port = authority->port;
    if (slash != std::string_view::npos) url.path = std::string(rest.substr(slash));
    if (!isComponent(url.path) || url.path.find('?') != std::string::npos || !isComponent(url.query) ||
        !isComponent(url.fragment))
        return bad("url_characters", "The address has characters in it that do not belong into an address.");
    return url;
}

bool Url::isLoopback() const {
    if (host == "localhost") return true;
    const auto ip = base::IpAddress::parse(host);
    return ip && ip->isLoopback();
}

std::string Url::authority() const {
    auto out = host.find(':') != std::string::npos ? "[" + host + "]" : host;
    if (!hasDefaultPort()) out += ":" + std::to_string(port);
    return out;
}

std::string Url::origin() const { return scheme + "://" + authority(); }

std::string Url::target() const { return query.empty() ? path : path + "?" + query; }

std::string Url::toString() const { return origin() + target() + (fragment.empty() ? "" : "#" + fragment); }

Url Url::withWebSocketScheme(bool webSocket) const {
    auto out = *this;
    out.scheme = webSocket ? (isSecure() ? "wss" : "ws") : (isSecure() ? "https" : "http");
    return out;
}

Url Url::at(std::string newPath, std::string newQuery) const {
    auto out = *this;
    out.path = std::move(newPath);
    out.query = std::move(newQuery);
    out.fragment.clear();
    return out;
}

std::optional<std::string> percentDecode(std::string_view text, bool plusIsSpace) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = hexValue(text[i + 1]);
            const int low = hexValue(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        } else {
            out.push_back(plusIsSpace && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return out;
}

std::string percentEncode(std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (isUnreserved(c)) {
            out.push_back(c);
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out.push_back('%');
            out.push_back(kHex[byte >> 4]);
            out.push_back(kHex[byte & 15]);
        }
    }
    return out;
}

std::optional<std::map<std::string, std::string>> parseQuery(std::string_view query) {
    std::map<std::string, std::string> out;
    std::size_t pairs = 0;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
        if (pair.empty()) continue;
        if (++pairs > kMaxPairs) return std::nullopt;
        const auto equals = pair.find('=');
        auto name = percentDecode(pair.substr(0, equals), true);
        auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                      : percentDecode(pair.substr(equals + 1), true);
        if (!name || !value) return std::nullopt;
        out.emplace(std::move(*name), std::move(*value));
    }
    return out;
}

std::string formatQuery(const std::map<std::string, std::string>& values) {
    std::string out;
    for (const auto& [name, value] : values) {
        if (!out.empty()) out.push_back('&');
        out += percentEncode(name) + "=" + percentEncode(value);
    }
    return out;
}

}  // namespace parlour::net

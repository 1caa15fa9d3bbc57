// SPDX-License-Identifier: Apache-2.0
#include "core/signal/invite_link.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/byte_io.h"
#include "core/base/socket_address.h"

namespace parlour::signal {
namespace {

constexpr std::size_t kPinCharacters = 43;   // SHA-256 in base64url

base::Unexpected<base::Error> wrong(std::string code, std::string message) {
    return base::fail(base::ErrorKind::invalidInput, std::move(code), std::move(message),
                      "Copy the whole link from the invitation and try again.");
}

bool isAlphaNumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isBase64Url(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return isAlphaNumeric(c) || c == '-' || c == '_'; });
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

/// LDH labels of a DNS name, RFC 1123 section 2.1; addresses are told apart before.
bool isHostName(std::string_view host) {
    if (host.empty() || host.size() > 253) return false;
    std::size_t label = 0;
    for (std::size_t i = 0; i <= host.size(); ++i) {
        if (i == host.size() || host[i] == '.') {
            if (label == 0 || label > 63 || host[i - 1] == '-') return false;
            label = 0;
            continue;
        }
        if (!isAlphaNumeric(host[i]) && !(host[i] == '-' && label > 0)) return false;
        ++label;
    }
    // All digits and dots but no address: nobody means that.
    return !std::all_of(host.begin(), host.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

bool isLoopbackHost(std::string_view host) {
    if (host == "localhost") return true;
    const auto ip = base::IpAddress::parse(host);
    return ip && ip->isLoopback();
}

struct HostPort {
    std::string host;
    std::optional<std::uint16_t> port;
};

std::optional<HostPort> parseAuthority(std::string_view text) {
    HostPort out;
    std::string_view rest;
    if (!text.empty() && text.front() == '[') {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        out.host = lower(text.substr(1, close - 1));
        const auto ip = base::IpAddress::parse(out.host);
        if (!ip || out.host.find(':') == std::string::npos || out.host.find('%') != std::string::npos) return std::nullopt;
        rest = text.substr(close + 1);
    } else {
        const auto colon = text.find(':');
        out.host = lower(text.substr(0, colon));
        if (!isHostName(out.host) && !base::IpAddress::parse(out.host)) return std::nullopt;
        rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    }
    if (rest.empty()) return out;
    if (rest.front() != ':') return std::nullopt;
    rest.remove_prefix(1);
    unsigned port = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
    if (rest.empty() || rest.size() > 5 || error != std::errc{} || end != rest.data() + rest.size() || port == 0 || port > 65535)
        return std::nullopt;
    out.port = static_cast<std::uint16_t>(port);
    return out;
}

std::string authority(const Origin& origin) {
    auto out = origin.host.find(':') != std::string::npos ? "[" + origin.host + "]" : origin.host;
    if (origin.port != (origin.secure ? 443 : 80)) out += ":" + std::to_string(origin.port);
    return out;
}

}  // namespace

std::string Origin::str() const { return (secure ? "https://" : "http://") + authority(*this); }
std::string Origin::webSocket() const { return (secure ? "wss://" : "ws://") + authority(*this); }
bool Origin::isLoopback() const { return isLoopbackHost(host); }

base::Result<Origin> parseOrigin(std::string_view text) {
    Origin origin;
    if (text.rfind("https://", 0) == 0) {
        text.remove_prefix(8);
    } else if (text.rfind("http://", 0) == 0) {
        origin.secure = false;
        origin.port = 80;
        text.remove_prefix(7);
    } else {
        return wrong("link_scheme", "The address has to start with https:// or http://.");
    }
    if (!text.empty() && text.back() == '/') text.remove_suffix(1);
    const auto place = parseAuthority(text);
    if (!place) return wrong("link_host", "The address names no usable host.");
    origin.host = place->host;
    if (place->port) origin.port = *place->port;
    return origin;
}

base::Result<InviteLink> InviteLink::parse(std::string_view text, std::span<const std::string> plainHttpHosts) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n' || text.front() == '\r' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' || text.back() == '\t')) text.remove_suffix(1);
    if (text.empty()) return wrong("link_form", "There is no link.");
    if (text.size() > kMaxLinkBytes) return wrong("link_form", "The link is too long to be an invitation.");
    const auto schemeEnd = text.find("://");
    if (schemeEnd == std::string_view::npos) return wrong("link_scheme", "This is not an invitation link.");
    const auto scheme = lower(text.substr(0, schemeEnd));
    if (scheme != "https" && scheme != "http" && scheme != "parlour")
        return wrong("link_scheme", "An invitation link starts with https:// or parlour://.");
    auto rest = text.substr(schemeEnd + 3);
    const auto slash = rest.find('/');
    const auto place = parseAuthority(rest.substr(0, slash));
    if (!place) return wrong("link_host", "The link names no usable host.");
    if (slash == std::string_view::npos) return wrong("link_path", "The link does not lead to an invitation.");
    rest.remove_prefix(slash);
    if (rest.rfind("/i/", 0) != 0) return wrong("link_path", "The link does not lead to an invitation.");
    rest.remove_prefix(3);
    const auto hash = rest.find('#');
    const auto id = rest.substr(0, hash);
    if (id.size() < 10 || id.size() > 32 || !std::all_of(id.begin(), id.end(), isAlphaNumeric))
        return wrong("link_path", "The invitation's number in the link is damaged.");
    if (hash == std::string_view::npos) return wrong("link_secret", "The end of the link, after #, is missing.");
    InviteLink link;
    link.m_id = base::InvitationId(std::string(id));
    auto fragment = rest.substr(hash + 1);
    bool haveSecret = false, havePin = false;
    while (true) {
        const auto end = fragment.find('&');
        const auto field = fragment.substr(0, end);
        if (field.rfind("k=", 0) == 0 && !haveSecret) {
            haveSecret = true;
            link.m_secret = std::string(field.substr(2));
        } else if (field.rfind("p=", 0) == 0 && !havePin) {
            havePin = true;
            link.m_pin = std::string(field.substr(2));
        } else {
            return wrong("link_form", "The end of the link holds something that does not belong there.");
        }
        if (end == std::string_view::npos) break;
        fragment.remove_prefix(end + 1);
    }
    if (link.m_secret.size() != kSecretCharacters || !isBase64Url(link.m_secret))
        return wrong("link_secret", "The secret at the end of the link is damaged.");
    if (havePin && (link.m_pin.size() != kPinCharacters || !isBase64Url(link.m_pin)))
        return wrong("link_pin", "The server's fingerprint at the end of the link is damaged.");

    auto& origin = link.m_origin;
    origin.host = place->host;
    const bool loopback = isLoopbackHost(origin.host);
    origin.secure = scheme == "https" || (scheme == "parlour" && (!loopback || havePin));
    if (scheme == "http") {
        const bool allowed = loopback || std::find(plainHttpHosts.begin(), plainHttpHosts.end(), origin.host) != plainHttpHosts.end();
        if (!allowed)
            return wrong("link_scheme", "The link is not encrypted (http://). Ask the host for an https:// link.");
        if (havePin) return wrong("link_pin", "A link with a server fingerprint has to be an https:// link.");
    }
    origin.port = place->port.value_or(origin.secure ? 443 : 80);
    return link;
}

base::Result<InviteLink> InviteLink::make(const Origin& origin, const base::InvitationId& id, const std::string& secret,
                                          const std::string& pin) {
    InviteLink link;
    link.m_origin = origin;
    link.m_id = id;
    link.m_secret = secret;
    link.m_pin = pin;
    const std::string hosts[]{origin.host};
    auto back = parse(link.str(), hosts);   // what we hand out is what we would take
    if (!back) return back;
    return link;
}

std::string InviteLink::str() const {
    return m_origin.str() + "/i/" + m_id.str() + "#k=" + m_secret + (m_pin.empty() ? "" : "&p=" + m_pin);
}

std::string InviteLink::appLink() const {
    // parlour:// says http exactly for loopback without a pin; a link that is otherwise keeps its own scheme.
    if (m_origin.secure == (m_origin.isLoopback() && m_pin.empty())) return str();
    auto place = m_origin.host.find(':') != std::string::npos ? "[" + m_origin.host + "]" : m_origin.host;
    if (m_origin.port != (m_origin.secure ? 443 : 80)) place += ":" + std::to_string(m_origin.port);
    return "parlour://" + place + "/i/" + m_id.str() + "#k=" + m_secret + (m_pin.empty() ? "" : "&p=" + m_pin);
}

std::string InviteLink::display() const { return m_origin.str() + "/i/" + m_id.str(); }

}  // namespace parlour::signal

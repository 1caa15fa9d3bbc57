// SPDX-License-Identifier: Apache-2.0
// Invitation links: https://HOST[:PORT]/i/ID#k=SECRET[&p=PIN] and the same behind parlour:// (which means https, or http
// for loopback hosts without a pin). The grammar is strict: what is not listed is refused, with a sentence that says what.
// Parsing touches no network (security T29). Values only; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/ids.h"

namespace parlour::signal {

/// Scheme, host and port of a house: what is dialled and what challenges are signed for.
struct Origin {
    bool secure = true;
    std::string host;         ///< lower case; IPv6 without brackets
    std::uint16_t port = 443;

    /// "https://host[:port]"; the default port is left out, IPv6 is in brackets.
    std::string str() const;
    std::string webSocket() const;  ///< "wss://host[:port]"
    bool isLoopback() const;        ///< 127.0.0.0/8, ::1, localhost
    bool operator==(const Origin&) const = default;
};
/// "http[s]://HOST[:PORT]" with an optional final slash.
base::Result<Origin> parseOrigin(std::string_view text);

inline constexpr std::size_t kMaxLinkBytes = 512;
inline constexpr std::size_t kSecretCharacters = 22;  ///< 128 bits in base64url

class InviteLink {
  public:
    /// `plainHttpHosts`: hosts besides loopback for which http:// is accepted; comes from the settings file, never from a link.
    /// Errors: invalidInput with code "link_scheme", "link_host", "link_path", "link_secret", "link_pin", "link_form".
    static base::Result<InviteLink> parse(std::string_view text, std::span<const std::string> plainHttpHosts = {});
    /// Server side. `secret` is 22 base64url characters, `pin` 43 or empty.
    static base::Result<InviteLink> make(const Origin& origin, const base::InvitationId& id, const std::string& secret,
                                         const std::string& pin = {});

    const Origin& origin() const { return m_origin; }
    const base::InvitationId& id() const { return m_id; }
    /// 128-bit secret, base64url. Never into logs.
    const std::string& secret() const { return m_secret; }
    /// SHA-256 of the server's SPKI, base64url; empty = ordinary certificate check.
    const std::string& pin() const { return m_pin; }

    /// The form to share: http(s)://…
    std::string str() const;
    /// The same as parlour://…
    std::string appLink() const;
    /// Without secret and pin, for titles and logs.
    std::string display() const;

    bool operator==(const InviteLink&) const = default;

  private:
    InviteLink() = default;
    Origin m_origin;
    base::InvitationId m_id;
    std::string m_secret;
    std::string m_pin;
};

}  // namespace parlour::signal

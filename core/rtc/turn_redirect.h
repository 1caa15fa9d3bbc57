// SPDX-License-Identifier: Apache-2.0
// Whether a client goes where a relay sends it with 300 (Try Alternate; RFC 8489 section 10, RFC 8656 section 7.4). Anybody between us
// and the relay can say so, and so can the relay of a hostile server, so little is taken on trust. Pure; any thread.
#pragma once

#include <span>

#include "core/base/expected.h"
#include "core/rtc/turn_client.h"
#include "core/rtc/turn_server.h"

namespace parlour::rtc {

/// A server that was named, or one that such a server has sent us to.
struct TurnTarget {
    TurnServer server;
    std::string certificateName{};   ///< what the certificate has to name, with tls; empty = the host
};

/// From one server that was named to us.
inline constexpr std::size_t kMaxTurnRedirects = 3;

/// How far an address is from being anybody's.
enum class AddressScope { loopback, link, local, world };
AddressScope scopeOf(const base::IpAddress& ip);

/// 1 to 253 characters of a name in DNS, or an IPv4 address.
bool isHostName(std::string_view host);
/// "EXPIRY:NAME", a login that ends by itself and is made for one person (coturn's REST scheme): what leaks of it is soon worth nothing.
bool isTimedLogin(std::string_view username);

/// Where to go instead: `from` answered at `at`, after all those in `visited` (without `at`). Not followed, with a reason in words:
///  - the fourth, or one to where we have been, or of the other address family, or to a port where no relay stands;
///  - one that is not proved to another scope of address, and a proved one from further out to this computer or its link;
///  - one that is not proved, for a login that does not end by itself: who answers there could try passwords at leisure. With TLS it is
///    enough that the certificate has to name the same server.
/// With TLS the new server is believed by ALTERNATE-DOMAIN, else by the name the old one was believed by.
base::Expected<TurnTarget, std::string> followRedirect(const TurnTarget& from, const base::SocketAddress& at, const TurnRedirect& redirect,
                                                       std::span<const base::SocketAddress> visited);

}  // namespace parlour::rtc

// SPDX-License-Identifier: Apache-2.0
// The house's relays (TURN), for networks that let nothing else through: where they are, and with which login a person may use
// them. Either one fixed login for all, or one for each person that ends by itself, made from a secret shared with the relay
// (coturn: use-auth-secret). Immutable; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/rtc/turn_server.h"
#include "core/server/config.h"
#include "core/signal/messages.h"

namespace parlour::server {

/// The secret is all that stands before a stranger's use, and each person can try it out against their own login.
inline constexpr std::size_t kMinRelaySecret = 16;
inline constexpr std::size_t kMaxRelaySecret = 1024;

class Relays {
  public:
    /// None.
    Relays() = default;
    /// As relays.* of the configuration say; reads the file they name. invalidInput "relays" and unavailable "relays" with a sentence.
    static base::Result<Relays> make(const ServerConfig& config);

    bool empty() const { return m_urls.empty(); }
    const std::vector<std::string>& urls() const { return m_urls; }
    /// For the join and reconnect responses; empty without relays.
    std::vector<signal::IceServer> forPerson(const base::Identity& who, base::WallTime now) const;
    /// How long after forPerson() its login is to be replaced: at random between 5/8 and 7/8 of its life, so that not all who came
    /// together come again together. nullopt: never.
    std::optional<base::Duration> renewAfter() const;

  private:
    std::vector<std::string> m_urls;
    std::string m_username;    ///< fixed
    std::string m_password;
    std::string m_secret;
    base::Duration m_lifetime{};
};

/// Why this is no address of a relay, in words; empty when it is one.
std::string relayUrlProblem(std::string_view url);

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// Everything a server can be told, one list of keys for all forms: default < TOML file < environment (PARLOUR_SECTION__KEY)
// < `--set KEY=VALUE` and options. An unknown key or an impossible value is an error that names file and line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/socket_address.h"
#include "core/base/time.h"
#include "core/house/policy.h"

namespace parlour::server {

enum class TlsChoice {
    automatic,   ///< plain on loopback, self-signed and pinned elsewhere
    none,        ///< plain everywhere: a proxy in front does TLS
    files,       ///< tlsCertificate and tlsKey
};

enum class MediaChoice {
    builtin,     ///< this process forwards the sound
    livekit,     ///< a LiveKit server or cluster does
};

struct ServerConfig {
    base::SocketAddress listen{base::IpAddress::v4({127, 0, 0, 1}), 7880};
    std::uint16_t udpPort = 7882;        ///< 0 = a free one
    std::uint16_t tcpPort = 0;           ///< server.tcp_port: ICE over TCP for networks without UDP; 0 = none
    std::string publicIp;                ///< told to media clients instead of the own addresses
    std::string publicUrl;               ///< https://host[:port]; in links and challenges
    std::string data;                    ///< folder
    std::string store;                   ///< file or postgresql://…; empty = in the data folder. May hold a password
    std::optional<base::SocketAddress> replicaAddress{};  ///< server.replica_address: one of several (replica.h); where the others reach it
    std::string name;                    ///< of the house, for people
    TlsChoice tls = TlsChoice::automatic;
    /// Their X-Forwarded-For is believed and no limit per address is theirs. Not given: this computer, where the listener is on
    /// loopback and publicUrl says that somebody stands in front.
    std::optional<std::vector<base::IpAddress>> trustedProxies{};
    std::string tlsCertificate;
    std::string tlsKey;
    MediaChoice media = MediaChoice::builtin;
    std::string livekitUrl;              ///< ws:// or wss://, told to people
    std::string livekitServiceUrl;       ///< http:// or https://, asked by the house; empty = the same place
    std::string livekitKeyFile;          ///< "KEY: SECRET"
    std::vector<std::string> relays{};   ///< relays.servers: turn: and turns: addresses, told to clients (relays.h)
    std::string relaySecretFile;         ///< relays.secret_file: shared with the relay; 0600
    std::string relayUsername;           ///< relays.username: instead, one login for all
    std::string relayPasswordFile;       ///< relays.password_file; 0600
    base::Duration relayLifetime = std::chrono::hours(1);   ///< relays.lifetime_s: of a login made from the secret
    int failuresPerIp = 10;              ///< limits.per_ip: wrong secrets in 30 minutes; 0 lifts every per-address limit
    int connectionsPerIp = 64;
    int webSocketsPerMinute = 60;
    std::string apiKeyFile;              ///< livekit_api.key_file: "KEY: SECRET" lines, 0600
    bool roomService = false;            ///< livekit_api.room_service: programs with such a key may act (room_service.h)
    std::string webhookUrl;              ///< livekit_api.webhook_url: told what happens in the rooms
    std::string webhookKey;              ///< livekit_api.webhook_key: the key that signs; empty = the first of the file
    house::Policy policy;
    std::string logLevel = "info";
    std::string logFile;
};

/// "limits.per_ip", "0". `where` goes into the error ("parlourd.toml:12", "--set").
base::Result<void> setKey(ServerConfig& config, std::string_view key, std::string_view value, const std::string& where);
/// TOML text. Errors: invalidInput "config" with "NAME:LINE".
base::Result<void> applyToml(ServerConfig& config, std::string_view text, const std::string& name);
/// Variables as name and value; those that do not start with PARLOUR_ and hold "__" are left alone.
base::Result<void> applyEnvironment(ServerConfig& config, const std::map<std::string, std::string>& variables);
std::vector<std::string> configKeys();

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/server/config.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <sstream>

#include "core/server/relays.h"

// toml++ 3.3 asserts on some malformed tables, or assumes that they cannot be: here each of its checks is an error instead.
#undef NDEBUG
namespace {
struct TomlCheckFailed {};
}  // namespace
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wterminate"   // some of them are in functions that our way through it does not call
#endif
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : throw TomlCheckFailed{})
#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace parlour::server {

using base::ErrorKind;

namespace {

using Set = std::function<bool(ServerConfig&, std::string_view)>;
struct Key {
    const char* name;
    Set set;
};

template <class N>
bool parseNumber(std::string_view text, N min, N max, N& out) {
    N value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max) return false;
    out = value;
    return true;
}
template <class Field>
Set whole(Field field, long min, long max) {
    return [=](ServerConfig& c, std::string_view text) {
        long value = 0;
        if (!parseNumber(text, min, max, value)) return false;
        auto& target = field(c);
        target = static_cast<std::remove_reference_t<decltype(target)>>(value);
        return true;
    };
}
template <class Field>
Set decimal(Field field, double min, double max) {
    return [=](ServerConfig& c, std::string_view text) { return parseNumber(text, min, max, field(c)); };
}
template <class Field>
Set seconds(Field field, long min, long max) {
    return [=](ServerConfig& c, std::string_view text) {
        long value = 0;
        if (!parseNumber(text, min, max, value)) return false;
        field(c) = std::chrono::seconds(value);
        return true;
    };
}
template <class Field>
Set text(Field field) {
    return [=](ServerConfig& c, std::string_view value) {
        if (value.size() > 4096) return false;
        field(c) = std::string(value);
        return true;
    };
}

/// The parts between commas, without the blanks around them; false as soon as one of them is not taken.
bool eachOf(std::string_view list, const std::function<bool(std::string_view)>& take) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        auto one = list.substr(0, comma);
        while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
        while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
        if (!take(one)) return false;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return true;
}

#define FIELD(path) [](ServerConfig& c) -> auto& { return c.path; }

const std::vector<Key>& keys() {
    static const std::vector<Key> kKeys{
        {"server.listen",
         [](ServerConfig& c, std::string_view v) {
             const auto parsed = base::SocketAddress::parse(v);
             if (parsed) c.listen = *parsed;
             return parsed.has_value();
         }},
        {"server.udp_port", whole(FIELD(udpPort), 0, 65535)},
        {"server.tcp_port", whole(FIELD(tcpPort), 0, 65535)},
        {"server.public_ip",
         [](ServerConfig& c, std::string_view v) {
             if (!v.empty() && !base::IpAddress::parse(v)) return false;
             c.publicIp = std::string(v);
             return true;
         }},
        {"server.public_url", text(FIELD(publicUrl))},
        {"server.trusted_proxies",
         [](ServerConfig& c, std::string_view v) {
             std::vector<base::IpAddress> proxies;
             const bool good = eachOf(v, [&](std::string_view one) {
                 const auto parsed = base::IpAddress::parse(one);
                 if (parsed) proxies.push_back(*parsed);
                 return parsed && proxies.size() <= 64;
             });
             if (good) c.trustedProxies = std::move(proxies);
             return good;
         }},
        {"server.data", text(FIELD(data))},
        {"server.store", text(FIELD(store))},  // judged when it is opened: an error here would repeat a password
        {"server.replica_address",
         [](ServerConfig& c, std::string_view v) {
             const auto parsed = base::SocketAddress::parse(v);
             if (parsed && parsed->ip.isUnspecified()) return false;   // the others have to be able to dial it
             if (!v.empty() && !parsed) return false;
             c.replicaAddress = parsed;
             return true;
         }},
        {"server.name", text(FIELD(name))},
        {"tls.certificate", text(FIELD(tlsCertificate))},
        {"tls.key", text(FIELD(tlsKey))},
        {"tls.mode",
         [](ServerConfig& c, std::string_view v) {
             if (v == "auto") c.tls = TlsChoice::automatic;
             else if (v == "none") c.tls = TlsChoice::none;
             else if (v == "files") c.tls = TlsChoice::files;
             else return false;
             return true;
         }},
        {"relays.servers",
         [](ServerConfig& c, std::string_view v) {
             std::vector<std::string> urls;
             const bool good = eachOf(v, [&](std::string_view one) {
                 urls.emplace_back(one);
                 return relayUrlProblem(one).empty() && urls.size() <= rtc::kMaxTurnServers;
             });
             if (good) c.relays = std::move(urls);
             return good;
         }},
        {"relays.secret_file", text(FIELD(relaySecretFile))},
        {"relays.username", text(FIELD(relayUsername))},
        {"relays.password_file", text(FIELD(relayPasswordFile))},
        {"relays.lifetime_s", seconds(FIELD(relayLifetime), 300, 86400)},
        {"livekit_api.key_file", text(FIELD(apiKeyFile))},
        {"livekit_api.room_service",
         [](ServerConfig& c, std::string_view v) {
             if (v != "true" && v != "false") return false;
             c.roomService = v == "true";
             return true;
         }},
        {"livekit_api.webhook_url", text(FIELD(webhookUrl))},
        {"livekit_api.webhook_key", text(FIELD(webhookKey))},
        {"media.engine",
         [](ServerConfig& c, std::string_view v) {
             if (v == "builtin") c.media = MediaChoice::builtin;
             else if (v == "livekit") c.media = MediaChoice::livekit;
             else return false;
             return true;
         }},
        {"media.livekit_url", text(FIELD(livekitUrl))},
        {"media.livekit_service_url", text(FIELD(livekitServiceUrl))},
        {"media.livekit_key_file", text(FIELD(livekitKeyFile))},
        {"limits.per_ip", whole(FIELD(failuresPerIp), 0, 1'000'000)},
        {"limits.connections_per_ip", whole(FIELD(connectionsPerIp), 0, 1'000'000)},
        {"limits.websockets_per_minute", whole(FIELD(webSocketsPerMinute), 0, 1'000'000)},
        {"limits.on_stage", whole(FIELD(policy.maxOnStage), 1, 1000)},
        {"limits.people_per_room", whole(FIELD(policy.maxPeople), 1, 1'000'000)},
        {"limits.hands", whole(FIELD(policy.maxHands), 0, 1'000'000)},
        {"limits.rooms", whole(FIELD(policy.maxRooms), 1, 1'000'000)},
        {"limits.rooms_per_person", whole(FIELD(policy.roomsPerPerson), 1, 1'000'000)},
        {"limits.command_burst", decimal(FIELD(policy.commandBurst), 1.0, 1e6)},
        {"limits.commands_per_second", decimal(FIELD(policy.commandsPerSecond), 0.1, 1e6)},
        {"stage.offer_s", seconds(FIELD(policy.offerTime), 1, 3600)},
        {"stage.grace_s", seconds(FIELD(policy.grace), 1, 3600)},
        {"stage.host_grace_s", seconds(FIELD(policy.hostGrace), 1, 3600)},
        {"stage.listener_lock_s", seconds(FIELD(policy.listenerLock), 1, 86400)},
        {"stage.departure_s", seconds(FIELD(policy.departure), 1, 86400)},
        {"stage.empty_s", seconds(FIELD(policy.empty), 1, 86400)},
        {"stage.refusal_pause_s", seconds(FIELD(policy.refusalPause), 0, 3600)},
        {"retention.audit_days", whole(FIELD(policy.retention.auditDays), 0, 36'500)},
        {"retention.chat_days", whole(FIELD(policy.retention.chatDays), 0, 36'500)},
        {"retention.report_days", whole(FIELD(policy.retention.reportDays), 0, 36'500)},
        {"retention.ended_room_days", whole(FIELD(policy.retention.endedRoomDays), 0, 36'500)},
        {"tokens.join_s", seconds(FIELD(policy.joinToken), 10, 86400)},
        {"tokens.refresh_s", seconds(FIELD(policy.refreshToken), 10, 86400)},
        {"tokens.session_s", seconds(FIELD(policy.session), 60, 31'536'000)},
        {"log.level",
         [](ServerConfig& c, std::string_view v) {
             if (v != "debug" && v != "info" && v != "warn" && v != "error") return false;
             c.logLevel = std::string(v);
             return true;
         }},
        {"log.file", text(FIELD(logFile))},
    };
    return kKeys;
}
#undef FIELD

base::Unexpected<base::Error> configError(const std::string& where, std::string message, std::string advice = {}) {
    return base::fail(ErrorKind::invalidInput, "config", where + ": " + std::move(message), std::move(advice));
}

std::string at(const std::string& name, const toml::source_region& region) { return name + ":" + std::to_string(region.begin.line); }

base::Result<void> applyTable(ServerConfig& config, const toml::table& table, const std::string& prefix, const std::string& name) {
    for (const auto& [key, node] : table) {
        const std::string full = prefix.empty() ? std::string(key.str()) : prefix + "." + std::string(key.str());
        const std::string where = at(name, node.source());
        if (const auto* inner = node.as_table()) {
            if (!prefix.empty()) return configError(where, "unknown section [" + full + "].");
            if (auto done = applyTable(config, *inner, full, name); !done) return done;
            continue;
        }
        std::string value;
        if (const auto* s = node.as_string()) value = s->get();
        else if (const auto* i = node.as_integer()) value = std::to_string(i->get());
        else if (const auto* f = node.as_floating_point()) {
            std::ostringstream out;
            out << f->get();
            value = out.str();
        } else if (const auto* b = node.as_boolean()) value = b->get() ? "true" : "false";
        else return configError(where, "\"" + full + "\" has a value of the wrong kind.");
        if (auto done = setKey(config, full, value, where); !done) return done;
    }
    return {};
}

}  // namespace

base::Result<void> setKey(ServerConfig& config, std::string_view key, std::string_view value, const std::string& where) {
    const auto it = std::find_if(keys().begin(), keys().end(), [&](const Key& k) { return key == k.name; });
    if (it == keys().end()) return configError(where, "unknown key \"" + std::string(key.substr(0, 100)) + "\".", "parlourd check --keys lists all keys.");
    if (!it->set(config, value)) return configError(where, "\"" + std::string(value.substr(0, 100)) + "\" is no possible value of " + std::string(key) + ".");
    return {};
}

base::Result<void> applyToml(ServerConfig& config, std::string_view toml, const std::string& name) {
    toml::table parsed;
    try {
        parsed = toml::parse(toml, name);
    } catch (const toml::parse_error& error) {
        return configError(at(name, error.source()), std::string(error.description()) + ".");
    } catch (const TomlCheckFailed&) {
        return configError(name + ":1", "The file could not be read as TOML.");
    }
    return applyTable(config, parsed, {}, name);
}

base::Result<void> applyEnvironment(ServerConfig& config, const std::map<std::string, std::string>& variables) {
    constexpr std::string_view kPrefix = "PARLOUR_";
    for (const auto& [variable, value] : variables) {
        const auto middle = variable.find("__");
        if (!variable.starts_with(kPrefix) || middle == std::string::npos) continue;
        std::string key = variable.substr(kPrefix.size(), middle - kPrefix.size()) + "." + variable.substr(middle + 2);
        std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (auto done = setKey(config, key, value, variable); !done) return done;
    }
    return {};
}

std::vector<std::string> configKeys() {
    std::vector<std::string> names;
    for (const auto& key : keys()) names.emplace_back(key.name);
    return names;
}

}  // namespace parlour::server

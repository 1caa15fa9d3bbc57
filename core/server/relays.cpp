// SPDX-License-Identifier: Apache-2.0
#include "core/server/relays.h"

#include "core/crypto/hmac_sha1.h"
#include "core/rtc/ice_types.h"
#include "core/server/private_file.h"

namespace parlour::server {

using base::ErrorKind;

namespace {

base::Unexpected<base::Error> wrong(std::string message, std::string advice) {
    return base::fail(ErrorKind::invalidInput, "relays", std::move(message), std::move(advice));
}

}  // namespace

std::string relayUrlProblem(std::string_view url) {
    if (rtc::parseTurnUrl(url, "u", "p")) return {};
    if (!url.starts_with("turn:") && !url.starts_with("turns:")) return "begins neither with turn: nor with turns:";
    if (url.find("://") != std::string_view::npos) return "has // behind turn:, where the host belongs";
    if (url.starts_with("turns:") && url.find("transport=udp") != std::string_view::npos) return "asks for DTLS, which no client here speaks";
    return "is not turn:HOST[:PORT][?transport=udp|tcp] or turns:HOST[:PORT], or names a port where no relay stands";
}

base::Result<Relays> Relays::make(const ServerConfig& config) {
    Relays out;
    if (config.relays.empty()) {
        if (!config.relaySecretFile.empty() || !config.relayUsername.empty() || !config.relayPasswordFile.empty())
            return wrong("There is a login for relays, but no relay.", "Set relays.servers.");
        return out;
    }
    if (config.media == MediaChoice::livekit)
        return wrong("With LiveKit as the engine, LiveKit names the relays.", "Take out relays.servers, and set rtc.turn_servers there.");
    for (const auto& url : config.relays)
        if (const auto problem = relayUrlProblem(url); !problem.empty()) return wrong("\"" + url + "\" " + problem + ".", "Correct relays.servers.");
    out.m_urls = config.relays;
    const bool fixed = !config.relayUsername.empty() || !config.relayPasswordFile.empty();
    if (fixed == !config.relaySecretFile.empty())
        return wrong("The relays need one kind of login: " + std::string(fixed ? "both are given." : "none is given."),
                     "Set relays.secret_file, or relays.username and relays.password_file.");
    const auto& path = fixed ? config.relayPasswordFile : config.relaySecretFile;
    if (fixed && (config.relayUsername.empty() || path.empty()))
        return wrong("A fixed login for relays is a name and a password.", "Set relays.username and relays.password_file.");
    auto text = readPrivateFile(path, fixed ? "file with the relays' password" : "file with the relays' secret", "relays");
    if (!text) return base::Unexpected(std::move(text).error());
    auto word = trimmed(*text);
    if (word.find_first_of("\r\n") != std::string::npos) return wrong(path + ": There is more than one line in this file.", "Keep the secret alone in it.");
    if (!fixed) {
        if (word.size() < kMinRelaySecret || word.size() > kMaxRelaySecret)
            return wrong(path + ": The relays' secret has 16 to 1024 characters.", "Take a longer one, there and in the relay: openssl rand -hex 24.");
        out.m_secret = std::move(word);
        out.m_lifetime = config.relayLifetime;
        return out;
    }
    if (word.empty() || word.size() > rtc::kMaxTurnName || config.relayUsername.size() > rtc::kMaxTurnName)
        return wrong("Name and password of a relay have 1 to 508 characters each.", "Correct relays.username and " + path + ".");
    out.m_username = config.relayUsername;
    out.m_password = std::move(word);
    return out;
}

std::vector<signal::IceServer> Relays::forPerson(const base::Identity& who, base::WallTime now) const {
    if (m_urls.empty()) return {};
    if (m_secret.empty()) return {{m_urls, m_username, m_password}};
    // coturn, "TURN REST API": the name says until when, the password is the proof that we said so.
    const auto until = base::toUnixSeconds(now) + std::chrono::duration_cast<std::chrono::seconds>(m_lifetime).count();
    const auto name = std::to_string(until) + ":" + who.str();
    return {{m_urls, name, base::toBase64(crypto::hmacSha1(base::asBytes(m_secret), base::asBytes(name)))}};
}

std::optional<base::Duration> Relays::renewAfter() const {
    if (m_urls.empty() || m_secret.empty()) return std::nullopt;
    return rtc::randomBetween(m_lifetime * 5 / 8, m_lifetime * 7 / 8);
}

}  // namespace parlour::server

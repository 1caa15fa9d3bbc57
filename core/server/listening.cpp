// SPDX-License-Identifier: Apache-2.0
#include "core/server/listening.h"

#include <algorithm>

#include "core/net/interfaces.h"

namespace parlour::server {

std::vector<std::string> reachableHosts(const base::IpAddress& listen) {
    std::vector<std::string> hosts;
    if (!listen.isUnspecified()) {
        hosts.push_back(listen.toString());
    } else {
        for (const auto& local : net::localAddresses()) hosts.push_back(local.ip.toString());
    }
    if (listen.isUnspecified() || listen.isLoopback())
        for (const char* name : {"127.0.0.1", "::1", "localhost"})
            if (std::find(hosts.begin(), hosts.end(), name) == hosts.end()) hosts.emplace_back(name);
    return hosts;
}

namespace {

net::Limits limitsOf(const ServerConfig& config) {
    net::Limits limits;
    const bool lifted = config.failuresPerIp == 0;
    limits.connectionsPerIp = lifted ? 0 : static_cast<std::size_t>(config.connectionsPerIp);
    limits.webSocketConnectsPerMinute = lifted ? 0 : static_cast<std::size_t>(config.webSocketsPerMinute);
    return limits;
}

std::vector<base::IpAddress> proxiesOf(const ServerConfig& config) {
    if (config.trustedProxies) return *config.trustedProxies;
    if (config.publicUrl.empty() || !config.listen.ip.isLoopback()) return {};
    return {*base::IpAddress::parse("127.0.0.1"), *base::IpAddress::parse("::1")};
}

base::Result<std::optional<net::TlsCredentials>> credentialsOf(const ServerConfig& config, const DataFolder& folder, const base::Clock& clock, std::string& pin) {
    using Maybe = std::optional<net::TlsCredentials>;
    if (config.tls == TlsChoice::none || (config.tls == TlsChoice::automatic && config.listen.ip.isLoopback())) return Maybe{};
    if (config.tls == TlsChoice::files) {
        auto loaded = net::loadTlsFiles(config.tlsCertificate, config.tlsKey);
        if (!loaded) return base::Unexpected(std::move(loaded).error());
        if (net::isSelfSigned(loaded->certificatePem)) pin = net::pinOf(loaded->certificatePem).value_or("");
        return Maybe{std::move(*loaded)};
    }
    auto loaded = net::loadTlsFiles(folder.path() + "/" + DataFolder::kCertificateFile, folder.path() + "/" + DataFolder::kKeyFile);
    if (!loaded) {
        auto made = net::makeSelfSigned(reachableHosts(config.listen.ip), clock.wallNow());
        if (!made) return base::Unexpected(std::move(made).error());
        const auto key = base::asText(made->credentials.privateKeyPem.view());
        if (auto done = folder.writeFile(DataFolder::kKeyFile, std::string(key)); !done) return base::Unexpected(std::move(done).error());
        if (auto done = folder.writeFile(DataFolder::kCertificateFile, made->credentials.certificatePem); !done)
            return base::Unexpected(std::move(done).error());
        loaded = std::move(made->credentials);
    }
    auto spki = net::pinOf(loaded->certificatePem);
    if (!spki) return base::Unexpected(std::move(spki).error());
    pin = *spki;
    return Maybe{std::move(*loaded)};
}

}  // namespace

base::Result<Listening> listeningOf(const ServerConfig& config, const DataFolder& folder, const base::Clock& clock) {
    Listening out;
    auto tls = credentialsOf(config, folder, clock, out.pin);
    if (!tls) return base::Unexpected(std::move(tls).error());
    out.settings.listen = config.listen;
    out.settings.tls = std::move(*tls);
    out.settings.limits = limitsOf(config);
    out.settings.proxies = proxiesOf(config);
    return out;
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
#include "core/server/self_check.h"

#include "core/house/store/audit_store.h"
#include "core/house/store/house_claims.h"
#include "core/house/store/person_store.h"
#include "core/house/store/store.h"
#include "core/house/store/store_place.h"
#include "core/net/event_loop.h"
#include "core/net/http_server.h"
#include "core/net/interfaces.h"
#include "core/net/url.h"
#include "core/server/admin.h"
#include "core/server/builtin_engine.h"
#include "core/server/data_folder.h"
#include "core/server/livekit_check.h"
#include "core/server/relay_check.h"
#include "core/server/replica_metrics.h"

#ifndef _WIN32
#include <sys/resource.h>
#endif

namespace parlour::server {

namespace {

constexpr std::int64_t kBuildYearMs = 1'767'225'600'000;  // 2026-01-01: an earlier clock is wrong

CheckLine failed(std::string what, const base::Error& error) { return {false, std::move(what), base::describe(error)}; }

void checkPorts(const ServerConfig& config, const base::Clock& clock, std::vector<CheckLine>& lines) {
    net::EventLoop loop;
    net::HttpServerSettings settings;
    settings.listen = config.listen;
    net::HttpServerHandlers handlers;
    handlers.onRequest = [](const net::HttpRequest&, net::Respond respond) { respond(net::HttpResponse::text(503, "")); };
    if (auto http = net::HttpServer::listen(loop, std::move(settings), std::move(handlers)); !http)
        lines.push_back(failed("HTTP port", http.error()));
    else
        lines.push_back({true, "HTTP port", (*http)->localAddress().toString() + " is free"});
    if (config.media == MediaChoice::livekit) return;   // has ports of its own
    BuiltinEngineConfig media;
    media.bind.push_back({config.listen.ip, config.udpPort});
    if (auto engine = BuiltinEngine::start(loop, clock, media); !engine)
        lines.push_back(failed("UDP port", engine.error()));
    else
        lines.push_back({true, "UDP port", (*engine)->addresses().front().toString() + " is free"});
}

void checkReach(const ServerConfig& config, std::vector<CheckLine>& lines) {
    if (!config.publicUrl.empty()) {
        const auto url = net::Url::parse(config.publicUrl);
        const bool good = url && url->path == "/" && url->query.empty();
        lines.push_back({good, "Public URL", good ? config.publicUrl : "has to be https://HOST[:PORT] and nothing more"});
        if (good && !url->isSecure() && !url->isLoopback())
            lines.push_back({false, "Public URL", "http:// links open nowhere but on this computer; use https://"});
    } else if (config.listen.ip.isLoopback()) {
        lines.push_back({true, "Reach", "this computer only; use --listen 0.0.0.0:7880 for the network"});
    } else {
        lines.push_back({true, "Reach", "the network, with a certificate pinned in the links"});
    }
    if (!config.listen.ip.isLoopback() && net::localAddresses().empty())
        lines.push_back({false, "Network", "this machine has no network address"});
}

/// Who of several servers runs the house; nothing where one runs it alone.
void checkClaim(const std::string& where, const base::Clock& clock, std::vector<CheckLine>& lines) {
    const auto claim = house::isDatabaseServer(where) ? house::readClaim(where, clock) : base::Result<std::optional<house::ClaimSeen>>(std::nullopt);
    if (claim && *claim && !(*claim)->address.empty()) lines.push_back({true, "Claim", claimSentence(**claim)});
}

/// Beside a server, too: its transaction sees one moment of the database.
void checkStore(const std::string& where, std::vector<CheckLine>& lines) {
    auto store = house::Store::open(where);
    if (!store) {
        lines.push_back(failed("Database", store.error()));
        return;
    }
    lines.push_back({true, "Database", house::placeForPeople(where) + ", opens and is up to date"});
    std::optional<house::AuditStore::Verdict> verdict;
    std::vector<std::string> lost;
    const auto read = (*store)->transact([&]() -> base::Result<void> {
        const auto seed = (*store)->meta("house_seed");
        if (!seed) return {};  // never started: there is no log yet
        const auto bytes = base::fromHex(*seed);
        const auto key = bytes ? crypto::SigningKey::fromSeed(*bytes) : std::nullopt;
        if (!key) return base::fail(base::ErrorKind::unavailable, "house_key_broken", "The house's key is damaged.");
        verdict = house::AuditStore(**store).verify(key->publicKey());
        lost = house::orphans(**store);
        return {};
    });
    if (!read)
        lines.push_back(failed("Audit log", read.error()));
    else if (verdict && !verdict->good)
        lines.push_back({false, "Audit log", verdict->problem + " Compare it with an export or a backup."});
    else
        lines.push_back({true, "Audit log", verdict ? std::to_string(verdict->rows) + " rows, whole and signed" : "empty"});
    if (!read) return;
    if (lost.empty()) lines.push_back({true, "Rows", "everything belongs to somebody"});
    for (const auto& one : lost) lines.push_back({false, "Rows", one + "; restore a backup, or report this with the version of parlourd"});
}

}  // namespace

std::vector<CheckLine> selfCheck(const ServerConfig& config, const base::Clock& clock) {
    std::vector<CheckLine> lines;
    const std::string path = config.data.empty() ? defaultDataFolder() : config.data;
    const bool running = askAdminSocket(DataFolder::socketFile(path), R"({"command":"ping"})").has_value();
    if (running) {
        lines.push_back({true, "Server", "runs on " + path});
        checkStore(DataFolder::storePlace(path, config.store), lines);
        checkClaim(DataFolder::storePlace(path, config.store), clock, lines);
    } else if (auto folder = DataFolder::open(path, base::Duration(0)); !folder) {
        lines.push_back(failed("Data folder", folder.error()));
    } else {
        lines.push_back({true, "Data folder", path});
        checkStore(DataFolder::storePlace(path, config.store), lines);
        checkClaim(DataFolder::storePlace(path, config.store), clock, lines);
        checkPorts(config, clock, lines);
    }
    if (config.media == MediaChoice::livekit) checkLiveKit(config, clock, lines);
    checkRelays(config, clock, running, lines);
    if (!running) checkReach(config, lines);   // a running server may have been told otherwise than this command
    if (config.tls == TlsChoice::files) {
        if (auto tls = net::loadTlsFiles(config.tlsCertificate, config.tlsKey); !tls)
            lines.push_back(failed("TLS certificate", tls.error()));
        else
            lines.push_back({true, "TLS certificate", config.tlsCertificate});
    }
    const bool clockRight = base::toUnixMs(clock.wallNow()) > kBuildYearMs;
    lines.push_back({clockRight, "Clock", clockRight ? "plausible" : "is years behind; tokens and certificates will be refused"});
#ifndef _WIN32
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
        lines.push_back({files.rlim_cur >= 1024, "Open files", std::to_string(files.rlim_cur) + " allowed" +
                                                                   (files.rlim_cur >= 1024 ? "" : "; use ulimit -n 65536")});
#endif
    return lines;
}

}  // namespace parlour::server

// SPDX-License-Identifier: Apache-2.0
// parlourd: the room server and its administration. Composition only: who owns whom, start and stop order, exit codes
// (0 good, 1 error, 2 usage or config).
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "app/server_serving.h"
#include "core/base/clock.h"
#include "core/room/known_houses.h"
#include "core/room/person_keys.h"
#include "core/server/admin.h"
#include "core/server/house_archive.h"
#include "core/server/offline_house.h"
#include "core/server/self_check.h"
#include "core/server/version.h"

#ifndef _WIN32
extern char** environ;
#endif

using namespace parlour;
using Json = nlohmann::json;

namespace {

constexpr int kError = 1;
constexpr int kUsage = 2;

int fail(const base::Error& error, int code = kError) {
    std::cerr << "parlourd: " << base::describe(error) << "\n";
    return code;
}

struct Options {
    std::string configFile, listen, publicIp, publicUrl, data, store, replicaAddress, certificate, key, name, media, livekitUrl, livekitKeyFile;
    std::vector<std::string> sets;
    int udpPort = -1;
    int readyFd = -1;
    bool noTls = false, json = false, firstLink = false, keys = false, force = false;
    std::string title, room, role = "listener", expires, id, scope = "link", file, to, ownerHome, ownerName = "Owner";
    int uses = 0;
};

std::map<std::string, std::string> environmentVariables() {
    std::map<std::string, std::string> out;
#ifndef _WIN32
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string text = *entry;
        if (const auto at = text.find('='); at != std::string::npos) out[text.substr(0, at)] = text.substr(at + 1);
    }
#endif
    return out;
}

base::Result<server::ServerConfig> configOf(const Options& o) {
    server::ServerConfig config;
    if (!o.configFile.empty()) {
        std::ifstream in(o.configFile, std::ios::binary);
        if (!in)
            return base::fail(base::ErrorKind::invalidInput, "config", "The configuration file cannot be read.", "Check --config.", o.configFile);
        std::ostringstream text;
        text << in.rdbuf();
        if (auto done = server::applyToml(config, text.str(), o.configFile); !done) return base::Unexpected(std::move(done).error());
    }
    if (auto done = server::applyEnvironment(config, environmentVariables()); !done) return base::Unexpected(std::move(done).error());
    for (const auto& one : o.sets) {
        const auto at = one.find('=');
        if (at == std::string::npos)
            return base::fail(base::ErrorKind::invalidInput, "config", "--set needs KEY=VALUE.", {}, one);
        if (auto done = server::setKey(config, one.substr(0, at), one.substr(at + 1), "--set"); !done)
            return base::Unexpected(std::move(done).error());
    }
    const auto take = [&](const char* key, const std::string& value, const char* option) -> base::Result<void> {
        return value.empty() ? base::Result<void>{} : server::setKey(config, key, value, option);
    };
    for (auto done : {take("server.listen", o.listen, "--listen"), take("server.public_ip", o.publicIp, "--public-ip"),
                      take("server.public_url", o.publicUrl, "--public-url"), take("server.data", o.data, "--data"),
                      take("server.store", o.store, "--store"), take("server.replica_address", o.replicaAddress, "--replica-address"), take("tls.certificate", o.certificate, "--tls-cert"), take("tls.key", o.key, "--tls-key"),
                      take("server.name", o.name, "--name"), take("media.engine", o.media, "--media"),
                      take("media.livekit_url", o.livekitUrl, "--livekit-url"), take("media.livekit_key_file", o.livekitKeyFile, "--livekit-key-file"),
                      take("server.udp_port", o.udpPort < 0 ? "" : std::to_string(o.udpPort), "--udp-port")})
        if (!done) return base::Unexpected(std::move(done).error());
    if (o.noTls) config.tls = server::TlsChoice::none;
    if (!config.tlsCertificate.empty() || !config.tlsKey.empty()) {
        if (config.tlsCertificate.empty() || config.tlsKey.empty() || o.noTls)
            return base::fail(base::ErrorKind::invalidInput, "config", "--tls-cert and --tls-key belong together, without --no-tls.");
        config.tls = server::TlsChoice::files;
    }
    return config;
}

void say(const std::string& line) {
    std::cout << line << "\n";
    std::cout.flush();
}

// ---- administration

std::string isoTime(std::int64_t ms) {
    const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
#ifndef _WIN32
    gmtime_r(&seconds, &parts);
#else
    gmtime_s(&parts, &seconds);
#endif
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

/// "90s", "30m", "2h", "7d".
std::optional<std::int64_t> durationSeconds(const std::string& text) {
    if (text.size() < 2 || text.size() > 9) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : text.substr(0, text.size() - 1)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    switch (text.back()) {
        case 's': return value;
        case 'm': return value * 60;
        case 'h': return value * 3600;
        case 'd': return value * 86400;
        default: return std::nullopt;
    }
}

int order(const server::ServerConfig& config, const Json& command, const std::function<void(const Json&)>& print) {
    const base::SystemClock clock;
    auto line = server::runAdminCommand(config, clock, command.dump());
    if (!line) return fail(line.error());
    const Json answer = Json::parse(*line, nullptr, false);
    if (answer.is_object() && answer.contains("ok")) {
        print(answer["ok"]);
        return 0;
    }
    base::Error error{base::ErrorKind::internal, "bad_answer", "The server's answer is not understood.", {}, {}};
    if (answer.is_object() && answer.contains("error")) {
        const Json& e = answer["error"];
        error.message = e.value("message", "");
        error.advice = e.value("advice", "");
        error.detail = e.value("detail", "");
    }
    return fail(error);
}

int roomCreate(const Options& o, const server::ServerConfig& config) {
    return order(config, {{"command", "room.create"}, {"title", o.title}}, [&](const Json& ok) {
        if (o.json) return say(ok.dump());
        const Json& links = ok["links"];
        say("room " + ok.value("room", ""));
        for (const char* role : {"moderator", "speaker", "listener"}) say(std::string(role) + ": " + links.value(role, ""));
    });
}

/// One line of the house's table of requests.
Json tableRequest(const char* method, const std::string& path, const Json& body = {}) {
    return {{"command", "request"}, {"method", method}, {"path", "/api/v1/" + path}, {"body", body.is_null() ? "" : body.dump()}};
}

int houseInit(const Options& o, const server::ServerConfig& config) {
    auto keys = room::PersonKeys::open(o.ownerHome);
    if (!keys) return fail(keys.error());
    auto known = room::KnownHouses::open(o.ownerHome);
    if (!known) return fail(known.error());
    base::HouseId house;
    if (const int code = order(config, tableRequest("GET", "house"), [&](const Json& ok) { house = base::HouseId(ok.value("house", "")); }); code != 0)
        return code;
    const auto key = keys->keyFor(house).publicKey();
    const Json wish{{"title", o.title}, {"name", o.ownerName}, {"public_key", base::toBase64Url(key)}};
    int code = 0;
    const int ordered = order(config, tableRequest("POST", "house/init", wish), [&](const Json& ok) {
        const room::KnownHouse mine{house, ok.value("url", ""), ok.value("pin", ""), ok.value("name", ""), o.ownerName};
        if (auto kept = known->remember(mine); !kept) code = fail(kept.error());
        if (o.json)
            say(Json{{"house", house.str()}, {"url", mine.url}, {"owner", keys->identityFor(house).str()}, {"title", mine.title}}.dump());
        else
            say(mine.title + " is founded. Its owner's key is in " + o.ownerHome + ".\nInvite the first members: parlourctl --home " + o.ownerHome +
                " invite create --kind membership");
    });
    return ordered != 0 ? ordered : code;
}

/// "@handle" or an id.
int withPerson(const Options& o, const server::ServerConfig& config, const std::function<int(const std::string& id)>& then) {
    if (!o.id.starts_with('@')) return then(o.id);
    std::string id;
    const int code = order(config, tableRequest("GET", "members?limit=200&q=" + o.id.substr(1)), [&](const Json& ok) {
        for (const auto& one : ok["members"])
            if (one.value("handle", "") == o.id.substr(1)) id = one.value("id", "");
    });
    if (code != 0) return code;
    if (id.empty()) return fail({base::ErrorKind::notFound, "person_unknown", "Nobody has this handle.", "Look at the list of members.", o.id});
    return then(id);
}

int personExport(const Options& o, const server::ServerConfig& config) {
    return withPerson(o, config, [&](const std::string& id) {
        int code = 0;
        const int ordered = order(config, tableRequest("GET", "persons/" + id + "/export"), [&](const Json& ok) {
            if (o.file.empty()) return say(ok.dump(2));
            std::ofstream out(o.file, std::ios::binary);
            out << ok.dump(2) << "\n";
            out.flush();
            if (!out) code = fail({base::ErrorKind::unavailable, "file_unwritable", "The file cannot be written.", "Choose another one.", o.file});
            else say(o.json ? Json{{"file", o.file}}.dump() : "written: " + o.file);
        });
        return ordered != 0 ? ordered : code;
    });
}

int personDelete(const Options& o, const server::ServerConfig& config) {
    return withPerson(o, config, [&](const std::string& id) {
        return order(config, tableRequest("POST", "persons/" + id + "/delete", Json{{"confirm", id}}),
                     [&](const Json& ok) { say(o.json ? ok.dump() : "deleted; a nameless place stays in the tree"); });
    });
}

int personRekey(const Options& o, const server::ServerConfig& config) {
    return withPerson(o, config, [&](const std::string& id) {
        return order(config, tableRequest("POST", "persons/" + id + "/rekey", Json{{"to", o.to}}), [&](const Json& ok) {
            say(o.json ? ok.dump() : "moved to " + ok.value("to", "") + "; the old key opens nothing here any more");
        });
    });
}

int roomList(const Options& o, const server::ServerConfig& config) {
    return order(config, {{"command", "room.list"}}, [&](const Json& ok) {
        if (o.json) return say(ok.dump());
        for (const auto& room : ok)
            say(room.value("room", "") + "  " + (room.value("live", false) ? "live, " + std::to_string(room.value("present", 0)) + " here" : "empty") +
                "  " + room.value("title", ""));
    });
}

int inviteCreate(const Options& o, const server::ServerConfig& config) {
    Json command{{"command", "invite.create"}, {"room", o.room}, {"role", o.role}};
    if (o.uses > 0) command["uses"] = o.uses;
    if (!o.expires.empty()) {
        const auto seconds = durationSeconds(o.expires);
        if (!seconds) return fail({base::ErrorKind::invalidInput, "usage", "--expires needs a time like 90s, 30m, 2h or 7d.", {}, {}}, kUsage);
        command["expires_in_s"] = *seconds;
    }
    return order(config, command, [&](const Json& ok) { say(o.json ? ok.dump() : ok.value("id", "") + "\n" + ok.value("link", "")); });
}

int inviteList(const Options& o, const server::ServerConfig& config) {
    return order(config, {{"command", "invite.list"}, {"room", o.room}}, [&](const Json& ok) {
        Json list = Json::array();
        for (const auto& one : ok["invitations"]) {
            Json row{{"id", one["id"]}, {"room", one["room"]}, {"kind", one["kind"]}, {"uses", nullptr}, {"used", one["used"]},
                     {"expires", nullptr}, {"state", one["state"]}};
            if (one.contains("uses")) row["uses"] = one["uses"];
            if (one.contains("expires_ms")) row["expires"] = isoTime(one["expires_ms"].get<std::int64_t>());
            list.push_back(std::move(row));
        }
        if (o.json) return say(list.dump());
        for (const auto& row : list)
            say(row["id"].get<std::string>() + "  " + row["room"].get<std::string>() + "  " + row["kind"].get<std::string>() + "  " +
                std::to_string(row["used"].get<int>()) + "/" + (row["uses"].is_null() ? "-" : row["uses"].dump()) + "  " +
                row["state"].get<std::string>());
    });
}

/// backup and restore: what the file holds.
int archived(const Options& o, base::Result<house::ArchiveInfo> info, const char* done) {
    if (!info) return fail(info.error());
    const std::string at = isoTime(base::toUnixMs(info->at));
    if (o.json)
        say(Json{{"house", info->house}, {"at", at}, {"rows", info->rows}}.dump());
    else
        say(std::string(done) + ": house " + info->house + " of " + at + ", " + std::to_string(info->rows) + " rows");
    return 0;
}

int check(const Options& o, const server::ServerConfig& config) {
    if (o.keys) {
        for (const auto& key : server::configKeys()) say(key);
        return 0;
    }
    const base::SystemClock clock;
    bool good = true;
    for (const auto& line : server::selfCheck(config, clock)) {
        good = good && line.good;
        say((line.good ? "ok    " : "WRONG ") + line.what + ": " + line.detail);
    }
    return good ? 0 : kError;
}

}  // namespace

int main(int argc, char** argv) {
#ifndef _WIN32
    ::umask(0077);  // also the database that a command makes while no server runs
#endif
    Options o;
    CLI::App app{"Parlour's room server"};
    app.fallthrough();
    app.set_version_flag("--version", std::string("parlourd ") + std::string(server::kVersion));
    app.add_option("--data", o.data, "data folder (default: $STATE_DIRECTORY or ~/.local/share/parlourd)");
    app.add_option("--store", o.store, "a file, or postgresql://USER@HOST/DATABASE (default: SQLite in the data folder)");
    app.add_option("--config", o.configFile, "TOML file");
    app.add_option("--set", o.sets, "KEY=VALUE, any key of the configuration")->take_all()->expected(1);
    app.add_flag("--json", o.json, "machine-readable answers");
    app.add_option("--public-url", o.publicUrl, "https://HOST[:PORT] in links, behind a proxy");

    auto* serving = app.add_subcommand("serve", "run the server");
    serving->add_option("--listen", o.listen, "ADDR:PORT for HTTP (default 127.0.0.1:7880; port 0 = a free one)");
    serving->add_option("--udp-port", o.udpPort, "for media (default 7882; 0 = a free one)")->check(CLI::Range(0, 65535));
    serving->add_option("--replica-address", o.replicaAddress, "IP:PORT where the other servers of this house reach this one (needs PostgreSQL and --public-url)");
    serving->add_option("--public-ip", o.publicIp, "told to media clients, in front of a NAT");
    serving->add_option("--tls-cert", o.certificate, "PEM file");
    serving->add_option("--tls-key", o.key, "PEM file");
    serving->add_option("--name", o.name, "what people see as the house's name");
    serving->add_option("--media", o.media, "who carries the sound: builtin (this program, the default) or livekit")->check(CLI::IsMember({"builtin", "livekit"}));
    serving->add_option("--livekit-url", o.livekitUrl, "ws:// or wss:// address of the LiveKit server, as people reach it");
    serving->add_option("--livekit-key-file", o.livekitKeyFile, "file with one line KEY: SECRET, as livekit-server has it");
    serving->add_flag("--no-tls", o.noTls, "plain HTTP: only behind a proxy that does TLS");
    serving->add_flag("--first-link", o.firstLink, "make a first room and tell its host's link, if there is no room");
    serving->add_option("--ready-fd", o.readyFd, "write one JSON line there when ready");

    auto* house = app.add_subcommand("house", "the house itself")->require_subcommand(1);
    auto* founding = house->add_subcommand("init", "make the first owner");
    founding->add_option("--owner-home", o.ownerHome, "the owner's folder, as parlourctl and parlour use it")->required();
    founding->add_option("--title", o.title, "what the house is called")->required();
    founding->add_option("--name", o.ownerName, "what people read for the owner");

    auto* room = app.add_subcommand("room", "rooms")->require_subcommand(1);
    auto* roomCreating = room->add_subcommand("create", "make a room and its links");
    roomCreating->add_option("TITLE", o.title)->required();
    auto* roomListing = room->add_subcommand("list", "all rooms");
    auto* roomEnding = room->add_subcommand("end", "end a room and its links for good");
    roomEnding->add_option("ROOM", o.room)->required();

    auto* invite = app.add_subcommand("invite", "invitation links")->require_subcommand(1);
    auto* inviting = invite->add_subcommand("create", "make a link");
    inviting->add_option("--room", o.room)->required();
    inviting->add_option("--role,--kind", o.role)->check(CLI::IsMember({"listener", "speaker", "moderator"}));
    inviting->add_option("--uses", o.uses, "how many people (default: unlimited)")->check(CLI::Range(1, 100'000));
    inviting->add_option("--expires", o.expires, "90s, 30m, 2h, 7d (default: never)");
    auto* inviteListing = invite->add_subcommand("list", "all links");
    inviteListing->add_option("--room", o.room);
    auto* revoking = invite->add_subcommand("revoke", "close a link");
    revoking->add_option("ID", o.id)->required();
    revoking->add_option("--scope", o.scope, "link, people (also who came by it), subtree")->check(CLI::IsMember({"link", "people", "subtree"}));

    auto* person = app.add_subcommand("person", "what the house holds of one person")->require_subcommand(1);
    auto* exporting = person->add_subcommand("export", "everything it knows of them, as JSON");
    exporting->add_option("ID", o.id, "of the person, or @handle")->required();
    exporting->add_option("-o,--output", o.file, "a file (default: standard output)");
    auto* deleting = person->add_subcommand("delete", "forget them for good; a nameless place stays in the tree");
    deleting->add_option("ID", o.id, "of the person, or @handle")->required();

    auto* rekeying = person->add_subcommand("rekey", "after a lost computer: they go on under a new key");
    rekeying->add_option("OLD_ID", o.id, "of the person, or @handle")->required();
    rekeying->add_option("--to", o.to, "the public key or id that `parlourctl identity key` shows on the new computer")->required();

    auto* backing = app.add_subcommand("backup", "write the whole house to a file, also while it runs; the file holds its keys");
    backing->add_option("FILE", o.file)->required();
    backing->add_flag("--force", o.force, "replace a file of this name");
    auto* restoring = app.add_subcommand("restore", "put a backup into an empty data folder");
    restoring->add_option("FILE", o.file)->required();
    auto* checking = app.add_subcommand("check", "look for what commonly goes wrong");
    checking->add_flag("--keys", o.keys, "list all configuration keys");
    for (auto* sub : {house, founding, room, invite, serving, checking, roomCreating, roomListing, roomEnding, inviting, inviteListing, revoking, backing, restoring, person, exporting, deleting, rekeying})
        sub->fallthrough();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : kUsage;
    }
    auto config = configOf(o);
    if (!config) return fail(config.error(), kUsage);
    if (*founding) return houseInit(o, *config);
    if (*roomCreating) return roomCreate(o, *config);
    if (*roomListing) return roomList(o, *config);
    if (*roomEnding) return order(*config, {{"command", "room.end"}, {"room", o.room}}, [&](const Json&) { say(o.json ? "{}" : "ended"); });
    if (*inviting) return inviteCreate(o, *config);
    if (*inviteListing) return inviteList(o, *config);
    if (*revoking)
        return order(*config, {{"command", "invite.revoke"}, {"id", o.id}, {"scope", o.scope}}, [&](const Json&) { say(o.json ? "{}" : "revoked"); });
    if (*exporting) return personExport(o, *config);
    if (*deleting) return personDelete(o, *config);
    if (*rekeying) return personRekey(o, *config);
    if (*backing) return archived(o, server::backupHouse(*config, base::SystemClock(), o.file, o.force), "written");
    if (*restoring) return archived(o, server::restoreHouse(*config, base::SystemClock(), o.file), "restored");
    if (*checking) return check(o, *config);
    return app::serve(*config, o.readyFd, o.firstLink || !*serving);
}

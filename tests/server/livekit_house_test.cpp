// SPDX-License-Identifier: Apache-2.0
// A whole server whose sound is LiveKit's, against a RoomService on a real loopback port: what people are given, what LiveKit is told,
// and what happens when it does not answer or the server starts anew.
#include "core/server/livekit_house.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/api/chat_types.h"
#include "core/api/chat_write.h"
#include "core/api/house_json.h"
#include "core/base/clock.h"
#include "core/crypto/hash.h"
#include "core/net/http_server.h"
#include "core/server/room_server.h"
#include "core/signal/data_packet.h"
#include "tests/server/house_world.h"
#include "tests/server/played_livekit.h"

using namespace parlour;
using namespace parlour::server;
using namespace parlour::tests;

namespace {

struct LiveKitWorld {
    std::filesystem::path folder;
    base::SystemClock clock;
    net::EventLoop loop;
    PlayedLiveKit kit;
    std::unique_ptr<net::HttpServer> service;
    bool silent = false;                     ///< takes calls and does not answer them
    std::vector<net::Respond> unanswered;
    Database database{chosenEngine()};
    ServerConfig config;
    std::unique_ptr<RoomServer> server;
    api::RoomMade room;

    LiveKitWorld() {
        char name[] = "/tmp/parlour-livekit-XXXXXX";
        folder = mkdtemp(name);
        net::HttpServerSettings settings;
        settings.listen = *base::SocketAddress::parse("127.0.0.1:0");
        settings.limits.connectionsPerIp = 0;
        net::HttpServerHandlers handlers;
        handlers.onRequest = [this](const net::HttpRequest& request, net::Respond respond) {
            if (silent) return unanswered.push_back(std::move(respond));
            respond(kit.answer(request.path, request.header("authorization"), request.body));
        };
        service = std::move(*net::HttpServer::listen(loop, std::move(settings), std::move(handlers)));
        std::ofstream(folder / "key") << "# of the test\n" << kit.key.id << ": " << kit.key.secret << "\n";
        std::filesystem::permissions(folder / "key", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        config.listen = *base::SocketAddress::parse("127.0.0.1:0");
        config.data = (folder / "data").string();
        if (database.engine() == Engine::postgresql) config.store = database.where();
        config.media = MediaChoice::livekit;
        config.livekitUrl = "ws://127.0.0.1:" + std::to_string(service->localAddress().port);
        config.livekitKeyFile = (folder / "key").string();
        start();
        room = ask<api::RoomMade>([&](auto answer) { server->house().createRoom({"Salon"}, answer); }).value();
    }
    ~LiveKitWorld() {
        server.reset();
        unanswered.clear();
        service.reset();
        std::filesystem::remove_all(folder);
    }
    void start() {
        server.reset();
        std::optional<base::Result<std::size_t>> ready;
        auto started = RoomServer::start(loop, clock, config, [&](auto rooms) { ready.emplace(std::move(rooms)); });
        INFO((started ? "" : base::describe(started.error())));
        REQUIRE(started);
        server = std::move(*started);
        until([&] { return ready.has_value(); });
    }
    void until(const std::function<bool()>& ready) { REQUIRE(loop.runUntil(ready, std::chrono::seconds(20))); }
    template <class T>
    base::Result<T> ask(const std::function<void(HouseService::Answer<T>)>& call) {
        std::optional<base::Result<T>> result;
        loop.post([&] { call([&](base::Result<T> r) { result.emplace(std::move(r)); }); });
        until([&] { return result.has_value(); });
        return std::move(*result);
    }
    net::HttpResponse send(const std::string& method, const std::string& path, const std::string& body = {}, net::Headers headers = {}) {
        net::HttpCall call;
        call.method = method;
        call.url = *net::Url::parse(server->httpUrl() + path);
        call.body = body;
        call.headers = std::move(headers);
        if (method == "POST") call.headers.emplace("content-type", "application/json");
        std::optional<base::Result<net::HttpResponse>> result;
        auto pending = net::sendHttp(loop, std::move(call), [&](auto r) { result.emplace(std::move(r)); });
        until([&] { return result.has_value(); });
        REQUIRE(*result);
        return std::move(**result);
    }
    template <class T, class R>
    base::Result<T> post(const std::string& path, const R& request, const std::string& session = {}) {
        const auto response = send("POST", "/api/v1/" + path, api::toJson(request), session.empty() ? net::Headers{} : net::Headers{{"authorization", "Bearer " + session}});
        if (response.status == 200) return api::fromJson<T>(response.body);
        return base::Unexpected(api::fromBody(*api::fromJson<api::ErrorBody>(response.body)));
    }
    base::Result<api::Redeemed> redeem(const std::string& name, const std::string& link) {
        const auto [id, secret] = HouseWorld::parts(link);
        const auto purpose = api::redeemPurpose(id);
        const auto c = post<api::Challenge>("challenge", api::ChallengeRequest{crypto::randomToken(16), purpose}).value();
        const auto key = HouseWorld::keyOf(name);
        api::Proof p{base::toBase64Url(key.publicKey()), c.nonce, server->httpUrl(), c.expiresMs, {}};
        p.signature = base::toBase64Url(key.sign(api::personStatement(c.house, p.origin, purpose, c.nonce, c.expiresMs)));
        return post<api::Redeemed>("invitations/redeem", api::RedeemRequest{id, secret, name, p});
    }
    base::Result<api::StageAnswer> stage(const api::Redeemed& who, api::StageVerb verb, const base::Identity& target = {}) {
        api::StageCommand command;
        command.verb = verb;
        command.target = target;
        return post<api::StageAnswer>("rooms/" + room.room.str() + "/stage", command, who.session);
    }
    static signal::AccessToken claims(const api::JoinGrant& grant) { return signal::peekToken(grant.token).value(); }
    std::string nameOf(const api::JoinGrant& grant) const { return claims(grant).video.room.str(); }
    int hook(const std::string& kind, const std::string& name, const std::string& identity, const std::string& sid) {
        const auto now = base::toUnixSeconds(clock.wallNow());
        const Json body{{"event", kind}, {"id", "EV_" + crypto::randomToken(8)}, {"createdAt", std::to_string(now)}, {"room", {{"name", name}}},
                        {"participant", kit.rooms[name].contains(identity) ? kit.rooms[name][identity] : Json{{"identity", identity}, {"sid", sid}}}};
        const auto text = body.dump();
        const auto part = [](const Json& json) { return base::toBase64Url(base::asBytes(json.dump())); };
        auto jwt = part({{"alg", "HS256"}}) + "." + part({{"iss", kit.key.id}, {"exp", now + 60}, {"sha256", base::toBase64(crypto::sha256(base::asBytes(text)))}});
        jwt += "." + base::toBase64Url(crypto::hmacSha256(base::asBytes(kit.key.secret), base::asBytes(jwt)));
        return send("POST", "/livekit/webhook", text, {{"authorization", jwt}, {"content-type", "application/webhook+json"}}).status;
    }
    /// As the person's SDK and LiveKit do it.
    void come(const api::Redeemed& who, bool publishes = false) {
        const auto name = nameOf(who.join);
        kit.enter(name, who.identity.str(), "PA_" + who.identity.str(), publishes);
        REQUIRE(hook("participant_joined", name, who.identity.str(), {}) == 200);
    }
    int present() {
        const auto list = ask<std::vector<api::AdminRoom>>([&](auto answer) { server->house().listRooms(answer); }).value();
        return list.at(0).present;
    }
};

}  // namespace

TEST_CASE("people are given LiveKit's address and a token of LiveKit's, with the house's attributes and no right to write them", "[livekit-house]") {
    LiveKitWorld world;
    const auto ann = world.redeem("Ann", world.room.links.moderator).value();
    CHECK(ann.join.url == world.config.livekitUrl);
    signal::TokenRules rules;
    rules.requireOurs = false;
    const auto token = signal::verifyToken(ann.join.token, std::span(&world.kit.key, 1), world.clock.wallNow(), rules);
    REQUIRE(token);
    CHECK(token->identity == ann.identity);
    CHECK(token->name == "Ann");
    CHECK(token->attributes.at("parlour.power") == "host");
    CHECK(token->video.canPublish == true);
    CHECK(token->video.canUpdateOwnMetadata == false);
    CHECK_FALSE(token->video.roomAdmin);
    CHECK(world.kit.rooms.contains(token->video.room.str()));   // made before
    CHECK(token->video.room.str().find(world.room.room.str()) == std::string::npos);
    const auto ben = world.redeem("Ben", world.room.links.listener).value();
    CHECK(LiveKitWorld::claims(ben.join).video.canPublish == false);
    // By the API as well, and the house's own door says where to ask.
    const auto again = world.post<api::JoinGrant>("rooms/" + world.room.room.str() + "/token", api::TokenRequest{}, ben.session).value();
    CHECK(again.url == world.config.livekitUrl);
    CHECK(world.nameOf(again) == world.nameOf(ann.join));
    CHECK(world.send("GET", "/rtc/validate").status == 503);
    CHECK(world.send("GET", "/rtc").body.starts_with("waiting: "));
}

TEST_CASE("the page behind a link goes to LiveKit for the sound, and to nobody else", "[livekit-house]") {
    LiveKitWorld world;
    const auto page = world.send("GET", "/i/Zz0Zz0Zz0Zz0");
    const auto http = "http" + world.config.livekitUrl.substr(2);
    CHECK(page.header("content-security-policy").find("connect-src 'self' " + world.config.livekitUrl + " " + http + ";") != std::string_view::npos);
    CHECK(world.send("GET", "/web/sound.js").body == "export const SOUND = '" + world.config.livekitUrl + "';\n");
    CHECK(world.redeem("Ben", world.room.links.listener)->join.url == world.config.livekitUrl);   // the same words, so the page knows it is let in
}

TEST_CASE("a stage command has happened on LiveKit when the house says ok", "[livekit-house]") {
    LiveKitWorld world;
    const auto ann = world.redeem("Ann", world.room.links.moderator).value();
    const auto sven = world.redeem("Sven", world.room.links.speaker).value();
    const auto name = world.nameOf(ann.join);
    world.come(ann);
    world.come(sven, true);
    CHECK(world.present() == 2);
    const auto right = [&] { return world.kit.rooms[name][sven.identity.str()]["permission"]["can_publish"]; };
    REQUIRE(world.stage(ann, api::StageVerb::hold, sven.identity));
    CHECK(right() == false);
    REQUIRE(world.stage(ann, api::StageVerb::release, sven.identity));
    CHECK(right() == true);
    REQUIRE(world.stage(ann, api::StageVerb::mute, sven.identity));
    CHECK(world.kit.rooms[name][sven.identity.str()]["tracks"][0]["muted"] == true);
    world.until([&] { return world.kit.rooms[name][sven.identity.str()]["attributes"].value("parlour.muted_by", "") == ann.identity.str(); });
    REQUIRE(world.stage(ann, api::StageVerb::down, sven.identity));
    CHECK(right() == false);
    REQUIRE(world.stage(ann, api::StageVerb::remove, sven.identity));
    CHECK_FALSE(world.kit.rooms[name].contains(sven.identity.str()));
    // No new token; and with an old one in for no longer than a webhook takes.
    const auto token = world.post<api::JoinGrant>("rooms/" + world.room.room.str() + "/token", api::TokenRequest{}, sven.session);
    REQUIRE_FALSE(token);
    world.come(sven, true);
    world.until([&] { return !world.kit.rooms[name].contains(sven.identity.str()); });
    REQUIRE(world.stage(ann, api::StageVerb::end));
    CHECK_FALSE(world.kit.rooms.contains(name));
    const auto next = world.redeem("Ann", world.room.links.moderator).value();
    CHECK(world.nameOf(next.join) != name);
}

TEST_CASE("chat is written through the house, kept there, and goes to everybody as the house's own words", "[livekit-house]") {
    LiveKitWorld world;
    const auto ann = world.redeem("Ann", world.room.links.moderator).value();
    const auto ben = world.redeem("Ben", world.room.links.listener).value();
    CHECK(LiveKitWorld::claims(ben.join).video.canPublishData == false);
    const std::string path = "rooms/" + world.room.room.str() + "/chat";
    const auto first = world.post<api::ChatAnswer>(path, api::ChatWish{"m1", "good evening"}, ben.session).value();
    CHECK(first.id == "m1");
    CHECK(first.n == 1);
    CHECK(world.post<api::ChatAnswer>(path, api::ChatWish{"m1", "good evening"}, ben.session).value().n == 1);   // sent again: not twice
    CHECK(world.post<api::ChatAnswer>(path, api::ChatWish{"m2", "welcome"}, ann.session).value().n == 2);
    world.until([&] { return world.kit.data.size() == 2; });
    CHECK(world.kit.data[0]["topic"] == signal::kTopicRelayed);
    const auto packet = signal::decodeDataPacket(*base::fromBase64(world.kit.data[0]["data"].get<std::string>()));
    REQUIRE(packet);
    CHECK(packet->sender == ben.identity);
    const auto* words = std::get_if<signal::ChatData>(&packet->value);
    REQUIRE(words != nullptr);
    CHECK(words->message == "good evening");
    CHECK(words->number == 1);
    // The rules of the chat hold, and strangers learn nothing.
    REQUIRE(world.post<api::ChatRules>(path + "/rules", api::ChatRulesWish{60, std::nullopt}, ann.session));
    CHECK(world.post<api::ChatAnswer>(path, api::ChatWish{"m3", "and again"}, ben.session).error().code == "slow_mode");
    CHECK(world.post<api::ChatAnswer>(path, api::ChatWish{"m3", std::string(api::kMaxChatBytes, 'x')}, ann.session));
    CHECK_FALSE(world.post<api::ChatAnswer>(path, api::ChatWish{"m4", std::string(api::kMaxChatBytes + 1, 'x')}, ann.session));
    CHECK_FALSE(world.post<api::ChatAnswer>(path, api::ChatWish{"", "no id"}, ann.session));
    const auto other = world.ask<api::RoomMade>([&](auto answer) { world.server->house().createRoom({"Other"}, answer); }).value();
    for (const auto& room : {other.room.str(), std::string("none")})
        CHECK(world.post<api::ChatAnswer>("rooms/" + room + "/chat", api::ChatWish{"m5", "hello"}, ben.session).error().code == "room_unknown");
}

TEST_CASE("reactions go through the house, which tells everybody the totals as it does at home, and newcomers in the history", "[livekit-house]") {
    LiveKitWorld world;
    const auto ann = world.redeem("Ann", world.room.links.moderator).value();
    const auto ben = world.redeem("Ben", world.room.links.listener).value();
    const std::string room = "rooms/" + world.room.room.str();
    const auto react = [&](const api::Redeemed& who, api::ReactionCounts wish) {
        return world.post<api::ReactionsAnswer>(room + "/reactions", api::ReactionsWish{wish}, who.session);
    };
    CHECK(react(ben, {{2, 1}})->counted == 3);
    world.until([&] { return world.kit.data.size() == 1; });
    CHECK(world.kit.data[0]["topic"] == signal::kTopicReactions);
    CHECK_FALSE(world.kit.data[0].contains("destination_identities"));
    CHECK(base::asText(*base::fromBase64(world.kit.data[0]["data"].get<std::string>())) == R"({"clap":2,"heart":1})");
    CHECK(react(ann, {{1}})->counted == 1);
    world.until([&] { return world.kit.data.size() == 2; });
    CHECK(base::asText(*base::fromBase64(world.kit.data[1]["data"].get<std::string>())) == R"({"clap":3,"heart":1})");
    const auto late = world.redeem("Cleo", world.room.links.listener).value();
    const auto history = world.send("GET", "/api/v1/" + room + "/chat", {}, {{"authorization", "Bearer " + late.session}});
    CHECK(Json::parse(history.body)["reactions"] == Json{{"clap", 3}, {"heart", 1}});
    CHECK(react(ann, {{5}})->counted >= 4);   // real time: two a second come back
    const auto fast = world.send("POST", "/api/v1/" + room + "/reactions", R"({"reactions":{"clap":5}})",
                                 {{"authorization", "Bearer " + ann.session}});
    CHECK((fast.status == 429 || fast.status == 200));   // real time: a slow machine has let one in again
    if (fast.status == 429) CHECK(fast.headers.at("retry-after") == "1");
}

TEST_CASE("nobody gets a token while LiveKit does not answer, and the sentence says why", "[livekit-house]") {
    LiveKitWorld world;
    const auto ann = world.redeem("Ann", world.room.links.moderator).value();
    world.come(ann);
    world.silent = true;
    const auto refused = world.stage(ann, api::StageVerb::down, ann.identity);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "media_unreachable");
    CHECK(refused.error().kind == base::ErrorKind::unavailable);
    world.silent = false;
    world.unanswered.clear();
    const auto name = world.nameOf(ann.join);
    world.until([&] { return world.kit.rooms[name][ann.identity.str()]["permission"]["can_publish"] == false; });
}

TEST_CASE("while another may run the house LiveKit is told nothing; what was ordered is done when it is surely ours", "[livekit-house]") {
    LiveKitWorld world;
    bool ours = false;
    std::map<base::RoomId, std::string> kept;
    LiveKitNames names;
    names.load = [&](const base::RoomId& room) -> base::Result<std::optional<std::string>> { return std::optional(kept[room]); };
    names.save = [&](const base::RoomId& room, const std::string& name) -> base::Result<void> {
        kept[room] = name;
        return {};
    };
    LiveKitHouseSettings settings;
    settings.url = world.config.livekitUrl;
    settings.keyFile = world.config.livekitKeyFile;
    const auto house = LiveKitHouse::make(world.loop, world.clock, settings, names, [&] { return ours; }).value();
    const base::RoomId salon("salon");
    std::optional<base::Result<void>> done;
    house->engine().setRights(salon, base::Identity("ann"), {}, [&](base::Result<void> result) { done = std::move(result); });
    CHECK_FALSE(world.loop.runUntil([&] { return done || world.kit.rooms.contains(kept[salon]); }, std::chrono::milliseconds(250)));
    ours = true;
    world.until([&] { return done.has_value(); });
    CHECK(*done);
    CHECK(world.kit.rooms.contains(kept[salon]));
}

TEST_CASE("a server that starts anew takes up the live sessions where they were", "[livekit-house]") {
    LiveKitWorld world;
    const auto ann = world.redeem("Ann", world.room.links.moderator).value();
    const auto sven = world.redeem("Sven", world.room.links.speaker).value();
    const auto name = world.nameOf(ann.join);
    world.come(ann);
    world.come(sven, true);
    world.kit.enter(name, "mallory", "PA_m");
    world.start();
    world.until([&] { return world.present() == 2; });
    world.until([&] { return !world.kit.rooms[name].contains("mallory"); });
    CHECK(world.kit.rooms[name].size() == 2);
    REQUIRE(world.stage(ann, api::StageVerb::hold, sven.identity));
    CHECK(world.kit.rooms[name][sven.identity.str()]["permission"]["can_publish"] == false);
    CHECK(world.hook("participant_left", name, sven.identity.str(), "PA_" + sven.identity.str()) == 200);
    world.until([&] { return world.present() == 1; });
    const auto text = world.send("GET", "/metrics").body;
    CHECK(text.find("parlour_livekit_up 1") != std::string::npos);
    CHECK(text.find("parlour_livekit_participants 1") != std::string::npos);
    CHECK(text.find(world.kit.key.secret) == std::string::npos);
}

TEST_CASE("what cannot be right about LiveKit is said at the start", "[livekit-house]") {
    const auto folder = std::filesystem::temp_directory_path() / ("parlour-key-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto keyOf = [&](const std::string& text) {
        std::ofstream(folder / "key") << text;
        std::filesystem::permissions(folder / "key", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        const auto key = readLiveKitKey((folder / "key").string());
        return key ? key->id : key.error().code;
    };
    const std::string secret(32, 's');
    CHECK(keyOf("APIk: " + secret + "\n") == "APIk");
    CHECK(keyOf("# a comment\n\n  \"APIk\": '" + secret + "'\r\n") == "APIk");
    CHECK(keyOf("APIk: " + secret.substr(1)) == "key_file");
    CHECK(keyOf("") == "key_file");
    CHECK(keyOf(": " + secret) == "key_file");
    CHECK(readLiveKitKey((folder / "none").string()).error().code == "key_file");
    CHECK(keyOf("APIk: " + secret) == "APIk");
    std::filesystem::permissions(folder / "key", std::filesystem::perms::others_read, std::filesystem::perm_options::add);
    CHECK(readLiveKitKey((folder / "key").string()).error().advice.find("chmod 600") != std::string::npos);
    CHECK(keyOf("APIk: " + secret) == "APIk");
    base::SystemClock clock;
    net::EventLoop loop;
    for (const char* url : {"", "livekit.example", "http://livekit.example", "ws://u:p@livekit.example"}) {
        LiveKitHouseSettings settings;
        settings.url = url;
        settings.keyFile = (folder / "key").string();
        INFO(url);
        const auto made = LiveKitHouse::make(loop, clock, settings, {});
        REQUIRE_FALSE(made);
        CHECK(made.error().code == "livekit_url");
    }
    std::filesystem::remove_all(folder);
}

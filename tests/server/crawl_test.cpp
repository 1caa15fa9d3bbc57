// SPDX-License-Identifier: Apache-2.0
// T25: whoever is not meant to know learns nothing. Every operation of docs/api.yaml is asked with the true ids of everything, by a
// stranger, a listener of another room, a former member and a member who has no part in it; canaries stand in every text that
// people wrote. A first crawl by those who may see them shows that they are there to be found.
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/crypto/hash.h"
#include "core/server/house_routes.h"
#include "tests/server/api_world.h"

using namespace parlour;
using namespace parlour::tests;
using Json = nlohmann::json;

namespace {

using Words = std::set<std::string>;
using Paths = std::vector<std::string>;

/// Written by people about themselves, for the house: members read them.
const Words kForMembers{"zorbin", "velvetarium", "jubilarium", "gloriomax", "aboutrix", "beggarix", "beggarname"};
/// Of one room, one guest, two people, or the admins.
const Words kForFew{"quixotarium", "chatterix", "notarix", "inquisix", "grievanox", "adamantia", "thalassic", "obsidiax", "whyquestion",
                    "beseechix",   "wavelorn",  "forlorn", "messagix", "banisho"};

struct Operation {
    std::string method, pattern;   ///< "POST", "/api/v1/rooms/{room}/stage"
};

std::vector<Operation> operations() {
    std::ifstream in(PARLOUR_SOURCE_DIR "/docs/api.yaml");
    std::vector<Operation> out;
    std::string line, path;
    while (std::getline(in, line)) {
        if (line.starts_with("  /")) path = line.substr(2, line.find(':') - 2);
        if (!path.empty() && line.starts_with("    get: ")) out.push_back({"GET", path});
        if (!path.empty() && line.starts_with("    post: ")) out.push_back({"POST", path});
    }
    return out;
}

struct PlantedHouse : ApiWorld {
    std::map<std::string, std::string> sessions;
    std::map<std::string, std::string> ids;   ///< of what stands in a path
    api::RoomMade secret;
    Json bodies, rules;
    Words unread;                             ///< operations that refused the body as such

    PlantedHouse() {
        const auto owner = base::toBase64Url(HouseWorld::keyOf("olga").publicKey());
        const server::ApiRequest init{"POST", "/api/v1/house/init", {}, Json{{"title", "Salon"}, {"name", "olga"}, {"public_key", owner}}.dump(), {{}, true}};
        REQUIRE(ask<server::ApiReply>([&](auto answer) { house->request(init, answer); }));
        sessions["olga"] = post<api::LoginAnswer>("login", api::LoginRequest{proof("olga", "login")})->session;
        for (const std::string name : {"hanna", "zorbin", "mallory", "former"})
            sessions[name] = redeem(name, order("olga", "invitations", {{"kind", "membership"}})["invitations"][0]["link"])->session;

        const auto made = order("hanna", "rooms", {{"title", "Quixotarium"}});
        ids["room"] = made["room"];
        enter("hanna", {});
        enter("zorbin", made["links"]["listener"]);
        enter("banisho", made["links"]["listener"]);
        order("zorbin", in("stage"), {{"verb", "raise"}, {"note", "notarix"}});
        order("zorbin", in("questions"), {{"text", "inquisix"}});
        const server::ChatPost words{base::RoomId(ids["room"]), HouseWorld::id("zorbin"), base::ParticipantSid("PA_z"), {"c1", "chatterix", false}};
        REQUIRE(ask<std::uint64_t>([&](auto answer) { house->chat(words, answer); }));
        order("hanna", in("stage"), {{"verb", "ban"}, {"target", HouseWorld::id("banisho").str()}});
        ids["reports"] = order("zorbin", "reports", {{"room", ids["room"]}, {"who", HouseWorld::id("hanna").str()}, {"text", "grievanox"}})["id"];
        ids["link"] = HouseWorld::parts(made["links"]["listener"]).first.str();

        order("hanna", "rooms", {{"title", "Velvetarium"}, {"for_members", true}});
        ids["schedule"] = order("hanna", "schedule", {{"title", "Jubilarium"}, {"at", "2030-05-01T18:00"}, {"details", "gloriomax"}})["id"];
        const auto guest = order("hanna", "guests", {{"name", "Adamantia"}, {"message", "beseechix"},
                                                      {"terms", {{"topic", "thalassic"}, {"questions", {"whyquestion"}}, {"excluded", {"obsidiax"}}}}});
        ids["guests"] = guest["id"];
        ids["public"] = HouseWorld::parts(guest["public_link"]).first.str();
        ids["waves"] = order("hanna", "people/" + HouseWorld::id("zorbin").str() + "/wave", {{"text", "wavelorn"}})["id"];
        order("zorbin", "profile", {{"about", "aboutrix"}});
        ids["invitations"] = order("hanna", "invitations", {{"kind", "membership"}, {"for_name", "Forlorn"}, {"message", "messagix"}})["invitations"][0]["id"];
        const auto asked = post<api::ApplicationAnswer>("applications", api::ApplicationWish{"Beggarname", "beggarix", proof("beggar", "apply")});
        ids["applications"] = asked->id;

        enterOther("lurker");
        rules = Json::parse(send("GET", "/api/v1/house/rules", {}, bearer("olga")).body);
        rules["open"] = false;
        rules = order("olga", "house/rules", rules);
        order("olga", "members/" + HouseWorld::id("former").str() + "/remove", {{"scope", "people"}});
        bodies = makeBodies();
    }

    net::Headers bearer(const std::string& who) {
        net::Headers out;
        if (!who.empty()) out["authorization"] = "Bearer " + sessions.at(who);
        return out;
    }
    std::string in(const std::string& what) { return "rooms/" + ids["room"] + "/" + what; }
    Json order(const std::string& who, const std::string& path, const Json& body) {
        const auto answer = send("POST", "/api/v1/" + path, body.dump(), bearer(who));
        INFO(path << " " << answer.body);
        REQUIRE(answer.status == 200);
        return Json::parse(answer.body);
    }
    api::Proof proof(const std::string& name, const std::string& purpose) {
        const auto c = post<api::Challenge>("challenge", api::ChallengeRequest{crypto::randomToken(16), purpose}).value();
        const auto key = HouseWorld::keyOf(name);
        api::Proof p{base::toBase64Url(key.publicKey()), c.nonce, origin, c.expiresMs, {}};
        p.signature = base::toBase64Url(key.sign(api::personStatement(c.house, origin, purpose, c.nonce, c.expiresMs)));
        return p;
    }
    /// Into the secret room, by a link if one is needed.
    void enter(const std::string& name, const std::string& link) {
        if (!link.empty()) sessions[name] = redeem(name, link)->session;
        const auto grant = order(name, in("token"), Json::object());
        REQUIRE(ask<server::Admission>([&](auto answer) { house->admit({grant["token"], false}, answer); }));
        house->connected(base::RoomId(ids["room"]), HouseWorld::id(name));
    }
    void enterOther(const std::string& name) {
        const auto in = redeem(name, room.links.listener);
        REQUIRE(in);
        sessions[name] = in->session;
        REQUIRE(ask<server::Admission>([&](auto answer) { house->admit({in->join.token, false}, answer); }));
        house->connected(room.room, in->identity);
    }

    /// What a clever client sends: well formed, and about what is hidden.
    Json makeBodies() {
        const std::string zorbin = HouseWorld::id("zorbin").str(), wrong(22, 'A'), key = base::toBase64Url(HouseWorld::keyOf("eve").publicKey());
        const Json proof{{"public_key", key}, {"nonce", wrong}, {"origin", origin}, {"expires_ms", 1}, {"signature", wrong}};
        const Json as{{"link", ids["public"]}, {"secret", wrong}, {"proof", proof}};
        const Json terms{{"topic", "Tea"}};
        return {{"challenge", {{"client_nonce", wrong}, {"purpose", "login"}}},
                {"invitations/preview", {{"id", ids["invitations"]}, {"secret", wrong}, {"identity", zorbin}}},
                {"invitations/redeem", {{"id", ids["invitations"]}, {"secret", wrong}, {"name", "Eve"}, {"proof", proof}}},
                {"login", {{"proof", proof}}},
                {"rooms", {{"title", "Mine"}}},
                {"rooms/{room}/stage", {{"verb", "remove"}, {"target", zorbin}}},
                {"rooms/{room}/settings", {{"cap", 5}}},
                {"rooms/{room}/bans/lift", {{"identity", HouseWorld::id("banisho").str()}}},
                {"rooms/{room}/invitations", {{"role", "listener"}}},
                {"rooms/{room}/invitations/{id}/revoke", {{"scope", "subtree"}}},
                {"rooms/{room}/chat/rules", {{"slow_s", 1}}},
                {"rooms/{room}/questions", {{"text", "What?"}}},
                {"rooms/{room}/questions/{id}", {{"verb", "approve"}}},
                {"rooms/{room}/ping", {{"who", zorbin}}},
                {"reports", {{"room", ids["room"]}, {"who", zorbin}, {"text", "bad"}}},
                {"reports/{id}/resolve", {{"resolution", "seen"}}},
                {"house/init", {{"title", "Mine"}, {"name", "Eve"}, {"public_key", key}}},
                {"house/rules", rules},
                {"members/{id}/standing", {{"standing", "admin"}}},
                {"members/{id}/grant", {{"invitations", 1}}},
                {"members/{id}/suspend", {{"minutes", 1}}},
                {"members/{id}/remove", {{"scope", "subtree"}}},
                {"persons/{id}/delete", {{"confirm", zorbin}}},
                {"persons/{id}/rekey", {{"to", key}}},
                {"handle", {{"handle", "eve"}}},
                {"invitations", {{"kind", "listener"}, {"room", ids["room"]}}},
                {"invitations/{id}/revoke", {{"scope", "subtree"}}},
                {"applications", {{"name", "Eve"}, {"words", "Let me in."}, {"proof", proof}}},
                {"applications/{id}/answer", {{"accept", false}}},
                {"people/{id}/relation", {{"follow", true}}},
                {"people/{id}/wave", {{"text", "Hello"}}},
                {"profile", {{"about", "Me"}}},
                {"profile/picture", {{"data", ""}}},
                {"waves/{id}/answer", {{"answer", "yes"}}},
                {"links/{slot}", {{"from", "new"}, {"text", "x"}}},
                {"guests", {{"name", "Bea"}, {"terms", terms}}},
                {"guests/{id}/answer", {{"act", "ask"}, {"text", "Why?"}}},
                {"guests/{id}/sign", {{"version", 1}, {"key", key}, {"signature", wrong}}},
                {"guests/{id}/change", {{"revoke", true}}},
                {"guests/{id}/schedule", {{"at", "2030-05-01T18:00"}}},
                {"guests/{id}/ready", {{"on", true}}},
                {"guests/remind", {{"link", ids["public"]}, {"secret", wrong}, {"on", true}}},
                {"guests/open", as},
                {"guests/open/answer", {{"act", "ask"}, {"text", "Why?"}, {"as", as}}},
                {"guests/open/sign", {{"version", 1}, {"key", key}, {"signature", wrong}, {"as", as}}},
                {"guests/open/claim", as},
                {"guests/open/terms", as},
                {"guests/open/ready", {{"on", true}, {"as", as}}},
                {"guests/open/offstage", as},
                {"guests/public", as},
                {"rooms/{room}/chat", {{"id", "crawl1"}, {"text", "Hello"}}},
                {"rooms/{room}/reactions", {{"reactions", {{"clap", 1}}}}},
                {"schedule", {{"title", "Mine"}, {"at", "2030-06-01T18:00"}}},
                {"schedule/{id}/update", {{"title", "Mine"}}},
                {"schedule/{id}/move", {{"at", "2030-06-01T18:00"}}},
                {"schedule/{id}/late", {{"minutes", 5}}},
                {"schedule/{id}/rsvp", {{"answer", "yes"}}},
                {"schedule/{id}/remind", {{"on", true}}},
                {"schedule/{id}/vote", {{"dates_ms", Json::array()}}}};
    }

    std::string pathOf(const std::string& pattern) {
        const std::string people = HouseWorld::id("zorbin").str();
        const auto id = [&]() -> std::string {
            if (pattern.find("/chat/{id}") != std::string::npos) return "c1";
            if (pattern.find("/questions/{id}") != std::string::npos) return "1";
            if (pattern.find("{room}/invitations/{id}") != std::string::npos) return ids["link"];
            if (pattern.starts_with("/e/")) return ids["schedule"];
            const std::string topic = pattern.substr(pattern.starts_with("/api/v1/") ? 8 : 1);
            const auto known = ids.find(topic.substr(0, topic.find('/')));
            return known != ids.end() ? known->second : people;
        };
        std::string out = pattern;
        for (const auto& [name, value] : {std::pair<std::string, std::string>{"{room}", ids["room"]}, {"{id}", id()}, {"{slot}", "none"}, {"{token}", "none"}, {"{method}", "ListRooms"}})
            if (const auto at = out.find(name); at != std::string::npos) out.replace(at, name.size(), value);
        return out;
    }

    /// The canaries in all that this one is told.
    Words crawl(const std::string& who, bool readOnly) {
        Words found;
        const auto look = [&](const std::string& method, const std::string& path, const std::string& body) {
            const auto answer = send(method, path, body, bearer(who));
            std::string all = answer.body;
            for (const auto& [name, value] : answer.headers) all += "\n" + name + ": " + value;
            std::transform(all.begin(), all.end(), all.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            for (const auto* words : {&kForMembers, &kForFew})
                for (const auto& word : *words)
                    if (all.find(word) != std::string::npos && found.insert(word).second && !readOnly)
                        UNSCOPED_INFO(who << " reads " << word << " in " << method << " " << path << ": " << answer.body);
            CHECK(answer.status < 500);
            return answer;
        };
        for (const auto& [method, pattern] : operations()) {
            const std::string path = pathOf(pattern);
            if (method == "GET") {
                for (const char* query : {"", "?all=1&scope=subtree&after=0&minutes=1440&invited_by=", "?k=AAAAAAAAAAAAAAAAAAAAAA&from=1&to=99999999999", "?state=removed&q=z"})
                    look("GET", path + query, {});
                continue;
            }
            // Leaving is for the end.
            if (readOnly || pattern.ends_with("members/leave")) continue;
            const auto known = bodies.find(pattern.substr(8));
            const auto answer = look("POST", path, known == bodies.end() ? "{}" : known->dump());
            if (answer.body.find("\"bad_json\"") != std::string::npos || answer.body.find("\"bad_field\"") != std::string::npos) unread.insert(pattern);
        }
        for (const std::string& path : Paths{"/", "/i/" + ids["invitations"], "/i/" + ids["public"], "/r/" + ids["room"], "/e/" + ids["schedule"] + "?k=", "/metrics"})
            look("GET", path, {});
        if (!readOnly) look("POST", "/api/v1/members/leave", "{}");
        return found;
    }
};

/// All that the house keeps, but for what everybody's coming and asking leaves.
std::vector<std::string> kept(const Database& database) {
    std::vector<std::string> out;
    for (const char* table : {"rooms", "persons", "invitations", "members", "redeems", "bans", "link_bans", "sessions", "seats", "marks", "room_settings", "chat",
                              "chat_rules", "questions", "reports", "house_members", "earned", "applications", "profiles", "follows", "blocks", "waves", "notices",
                              "moved_persons", "guests", "guest_versions", "guest_messages", "guest_signatures", "guest_compared", "guest_shows", "reminders",
                              "events", "rsvps", "date_votes", "feeds", "audit"}) {
        out.push_back(table);
        for (auto& row : database.sql(std::string("SELECT * FROM ") + table + " ORDER BY 1, 2")) out.push_back(std::move(row));
    }
    return out;
}

Words both(const Words& one, const Words& other) {
    Words out = one;
    out.insert(other.begin(), other.end());
    return out;
}

}  // namespace

TEST_CASE("T17 a crawl of every operation by strangers, listeners and former members changes nothing in the house", "[T17]") {
    for (const std::string who : {"", "lurker", "banisho", "former"}) {
        PlantedHouse world;
        const auto before = kept(world.database);
        REQUIRE(before.size() > 80);
        world.crawl(who, false);
        INFO((who.empty() ? "a stranger" : who));
        CHECK(kept(world.database) == before);
    }
}

TEST_CASE("T25 a crawl of every operation by strangers, listeners, former and other members finds nothing that is not theirs", "[T25]") {
    REQUIRE(operations().size() > 90);
    {
        PlantedHouse world;
        Words seen;
        for (const char* who : {"olga", "hanna", "zorbin"}) seen = both(seen, world.crawl(who, true));
        CHECK(seen == both(kForMembers, kForFew));   // they are all there
    }
    for (const std::string who : {"", "lurker", "banisho", "former"}) {
        PlantedHouse world;
        auto found = world.crawl(who, false);
        if (who == "banisho") found.erase("banisho");   // who was in the room once, and is told why not now
        INFO((who.empty() ? "a stranger" : who));
        CHECK(found == Words{});
        CHECK(world.unread == Words{});   // nothing was refused only because the crawl does not know how to ask
    }
    PlantedHouse world;
    for (const auto& word : world.crawl("mallory", false)) {
        INFO("a member who has no part in it reads " << word);
        CHECK(kForMembers.contains(word));
    }
    CHECK(world.unread == Words{});
}

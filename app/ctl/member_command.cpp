// SPDX-License-Identifier: Apache-2.0
// Membership from the command line: redeem, whoami, members, invitations, the waiting list, standing.
#include <fstream>
#include <iostream>
#include <ostream>

#include "app/ctl/duration.h"
#include "app/ctl/house_command.h"
#include "app/ctl/words.h"
#include "core/api/name_list.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

/// Whoever was deleted has no name any more.
std::string inviter(const Json& member) {
    const auto name = word(member, "invited_by_name");
    return name.empty() ? "somebody who is not here any more" : name;
}
Json orNull(const Json& json, const char* name) { return json.contains(name) ? json[name] : Json(nullptr); }

void redeem(const HouseCallPtr& call) {
    const auto link = call->link("LINK");
    if (!link) return;
    auto* house = call->house(*link);
    const std::string name = call->given().text("name");
    house->redeem(link->id(), link->secret(), name, call->given().text("code"), [call](base::Result<api::Redeemed> redeemed) {
        if (!redeemed) return call->fail(redeemed.error());
        call->remember(redeemed->name);
        const std::string kind(api::toString(redeemed->kind));
        Json out{{"id", redeemed->identity.str()}, {"name", redeemed->name}, {"kind", kind}, {"room", nullptr}};
        if (!redeemed->join.room.empty()) out["room"] = redeemed->join.room.str();
        call->print(out, [&](std::ostream& to) {
            to << (redeemed->kind == api::InvitationKind::membership ? "You are a member of the house now, as " : "You have a place as " + kind + ", as ")
               << redeemed->name << " (" << redeemed->identity.str() << ").\n";
        });
    });
}

void whoami(const HouseCallPtr& call) {
    call->get("/whoami", [call](const Json& me) {
        Json out{{"id", word(me, "id")}, {"name", word(me, "name")}, {"handle", word(me, "handle")}, {"standing", word(me, "standing")},
                 {"house", word(me, "house")}, {"house_name", word(me, "house_name")}, {"left", orNull(me, "left")},
                 {"invited_by", orNull(me, "invited_by")}};
        call->print(out, [&](std::ostream& to) {
            to << word(me, "name") << (word(me, "handle").empty() ? "" : " @" + word(me, "handle")) << ", " << word(me, "standing") << " of "
               << word(me, "house_name") << "\nid " << word(me, "id") << "\ninvitations left: "
               << (me.contains("left") ? me["left"].dump() : "as many as you like") << "\n";
        });
    });
}

/// All pages of a list behind each other.
void pages(const HouseCallPtr& call, const std::string& path, const char* key, std::shared_ptr<Json> so_far, const std::string& after,
           std::function<void(const Json& all, const Json& last)> then) {
    call->get(path + "&after=" + after, [=](const Json& page) {
        for (const auto& one : page.value(key, Json::array())) so_far->push_back(one);
        const std::string next = word(page, "next");
        if (next.empty()) return then(*so_far, page);
        pages(call, path, key, so_far, next, then);
    });
}

void members(const HouseCallPtr& call) {
    std::string path = "/members?limit=200";
    if (call->given().has("invited-by")) path += "&invited_by=" + call->given().text("invited-by");
    if (call->given().has("state")) path += "&state=" + call->given().text("state");
    pages(call, path, "members", std::make_shared<Json>(Json::array()), {}, [call](const Json& all, const Json&) {
        Json out = Json::array();
        for (const auto& one : all) {
            Json row{{"id", word(one, "id")}, {"name", word(one, "name")}, {"handle", word(one, "handle")}, {"invited_by", nullptr},
                     {"standing", word(one, "standing")}, {"state", word(one, "state")}, {"invited", orNull(one, "invited")}};
            if (!word(one, "invited_by").empty()) row["invited_by"] = word(one, "invited_by");
            out.push_back(std::move(row));
        }
        call->print(out, [&](std::ostream& to) {
            for (const auto& one : all)
                to << "@" << word(one, "handle") << "  " << word(one, "name") << "  " << word(one, "standing")
                   << (word(one, "invited_by").empty() ? "" : ", invited by " + inviter(one)) << "  " << word(one, "id") << "\n";
        });
    });
}

/// A file, or standard input for "-"; of what is too large, enough to be refused as that.
base::Result<std::vector<std::string>> namesIn(const std::string& file) {
    std::string bytes(api::kMaxNameListBytes + 1, '\0');
    const auto read = [&](std::istream& from) {
        from.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(from.gcount()));
        return !from.bad();
    };
    std::ifstream opened;
    if (file != "-") opened.open(file, std::ios::binary);
    if (!(file == "-" ? read(std::cin) : opened.is_open() && read(opened)))
        return base::fail(base::ErrorKind::invalidInput, "names_unreadable", "The list of names cannot be read from " + file + ".");
    auto names = api::parseNameList(bytes);
    if (names && names->empty()) return base::fail(base::ErrorKind::invalidInput, "names_empty", "There is no name in the list.", "Write one a line, or a CSV with the names in its first column.");
    return names;
}

void inviteCreate(const HouseCallPtr& call) {
    const auto& given = call->given();
    Json order{{"kind", given.text("kind")}};
    const std::string kind = given.text("kind");
    if (kind == "guest") return call->usage("A guest is invited on terms: use guest create.");
    if (kind != "membership" && kind != "listener" && kind != "speaker" && kind != "moderator")
        return call->usage("--kind is membership, listener, speaker or moderator.");
    if (kind != "membership" && !given.has("room")) return call->usage("An invitation of this kind needs --room ID.");
    if (given.has("room")) order["room"] = given.text("room");
    if (given.has("for")) order["for_name"] = given.text("for");
    if (given.has("for-key")) order["for_key"] = given.text("for-key");
    if (given.has("message")) order["message"] = given.text("message");
    if (given.has("code")) order["with_code"] = true;
    if (given.has("approval")) order["approval"] = true;
    if (given.has("names") && given.has("batch")) return call->usage("Give either --names or --batch.");
    if (given.has("names")) order["names"] = given.list("names");
    if (given.has("batch")) {
        auto names = namesIn(given.text("batch"));
        if (!names) return call->fail(names.error());
        order["names"] = std::move(*names);
    }
    if (given.has("uses")) {
        const auto uses = Json::parse(given.text("uses"), nullptr, false);
        if (!uses.is_number_unsigned()) return call->usage("--uses needs a number.");
        order["uses"] = uses;
    }
    if (given.has("expires")) {
        const auto time = parseDuration(given.text("expires"));
        if (!time) return call->usage("--expires needs a time like 90s, 30m, 2h or 7d.");
        order["expires_in_s"] = time->count();
    }
    call->post("/invitations", order, [call](const Json& made) {
        const Json list = made.value("invitations", Json::array());
        Json out = Json::array();
        for (const auto& one : list) {
            Json row{{"id", word(one, "id")}, {"link", word(one, "link")}};
            if (!word(one, "for_name").empty()) row["for"] = word(one, "for_name");
            if (!word(one, "code").empty()) row["code"] = word(one, "code");
            out.push_back(std::move(row));
        }
        const bool batch = call->given().has("names") || call->given().has("batch");
        call->print(batch || out.empty() ? out : out[0], [&](std::ostream& to) {
            for (const auto& one : list)
                to << (word(one, "for_name").empty() ? "" : word(one, "for_name") + ": ") << word(one, "link")
                   << (word(one, "code").empty() ? "" : "\ncode, to be given another way: " + word(one, "code")) << "\n";
            if (made.contains("left")) to << "invitations left: " << made["left"].dump() << "\n";
        });
    });
}

void inviteList(const HouseCallPtr& call) {
    const std::string path = std::string("/invitations?limit=200") + (call->given().has("all") ? "&all=1" : "");
    pages(call, path, "invitations", std::make_shared<Json>(Json::array()), {}, [call](const Json& all, const Json& last) {
        Json list = Json::array();
        for (const auto& one : all)
            list.push_back({{"id", word(one, "id")}, {"kind", word(one, "kind")}, {"state", word(one, "state")}, {"used", orNull(one, "used")},
                            {"uses", orNull(one, "uses")}, {"redeemed_by", one.value("redeemed_by", Json::array())}, {"room", orNull(one, "room")},
                            {"for", word(one, "for_name")}, {"expires_ms", orNull(one, "expires_ms")}, {"issuer", word(one, "issuer")}});
        call->print(Json{{"left", orNull(last, "left")}, {"invitations", list}}, [&](std::ostream& to) {
            for (const auto& one : all)
                to << word(one, "id") << "  " << word(one, "kind") << "  " << word(one, "state") << "  "
                   << (one.contains("used") ? one["used"].dump() : "0") << "/" << (one.contains("uses") ? one["uses"].dump() : "-") << "  "
                   << word(one, "for_name") << word(one, "room_title") << "\n";
            to << "left: " << (last.contains("left") ? last["left"].dump() : "as many as you like") << "\n";
        });
    });
}

void inviteRevoke(const HouseCallPtr& call) {
    const std::string scope = call->given().has("scope") ? call->given().text("scope") : "link";
    if (scope != "link" && scope != "people" && scope != "subtree") return call->usage("--scope is link, people or subtree.");
    const bool look = call->given().has("dry-run");
    const std::string at = "/invitations/" + call->given().text("ID");
    const auto show = [call, look](const Json& hit) {
        call->print(hit, [&](std::ostream& to) {
            to << (look ? "Would close " : "Closed ") << hit.value("links", 0) << " links; " << hit["people"].size() << " people "
               << (look ? "would lose their place" : "lost their place") << "\n";
            for (const auto& one : hit["people"]) to << "  " << word(one, "name") << "  " << word(one, "id") << "\n";
        });
    };
    if (look) return call->get(at + "/reach?scope=" + scope, show);
    call->post(at + "/revoke", {{"scope", scope}}, show);
}

void showMember(const HouseCallPtr& call, const Json& one) {
    call->print(one, [&](std::ostream& to) { to << "@" << word(one, "handle") << "  " << word(one, "standing") << ", " << word(one, "state") << "\n"; });
}

void standing(const HouseCallPtr& call) {
    call->post("/members/" + call->given().text("ID") + "/standing", {{"standing", call->given().text("STANDING")}},
               [call](const Json& one) { showMember(call, one); });
}
void grant(const HouseCallPtr& call) {
    const auto count = Json::parse(call->given().text("N"), nullptr, false);
    if (!count.is_number_integer()) return call->usage("N is a number.");
    call->post("/members/" + call->given().text("ID") + "/grant", {{"invitations", count}}, [call](const Json& one) { showMember(call, one); });
}
void suspend(const HouseCallPtr& call) {
    Json wish = Json::object();
    if (call->given().has("minutes")) {
        wish["minutes"] = Json::parse(call->given().text("minutes"), nullptr, false);
        if (!wish["minutes"].is_number_integer()) return call->usage("--minutes needs a number.");
    }
    call->post("/members/" + call->given().text("ID") + "/suspend", wish, [call](const Json& one) { showMember(call, one); });
}
void restore(const HouseCallPtr& call) {
    call->post("/members/" + call->given().text("ID") + "/restore", Json::object(), [call](const Json& one) { showMember(call, one); });
}
void removeMember(const HouseCallPtr& call) {
    const std::string scope = call->given().has("scope") ? call->given().text("scope") : "people";
    call->post("/members/" + call->given().text("ID") + "/remove", {{"scope", scope}}, [call](const Json& hit) {
        call->print(hit, [&](std::ostream& to) { to << hit["people"].size() << " people are members no more.\n"; });
    });
}
void handle(const HouseCallPtr& call) {
    call->post("/handle", {{"handle", call->given().text("HANDLE")}}, [call](const Json& one) { showMember(call, one); });
}
void leave(const HouseCallPtr& call) {
    call->post("/members/leave", Json::object(), [call](const Json& gone) {
        call->print(gone, [](std::ostream& to) { to << "You are not a member of this house any more.\n"; });
    });
}

void roomCreate(const HouseCallPtr& call) {
    call->post("/rooms", {{"title", call->given().text("TITLE")}, {"for_members", !call->given().has("invited-only")}}, [call](const Json& made) {
        call->print(made, [&](std::ostream& to) {
            to << "room " << word(made, "room") << "\n";
            for (const auto& [role, link] : made["links"].items()) to << role << ": " << link.get<std::string>() << "\n";
        });
    });
}

void apply(const HouseCallPtr& call) {
    const auto origin = signal::parseOrigin(call->given().text("URL"));
    if (!origin) return call->fail(origin.error());
    auto* house = call->houseAt(*origin, call->given().text("pin"));
    house->prove(std::string(api::kApplyPurpose), [call](base::Result<api::Proof> proof) {
        if (!proof) return call->fail(proof.error());
        const Json body{{"name", call->given().text("name")},
                        {"words", call->given().text("words")},
                        {"proof", Json::parse(api::toJson(api::LoginRequest{*proof}))["proof"]}};
        call->post("/applications", body, [call](const Json& answer) {
            call->remember(call->given().text("name"));
            call->print(answer, [&](std::ostream& to) { to << "You are on the waiting list (" << word(answer, "state") << ").\n"; });
        }, true);
    });
}
void waiting(const HouseCallPtr& call) {
    call->get("/applications", [call](const Json& answer) {
        const Json list = answer.value("applications", Json::array());
        call->print(list, [&](std::ostream& to) {
            if (list.empty()) to << "Nobody waits to be let in.\n";
            for (const auto& one : list) to << word(one, "id") << "  " << word(one, "name") << ": " << word(one, "words") << "\n";
        });
    });
}
void waitingAnswer(const HouseCallPtr& call, bool accept) {
    call->post("/applications/" + call->given().text("ID") + "/answer", {{"accept", accept}}, [call](const Json& one) {
        call->print(one, [&](std::ostream& to) { to << word(one, "name") << ": " << word(one, "state") << "\n"; });
    });
}
void letIn(const HouseCallPtr& call) { waitingAnswer(call, true); }
void turnAway(const HouseCallPtr& call) { waitingAnswer(call, false); }

}  // namespace

std::vector<HouseCommand> memberCommands() {
    return {
        {"redeem", "become a member or take a seat by an invitation link",
         {{"LINK", A::positional, "invitation link; - reads it from standard input"}, {"--name", A::required, "what people read"},
          {"--code", A::option, "the code that was given to you with the link"}}, redeem},
        {"whoami", "who you are in the house and how many invitations you have left", {}, whoami},
        {"members", "the members of the house",
         {{"--invited-by", A::option, "only whom this person brought"}, {"--state", A::option, "suspended, left or removed (admins)"}}, members},
        {"invite create", "make an invitation",
         {{"--kind", A::required, "membership, listener, speaker or moderator"}, {"--room", A::option, "the room, for all but membership"},
          {"--for", A::option, "the name it greets"}, {"--for-key", A::option, "the only person (id) who may redeem it"},
          {"--uses", A::option, "how many may come by it"}, {"--expires", A::option, "like 90s, 30m, 2h or 7d"},
          {"--message", A::option, "a few words"}, {"--code", A::flag, "make a code that has to come with it"},
          {"--approval", A::flag, "somebody says yes to each who comes"}, {"--names", A::repeated, "a personal link for each name"},
          {"--batch", A::option, "a personal link for each name in this file: one a line, or a CSV; - reads standard input"}}, inviteCreate},
        {"invite list", "your invitations", {{"--all", A::flag, "everybody's (admins)"}}, inviteList},
        {"invite revoke", "close an invitation",
         {{"ID", A::positional, "its id"}, {"--scope", A::option, "link (default), people or subtree"}, {"--dry-run", A::flag, "only say whom it would hit"}}, inviteRevoke},
        {"member standing", "make a member an admin, a member, or the owner",
         {{"ID", A::positional, "person"}, {"STANDING", A::positional, "member, admin or owner"}}, standing},
        {"member grant", "give a member more invitations", {{"ID", A::positional, "person"}, {"N", A::positional, "how many"}}, grant},
        {"member suspend", "keep a member out for a while", {{"ID", A::positional, "person"}, {"--minutes", A::option, "absent: until lifted"}}, suspend},
        {"member restore", "end a suspension or take back a removal", {{"ID", A::positional, "person"}}, restore},
        {"member remove", "take membership away", {{"ID", A::positional, "person"}, {"--scope", A::option, "people (default) or subtree"}}, removeMember},
        {"handle", "choose your handle", {{"HANDLE", A::positional, "2 to 24 of a-z 0-9 _"}}, handle},
        {"house leave", "stop being a member", {}, leave},
        {"room create", "make a room of your own", {{"TITLE", A::positional, "its title"}, {"--invited-only", A::flag, "members do not come in without a link"}}, roomCreate},
        {"apply", "put your name on a house's waiting list",
         {{"URL", A::positional, "address of the house"}, {"--name", A::required, "what people read"}, {"--words", A::required, "one sentence about you"},
          {"--pin", A::option, "of the house's own certificate, if it has one"}}, apply},
        {"waiting list", "who waits to be let in", {}, waiting},
        {"waiting accept", "let somebody in", {{"ID", A::positional, "of the entry"}}, letIn},
        {"waiting decline", "turn somebody away", {{"ID", A::positional, "of the entry"}}, turnAway},
    };
}

}  // namespace parlour::ctl

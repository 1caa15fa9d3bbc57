// SPDX-License-Identifier: Apache-2.0
// People of a house from the command line: profiles, following and blocking, waves, calling a member into a room, notices.
#include <fstream>
#include <iterator>
#include <ostream>

#include "app/ctl/house_command.h"
#include "app/ctl/words.h"
#include "core/api/people_types.h"
#include "core/base/byte_io.h"
#include "core/base/local_time.h"
#include "core/room/identity_text.h"

namespace parlour::ctl {
namespace {

using A = HouseArgument;

std::string when(const Json& json) { return base::formatIso(base::toUtcTime(base::fromUnixMs(json.value("at_ms", std::int64_t{0})))); }

void profile(const HouseCallPtr& call, const Json& person) {
    call->print(person, [&](std::ostream& to) {
        to << word(person, "name") << " @" << word(person, "handle") << ", " << word(person, "standing");
        if (!word(person, "pronouns").empty()) to << ", " << word(person, "pronouns");
        if (!word(person, "invited_by_name").empty()) to << ", invited by " << word(person, "invited_by_name");
        to << "\nid " << word(person, "id") << "\n";
        if (!word(person, "about").empty()) to << word(person, "about") << "\n";
        for (const auto& link : person.value("links", Json::array())) to << link.get<std::string>() << "\n";
        if (person.value("followed", false)) to << "You follow this person.\n";
    });
}

void show(const HouseCallPtr& call) {
    withMember(call, call->given().text("WHO"), [call](const std::string& who) {
        call->get("/people/" + who, [call](const Json& person) { profile(call, person); });
    });
}

void change(const HouseCallPtr& call) {
    const auto& given = call->given();
    Json wish = Json::object();
    for (const char* name : {"name", "about", "pronouns"})
        if (given.has(name)) wish[name] = given.text(name);
    if (given.has("link")) wish["links"] = given.list("link");
    if (wish.empty()) return call->usage("Say what to change: --name, --about, --pronouns or --link.");
    call->post("/profile", wish, [call](const Json& person) { profile(call, person); });
}

void picture(const HouseCallPtr& call) {
    Json wish{{"data", ""}};
    if (call->given().has("FILE")) {
        std::ifstream file(call->given().text("FILE"), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        if (!file.good() && bytes.empty())
            return call->fail({base::ErrorKind::notFound, "file_unreadable", "This picture cannot be read.", "Look at its name and rights.",
                               call->given().text("FILE")});
        if (bytes.size() > api::kMaxPictureBytes)
            return call->fail({base::ErrorKind::invalidInput, "picture_too_large", "This picture is too large.", "Use one of at most 1 MiB.", {}});
        wish["data"] = base::toBase64Url(base::asBytes(bytes));
    }
    call->post("/profile/picture", wish, [call](const Json& person) { profile(call, person); });
}

template <bool kOn>
void relate(const HouseCallPtr& call, const char* what) {
    withMember(call, call->given().text("WHO"), [call, what](const std::string& who) {
        call->post("/people/" + who + "/relation", {{what, kOn}}, [call](const Json& person) { profile(call, person); });
    });
}
void follow(const HouseCallPtr& call) { relate<true>(call, "follow"); }
void unfollow(const HouseCallPtr& call) { relate<false>(call, "follow"); }
void block(const HouseCallPtr& call) { relate<true>(call, "block"); }
void unblock(const HouseCallPtr& call) {
    // Blocked people are not found by name: they come from one's own list.
    const std::string who = call->given().text("WHO");
    call->get("/relations", [call, who](const Json& all) {
        for (const auto& one : all.value("blocks", Json::array()))
            if (word(one, "id") == who || word(one, "handle") == who || "@" + word(one, "handle") == who || word(one, "name") == who)
                return call->post("/people/" + word(one, "id") + "/relation", {{"block", false}}, [call](const Json& person) { profile(call, person); });
        call->usage("You have not blocked \"" + who + "\".");
    });
}
void relations(const HouseCallPtr& call) {
    call->get("/relations", [call](const Json& all) {
        call->print(all, [&](std::ostream& to) {
            if (all.value("follows", Json::array()).empty() && all.value("blocks", Json::array()).empty()) to << "You follow and block nobody.\n";
            for (const char* kind : {"follows", "blocks"})
                for (const auto& one : all.value(kind, Json::array()))
                    to << kind << "  @" << word(one, "handle") << "  " << word(one, "name") << "  " << word(one, "id") << "\n";
        });
    });
}

void printWave(const HouseCallPtr& call, const Json& wave) {
    call->print(wave, [&](std::ostream& to) {
        to << word(wave, "id") << "  " << word(wave, "from_name") << " waves at " << word(wave, "to_name") << ": " << word(wave, "state");
        if (!word(wave, "text").empty()) to << ", \"" << word(wave, "text") << "\"";
        if (!word(wave, "room").empty()) to << ", room " << word(wave, "room");
        to << "\n";
    });
}
void wave(const HouseCallPtr& call) {
    withMember(call, call->given().text("WHO"), [call](const std::string& who) {
        call->post("/people/" + who + "/wave", {{"text", call->given().text("text")}}, [call](const Json& made) { printWave(call, made); });
    });
}
void waves(const HouseCallPtr& call) {
    call->get("/waves", [call](const Json& answer) {
        const Json all = answer.value("waves", Json::array());
        call->print(all, [&](std::ostream& to) {
            if (all.empty()) to << "Nobody waved today.\n";
            for (const auto& one : all)
                to << word(one, "id") << "  " << when(one) << "  " << word(one, "from_name") << " at " << word(one, "to_name") << ": "
                   << word(one, "state") << "  " << word(one, "text") << "\n";
        });
    });
}
void answerWave(const HouseCallPtr& call) {
    const std::string answer = call->given().text("ANSWER");
    if (answer != "yes" && answer != "later") return call->usage("The answer is yes or later.");
    call->post("/waves/" + call->given().text("ID") + "/answer", {{"answer", answer}}, [call](const Json& one) { printWave(call, one); });
}
void ping(const HouseCallPtr& call) {
    withMember(call, call->given().text("WHO"), [call](const std::string& who) {
        call->post("/rooms/" + call->given().text("room") + "/ping", {{"who", who}}, [call](const Json& answer) {
            call->print(answer, [](std::ostream& to) { to << "They are told.\n"; });
        });
    });
}
void notices(const HouseCallPtr& call) {
    call->get("/notices?after=" + (call->given().has("after") ? room::HouseClient::escaped(call->given().text("after")) : "0"), [call](const Json& answer) {
        const Json all = answer.value("notices", Json::array());
        call->print(all, [&](std::ostream& to) {
            if (all.empty()) to << "Nothing new.\n";
            for (const auto& one : all)
                to << one.value("n", 0) << "  " << when(one) << "  " << word(one, "kind") << "  " << word(one, "from_name") << "  " << word(one, "text")
                   << "\n";
        });
    });
}

}  // namespace

void withMember(const HouseCallPtr& call, const std::string& who, std::function<void(const std::string& id)> then) {
    if (room::isIdentityText(who)) return then(who);
    const std::string name = !who.empty() && who.front() == '@' ? who.substr(1) : who;
    call->get("/members?limit=200&q=" + room::HouseClient::escaped(name), [call, name, then = std::move(then)](const Json& page) {
        std::vector<std::string> found;
        for (const auto& one : page.value("members", Json::array()))
            if (word(one, "name") == name || word(one, "handle") == name) found.push_back(word(one, "id"));
        if (found.size() == 1) return then(found.front());
        call->usage(found.empty() ? "Nobody of the house is called \"" + name + "\". Say whom you mean by their id."
                                  : "Several people are called \"" + name + "\". Say whom you mean by their id or handle.");
    });
}

std::vector<HouseCommand> peopleCommands() {
    const HouseArgument who{"WHO", A::positional, "id, handle or name"};
    return {
        {"profile show", "how somebody shows themselves", {who}, show},
        {"profile change", "change your own profile",
         {{"--name", A::option, "what people read"}, {"--about", A::option, "a few sentences about you"}, {"--pronouns", A::option, "how people speak of you"},
          {"--link", A::repeated, "an address that is shown; again for more, they replace the old ones"}},
         change},
        {"profile picture", "set your picture, or take it away", {{"FILE", A::optionalPositional, "PNG, JPEG or WebP of at most 1 MiB; none = no picture"}}, picture},
        {"follow", "hear of what somebody does", {who}, follow},
        {"unfollow", "hear of it no more", {who}, unfollow},
        {"block", "see nothing of each other", {who}, block},
        {"unblock", "see each other again", {who}, unblock},
        {"relations", "whom you follow and block", {}, relations},
        {"wave send", "a private \"come talk\"", {who, {"--text", A::option, "a few words"}}, wave},
        {"wave list", "of the last day, both ways", {}, waves},
        {"wave answer", "yes opens a room for the two of you", {{"ID", A::positional, "of the wave"}, {"ANSWER", A::positional, "yes or later"}}, answerWave},
        {"ping", "call a member into a room that you are in", {who, {"--room", A::required, "id of the room"}}, ping},
        {"notices", "what happened for you", {{"--after", A::option, "number of the last one you have read"}}, notices},
    };
}

}  // namespace parlour::ctl

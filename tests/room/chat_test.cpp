// SPDX-License-Identifier: Apache-2.0
// Chat and reactions in whole rooms: history, deleting, rules, refusals, lost connections.
#include "core/server/data_folder.h"
#include "tests/room/room_lab.h"
#include "tests/support/sqlite.h"

using namespace parlour;
using namespace parlour::tests;
using room::ChatDelivery;

namespace {

/// "hello | (deleted) | no!": refused ones with a mark.
std::string chatOf(const Person& person) {
    std::string out;
    for (const auto& m : person.state()->chat) {
        out += out.empty() ? "" : " | ";
        out += m.deleted ? "(deleted)" : m.text;
        if (m.delivery == ChatDelivery::pending) out += "?";
        if (m.delivery == ChatDelivery::refused) out += "!";
    }
    return out;
}

struct ChatRoom : RoomLab {
    using RoomLab::RoomLab;
    void shows(const Person& person, const std::string& chat, base::Duration patience = 20s) {
        const bool as = until([&] { return chatOf(person) == chat; }, patience);
        INFO(chatOf(person));
        REQUIRE(as);
    }
    void say(Person& person, const std::string& words) { person.session->sendChat(words); }
};

}  // namespace

TEST_CASE("who comes late reads what was said before, and says nothing twice", "[room][whole][chat]") {
    ChatRoom lab;
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    lab.say(host, "welcome");
    lab.shows(ben, "welcome");
    lab.say(ben, "good evening");
    lab.shows(host, "welcome | good evening");
    lab.shows(ben, "welcome | good evening");
    CHECK(ben.state()->chat[1].n == ben.state()->chat[0].n + 1);
    CHECK(host.state()->chat[1].n == ben.state()->chat[1].n);
    auto& cara = lab.join("cara", lab.made.links.listener);
    lab.shows(cara, "welcome | good evening");
    CHECK(cara.state()->chatKept);
    CHECK(cara.state()->chat[0].history);
    CHECK(cara.state()->chat[0].fromName == "host");
    lab.say(host, "now live");
    lab.shows(cara, "welcome | good evening | now live");
    lab.shows(ben, "welcome | good evening | now live");
    CHECK_FALSE(ben.state()->chat[2].history);   // his channel has been open since; the first words may have been asked for
    CHECK_FALSE(cara.state()->chat[2].history);
}

TEST_CASE("moderators delete every message, authors their own, others nothing; the place stays", "[room][whole][chat]") {
    ChatRoom lab;
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    auto& cara = lab.join("cara", lab.made.links.listener);
    lab.say(ben, "one");
    lab.shows(cara, "one");
    lab.say(ben, "two");
    lab.shows(cara, "one | two");
    cara.session->deleteChat(cara.state()->chat[0].id);
    REQUIRE(lab.until([&] { return cara.refused.size() == 1; }));
    CHECK(cara.refused[0].code == "not_allowed");
    host.session->deleteChat(host.state()->chat[0].id);
    for (auto* person : {&host, &ben, &cara}) lab.shows(*person, "(deleted) | two");
    ben.session->deleteChat(ben.state()->chat[1].id);
    for (auto* person : {&host, &ben, &cara}) lab.shows(*person, "(deleted) | (deleted)");
    auto& dora = lab.join("dora", lab.made.links.listener);
    lab.shows(dora, "(deleted) | (deleted)");
}

TEST_CASE("slow mode refuses with its reason, keeps the message, and lets it go when it is off", "[room][whole][chat]") {
    ChatRoom lab;
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    ben.session->setChatRules(1, std::nullopt);
    REQUIRE(lab.until([&] { return ben.refused.size() == 1; }));
    CHECK(ben.refused[0].code == "not_allowed");
    host.session->setChatRules(600, "https://example.org/notes");
    REQUIRE(lab.until([&] { return ben.state()->chatRules.slowS == 600; }));
    CHECK(ben.state()->chatRules.pinned == "https://example.org/notes");
    CHECK(ben.state()->chatRules.pinnedBy == host.id());
    lab.say(ben, "first");
    lab.shows(host, "first");
    lab.say(ben, "second");
    lab.shows(ben, "first | second!");
    const auto id = ben.state()->chat[1].id;
    CHECK(ben.state()->chat[1].refusal->code == "slow_mode");
    CHECK_FALSE(ben.state()->chat[1].refusal->advice.empty());
    lab.say(host, "slow down");
    lab.shows(ben, "first | second! | slow down");
    host.session->setChatRules(0, "");
    REQUIRE(lab.until([&] { return ben.state()->chatRules.slowS == 0 && ben.state()->chatRules.pinned.empty(); }));
    ben.session->resendChat(id);
    lab.shows(host, "first | slow down | second");
    lab.shows(ben, "first | slow down | second");
    host.session->setChatRules(std::nullopt, "http://example.org/plain");
    REQUIRE(lab.until([&] { return host.refused.size() == 1; }));
    CHECK(host.refused[0].code == "bad_link");
}

TEST_CASE("a listener gone for a while finds what was said and deleted meanwhile", "[room][whole][chat]") {
    ChatRoom lab(true);
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    lab.say(host, "before");
    lab.shows(ben, "before");
    lab.wire->udpOpen = false;
    lab.wire->tcpOpen = false;
    lab.wire->cutTcp();
    REQUIRE(lab.until([&] { return ben.state()->session == SessionState::reconnecting && host.state()->session == SessionState::reconnecting; }, 40s));
    lab.say(ben, "from the tunnel");
    lab.say(host, "me too");
    lab.wire->udpOpen = lab.wire->tcpOpen = true;
    REQUIRE(lab.until([&] { return ben.joined() && host.joined(); }, 60s));
    const auto both = [&](const Person& person) {
        const auto chat = chatOf(person);
        return chat == "before | from the tunnel | me too" || chat == "before | me too | from the tunnel";
    };
    const bool arrived = lab.until([&] { return both(ben) && both(host); }, 40s);
    INFO(chatOf(ben) << " // " << chatOf(host));
    REQUIRE(arrived);
    CHECK(chatOf(ben) == chatOf(host));
}

TEST_CASE("a server that starts again has the chat, and what was said into the gap arrives once", "[room][whole][chat]") {
    ChatRoom lab;
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    lab.say(host, "before");
    lab.shows(ben, "before");
    lab.server.reset();
    REQUIRE(lab.until([&] { return ben.state()->session == SessionState::reconnecting; }));
    lab.say(ben, "into the gap");
    lab.start();
    REQUIRE(lab.until([&] { return ben.joined() && host.joined(); }, 40s));
    lab.shows(host, "before | into the gap", 40s);
    lab.shows(ben, "before | into the gap", 40s);
    auto& cara = lab.join("cara", lab.made.links.listener);
    lab.shows(cara, "before | into the gap");
}

TEST_CASE("one goes back page by page to the first words of the session, and live messages go on", "[room][whole][chat]") {
    ChatRoom lab;
    auto& host = lab.host();
    const auto sql = [&](const std::string& words) {
        return lab.database.engine() == Engine::sqlite ? sqlOn(server::DataFolder::databaseFile(lab.config.data), words) : lab.database.sql(words);
    };
    const auto sid = sql("SELECT sid FROM sessions").front();
    lab.server.reset();
    REQUIRE(lab.until([&] { return host.state()->session == SessionState::reconnecting; }));
    std::string rows;
    for (int n = 1; n <= 450; ++n) {
        const auto number = std::to_string(n);
        rows += (n > 1 ? ", ('" : "('") + lab.made.room.str() + "', " + number + ", '" + sid + "', 'm" + number + "', 'ana', 'Ana', 1000, '" + number + "', 0)";
    }
    sql("INSERT INTO chat(room, n, sid, id, author, name, at_ms, words, deleted) VALUES " + rows);
    lab.start();
    REQUIRE(lab.until([&] { return host.joined(); }, 40s));
    auto& cara = lab.join("cara", lab.made.links.listener);
    const auto shows = [&](std::size_t count, std::uint64_t first) {
        return lab.until([&] { return cara.state()->chat.size() == count && cara.state()->chat.front().n == first; });
    };
    REQUIRE(shows(200, 251));
    CHECK(cara.state()->chatPast.more);
    cara.session->earlierChat();
    cara.session->earlierChat();   // once is enough
    REQUIRE(shows(400, 51));
    lab.say(host, "and on");
    REQUIRE(lab.until([&] { return cara.state()->chat.back().text == "and on"; }));
    cara.session->earlierChat();
    REQUIRE(lab.until([&] { return cara.state()->chat.front().n == 1; }));
    CHECK(cara.state()->chat.size() == 451);
    CHECK_FALSE(cara.state()->chatPast.more);
    CHECK_FALSE(cara.state()->chatPast.asked);
    for (std::size_t i = 0; i < 451; ++i) REQUIRE(cara.state()->chat[i].n == i + 1);
    cara.session->earlierChat();   // there is nothing more: nothing happens
    lab.pass(300ms);
    CHECK(cara.refused.empty());
}

TEST_CASE("a message that went down with its connection is sent again by itself, once", "[room][whole][chat]") {
    ChatRoom lab(true);
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    lab.say(ben, "first");   // the channel is open
    lab.shows(host, "first");
    lab.shows(ben, "first");
    lab.wire->udpOpen = false;
    lab.say(ben, "into nothing");
    lab.shows(ben, "first | into nothing?");
    lab.pass(100ms);
    lab.server.reset();   // the other end of the channel is gone for good
    REQUIRE(lab.until([&] { return ben.state()->session == SessionState::reconnecting; }, 40s));
    lab.wire->udpOpen = true;
    lab.start();
    REQUIRE(lab.until([&] { return ben.joined() && host.joined(); }, 60s));
    lab.shows(host, "first | into nothing", 40s);
    lab.shows(ben, "first | into nothing", 40s);
}

TEST_CASE("reactions of all rise for all and fade, and nobody sends more than the server takes", "[room][whole][chat]") {
    ChatRoom lab;
    auto& host = lab.host();
    auto& ben = lab.join("ben", lab.made.links.listener);
    lab.pass(1s);
    for (int i = 0; i < 7; ++i) ben.session->react(0);
    host.session->react(5);
    REQUIRE(lab.until([&] { return host.state()->reactions[0].total == 5 && host.state()->reactions[5].total == 1; }));
    CHECK(ben.refused.size() == 2);
    CHECK(ben.refused[0].code == "reacting_too_fast");
    REQUIRE(lab.until([&] { return ben.state()->reactions[0].total == 5; }));
    auto& cara = lab.join("cara", lab.made.links.listener);
    REQUIRE(lab.until([&] { return cara.state()->reactions[0].total == 5; }));
    CHECK(cara.state()->reactions[0].recent == 0);   // was before
    REQUIRE(lab.until([&] { return host.state()->reactions[0].recent == 0; }));
    CHECK(host.state()->reactions[0].total == 5);
    ben.session->react(99);
    REQUIRE(lab.until([&] { return ben.refused.size() == 3; }));
    CHECK(ben.refused[2].code == "no_reaction");
}

TEST_CASE("where the house counts by its API, the clicks of a moment are one request, and what it refuses is told once", "[room][whole][chat]") {
    ChatRoom lab;
    lab.server.reset();
    // As on LiveKit; this house counts over the data channel and says so.
    const std::string words = "INSERT INTO meta VALUES ('room_metadata:" + lab.made.room.str() + "', '{\"chat\":\"house\"}')";
    if (lab.database.engine() == Engine::sqlite)
        sqlOn(server::DataFolder::databaseFile(lab.config.data), words);
    else
        lab.database.sql(words);
    lab.start();
    auto& ben = lab.join("ben", lab.made.links.listener);
    for (int i = 0; i < 7; ++i) ben.session->react(0);
    REQUIRE(lab.until([&] { return ben.refused.size() == 3; }));
    CHECK(ben.refused[0].code == "reacting_too_fast");
    CHECK(ben.refused[1].code == "reacting_too_fast");
    CHECK(ben.refused[2].code == "reactions_by_data");
    lab.pass(3s);
    CHECK(ben.refused.size() == 3);
    ben.session->react(1);
    REQUIRE(lab.until([&] { return ben.refused.size() == 4; }));   // the next moment's goes out, too
    lab.say(ben, "by the house");
    lab.shows(ben, "by the house");
}

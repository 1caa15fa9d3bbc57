// SPDX-License-Identifier: Apache-2.0
// Names with bidi, zero-width and look-alike characters cannot pass for somebody else (security: T27), through the house's API.
#include <set>

#include "core/house/display_name.h"
#include "core/house/look_alike.h"
#include "tests/server/guest_world.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

/// The person of `key` under a name of their choice.
struct Names : HouseWorld {
    base::Result<server::Admission> come(const std::string& key, const std::string& name, const std::string& link) {
        const auto [invitation, secret] = parts(link);
        const api::RedeemRequest request{invitation, secret, name, proof(key, api::redeemPurpose(invitation)), {}};
        auto in = wait<api::Redeemed>([&](auto answer) { house->redeem(request, answer); });
        if (!in) return base::Unexpected(std::move(in).error());
        sessions[key] = in->session;
        auto admission = admit(in->join.token);
        if (admission) house->connected(in->join.room, in->identity);
        executor.runReady();
        return admission;
    }
    /// Comes back with a token asked for under another name.
    std::string rejoin(const std::string& key, const std::string& name) {
        const auto grant = wait<api::JoinGrant>([&](auto answer) { house->token({sessions[key], false}, room, {{}, name}, answer); });
        REQUIRE(grant);
        return admit(grant->token)->name;
    }
    static std::string mark(const std::string& key) { return " #" + id(key).str().substr(0, 4); }
    std::map<std::string, std::string> sessions;
};

const std::vector<std::string> kLikeAnnLee{"Ann Lee", "ann lee", "Аnn Lee", "\u202EAnn Lee", "Ann\u200B Lee\u2066", "Ann\u3164 Lee", "Ann Iee", "Änn Lee",
                                           "Ａｎｎ Lee", "Ann  Lee ✔", "𝐀nn 𝐋ee", "Ann Lee\u0336\u0336"};

}  // namespace

TEST_CASE("look-alike names cannot pass for somebody else: whoever looks like the host is told apart", "[names][T27]") {
    Names world;
    REQUIRE(world.come("ann", "Ann Lee", world.links.moderator)->name == "Ann Lee");
    for (std::size_t i = 0; i < kLikeAnnLee.size(); ++i) {
        const auto key = "eve" + std::to_string(i);
        const auto in = world.come(key, kLikeAnnLee[i], i % 2 ? world.links.listener : world.links.speaker);
        REQUIRE(in);
        INFO(kLikeAnnLee[i] << " became " << in->name);
        CHECK(in->name.ends_with(Names::mark(key)));
        CHECK_FALSE(house::looksLike(in->name, "Ann Lee"));
        CHECK(*house::cleanName(in->name) == in->name);
        CHECK(world.last(key)->name == in->name);   // so everybody is told
    }
    // Nor by coming back under another name, nor in a queue.
    const auto bob = world.come("bob", "Bob", world.links.listener);
    CHECK(bob->name == "Bob");
    CHECK(world.rejoin("bob", "Ann Lее") == "Ann Lее" + Names::mark("bob"));
    REQUIRE(world.order("bob", api::StageVerb::raise));
    const auto hands = world.wait<api::Hands>([&](auto answer) { world.house->hands({world.sessions["ann"], false}, world.room, answer); });
    CHECK(hands->hands.at(0).name == "Ann Lее" + Names::mark("bob"));
    CHECK(world.rejoin("bob", "Bob") == "Bob");
    // Signs do not push the mark out of sight.
    std::string padded = "Ann Lee ";
    while (padded.size() < 150) padded += "✔";
    CHECK(world.rejoin("bob", padded) == "Ann Lee" + Names::mark("bob"));
    CHECK(world.rejoin("bob", "Bob") == "Bob");
    // The host is who she is, however often she comes back.
    CHECK(world.rejoin("ann", "Ann Lee") == "Ann Lee");
    // And while she is away, or after a crash, nobody is her either.
    world.house->disconnected(world.room, HouseWorld::id("ann"));
    world.executor.runFor(61s);
    CHECK(world.come("mia", "Ann Lee", world.links.listener)->name == "Ann Lee" + Names::mark("mia"));
    world.crash();
    CHECK(world.come("zoe", "Ann Lee", world.links.listener)->name == "Ann Lee" + Names::mark("zoe"));
}

TEST_CASE("look-alike names: the one on stage keeps the name, the next who goes there is told apart, the audience is not", "[names][T27]") {
    Names world;
    CHECK(world.come("one", "Sam", world.links.speaker)->name == "Sam");
    CHECK(world.come("two", "Sаm", world.links.speaker)->name == "Sаm" + Names::mark("two"));
    CHECK(world.rejoin("two", "Sam") == "Sam" + Names::mark("two"));
    CHECK(world.rejoin("one", "Sam") == "Sam");
    CHECK(world.come("a", "Kim", world.links.listener)->name == "Kim");
    CHECK(world.come("b", "Kim", world.links.listener)->name == "Kim");   // two who listen may have one name
    // The host's name is hers although somebody was there under it before.
    CHECK(world.come("host", "Sam", world.links.moderator)->name == "Sam");
    const std::string longName(64, 'x');
    CHECK(world.come("x", longName, world.links.speaker)->name == longName);
    const auto other = world.come("y", longName, world.links.speaker)->name;
    CHECK(house::countCharacters(other) == 64);
    CHECK(other.ends_with(Names::mark("y")));
}

TEST_CASE("look-alike names: nobody passes for the invited guest, not the delegate either", "[names][guests][T27]") {
    GuestWorld world;   // hanna invited Ada
    const auto come = [&](const std::string& key, const std::string& name, const std::string& link) {
        const auto [id, secret] = HouseWorld::parts(link);
        const api::RedeemRequest request{id, secret, name, world.proof(key, api::redeemPurpose(id)), {}};
        const auto in = world.wait<api::Redeemed>([&](auto answer) { world.house->redeem(request, answer); });
        REQUIRE(in);
        world.sessions[key] = in->session;
        return *in;
    };
    const auto nameOf = [&](const std::string& token) { return world.admit(token)->name; };
    REQUIRE(world.hostAnswer("ask", "Shall we?"));
    api::GuestChange begin;
    begin.start = true;   // the audience need not wait for the two lights
    CHECK(world.change(begin) == "");
    // Before the guest is there, and in every spelling.
    const auto eve = come("eve", "Аda", world.made.publicLink);
    CHECK(nameOf(eve.join.token) == "Аda" + Names::mark("eve"));
    const auto ada = come("ada", "Somebody", world.made.guestLink);
    CHECK(nameOf(ada.join.token) == "Ada");
    const auto again = [&](const std::string& key, const base::RoomId& room, const std::string& name) {
        const auto grant = world.wait<api::JoinGrant>([&](auto answer) { world.house->token({world.sessions[key], false}, room, {{}, name}, answer); });
        REQUIRE(grant);
        return nameOf(grant->token);
    };
    CHECK(again("ada", ada.join.room, "Hanna") == "Ada");   // the seat has the name that the host gave it
    REQUIRE(world.hostSign(1));
    REQUIRE(world.sign(world.as(world.made.guestLink), "ada", api::Party::guest, 1));
    const auto spoke = come("spoke", "\u202EАdа", world.made.delegateLink);
    CHECK(spoke.name == "Delegate of Ada (delegate)");
    CHECK(nameOf(spoke.join.token) == "Delegate of Ada (delegate)");
    CHECK(again("spoke", spoke.join.room, "Ada") == "Delegate of Ada (delegate)");
    CHECK(again("spoke", spoke.join.room, "Nora") == "Nora (delegate)");
}

TEST_CASE("look-alike names: members have handles of plain letters, each one once", "[names][members][T27]") {
    GuestWorld world;
    std::set<std::string> handles;
    for (std::size_t i = 0; i < kLikeAnnLee.size(); ++i) {
        auto made = requestText(world, "POST", "invitations", R"({"kind":"membership"})", world.sessions["olga"]);
        const auto at = made->body.find("http");
        const auto [id, secret] = HouseWorld::parts(made->body.substr(at, made->body.find('"', at) - at));
        const auto key = "m" + std::to_string(i);
        const api::RedeemRequest request{id, secret, kLikeAnnLee[i], world.proof(key, api::redeemPurpose(id)), {}};
        const auto in = world.wait<api::Redeemed>([&](auto answer) { world.house->redeem(request, answer); });
        REQUIRE(in);
        const auto who = getAs<api::Whoami>(world, "whoami", in->session).value();
        CHECK(who.handle.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
        CHECK(handles.insert(who.handle).second);
        CHECK(*house::cleanName(who.name) == who.name);
        // What they send tells them apart, too, before anybody accepts it.
        auto own = requestText(world, "POST", "invitations", R"({"kind":"membership"})", in->session);
        REQUIRE(own);
        const auto from = own->body.find("http");
        const auto parts = HouseWorld::parts(own->body.substr(from, own->body.find('"', from) - from));
        const auto seen = world.wait<api::Preview>([&](auto answer) { world.house->preview({parts.first, parts.second, {}}, answer); });
        REQUIRE(seen);
        CHECK(seen->inviterHandle == who.handle);
    }
    for (const char* handle : {"аnn", "ann\u200B", "ann lee", "Ann"}) {
        api::HandleWish wish{handle};
        CHECK(code(postAs<api::Member>(world, "handle", wish, world.sessions["member"])) == "bad_handle");
    }
}

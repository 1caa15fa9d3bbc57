// SPDX-License-Identifier: Apache-2.0
#include "tests/server/house_world.h"

#include <unistd.h>

#include <filesystem>

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using api::StageVerb;

TEST_CASE("the house proves its key and its origins over the client's nonce", "[house-service]") {
    HouseWorld world;
    const std::string nonce = crypto::randomToken(16);
    const auto c = world.wait<api::Challenge>([&](auto answer) { world.house->challenge({nonce, "login"}, answer); });
    REQUIRE(c);
    const auto key = *base::fromBase64Url(c->houseKey);
    CHECK(c->house.str() == crypto::identityOf(key));
    CHECK(crypto::verifySignature(key, api::houseStatement(*c, nonce), *base::fromBase64Url(c->signature)));
    CHECK_FALSE(crypto::verifySignature(key, api::houseStatement(*c, nonce + "A"), *base::fromBase64Url(c->signature)));
    CHECK(c->origins == std::vector<std::string>{HouseWorld::kOrigin});
    CHECK_FALSE(world.wait<api::Challenge>([&](auto answer) { world.house->challenge({"short", "login"}, answer); }));
}

TEST_CASE("the first holder of the moderator link is host, and a second one is told that it is used up", "[house-service]") {
    HouseWorld world;
    const auto host = world.enter("ann", world.links.moderator);
    CHECK(host.identity == HouseWorld::id("ann"));
    CHECK(host.admission.attributes.at("parlour.power") == "host");
    CHECK(host.admission.attributes.at("parlour.seat") == "stage");
    CHECK(host.admission.rights.canPublish);
    CHECK(world.media.rights.at(host.identity).canPublish);
    CHECK(world.redeem("bob", world.links.moderator).error().code == "invitation_used");
    CHECK(world.redeem("ann", world.links.moderator));  // her own again
}

TEST_CASE("redeeming needs the person's own signature, once, for this house, origin and link", "[house-service][T15]") {
    HouseWorld world;
    const auto parts = HouseWorld::parts(world.links.listener);
    [[maybe_unused]] const auto& id = parts.first;
    [[maybe_unused]] const auto& secret = parts.second;
    const auto attempt = [&](const api::Proof& proof) {
        api::RedeemRequest request{id, secret, "Eve", proof};
        return world.wait<api::Redeemed>([&](auto answer) { world.house->redeem(request, answer); });
    };
    auto good = world.proof("eve", api::redeemPurpose(id));
    CHECK(attempt(good));
    CHECK(attempt(good).error().code == "nonce_unknown");  // it is spent

    auto otherKey = world.proof("eve", api::redeemPurpose(id));
    otherKey.publicKey = base::toBase64Url(HouseWorld::keyOf("mallory").publicKey());
    CHECK(attempt(otherKey).error().code == "proof_invalid");
    CHECK(attempt(world.proof("eve", "login")).error().code == "proof_invalid");
    CHECK(attempt(world.proof("eve", api::redeemPurpose(id), "http://evil.example")).error().code == "origin_unknown");
    auto late = world.proof("eve", api::redeemPurpose(id));
    world.executor.runFor(60s);
    CHECK(attempt(late).error().code == "proof_invalid");
    auto shifted = world.proof("eve", api::redeemPurpose(id));
    shifted.expiresMs += 1;
    CHECK(attempt(shifted).error().code == "proof_invalid");
}

TEST_CASE("a join token is spent by its first join; validate spends nothing; refresh tokens join and resume again", "[house-service][T15]") {
    HouseWorld world;
    const auto redeemed = world.redeem("ann", world.links.listener);
    REQUIRE(redeemed);
    const std::string token = redeemed->join.token;
    for (int i = 0; i < 3; ++i) CHECK(world.wait<void>([&](auto answer) { world.house->validate(token, answer); }));
    CHECK(world.admit(token, true).error().code == "resume_unknown");
    const auto first = world.admit(token);
    REQUIRE(first);
    CHECK(world.admit(token).error().code == "token_spent");
    CHECK(world.wait<void>([&](auto answer) { world.house->validate(token, answer); }).error().code == "token_spent");
    CHECK(world.wait<void>([&](auto answer) { world.house->validate(first->refreshToken, answer); }));
    world.house->connected(world.room, redeemed->identity);
    for (int i = 0; i < 100; ++i) REQUIRE(world.admit(first->refreshToken, true));
    CHECK(world.admit(first->refreshToken));  // a stock SDK's full reconnect
    world.crash();
    CHECK(world.admit(token).error().code == "token_spent");  // also after a crash
    CHECK(world.admit(first->refreshToken));
    world.executor.runFor(700s);
    CHECK(world.admit(first->refreshToken).error().kind == base::ErrorKind::untrusted);
    CHECK(world.admit("rubbish").error().kind == base::ErrorKind::untrusted);
}

TEST_CASE("removal ends every credential before the answer leaves", "[house-service][T1]") {
    HouseWorld world;
    world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.speaker);
    world.media.hold = true;
    std::optional<base::Result<std::uint64_t>> answer;
    server::StageRequest request{world.room, HouseWorld::id("ann"), StageVerb::remove, bob.identity, "", {}, true, false, {}};
    world.house->stage(request, [&](auto result) { answer.emplace(std::move(result)); });
    world.executor.runReady();
    CHECK(world.media.orders.back() == "remove " + bob.identity.str());
    CHECK_FALSE(answer);       // committed, but the engine has not acknowledged
    CHECK(world.gone.empty());
    world.media.release();
    world.executor.runReady();
    REQUIRE(answer);
    CHECK(*answer);
    REQUIRE(world.gone.size() == 1);
    CHECK(world.gone[0].why == server::Departure::removed);
    world.media.hold = false;
    CHECK(world.admit(bob.refresh, true).error().kind != base::ErrorKind::internal);
    CHECK_FALSE(world.admit(bob.refresh, true));
    CHECK(world.admit(bob.refresh).error().code == "token_revoked");
    CHECK(world.wait<void>([&](auto answer) { world.house->validate(bob.refresh, answer); }).error().code == "token_revoked");
    CHECK(world.redeem("bob", world.links.speaker).error().code == "removed");
    world.crash();
    CHECK_FALSE(world.admit(bob.refresh));
    CHECK(world.redeem("bob", world.links.speaker).error().code == "removed");
}

TEST_CASE("a ban says so, and one for minutes ends while the conversation goes on", "[house-service]") {
    HouseWorld world;
    world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.speaker);
    server::StageRequest request{world.room, HouseWorld::id("ann"), StageVerb::ban, bob.identity, "", 1, true, false, {}};
    REQUIRE(world.wait<std::uint64_t>([&](auto answer) { world.house->stage(request, answer); }));
    CHECK(world.gone.back().why == server::Departure::banned);
    CHECK(world.redeem("bob", world.links.speaker).error().code == "banned");
    CHECK_FALSE(world.admit(bob.refresh));
    CHECK_FALSE(world.wait<void>([&](auto answer) { world.house->validate(bob.refresh, answer); }));
    world.executor.runFor(61s);
    CHECK_FALSE(world.admit(bob.refresh));  // what was given before the ban stays worthless
    world.enter("bob", world.links.speaker);
}

TEST_CASE("answers and broadcasts keep the order of the commits though acknowledgements come late", "[house-service][I7]") {
    HouseWorld world;
    world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.speaker);
    const auto eve = world.enter("eve", world.links.listener);
    world.people.clear();
    world.media.hold = true;
    std::vector<std::string> told;
    const auto command = [&](const std::string& actor, StageVerb verb, const base::Identity& target, const std::string& mark) {
        world.house->stage({world.room, HouseWorld::id(actor), verb, target, "", {}, true, false, {}}, [&told, mark](auto) { told.push_back(mark); });
    };
    command("ann", StageVerb::hold, bob.identity, "hold");  // needs the engine
    command("eve", StageVerb::raise, {}, "raise");          // does not
    world.executor.runReady();
    CHECK(told.empty());
    CHECK(world.people.empty());
    world.media.release();
    world.executor.runReady();
    CHECK(told == std::vector<std::string>{"hold", "raise"});
    REQUIRE(world.people.size() == 2);
    CHECK(world.people[0].identity == bob.identity);
    CHECK(world.people[0].rights.forcedMute);
    CHECK(world.people[1].identity == eve.identity);
}

TEST_CASE("a listener raises by parlour.want, is offered the stage, takes it, and the note stays with moderators", "[house-service]") {
    HouseWorld world;
    const auto ann = world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.listener);
    const auto eve = world.enter("eve", world.links.listener);
    const auto want = [&](const server::HouseService::Answer<std::uint64_t>& answer, const std::string& value) {
        world.house->want(world.room, bob.identity, value, answer);
    };
    REQUIRE(world.wait<std::uint64_t>([&](auto answer) { want(answer, "hand:about trains"); }));
    CHECK_FALSE(world.last("bob")->attributes.at("parlour.hand").empty());
    for (const auto& [name, value] : world.last("bob")->attributes) CHECK(value.find("trains") == std::string::npos);
    const auto hands = [&](const std::string& session) {
        return world.wait<api::Hands>([&](auto answer) { world.house->hands({session, false}, world.room, answer); });
    };
    REQUIRE(hands(ann.session));
    CHECK(hands(ann.session)->hands.at(0).note == "about trains");
    CHECK(hands(eve.session)->hands.at(0).note.empty());
    REQUIRE(world.order("ann", StageVerb::next));
    CHECK_FALSE(world.last("bob")->attributes.at("parlour.invited").empty());
    CHECK_FALSE(world.media.rights.at(bob.identity).canPublish);
    REQUIRE(world.wait<std::uint64_t>([&](auto answer) { want(answer, "stage"); }));
    CHECK(world.last("bob")->attributes.at("parlour.seat") == "stage");
    CHECK(world.media.rights.at(bob.identity).canPublish);
    CHECK(world.wait<std::uint64_t>([&](auto answer) { want(answer, "moon"); }).error().code == "bad_want");
    CHECK(world.wait<std::uint64_t>([&](auto answer) { want(answer, ""); }));
}

TEST_CASE("seat, hand and place survive a crash of the server, and the queue is the same", "[house-service][R5]") {
    HouseWorld world;
    const auto ann = world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.listener);
    const auto eve = world.enter("eve", world.links.listener);
    const auto sam = world.enter("sam", world.links.speaker);
    REQUIRE(world.order("eve", StageVerb::raise));
    REQUIRE(world.order("bob", StageVerb::raise));
    REQUIRE(world.order("ann", StageVerb::hold, "sam"));
    const auto before = world.wait<api::Hands>([&](auto answer) { world.house->hands({ann.session, false}, world.room, answer); });
    world.media.rights.clear();
    world.crash();
    world.executor.runFor(40s);
    for (const auto* who : {&ann, &bob, &eve, &sam}) {
        const auto again = world.admit(who->refresh);
        REQUIRE(again);
        world.house->connected(world.room, who->identity);
    }
    world.executor.runFor(120s);
    const auto after = world.wait<api::Hands>([&](auto answer) { world.house->hands({ann.session, false}, world.room, answer); });
    REQUIRE(after);
    REQUIRE(after->hands.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) CHECK(after->hands[i].key == before->hands[i].key);
    CHECK(world.media.rights.at(sam.identity).forcedMute);
    CHECK(world.media.rights.at(ann.identity).canPublish);
    CHECK(after->version >= before->version);
}

TEST_CASE("a newer connection of the same person takes over without a loss of the seat", "[house-service]") {
    HouseWorld world;
    world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.speaker);
    REQUIRE(world.admit(bob.refresh));
    world.house->connected(world.room, bob.identity);     // the new one is up
    world.house->disconnected(world.room, bob.identity);  // then the old one is evicted
    world.executor.runFor(300s);
    CHECK(world.order("bob", StageVerb::down));
    world.house->disconnected(world.room, bob.identity);
    world.executor.runFor(60s);
    CHECK(world.order("bob", StageVerb::down).error().code == "not_in_room");
    CHECK(world.media.orders.back() == "remove " + bob.identity.str());
}

TEST_CASE("a full disk refuses a command and changes nothing", "[house-service][R10]") {
    HouseWorld world;
    world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.speaker);
    const auto people = world.people.size();
    const auto orders = world.media.orders.size();
    world.database.fill(*world.store);
    base::Result<std::uint64_t> result = world.order("ann", StageVerb::down, "bob");
    for (int i = 0; i < 2000 && result; ++i)  // fill what is left of the last page
        result = world.wait<std::uint64_t>([&](auto answer) {
            world.house->stage({world.room, HouseWorld::id("ann"), i % 2 ? StageVerb::lockHands : StageVerb::muteAll, {}, "", {}, i % 4 == 1, false, {}}, answer);
        });
    REQUIRE_FALSE(result);
    CHECK(result.error().code == "disk_full");
    world.database.fill(*world.store, false);
    CHECK(world.order("ann", StageVerb::mute, "ann"));
    (void)people;
    (void)orders;
    (void)bob;
}

TEST_CASE("moderators make, list and revoke links; listeners may not; the host alone makes moderators", "[house-service]") {
    HouseWorld world;
    const auto ann = world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.listener);
    const auto make = [&](const std::string& session, api::Role role) {
        return world.wait<api::InvitationMade>([&](auto answer) { world.house->createInvitation({session, false}, world.room, {role, 1, 60}, answer); });
    };
    CHECK(make(bob.session, api::Role::listener).error().code == "not_allowed");
    CHECK(make("forged", api::Role::listener).error().code == "session_invalid");
    auto tampered = ann.session;
    tampered[5] = tampered[5] == 'a' ? 'b' : 'a';
    CHECK(make(tampered, api::Role::listener).error().code == "session_invalid");
    const auto link = make(ann.session, api::Role::moderator);
    REQUIRE(link);
    CHECK(link->link.starts_with("http://127.0.0.1:7880/i/"));
    const auto sam = world.enter("sam", link->link);
    CHECK(sam.admission.attributes.at("parlour.power") == "moderator");
    CHECK(make(sam.session, api::Role::moderator).error().code == "host_only");
    world.executor.runFor(1s);  // listed by age
    const auto child = make(sam.session, api::Role::speaker);
    REQUIRE(child);
    const auto kim = world.enter("kim", child->link);

    const auto list = world.wait<api::InvitationList>([&](auto answer) { world.house->invitations({ann.session, false}, world.room, answer); });
    REQUIRE(list);
    CHECK(list->invitations.size() == 5);
    CHECK(list->invitations.back().inviter == "sam");
    CHECK(list->invitations.back().state == "used");
    const auto revoke = world.wait<api::Nothing>([&](auto answer) {
        world.house->revokeInvitation({ann.session, false}, world.room, link->id, api::RevokeScope::subtree, answer);
    });
    REQUIRE(revoke);
    CHECK(world.gone.size() == 2);
    CHECK_FALSE(world.admit(kim.refresh));
    CHECK_FALSE(world.admit(sam.refresh));
    CHECK(world.admit(ann.refresh));
}

TEST_CASE("a revoke between redeeming and joining keeps the person out", "[house-service][T23]") {
    HouseWorld world;
    const auto ann = world.enter("ann", world.links.moderator);
    const auto parts = HouseWorld::parts(world.links.listener);
    [[maybe_unused]] const auto& id = parts.first;
    [[maybe_unused]] const auto& secret = parts.second;
    const auto bob = world.redeem("bob", world.links.listener);
    REQUIRE(bob);
    REQUIRE(world.wait<api::Nothing>([&](auto answer) {
        world.house->revokeInvitation({ann.session, false}, world.room, id, api::RevokeScope::people, answer);
    }));
    CHECK(world.admit(bob->join.token).error().code == "token_revoked");
    CHECK(world.redeem("bob", world.links.listener).error().code == "invitation_revoked");
    CHECK(world.redeem("eve", world.links.listener).error().code == "invitation_revoked");
}

TEST_CASE("login gives the same identity, the rooms and a token", "[house-service]") {
    HouseWorld world;
    const auto bob = world.enter("bob", world.links.listener);
    CHECK(world.wait<api::LoginAnswer>([&](auto answer) { world.house->login({world.proof("eve", "login")}, answer); }).error().code == "person_unknown");
    const auto login = world.wait<api::LoginAnswer>([&](auto answer) { world.house->login({world.proof("bob", "login")}, answer); });
    REQUIRE(login);
    CHECK(login->identity == bob.identity);
    REQUIRE(login->rooms.size() == 1);
    CHECK(login->rooms[0].title == "Room");
    CHECK(login->rooms[0].listeners == 1);
    const auto grant = [&](std::optional<int> ttl) {
        return world.wait<api::JoinGrant>([&](auto answer) { world.house->token({login->session, false}, world.room, {ttl, "Bobby"}, answer); });
    };
    for (const int bad : {9, 86'401}) CHECK(grant(bad).error().code == "bad_ttl");
    for (const int good : {10, 86'400}) CHECK(grant(good));
    const auto token = grant(std::nullopt);
    REQUIRE(token);
    const auto again = world.admit(token->token);
    REQUIRE(again);
    CHECK(again->name == "Bobby");
    CHECK(world.wait<api::JoinGrant>([&](auto answer) { world.house->token({login->session, false}, base::RoomId("nowhere"), {}, answer); }).error().code == "room_unknown");
}

TEST_CASE("a preview redeems nothing and tells strangers nothing", "[house-service][T25]") {
    HouseWorld world;
    const auto ann = world.enter("ann", world.links.moderator);
    const auto preview = [&](const std::string& link, const base::Identity& who = {}) {
        const auto parts = HouseWorld::parts(link);
    [[maybe_unused]] const auto& id = parts.first;
    [[maybe_unused]] const auto& secret = parts.second;
        return world.wait<api::Preview>([&](auto answer) { world.house->preview({id, secret, who}, answer); });
    };
    for (int i = 0; i < 3; ++i) {
        const auto seen = preview(world.links.listener);
        REQUIRE(seen);
        CHECK(seen->roomTitle == "Room");
        CHECK(seen->houseName == "Test house");
        CHECK(seen->onStage == 1);
        CHECK(seen->live);
    }
    CHECK(preview(world.links.moderator).error().code == "invitation_used");
    CHECK(preview(world.links.moderator, ann.identity));  // her own link still tells its owner
    const auto wrong = preview("http://x/i/unknown00000#k=AAAAAAAAAAAAAAAAAAAAAA").error();
    auto guess = world.links.listener;
    guess.back() = guess.back() == 'A' ? 'B' : 'A';
    CHECK(base::describe(preview(guess).error()) == base::describe(wrong));
}

TEST_CASE("commands are limited to a burst of 10 and then 2 a second per person", "[house-service][T43][limits]") {
    HouseWorld world;
    world.stop();
    world.policy.commandBurst = 10;
    world.start();
    world.enter("ann", world.links.moderator);
    world.enter("bob", world.links.listener);
    for (int i = 0; i < 10; ++i) REQUIRE(world.order("ann", StageVerb::muteAll));
    CHECK(world.order("ann", StageVerb::muteAll).error().code == "too_fast");
    CHECK(world.order("bob", StageVerb::raise));  // others are not slowed
    world.executor.runFor(500ms);
    CHECK(world.order("ann", StageVerb::muteAll));
    CHECK_FALSE(world.order("ann", StageVerb::muteAll));
}

TEST_CASE("ending a room ends its session and its links", "[house-service]") {
    HouseWorld world;
    const auto ann = world.enter("ann", world.links.moderator);
    REQUIRE(world.wait<api::Nothing>([&](auto answer) { world.house->endRoom(world.room, answer); }));
    REQUIRE(world.gone.size() == 1);
    CHECK(world.gone[0].why == server::Departure::roomEnded);
    CHECK(world.media.orders.back() == "end");
    CHECK_FALSE(world.admit(ann.refresh));
    CHECK(world.redeem("eve", world.links.listener).error().kind == base::ErrorKind::expired);
    CHECK(world.wait<api::Nothing>([&](auto answer) { world.house->endRoom(world.room, answer); }).error().code == "room_unknown");
    world.crash();
    const auto list = world.wait<std::vector<api::AdminRoom>>([&](auto answer) { world.house->listRooms(answer); });
    CHECK(list->empty());
}

TEST_CASE("the room tells that it waits for a host until one is there", "[house-service]") {
    HouseWorld world;
    const auto bob = world.enter("bob", world.links.speaker);
    CHECK(bob.admission.roomMetadata.find("\"waiting_for_host\":true") != std::string::npos);
    world.roomChanges.clear();
    world.enter("ann", world.links.moderator);
    REQUIRE_FALSE(world.roomChanges.empty());
    CHECK(world.roomChanges.back().metadata.find("\"waiting_for_host\":false") != std::string::npos);
}

TEST_CASE("leaving by the API frees the seat at once", "[house-service]") {
    HouseWorld world;
    world.enter("ann", world.links.moderator);
    const auto bob = world.enter("bob", world.links.speaker);
    REQUIRE(world.wait<api::Nothing>([&](auto answer) { world.house->leave({bob.session, false}, world.room, answer); }));
    CHECK(world.order("ann", StageVerb::mute, "bob").error().code == "not_here");
}

// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/house/invitation.h"
#include "tests/house/stage_lab.h"
#include "tests/support/database.h"
#include "tests/support/kill_nine.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using house::Store;

namespace {

const base::WallTime kNow = base::fromUnixMs(1'795'000'000'000);
const base::RoomId kRoom("room1");

void inside(Store& store, const std::function<void()>& body) {
    auto done = store.transact([&]() -> base::Result<void> {
        body();
        return {};
    });
    INFO((done ? "" : base::describe(done.error())));
    REQUIRE(done);
}
house::NewInvitation invite(Store& store, api::Role role, std::optional<int> uses = {}, std::optional<std::int64_t> expires = {}) {
    const auto made = house::makeInvitation(kRoom, {role, uses, expires}, {}, {}, kNow);
    inside(store, [&] { store.addInvitation(made.row); });
    return made;
}
base::Result<house::MemberRow> redeem(Store& store, const house::NewInvitation& invitation, const std::string& who,
                                      base::WallTime now = kNow) {
    std::optional<base::Result<house::MemberRow>> result;
    auto done = store.transact([&]() -> base::Result<void> {
        result.emplace(house::redeem(store, invitation.row.id, invitation.secret, {base::Identity(who), "00", who}, now));
        if (!*result) return base::Unexpected(result->error());
        return {};
    });
    (void)done;
    return *result;
}
std::unique_ptr<Store> withRoom(const Database& database) {
    auto store = database.open();
    inside(*store, [&] { store->addRoom({kRoom, "Room", kNow}); });
    return store;
}
int usedOf(Store& store, const house::NewInvitation& invitation) {
    int used = -1;
    inside(store, [&] { used = store.invitation(invitation.row.id)->used; });
    return used;
}

}  // namespace

TEST_CASE("a refused transaction leaves nothing behind", "[store]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    auto done = store->transact([&]() -> base::Result<void> {
        store->setMeta("a", "1");
        return base::fail(base::ErrorKind::refused, "no", "No.");
    });
    REQUIRE_FALSE(done);
    inside(*store, [&] { CHECK_FALSE(store->meta("a")); });
}

TEST_CASE("hostile strings are stored as they are and run nothing", "[store][T47]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    for (const std::string evil : {"'; DROP TABLE rooms; --", "\" OR 1=1 --", "%s%n", ":r", "?1", "x'00'"}) {
        inside(*store, [&] {
            store->setMeta(evil, evil);
            store->putPerson({base::Identity(evil), evil, evil}, kNow);
            CHECK(store->meta(evil) == evil);
            CHECK(store->person(base::Identity(evil))->name == evil);
            CHECK(store->rooms().size() == 1);
        });
    }
}

TEST_CASE("a link of one use lets one person in, as often as they like", "[store][T22]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    const auto link = invite(*store, api::Role::speaker, 1);
    // Nextcloud #18530, BBB #12634: a reconnect used a second place.
    for (int i = 0; i < 100; ++i) REQUIRE(redeem(*store, link, "ann"));
    CHECK(usedOf(*store, link) == 1);
    const auto second = redeem(*store, link, "bob");
    REQUIRE_FALSE(second);
    CHECK(second.error().code == "invitation_used");
    for (int i = 0; i < 200; ++i) REQUIRE_FALSE(redeem(*store, link, "racer" + std::to_string(i)));
    CHECK(usedOf(*store, link) == 1);
    inside(*store, [&] { CHECK(store->countMembers(kRoom) == 1); });
}

TEST_CASE("unknown id and wrong secret are one answer; the right secret is told the reason", "[store][T21]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    const auto open = invite(*store, api::Role::listener);
    auto revoked = invite(*store, api::Role::listener);
    const auto expired = invite(*store, api::Role::listener, {}, 60);
    inside(*store, [&] { store->revokeInvitation(revoked.row.id, kNow); });

    std::vector<base::Error> answers;
    for (auto link : {open, revoked, expired}) {
        link.secret = "AAAAAAAAAAAAAAAAAAAAAA";
        answers.push_back(redeem(*store, link, "x", kNow + 2min).error());
        link.row.id = base::InvitationId("unknown00000");
        answers.push_back(redeem(*store, link, "x", kNow + 2min).error());
    }
    for (const auto& error : answers) CHECK(base::describe(error) == base::describe(answers[0]));
    CHECK(answers[0].code == "invitation_unknown");
    CHECK(redeem(*store, revoked, "x").error().code == "invitation_revoked");
    CHECK(redeem(*store, expired, "x", kNow + 60s).error().code == "invitation_expired");
    CHECK(redeem(*store, expired, "x", kNow + 60s - 1ms));
}

TEST_CASE("the first moderator of a hostless room is host, the next are moderators", "[store]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    const auto link = invite(*store, api::Role::moderator, 3);
    CHECK(redeem(*store, link, "ann")->power == api::Power::host);
    CHECK(redeem(*store, link, "bob")->power == api::Power::moderator);
    // Dogehouse set_user: who was demoted stays demoted, also with the old link.
    inside(*store, [&] { store->setPower(kRoom, base::Identity("bob"), api::Power::none); });
    CHECK(redeem(*store, link, "bob")->power == api::Power::none);
    CHECK(usedOf(*store, link) == 2);
}

TEST_CASE("the better of two roles is kept and a lesser link uses no place", "[store]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    const auto speaker = invite(*store, api::Role::speaker, 5);
    const auto listener = invite(*store, api::Role::listener, 5);
    CHECK(redeem(*store, speaker, "ann"));
    CHECK(redeem(*store, listener, "ann")->role == api::Role::speaker);
    CHECK(usedOf(*store, listener) == 0);
    CHECK(redeem(*store, listener, "bob"));
    CHECK(redeem(*store, speaker, "bob")->role == api::Role::speaker);
}

TEST_CASE("members keep getting in by a closed link, newcomers not", "[store][T23]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    const auto link = invite(*store, api::Role::listener);
    CHECK(redeem(*store, link, "ann"));
    inside(*store, [&] { CHECK(house::revoke(*store, link.row, api::RevokeScope::link, kNow).empty()); });
    CHECK(redeem(*store, link, "ann"));
    CHECK(redeem(*store, link, "bob").error().code == "invitation_revoked");
}

TEST_CASE("revoking a subtree takes the memberships of everybody below, the host excepted", "[store]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    const auto root = invite(*store, api::Role::moderator, 2);
    redeem(*store, root, "host").value();
    redeem(*store, root, "mod").value();
    const auto child = house::makeInvitation(kRoom, {api::Role::listener, {}, {}}, base::Identity("mod"), root.row.id, kNow);
    inside(*store, [&] { store->addInvitation(child.row); });
    redeem(*store, child, "guest").value();
    std::vector<base::Identity> lost;
    std::uint64_t epoch = 0;
    inside(*store, [&] {
        epoch = store->member(kRoom, base::Identity("guest"))->epoch;
        lost = house::revoke(*store, root.row, api::RevokeScope::subtree, kNow);
        CHECK(store->member(kRoom, base::Identity("guest"))->epoch == epoch + 1);
        CHECK_FALSE(store->member(kRoom, base::Identity("guest"))->active);
        CHECK(store->hasHost(kRoom));
    });
    CHECK(lost == std::vector{base::Identity("mod"), base::Identity("guest")});
    CHECK(redeem(*store, child, "guest").error().code == "invitation_revoked");
}

TEST_CASE("a ban holds until its minute and not longer", "[store]") {
    const Database database(eachEngine());
    auto store = withRoom(database);
    const auto link = invite(*store, api::Role::listener);
    inside(*store, [&] { store->addBan({kRoom, base::Identity("ann"), kNow + 5min}, kNow); });
    CHECK(redeem(*store, link, "ann", kNow + 5min - 1ms).error().code == "banned");
    CHECK(redeem(*store, link, "ann", kNow + 5min));
    inside(*store, [&] { store->addBan({kRoom, base::Identity("bob"), {}}, kNow); });
    CHECK(redeem(*store, link, "bob", kNow + 24h * 3650).error().code == "banned");
}

TEST_CASE("a live session comes back from the store as it was, but for who is connected", "[store]") {
    const Database database(eachEngine());
    StageLab lab;
    {
        auto store = withRoom(database);
        const auto save = [&] { inside(*store, [&] { store->saveChange(kRoom, lab.last); }); };
        const auto arrive = [&](const std::string& who, Role role, Power power = Power::none) {
            REQUIRE(lab.put(house::Arrive{Identity(who), who, role, power, base::RoomSid("RM_x")}));
            save();
        };
        arrive("H", Role::moderator, Power::host);
        arrive("S", Role::speaker);
        for (const char* who : {"A", "B", "C", "D"}) arrive(who, Role::listener);
        for (const char* who : {"A", "B", "C"}) {
            REQUIRE(lab.raise(who, std::string("note of ") + who));
            save();
        }
        const auto order = [&](StageVerb verb, const std::string& target) {
            REQUIRE(lab.order("H", verb, target));
            save();
        };
        order(StageVerb::invite, "B");
        order(StageVerb::hold, "S");
        order(StageVerb::mute, "S");
        order(StageVerb::remove, "D");
        order(StageVerb::lockHands, "");
        order(StageVerb::pin, "C");
        order(StageVerb::lockDoor, "");
        auto slot = lab.command("H", StageVerb::slot, "S");
        slot.seconds = 90;
        REQUIRE(lab.put(slot));
        save();
        auto waiting = house::roomTemplate("panel").value();
        waiting.waitingRoom = true;
        waiting.cap = 5000;
        REQUIRE(lab.put(house::Settle{Identity("H"), false, waiting}));
        save();
        REQUIRE(lab.put(house::Arrive{Identity("W"), "W", Role::listener, Power::none, base::RoomSid("RM_x"), base::InvitationId("one"), true,
                                      lab.wall}));
        save();
    }
    auto store = database.open();
    house::Stage loaded;
    inside(*store, [&] { loaded = store->loadStage(kRoom); });
    CHECK(loaded.session.version == lab.stage.session.version);
    CHECK(loaded.session.handsLocked);
    CHECK(loaded.session.host == Identity("H"));
    CHECK(loaded.session.doorLocked);
    CHECK(loaded.session.doorSince == lab.stage.session.doorSince);
    CHECK(loaded.session.pinKey == 2);
    CHECK(loaded.settings == lab.stage.settings);
    CHECK(loaded.people.at(Identity("W")).seat == Seat::waiting);
    CHECK(loaded.session.sid == base::RoomSid("RM_x"));
    CHECK(loaded.marks == lab.stage.marks);
    REQUIRE(loaded.people.size() == lab.stage.people.size());
    for (auto expected : lab.stage.people) {
        auto& p = expected.second;
        p.goneSince = {};
        p.handAllowedAt = {};
        if (p.offer) p.offer->until = {};
        p.slotUntil = base::kNever;
        CHECK(loaded.people.at(p.identity) == p);
    }
}

TEST_CASE("everything acknowledged is there after kill -9", "[store][R11]") {
    const Database database(eachEngine());
    const auto acknowledged = killedWhileWorking(40, [&](const auto& acknowledge) {
        auto store = Store::open(database.where());
        if (!store) ::_exit(1);
        auto ok = (*store)->transact([&]() -> base::Result<void> {
            (*store)->addRoom({kRoom, "Room", kNow});
            return {};
        });
        for (int i = 0; ok && i < 100'000; ++i) {
            ok = (*store)->transact([&]() -> base::Result<void> {
                const auto made = house::makeInvitation(kRoom, {api::Role::listener, {}, {}}, {}, {}, kNow);
                (*store)->addInvitation(made.row);
                (*store)->setMeta("last", std::to_string(i));
                return {};
            });
            if (ok) acknowledge();
        }
        ::_exit(0);
    });
    auto store = database.open();
    inside(*store, [&] {
        const auto rows = store->invitations(kRoom).size();
        CHECK(rows >= acknowledged);
        CHECK(rows <= acknowledged + 1);                         // the one in flight
        CHECK(std::stoul(*store->meta("last")) + 1 == rows);     // nothing half applied
    });
}

TEST_CASE("a full disk is a clear error and loses nothing", "[store][R10]") {
    const Database database(Engine::sqlite);  // the quota is SQLite's
    auto store = withRoom(database);
    inside(*store, [&] { store->setMeta("limit", "set"); });
    store->limitPages(64);
    std::size_t kept = 0;
    base::Error error;
    for (int i = 0; i < 10'000; ++i) {
        auto done = store->transact([&]() -> base::Result<void> {
            store->setMeta("fill" + std::to_string(i), std::string(4000, 'x'));
            return {};
        });
        if (!done) {
            error = done.error();
            break;
        }
        ++kept;
    }
    CHECK(error.code == "disk_full");
    CHECK(error.kind == base::ErrorKind::unavailable);
    store->limitPages(1'000'000);
    inside(*store, [&] {
        for (std::size_t i = 0; i < kept; ++i) REQUIRE(store->meta("fill" + std::to_string(i)));
        CHECK_FALSE(store->meta("fill" + std::to_string(kept)));
    });
}

TEST_CASE("a store of a newer parlourd is refused with advice", "[store]") {
    const Database database(eachEngine());
    {
        auto store = database.open();
        inside(*store, [&] { store->setMeta("schema_version", "9999"); });
    }
    const auto again = Store::open(database.where());
    REQUIRE_FALSE(again);
    CHECK(again.error().code == "store_newer");
}

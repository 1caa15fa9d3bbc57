// SPDX-License-Identifier: Apache-2.0
// Backups of a house: written beside a running server, put back whole or not at all, from one database to the other.
#include "core/house/store/archive.h"

#include <sstream>

#include "core/crypto/ed25519.h"
#include "core/house/store/audit_store.h"
#include "core/house/store/chat_store.h"
#include "core/house/store/people_store.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::house;
using tests::Database;
using tests::Engine;

namespace {

const base::WallTime kNow = base::fromUnixMs(1'795'000'000'000);
const base::RoomId kRoom("room");
const base::Identity kAnn("ann"), kBob("bob");

struct House {
    Database database;
    crypto::SigningKey key = *crypto::SigningKey::fromSeed(base::Bytes(32, std::byte{5}));
    std::unique_ptr<Store> store;

    explicit House(Engine engine) : database(engine), store(database.open()) {
        store->setAuditKey(key);
        in([&] {
            store->setMeta("house_seed", base::toHex(key.seed().view()));
            store->setMeta("token_secret", "of before");
            store->addRoom({kRoom, "Garden: \"quotes\", \n lines, ünïcödé", kNow});
            for (const auto& who : {kAnn, kBob}) {
                store->putPerson({who, std::string(64, 'a'), who.str()}, kNow);
                MemberRow member;
                member.room = kRoom;
                member.identity = who;
                member.epoch = 7;
                member.joined = kNow;
                store->putMember(member);
            }
            store->addBan({kRoom, kBob, std::nullopt}, kNow);
            store->spendToken("jti", kNow);
            PeopleStore(*store).setPicture(kAnn, base::asBytes(std::string("\x00\xff picture", 10)), kNow);
            ChatStore(*store).add(kRoom, base::RoomSid("RM_1"), {1, "m1", kAnn, "Ann", kNow, "hello", false});
            store->addAudit({kNow, kRoom, kAnn, "ban", kBob, {}});
            store->addAudit({kNow, kRoom, kAnn, "mute", kBob, {}});
        });
        Change change;
        change.session.live = true;
        change.session.sid = base::RoomSid("RM_1");
        change.session.version = 12;
        change.people[kAnn] = Person{};
        change.people[kAnn]->identity = kAnn;
        change.people[kAnn]->seat = api::Seat::stage;
        in([&] { store->saveChange(kRoom, change); });
    }
    void in(const std::function<void()>& body) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            body();
            return {};
        }));
    }
    std::string backup() const {
        std::ostringstream out;
        const auto info = writeArchive(database.where(), {{"key.pem", "PEM"}}, kNow, out);
        INFO((info ? "" : base::describe(info.error())));
        REQUIRE(info);
        CHECK(info->rows > 10);
        return out.str();
    }
};

base::Result<ArchiveInfo> restore(const Database& to, const std::string& text) {
    std::istringstream in(text);
    return restoreArchive(to.where(), kNow, in);
}

std::string problem(const std::string& text) {
    std::istringstream in(text);
    const auto info = checkArchive(in);
    return info ? "" : info.error().code;
}

}  // namespace

TEST_CASE("a house comes back whole, on the same kind of database and on the other", "[archive]") {
    const Engine from = tests::eachEngine();
    House house(from);
    const auto text = house.backup();
    for (const Engine to : {Engine::sqlite, Engine::postgresql}) {
        Database target(to);
        const auto info = restore(target, text);
        INFO((info ? "" : base::describe(info.error())));
        REQUIRE(info);
        CHECK(info->house == crypto::identityOf(house.key.publicKey()));
        CHECK(info->files.at("key.pem") == "PEM");
        const auto store = target.open();
        store->setAuditKey(house.key);
        REQUIRE(store->transact([&]() -> base::Result<void> {
            CHECK(store->rooms().at(0).title == "Garden: \"quotes\", \n lines, ünïcödé");
            CHECK(store->person(kAnn)->name == "ann");
            CHECK(store->ban(kRoom, kBob, kNow));
            CHECK(PeopleStore(*store).picture(kAnn) == base::toBytes(base::asBytes(std::string("\x00\xff picture", 10))));
            CHECK(ChatStore(*store).linesOf(kAnn).at(0).row.words == "hello");
            AuditStore audit(*store);
            CHECK(audit.verify(house.key.publicKey()).good);
            CHECK(audit.before(0, base::WallTime{}, 1).at(0).action == "house_restored");
            return {};
        }));
    }
}

TEST_CASE("a backup taken mid-show brings back no show, and no token of before", "[archive]") {
    House house(tests::eachEngine());
    const auto text = house.backup();
    Database target(tests::chosenEngine());
    REQUIRE(restore(target, text));
    const auto store = target.open();
    REQUIRE(store->transact([&]() -> base::Result<void> {
        const auto stage = store->loadStage(kRoom);
        CHECK_FALSE(stage.session.live);
        CHECK(stage.people.empty());
        CHECK(stage.session.version >= 12);
        CHECK_FALSE(store->meta("token_secret"));
        CHECK(store->member(kRoom, kAnn)->epoch == 8);
        return {};
    }));
}

TEST_CASE("what is written after the backup began is not in it, and nobody waits for it", "[archive]") {
    House house(tests::eachEngine());
    bool inside = false;
    struct Writing : std::stringbuf {
        std::function<void()> once;
        int sync() override { return 0; }
        std::streamsize xsputn(const char* s, std::streamsize n) override {
            if (auto now = std::exchange(once, nullptr)) now();
            return std::stringbuf::xsputn(s, n);
        }
    } buffer;
    buffer.once = [&] {
        house.in([&] { house.store->putPerson({base::Identity("late"), std::string(64, 'b'), "Late"}, kNow); });
        inside = true;
    };
    std::ostream out(&buffer);
    REQUIRE(writeArchive(house.database.where(), {}, kNow, out));
    CHECK(inside);
    CHECK(buffer.str().find("\"Late\"") == std::string::npos);
    CHECK(problem(buffer.str()).empty());
}

TEST_CASE("a house is never restored over a house", "[archive]") {
    House house(tests::eachEngine());
    const auto refused = restore(house.database, house.backup());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "house_not_empty");
}

TEST_CASE("a damaged backup changes nothing, and the place takes a good one afterwards", "[archive]") {
    House house(tests::chosenEngine());
    const auto text = house.backup();
    CHECK(problem(text).empty());
    CHECK(problem("") == "not_a_backup");
    CHECK(problem("{\"a\":1}\n") == "not_a_backup");
    CHECK(problem(text.substr(0, text.size() / 2)) == "backup_damaged");
    CHECK(problem(text.substr(0, text.rfind("{\"end\"")))== "backup_damaged");
    CHECK(problem(text + "x") == "backup_damaged");
    auto changed = text;
    changed.replace(changed.find("hello"), 5, "HELLO");
    CHECK(problem(changed) == "backup_damaged");
    auto injected = text;
    injected.replace(injected.find("\"table\":\"rooms\""), 15, "\"table\":\"rooms;\"");
    CHECK(problem(injected) == "backup_damaged");
    auto newer = text;
    newer.replace(newer.find("\"schema\":"), 9, "\"schema\":9");
    CHECK(problem(newer) == "backup_newer");
    Database target(tests::eachEngine());
    CHECK(restore(target, changed).error().code == "backup_damaged");
    CHECK(restore(target, text));
}

TEST_CASE("a full disk while restoring leaves an empty place", "[archive][R10]") {
    House house(Engine::sqlite);
    std::ostringstream full;
    full.setstate(std::ios::badbit);
    CHECK(writeArchive(house.database.where(), {}, kNow, full).error().code == "backup_unwritten");
}

// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/audit_store.h"

#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using house::AuditStore;
using house::Store;

namespace {

const base::WallTime kNow = base::fromUnixMs(1'795'000'000'000);

struct AuditLab {
    Database database{eachEngine()};
    crypto::SigningKey key = *crypto::SigningKey::fromSeed(base::Bytes(32, std::byte{5}));
    std::unique_ptr<Store> store;

    /// 0 = the newest schema, and opened.
    explicit AuditLab(int version = 0) { version == 0 ? open() : database.makeVersion(version); }
    void open() {
        store = database.open();
        store->setAuditKey(key);
        inside([&] { AuditStore(*store).signFirst(); });
    }
    void inside(const std::function<void()>& body) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            body();
            return {};
        }));
    }
    void add(int count, base::WallTime from = kNow) {
        for (int i = 0; i < count; ++i)
            inside([&] { store->addAudit({from + i * 1s, base::RoomId("room"), base::Identity("ann"), "mute", base::Identity("bob"), "d"}); });
    }
    AuditStore::Verdict verify() {
        AuditStore::Verdict out;
        inside([&] { out = AuditStore(*store).verify(key.publicKey()); });
        return out;
    }
    /// Changes the database and says what is found then.
    std::string after(const std::string& sql) {
        store.reset();
        database.sql(sql);
        store = database.open();
        store->setAuditKey(key);
        return verify().problem;
    }
};

}  // namespace

TEST_CASE("the audit log numbers its rows, chains them and signs its end", "[audit]") {
    AuditLab lab;
    CHECK(lab.verify().good);
    lab.add(5);
    const auto verdict = lab.verify();
    CHECK(verdict.good);
    CHECK(verdict.rows == 5);
    CHECK(verdict.head.n == 5);
    lab.inside([&] {
        const auto rows = AuditStore(*lab.store).after(0, {}, 100);
        REQUIRE(rows.size() == 5);
        for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i].n == i + 1);
        CHECK(rows.back().hash == verdict.head.hash);
        CHECK(AuditStore(*lab.store).after(2, {}, 2).size() == 2);
        CHECK(AuditStore(*lab.store).after(0, kNow + 3s, 100).size() == 2);
        const auto newest = AuditStore(*lab.store).before(0, {}, 2);
        REQUIRE(newest.size() == 2);
        CHECK(newest[0].n == 5);
        CHECK(AuditStore(*lab.store).before(4, {}, 100).size() == 3);
    });
    CHECK_FALSE(AuditStore::Verdict(lab.verify()).rows == 0);
    const auto other = crypto::SigningKey::generate();
    lab.inside([&] { CHECK_FALSE(AuditStore(*lab.store).verify(other.publicKey()).good); });
}

TEST_CASE("a row that is rolled back leaves neither a number nor a signature", "[audit]") {
    AuditLab lab;
    lab.add(1);
    CHECK_FALSE(lab.store->transact([&]() -> base::Result<void> {
        lab.store->addAudit({kNow, base::RoomId("room"), {}, "x", {}, {}});
        return base::fail(base::ErrorKind::refused, "no", "No.");
    }));
    lab.add(1);
    CHECK(lab.verify().good);
    CHECK(lab.verify().head.n == 2);
}

TEST_CASE("whoever changes the audit log behind the house's back is found out", "[audit]") {
    struct Damage {
        const char* sql;
        const char* found;
    };
    const Damage damage[] = {
        {"UPDATE audit SET actor = 'eve' WHERE n = 3", "Row 3 was changed."},
        {"UPDATE audit SET at_ms = at_ms + 1 WHERE n = 6", "Row 6 was changed."},
        {"UPDATE audit SET room = '', object = 'roombob' WHERE n = 2", "Row 2 was changed."},
        {"UPDATE audit SET hash = (SELECT hash FROM audit WHERE n = 1) WHERE n = 4", "Row 4 was changed."},
        {"DELETE FROM audit WHERE n = 4", "Row 4 is missing, or does not belong there."},
        {"DELETE FROM audit WHERE n = 1", "Row 1 is missing, or does not belong there."},
        {"DELETE FROM audit WHERE n > 4", "The end of the log was cut off before row 5."},
        {"DELETE FROM audit", "The end of the log was cut off before row 1."},
        {"INSERT INTO audit SELECT 7, at_ms, room, actor, action, object, detail, hash FROM audit WHERE n = 6",
         "Row 7 was changed."},
        {"DELETE FROM audit WHERE n > 4; UPDATE audit_head SET n = 4, hash = (SELECT hash FROM audit WHERE n = 4)",
         "The end of the log is not signed by this house."},
        {"DELETE FROM audit WHERE n < 3; UPDATE audit_head SET base_n = 2, base_hash = 'x'", "Row 3 was changed."},
        {"UPDATE audit_head SET base_n = 2, base_hash = (SELECT hash FROM audit WHERE n = 2); DELETE FROM audit WHERE n < 3",
         "The end of the log is not signed by this house."},
        {"UPDATE audit_head SET signature = ''", "The end of the log is not signed by this house."},
    };
    for (const auto& one : damage) {
        AuditLab lab;
        lab.add(6);
        INFO(one.sql);
        CHECK(lab.after(one.sql) == one.found);
    }
}

TEST_CASE("old rows are forgotten from the front and the chain stays whole", "[audit]") {
    AuditLab lab;
    lab.add(10);
    lab.inside([&] { CHECK(AuditStore(*lab.store).forget(kNow) == 0); });
    lab.inside([&] { CHECK(AuditStore(*lab.store).forget(kNow + 4s) == 4); });
    CHECK(lab.verify().good);
    CHECK(lab.verify().rows == 6);
    lab.add(1, kNow + 20s);
    CHECK(lab.verify().head.n == 11);
    CHECK(lab.verify().good);
    lab.inside([&] { CHECK(AuditStore(*lab.store).forget(kNow + 1h) == 7); });
    CHECK(lab.verify().good);
    CHECK(lab.verify().rows == 0);
    lab.add(2, kNow + 2h);
    CHECK(lab.verify().head.n == 13);
    CHECK(lab.verify().good);
}

TEST_CASE("audit rows of an earlier version are chained when it is taken over", "[audit]") {
    AuditLab lab(1);
    lab.database.sql("INSERT INTO audit VALUES(2000, 'r', 'ann', 'ban', 'bob', '5'); INSERT INTO audit VALUES(1000, 'r', '', 'room_made', '', 'T');");
    lab.open();
    const auto verdict = lab.verify();
    CHECK(verdict.good);
    CHECK(verdict.rows == 2);
    lab.inside([&] {
        const auto rows = AuditStore(*lab.store).after(0, {}, 10);
        CHECK(rows[0].action == "room_made");
        CHECK(rows[0].object == "r");
        CHECK(rows[1].object == "bob");
    });
    lab.add(1);
    CHECK(lab.verify().good);
}

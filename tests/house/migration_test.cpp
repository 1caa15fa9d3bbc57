// SPDX-License-Identifier: Apache-2.0
// A house of an earlier version opens in this one and has everything it had. One fixture per schema that was released.
#include <regex>

#include "core/house/store/audit_store.h"
#include "core/house/store/migrations.h"
#include "core/house/store/store.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::tests;
using house::Store;

namespace {

// Rows in every table of schema 1 (the first rooms): a live room with a host, a queue, an offer and a mark, and an ended one.
const char* const kSchema1 = R"sql(
INSERT INTO meta(name, value) VALUES('house_seed', '0101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO rooms VALUES('talk', 'Talk', 1000, NULL);
INSERT INTO rooms VALUES('old', 'Old talk', 500, 900);
INSERT INTO persons VALUES('ann', 'aa', 'Ann', 1000);
INSERT INTO persons VALUES('bob', 'bb', 'Bob', 1100);
INSERT INTO persons VALUES('cleo', 'cc', 'Cleo', 1200);
INSERT INTO invitations VALUES('hosts', 'talk', 'moderator', 'h1', 1, 1, NULL, NULL, NULL, '', '', 1000);
INSERT INTO invitations VALUES('many', 'talk', 'listener', 'h2', NULL, 2, 10, 9000000000000, NULL, 'ann', 'hosts', 1001);
INSERT INTO invitations VALUES('gone', 'talk', 'speaker', 'h3', 5, 0, NULL, NULL, 1500, 'ann', 'hosts', 1002);
INSERT INTO members VALUES('talk', 'ann', 'moderator', 'host', 1, 'hosts', 1000, 1);
INSERT INTO members VALUES('talk', 'bob', 'listener', 'none', 3, 'many', 1100, 1);
INSERT INTO members VALUES('talk', 'cleo', 'listener', 'none', 2, 'many', 1200, 0);
INSERT INTO redeems VALUES('hosts', 'ann', 1000);
INSERT INTO redeems VALUES('many', 'bob', 1100);
INSERT INTO redeems VALUES('many', 'cleo', 1200);
INSERT INTO bans VALUES('talk', 'cleo', NULL, 1300);
INSERT INTO bans VALUES('talk', 'dave', 8000000000000, 1301);
INSERT INTO spent_tokens VALUES('j1', 7000000000000);
INSERT INTO sessions VALUES('talk', 1, 'RM_1', 42, 1000, 1, 1, 1, 'ann', '', 0, 7, 8, -3);
INSERT INTO seats VALUES('talk', 'ann', 'Ann', 'moderator', 'host', 'stage', 0, '', '', '', 0, 0, 0, '', 0, 1, 1);
INSERT INTO seats VALUES('talk', 'bob', 'Bob', 'listener', 'none', 'audience', 1, 'ann', 'k5', 'About bees', 1400, 1, 0, '', 0, 2, 0);
INSERT INTO marks VALUES('talk', 'cleo', 'removed');
INSERT INTO audit VALUES(1300, 'talk', 'ann', 'ban', 'cleo', '0');
INSERT INTO audit VALUES(1000, 'talk', '', 'room_made', '', 'Talk');
)sql";

std::vector<std::string> tablesOf(std::string_view schema) {
    std::vector<std::string> out;
    const std::string text(schema);
    const std::regex create(R"(CREATE TABLE (\w+))");
    for (std::sregex_iterator it(text.begin(), text.end(), create), end; it != end; ++it) out.push_back((*it)[1]);
    return out;
}

void inside(Store& store, const std::function<void()>& body) {
    REQUIRE(store.transact([&]() -> base::Result<void> {
        body();
        return {};
    }));
}

/// Tables, columns and indexes, as the database tells them.
std::vector<std::string> shapeOf(const Database& database) {
    if (database.engine() == Engine::sqlite)
        return database.sql("SELECT m.type, m.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_master m LEFT JOIN pragma_table_info(m.name) c "
                            "WHERE m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2, 3");
    return database.sql("SELECT 'column', table_name, column_name, data_type, is_nullable, collation_name FROM information_schema.columns "
                        "WHERE table_schema = current_schema() UNION SELECT 'index', tablename, indexname, '', '', '' FROM pg_indexes "
                        "WHERE schemaname = current_schema() AND indexname NOT LIKE '%pkey' ORDER BY 1, 2, 3");
}

}  // namespace

TEST_CASE("the fixture of schema 1 has a row in every table of it", "[store][migration]") {
    const Database database(eachEngine());
    database.makeVersion(1);
    database.sql(kSchema1);
    const auto tables = tablesOf(house::kRoomsSchema);
    REQUIRE(tables.size() == 12);
    for (const auto& table : tables) {
        INFO(table);
        CHECK(database.sql("SELECT COUNT(*) FROM " + table) != std::vector<std::string>{"0"});
    }
}

TEST_CASE("a house of schema 1 has everything it had, on both databases", "[store][migration]") {
    const Database database(eachEngine());
    database.makeVersion(1);
    database.sql(kSchema1);
    auto store = database.open();
    const base::RoomId talk("talk");
    inside(*store, [&] {
        CHECK(store->meta("house_seed")->size() == 64);
        CHECK(store->meta("schema_version") == std::to_string(house::migrations().back().version));
        REQUIRE(store->rooms().size() == 1);
        CHECK(store->rooms()[0].title == "Talk");
        CHECK(store->person(base::Identity("bob"))->name == "Bob");
        const auto links = store->invitations(talk);
        REQUIRE(links.size() == 3);
        CHECK(links[0].kind == api::InvitationKind::moderator);
        CHECK(links[0].maxUses == 1);
        CHECK_FALSE(links[1].maxUses);
        CHECK(links[1].used == 2);
        CHECK(links[1].expires == base::fromUnixMs(9'000'000'000'000));
        CHECK(links[1].parent == base::InvitationId("hosts"));
        CHECK(links[2].revoked == base::fromUnixMs(1500));
        CHECK(store->member(talk, base::Identity("ann"))->power == api::Power::host);
        CHECK(store->member(talk, base::Identity("bob"))->epoch == 3);
        CHECK_FALSE(store->member(talk, base::Identity("cleo"))->active);
        CHECK(store->hasRedeemed(base::InvitationId("many"), base::Identity("cleo")));
        CHECK_FALSE(store->ban(talk, base::Identity("cleo"), base::fromUnixMs(2000))->until);
        CHECK(store->ban(talk, base::Identity("dave"), base::fromUnixMs(2000))->until == base::fromUnixMs(8'000'000'000'000));
        CHECK_FALSE(store->spendToken("j1", base::fromUnixMs(7'000'000'000'000)));
        const auto stage = store->loadStage(talk);
        CHECK(stage.session.version == 42);
        CHECK(stage.session.host == base::Identity("ann"));
        CHECK(stage.session.handsLocked);
        REQUIRE(stage.people.size() == 2);
        CHECK(stage.people.at(base::Identity("bob")).hand->note == "About bees");
        CHECK(stage.people.at(base::Identity("bob")).held);
        CHECK(stage.marks.at(base::Identity("cleo")) == house::Mark::removed);
        const auto log = house::AuditStore(*store).after(0, {}, 10);
        REQUIRE(log.size() == 2);
        CHECK(log[0].action == "room_made");
        CHECK(log[1].object == "cleo");
    });
}

TEST_CASE("an old house gets the same tables as a new one", "[store][migration]") {
    const Engine engine = eachEngine();
    const Database old(engine), fresh(engine);
    old.makeVersion(1);
    (void)old.open();
    (void)fresh.open();
    CHECK(shapeOf(old) == shapeOf(fresh));
    CHECK(shapeOf(fresh).size() > 50);
}

TEST_CASE("a step of the schema that breaks off leaves the old house whole", "[store][migration]") {
    const Database database(eachEngine());
    database.makeVersion(1);
    database.sql(kSchema1);
    database.sql("CREATE TABLE audit_head (already INTEGER)");  // in the way of a later step
    CHECK_FALSE(Store::open(database.where()));
    CHECK(database.sql("SELECT COUNT(*) FROM audit") == std::vector<std::string>{"2"});
    CHECK(database.sql("SELECT COUNT(*) FROM members") == std::vector<std::string>{"3"});
    database.sql("DROP TABLE audit_head");
    auto store = database.open();
    inside(*store, [&] { CHECK(house::AuditStore(*store).after(0, {}, 10).size() == 2); });
}

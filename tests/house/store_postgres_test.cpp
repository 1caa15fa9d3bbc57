// SPDX-License-Identifier: Apache-2.0
// What only a database server can do to a house: go away, and be shared.
#include <sys/wait.h>
#include <unistd.h>

#include "core/house/store/store.h"
#include "core/house/store/store_place.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"
#include "tests/support/manual_clock.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using house::Store;

namespace {

base::Result<void> put(Store& store, const std::string& key, const std::string& value) {
    return store.transact([&]() -> base::Result<void> {
        store.setMeta(key, value);
        return {};
    });
}
std::string got(Store& store, const std::string& key) {
    std::string value;
    REQUIRE(store.transact([&]() -> base::Result<void> {
        value = store.meta(key).value_or("");
        return {};
    }));
    return value;
}

}  // namespace

TEST_CASE("PostgreSQL away and back: clear sentences meanwhile, and everything acknowledged afterwards", "[store][postgresql]") {
    const Database database(Engine::postgresql);
    ManualClock clock;
    auto store = database.open(clock);
    REQUIRE(put(*store, "before", "1"));
    stopPostgres();
    for (int i = 0; i < 3; ++i) {
        const auto done = put(*store, "meanwhile", "1");
        REQUIRE_FALSE(done);
        CHECK(done.error().kind == base::ErrorKind::unavailable);
        CHECK(done.error().code == "store_away");
        CHECK(done.error().message == "The house's database does not answer; nothing was changed.");
    }
    startPostgres();
    // At most one try a second, so that a house does not spend its time on connecting.
    clock.advance(999ms);
    CHECK_FALSE(put(*store, "after", "1"));
    clock.advance(1ms);
    CHECK(put(*store, "after", "1"));
    CHECK(got(*store, "before") == "1");
    CHECK(got(*store, "after") == "1");
    CHECK(got(*store, "meanwhile").empty());
}

TEST_CASE("PostgreSQL that was started anew between two requests is not noticed", "[store][postgresql]") {
    const Database database(Engine::postgresql);
    auto store = database.open();
    REQUIRE(put(*store, "before", "1"));
    stopPostgres();
    startPostgres();
    CHECK(put(*store, "after", "1"));
    CHECK(got(*store, "before") == "1");
}

TEST_CASE("PostgreSQL that goes away inside a transaction leaves nothing of it", "[store][postgresql]") {
    const Database database(Engine::postgresql);
    ManualClock clock;
    auto store = database.open(clock);
    const auto done = store->transact([&]() -> base::Result<void> {
        store->setMeta("half", "1");
        stopPostgres();
        startPostgres();
        store->setMeta("other half", "1");
        return {};
    });
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "store_away");
    clock.advance(1s);
    CHECK(put(*store, "after", "1"));
    CHECK(got(*store, "half").empty());
    CHECK(got(*store, "other half").empty());
}

TEST_CASE("a commit that PostgreSQL never answered is not called undone", "[store][postgresql]") {
    const Database database(Engine::postgresql);
    auto store = database.open();
    const auto done = store->transact([&]() -> base::Result<void> {
        store->setMeta("unsure", "1");
        stopPostgres();
        return {};
    });
    startPostgres();
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "store_unsure");
    CHECK(done.error().advice == "Look whether it is there before you repeat it.");
}

TEST_CASE("no error of a database tells a value or the password", "[store][postgresql][T48]") {
    const Database database(Engine::postgresql);
    auto store = database.open();
    const auto twice = [&]() -> base::Result<void> {
        store->addRoom({base::RoomId("secret-room"), "Secret title", base::fromUnixMs(1)});
        return {};
    };
    REQUIRE(store->transact(twice));
    const auto done = store->transact(twice);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == "store_failed");
    CHECK(base::describe(done.error()).find("ecret") == std::string::npos);
    CHECK(done.error().detail.empty());

    for (const std::string where : {"postgresql://ann:hunter2@[half/db", "postgresql://ann:hunter2@127.0.0.1:1/db",
                                    "postgresql://ann:hunter2@/db?host=/nowhere", "mysql://ann:hunter2@db/db"}) {
        const auto refused = Store::open(where);
        REQUIRE_FALSE(refused);
        INFO(base::describe(refused.error()));
        CHECK(base::describe(refused.error()).find("hunter2") == std::string::npos);
        CHECK_FALSE(refused.error().advice.empty());
        CHECK(house::placeForPeople(where).find("hunter2") == std::string::npos);
    }
    CHECK(house::placeForPeople("postgresql://ann:hunter2@db.example:5433/parlour") == "PostgreSQL, database parlour at db.example");
}

TEST_CASE("an address may hold every character in its password", "[store][postgresql]") {
    const Database database(Engine::postgresql);
    auto store = Store::open(database.where() + "&password=a%20b%27c%22%5Cd%3D%26e%25");
    CHECK(store);
}

TEST_CASE("transactions of two processes on one PostgreSQL follow each other", "[store][postgresql]") {
    const Database database(Engine::postgresql);
    {
        auto store = database.open();
        REQUIRE(put(*store, "count", "0"));
    }
    constexpr int kEach = 200;
    const auto count = [&] {
        auto store = Store::open(database.where());
        if (!store) return false;
        for (int i = 0; i < kEach; ++i) {
            const auto done = (*store)->transact([&]() -> base::Result<void> {
                (*store)->setMeta("count", std::to_string(std::stoi(*(*store)->meta("count")) + 1));
                return {};
            });
            if (!done) return false;
        }
        return true;
    };
    const pid_t child = ::fork();
    if (child == 0) ::_exit(count() ? 0 : 1);
    CHECK(count());
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    auto store = database.open();
    CHECK(got(*store, "count") == std::to_string(2 * kEach));
}

TEST_CASE("two servers may make the tables of a new database at the same time", "[store][postgresql]") {
    const Database database(Engine::postgresql);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(Store::open(database.where()) ? 0 : 1);
    CHECK(Store::open(database.where()));
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("text is ordered by its bytes on both databases", "[store]") {
    const Database database(eachEngine());
    auto store = database.open();
    for (const std::string id : {"b", "B", "a", "_", "ä", "-", "A"})
        REQUIRE(store->transact([&]() -> base::Result<void> {
            store->addRoom({base::RoomId(id), "", base::fromUnixMs(1)});
            return {};
        }));
    std::string order;
    REQUIRE(store->transact([&]() -> base::Result<void> {
        for (const auto& room : store->rooms()) order += room.id.str();
        return {};
    }));
    CHECK(order == "-AB_abä");
}

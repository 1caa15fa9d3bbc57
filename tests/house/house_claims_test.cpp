// SPDX-License-Identifier: Apache-2.0
// Who of several servers runs a house, on a real PostgreSQL: one at a time, by the database's clock, and whoever lost the claim
// writes nothing more.
#include "core/house/store/house_claims.h"

#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/house/store/store.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"
#include "tests/support/manual_clock.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;
using house::HouseClaims;
using house::Store;

namespace {

const base::SystemClock kClock;

std::unique_ptr<HouseClaims> replica(const Database& database, const std::string& name, base::Duration lease = 60s) {
    auto made = HouseClaims::open(database.where(), {name, "10.0.0.1:7890", lease}, kClock);
    INFO((made ? "" : base::describe(made.error())));
    REQUIRE(made);
    return std::move(*made);
}
/// As if the lease had run out by the database's clock.
void runOut(const Database& database) { database.sql("UPDATE house_claim SET until_ms = 1"); }

/// A closed connection lets go of its locks a little later.
void untilGone(const Database& database, const std::string& name) {
    for (int i = 0; i < 500; ++i) {
        if (database.sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'parlourd, " + name + "'").empty()) return;
        database.sql("SELECT pg_sleep(0.01)");
    }
    FAIL("a connection stayed");
}

base::Result<void> put(Store& store, const std::string& key) {
    return store.transact([&]() -> base::Result<void> {
        store.setMeta(key, "1");
        return {};
    });
}
bool has(const Database& database, const std::string& key) { return !database.sql("SELECT value FROM meta WHERE name = '" + key + "'").empty(); }

std::unique_ptr<Store> storeOf(const Database& database, const HouseClaims& claims, const std::string& name) {
    auto store = house::openFenced(database.where(), name, claims.fence(), kClock);
    INFO((store ? "" : base::describe(store.error())));
    REQUIRE(store);
    return std::move(*store);
}

}  // namespace

TEST_CASE("one of two takes the claim, the other sees whose it is and takes it when it has run out", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    auto a = replica(database, "A"), b = replica(database, "B");
    const auto first = a->look();
    REQUIRE(first);
    CHECK(first->left <= 0s);
    CHECK(first->holder.empty());
    const auto taken = a->take();
    REQUIRE(taken);
    CHECK(a->mine(*taken));
    CHECK(taken->fence == 1);
    const auto refused = b->take();
    REQUIRE(refused);
    CHECK_FALSE(b->mine(*refused));
    CHECK(refused->holderName == "A");
    CHECK(refused->address == "10.0.0.1:7890");
    CHECK(refused->left > 50s);
    CHECK(refused->passKey == taken->passKey);
    CHECK(std::chrono::abs(refused->ahead) < 2s);   // one machine, one clock
    CHECK(a->renew().value());
    runOut(database);
    // Late, but nobody was quicker.
    CHECK(a->renew().value());
    runOut(database);
    const auto over = b->take();
    REQUIRE(over);
    CHECK(b->mine(*over));
    CHECK(over->fence == 2);
    CHECK(over->passKey != taken->passKey);
    CHECK_FALSE(a->renew().value());
    CHECK_FALSE(a->mine(a->look().value()));
    // What is no longer its own it cannot give back.
    REQUIRE(a->giveBack());
    CHECK(b->renew().value());
}

TEST_CASE("a lease runs out by itself, by the database's clock", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    auto a = replica(database, "A", 1ms), b = replica(database, "B");
    REQUIRE(a->mine(a->take().value()));
    database.sql("SELECT pg_sleep(0.01)");
    CHECK(b->mine(b->take().value()));
}

TEST_CASE("the number of the claim never falls, and what was given back can be taken at once", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    auto a = replica(database, "A"), b = replica(database, "B");
    std::int64_t last = 0;
    for (int i = 0; i < 3; ++i) {
        auto& one = i % 2 == 0 ? a : b;
        const auto seen = one->take();
        REQUIRE(seen);
        REQUIRE(one->mine(*seen));
        CHECK(seen->fence == last + 1);
        last = seen->fence;
        REQUIRE(one->giveBack());
        CHECK_FALSE(one->renew().value());
    }
}

TEST_CASE("who lost the claim writes and reads nothing more, and says so", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    auto a = replica(database, "A"), b = replica(database, "B");
    REQUIRE(a->mine(a->take().value()));
    auto old = storeOf(database, *a, "A");
    REQUIRE(put(*old, "before"));
    runOut(database);
    CHECK(put(*old, "late"));   // nobody has taken over yet
    REQUIRE(b->mine(b->take().value()));
    auto next = storeOf(database, *b, "B");
    const auto refused = put(*old, "after");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "house_moved");
    CHECK(refused.error().kind == base::ErrorKind::unavailable);
    CHECK_FALSE(has(database, "after"));
    CHECK(put(*next, "next"));
    CHECK(has(database, "late"));
    // Nor with a new connection, nor by bringing the tables up to date.
    const auto again = house::openFenced(database.where(), "A", a->fence(), kClock);
    REQUIRE_FALSE(again);
    CHECK(again.error().code == "house_moved");
}

TEST_CASE("a takeover waits for the end of a transaction that began before it, and sees what that wrote", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    auto a = replica(database, "A");
    REQUIRE(a->mine(a->take().value()));
    auto old = storeOf(database, *a, "A");
    std::optional<bool> taken;
    REQUIRE(old->transact([&]() -> base::Result<void> {
        old->setMeta("long", "1");
        runOut(database);
        // In another process, as one connection cannot wait for another of this thread.
        if (::fork() == 0) {
            auto b = HouseClaims::open(database.where(), {"B", "", 60s}, kClock);
            ::_exit(b && (*b)->mine((*b)->take().value()) && has(database, "long") ? 0 : 1);
        }
        bool waits = false;   // for our lock
        for (int i = 0; i < 2000 && !waits; ++i) {
            database.sql("SELECT pg_sleep(0.01)");
            waits = !database.sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").empty();
            (void)old->meta("long");   // whoever stops inside a transaction loses it
        }
        CHECK(waits);
        CHECK(database.sql("SELECT fence FROM house_claim").front() == "1");
        return {};
    }));
    int status = 1;
    ::wait(&status);
    CHECK(status == 0);
    CHECK(database.sql("SELECT fence FROM house_claim").front() == "2");
    CHECK_FALSE(put(*old, "after"));
}

TEST_CASE("a parlourd alone refuses to start beside those who share a house, and writes nothing", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    auto a = replica(database, "process 1 on north");
    const auto alone = house::openAlone(database.where(), "process 2 on south", kClock);
    REQUIRE_FALSE(alone);
    CHECK(alone.error().code == "store_in_use");
    CHECK(alone.error().message == "Another parlourd (process 1 on north) runs the house in this database.");
    CHECK(alone.error().advice.find("--replica-address") != std::string::npos);
    // Not even in the moment in which all of them have lost their connections.
    REQUIRE(a->mine(a->take().value()));
    a.reset();
    untilGone(database, "process 1 on north");
    const auto still = house::openAlone(database.where(), "process 2 on south", kClock);
    REQUIRE_FALSE(still);
    CHECK(still.error().message == "Another parlourd (process 1 on north) runs the house in this database.");
    // Whom it refused it does not keep out.
    auto b = replica(database, "process 3 on east");
    runOut(database);
    b.reset();
    untilGone(database, "process 3 on east");
    CHECK(house::openAlone(database.where(), "process 2 on south", kClock));
}

TEST_CASE("who shares a house does not start beside one alone, and one alone ends every earlier turn", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    auto a = replica(database, "A");
    REQUIRE(a->mine(a->take().value()));
    const auto turn = a->fence();
    a.reset();
    untilGone(database, "A");
    runOut(database);
    auto alone = house::openAlone(database.where(), "process 2 on south", kClock);
    REQUIRE(alone);
    const auto beside = HouseClaims::open(database.where(), {"B", "", 60s}, kClock);
    REQUIRE_FALSE(beside);
    CHECK(beside.error().code == "store_in_use");
    CHECK(beside.error().message == "Another parlourd (process 2 on south) runs the house in this database.");
    CHECK(put(**alone, "alone"));
    alone->reset();
    untilGone(database, "process 2 on south");
    const auto late = house::openFenced(database.where(), "A", turn, kClock);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == "house_moved");
}

TEST_CASE("one alone that lost its connection while others ran the house writes nothing more", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    ManualClock clock;
    auto alone = house::openAlone(database.where(), "process 2 on south", clock);
    REQUIRE(alone);
    REQUIRE(put(**alone, "before"));
    database.sql("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'parlourd, process 2 on south'");
    untilGone(database, "process 2 on south");
    {
        auto b = replica(database, "B");
        REQUIRE(b->mine(b->take().value()));
        clock.advance(2s);
        CHECK_FALSE(put(**alone, "beside"));
        runOut(database);
    }
    untilGone(database, "B");
    clock.advance(2s);
    const auto refused = put(**alone, "after");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "house_moved");
    CHECK_FALSE(has(database, "beside"));
    CHECK_FALSE(has(database, "after"));
}

TEST_CASE("the others are told when the claim changes hands, without asking", "[claims][postgresql]") {
    const Database database(Engine::postgresql);
    auto a = replica(database, "A"), b = replica(database, "B");
    CHECK_FALSE(b->told());
    REQUIRE(a->mine(a->take().value()));
    const auto soon = [&] {
        for (int i = 0; i < 500; ++i) {
            if (b->told()) return true;
            database.sql("SELECT pg_sleep(0.01)");
        }
        return false;
    };
    CHECK(soon());
    CHECK_FALSE(b->told());
    REQUIRE(a->renew().value());
    REQUIRE(a->giveBack());
    CHECK(soon());
}

TEST_CASE("a store that was abandoned writes nothing more", "[claims]") {
    const Database database(eachEngine());
    auto store = database.open();
    REQUIRE(put(*store, "before"));
    house::abandonStore(*store);
    const auto refused = put(*store, "after");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "house_moved");
    CHECK_FALSE(has(database, "after"));
}

TEST_CASE("a house in a file is not shared", "[claims]") {
    const Database database(Engine::sqlite);
    const auto made = HouseClaims::open(database.where(), {"A", "", 60s}, kClock);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == "replicas_need_server");
}

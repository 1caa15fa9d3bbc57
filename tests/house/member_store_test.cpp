// SPDX-License-Identifier: Apache-2.0
// The lists of members: pages of everybody, of one branch and of what a search finds.
#include "core/house/store/member_store.h"

#include <set>

#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::house;

namespace {

struct World {
    tests::Database database{tests::eachEngine()};
    std::unique_ptr<Store> store = database.open();

    /// Members whose handles do not begin as their names do.
    void bring(int from, int to, const std::string& handle, const std::string& name, api::MemberState state = api::MemberState::active) {
        REQUIRE(store->transact([&]() -> base::Result<void> {
            MemberStore members(*store);
            for (int n = from; n < to; ++n) {
                HouseMember one;
                one.identity = base::Identity(handle + std::to_string(n));
                one.handle = handle + "_" + std::to_string(n);
                one.state = state;
                one.invitedBy = base::Identity(n % 2 == 0 ? "even" : "odd");
                store->putPerson({one.identity, "00", name + " " + std::to_string(n)}, {});
                members.put(one);
            }
            return {};
        }));
    }
    /// As bring(), in one statement: thousands would take PostgreSQL half a minute.
    void bringAtOnce(int count, const std::string& handle, const std::string& name) {
        const std::string numbers = "WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n + 1 < " + std::to_string(count) + ") ";
        const std::string id = "'" + handle + "' || n";
        sql("INSERT INTO persons(identity, public_key, name, created_ms) " + numbers + "SELECT " + id + ", '00', '" + name + " ' || n, 0 FROM c");
        sql("INSERT INTO name_parts(part, identity) " + numbers + "SELECT '" + name + "', " + id + " FROM c");
        sql("INSERT INTO house_members(identity, standing, handle, invited_by, invitation, joined_ms, state, granted, version) " + numbers +
              "SELECT " + id + ", 'member', '" + handle + "_' || n, CASE n % 2 WHEN 0 THEN 'even' ELSE 'odd' END, '', 0, 'active', 0, 1 FROM c");
        sql("ANALYZE");
    }
    void sql(const std::string& statement) { database.sql(statement); }

    /// All pages of `query`; every handle is seen once and in order.
    std::vector<std::string> pages(MemberQuery query) {
        std::vector<std::string> out;
        REQUIRE(store->transact([&]() -> base::Result<void> {
            MemberStore members(*store);
            for (bool more = true; more;) {
                const auto page = members.list(query);
                for (const auto& row : page) out.push_back(row.member.handle);
                more = !page.empty();
                if (more) query.after = out.back();
            }
            return {};
        }));
        CHECK(std::is_sorted(out.begin(), out.end()));
        CHECK(std::set(out.begin(), out.end()).size() == out.size());
        return out;
    }
    int count(const MemberQuery& query) {
        int out = 0;
        REQUIRE(store->transact([&]() -> base::Result<void> { out = MemberStore(*store).count(query); return {}; }));
        return out;
    }
};

MemberQuery looking(const std::string& text, int limit = 7) {
    MemberQuery query;
    query.text = text;
    query.limit = limit;
    return query;
}

}  // namespace

TEST_CASE("a search finds people by handle and by name, each once, over all its pages", "[members]") {
    World world;
    world.bring(0, 20, "ada", "Zoe");
    world.bring(0, 20, "zed", "Ada");
    world.bring(0, 20, "cem", "Cem");
    world.bring(20, 25, "ada", "Gone", api::MemberState::left);
    CHECK(world.pages(looking("ada")).size() == 40);
    CHECK(world.pages(looking("cem")).size() == 20);   // by both at once
    CHECK(world.count(looking("ada")) == 40);
    CHECK(world.pages(looking("nobody")).empty());
    CHECK(world.pages(looking("")).size() == 60);
    CHECK(world.count(looking("")) == 60);
    auto branch = looking("ada");
    branch.invitedBy = base::Identity("odd");
    CHECK(world.pages(branch).size() == 20);
    CHECK(world.count(branch) == 20);
    auto left = looking("");
    left.state = api::MemberState::left;
    CHECK(world.pages(left).size() == 5);
}

TEST_CASE("a search that nearly everybody answers to gives the same pages and is counted up to a thousand", "[members]") {
    World world;
    world.bringAtOnce(999, "a", "many");
    CHECK(world.count(looking("many")) == 999);
    world.bringAtOnce(9'002, "b", "many");   // past what is gathered
    CHECK(world.count(looking("many")) == kMaxFoundMembers);
    CHECK(world.pages(looking("many", 200)).size() == 10'001);
    auto branch = looking("many", 200);
    branch.invitedBy = base::Identity("odd");
    CHECK(world.pages(branch).size() == 5000);
}

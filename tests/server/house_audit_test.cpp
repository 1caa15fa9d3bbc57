// SPDX-License-Identifier: Apache-2.0
// The audit log as admins read it.
#include "core/api/audit_types.h"

#include <sstream>

#include "core/crypto/hash_chain.h"
#include "tests/server/house_requests.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

struct AuditWorld : HouseWorld {
    Member ann = enter("ann", links.moderator);
    Member bob = enter("bob", links.listener);

    std::vector<std::string> actions(const std::string& query) {
        std::vector<std::string> out;
        const auto page = getAs<api::AuditPage>(*this, "audit" + query).value();
        for (const auto& entry : page.entries) out.push_back(entry.action);
        return out;
    }
};

}  // namespace

TEST_CASE("admins page through the log in both directions, with names, and see when there is more", "[house-audit]") {
    AuditWorld world;
    REQUIRE(world.order("ann", api::StageVerb::remove, "bob"));
    const auto all = getAs<api::AuditPage>(world, "audit");
    REQUIRE(all);
    REQUIRE(all->entries.size() >= 2);
    CHECK_FALSE(all->more);
    CHECK(all->entries.front().n == 1);
    CHECK(all->entries.front().action == "room_made");
    const auto& last = all->entries.back();
    CHECK(last.action == "remove");
    CHECK(last.actor == HouseWorld::id("ann"));
    CHECK(last.actorName == "ann");
    CHECK(last.objectName == "bob");
    CHECK(all->head.n == last.n);

    const auto newest = getAs<api::AuditPage>(world, "audit?before=0&limit=1").value();
    CHECK(newest.entries.at(0).n == last.n);
    CHECK(newest.more);
    CHECK(world.actions("?before=" + std::to_string(last.n)).size() == all->entries.size() - 1);
    CHECK(world.actions("?after=1").size() == all->entries.size() - 1);
    CHECK(world.actions("?since=" + std::to_string(last.atMs + 1)).empty());
}

TEST_CASE("nobody but admins reads or exports the log", "[house-audit]") {
    AuditWorld world;
    for (const char* path : {"audit", "audit/export"})
        for (const auto& session : {world.ann.session, world.bob.session, std::string("invented")}) {
            const auto refused = requestText(world, "GET", path, {}, session);
            REQUIRE_FALSE(refused);
            CHECK(refused.error().code == (session == "invented" ? "session_invalid" : "members_only"));
        }
}

TEST_CASE("an admin of the house reads the log with an own session", "[house-audit]") {
    AuditWorld world;
    const auto key = base::toBase64Url(HouseWorld::keyOf("olga").publicKey());
    REQUIRE(requestText(world, "POST", "house/init", R"({"title":"Salon","name":"olga","public_key":")" + key + R"("})"));
    const auto login = world.wait<api::LoginAnswer>([&](auto answer) { world.house->login({world.proof("olga", "login")}, answer); });
    REQUIRE(login);
    CHECK(getAs<api::AuditPage>(world, "audit", login->session));
}

TEST_CASE("a page of the log has at most 1000 rows and its numbers are numbers", "[house-audit][limits]") {
    AuditWorld world;
    CHECK(getAs<api::AuditPage>(world, "audit?limit=1000"));
    for (const char* bad : {"limit=1001", "limit=0", "limit=x", "after=-1", "before=1x", "since=99999999999999999999"}) {
        INFO(bad);
        const auto refused = getAs<api::AuditPage>(world, std::string("audit?") + bad);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == "bad_field");
    }
}

TEST_CASE("the exported file can be checked with nothing but the house's key", "[house-audit]") {
    AuditWorld world;
    REQUIRE(world.order("ann", api::StageVerb::lockHands));
    const auto file = requestText(world, "GET", "audit/export");
    REQUIRE(file);
    CHECK(file->type == "application/x-ndjson");
    std::vector<std::string> lines;
    std::istringstream in(file->body);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    REQUIRE(lines.size() >= 3);
    const auto head = api::fromJson<api::AuditHead>(lines.back());
    REQUIRE(head);
    crypto::ChainCheck check({head->baseN, head->baseHash});
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
        const auto entry = api::fromJson<api::AuditEntry>(lines[i]);
        REQUIRE(entry);
        CHECK(check.add(entry->n, api::auditStatement(*entry), entry->hash));
    }
    CHECK(check.finish({head->n, head->hash}));
    const auto key = base::fromBase64Url(head->key).value();
    const base::HouseId house(crypto::identityOf(key));
    CHECK(crypto::verifySignature(key, api::auditHeadStatement(house, *head), base::fromBase64Url(head->signature).value()));

    // From a row on, and from the end on: only the signed end.
    const auto rest = requestText(world, "GET", "audit/export?after=" + std::to_string(head->n));
    REQUIRE(rest);
    CHECK(rest->body == lines.back() + "\n");
}

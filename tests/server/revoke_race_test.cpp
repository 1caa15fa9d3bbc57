// SPDX-License-Identifier: Apache-2.0
// T23: people redeem, join and come back while their link is revoked; nobody is in after the answer to the revoke.
#include <random>

#include "core/house/store/member_store.h"
#include "tests/server/member_world.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

struct RevokeRace : MemberWorld {
    std::mt19937 random;
    int inBefore = 0, refused = 0, withdrawn = 0;
    explicit RevokeRace(std::uint32_t seed) : random(seed) {}

    int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); }

    /// Each step of the person and the revoke are asked for in a random order, and the media engine acknowledges when it likes.
    void round(int n) {
        const bool toHouse = n % 2 == 0;
        const auto scope = static_cast<api::RevokeScope>(n % 3);
        const std::string name = "p" + std::to_string(n);
        const auto who = id(name);
        Json order{{"kind", toHouse ? "membership" : "speaker"}};
        if (!toHouse) order["room"] = room.str();
        const auto made = asAdmin("invitations", order)["invitations"][0];
        const auto link = parts(made["link"]);
        const base::InvitationId invitation = link.first;
        const api::RedeemRequest request{invitation, link.second, name, proof(name, api::redeemPurpose(invitation)), {}};

        bool asked = false, acknowledged = false;
        std::optional<base::Result<api::Redeemed>> in;
        std::string refresh;
        media.hold = pick(2) == 0;
        const auto revoke = [&] {
            if (std::exchange(asked, true)) return;
            const server::ApiRequest wish{"POST", "/api/v1/invitations/" + invitation.str() + "/revoke", {},
                                          Json{{"scope", std::string(api::toString(scope))}}.dump(), {sessions["olga"], false}};
            house->request(wish, [&](const auto& done) {
                REQUIRE(done);
                acknowledged = true;
            });
        };
        const auto maybe = [&](int one) {
            if (pick(one) == 0) revoke();
            if (pick(2) == 0) executor.runReady();
            if (pick(3) == 0) media.release();
        };
        maybe(4);
        house->redeem(request, [&](auto result) { in.emplace(std::move(result)); });
        maybe(3);
        executor.runReady();
        REQUIRE(in);
        if (*in && !toHouse) {
            house->admit({(*in)->join.token, false}, [&](auto admitted) {
                if (!admitted) return;
                refresh = admitted->refreshToken;
                house->connected(room, who);
            });
            maybe(3);
            executor.runReady();
            maybe(2);
            if (!refresh.empty()) house->admit({refresh, true}, [](auto) {});
            maybe(2);
        }
        revoke();
        executor.runReady();
        media.hold = false;
        media.release();
        executor.runReady();
        REQUIRE(acknowledged);

        const bool came = in->has_value();
        (came ? inBefore : refused)++;
        if (!came) CHECK((*in).error().code == "invitation_revoked");
        if (scope == api::RevokeScope::link) {
            // Whoever came before stays; nobody comes after.
            if (came && !toHouse) CHECK(admit(refresh.empty() ? (*in)->join.token : refresh));
            CHECK(redeemOther(n, made["link"]).error().code == "invitation_revoked");
            return;
        }
        withdrawn += came;
        INFO("round " << n << ", came " << came);
        CHECK_FALSE(isIn(who, toHouse));
        CHECK_FALSE(media.rights.contains(who));
        for (const auto& token : {came && !toHouse ? (*in)->join.token : std::string(), refresh})
            if (!token.empty()) CHECK_FALSE(admit(token));
        if (came && !toHouse)
            CHECK_FALSE(wait<api::JoinGrant>([&](auto answer) { house->token({(*in)->session, false}, room, {}, answer); }));
        if (came && toHouse) {
            sessions[name] = (*in)->session;
            CHECK(refused_(name) == "members_only");
        }
        const auto again = comeBy(name, made);
        REQUIRE_FALSE(again);
        CHECK(again.error().code == "invitation_revoked");
        CHECK_FALSE(isIn(who, toHouse));
    }
    std::string refused_(const std::string& name) { return MemberWorld::refused(name, "members"); }
    base::Result<api::Redeemed> redeemOther(int n, const std::string& link) { return redeem("late" + std::to_string(n), link); }
    bool isIn(const base::Identity& who, bool toHouse) {
        bool in = false;
        REQUIRE(store->transact([&]() -> base::Result<void> {
            if (toHouse) {
                const auto row = house::MemberStore(*store).find(who);
                in = row && row->in(clock.wallNow());
            } else {
                const auto row = store->member(room, who);
                in = row && row->active;
            }
            return {};
        }));
        return in;
    }
};

void race(int rounds) {
    RevokeRace world(static_cast<std::uint32_t>(rounds));
    for (int n = 0; n < rounds; ++n) {
        world.round(n);
        if (n % 17 == 16) world.crash();
    }
    // The dice left none of the orders out.
    CHECK(world.inBefore > rounds / 10);
    CHECK(world.refused > rounds / 10);
    CHECK(world.withdrawn > rounds / 20);
}

}  // namespace

TEST_CASE("T23 a revoke during a redeem, fifty times: never a member after the revoke was acknowledged", "[T23]") { race(50); }

TEST_CASE("T23 a revoke during a redeem, a thousand times: never a member after the revoke was acknowledged", "[.long][T23]") { race(1000); }

// SPDX-License-Identifier: Apache-2.0
// Letting in from the waiting list.
#include "core/house/invitation.h"
#include "core/house/membership.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::tests;

TEST_CASE("letting in somebody who came by a link while they waited costs no invitation", "[store][members]") {
    const Database database(eachEngine());
    const auto store = database.open();
    const auto now = base::fromUnixMs(1'795'000'000'000);
    REQUIRE(store->transact([&]() -> base::Result<void> {
        house::MemberStore members(*store);
        const auto add = [&](const std::string& name, api::Standing standing, int granted) {
            store->putPerson({base::Identity(name), "00", name}, now);
            house::HouseMember member;
            member.identity = base::Identity(name);
            member.standing = standing;
            member.handle = name;
            member.joined = now;
            member.granted = granted;
            members.put(member);
            return member;
        };
        const auto owner = add("owner", api::Standing::owner, 0), ann = add("ann", api::Standing::member, 2);
        auto link = house::makeInvitation({}, {}, owner.identity, {}, now);
        link.row.kind = api::InvitationKind::membership;
        store->addInvitation(link.row);
        const house::RedeemAs bob{base::Identity("bob"), "01", "Bob"}, carl{base::Identity("carl"), "02", "Carl"};
        REQUIRE(house::joinHouse(*store, link.row, bob, now));

        const auto in = house::letIn(*store, bob, ann, now);
        REQUIRE(in);
        CHECK(in->invitedBy == owner.identity);
        CHECK(house::invitationsLeft(*store, ann, now) == 2);
        CHECK(store->invitationsBy(ann.identity).empty());

        REQUIRE(house::letIn(*store, carl, ann, now));
        CHECK(house::invitationsLeft(*store, ann, now) == 1);
        return {};
    }));
}

// SPDX-License-Identifier: Apache-2.0
// The mailbox between two computers of one person: short-lived and bounded.
#include "core/server/link_mailbox.h"

#include "tests/support/catch.h"

using namespace parlour;
using server::LinkMailboxes;

namespace {
const base::Identity kAnn("ann");
base::TimePoint at(base::Duration t) { return base::TimePoint{} + std::chrono::hours(1) + t; }
}  // namespace

TEST_CASE("messages arrive in order, from where the reader left off", "[linking]") {
    LinkMailboxes boxes;
    const auto slot = boxes.open(kAnn, at({})).value();
    REQUIRE(boxes.put(slot, {"old", "one"}, at({})));
    REQUIRE(boxes.put(slot, {"new", "two"}, at({})));
    const auto all = boxes.after(slot, 0, at({})).value();
    REQUIRE(all.size() == 2);
    CHECK(all[1].text == "two");
    CHECK(boxes.after(slot, 1, at({})).value().size() == 1);
    CHECK(boxes.after(slot, 2, at({})).value().empty());
    CHECK(boxes.after(slot, 99, at({})).value().empty());
}

TEST_CASE("a mailbox is gone after ten minutes, and says the same as one that never was", "[linking]") {
    LinkMailboxes boxes;
    const auto slot = boxes.open(kAnn, at({})).value();
    CHECK(boxes.after(slot, 0, at(LinkMailboxes::kLife - std::chrono::seconds(1))));
    const auto late = boxes.after(slot, 0, at(LinkMailboxes::kLife));
    REQUIRE_FALSE(late);
    const auto never = boxes.after("never", 0, at({}));
    CHECK(late.error().code == never.error().code);
    CHECK(late.error().message == never.error().message);
    CHECK(late.error().detail == never.error().detail);
}

TEST_CASE("mailboxes are bounded in messages, bytes, per person and in all", "[linking]") {
    LinkMailboxes boxes;
    const auto slot = boxes.open(kAnn, at({})).value();
    CHECK(boxes.put(slot, {"old", std::string(LinkMailboxes::kMaxMessageBytes, 'a')}, at({})));
    CHECK_FALSE(boxes.put(slot, {"old", std::string(LinkMailboxes::kMaxMessageBytes + 1, 'a')}, at({})));
    CHECK_FALSE(boxes.put(slot, {"who", "a"}, at({})));
    for (std::size_t i = 1; i < LinkMailboxes::kMaxMessages; ++i) CHECK(boxes.put(slot, {"new", "a"}, at({})));
    CHECK(boxes.put(slot, {"new", "a"}, at({})).error().code == "link_full");
    for (std::size_t i = 0; i < LinkMailboxes::kSlotsPerPerson; ++i) REQUIRE(boxes.open(kAnn, at({})));
    CHECK_FALSE(boxes.after(slot, 0, at({})));   // the oldest went
    for (std::size_t i = LinkMailboxes::kSlotsPerPerson; i < LinkMailboxes::kMaxSlots; ++i)
        REQUIRE(boxes.open(base::Identity("p" + std::to_string(i)), at({})));
    CHECK(boxes.open(base::Identity("one more"), at({})).error().code == "links_full");
    CHECK(boxes.open(base::Identity("one more"), at(LinkMailboxes::kLife)));
}

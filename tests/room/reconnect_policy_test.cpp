// SPDX-License-Identifier: Apache-2.0
#include "core/room/reconnect_policy.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::room;
using namespace std::chrono_literals;

TEST_CASE("coming back tries to resume first and joins anew after four times", "[room]") {
    ReconnectPolicy policy;
    for (int i = 0; i < ReconnectPolicy::kMaxAttempts; ++i) {
        const auto next = policy.next(0.5);
        REQUIRE(next);
        CHECK((next->kind == ReconnectKind::resume) == (i < ReconnectPolicy::kResumeAttempts));
    }
    CHECK_FALSE(policy.next(0.5));
    CHECK(policy.attempts() == ReconnectPolicy::kMaxAttempts);
}

TEST_CASE("a server that does not know us is not asked to resume, until it knows us again", "[room]") {
    ReconnectPolicy policy;
    policy.resumeImpossible();
    CHECK(policy.next(0.0)->kind == ReconnectKind::rejoin);
    policy.resumePossible();
    CHECK(policy.next(0.0)->kind == ReconnectKind::resume);
    policy.succeeded();
    CHECK(policy.attempts() == 0);
    CHECK(policy.next(0.0)->kind == ReconnectKind::resume);
}

TEST_CASE("a server that refuses to resume is asked to let us in at once, and only once", "[room]") {
    ReconnectPolicy policy;
    for (int i = 0; i < 3; ++i) policy.next(0.999999);
    policy.resumeRefused();
    const auto next = policy.next(0.999999);
    REQUIRE(next);
    CHECK(next->kind == ReconnectKind::rejoin);
    CHECK(next->wait <= 150ms);
    policy.resumeRefused();  // it says no more than is known already
    CHECK(policy.next(0.0)->wait >= 600ms);
}

TEST_CASE("somebody is back three seconds after a server that was away for one", "[room]") {
    // Tries before it is there again are in vain; the first one after that is refused to resume.
    for (const double chance : {0.0, 0.25, 0.5, 0.75, 0.999999}) {
        ReconnectPolicy policy;
        base::Duration at{0};
        while (at < 1'200ms) at += policy.next(chance)->wait;
        policy.resumeRefused();
        at += policy.next(chance)->wait;
        CHECK(at < 2'500ms);  // half a second is left to join
    }
}

TEST_CASE("the waits grow, keep their bounds and last about three minutes", "[room]") {
    ReconnectPolicy low, high, middle;
    base::Duration total{0}, before{0};
    for (int i = 0; i < ReconnectPolicy::kMaxAttempts; ++i) {
        const auto least = low.next(0.0)->wait;
        const auto most = high.next(0.999999)->wait;
        const auto usual = middle.next(0.5)->wait;
        CHECK(least >= 0ms);
        CHECK(most > least);         // never all clients at the same moment
        CHECK(most <= 10'500ms);
        CHECK(usual >= before);
        before = usual;
        total += usual;
        if (i == 0) {
            CHECK(least == 0ms);
            CHECK(most <= 150ms);
        } else {
            CHECK(least >= 150ms);   // no storm
        }
    }
    CHECK(total > 150s);
    CHECK(total < 210s);
}

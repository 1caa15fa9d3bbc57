// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/sequence_unwrapper.h"

#include "tests/support/catch.h"

using parlour::rtc::SequenceUnwrapper;

TEST_CASE("sequence numbers grow on through three wraps", "[rtc]") {
    SequenceUnwrapper unwrapper;
    for (std::int64_t i = 65'500; i < 65'500 + 3 * 65'536; ++i)
        if (unwrapper.unwrap(static_cast<std::uint16_t>(i)) != i) FAIL("at " << i);
    CHECK(unwrapper.highest() == 65'500 + 3 * 65'536 - 1);
}

TEST_CASE("late packets keep their place on both sides of a wrap", "[rtc]") {
    SequenceUnwrapper unwrapper;
    CHECK(unwrapper.unwrap(65'534) == 65'534);
    CHECK(unwrapper.unwrap(1) == 65'537);
    CHECK(unwrapper.unwrap(65'535) == 65'535);
    CHECK(unwrapper.unwrap(0) == 65'536);
    CHECK(unwrapper.highest() == 65'537);
}

TEST_CASE("a packet before the first one has a lower, perhaps negative number", "[rtc]") {
    SequenceUnwrapper unwrapper;
    CHECK(unwrapper.unwrap(0) == 0);
    CHECK(unwrapper.unwrap(65'535) == -1);
    CHECK(unwrapper.highest() == 0);
}

TEST_CASE("half a round ahead is taken as late, one less as ahead", "[rtc]") {
    SequenceUnwrapper unwrapper;
    unwrapper.unwrap(100);
    CHECK(unwrapper.peek(100 + 32'767) == 100 + 32'767);
    CHECK(unwrapper.peek(100 + 32'768) == 100 - 32'768);
    CHECK(unwrapper.highest() == 100);
}

TEST_CASE("after a reset the next number is taken as it is", "[rtc]") {
    SequenceUnwrapper unwrapper;
    unwrapper.unwrap(65'535);
    unwrapper.unwrap(3);
    unwrapper.reset();
    CHECK_FALSE(unwrapper.highest());
    CHECK(unwrapper.unwrap(9) == 9);
}

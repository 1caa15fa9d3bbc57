// SPDX-License-Identifier: Apache-2.0
#include "core/house/rate_limit.h"
#include "core/server/throttle.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace std::chrono_literals;
using server::Throttle;

namespace {
base::IpAddress ip(const char* text) { return *base::IpAddress::parse(text); }
const base::TimePoint kStart{std::chrono::seconds(100)};
}  // namespace

TEST_CASE("ten failures in half an hour block an address, loopback too, until they have aged", "[throttle][T21][limits]") {
    Throttle throttle(10);
    for (int i = 0; i < 9; ++i) throttle.failed(ip("127.0.0.1"), kStart + i * 1s);
    CHECK_FALSE(throttle.blocked(ip("127.0.0.1"), kStart + 10s));
    throttle.failed(ip("127.0.0.1"), kStart + 10s);
    CHECK(throttle.blocked(ip("127.0.0.1"), kStart + 11s));
    CHECK_FALSE(throttle.blocked(ip("127.0.0.2"), kStart + 11s));
    CHECK(throttle.blocked(ip("127.0.0.1"), kStart + 30min - 1s));
    CHECK_FALSE(throttle.blocked(ip("127.0.0.1"), kStart + 30min));
}

TEST_CASE("an IPv6 network of 64 bits counts as one", "[throttle][T21]") {
    Throttle throttle(2);
    throttle.failed(ip("2001:db8::1"), kStart);
    throttle.failed(ip("2001:db8::ffff:2"), kStart);
    CHECK(throttle.blocked(ip("2001:db8::3"), kStart));
    CHECK_FALSE(throttle.blocked(ip("2001:db8:0:1::3"), kStart));
}

TEST_CASE("zero switches it off and a flood from everywhere stays bounded", "[throttle]") {
    Throttle off(0);
    for (int i = 0; i < 100; ++i) off.failed(ip("127.0.0.1"), kStart);
    CHECK_FALSE(off.blocked(ip("127.0.0.1"), kStart));
    CHECK(off.failures() == 100);
    Throttle throttle(1);
    for (std::uint32_t i = 0; i < Throttle::kMaxSources + 10; ++i)
        throttle.failed(base::IpAddress::v4({10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}), kStart);
    CHECK(throttle.blocked(ip("10.1.134.169"), kStart));  // the last one
}

TEST_CASE("a budget of bytes is spent to the last one, not beyond, and comes back with time", "[server][T34]") {
    using namespace std::chrono_literals;
    house::RateLimit budget(1000, 100);
    base::TimePoint now{5s};
    CHECK(budget.take(now, 1000));
    CHECK_FALSE(budget.take(now, 1));
    now += 1s;
    CHECK_FALSE(budget.take(now, 101));
    CHECK(budget.take(now, 100));
    now += 1h;
    CHECK_FALSE(budget.take(now, 1001));
    CHECK(budget.take(now, 1000));
}

TEST_CASE("strangers are counted by the address, or by 64 bits of it", "[server][T21]") {
    const auto of = [](const char* text) { return server::sourceOf(*base::IpAddress::parse(text)); };
    CHECK(of("192.0.2.1") != of("192.0.2.2"));
    CHECK(of("2001:db8:1:2::1") == of("2001:db8:1:2:ffff::9"));
    CHECK(of("2001:db8:1:2::1") != of("2001:db8:1:3::1"));
}

// SPDX-License-Identifier: Apache-2.0
// The bad network is as bad as its table says, and the same on every run.
#include "tests/support/impair.h"

#include <algorithm>
#include <deque>
#include <map>
#include <vector>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::tests;
using namespace std::chrono_literals;

namespace {

constexpr int kPackets = 30'000;  // ten minutes of 20 ms

struct Sent {
    base::TimePoint at;
    Impair::Fate fate;
};

std::vector<Sent> tenMinutes(std::string_view id, std::uint32_t seed = 1) {
    const auto* profile = impairProfile(id);
    REQUIRE(profile);
    Impair net(*profile, seed);
    std::vector<Sent> all;
    for (int i = 0; i < kPackets; ++i) {
        const auto at = net.senderTime(base::TimePoint(20ms * i));
        all.push_back({at, net.send(at, 120)});
    }
    return all;
}

double lossOf(const std::vector<Sent>& all) {
    const auto lost = std::count_if(all.begin(), all.end(), [](const Sent& s) { return s.fate.copies == 0; });
    return static_cast<double>(lost) / static_cast<double>(all.size());
}

double wayMs(const Sent& s) { return static_cast<double>((s.fate.at[0] - s.at).count()) / 1000.0; }

/// Delays relative to the fastest packet of the 2 s before, sorted.
std::vector<double> relativeDelays(const std::vector<Sent>& all) {
    std::vector<double> out;
    std::deque<double> window;
    for (const auto& s : all) {
        if (s.fate.copies == 0) continue;
        window.push_back(wayMs(s));
        if (window.size() > 100) window.pop_front();
        out.push_back(wayMs(s) - *std::min_element(window.begin(), window.end()));
    }
    std::sort(out.begin(), out.end());
    return out;
}

double quantile(const std::vector<double>& sorted, double q) {
    return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

TEST_CASE("the profiles of the sound path are all there and the clean one does nothing", "[impair]") {
    for (const char* id : {"P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9+", "P9-", "P10", "S150"})
        CHECK(impairProfile(id));
    CHECK_FALSE(impairProfile("P11"));
    for (const auto& s : tenMinutes("P0")) {
        REQUIRE(s.fate.copies == 1);
        REQUIRE(s.fate.at[0] - s.at == 20ms);
    }
}

TEST_CASE("delays of LAN, Wi-Fi and LTE have the percentiles of their traces", "[impair]") {
    struct Row {
        const char* id;
        double p50, p95, p99;
    };
    for (const auto& row : {Row{"P1", 0.6, 2.4, 3.7}, Row{"P2", 1.8, 6.7, 30.0}, Row{"P3", 13.0, 41.0, 76.0}}) {
        for (const std::uint32_t seed : {1u, 2u, 3u}) {
            const auto d = relativeDelays(tenMinutes(row.id, seed));
            INFO(row.id << " seed " << seed << ": " << quantile(d, .5) << " / " << quantile(d, .95) << " / "
                        << quantile(d, .99) << ", most " << d.back());
            CHECK(std::abs(quantile(d, .50) / row.p50 - 1.0) < 0.25);
            CHECK(std::abs(quantile(d, .95) / row.p95 - 1.0) < 0.25);
            CHECK(std::abs(quantile(d, .99) / row.p99 - 1.0) < 0.25);
        }
    }
}

TEST_CASE("losses come as often and in such bursts as the profile says", "[impair]") {
    CHECK(std::abs(lossOf(tenMinutes("P4")) - 0.02) < 0.003);
    CHECK(std::abs(lossOf(tenMinutes("P5")) - 0.10) < 0.006);
    CHECK(lossOf(tenMinutes("P1")) == 0.0);
    // Share of time in the bad state p / (p + r), 20 % of that is lost.
    const auto bursts = tenMinutes("P6");
    CHECK(std::abs(lossOf(bursts) - 0.2 * 0.02 / 0.32) < 0.003);
    // After a loss the next packet is in more danger than any: it is a burst and not chance.
    int losses = 0, followed = 0;
    for (std::size_t i = 0; i + 1 < bursts.size(); ++i) {
        if (bursts[i].fate.copies != 0) continue;
        ++losses;
        followed += bursts[i + 1].fate.copies == 0;
    }
    CHECK(static_cast<double>(followed) / losses > 5.0 * lossOf(bursts));
}

TEST_CASE("reordered packets are overtaken by three, doubled ones come twice", "[impair]") {
    const auto all = tenMinutes("P8");
    std::multimap<base::TimePoint, std::size_t> arrivals;
    int reordered = 0, doubled = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        arrivals.emplace(all[i].fate.at[0], i);
        reordered += all[i].fate.reordered;
        doubled += all[i].fate.copies == 2;
    }
    CHECK(std::abs(reordered / double(kPackets) - 0.05) < 0.005);
    CHECK(std::abs(doubled / double(kPackets) - 0.01) < 0.003);
    std::size_t newest = 0;
    std::map<std::size_t, int> overtakers;
    for (const auto& [at, i] : arrivals) {
        if (i < newest && !all[i].fate.reordered) ++overtakers[999];
        newest = std::max(newest, i);
        if (all[i].fate.reordered) ++overtakers[newest - i];
    }
    CHECK(overtakers[999] == 0);  // the others keep their order
    CHECK(overtakers[3] > reordered * 3 / 4);
}

TEST_CASE("the bloated queue grows to 300 ms, empties again and drops when it is full", "[impair]") {
    const auto all = tenMinutes("P7");
    const auto d = relativeDelays(all);
    INFO("p10 " << quantile(d, .1) << ", p95 " << quantile(d, .95) << ", most " << d.back() << ", lost "
                << lossOf(all));
    CHECK(quantile(d, .1) < 5.0);
    double most = 0.0;
    for (const auto& s : all)
        if (s.fate.copies) most = std::max(most, wayMs(s));
    CHECK(most > 280.0);
    CHECK(most < 340.0);
    CHECK(lossOf(all) > 0.0);
    CHECK(lossOf(all) < 0.05);
}

TEST_CASE("a handover is a gap of 1.5 s and a stall holds everything back until its end", "[impair]") {
    const auto gaps = tenMinutes("P10");
    CHECK(std::abs(lossOf(gaps) - 0.05) < 0.01);
    std::size_t run = 0, longest = 0;
    for (const auto& s : gaps) longest = std::max(longest, run = s.fate.copies ? 0 : run + 1);
    CHECK(std::abs(static_cast<double>(longest) - 75.0) <= 1.0);

    Impair net(*impairProfile("S150"), 5);
    base::TimePoint last{};
    for (int i = 0; i < kPackets; ++i) {
        const auto fate = net.send(base::TimePoint(20ms * i), 120);
        REQUIRE(fate.copies == 1);
        REQUIRE(fate.at[0] >= last);
        REQUIRE(fate.at[0] - base::TimePoint(20ms * i) < 170ms);
        last = fate.at[0];
    }
    CHECK(net.stalls() >= 17);
    CHECK(net.stalls() <= 23);
}

TEST_CASE("a fast sender's clock gains 200 millionths", "[impair]") {
    const auto hour = base::TimePoint(3600s);
    CHECK(std::abs((hour - Impair(*impairProfile("P9+"), 1).senderTime(hour)).count() - 720'000) < 1000);
    CHECK(std::abs((hour - Impair(*impairProfile("P9-"), 1).senderTime(hour)).count() + 720'000) < 1000);
}

TEST_CASE("the same seed brings the same network, another seed another one", "[impair]") {
    const auto a = tenMinutes("P3", 7), b = tenMinutes("P3", 7), c = tenMinutes("P3", 8);
    bool same = true, other = false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        same = same && a[i].fate.at == b[i].fate.at;
        other = other || a[i].fate.at != c[i].fate.at;
    }
    CHECK(same);
    CHECK(other);
}

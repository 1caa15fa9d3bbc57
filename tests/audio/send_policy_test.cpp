// SPDX-License-Identifier: Apache-2.0
#include "audio/send_policy.h"

#include <limits>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::audio;
using namespace std::chrono_literals;

namespace {

base::Feedback report(double loss, base::Duration roundTrip = 20ms, std::uint32_t audience = 5, bool red = true) {
    base::Feedback f;
    f.loss = static_cast<float>(loss);
    f.roundTrip = roundTrip;
    f.audience = audience;
    f.redundancy = red;
    return f;
}
Uplink after(std::initializer_list<base::Feedback> reports) {
    Uplink uplink;
    for (const auto& r : reports) uplink = withReport(uplink, r);
    return uplink;
}
/// The same report `times` times over.
Uplink after(int times, const base::Feedback& r, Uplink uplink = {}) {
    for (int i = 0; i < times; ++i) uplink = withReport(uplink, r);
    return uplink;
}
std::string text(const SendPlan& p) {
    return std::to_string(p.frameMs) + " ms, " + std::to_string(p.bitRate) + ", " + std::to_string(p.redundancy) + " copies, " +
           std::to_string(p.expectedLoss) + " %, dtx " + std::to_string(p.dtx);
}

}  // namespace

TEST_CASE("the send policy follows its table", "[send-policy]") {
    struct Row {
        const char* what;
        int wishMs, wishRate;
        Uplink uplink;
        SendPlan plan;
    };
    const auto slow = base::Feedback(report(0.0, 150ms)), stuck = base::Feedback(report(0.0, 350ms));
    const Row rows[] = {
        {"nothing is known yet", 0, 0, {}, {20, 32'000, 1, 0}},
        {"one report is not enough", 0, 0, after({report(0)}), {20, 32'000, 1, 0}},
        {"clean, few listeners", 0, 0, after(2, report(0)), {10, 40'000, 1, 1}},
        {"clean, 50 listeners", 0, 0, after(2, report(0, 20ms, 50)), {10, 40'000, 1, 1}},
        {"clean, 51 listeners", 0, 0, after(2, report(0, 20ms, 51)), {20, 32'000, 1, 0}},
        {"clean, nobody takes RED", 0, 0, after(2, report(0, 20ms, 5, false)), {10, 40'000, 1, 0}},
        {"0.9 %", 0, 0, after(2, report(0.009)), {10, 40'000, 2, 1}},
        {"1 %", 0, 0, after(2, report(0.01)), {10, 40'000, 2, 2}},
        {"1 %, crowd", 0, 0, after(2, report(0.01, 20ms, 900)), {20, 32'000, 2, 1}},
        {"3 %", 0, 0, after(2, report(0.03)), {10, 32'000, 4, 2}},
        {"7.9 %", 0, 0, after(2, report(0.079)), {10, 32'000, 10, 2}},
        {"8 %", 0, 0, after(2, report(0.08)), {20, 24'000, 10, 2}},
        {"20 %", 0, 0, after(2, report(0.20)), {20, 24'000, 24, 3}},
        {"20 %, plain listeners", 0, 0, after(2, report(0.20, 20ms, 5, false)), {20, 24'000, 24, 0}},
        {"90 %", 0, 0, after(2, report(0.9)), {20, 24'000, 30, 3}},
        {"round trip + 99 ms", 0, 0, after({report(0), report(0), report(0, 119ms)}), {10, 40'000, 1, 1}},
        {"round trip + 130 ms", 0, 0, after({report(0), report(0), slow}), {20, 30'000, 1, 1}},
        {"round trip + 330 ms, once", 0, 0, after({report(0), report(0), stuck}), {20, 30'000, 1, 1}},
        {"round trip + 330 ms, twice", 0, 0, after({report(0), report(0), stuck, stuck}), {40, 20'000, 1, 0}},
        {"the same with 10 % lost", 0, 0, after({report(0), report(0), report(0.1, 350ms), report(0.1, 350ms)}), {40, 16'000, 12, 1}},
        {"asked for 10 ms", 10, 0, {}, {10, 32'000, 1, 0}},
        {"asked for 10 ms in a crowd", 10, 0, after(2, report(0, 20ms, 900)), {10, 32'000, 1, 0}},
        {"asked for 10 ms, 8 % lost", 10, 0, after(2, report(0.08)), {20, 24'000, 10, 2}},
        {"asked for 20 ms", 20, 0, after(2, report(0)), {20, 40'000, 1, 1}},
        {"asked for 40 ms", 40, 0, after(2, report(0)), {40, 40'000, 1, 1}},
        {"asked for 64 kbit/s", 0, 64'000, after(2, report(0)), {10, 64'000, 1, 1}},
        {"asked for more than there is", 0, 900'000, after(2, report(0)), {10, 64'000, 1, 1}},
        {"asked for next to nothing", 10, 1, after(2, report(0)), {20, 16'000, 1, 1}},
    };
    for (const auto& r : rows) {
        CaptureSettings wish;
        wish.frameMs = r.wishMs;
        wish.bitRate = r.wishRate;
        const auto plan = planSending(wish, r.uplink);
        INFO(r.what << ": " << text(plan) << ", wanted " << text(r.plan));
        CHECK(plan == r.plan);
    }
}

TEST_CASE("the wish for delay decides the length of packets as far as the network and the processing let it", "[send-policy]") {
    CaptureSettings processed, plain, music;
    plain.echoCancelling = plain.noiseSuppression = false;
    music.music = true;
    const auto good = after(2, report(0));
    struct Row {
        const char* what;
        CaptureSettings wish;
        DelayMode delay;
        Uplink uplink;
        int frameMs, bitRate;
        bool lowDelay;
    };
    const Row rows[] = {
        {"automatic", plain, DelayMode::automatic, good, 10, 40'000, false},
        {"automatic, music", music, DelayMode::automatic, good, 20, 128'000, false},
        {"low, nothing is known", plain, DelayMode::low, {}, 10, 32'000, false},
        {"low", plain, DelayMode::low, good, 5, 64'000, true},
        {"low, processed: its blocks are 10 ms", processed, DelayMode::low, good, 10, 64'000, true},
        {"low, music", music, DelayMode::low, good, 5, 128'000, true},
        {"low, music, nothing is known", music, DelayMode::low, {}, 10, 128'000, false},
        {"low, music, 1 % lost", music, DelayMode::low, after(2, report(0.01)), 10, 128'000, false},
        {"low, 1 % lost", plain, DelayMode::low, after(2, report(0.01)), 10, 40'000, false},
        {"low, no copies for who does not take them", plain, DelayMode::low, after(2, report(0, 20ms, 5, false)), 10, 64'000, false},
        {"low, 8 % lost", plain, DelayMode::low, after(2, report(0.08)), 20, 24'000, false},
        {"low, 51 listeners", plain, DelayMode::low, after(2, report(0, 20ms, 51)), 10, 32'000, false},
        {"low, a queue", plain, DelayMode::low, after({report(0), report(0), report(0, 150ms)}), 20, 30'000, false},
        {"low, a full queue", plain, DelayMode::low, after({report(0), report(0), report(0, 350ms), report(0, 350ms)}), 40, 20'000, false},
        {"comfort", plain, DelayMode::comfort, good, 20, 40'000, false},
        {"comfort, music", music, DelayMode::comfort, good, 20, 128'000, false},
    };
    for (auto r : rows) {
        r.wish.delay = r.delay;
        const auto plan = planSending(r.wish, r.uplink);
        INFO(r.what << ": " << text(plan));
        CHECK(plan.frameMs == r.frameMs);
        CHECK(plan.bitRate == r.bitRate);
        CHECK(plan.lowDelay == r.lowDelay);
    }
    plain.delay = DelayMode::low;
    for (const int asked : {10, 20, 40}) {   // who names a length gets it
        plain.frameMs = asked;
        CHECK(planSending(plain, good).frameMs == asked);
        CHECK(planSending(plain, good).lowDelay == (asked <= 20));
    }
}

TEST_CASE("worse is taken at its word, better has to last, and then comes step by step", "[send-policy]") {
    auto uplink = after(2, report(0.10));
    CHECK(uplink.loss.level == 3);
    uplink = after(3, report(0.0), uplink);
    CHECK(uplink.loss.level == 3);          // three calm reports are not enough
    uplink = withReport(uplink, report(0.05));
    uplink = after(3, report(0.0), uplink);
    CHECK(uplink.loss.level == 3);          // and they start over
    uplink = after(1, report(0.0), uplink);
    CHECK(uplink.loss.level == 2);
    uplink = after(8, report(0.0), uplink);
    CHECK(uplink.loss.level == 0);
}

TEST_CASE("a loss that swings around a threshold moves the plan once and no more", "[send-policy]") {
    for (const double border : {0.01, 0.03, 0.08, 0.20}) {
        auto uplink = after(2, report(border * 0.9));
        int changes = 0;
        auto plan = planSending({}, uplink);
        for (int i = 0; i < 200; ++i) {
            uplink = withReport(uplink, report(border * (i % 2 ? 1.1 : 0.9)));
            auto next = planSending({}, uplink);
            next.expectedLoss = plan.expectedLoss;   // a hint, not a switch
            changes += next == plan ? 0 : 1;
            plan = next;
        }
        INFO("around " << border);
        CHECK(changes <= 1);
    }
}

TEST_CASE("people who come and go around fifty do not change the frame length back and forth", "[send-policy]") {
    auto uplink = after(2, report(0, 20ms, 50));
    int changes = 0;
    for (int i = 0; i < 100; ++i) {
        const auto before = planSending({}, uplink).frameMs;
        uplink = withReport(uplink, report(0, 20ms, i % 2 ? 51 : 41));
        changes += planSending({}, uplink).frameMs == before ? 0 : 1;
    }
    CHECK(changes == 1);
    CHECK(planSending({}, withReport(uplink, report(0, 20ms, 40))).frameMs == 10);
}

TEST_CASE("a way that is longer from now on is no full queue for ever", "[send-policy]") {
    auto uplink = after(5, report(0, 20ms));
    uplink = withReport(uplink, report(0, 180ms));
    CHECK(uplink.queue.level == 1);
    uplink = after(40, report(0, 180ms), uplink);
    CHECK(uplink.queue.level == 0);
    CHECK(after(5, report(0, 0ms)).queue.level == 0);   // nobody answers round trips: nothing is assumed
}

TEST_CASE("music is whole: no pauses left out, no in-band FEC, 128 kbit/s while there is room", "[send-policy]") {
    CaptureSettings wish;
    wish.music = true;
    CHECK(planSending(wish, after(2, report(0))) == SendPlan{20, 128'000, 0, 0, false});
    CHECK(planSending(wish, after(2, report(0.05))) == SendPlan{20, 128'000, 0, 1, false});
    CHECK(planSending(wish, after({report(0), report(0, 350ms), report(0, 350ms)})) == SendPlan{40, 64'000, 0, 0, false});
}

TEST_CASE("reports of nonsense are taken as none", "[send-policy]") {
    auto broken = report(0.0);
    for (const float loss : {std::numeric_limits<float>::quiet_NaN(), -3.0f, -std::numeric_limits<float>::infinity()}) {
        broken.loss = loss;
        CHECK(planSending({}, after(2, broken)).expectedLoss == 1);
    }
    broken.loss = 1e9f;
    CHECK(after(2, broken).loss.level == 4);
    CaptureSettings wish;
    wish.dtx = false;
    wish.forwardErrorCorrection = false;
    const auto plan = planSending(wish, after(2, report(0.5)));
    CHECK(plan.expectedLoss == 0);
    CHECK_FALSE(plan.dtx);
}

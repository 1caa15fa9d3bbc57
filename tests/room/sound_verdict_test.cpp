// SPDX-License-Identifier: Apache-2.0
#include "core/room/sound_verdict.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::room;

namespace {

/// Ten seconds of one speaker: packets and losses of 20 ms, concealment in percent of the sound, waiting in milliseconds.
RemoteTrackStats speaker(const char* id, double lossPercent, double inventedPercent, double waitMs, double jitterMs = 3.0) {
    RemoteTrackStats t;
    t.identity = base::Identity(id);
    t.packetsReceived = static_cast<std::uint64_t>(500 * (1.0 - lossPercent / 100.0));
    t.packetsLost = 500 - static_cast<std::int64_t>(t.packetsReceived);
    t.totalSamplesReceived = 480'000;
    t.concealedSamples = static_cast<std::uint64_t>(4'800 * inventedPercent);
    t.jitterBufferEmittedCount = 480'000;
    t.jitterBufferDelay = waitMs / 1000.0 * 480'000;
    t.jitter = jitterMs / 1000.0;
    return t;
}
/// The same stream, later: what it had counted before goes on.
RemoteTrackStats after(RemoteTrackStats before, const RemoteTrackStats& more) {
    before.packetsReceived += more.packetsReceived;
    before.packetsLost += more.packetsLost;
    before.totalSamplesReceived += more.totalSamplesReceived;
    before.concealedSamples += more.concealedSamples;
    before.silentConcealedSamples += more.silentConcealedSamples;
    before.jitterBufferEmittedCount += more.jitterBufferEmittedCount;
    before.jitterBufferDelay += more.jitterBufferDelay;
    before.jitter = more.jitter;
    return before;
}
SessionStats with(std::vector<RemoteTrackStats> tracks) {
    SessionStats s;
    s.tracks = std::move(tracks);
    return s;
}

}  // namespace

TEST_CASE("a connection is judged by its worst line, and only by what was measured", "[sound_verdict]") {
    struct Row {
        const char* what;
        std::optional<double> roundTrip;
        double loss, jitterMs;
        std::uint64_t sent;
        double uplinkLoss;
        Grade grade, delay, lossGrade, jitter, uplink;
    };
    using enum Grade;
    const std::vector<Row> table{
        {"all well", 0.034, 0.0, 3, 500, 0.0, good, good, good, good, good},
        {"far away", 0.200, 0.0, 3, 500, 0.0, fair, fair, good, good, good},
        {"very far away", 0.400, 0.0, 3, 500, 0.0, bad, bad, good, good, good},
        {"some loss", 0.034, 3.0, 3, 500, 0.0, fair, good, fair, good, good},
        {"much loss", 0.034, 10.0, 3, 500, 0.0, bad, good, bad, good, good},
        {"uneven", 0.034, 0.0, 40, 500, 0.0, fair, good, good, fair, good},
        {"very uneven", 0.034, 0.0, 90, 500, 0.0, bad, good, good, bad, good},
        {"ours are lost", 0.034, 0.0, 3, 500, 0.08, bad, good, good, good, bad},
        {"a listener sends nothing", 0.034, 0.0, 3, 0, 0.5, good, good, good, good, unknown},
        {"no round trip yet", std::nullopt, 0.0, 3, 0, 0.0, good, unknown, good, good, unknown},
    };
    for (const auto& row : table) {
        INFO(row.what);
        SessionStats before, now = with({speaker("a", row.loss, 0, 30, row.jitterMs)});
        now.roundTripTime = row.roundTrip;
        now.packetsSent = row.sent;
        now.fractionLost = row.uplinkLoss;
        const auto v = connectionVerdict(before, now);
        CHECK(v.grade == row.grade);
        CHECK(v.delayGrade == row.delay);
        CHECK(v.lossGrade == row.lossGrade);
        CHECK(v.jitterGrade == row.jitter);
        CHECK(v.uplinkGrade == row.uplink);
    }
    const auto nothing = connectionVerdict({}, {});
    CHECK(nothing.grade == Grade::unknown);
    CHECK_FALSE(nothing.lossPercent);
    CHECK_FALSE(nothing.roundTripMs);
}

TEST_CASE("what was lost before the first reading counts no more", "[sound_verdict]") {
    const auto bad = speaker("a", 20.0, 10.0, 80);
    const auto before = with({bad});
    auto now = with({after(bad, speaker("a", 0.0, 0.0, 30))});
    CHECK(*connectionVerdict(before, now).lossPercent == Approx(0.0));
    CHECK(trackVerdict(before, now, base::Identity("a"))->cause == SoundCause::good);
    // The stream began anew: its counters are smaller than before, and nothing turns into a huge number.
    const auto fresh = with({speaker("a", 0.0, 0.0, 30)});
    const auto v = connectionVerdict(now, fresh);
    CHECK(*v.lossPercent == Approx(0.0));
    CHECK(trackVerdict(now, fresh, base::Identity("a"))->cause == SoundCause::good);
}

TEST_CASE("why somebody sounds bad", "[sound_verdict]") {
    struct Row {
        const char* what;
        RemoteTrackStats track;
        SoundCause cause;
    };
    auto silent = speaker("a", 5.0, 5.0, 40);
    silent.silentConcealedSamples = silent.concealedSamples;   // the holes fell into pauses
    auto little = speaker("a", 50.0, 50.0, 40);
    little.packetsReceived = 10;
    const std::vector<Row> table{
        {"clean", speaker("a", 0.0, 0.0, 40), SoundCause::good},
        {"losses that redundancy filled", speaker("a", 8.0, 0.3, 40), SoundCause::good},
        {"losses that are heard", speaker("a", 8.0, 5.0, 40), SoundCause::lost},
        {"arrived too late", speaker("a", 0.0, 5.0, 40), SoundCause::late},
        {"holes in pauses", silent, SoundCause::good},
        {"long waits", speaker("a", 0.0, 0.0, 350), SoundCause::delayed},
        {"hardly anything heard yet", little, SoundCause::unknown},
    };
    for (const auto& row : table) {
        INFO(row.what);
        const auto v = trackVerdict({}, with({row.track}), base::Identity("a"));
        REQUIRE(v);
        CHECK(v->cause == row.cause);
    }
    CHECK_FALSE(trackVerdict({}, with({speaker("a", 0, 0, 30)}), base::Identity("b")));
}

TEST_CASE("when all speakers suffer it is the own network", "[sound_verdict]") {
    const auto who = base::Identity("a");
    CHECK(trackVerdict({}, with({speaker("a", 8, 5, 40), speaker("b", 9, 6, 40)}), who)->everybody);
    CHECK_FALSE(trackVerdict({}, with({speaker("a", 8, 5, 40), speaker("b", 0, 0, 40)}), who)->everybody);
    CHECK_FALSE(trackVerdict({}, with({speaker("a", 8, 5, 40)}), who)->everybody);   // nobody to compare with
}

// SPDX-License-Identifier: Apache-2.0
#include "core/sfu/speaker_ranker.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::base;

namespace {

/// A 20 ms packet (TOC: SILK wide band, one frame) of this size.
Bytes packet(std::size_t size) {
    Bytes bytes(size, std::byte{0x55});
    bytes[0] = std::byte{9 << 3};
    return bytes;
}

/// Feeds one interval of 20 ms packets and ticks.
std::vector<sfu::ActiveSpeaker> interval(sfu::SpeakerRanker& ranker, std::uint64_t key, int level, std::size_t size,
                                         int loudPackets = 20) {
    for (int i = 0; i < 20; ++i)
        ranker.observe(key, LevelDbov{static_cast<std::uint8_t>(i < loudPackets ? level + i % 2 : 90)}, packet(size));
    return ranker.tick();
}

}  // namespace

TEST_CASE("a voice is reported within one interval and forgotten when it falls silent", "[sfu]") {
    sfu::SpeakerRanker ranker;
    auto speakers = interval(ranker, 7, 25, 80);
    REQUIRE(speakers.size() == 1);
    CHECK(speakers[0].key == 7);
    CHECK(speakers[0].level > 0.2f);
    int quietIntervals = 0;
    while (!interval(ranker, 7, 100, 6).empty()) REQUIRE(++quietIntervals < 6);
}

TEST_CASE("levels come in eighths and the loudest stands first", "[sfu]") {
    sfu::SpeakerRanker ranker;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 20; ++i) {
            ranker.observe(1, LevelDbov{static_cast<std::uint8_t>(33 + i % 2)}, packet(80));
            ranker.observe(2, LevelDbov{static_cast<std::uint8_t>(12 + i % 2)}, packet(80));
        }
        const auto speakers = ranker.tick();
        REQUIRE(speakers.size() == 2);
        CHECK(speakers[0].key == 2);
        CHECK(speakers[0].level > speakers[1].level);
        for (const auto& s : speakers) CHECK(s.level * 8 == std::floor(s.level * 8));
    }
}

TEST_CASE("a cough shorter than two fifths of the interval makes nobody a speaker", "[sfu]") {
    sfu::SpeakerRanker ranker;
    CHECK(interval(ranker, 1, 20, 80, 7).empty());
    CHECK(interval(ranker, 1, 20, 80, 9).size() == 1);
}

TEST_CASE("T46 loud claims in packets of silence win nothing", "[sfu][T46]") {
    sfu::SpeakerRanker ranker;
    for (int round = 0; round < 10; ++round) CHECK(interval(ranker, 1, 0, sfu::SpeakerRanker::kMinSpeechBytes - 1).empty());
    CHECK(interval(ranker, 1, 20, sfu::SpeakerRanker::kMinSpeechBytes).size() == 1);
}

TEST_CASE("T46 a claim of full scale that never changes is not believed for longer than a second", "[sfu][T46]") {
    sfu::SpeakerRanker ranker;
    int shown = 0;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 20; ++i) ranker.observe(1, LevelDbov{0}, packet(80));
        shown += ranker.tick().empty() ? 0 : 1;
    }
    CHECK(shown <= 2);  // 400 ms each
}

TEST_CASE("a steady tone of ordinary loudness stays a speaker", "[sfu]") {
    sfu::SpeakerRanker ranker;
    for (int round = 0; round < 10; ++round) {
        for (int i = 0; i < 20; ++i) ranker.observe(1, LevelDbov{20}, packet(80));
        CHECK(ranker.tick().size() == 1);
    }
}

TEST_CASE("tracks that send nothing any more are dropped from the ranking's memory", "[sfu]") {
    sfu::SpeakerRanker ranker;
    interval(ranker, 1, 20, 80);
    for (int i = 0; i < 10 && !ranker.empty(); ++i) ranker.tick();
    CHECK(ranker.empty());
}

TEST_CASE("the duration of an Opus packet is read from its first bytes", "[sfu]") {
    const auto duration = [](std::initializer_list<int> bytes) {
        Bytes data;
        for (int b : bytes) data.push_back(static_cast<std::byte>(b));
        return sfu::opusDuration(data).count();
    };
    CHECK(duration({9 << 3}) == 20'000);
    CHECK(duration({8 << 3}) == 10'000);
    CHECK(duration({11 << 3}) == 60'000);
    CHECK(duration({16 << 3}) == 2'500);
    CHECK(duration({31 << 3 | 1}) == 40'000);
    CHECK(duration({31 << 3 | 3, 3}) == 60'000);
    CHECK(duration({31 << 3 | 3}) == 0);
    CHECK(duration({31 << 3 | 3, 63}) == 0);
    CHECK(duration({}) == 0);
}

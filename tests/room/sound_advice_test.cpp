// SPDX-License-Identifier: Apache-2.0
#include "core/room/sound_advice.h"

#include <limits>
#include <vector>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::room;
using namespace std::chrono_literals;

namespace {

struct Stretch {
    base::Duration length;
    MicrophoneMoment moment;
};
constexpr MicrophoneMoment kMutedTalk{true, true, false, true, 0.2f};
constexpr MicrophoneMoment kMutedSilence{true, true, false, false, 0.001f};
constexpr MicrophoneMoment kTalk{true, true, true, true, 0.2f};
constexpr MicrophoneMoment kFaintTalk{true, true, true, true, 0.01f};
constexpr MicrophoneMoment kCutOff{true, true, true, true, 1.0f};
constexpr MicrophoneMoment kClosed{true, false, false, true, 0.2f};     // the device is not open
constexpr MicrophoneMoment kAudience{false, true, false, true, 0.2f};

/// Everything that was advised, with the tenth of a second at which it came.
std::vector<std::pair<int, SoundAdvice>> run(const std::vector<Stretch>& stretches, SoundAdvisor advisor = {}) {
    std::vector<std::pair<int, SoundAdvice>> said;
    base::TimePoint now{100s};
    const auto start = now;
    for (const auto& stretch : stretches)
        for (base::Duration t{0}; t < stretch.length; t += 100ms, now += 100ms)
            if (const auto advice = advisor.next(stretch.moment, now); advice != SoundAdvice::none)
                said.emplace_back(static_cast<int>((now - start) / 100ms), advice);
    return said;
}

}  // namespace

TEST_CASE("what a person is told about their microphone follows its table", "[sound_advice]") {
    struct Row {
        const char* what;
        std::vector<Stretch> stretches;
        std::vector<SoundAdvice> said;
    };
    using enum SoundAdvice;
    const std::vector<Row> table{
        {"a sentence while muted", {{2s, kMutedTalk}}, {muted}},
        {"a cough while muted", {{500ms, kMutedTalk}, {5s, kMutedSilence}}, {}},
        {"coughs far apart", {{500ms, kMutedTalk}, {5s, kMutedSilence}, {500ms, kMutedTalk}, {5s, kMutedSilence}}, {}},
        {"words with short pauses", {{400ms, kMutedTalk}, {200ms, kMutedSilence}, {500ms, kMutedTalk}}, {muted}},
        {"silence while muted", {{60s, kMutedSilence}}, {}},
        {"talking on and on while muted", {{29s, kMutedTalk}}, {muted}},
        {"and half a minute later once more", {{32s, kMutedTalk}}, {muted, muted}},
        {"the end of a sentence after muting", {{3s, kTalk}, {600ms, kMutedTalk}, {5s, kMutedSilence}}, {}},
        {"talking with the switch open", {{60s, kTalk}}, {}},
        {"the device is not open: there is nothing to know", {{60s, kClosed}}, {}},
        {"in the audience", {{60s, kAudience}}, {}},
        {"peaks cut off again and again", {{300ms, kCutOff}, {400ms, kTalk}, {300ms, kCutOff}}, {clipping}},
        {"one loud laugh", {{200ms, kCutOff}, {60s, kTalk}}, {}},
        {"cut off for a whole minute", {{58s, kCutOff}}, {clipping}},
        {"faint for long", {{7s, kFaintTalk}}, {closer}},
        {"faint for a few words", {{4s, kFaintTalk}, {1s, kTalk}, {4s, kFaintTalk}}, {}},
        {"silence is not faint", {{60s, {true, true, true, false, 0.001f}}}, {}},
        {"faint once more within two minutes", {{100s, kFaintTalk}}, {closer}},
    };
    for (const auto& row : table) {
        INFO(row.what);
        std::vector<SoundAdvice> said;
        for (const auto& [when, advice] : run(row.stretches)) said.push_back(advice);
        CHECK(said == row.said);
    }
}

TEST_CASE("the hint that one is muted comes within a second of talking and not again for thirty", "[sound_advice]") {
    const auto said = run({{65s, kMutedTalk}});
    REQUIRE(said.size() == 3);
    CHECK(said[0].first <= 10);
    CHECK(said[1].first - said[0].first >= 300);
    CHECK(said[2].first - said[1].first >= 300);
}

TEST_CASE("a machine that slept concludes nothing from the gap", "[sound_advice]") {
    SoundAdvisor advisor;
    base::TimePoint now{100s};
    CHECK(advisor.next(kMutedTalk, now) == SoundAdvice::none);
    CHECK(advisor.next(kMutedTalk, now + 3h) == SoundAdvice::none);   // one look before and one after
    CHECK(advisor.next(kMutedTalk, now + 2h) == SoundAdvice::none);   // a clock that went back does no harm
}

TEST_CASE("a level is judged by its peak", "[sound_advice]") {
    for (const auto& [peak, level] : std::vector<std::pair<float, InputLevel>>{
             {0.0f, InputLevel::silent}, {0.001f, InputLevel::silent}, {0.01f, InputLevel::faint}, {0.05f, InputLevel::good},
             {0.5f, InputLevel::good}, {0.8f, InputLevel::loud}, {0.99f, InputLevel::clipping}, {1.0f, InputLevel::clipping}, {7.0f, InputLevel::clipping},
             {std::numeric_limits<float>::quiet_NaN(), InputLevel::silent}, {-1.0f, InputLevel::silent}}) {
        INFO(peak);
        CHECK(inputLevel(peak) == level);
    }
}

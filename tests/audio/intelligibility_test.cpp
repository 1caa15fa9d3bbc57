// SPDX-License-Identifier: Apache-2.0
// The score of the bench has the properties its papers give it.
#include "tests/support/intelligibility.h"

#include <algorithm>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/speech.h"

using namespace parlour::tests;

namespace {

std::vector<float> plusNoise(std::vector<float> x, double snrDb, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0f, static_cast<float>(rms(x) * std::pow(10.0, -snrDb / 20.0)));
    for (auto& s : x) s += normal(random);
    return x;
}

}  // namespace

TEST_CASE("speech itself scores 1, louder or softer too, and other speech near 0", "[estoi]") {
    const auto said = speechLike(6.0, 31);
    auto soft = said;
    for (auto& s : soft) s *= 0.1f;
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0.0f, 0.1f);
    std::vector<float> noise(said.size());
    for (auto& s : noise) s = normal(random);
    for (const auto score : {stoi, estoi}) {
        CHECK(score(said, said) > 0.999);
        CHECK(score(said, soft) > 0.999);
        CHECK(score(said, speechLike(6.0, 32)) < 0.35);
        CHECK(std::abs(score(said, noise)) < 0.35);
    }
}

TEST_CASE("the score falls with the noise", "[estoi]") {
    const auto said = speechLike(6.0, 33);
    for (const auto score : {stoi, estoi}) {
        double before = 1.0;
        for (const double snr : {20.0, 10.0, 0.0, -10.0}) {
            const auto now = score(said, plusNoise(said, snr, 4));
            INFO(snr << " dB: " << now);
            CHECK(now < before);
            before = now;
        }
        CHECK(before < 0.6);
    }
}

TEST_CASE("holes cost by their share, and too little speech has no score", "[estoi]") {
    const auto said = speechLike(6.0, 34);
    double before = 1.0;
    for (const std::size_t hole : {960u, 2880u, 4800u}) {
        auto heard = said;
        for (std::size_t at = 0; at + hole < heard.size(); at += 9600)
            std::fill_n(heard.begin() + static_cast<std::ptrdiff_t>(at), hole, 0.0f);
        const auto now = estoi(said, heard);
        INFO(hole << ": " << now);
        CHECK(now < before);
        before = now;
    }
    CHECK(estoi(std::span(said).first(4'800), std::span(said).first(4'800)) == 0.0);
}

TEST_CASE("each utterance is found where it was heard, however the delay moved", "[estoi]") {
    const auto said = speechLike(8.0, 35);
    std::vector<float> heard(said.size() + 20'000, 0.0f);
    // The first half 30 ms late, the second 110 ms.
    const auto half = said.size() / 2;
    std::copy_n(said.begin(), half, heard.begin() + 1'440);
    std::copy(said.begin() + static_cast<std::ptrdiff_t>(half), said.end(),
              heard.begin() + static_cast<std::ptrdiff_t>(half) + 5'280);
    const auto found = scoreUtterances(said, heard, 14'400);
    REQUIRE(found.size() >= 3);
    for (const auto& u : found) {
        INFO(u.begin << ".." << u.end << " delay " << u.delay << " score " << u.estoi);
        if (u.end <= half) CHECK(std::abs(u.delay - 1'440) <= 10);
        if (u.begin >= half) CHECK(std::abs(u.delay - 5'280) <= 10);
        if (u.end <= half || u.begin >= half) CHECK(u.estoi > 0.97);
    }
    CHECK(meanEstoi(found) > 0.9);
    CHECK(meanEstoi({}) == 0.0);
}

TEST_CASE("a recording begun at any time is laid beside what was said", "[estoi]") {
    const auto said = speechLike(8.0, 36);
    std::vector<float> heard(said.size() + 60'000, 0.0f);
    std::copy(said.begin(), said.end(), heard.begin() + 48'000);
    std::fill_n(heard.begin() + 96'000, 48'000, 0.0f);   // a second of it is lost
    const auto early = beginsAt(said, heard);
    REQUIRE(early);
    CHECK(std::abs(*early - 48'000) <= 10);
    const auto late = beginsAt(said, std::span(heard).subspan(72'000));
    REQUIRE(late);
    CHECK(std::abs(*late + 24'000) <= 10);
    CHECK_FALSE(beginsAt(said, std::vector<float>(96'000, 0.0f)));
}

TEST_CASE("a pause put into a sentence costs itself, not all that follows", "[estoi]") {
    auto said = speechLike(14.0, 37);
    std::erase_if(said, [](float s) { return std::abs(s) < 1e-4f; });   // no pauses: sentences of 2 s
    auto heard = said;
    const double before = meanEstoi(scoreUtterances(said, heard, 14'400));
    CHECK(before > 0.99);
    for (std::size_t at = 48'000; at < heard.size(); at += 100'800) heard.insert(heard.begin() + static_cast<std::ptrdiff_t>(at), 2'880, 0.0f);   // 60 ms each 2 s
    const auto after = meanEstoi(scoreUtterances(said, heard, 28'800));
    INFO(after);
    CHECK(after < before);
    CHECK(after > 0.85);
}

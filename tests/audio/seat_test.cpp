// SPDX-License-Identifier: Apache-2.0
// Voices around the listener: where they are heard, that they get neither louder nor click, and who sits where.
#include "audio/device_callback.h"
#include "audio/seat.h"
#include "audio/seating.h"
#include "tests/support/catch.h"
#include "tests/support/speech.h"
#include "tests/support/true_peak.h"

using namespace parlour;
using namespace parlour::audio;
using namespace parlour::tests;

namespace {

struct Stereo {
    std::vector<float> left;
    std::vector<float> right;
    std::vector<float> middle() const {
        std::vector<float> m(left.size());
        for (std::size_t i = 0; i < m.size(); ++i) m[i] = 0.5f * (left[i] + right[i]);
        return m;
    }
    double power() const { return energy(left) + energy(right); }
};

/// `azimuth` and `mode` of each block.
template <class Azimuth, class Mode>
Stereo rendered(const std::vector<float>& voice, Azimuth azimuth, Mode mode) {
    Seat seat;
    Stereo out{std::vector<float>(voice.size()), std::vector<float>(voice.size())};
    for (std::size_t at = 0; at + 480 <= voice.size(); at += 480)
        seat.render(std::span(voice).subspan(at, 480), mode(at / 480), azimuth(at / 480), std::span(out.left).subspan(at, 480),
                    std::span(out.right).subspan(at, 480));
    return out;
}
Stereo rendered(const std::vector<float>& voice, float azimuth, Seats mode) {
    return rendered(voice, [&](std::size_t) { return azimuth; }, [&](std::size_t) { return mode; });
}

/// Samples the left ear hears it later, by the best match of the two, to a tenth.
double interauralDelay(const Stereo& s) {
    double best = -1.0;
    int at = 0;
    std::vector<double> all;
    for (int d = -60; d <= 60; ++d) {
        double sum = 0.0;
        for (std::size_t i = 4'800; i + 4'800 < s.left.size(); ++i)
            sum += static_cast<double>(s.right[i]) * s.left[static_cast<std::size_t>(static_cast<int>(i) + d)];
        all.push_back(sum);
        if (sum > best) best = sum, at = d;
    }
    const auto y = [&](int d) { return all[static_cast<std::size_t>(d + 60)]; };
    if (at <= -60 || at >= 60) return at;
    return at + 0.5 * (y(at - 1) - y(at + 1)) / (y(at - 1) - 2.0 * y(at) + y(at + 1));
}

std::vector<float> tone(double hz, double seconds, float level = 0.2f) {
    std::vector<float> out(static_cast<std::size_t>(48'000 * seconds));
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = level * static_cast<float>(std::sin(2.0 * 3.14159265358979 * hz * static_cast<double>(i) / 48'000.0));
    return out;
}

/// Largest step between neighbours.
double roughest(std::span<const float> x) {
    double most = 0.0;
    for (std::size_t i = 1; i < x.size(); ++i) most = std::max(most, static_cast<double>(std::abs(x[i] - x[i - 1])));
    return most;
}

}  // namespace

TEST_CASE("straight ahead and without seats the voice is what it was, on both sides") {
    const auto voice = speechLike(1.0, 21);
    const auto off = rendered(voice, 45.0f, Seats::off);
    CHECK(off.left == voice);
    CHECK(off.right == voice);
    const auto pan = rendered(voice, 0.0f, Seats::loudspeakers);
    const auto head = rendered(voice, 0.0f, Seats::headphones);
    for (std::size_t i = 1'000; i < voice.size(); ++i) {
        REQUIRE(std::abs(pan.left[i] - voice[i]) < 1e-5f);
        REQUIRE(std::abs(head.left[i] - voice[i - Seat::kAhead]) < 1e-4f);
        REQUIRE(head.left[i] == head.right[i]);
    }
}

TEST_CASE("sound comes to the near ear first and stronger, by what a head of 17.5 cm does") {
    const auto voice = speechLike(2.0, 22);
    for (const float azimuth : {15.0f, 30.0f, 45.0f, 60.0f, 75.0f}) {
        const auto right = rendered(voice, azimuth, Seats::headphones);
        const auto left = rendered(voice, -azimuth, Seats::headphones);
        // Woodworth's a/c (sin + angle) holds for high sound; a sphere delays low sound by up to 3 a/c sin (Kuhn 1977).
        const double angle = azimuth * 3.14159265358979 / 180.0;
        const double expected = 48'000.0 * 0.0875 / 343.0 * (std::sin(angle) + angle);
        INFO(azimuth << " degrees: " << interauralDelay(right) << " samples, expected " << expected);
        CHECK(interauralDelay(right) >= expected - 1.0);
        CHECK(interauralDelay(right) <= 48'000.0 * 0.0875 / 343.0 * 3.0 * std::sin(angle) + 1.0);
        CHECK(interauralDelay(left) == Approx(-interauralDelay(right)).margin(0.1));
        CHECK(energy(right.right) > energy(right.left));
        CHECK(energy(left.left) == Approx(energy(right.right)).epsilon(0.001));
    }
    // The head throws a shadow for high sound, hardly for low.
    const auto difference = [](double hz, float azimuth) {
        const auto s = rendered(tone(hz, 0.5), azimuth, Seats::headphones);
        return toDb(rms(std::span(s.right).last(12'000)) / rms(std::span(s.left).last(12'000)));
    };
    CHECK(difference(200.0, 60.0f) < 3.0);
    CHECK(difference(200.0, 60.0f) > 0.0);
    CHECK(difference(4'000.0, 60.0f) > 10.0);
    CHECK(difference(4'000.0, 60.0f) < 20.0);
    CHECK(difference(4'000.0, 30.0f) < difference(4'000.0, 60.0f));
    CHECK(difference(4'000.0, -60.0f) == Approx(-difference(4'000.0, 60.0f)).margin(0.01));
}

TEST_CASE("no seat is louder than another, and loudspeakers may be summed to one channel") {
    for (const std::uint32_t seed : {23u, 24u, 25u}) {
        const auto voice = speechLike(4.0, seed);
        const double plain = 2.0 * energy(voice);
        for (int place = 0; place < Seating::kPlaces; ++place)
            for (const auto mode : {Seats::headphones, Seats::loudspeakers}) {
                const auto s = rendered(voice, Seating::azimuthOf(place), mode);
                INFO("place " << place << (mode == Seats::headphones ? ", headphones" : ", loudspeakers"));
                CHECK(std::abs(10.0 * std::log10(s.power() / plain)) < 1.0);
                if (mode == Seats::loudspeakers) CHECK(std::abs(10.0 * std::log10(2.0 * energy(s.middle()) / plain)) < 1.0);
            }
    }
}

TEST_CASE("a voice that moves or changes over to other seats does not click") {
    const auto voice = tone(300.0, 2.0);
    const double still = roughest(voice);
    const auto turning = [](std::size_t block) { return std::min(75.0f, -75.0f + 0.9f * static_cast<float>(block)); };
    const auto moving = rendered(voice, turning, [](std::size_t) { return Seats::headphones; });
    CHECK(roughest(std::span(moving.left).subspan(480)) < 1.6 * still);
    CHECK(roughest(std::span(moving.right).subspan(480)) < 1.6 * still);
    const auto switching = rendered(voice, [](std::size_t) { return 60.0f; }, [](std::size_t block) {
        constexpr std::array kModes{Seats::off, Seats::headphones, Seats::loudspeakers, Seats::headphones, Seats::off, Seats::loudspeakers};
        return kModes[block / 7 % kModes.size()];
    });
    CHECK(roughest(switching.left) < 1.8 * still);
    CHECK(roughest(switching.right) < 1.8 * still);
}

TEST_CASE("the first speaker sits ahead, others well apart, and nobody moves") {
    Seating seating;
    const auto angle = [](int place) { return Seating::azimuthOf(place); };
    const int first = seating.take(personKey("ada"));
    CHECK(angle(first) == 0.0f);
    const int second = seating.take(personKey("ben"));
    CHECK(std::abs(angle(second)) >= 45.0f);
    const int third = seating.take(personKey("cem"));
    CHECK(std::abs(angle(third) - angle(second)) >= 45.0f);
    CHECK(std::abs(angle(third)) >= 45.0f);
    seating.leave(second);
    const int fourth = seating.take(personKey("dot"));
    CHECK(std::abs(angle(fourth) - angle(third)) >= 45.0f);
    seating.leave(fourth);
    CHECK(seating.take(personKey("ben")) == second);  // the old place was free
    std::vector<int> people(Seating::kPlaces, 0);
    ++people[static_cast<std::size_t>(first)], ++people[static_cast<std::size_t>(second)], ++people[static_cast<std::size_t>(third)];
    for (int i = 0; i < 19; ++i) ++people[static_cast<std::size_t>(seating.take(personKey("more" + std::to_string(i))))];
    for (const int count : people) CHECK(count == 2);  // more people than places share them evenly

    // The same house, the same places.
    Seating again;
    CHECK(again.take(personKey("ada")) == first);
    CHECK(again.take(personKey("ben")) == second);
    CHECK(again.take(personKey("cem")) == third);
    CHECK(personKey("ada") != personKey("adb"));
}

TEST_CASE("what is known of people does not grow without end, and the newest is kept") {
    Seating seating;
    for (std::uint64_t key = 1; key <= 1'000; ++key) seating.person(key).voice = {-30.0f, 20, static_cast<float>(key)};
    CHECK(seating.person(1'000).voice.gainDb == 1'000.0f);
    CHECK(seating.person(800).voice.gainDb == 800.0f);
    CHECK(seating.person(1).voice.measured == 0);
}

TEST_CASE("a device with two channels gets both sides, one with a single channel their middle") {
    DeviceCallback device;
    CHECK_FALSE(device.stereo());
    const std::vector<float> middle(960, 0.5f);
    const std::vector<float> side(960, 0.2f);
    device.sideRing.write(side);
    device.playoutRing.write(middle);
    const auto callbacks = device.callbacks();
    std::vector<float> pairs(2 * 300);
    callbacks.wantedStereo(pairs);
    CHECK(device.stereo());
    for (std::size_t i = 0; i < 300; ++i) {
        REQUIRE(pairs[2 * i] == Approx(0.7f));
        REQUIRE(pairs[2 * i + 1] == Approx(0.3f));
    }
    std::vector<float> mono(300);
    callbacks.wanted(mono);
    CHECK_FALSE(device.stereo());
    for (const float s : mono) REQUIRE(s == 0.5f);
    CHECK(device.underruns() == 0);
    pairs.resize(2 * 480);  // 360 are left
    callbacks.wantedStereo(pairs);
    CHECK(device.underruns() == 1);
    CHECK(std::abs(pairs.back()) < 1e-6f);
    for (std::size_t i = 2; i < pairs.size(); i += 2) REQUIRE(std::abs(pairs[i] - pairs[i - 2]) < 0.01f);
    CHECK(device.sideRing.size() == device.playoutRing.size());
}

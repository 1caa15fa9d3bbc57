// SPDX-License-Identifier: Apache-2.0
// Music through a real server: two channels for the listeners, and another publication when a person goes over to music or back.
#include <cmath>

#include "audio/capture_chain.h"
#include "tests/room/room_lab.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

/// How loud the difference of both sides was lately, against their sum; 0 = one channel.
double width(const Person& ear, base::Duration length) {
    const auto n = std::min({ear.card->heardLeft.size(), ear.card->heardRight.size(), static_cast<std::size_t>(length.count() * 48 / 1000)});
    double sum = 1e-9, difference = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        const double l = ear.card->heardLeft[ear.card->heardLeft.size() - 1 - i], r = ear.card->heardRight[ear.card->heardRight.size() - 1 - i];
        sum += (l + r) * (l + r);
        difference += (l - r) * (l - r);
    }
    return std::sqrt(difference / sum);
}

}  // namespace

TEST_CASE("who goes over to music while speaking is heard in two channels, and in one when back", "[room][whole][music]") {
    RoomLab lab(false, GENERATE(room::Signalling::v0, room::Signalling::v1));
    auto& host = lab.host();
    auto& ear = lab.join("ear", lab.made.links.listener);
    ear.card->stereo = true;
    std::size_t at = 0;
    host.card->microphonePairs = [&](std::span<float> pairs) {   // another tone on each side, loud and soft by turns
        for (std::size_t i = 0; i + 1 < pairs.size(); i += 2, ++at) {
            const double t = static_cast<double>(at) / 48'000.0;
            pairs[i] = 0.2f * static_cast<float>(std::sin(2'000.0 * t) * (1.1 + std::sin(20.0 * t)));
            pairs[i + 1] = 0.2f * static_cast<float>(std::sin(3'000.0 * t) * (1.1 + std::cos(20.0 * t)));
        }
    };
    lab.goLive(host, 7);
    REQUIRE(lab.until([&] { return ear.hears(host) >= 0.0 && ear.card->heardLeft.size() > 48'000 && width(ear, 1s) == 0.0; }));
    const auto trackOf = [&] {
        for (const auto& p : ear.state()->participants)
            if (p->identity == host.state()->self) return p->microphoneTrack;
        return base::TrackSid();
    };
    REQUIRE(lab.until([&] { return !trackOf().empty(); }));
    const auto speech = trackOf();
    audio::EngineSettings settings;
    settings.devices.blockFrames = 480;
    settings.capture = audio::unprocessed({});
    settings.capture.music = true;
    host.engine.apply(settings);
    REQUIRE(lab.until([&] { return !trackOf().empty() && trackOf() != speech; }));
    REQUIRE(lab.until([&] { return width(ear, 500ms) > 0.5 && width(ear, 500ms) < 2.0; }));
    const auto music = trackOf();
    settings.capture.music = false;
    host.engine.apply(settings);
    REQUIRE(lab.until([&] { return !trackOf().empty() && trackOf() != music; }));
    REQUIRE(lab.until([&] { return width(ear, 500ms) < 0.01; }));
    CHECK(host.refused.empty());
}

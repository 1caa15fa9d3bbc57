// SPDX-License-Identifier: Apache-2.0
// Two channels in descriptions (RFC 7587, 6.1 and 7): who sends two says so, who hears that asks for them.
#include "core/rtc/session_description.h"
#include "tests/support/catch.h"
#include "tests/support/peer_lab.h"

using namespace parlour;
using namespace parlour::rtc;
using tests::PeerLab;

namespace {

/// Of the only line with sound.
Codec opusOf(const SessionDescription& session) {
    for (const auto& media : session.media)
        if (const auto* codec = media.codec("opus")) return *codec;
    FAIL("no Opus");
    return {};
}

}  // namespace

TEST_CASE("a sender of two channels says so, is asked for two, and the listener's side hears of it", "[rtc][music]") {
    PeerLab lab(true);
    AudioSenderConfig config{"microphone", "mic-1"};
    config.stereo = true;
    const auto sender = lab.client.connection->addAudioSender(config);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    const auto offer = parseSessionDescription(lab.lastOffer), answer = parseSessionDescription(lab.lastAnswer);
    CHECK(opusOf(*offer).has("stereo=1"));
    CHECK(opusOf(*offer).has("sprop-stereo=1"));
    CHECK(opusOf(*answer).has("stereo=1"));
    CHECK_FALSE(opusOf(*answer).has("sprop-stereo=1"));
    REQUIRE(lab.server.all<RemoteTrackAdded>().size() == 1);
    CHECK(lab.server.all<RemoteTrackAdded>().back().stereo);

    // The same line goes on with one channel.
    lab.client.connection->removeSender(sender);
    REQUIRE(lab.negotiate(lab.client, lab.server));
    lab.client.connection->addAudioSender({"microphone", "mic-2"});
    REQUIRE(lab.negotiate(lab.client, lab.server));
    const auto next = parseSessionDescription(lab.lastOffer);
    CHECK_FALSE(opusOf(*next).has("stereo=1"));
    CHECK_FALSE(opusOf(*next).has("sprop-stereo=1"));
    CHECK_FALSE(opusOf(*parseSessionDescription(lab.lastAnswer)).has("stereo=1"));
    CHECK_FALSE(lab.server.all<RemoteTrackAdded>().back().stereo);
}

TEST_CASE("a parameter is found by its whole text", "[rtc][music]") {
    Codec codec;
    CHECK_FALSE(codec.has("stereo=1"));
    codec.parameters = "minptime=10; sprop-stereo=1;useinbandfec=1";
    CHECK(codec.has("sprop-stereo=1"));
    CHECK_FALSE(codec.has("stereo=1"));
    CHECK_FALSE(codec.has("sprop-stereo"));
    codec.parameters = "stereo=10";
    CHECK_FALSE(codec.has("stereo=1"));
    codec.parameters = ";;stereo=1 ";
    CHECK(codec.has("stereo=1"));
}

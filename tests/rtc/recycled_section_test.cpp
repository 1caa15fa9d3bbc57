// SPDX-License-Identifier: Apache-2.0
// Stock SDKs offer video sections, are refused, and use the refused places for their microphone at once.
#include <string>

#include "core/rtc/certificate.h"
#include "core/rtc/peer_connection.h"
#include "tests/support/catch.h"

using namespace parlour;

namespace {

std::string head(const std::string& bundle) {
    return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE " + bundle + "\r\n";
}
std::string section(const std::string& line, const std::string& mid, const std::string& more) {
    return "m=" + line +
           "\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 "
           "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n"
           "a=setup:actpass\r\na=mid:" + mid + "\r\n" + more;
}
const std::string kData = section("application 9 UDP/DTLS/SCTP webrtc-datachannel", "0", "a=sctp-port:5000\r\n");
std::string audio(const std::string& mid) {
    return section("audio 9 UDP/TLS/RTP/SAVPF 111", mid,
                   "a=sendonly\r\na=rtcp-mux\r\na=msid:- cid\r\na=rtpmap:111 opus/48000/2\r\na=ssrc:77 cname:x\r\n");
}

}  // namespace

TEST_CASE("a refused section may come back as another one, a living one may not", "[rtc]") {
    rtc::PeerConnectionConfig config;
    config.transport.iceMode = rtc::IceMode::lite;
    config.transport.certificate = rtc::Certificate::generate();
    config.rawRtp = true;
    rtc::PeerConnection server(config);
    const base::TimePoint now{base::Duration(1)};
    const auto video = section("video 9 UDP/TLS/RTP/SAVPF 96", "1", "a=recvonly\r\na=rtcp-mux\r\na=rtpmap:96 VP8/90000\r\n");
    const auto refused = server.acceptOffer(head("0 1") + kData + video, now);
    REQUIRE(refused);
    CHECK(refused->find("m=video 0 ") != std::string::npos);

    const auto answer = server.acceptOffer(head("0 6") + kData + audio("6"), now);
    REQUIRE(answer);
    CHECK(answer->find("m=audio 9 ") != std::string::npos);
    CHECK(answer->find("a=mid:6") != std::string::npos);
    int added = 0;
    while (auto event = server.pollEvent())
        if (auto* track = std::get_if<rtc::RemoteTrackAdded>(&*event)) {
            ++added;
            CHECK(track->mid == "6");
            CHECK(track->trackId == "cid");
            CHECK(track->ssrc == 77u);
        }
    CHECK(added == 1);
    CHECK_FALSE(server.acceptOffer(head("0 7") + kData + audio("7"), now));
}

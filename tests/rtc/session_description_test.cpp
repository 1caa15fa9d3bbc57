// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/session_description.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;

namespace {

const std::string kHead = "v=0\r\no=- 77 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
const std::string kFingerprint =
    "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff\r\n";

/// The form in which a browser offers a microphone.
std::string browserOffer() {
    return kHead + "a=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n" +
           "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:Tq4z\r\n"
           "a=ice-pwd:nV2p7hQ0bS5xKd83LmYc1RtA\r\na=ice-options:trickle\r\n" +
           kFingerprint +
           "a=setup:actpass\r\na=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
           "a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:15 urn:x:two-byte-only\r\na=sendonly\r\n"
           "a=msid:- d0c1a7e2\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=rtpmap:111 OPUS/48000/2\r\na=rtcp-fb:111 transport-cc\r\n"
           "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:0 PCMU/8000\r\n"
           "a=rtcp-fb:* nack\r\na=ssrc:3141592653 cname:Kc0V\r\na=ssrc:3141592653 msid:- d0c1a7e2\r\n"
           "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:Tq4z\r\n"
           "a=ice-pwd:nV2p7hQ0bS5xKd83LmYc1RtA\r\na=setup:actpass\r\na=mid:1\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n";
}

}  // namespace

TEST_CASE("an offer in a browser's form is read whole", "[rtc]") {
    const auto session = parseSessionDescription(browserOffer());
    REQUIRE(session);
    CHECK(session->id == 77);
    CHECK(session->version == 3);
    CHECK(session->bundle == std::vector<std::string>{"0", "1"});
    REQUIRE(session->media.size() == 2);
    const auto& audio = session->media[0];
    CHECK(audio.kind == MediaKind::audio);
    CHECK(audio.direction == Direction::sendonly);
    CHECK(audio.setup == Setup::actpass);
    CHECK(audio.iceUfrag == "Tq4z");
    CHECK(audio.rtcpMux);
    CHECK(audio.fingerprint.size() == 95);
    CHECK(audio.fingerprint.substr(90) == "EE:FF");
    REQUIRE(audio.codec("opus") != nullptr);
    CHECK(audio.codec("opus")->channels == 2);
    CHECK(audio.codec("opus")->feedback == std::vector<std::string>{"transport-cc", "nack"});
    CHECK(audio.codec("red")->parameters == "111/111");
    CHECK(audio.extensionId(kMidExtension) == 4);
    CHECK(audio.extensionId(kLevelExtension) == 1);
    CHECK(audio.extensionId("urn:x:two-byte-only") == 0);
    CHECK(audio.streamId == "-");
    CHECK(audio.trackId == "d0c1a7e2");
    REQUIRE(audio.ssrcs.size() == 1);
    CHECK(audio.ssrcs[0].ssrc == 3141592653u);
    const auto& data = session->media[1];
    CHECK(data.kind == MediaKind::application);
    CHECK(data.sctpPort == 5000);
    CHECK(data.maxMessageSize == 262144u);
    CHECK(data.fingerprint.empty());
}

TEST_CASE("sections inherit what stands at session level, and their own wins", "[rtc]") {
    const auto session = parseSessionDescription(
        kHead + kFingerprint + "a=setup:actpass\r\na=ice-ufrag:sess\r\na=ice-pwd:0123456789012345678901\r\na=recvonly\r\na=ice-lite\r\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=setup:passive\r\na=ice-ufrag:own1\r\na=sendonly\r\n");
    REQUIRE(session);
    CHECK(session->iceLite);
    CHECK(session->media[0].fingerprint.size() == 95);
    CHECK(session->media[0].iceUfrag == "sess");
    CHECK(session->media[0].icePwd == "0123456789012345678901");
    CHECK(session->media[0].direction == Direction::recvonly);
    CHECK(session->media[1].setup == Setup::passive);
    CHECK(session->media[1].iceUfrag == "own1");
    CHECK(session->media[1].direction == Direction::sendonly);
}

TEST_CASE("candidates of RTCP are dropped, port 0 is a refusal unless bundle-only", "[rtc]") {
    const auto session = parseSessionDescription(
        kHead + "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=candidate:9 1 udp 2130706431 192.0.2.7 7882 typ host\r\n"
        "a=candidate:9 2 udp 2130706431 192.0.2.7 7882 typ host\r\na=end-of-candidates\r\n"
        "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=bundle-only\r\n");
    REQUIRE(session);
    CHECK(session->media[0].candidates.size() == 1);
    CHECK(session->media[0].endOfCandidates);
    CHECK(session->media[0].rejected());
    CHECK_FALSE(session->media[1].rejected());
}

TEST_CASE("a description that was written is read back the same", "[rtc]") {
    const auto session = parseSessionDescription(browserOffer());
    REQUIRE(session);
    const auto again = parseSessionDescription(toString(*session));
    REQUIRE(again);
    CHECK(*again == *session);
}

TEST_CASE("64 KiB are read, one byte more is refused", "[rtc][T38]") {
    auto text = kHead + "a=x:";
    text += std::string(64 * 1024 - text.size() - 2, 'y') + "\r\n";
    REQUIRE(text.size() == 64 * 1024);
    CHECK(parseSessionDescription(text));
    const auto larger = parseSessionDescription(text + "\n");
    REQUIRE_FALSE(larger);
    CHECK(larger.error().code == "sdp_too_large");
}

TEST_CASE("1000 lines are read, one more is refused", "[rtc][T38]") {
    auto text = kHead;
    for (int i = 4; i < 1000; ++i) text += "a=x\r\n";
    CHECK(parseSessionDescription(text));
    const auto longer = parseSessionDescription(text + "a=x\r\n");
    REQUIRE_FALSE(longer);
    CHECK(longer.error().code == "sdp_too_large");
}

TEST_CASE("64 media sections are read, one more is refused", "[rtc][T38]") {
    auto text = kHead;
    for (int i = 0; i < 64; ++i) text += "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
    CHECK(parseSessionDescription(text));
    const auto more = parseSessionDescription(text + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n");
    REQUIRE_FALSE(more);
    CHECK(more.error().code == "sdp_too_large");
}

TEST_CASE("what is no session description is refused", "[rtc][T38]") {
    for (const char* text : {"", "v=1\r\n", "o=- 1 1 IN IP4 0.0.0.0\r\n", "v=0\r\nnonsense\r\n", "v=0\r\nm=audio\r\n",
                                   "v=0\r\nm=audio x UDP 1\r\n", "v=0\r\nm=audio 65536 UDP 1\r\n"}) {
        INFO(text);
        const auto session = parseSessionDescription(text);
        REQUIRE_FALSE(session);
        CHECK(session.error().code == "sdp_malformed");
    }
    CHECK_FALSE(parseSessionDescription(kHead + "a=mid:0\rx\r\n"));
    CHECK_FALSE(parseSessionDescription(kHead + std::string("a=mid:\0\r\n", 9)));
}

TEST_CASE("fingerprints of another hash or form are none", "[rtc]") {
    for (const std::string& value : {std::string("sha-1 00:11"), std::string("sha-256 00:11"), "sha-256 " + std::string(95, 'A'), std::string("sha-256")}) {
        const auto session = parseSessionDescription(kHead + "m=audio 9 UDP 1\r\na=fingerprint:" + value + "\r\n");
        REQUIRE(session);
        CHECK(session->media[0].fingerprint.empty());
    }
}

TEST_CASE("every description of the recorded stock clients and server is read", "[rtc]") {
    const std::filesystem::path folder = std::filesystem::path(PARLOUR_SOURCE_DIR) / ".." / "shared" / "data" / "livekit-captures";
    if (!std::filesystem::exists(folder)) {
        WARN("skipped: no recordings beside this checkout");
        return;
    }
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".txt") continue;
        std::ifstream file(entry.path());
        std::string line, sdp;
        const auto finish = [&] {
            if (sdp.empty()) return;
            const auto session = parseSessionDescription(sdp);
            INFO(entry.path().filename().string() << "\n" << sdp);
            REQUIRE(session);
            CHECK_FALSE(session->media.empty());
            for (const auto& m : session->media) {
                if (m.rejected() || m.kind == MediaKind::other) continue;
                CHECK(m.fingerprint.size() == 95);
                CHECK_FALSE(m.iceUfrag.empty());
                CHECK_FALSE(m.mid.empty());
                CHECK(m.setup != Setup::none);
                if (m.kind == MediaKind::audio) CHECK(m.codec("opus") != nullptr);
                if (m.kind == MediaKind::application) CHECK(m.sctpPort == 5000);
            }
            ++count;
            sdp.clear();
        };
        while (std::getline(file, line)) {
            if (!line.empty() && line.back() == '\r') line.pop_back();
            if (line.rfind("    | ", 0) != 0) {
                finish();
                continue;
            }
            if (line.rfind("    | v=0", 0) == 0) finish();
            if (line[6] == '(') continue;   // the recorder left out lines of video sections and says so
            sdp += line.substr(6) + "\r\n";
        }
        finish();
    }
    CHECK(count > 200);
}

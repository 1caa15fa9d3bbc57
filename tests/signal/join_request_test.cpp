// SPDX-License-Identifier: Apache-2.0
#include "core/signal/join_request.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::signal;

namespace {

JoinRequest sample() {
    JoinRequest request;
    request.clientProtocol = 2;
    request.sdk = 10;
    request.version = "0.1.0";
    request.autoSubscribe = true;
    request.offer = SessionDescription{"offer", "v=0\r\n" + std::string(3000, 'a'), 1, {}};
    AddTrack track;
    track.cid = "mic";
    request.addTracks = {track};
    return request;
}

/// WrappedJoinRequest{compression = GZIP, join_request = inside}, by hand.
std::string wrapped(base::ByteView inside, int compression = 1) {
    std::string out = std::string("\x08") + static_cast<char>(compression) + "\x12";
    for (auto size = inside.size(); ; size >>= 7) {
        out.push_back(static_cast<char>((size & 0x7f) | (size > 0x7f ? 0x80 : 0)));
        if (size <= 0x7f) break;
    }
    out += std::string(base::asText(inside));
    return base::toBase64Url(base::asBytes(out), true);
}

/// JoinRequest.metadata of so many bytes: the whole is `total`.
base::Bytes ofSize(std::size_t total) {
    const auto content = total - 1 - 3;   // tag and a length of three bytes
    std::string out = "\x1a";
    for (auto size = content, i = std::size_t{0}; i < 3; size >>= 7, ++i) out.push_back(static_cast<char>((size & 0x7f) | (i < 2 ? 0x80 : 0)));
    return base::toBytes(base::asBytes(out + std::string(content, 'm')));
}

}  // namespace

TEST_CASE("a join request comes through packed and plain, padded and not", "[signal][join-request]") {
    for (const bool packed : {false, true}) {
        auto text = encodeJoinRequest(sample(), packed);
        CHECK(text.size() % 4 == 0);
        CHECK((packed ? text.size() < 600 : text.size() > 3000));
        for (int round = 0; round < 2; ++round) {
            const auto read = decodeJoinRequest(text);
            REQUIRE(read);
            CHECK(read->autoSubscribe);
            CHECK(read->clientProtocol == 2);
            CHECK(read->sdk == 10);
            CHECK(read->version == "0.1.0");
            REQUIRE(read->offer);
            CHECK(read->offer->sdp == sample().offer->sdp);
            REQUIRE(read->addTracks.size() == 1);
            CHECK(read->addTracks[0].cid == "mic");
            while (text.ends_with('=')) text.pop_back();
        }
    }
    JoinRequest again;
    again.reconnect = true;
    again.participant = base::ParticipantSid("PA_1");
    again.syncState.emplace().subscription.tracks.emplace_back("TR_1");
    const auto read = decodeJoinRequest(encodeJoinRequest(again, true));
    REQUIRE(read);
    CHECK(read->reconnect);
    CHECK_FALSE(read->autoSubscribe);   // unset is no on this path
    REQUIRE(read->syncState);
    CHECK(read->syncState->subscription.tracks.size() == 1);
}

TEST_CASE("a packed join request may grow to the limit and not by one byte more", "[signal][join-request][T35]") {
    const auto most = ofSize(kMaxJoinRequest), more = ofSize(kMaxJoinRequest + 1);
    REQUIRE(most.size() == kMaxJoinRequest);
    CHECK(gunzip(gzip(most), kMaxJoinRequest) == most);
    CHECK_FALSE(gunzip(gzip(more), kMaxJoinRequest));
    CHECK(decodeJoinRequest(wrapped(gzip(most))));
    CHECK(decodeJoinRequest(wrapped(gzip(more))).error().code == "join_malformed");
    // A bomb: 64 MiB in what a request line has room for is given up at the limit.
    const auto bomb = gzip(base::Bytes(64 * 1024 * 1024));
    CHECK_FALSE(gunzip(bomb, kMaxJoinRequest));
    CHECK_FALSE(decodeJoinRequest(wrapped(base::ByteView(bomb).first(30 * 1024))));
    CHECK(decodeJoinRequest(std::string(kMaxJoinParameter + 1, 'A')).error().code == "join_too_large");
    CHECK(decodeJoinRequest(std::string(kMaxJoinParameter, 'A')).error().code == "join_malformed");
}

TEST_CASE("broken join requests are refused", "[signal][join-request]") {
    const auto packed = gzip(base::asBytes(std::string_view("\x38\x01")));
    CHECK(decodeJoinRequest(wrapped(packed)));
    auto trailing = packed;
    trailing.push_back(std::byte{0});
    for (const auto& text : {std::string("*"), wrapped(base::ByteView(packed).first(packed.size() - 1)), wrapped(trailing),
                             wrapped(packed, 0), wrapped(packed, 2), wrapped({}), wrapped(base::asBytes(std::string_view("\xff")), 0)})
        CHECK_FALSE(decodeJoinRequest(text));
    CHECK(decodeJoinRequest(""));   // an empty request asks for nothing
    auto many = sample();
    many.addTracks.assign(8, many.addTracks[0]);
    CHECK(decodeJoinRequest(encodeJoinRequest(many)));
    many.addTracks.push_back(many.addTracks[0]);
    CHECK_FALSE(decodeJoinRequest(encodeJoinRequest(many)));
}

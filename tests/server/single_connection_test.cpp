// SPDX-License-Identifier: Apache-2.0
// /rtc/v1: one peer connection, the client's offer inside its request, lines asked for when there are more speakers.
#include "core/rtc/session_description.h"
#include "tests/server/endpoint_world.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

/// An offer as livekit-client makes it: lines to hear on, one for video, the data channels last.
std::string offerOf(int audios, int version = 1, bool video = true) {
    rtc::SessionDescription s;
    s.id = 7;
    s.version = static_cast<std::uint64_t>(version);
    const auto add = [&](rtc::MediaKind kind, const char* word) -> rtc::MediaDescription& {
        auto& m = s.media.emplace_back();
        m.kind = kind;
        m.kindText = word;
        m.mid = std::to_string(s.media.size() - 1);
        m.setup = rtc::Setup::actpass;
        m.iceUfrag = "abcd";
        m.icePwd = "abcdefghijklmnopqrstuvwx";
        m.fingerprint = "00";
        for (int i = 1; i < 32; ++i) m.fingerprint += ":00";
        m.direction = rtc::Direction::recvonly;
        m.rtcpMux = true;
        s.bundle.push_back(m.mid);
        return m;
    };
    const auto addAudio = [&] {
        auto& m = add(rtc::MediaKind::audio, "audio");
        m.formats = {"111"};
        m.codecs = {{111, "opus", 48'000, 2, "minptime=10;useinbandfec=1", {}}};
    };
    for (int i = 0; i < std::min(audios, 3); ++i) addAudio();
    if (video) {
        auto& m = add(rtc::MediaKind::other, "video");
        m.formats = {"96", "97"};
        m.codecs = {{96, "VP8", 90'000, 1, "", {}}, {97, "rtx", 90'000, 1, "apt=96", {}}};
    }
    auto& data = add(rtc::MediaKind::application, "application");
    data.protocol = "UDP/DTLS/SCTP";
    data.formats = {"webrtc-datachannel"};
    data.sctpPort = 5000;
    for (int i = 3; i < audios; ++i) addAudio();
    return rtc::toString(s);
}

/// Signalling alone: what the server says to a client of this kind.
struct SingleClient {
    World& world;
    std::shared_ptr<MemoryChannel> channel;
    std::vector<signal::SignalResponse> received;
    int refused = 0;

    void connect(const std::string& token, signal::JoinRequest request) {
        auto ends = MemoryChannel::pair(world.executor);
        channel = ends.first;
        channel->onMessage([this](std::span<const std::byte> bytes) {
            if (auto message = signal::decodeResponse(bytes)) received.push_back(*message);
        });
        server::SignalConnect connect{token, request.reconnect, request.autoSubscribe, 17, 2, request};
        world.endpoint->connect(connect, {[end = ends.second]() -> std::shared_ptr<base::Channel> { return end; },
                                          [this](int status, std::string) { refused = status; }});
        world.run(std::chrono::milliseconds(100));
    }
    template <class T>
    std::vector<T> all() const {
        std::vector<T> out;
        for (const auto& m : received)
            if (const auto* t = std::get_if<T>(&m)) out.push_back(*t);
        return out;
    }
    void offer(int audios, int version) {
        channel->send(signal::encode(signal::SignalRequest(signal::Offer{{"offer", offerOf(audios, version), static_cast<std::uint32_t>(version), {}}})));
        world.run(std::chrono::milliseconds(100));
    }
};

signal::JoinRequest requestOf(int audios) {
    signal::JoinRequest request;
    request.autoSubscribe = true;
    request.offer = signal::SessionDescription{"offer", offerOf(audios), 1, {}};
    return request;
}

std::vector<std::unique_ptr<ScriptedClient>> speakers(World& world, int count, int from = 0) {
    std::vector<std::unique_ptr<ScriptedClient>> out;
    for (int i = from; i < from + count; ++i) {
        const std::string name(1, static_cast<char>('a' + i));
        world.admit(name, true);
        out.push_back(std::make_unique<ScriptedClient>(world, name));
        out.back()->join();
        out.back()->publish();
        world.run(std::chrono::milliseconds(200));
    }
    return out;
}

}  // namespace

TEST_CASE("the offer inside a join is answered after the join, with the tracks that are there", "[single-connection]") {
    World world;
    const auto stage = speakers(world, 1);
    world.admit("z", false);
    SingleClient client{world, {}, {}};
    client.connect("join:z", requestOf(3));
    REQUIRE(client.received.size() >= 2);
    const auto* join = std::get_if<signal::Join>(&client.received.front());
    REQUIRE(join != nullptr);
    CHECK_FALSE(join->subscriberPrimary);
    REQUIRE(join->others.size() == 1);
    CHECK(client.all<signal::Offer>().empty());
    const auto answers = client.all<signal::Answer>();
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].description.id == 1);
    REQUIRE(answers[0].description.midToTrackId.size() == 1);
    const auto [mid, track] = *answers[0].description.midToTrackId.begin();
    CHECK(track == join->others[0].tracks.at(0).sid.str());
    const auto sdp = rtc::parseSessionDescription(answers[0].description.sdp);
    REQUIRE(sdp);
    REQUIRE(sdp->media.size() == 5);
    for (const auto& m : sdp->media) CHECK_FALSE(m.rejected());   // browsers trip over a refused line in their next offer
    CHECK(sdp->media[0].trackId == track);
    CHECK(sdp->media[0].streamId.starts_with(join->others[0].sid.str()));
    CHECK(sdp->media[1].direction == rtc::Direction::inactive);
    CHECK(sdp->media[3].direction == rtc::Direction::inactive);
    CHECK(client.all<signal::MediaSectionsRequirement>().empty());
}

TEST_CASE("more speakers than lines: the server asks for what is missing, and not without end", "[single-connection]") {
    World world;
    auto stage = speakers(world, 2);
    world.admit("z", false);
    SingleClient client{world, {}, {}};
    client.connect("join:z", requestOf(3));
    auto late = speakers(world, 3, 2);
    auto wanted = client.all<signal::MediaSectionsRequirement>();
    REQUIRE(wanted.size() == 3);   // one for each: the third speaker has a line already
    CHECK(wanted[0].audios == 0);
    CHECK(wanted[1].audios == 1);
    CHECK(wanted[2].audios == 2);
    client.offer(5, 2);
    CHECK(client.all<signal::Answer>().back().description.midToTrackId.size() == 5);
    CHECK(client.all<signal::MediaSectionsRequirement>().size() == 3);
    // Somebody goes: the client is asked to offer again, and the line is free.
    stage.erase(stage.begin());
    const auto before = client.all<signal::MediaSectionsRequirement>().size();
    late[0]->send(signal::Leave{});
    world.run(std::chrono::milliseconds(200));
    CHECK(client.all<signal::MediaSectionsRequirement>().size() == before + 1);
    client.offer(5, 3);
    CHECK(client.all<signal::Answer>().back().description.midToTrackId.size() == 4);
    // A client that never adds lines is asked a few times, then left alone.
    World other;
    auto many = speakers(other, 4);
    other.admit("z", false);
    SingleClient deaf{other, {}, {}};
    deaf.connect("join:z", requestOf(1));
    for (int version = 2; version < 12; ++version) deaf.offer(1, version);
    CHECK(deaf.all<signal::MediaSectionsRequirement>().size() == static_cast<std::size_t>(server::MediaSession::kMaxAsked));
    CHECK(deaf.all<signal::Leave>().empty());
}

TEST_CASE("without auto_subscribe nothing is heard until it is asked for", "[single-connection]") {
    World world;
    const auto stage = speakers(world, 1);
    world.admit("z", false);
    SingleClient client{world, {}, {}};
    auto request = requestOf(3);
    request.autoSubscribe = false;
    client.connect("join:z", request);
    CHECK(client.all<signal::Answer>().at(0).description.midToTrackId.empty());
    signal::UpdateSubscription subscription;
    subscription.subscribe = true;
    subscription.tracks = {client.all<signal::Join>().at(0).others.at(0).tracks.at(0).sid};
    client.channel->send(signal::encode(signal::SignalRequest(subscription)));
    world.run(std::chrono::milliseconds(100));
    CHECK(client.all<signal::MediaSectionsRequirement>().size() == 1);
    client.offer(3, 2);
    CHECK(client.all<signal::Answer>().back().description.midToTrackId.size() == 1);
}

TEST_CASE("tracks added inside the request are published before the offer is looked at", "[single-connection]") {
    World world;
    world.admit("z", true);
    SingleClient client{world, {}, {}};
    auto request = requestOf(3);
    signal::AddTrack mic;
    mic.cid = "z-mic";
    request.addTracks = {mic};
    client.connect("join:z", request);
    REQUIRE(client.all<signal::TrackPublished>().size() == 1);
    CHECK(client.all<signal::TrackPublished>()[0].cid == "z-mic");
}

TEST_CASE("a resume of another kind of connections, or of nobody, is told to join afresh", "[single-connection]") {
    World world;
    world.admit("z", false);
    ScriptedClient dual(world, "z");
    dual.join();
    SingleClient client{world, {}, {}};
    signal::JoinRequest again;
    again.reconnect = true;
    client.connect("refresh:z", again);
    REQUIRE(client.all<signal::Leave>().size() == 1);
    CHECK(client.all<signal::Leave>()[0].action == signal::LeaveAction::reconnect);
    CHECK(client.received.size() == 1);
    CHECK(dual.all<signal::Leave>().empty());
    SingleClient stranger{world, {}, {}};
    stranger.connect("refresh:nobody", again);
    REQUIRE(stranger.all<signal::Leave>().size() == 1);
    CHECK(stranger.all<signal::Leave>()[0].reason == signal::DisconnectReason::stateMismatch);
}

TEST_CASE("both validate probes answer any web page, and say what was wrong", "[single-connection][T56]") {
    World world;
    const auto probe = [&](const std::string& path, std::map<std::string, std::string> query) {
        net::HttpRequest request;
        request.method = "GET";
        request.path = path;
        request.query = std::move(query);
        std::optional<net::HttpResponse> response;
        REQUIRE(world.endpoint->handleRequest(request, [&](net::HttpResponse r) { response.emplace(std::move(r)); }));
        world.executor.runReady();
        REQUIRE(response);
        CHECK(response->header("access-control-allow-origin") == "*");
        // What livekit-client looks for in a 404: by other words it would ask the other path for ever.
        CHECK((response->status == 404 && path.ends_with("validate")) == (response->body.find("requested room does not exist") != std::string::npos));
        return response->status;
    };
    const auto join = signal::encodeJoinRequest(requestOf(3), true);
    CHECK(probe("/rtc/v1/validate", {{"access_token", "join:a"}, {"join_request", join}}) == 200);
    CHECK(probe("//rtc/v1/validate/", {{"access_token", "join:a"}, {"join_request", join}}) == 200);
    CHECK(probe("/rtc/v1/validate", {{"access_token", "wrong"}, {"join_request", join}}) == 401);
    CHECK(probe("/rtc/v1/validate", {{"access_token", "join:a"}}) == 400);
    CHECK(probe("/rtc/v1/validate", {{"access_token", "join:a"}, {"join_request", join.substr(9)}}) == 400);
    CHECK(probe("/rtc/validate", {{"access_token", "join:a"}}) == 200);
    CHECK(probe("/rtc/validate", {{"access_token", "wrong"}}) == 401);
    CHECK(probe("/rtc/validate", {{"access_token", "gone:a"}}) == 404);
    CHECK(probe("/rtc/v1/validate", {{"access_token", "gone:a"}, {"join_request", join}}) == 404);
    CHECK(probe("/rtc/v1/validate", {{"access_token", "wrong"}, {"join_request", join.substr(9)}}) == 401);   // the token first
    CHECK(probe("/rtc/v1", {{"access_token", "join:a"}, {"join_request", join}}) == 404);
}

// SPDX-License-Identifier: Apache-2.0
// Which path a client takes to a LiveKit server, and where it goes when it is sent away; the server is played.
#include <set>

#include "core/base/clock.h"
#include "core/net/udp_socket.h"
#include "core/room/entrance.h"
#include "core/room/media_link.h"
#include "core/room/regions.h"
#include "core/rtc/certificate.h"
#include "core/rtc/ice_types.h"
#include "core/rtc/session_description.h"
#include "core/signal/codec.h"
#include "core/signal/regions.h"
#include "tests/room/person.h"
#include "tests/room/played_server.h"

using namespace parlour;
using namespace parlour::tests;
using room::Regions;
using room::Signalling;

namespace {

struct Way {
    net::EventLoop loop;
    PlayedServer server{loop};
    std::unique_ptr<Person> ana;

    explicit Way(Signalling signalling = Signalling::automatic) : ana(std::make_unique<Person>(loop, "ana", false, signalling)) {}
    ~Way() { ana.reset(); }
    bool until(const std::function<bool()>& done) { return loop.runUntil(done, 20s); }
    void enter() { ana->session->enterServer({server.url(), PlayedServer::token()}); }
    bool arrived(std::size_t count, const PlayedServer* at = nullptr) {
        return until([&] { return (at != nullptr ? at : &server)->arrivals.size() >= count; });
    }
    bool inRoster() { return until([&] { return ana->me() != nullptr; }); }
};

/// Where a relay could be: counts what it is asked.
struct RelayEar {
    std::unique_ptr<net::UdpSocket> socket;
    int asked = 0;
    std::set<std::uint16_t> from;   ///< ports

    explicit RelayEar(net::EventLoop& loop) : socket(std::move(*net::UdpSocket::bind(loop, *base::SocketAddress::parse("127.0.0.1:0")))) {
        socket->onDatagram([this](std::span<const std::byte>, const base::SocketAddress& client) {
            ++asked;
            from.insert(client.port);
        });
    }
    std::vector<signal::IceServer> servers() const { return {{{"turn:127.0.0.1:" + std::to_string(socket->localAddress().port)}, "ana", "secret"}}; }
};

rtc::PeerConnectionConfig litePeer() {
    rtc::PeerConnectionConfig config;
    config.transport.iceMode = rtc::IceMode::lite;
    config.transport.controlling = false;
    config.transport.certificate = rtc::Certificate::generate();
    return config;
}

/// Answers an offer with nowhere to send to, so that no direct way can be found.
void answerFromNowhere(Way& way, PlayedServer::Arrival& one) {
    room::MediaLink nowhere(way.loop, litePeer(), {}, [](rtc::PeerEvent&) {});
    const auto answer = nowhere.connection().acceptOffer(one.join->offer->sdp, nowhere.now());
    REQUIRE(answer);
    PlayedServer::say(one, signal::Answer{{"answer", *answer, one.join->offer->id, {}}});
}

}  // namespace

TEST_CASE("a join begins on /rtc/v1 with the offer in it, and the token is in no address", "[room][way]") {
    Way way;
    way.enter();
    REQUIRE(way.arrived(1));
    const auto& join = *way.server.arrivals[0];
    CHECK(join.path == "/rtc/v1");
    CHECK(join.token == PlayedServer::token());
    CHECK(join.query.size() == 1);
    REQUIRE(join.single());
    CHECK(join.join->autoSubscribe);
    CHECK_FALSE(join.join->reconnect);
    REQUIRE(join.join->offer);
    const auto offer = rtc::parseSessionDescription(join.join->offer->sdp);
    REQUIRE(offer);
    const auto hears = std::count_if(offer->media.begin(), offer->media.end(), [](const rtc::MediaDescription& m) {
        return m.kind == rtc::MediaKind::audio && m.direction == rtc::Direction::recvonly;
    });
    CHECK(hears == 3);
    CHECK(offer->media.back().kind == rtc::MediaKind::application);
}

TEST_CASE("a server that does not know /rtc/v1 is joined on /rtc", "[room][way]") {
    Way way;
    way.server.door = [](const auto& one) { return one.path == "/rtc" ? std::pair(0, std::string()) : std::pair(404, std::string("404 page not found\n")); };
    way.enter();
    REQUIRE(way.arrived(2));
    CHECK(way.server.arrivals[0]->path == "/rtc/v1");
    CHECK(way.server.arrivals[1]->path == "/rtc");
    CHECK_FALSE(way.server.arrivals[1]->single());
    CHECK(way.server.arrivals[1]->query.at("auto_subscribe") == "1");
    PlayedServer::welcome(*way.server.arrivals[1], true);
    REQUIRE(way.inRoster());
    // After a full reconnect it is asked anew: the server may have become a newer one.
    PlayedServer::say(*way.server.arrivals[1], signal::Leave{signal::DisconnectReason::unknown, signal::LeaveAction::reconnect, true});
    REQUIRE(way.arrived(4));
    CHECK(way.server.arrivals[2]->path == "/rtc/v1");
    CHECK(way.server.arrivals[3]->path == "/rtc");
}

TEST_CASE("a room that does not exist is no reason to try the other path", "[room][way]") {
    Way way;
    way.server.door = [](const auto&) { return std::pair(404, std::string("requested room does not exist")); };
    way.enter();
    REQUIRE(way.until([&] { return way.ana->left(LeaveReason::refused); }));
    CHECK(way.server.arrivals.size() == 1);
    CHECK(way.ana->state()->error->code == "room_unknown");
}

TEST_CASE("who was told which protocol to use stays with it", "[room][way]") {
    Way old(Signalling::v0);
    old.enter();
    REQUIRE(old.arrived(1));
    CHECK(old.server.arrivals[0]->path == "/rtc");
    Way strict(Signalling::v1);
    strict.server.door = [](const auto&) { return std::pair(404, std::string("404 page not found")); };
    strict.enter();
    REQUIRE(strict.until([&] { return strict.ana->state()->session == SessionState::left; }));
    CHECK(strict.server.arrivals.size() == 1);
}

TEST_CASE("a resume names the participant and carries the newest token, the state of the connection comes first", "[room][way]") {
    Way way(GENERATE(Signalling::v0, Signalling::v1));
    way.enter();
    REQUIRE(way.arrived(1));
    auto& first = *way.server.arrivals[0];
    PlayedServer::welcome(first, !first.single());
    PlayedServer::say(first, signal::RefreshToken{"newer"});
    REQUIRE(way.inRoster());
    PlayedServer::say(first, signal::Leave{signal::DisconnectReason::connectionTimeout, signal::LeaveAction::resume, true});
    REQUIRE(way.arrived(2));
    auto& second = *way.server.arrivals[1];
    CHECK(second.resumes());
    CHECK(second.sid() == "PA_1");
    CHECK(second.token == "newer");
    CHECK(second.single() == first.single());
    if (second.single()) CHECK_FALSE(second.join->offer);
    PlayedServer::say(second, signal::Reconnect{});
    REQUIRE(way.until([&] { return !second.said.empty(); }));
    const auto* sync = std::get_if<signal::SyncState>(&second.said[0]);
    REQUIRE(sync != nullptr);
    if (!second.single()) return;
    REQUIRE(sync->offer);
    CHECK(sync->offer->sdp == first.join->offer->sdp);
    // What the server wanted meanwhile was said to nobody: it gets an offer.
    REQUIRE(way.until([&] { return std::any_of(second.said.begin(), second.said.end(), [](const auto& m) { return std::holds_alternative<signal::Offer>(m); }); }));
}

TEST_CASE("the server says by the leave's action whether it is the end", "[room][way]") {
    Way way;
    way.enter();
    REQUIRE(way.arrived(1));
    PlayedServer::welcome(*way.server.arrivals[0]);
    REQUIRE(way.inRoster());
    PlayedServer::say(*way.server.arrivals[0], signal::Leave{signal::DisconnectReason::stateMismatch, signal::LeaveAction::reconnect, true});
    REQUIRE(way.arrived(2));
    CHECK_FALSE(way.server.arrivals[1]->resumes());
    REQUIRE(way.server.arrivals[1]->join->offer);
    PlayedServer::welcome(*way.server.arrivals[1]);
    PlayedServer::say(*way.server.arrivals[1], signal::Leave{signal::DisconnectReason::participantRemoved, signal::LeaveAction::disconnect, false});
    REQUIRE(way.until([&] { return way.ana->left(LeaveReason::removed); }));
    CHECK(way.server.arrivals.size() == 2);
}

TEST_CASE("a server that sends everybody to other regions is obeyed, one region after the other, then comes its own address", "[room][way]") {
    Way way;
    PlayedServer full(way.loop), near(way.loop);
    full.door = [](const auto&) { return std::pair(503, std::string("node is full")); };
    way.enter();
    REQUIRE(way.arrived(1));
    auto& first = *way.server.arrivals[0];
    PlayedServer::welcome(first);
    PlayedServer::say(first, signal::RefreshToken{"newer"});
    REQUIRE(way.inRoster());
    PlayedServer::say(first, signal::Leave{signal::DisconnectReason::migration, signal::LeaveAction::reconnect, true,
                                           {{"away", "ws://192.0.2.7:7880", 1}, {"full", full.url(), 2}, {"near", near.url(), 3}}});
    REQUIRE(way.arrived(1, &near));
    CHECK(full.arrivals.size() == 1);
    CHECK(way.server.arrivals.size() == 1);
    CHECK(near.arrivals[0]->token == "newer");
    CHECK_FALSE(near.arrivals[0]->resumes());
    PlayedServer::welcome(*near.arrivals[0]);
    // That one goes away, too: where it worked is tried, then the server's own address.
    REQUIRE(way.until([&] { return way.ana->me() != nullptr && !way.ana->state()->participants.empty(); }));
    PlayedServer::say(*near.arrivals[0], signal::Leave{signal::DisconnectReason::stateMismatch, signal::LeaveAction::reconnect, true});
    REQUIRE(way.arrived(2));
    CHECK_FALSE(way.server.arrivals[1]->resumes());
}

TEST_CASE("who is inside and sent to another region goes there, and does not knock again where he was", "[room][way]") {
    Way way;
    PlayedServer west(way.loop);
    way.enter();
    REQUIRE(way.arrived(1));
    auto& first = *way.server.arrivals[0];
    // The other end of the media, so that one is really inside.
    room::MediaLink media(way.loop, litePeer(), std::vector{base::IpAddress::v4({127, 0, 0, 1})}, [](rtc::PeerEvent&) {});
    const auto answer = media.connection().acceptOffer(first.join->offer->sdp, media.now());
    REQUIRE(answer);
    media.flush();
    PlayedServer::welcome(first);
    PlayedServer::say(first, signal::Answer{{"answer", *answer, first.join->offer->id, {}}});
    REQUIRE(way.until([&] { return way.ana->joined(); }));
    PlayedServer::say(first, signal::Leave{signal::DisconnectReason::migration, signal::LeaveAction::reconnect, true, {{"west", west.url(), 1}}});
    REQUIRE(way.arrived(1, &west));
    CHECK(way.server.arrivals.size() == 1);
    CHECK(west.arrivals[0]->join->offer->sdp != first.join->offer->sdp);
}

TEST_CASE("who joins anew does not use the relays that were named before", "[room][way]") {
    Way way;
    RelayEar old(way.loop);
    way.enter();
    REQUIRE(way.arrived(1));
    PlayedServer::welcome(*way.server.arrivals[0], false, old.servers());
    REQUIRE(way.inRoster());
    PlayedServer::say(*way.server.arrivals[0], signal::Leave{signal::DisconnectReason::unknown, signal::LeaveAction::reconnect, true});
    REQUIRE(way.arrived(2));
    PlayedServer::welcome(*way.server.arrivals[1]);
    answerFromNowhere(way, *way.server.arrivals[1]);
    bool due = false;
    const auto patience = way.loop.postAfter(rtc::kRelayDelay + 200ms, [&] { due = true; });
    REQUIRE(way.until([&] { return due; }));
    CHECK(old.asked == 0);
}

TEST_CASE("a resume that names other relays goes to those", "[room][way]") {
    Way way;
    RelayEar before(way.loop), now(way.loop);
    way.enter();
    REQUIRE(way.arrived(1));
    auto& first = *way.server.arrivals[0];
    PlayedServer::welcome(first, false, before.servers());
    answerFromNowhere(way, first);
    REQUIRE(way.until([&] { return before.asked > 0; }));
    PlayedServer::say(first, signal::Leave{signal::DisconnectReason::connectionTimeout, signal::LeaveAction::resume, true});
    REQUIRE(way.arrived(2));
    signal::Reconnect again;
    again.iceServers = now.servers();
    PlayedServer::say(*way.server.arrivals[1], again);
    REQUIRE(way.until([&] { return now.asked > 0; }));
}

TEST_CASE("who leaves by another address asks the relay anew, also when no address of his is gone", "[room][way]") {
    net::EventLoop loop;
    RelayEar relay(loop);
    const std::vector own{base::IpAddress::v4({127, 0, 0, 1})};
    room::MediaWays ways(own);
    ways.relays = {*rtc::parseTurnUrl(relay.servers()[0].urls[0], "ana", "secret")};
    ways.relayOnly = true;
    auto config = litePeer();
    config.transport.iceMode = rtc::IceMode::full;
    room::MediaLink link(loop, config, ways, [](rtc::PeerEvent&) {});
    REQUIRE(loop.runUntil([&] { return relay.from.size() == 1; }, 20s));
    link.networkChanged(own);
    REQUIRE(loop.runUntil([&] { return relay.asked == 2; }, 20s));   // the same question once more
    CHECK(relay.from.size() == 1);
    link.networkChanged(own, true);
    CHECK(loop.runUntil([&] { return relay.from.size() == 2; }, 20s));
}

TEST_CASE("sections for pictures are asked for in vain, and not for ever", "[room][way]") {
    Way way;
    way.enter();
    REQUIRE(way.arrived(1));
    auto& one = *way.server.arrivals[0];
    signal::ParticipantInfo painter;
    painter.sid = base::ParticipantSid("PA_2");
    painter.identity = base::Identity("ben");
    painter.state = signal::ParticipantState::active;
    painter.tracks.emplace_back();
    painter.tracks[0].sid = base::TrackSid("TR_V1");
    painter.tracks[0].type = signal::TrackType::video;
    PlayedServer::welcome(one);
    PlayedServer::say(one, signal::ParticipantUpdate{{painter}});
    PlayedServer::say(one, signal::ParticipantUpdate{{painter}});
    const auto declines = [&] {
        return std::count_if(one.said.begin(), one.said.end(), [](const auto& m) {
            const auto* wish = std::get_if<signal::UpdateSubscription>(&m);
            return wish != nullptr && !wish->subscribe && wish->tracks == std::vector{base::TrackSid("TR_V1")};
        });
    };
    REQUIRE(way.until([&] { return declines() == 1; }));
    PlayedServer::say(one, signal::PongResponse{});
    CHECK(way.inRoster());
    CHECK(declines() == 1);
}

TEST_CASE("regions are taken where the token may go as safely as home", "[room][way]") {
    const std::vector<signal::Region> list{{"a", "wss://a.example.org", 1}, {"plain", "ws://b.example.org", 2}, {"a again", "https://a.example.org/", 3},
                                           {"broken", "not an address", 4}, {"query", "wss://c.example.org/?x=1", 5}, {"d", "https://d.example.org:7443/rtc", 6}};
    Regions regions;
    const std::string home = "wss://home.example.org/";
    CHECK(regions.next(home) == home);
    regions.set(list, home);
    CHECK(regions.size() == 2);
    CHECK(regions.next(home) == "wss://a.example.org/");
    CHECK(regions.next(home) == "wss://d.example.org:7443/rtc");
    CHECK(regions.next(home) == home);
    CHECK(regions.next(home) == "wss://a.example.org/");
    regions.set({{"loop", "ws://127.0.0.1:1", 0}}, home);
    CHECK(regions.size() == 0);   // not from an encrypted address to one that is not
    regions.set(std::vector<signal::Region>(40, {"x", "wss://x.example.org", 0}), home);
    CHECK(regions.size() == 1);
    std::vector<signal::Region> many;
    for (int i = 0; i < 40; ++i) many.push_back({"x", "wss://x" + std::to_string(i) + ".example.org", 0});
    regions.set(many, home);
    CHECK(regions.size() == Regions::kMost);
}

TEST_CASE("a list of regions is read as LiveKit Cloud writes it, and nothing else is", "[room][way]") {
    const auto list = signal::parseRegions(R"({"regions":[{"region":"a","url":"https://a.example.org","distance":"12"},{"region":"b","url":7},
                                              {"url":"https://c.example.org","distance":3},"x"],"more":1})");
    REQUIRE(list);
    CHECK(*list == std::vector<signal::Region>{{"a", "https://a.example.org", 12}, {"", "https://c.example.org", 3}});
    for (const auto* bad : {"", "[]", "{}", "{\"regions\":{}}", "not json", "{\"regions\":["}) CHECK_FALSE(signal::parseRegions(bad));
    const auto read = [](std::size_t entries, std::size_t letters) {
        const auto entry = R"({"url":"wss://)" + std::string(letters - 6, 'a') + "\"}";
        std::string text = R"({"regions":[)" + entry;
        for (std::size_t i = 1; i < entries; ++i) text += "," + entry;
        return signal::parseRegions(text + "]}")->size();
    };
    CHECK(read(signal::kMaxRegions, 20) == signal::kMaxRegions);
    CHECK(read(signal::kMaxRegions + 1, 20) == signal::kMaxRegions);
    CHECK(read(1, 512) == 1);
    CHECK(read(1, 513) == 0);
}

TEST_CASE("only LiveKit Cloud is asked for its regions", "[room][way]") {
    CHECK(Regions::listedBy("wss://talk-x1.livekit.cloud/"));
    CHECK(Regions::listedBy("wss://talk.staging.livekit.run/"));
    for (const auto* other : {"wss://livekit.cloud.example.org/", "wss://evil-livekit.cloud/", "ws://talk.livekit.cloud/", "ws://127.0.0.1:7880/", "wss://talk.example.org/"})
        CHECK_FALSE(Regions::listedBy(other));
}

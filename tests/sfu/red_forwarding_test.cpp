// SPDX-License-Identifier: Apache-2.0
// RED (RFC 2198) through the forwarder: passed on to who takes it, taken apart for who does not.
#include "core/rtc/red.h"
#include "tests/sfu/forward_lab.h"

using namespace parlour;
using namespace parlour::tests;
using Heard = std::vector<std::pair<int, int>>;

namespace {

/// Raw RTP into one open publisher: what a peer could send that is not ours.
struct Raw {
    static constexpr std::uint8_t kOpus = 111, kRed = 63;
    sfu::Publisher publisher{config()};
    base::TimePoint now{base::Duration(1'000'000)};
    base::Bytes payload;
    std::uint16_t sequence = 65'530;
    std::uint32_t timestamp = 4'294'960'000u;

    static sfu::PublisherConfig config() {
        sfu::PublisherConfig c;
        c.ssrc = 1;
        c.payloadType = kOpus;
        c.redPayloadType = kRed;
        c.authorised = true;
        return c;
    }
    /// The frame of number `n` as anybody would encode it.
    static base::Bytes opus(std::uint16_t n) {
        base::Bytes bytes(30 + n % 5, std::byte{0x5a});
        bytes[0] = std::byte{0x48};
        bytes[1] = static_cast<std::byte>(n & 0xff);
        return bytes;
    }
    std::optional<sfu::ForwardedPacket> send(base::Bytes bytes, std::uint8_t type) {
        payload = std::move(bytes);
        rtc::RtpView view;
        view.sequence = sequence++;
        view.timestamp = timestamp += 960;
        view.ssrc = 1;
        view.payloadType = type;
        view.payload = payload;
        now += 20ms;
        return publisher.accept(view, now);
    }
    /// With `copies` before it.
    base::Bytes red(std::size_t copies, std::uint8_t type = kOpus) const {
        std::vector<base::Bytes> bytes;
        std::vector<rtc::RedBlock> older;
        for (std::size_t n = 1; n <= copies; ++n) bytes.push_back(opus(static_cast<std::uint16_t>(sequence - n)));
        for (std::size_t n = 1; n <= copies; ++n) older.push_back({type, static_cast<std::uint32_t>(960 * n), bytes[n - 1]});
        base::Bytes out(1400);
        out.resize(rtc::writeRed(type, older, opus(sequence), out));
        return out;
    }
    void skip() {
        ++sequence;
        timestamp += 960;
        now += 20ms;
    }
};

/// Ana speaks with two copies in each packet; Cleo takes RED, Dan does not.
struct RedRoom {
    Lab lab;
    Speaker ana{lab, 1, 5001, true};
    Listener cleo{lab, 6001}, dan{lab, 6002, false};
    sfu::Publisher* publisher = ana.publish();

    RedRoom() { ana.redundancy = 2; }
};

}  // namespace

TEST_CASE_METHOD(RedRoom, "RED reaches who takes it as RED, and a plain listener beside hears the same frames as Opus", "[sfu][red]") {
    REQUIRE(publisher->config().redPayloadType == 63);
    auto* red = cleo.subscribe(publisher);
    auto* plain = dan.subscribe(publisher);
    CHECK(red->takesRed());
    CHECK_FALSE(plain->takesRed());
    for (int i = 0; i < 6; ++i) ana.say(1);
    const Heard all{{1, 0}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}};
    CHECK(cleo.take() == all);
    CHECK(dan.take() == all);
    // One and then two in a row are lost on the way to the listeners: the copies fill them for who takes RED.
    lab.deliver = false;
    ana.say(1);
    lab.deliver = true;
    ana.say(1);
    lab.deliver = false;
    ana.say(1);
    ana.say(1);
    lab.deliver = true;
    ana.say(1);
    REQUIRE(cleo.pair.heard.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        const auto& f = cleo.pair.heard[i].frame;
        CHECK(f.sequence == cleo.pair.heard[0].frame.sequence + static_cast<std::int64_t>(i));
        CHECK(f.rtpTimestamp == cleo.pair.heard[0].frame.rtpTimestamp + 960 * i);
    }
    CHECK(cleo.pair.heard[0].frame.redundancyDistance == 1);
    CHECK(cleo.pair.heard[1].frame.redundancyDistance == 0);
    CHECK(cleo.pair.heard[2].frame.redundancyDistance == 2);
    CHECK(cleo.take() == Heard{{1, 6}, {1, 7}, {1, 8}, {1, 9}, {1, 10}});
    CHECK(dan.take() == Heard{{1, 7}, {1, 10}});
}

TEST_CASE_METHOD(RedRoom, "what is lost on the way to the server is found in the copies, for plain listeners too, once", "[sfu][red]") {
    cleo.subscribe(publisher);
    dan.subscribe(publisher);
    for (int i = 0; i < 3; ++i) ana.say(1);
    ana.lost = true;
    ana.say(1);
    ana.say(1);
    ana.lost = false;
    ana.say(1);
    ana.say(1);
    const Heard all{{1, 0}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}, {1, 6}};
    // Packet 6 brings 4 once more: which copies are news the jitter buffer knows.
    CHECK(cleo.take() == Heard{{1, 0}, {1, 1}, {1, 2}, {1, 3}, {1, 4}, {1, 5}, {1, 4}, {1, 6}});
    for (std::size_t i = 1; i < dan.pair.heard.size(); ++i) {
        CHECK(dan.pair.heard[i].frame.sequence == dan.pair.heard[i - 1].frame.sequence + 1);
        CHECK(dan.pair.heard[i].frame.rtpTimestamp == dan.pair.heard[i - 1].frame.rtpTimestamp + 960);
    }
    CHECK(dan.take() == all);
    CHECK(lab.forwarder.stats().recovered == 2);
    CHECK(lab.forwarder.stats().redIn == 5);
    CHECK(lab.forwarder.stats().redOut == 5);   // to cleo; dan gets Opus
}

TEST_CASE("a packet that comes after its copy went out is dropped: no number is used for two texts", "[sfu][red]") {
    Raw raw;
    REQUIRE(raw.send(raw.red(1), Raw::kRed));
    const auto lateSequence = raw.sequence;
    const auto lateTimestamp = raw.timestamp + 960;
    raw.skip();
    REQUIRE(raw.send(raw.red(1), Raw::kRed));
    REQUIRE(raw.publisher.recovered().size() == 1);
    CHECK(raw.publisher.recovered()[0].sequence == 1);
    const auto copy = raw.publisher.recovered()[0].payload;
    const auto said = Raw::opus(lateSequence);
    CHECK(std::equal(copy.begin(), copy.end(), said.begin(), said.end()));
    rtc::RtpView late;
    late.sequence = lateSequence;
    late.timestamp = lateTimestamp;
    late.ssrc = 1;
    late.payloadType = Raw::kOpus;
    late.payload = said;
    CHECK_FALSE(raw.publisher.accept(late, raw.now));
    REQUIRE(raw.send(raw.red(1), Raw::kRed));
    CHECK(raw.publisher.recovered().empty());
}

TEST_CASE_METHOD(RedRoom, "no copy reaches back behind a mute", "[sfu][red][T32]") {
    cleo.subscribe(publisher);
    dan.subscribe(publisher);
    for (int i = 0; i < 3; ++i) {
        lab.deliver = i < 2;   // the last one before the mute is lost: a copy of another would take its place
        ana.say(1);
    }
    lab.deliver = true;
    cleo.take();
    dan.take();
    publisher->setMuted(true);
    for (int i = 0; i < 4; ++i) ana.say(1);   // 3 to 6: nobody's
    publisher->setMuted(false);
    lab.deliver = false;
    ana.say(1);                               // 7 is lost on the way down
    lab.deliver = true;
    ana.say(1);
    CHECK(cleo.take() == Heard{{1, 7}, {1, 8}});
    CHECK(dan.take() == Heard{{1, 8}});
}

TEST_CASE_METHOD(RedRoom, "a listener who switches the line on again gets no copies of what passed meanwhile", "[sfu][red]") {
    auto* line = cleo.subscribe(publisher);
    for (int i = 0; i < 3; ++i) {
        lab.deliver = i < 2;   // the last one before the pause is lost: a copy of another would take its place
        ana.say(1);
    }
    lab.deliver = true;
    line->setPaused(true);
    for (int i = 0; i < 3; ++i) ana.say(1);
    line->setPaused(false);
    ana.say(1);
    ana.say(1);
    CHECK(cleo.take() == Heard{{1, 0}, {1, 1}, {1, 6}, {1, 7}});
}

TEST_CASE_METHOD(RedRoom, "a NACK is answered with the very bytes that were sent, RED or not", "[sfu][red]") {
    for (auto* listener : {&cleo, &dan}) {
        auto* line = listener->subscribe(publisher);
        for (int i = 0; i < 30; ++i) ana.say(1);
        listener->take();
        lab.keep = true;
        lab.deliver = false;
        lab.kept.clear();
        ana.say(1);
        const auto original = lab.kept.back();   // the line added last is served last
        lab.deliver = true;
        lab.kept.clear();
        const auto parameters = listener->pair.server.senderParameters(line->sender());
        const auto lost = static_cast<std::uint16_t>(parameters->firstSequence + 30);
        lab.forwarder.onNack(listener->pair.server, line->sender(), std::span(&lost, 1), lab.now);
        lab.batch.flush();
        REQUIRE(lab.kept.size() == 1);
        CHECK(lab.kept[0] == original);
        CHECK(listener->take().size() == 1);
    }
}

TEST_CASE("RED that is none is counted and goes nowhere", "[sfu][red]") {
    Raw raw;
    REQUIRE(raw.send(raw.red(0), Raw::kRed));
    const std::vector<base::Bytes> broken{
        {std::byte{0x80 | 111}},                                            // a header without an end
        {std::byte{0x80 | 111}, std::byte{0x0f}, std::byte{0}, std::byte{0xff}, std::byte{111}, std::byte{1}},  // longer than it is
        {std::byte{0}, std::byte{1}, std::byte{2}},                         // another codec
        {std::byte{63}, std::byte{111}, std::byte{1}},                      // RED in RED
        {std::byte{111}},                                                   // nothing in it
    };
    for (const auto& bytes : broken) CHECK_FALSE(raw.send(bytes, Raw::kRed));
    CHECK_FALSE(raw.send(raw.red(9), 64));                                  // another payload type: refused, not looked at
    CHECK(raw.publisher.malformed == broken.size());
    CHECK(raw.publisher.refused == broken.size() + 1);
    // Copies of another codec are left away, the frame itself is good.
    const auto mixed = raw.send([&] {
        auto bytes = raw.red(2);
        bytes[0] = std::byte{0x80 | 8};   // the older of the two
        return bytes;
    }(), Raw::kRed);
    REQUIRE(mixed);
    CHECK(mixed->copyCount == 1);
    CHECK(raw.send(Raw::opus(raw.sequence), Raw::kOpus));                   // and plain Opus may stand between
}

TEST_CASE("eight copies are passed on, a ninth makes the packet malformed", "[sfu][red]") {
    Raw raw;
    for (int i = 0; i < 20; ++i) REQUIRE(raw.send(raw.red(0), Raw::kRed));
    const auto most = raw.send(raw.red(8), Raw::kRed);
    REQUIRE(most);
    CHECK(most->copyCount == 8);
    base::Bytes nine;
    for (int i = 9; i > 0; --i) {
        const auto rest = static_cast<std::uint32_t>(960 * i) << 10 | 1u;
        nine.push_back(std::byte{0x80 | 111});
        for (const int shift : {16, 8, 0}) nine.push_back(static_cast<std::byte>(rest >> shift & 0xff));
    }
    nine.push_back(std::byte{111});
    nine.resize(nine.size() + 9 + 30, std::byte{0x48});
    CHECK_FALSE(raw.send(nine, Raw::kRed));
    CHECK(raw.publisher.malformed == 1);
}

TEST_CASE("T40 copies buy nobody more packets per second, and no listener gets more bytes than came", "[sfu][red][T40]") {
    Raw raw;
    REQUIRE(raw.send(raw.red(0), Raw::kRed));
    const auto start = raw.now;
    std::size_t out = 0;
    for (int i = 0; i < 2000; ++i) {
        for (int n = 0; n < 8; ++n) raw.skip();
        raw.now = start;
        if (raw.send(raw.red(8), Raw::kRed)) ++out;
        raw.now = start;
        out += raw.publisher.recovered().size();
    }
    CHECK(out <= sfu::Publisher::kMaxPacketsPerSecond);

    Lab lab;
    Speaker ana(lab, 1, 5001, true);
    ana.redundancy = 4;
    Listener cleo(lab, 6001);
    cleo.subscribe(ana.publish());
    for (int i = 0; i < 100; ++i) ana.say(1);
    const auto in = ana.pair.client.stats(lab.now).outbound.at(0);
    // Header, extensions and tag of each packet down, against payload alone on the way up.
    CHECK(lab.bytesSent <= in.bytesSent + 100 * 48);
    CHECK(lab.sent == 100);
}

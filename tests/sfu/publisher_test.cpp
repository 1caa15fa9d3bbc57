// SPDX-License-Identifier: Apache-2.0
// Numbering at the entry of the forwarder, on virtual time.
#include "core/sfu/publisher.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace std::chrono_literals;

namespace {

struct Source {
    std::uint16_t sequence = 65'530;
    std::uint32_t timestamp = 4'294'960'000u;
    base::TimePoint now{base::Duration(1'000'000)};
    base::Bytes payload = base::Bytes(60, std::byte{0x48});

    rtc::RtpView next(std::uint32_t ticks = 960) {
        rtc::RtpView view;
        view.sequence = sequence++;
        view.timestamp = timestamp += ticks;
        view.ssrc = 1;
        view.payloadType = 111;
        view.payload = payload;
        now += base::Duration(static_cast<std::int64_t>(ticks) * 1000 / 48);
        return view;
    }
};

sfu::Publisher openPublisher() {
    sfu::PublisherConfig config;
    config.ssrc = 1;
    config.authorised = true;
    return sfu::Publisher(config);
}

}  // namespace

TEST_CASE("forwarded numbers run on over the wrap of the source's", "[sfu]") {
    auto publisher = openPublisher();
    Source source;
    for (int i = 0; i < 20; ++i) {
        const auto packet = publisher.accept(source.next(), source.now);
        REQUIRE(packet);
        CHECK(packet->sequence == i);
    }
}

TEST_CASE("a packet lost on the way in stays a hole on the way out", "[sfu]") {
    auto publisher = openPublisher();
    Source source;
    publisher.accept(source.next(), source.now);
    source.next();
    CHECK(publisher.accept(source.next(), source.now)->sequence == 2);
}

TEST_CASE("a late packet keeps its place", "[sfu]") {
    auto publisher = openPublisher();
    Source source;
    publisher.accept(source.next(), source.now);
    const auto late = source.next();
    CHECK(publisher.accept(source.next(), source.now)->sequence == 2);
    CHECK(publisher.accept(late, source.now)->sequence == 1);
}

TEST_CASE("a mute leaves no hole in the numbers and the clock goes on by the time that passed", "[sfu]") {
    auto publisher = openPublisher();
    Source source;
    const auto before = publisher.accept(source.next(), source.now);
    publisher.setMuted(true);
    for (int i = 0; i < 100; ++i) CHECK_FALSE(publisher.accept(source.next(), source.now));
    publisher.setMuted(false);
    const auto after = publisher.accept(source.next(), source.now);
    REQUIRE(after);
    CHECK(after->sequence == before->sequence + 1);
    CHECK(after->timestamp - before->timestamp == 101u * 960u);
}

TEST_CASE("a source whose clock stood still while it was muted is moved on", "[sfu]") {
    auto publisher = openPublisher();
    Source source;
    const auto before = publisher.accept(source.next(), source.now);
    publisher.setMuted(true);
    publisher.setMuted(false);
    source.now += 10s;
    const auto after = publisher.accept(source.next(), source.now);
    CHECK(after->timestamp - before->timestamp == 10u * 48'000u + 960u);
    CHECK(publisher.accept(source.next(), source.now)->timestamp - after->timestamp == 960u);
}

TEST_CASE("a gap of DTX stays as it is", "[sfu]") {
    auto publisher = openPublisher();
    Source source;
    const auto before = publisher.accept(source.next(), source.now);
    const auto after = publisher.accept(source.next(19'200), source.now);
    CHECK(after->sequence == before->sequence + 1);
    CHECK(after->timestamp - before->timestamp == 19'200u);
}

TEST_CASE("another source of the same track continues numbers and clock", "[sfu]") {
    auto publisher = openPublisher();
    Source first;
    std::optional<sfu::ForwardedPacket> last;
    for (int i = 0; i < 5; ++i) last = publisher.accept(first.next(), first.now);
    publisher.setSource(2, 109, 0, 0, 0);
    Source second;
    second.sequence = 100;
    second.timestamp = 5;
    second.now = first.now;
    auto view = second.next();
    CHECK_FALSE(publisher.accept(view, second.now));  // still under the old payload type
    view.payloadType = 109;
    const auto next = publisher.accept(view, second.now);
    REQUIRE(next);
    CHECK(next->sequence == last->sequence + 1);
    CHECK(next->timestamp - last->timestamp == 960u);
}

TEST_CASE("what was said before a mute is not repeated after it", "[sfu]") {
    auto publisher = openPublisher();
    Source source;
    const auto said = publisher.accept(source.next(), source.now);
    CHECK(publisher.recall(said->sequence));
    publisher.setMuted(true);
    CHECK_FALSE(publisher.recall(said->sequence));
    publisher.setMuted(false);
    CHECK_FALSE(publisher.recall(said->sequence));
    // A straggler of the time before is not let through either.
    auto straggler = source.next();
    straggler.sequence = static_cast<std::uint16_t>(straggler.sequence - 2);
    publisher.accept(source.next(), source.now);
    CHECK_FALSE(publisher.accept(straggler, source.now));
}

TEST_CASE("the memory for repeats holds the last 64 packets and not one more", "[sfu]") {
    auto publisher = openPublisher();
    Source source;
    for (std::size_t i = 0; i <= sfu::Publisher::kRing; ++i) publisher.accept(source.next(), source.now);
    CHECK_FALSE(publisher.recall(0));
    CHECK(publisher.recall(1));
    CHECK(publisher.recall(sfu::Publisher::kRing));
    CHECK_FALSE(publisher.recall(sfu::Publisher::kRing + 1));
}

TEST_CASE("T40 a flood is cut at 250 packets per second and a longest payload", "[sfu][T40]") {
    auto publisher = openPublisher();
    Source source;
    const auto start = source.now;
    int let = 0;
    for (int i = 0; i < 2000; ++i) let += publisher.accept(source.next(), start) ? 1 : 0;
    CHECK(let == sfu::Publisher::kMaxPacketsPerSecond);
    source.now = start + 10s;
    source.payload.resize(sfu::Publisher::kMaxPayload);
    CHECK(publisher.accept(source.next(), source.now));
    source.payload.resize(sfu::Publisher::kMaxPayload + 1);
    CHECK_FALSE(publisher.accept(source.next(), source.now));
    source.payload.clear();
    CHECK_FALSE(publisher.accept(source.next(), source.now));
}

TEST_CASE("nothing passes without authority, and held differs from muted", "[sfu]") {
    sfu::PublisherConfig config;
    config.ssrc = 1;
    sfu::Publisher publisher(config);
    Source source;
    CHECK_FALSE(publisher.accept(source.next(), source.now));
    publisher.setMuted(true);
    publisher.setAuthorised(true);
    CHECK_FALSE(publisher.accept(source.next(), source.now));
    publisher.setMuted(false);
    CHECK(publisher.accept(source.next(), source.now));
    publisher.setAuthorised(false);
    CHECK_FALSE(publisher.accept(source.next(), source.now));
}

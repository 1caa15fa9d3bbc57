// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/stream_framing.h"

#include <algorithm>
#include <vector>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;

namespace {

struct Reader {
    StreamDeframer frames;
    std::vector<base::Bytes> got;
    std::size_t wanted = 100;
    bool feed(base::ByteView bytes) {
        return frames.feed(bytes, [&](base::ByteView datagram) {
            got.push_back(base::toBytes(datagram));
            return got.size() < wanted;
        });
    }
};

}  // namespace

TEST_CASE("datagrams come whole and in order out of a stream, wherever it was cut", "[rtc][stream-framing]") {
    const std::vector<base::Bytes> sent{base::Bytes(1, std::byte{1}), base::Bytes(kMaxStreamFrame, std::byte{2}), base::Bytes(300, std::byte{3})};
    base::Bytes stream;
    for (const auto& datagram : sent) {
        const auto framed = frameForStream(datagram);
        CHECK(framed.size() == datagram.size() + 2);
        stream.insert(stream.end(), framed.begin(), framed.end());
    }
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{299}, stream.size()}) {
        Reader reader;
        for (std::size_t at = 0; at < stream.size(); at += piece) REQUIRE(reader.feed(base::ByteView(stream).subspan(at, std::min(piece, stream.size() - at))));
        INFO(piece);
        CHECK(reader.got == sent);
    }
}

TEST_CASE("no length but those of datagrams is read: not nothing, not one byte more than the longest", "[rtc][stream-framing][T39]") {
    Reader longest, longer, empty;
    CHECK(longest.feed(frameForStream(base::Bytes(kMaxStreamFrame))));
    CHECK(longest.got.size() == 1);
    CHECK_FALSE(longer.feed(base::ByteView(frameForStream(base::Bytes(kMaxStreamFrame + 1))).first(2)));   // at once, not after all of it
    CHECK_FALSE(empty.feed(frameForStream({})));
    CHECK(longer.got.empty());
    CHECK(empty.got.empty());
}

TEST_CASE("who wants no more gets no more", "[rtc][stream-framing]") {
    Reader reader;
    reader.wanted = 1;
    auto two = frameForStream(base::Bytes(5));
    two.insert(two.end(), two.begin(), two.end());
    CHECK(reader.feed(two));
    CHECK(reader.got.size() == 1);
}

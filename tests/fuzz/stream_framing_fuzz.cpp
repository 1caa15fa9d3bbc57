// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any bytes as a stream of framed datagrams (RFC 4571), whole and byte by byte: the same datagrams come out, none is empty or
// too long, and framed again they are what was read.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "core/rtc/stream_framing.h"

using namespace parlour;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView stream(reinterpret_cast<const std::byte*>(data), size);
    const auto read = [&](std::size_t piece) {
        rtc::StreamDeframer frames;
        std::vector<base::Bytes> out;
        const auto take = [&](base::ByteView datagram) {
            if (datagram.empty() || datagram.size() > rtc::kMaxStreamFrame) std::abort();
            out.push_back(base::toBytes(datagram));
            return true;
        };
        for (std::size_t at = 0; at < size && frames.feed(stream.subspan(at, std::min(piece, size - at)), take); at += piece) {
        }
        return out;
    };
    const auto whole = read(std::max<std::size_t>(1, size));
    if (whole != read(1)) std::abort();
    std::size_t at = 0;
    for (const auto& datagram : whole) {
        const auto framed = rtc::frameForStream(datagram);
        if (!std::equal(framed.begin(), framed.end(), data + at, [](std::byte a, std::uint8_t b) { return std::to_integer<std::uint8_t>(a) == b; })) std::abort();
        at += framed.size();
    }
    return 0;
}

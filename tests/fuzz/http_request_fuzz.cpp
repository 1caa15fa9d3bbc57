// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_net
// The first byte says how the rest is cut: the result must not depend on it.
#include <algorithm>
#include <cstdlib>

#include "core/net/http_codec.h"

using namespace parlour;
using namespace parlour::net;

namespace {

struct Outcome {
    ParseState state;
    HttpRequest request;
    bool target = false;
};

Outcome parse(base::ByteView bytes, std::size_t chunk) {
    HttpRequestParser parser(4096, 8192);
    base::Bytes input;
    while (!bytes.empty() && parser.state() != ParseState::done && parser.state() != ParseState::failed) {
        const auto part = bytes.first(std::min(chunk, bytes.size()));
        bytes = bytes.subspan(part.size());
        input.insert(input.end(), part.begin(), part.end());
        const auto used = parser.feed(input);
        if (used > input.size()) std::abort();
        input.erase(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(used));
    }
    Outcome out{parser.state(), {}, false};
    if (out.state == ParseState::failed) (void)parser.failureStatus();
    if (out.state == ParseState::done) {
        (void)parser.keepAlive();
        (void)parser.expectsContinue();
        out.request = parser.take();
        out.target = splitTarget(out.request);
        if (out.request.body.size() > 8192) std::abort();
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
    const auto whole = parse(bytes, bytes.size() + 1);
    const auto pieces = parse(bytes, data[0] % 64u + 1);
    if ((whole.state == ParseState::done) != (pieces.state == ParseState::done)) {
        // Cut differently, a limit may strike earlier or later; anything else is a difference in reading.
        if (whole.state != ParseState::failed && pieces.state != ParseState::failed) std::abort();
    } else if (whole.state == ParseState::done) {
        if (whole.request.target != pieces.request.target || whole.request.body != pieces.request.body ||
            whole.request.headers != pieces.request.headers || whole.target != pieces.target)
            std::abort();
    }
    HttpResponseParser response(4096, 8192);
    base::Bytes input = base::toBytes(bytes);
    const auto used = response.feed(input);
    if (used > input.size()) std::abort();
    response.end();
    if (response.state() == ParseState::done) {
        const auto text = formatResponse(response.take(), true, false, {});
        if (text.find("\r\n\r\n") == std::string::npos) std::abort();
    }
    return 0;
}

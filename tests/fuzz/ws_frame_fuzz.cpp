// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_net
// First byte: role and how the rest is cut. Events must not depend on the cut, and no limit may be passed.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/net/ws_codec.h"

using namespace parlour;
using namespace parlour::net;

namespace {

struct Outcome {
    std::vector<std::pair<int, std::string>> events;
    int failure = 0;
    bool operator==(const Outcome&) const = default;
};

Outcome decode(base::ByteView bytes, WsRole role, std::size_t chunk) {
    Limits limits;
    limits.messageBytes = 1000;
    WsDecoder decoder(role, limits);
    Outcome out;
    std::size_t controls = 0;
    while (!bytes.empty() && out.failure == 0) {
        const auto part = bytes.first(std::min(chunk, bytes.size()));
        bytes = bytes.subspan(part.size());
        const auto failure = decoder.feed(part, base::TimePoint{}, [&](const WsEvent& e) {
            const bool control = e.kind != WsOpcode::text && e.kind != WsOpcode::binary;
            if (e.payload.size() > (control ? 125u : 1000u)) std::abort();
            if (control && ++controls > limits.controlFramesPerSecond) std::abort();
            if (e.kind == WsOpcode::text && !isUtf8(e.payload)) std::abort();
            out.events.emplace_back(static_cast<int>(e.kind) * 65536 + e.closeCode, std::string(base::asText(e.payload)));
            return true;
        });
        if (failure) out.failure = failure->code;
        if (decoder.heldBytes() > limits.messageBytes) std::abort();
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
    const auto role = (data[0] & 1) != 0 ? WsRole::client : WsRole::server;
    if (!(decode(bytes, role, bytes.size() + 1) == decode(bytes, role, (data[0] >> 1) % 32u + 1))) std::abort();

    // What we write we read.
    const auto payload = bytes.first(std::min<std::size_t>(bytes.size(), 1000));
    std::array<std::byte, 4> mask{};
    std::copy_n(bytes.begin(), std::min<std::size_t>(bytes.size(), 4), mask.begin());
    const auto frame = encodeFrame(WsOpcode::binary, payload, role == WsRole::server ? std::optional(mask) : std::nullopt);
    const auto back = decode(frame, role, 7);
    if (back.failure != 0 || back.events.size() != 1 || back.events[0].second != base::asText(payload)) std::abort();
    return 0;
}

// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_rtc
// Any bytes as what a relay says, in pieces on a stream and as datagrams, to a client that waits for its allocation and to one
// that has one; as the answer to what was asked; and as the address of a relay. Nobody knows the password, so nothing may change what was allocated.
#include <algorithm>
#include <cstdlib>

#include "core/rtc/turn_redirect.h"

using namespace parlour;

namespace {

const auto kRelayed = *base::SocketAddress::parse("203.0.113.5:50000");
const auto kPeer = *base::SocketAddress::parse("198.51.100.20:7000");

void drain(rtc::TurnClient& client) {
    while (client.pollBytes()) {
    }
    while (const auto in = client.pollReceived())
        if (in->bytes.empty() || in->bytes.size() > rtc::kMaxTurnDatagram || in->peer != kPeer) std::abort();
}

/// With an allocation, a permitted peer and a channel for it.
rtc::TurnClient ready(bool stream) {
    const base::TimePoint now{base::Duration(1)};
    rtc::TurnClient client(stream, "anna", "secret");
    client.start(now);
    const auto key = rtc::longTermKey("anna", "r", "secret");
    const auto answer = [&](rtc::StunClass kind, bool proof) {
        const auto question = client.pollBytes();
        if (!question) std::abort();
        const auto m = rtc::parseStun(*question);
        rtc::StunWriter w(kind, m->method, m->id);
        if (kind == rtc::StunClass::error) w.errorCode(401, "").realm("r").nonce("n");
        if (m->method == rtc::kTurnAllocate && proof) w.xorRelayedAddress(kRelayed).lifetime(600);
        client.handleBytes(now, w.finish(proof ? key : ""));
    };
    answer(rtc::StunClass::error, false);
    answer(rtc::StunClass::success, true);
    client.send(now, kPeer, base::asBytes("x"));
    answer(rtc::StunClass::success, true);
    drain(client);
    client.handleBytes(now, rtc::StunWriter(rtc::StunClass::indication, rtc::kTurnData, rtc::randomTransactionId())
                                .xorPeerAddress(kPeer).data(base::asBytes("y")).finish(""));
    answer(rtc::StunClass::success, true);
    drain(client);
    return client;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    if (const auto server = rtc::parseTurnUrl(base::asText(bytes), "u", "p"); server && (server->host.empty() || server->port == 0)) std::abort();
    base::TimePoint now{base::Duration(2)};
    for (const bool stream : {false, true}) {
        rtc::TurnClient waiting(stream, "anna", "secret"), having = ready(stream);
        waiting.start(now);
        for (std::size_t at = 0; at < size;) {
            const auto step = stream ? std::min<std::size_t>(size - at, 1 + static_cast<std::size_t>(data[at]) % 64) : size;
            for (auto* client : {&waiting, &having}) {
                client->handleBytes(now, bytes.subspan(at, step));
                drain(*client);
            }
            at += step;
        }
        if (waiting.state() == rtc::TurnState::ready) std::abort();
        if (having.state() == rtc::TurnState::ready && having.relayed() != kRelayed) std::abort();
        for (auto* client : {&waiting, &having}) {
            client->handleTimeout(now + std::chrono::seconds(6));
            drain(*client);
        }
    }
    // The same as the answer to what was asked: it may make the client ask again, give up, or look elsewhere, and nothing is proved by it.
    if (size >= 20) {
        rtc::TurnClient asking(false, "anna", "secret");
        asking.start(now, size % 2 == 0 ? rtc::TurnFamily::both : rtc::TurnFamily::v4);
        const auto question = asking.pollBytes();
        auto answer = base::toBytes(bytes);
        std::copy_n(question->begin() + 8, 12, answer.begin() + 8);
        asking.handleBytes(now, answer);
        if (asking.state() == rtc::TurnState::ready || asking.relayed()) std::abort();
        if (const auto& redirect = asking.redirect()) {
            if (redirect->proved) std::abort();
            const rtc::TurnTarget from{{rtc::TurnCarrier::tls, "relay.example", 443, "1700000000:anna", "secret"}};
            const auto next = rtc::followRedirect(from, kPeer, *redirect, {});
            if (next && (next->server.host == "127.0.0.1" || next->server.port == 0 || next->certificateName.empty())) std::abort();
        }
        drain(asking);
    }
    return 0;
}

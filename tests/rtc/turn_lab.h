// SPDX-License-Identifier: Apache-2.0
// A relay made of memory, on virtual time: answers as RFC 8656 says unless a test tells it otherwise.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/rtc/turn_client.h"
#include "tests/support/catch.h"

namespace parlour::tests {

using namespace std::chrono_literals;

inline base::SocketAddress turnAt(const char* text) { return base::SocketAddress::parse(text).value(); }

struct FakeRelay {
    std::string realm = "lab.example", nonce = "nonce-1", name = "anna", password = "secret";
    std::optional<base::SocketAddress> relayed = turnAt("203.0.113.5:50000");
    std::optional<base::SocketAddress> relayedV6{};   ///< what it has of IPv6
    std::optional<base::SocketAddress> elsewhere{};   ///< sends everybody there instead
    bool takesTwo = true;                             ///< ADDITIONAL-ADDRESS-FAMILY
    std::string elsewhereName;
    bool redirectsProved = false;                     ///< only those who have proved who they are, and with proof
    std::uint32_t lifetime = 600;
    bool silent = false;
    bool sign = true;                                ///< its answers
    std::map<std::uint16_t, int> errors;             ///< method -> the error it gives to whoever has proved who he is
    std::map<std::uint16_t, int> asked;              ///< authentic requests by method
    int challenges = 0;
    std::vector<int> families;                       ///< of each allocation: 10 * requested + additional
    std::vector<std::pair<base::SocketAddress, base::Bytes>> sent;   ///< by indications and channels, to peers
    std::map<std::uint16_t, base::SocketAddress> channels;
    std::vector<base::SocketAddress> permitted;
    std::uint32_t lastLifetime = 0xffffffff;

    std::string key() const { return rtc::longTermKey(name, realm, password); }

    /// What it answers, if anything.
    std::optional<base::Bytes> handle(base::ByteView bytes) {
        if (silent) return std::nullopt;
        if ((std::to_integer<unsigned>(bytes[0]) & 0xc0) == 0x40) {
            base::ByteReader in(bytes);
            const auto channel = in.u16();
            const auto data = in.bytes(in.u16());
            if (in.ok() && channels.contains(channel)) sent.emplace_back(channels[channel], base::toBytes(data));
            return std::nullopt;
        }
        const auto m = rtc::parseStun(bytes);
        REQUIRE(m);
        if (m->messageClass == rtc::StunClass::indication) {
            REQUIRE(m->turn.peer);
            sent.emplace_back(*m->turn.peer, base::toBytes(*m->turn.data));
            return std::nullopt;
        }
        const auto refuse = [&](int code, bool proof) {
            rtc::StunWriter w(rtc::StunClass::error, m->method, m->id);
            w.errorCode(code, "No");
            if (code == 401 || code == 438) w.realm(realm).nonce(nonce);
            return w.finish(proof ? key() : "");
        };
        const auto sendOn = [&](bool proof) {
            rtc::StunWriter w(rtc::StunClass::error, m->method, m->id);
            w.errorCode(300, "There").alternateServer(*elsewhere);
            if (!elsewhereName.empty()) w.alternateDomain(elsewhereName);
            return w.finish(proof ? key() : "");
        };
        if (elsewhere && !redirectsProved && m->method == rtc::kTurnAllocate) return sendOn(false);
        if (m->integrityAt == 0) {
            ++challenges;
            return refuse(401, false);
        }
        if (m->username != name || !rtc::checkIntegrity(*m, key())) return refuse(401, false);
        if (m->turn.nonce != nonce) return refuse(438, false);
        ++asked[m->method];
        if (const auto it = errors.find(m->method); it != errors.end() && it->second != 0) return refuse(it->second, sign);
        if (elsewhere && m->method == rtc::kTurnAllocate) return sendOn(true);
        rtc::StunWriter w(rtc::StunClass::success, m->method, m->id);
        switch (m->method) {
            case rtc::kTurnAllocate: {
                families.push_back(m->turn.family * 10 + m->turn.additionalFamily);
                const auto& main = m->turn.family == 2 ? relayedV6 : relayed;
                if (m->turn.additionalFamily != 0 && !takesTwo) return refuse(400, sign);
                if (!main) return refuse(440, sign);
                w.xorRelayedAddress(*main).xorMappedAddress(turnAt("198.51.100.7:4000")).lifetime(lifetime);
                if (m->turn.additionalFamily == 2 && relayedV6) w.xorRelayedAddress(*relayedV6);
                break;
            }
            case rtc::kTurnRefresh:
                lastLifetime = m->turn.lifetime.value_or(lifetime);
                w.lifetime(lastLifetime);
                break;
            case rtc::kTurnCreatePermission: permitted.push_back(m->turn.peer.value()); break;
            case rtc::kTurnChannelBind: channels[m->turn.channel.value()] = m->turn.peer.value(); break;
            default: FAIL("method " << m->method);
        }
        return w.finish(sign ? key() : "");
    }
    static base::Bytes indication(const base::SocketAddress& peer, std::string_view text) {
        return rtc::StunWriter(rtc::StunClass::indication, rtc::kTurnData, rtc::randomTransactionId())
            .xorPeerAddress(peer).data(base::asBytes(text)).finish("");
    }
};

/// A client and its relay, 10 ms apart.
struct TurnLab {
    explicit TurnLab(bool stream = false) : client(stream, "anna", "secret") {}
    FakeRelay relay;
    rtc::TurnClient client;
    base::TimePoint now{10s};
    std::multimap<base::TimePoint, base::Bytes> toRelay, toClient;
    std::vector<std::string> heard;
    std::size_t datagrams = 0;   ///< of the client

    void collect() {
        while (auto bytes = client.pollBytes()) {
            ++datagrams;
            toRelay.emplace(now + 5ms, std::move(*bytes));
        }
        while (auto in = client.pollReceived()) heard.push_back(in->peer.toString() + " " + std::string(base::asText(in->bytes)));
    }
    void runFor(base::Duration length) {
        const auto end = now + length;
        collect();
        while (true) {
            auto next = client.nextTimeout();
            for (const auto* way : {&toRelay, &toClient})
                if (!way->empty()) next = std::min(next, way->begin()->first);
            if (next > end) break;
            now = std::max(now, next);
            while (!toRelay.empty() && toRelay.begin()->first <= now) {
                const auto bytes = std::move(toRelay.begin()->second);
                toRelay.erase(toRelay.begin());
                if (auto answer = relay.handle(bytes)) toClient.emplace(now + 5ms, std::move(*answer));
            }
            while (!toClient.empty() && toClient.begin()->first <= now) {
                const auto bytes = std::move(toClient.begin()->second);
                toClient.erase(toClient.begin());
                client.handleBytes(now, bytes);
            }
            if (client.nextTimeout() <= now) client.handleTimeout(now);
            collect();
        }
        now = end;
    }
    void allocate() {
        client.start(now);
        runFor(100ms);
        REQUIRE(client.state() == rtc::TurnState::ready);
        CHECK(client.relayed() == relay.relayed);
    }
    void say(const base::SocketAddress& peer, std::string_view text) {
        client.send(now, peer, base::asBytes(text));
        collect();
    }
    void tell(const base::SocketAddress& peer, std::string_view text) {
        client.handleBytes(now, FakeRelay::indication(peer, text));
        collect();
    }
    int count(std::uint16_t method) { return relay.asked[method]; }
};

}  // namespace parlour::tests

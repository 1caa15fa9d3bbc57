// SPDX-License-Identifier: Apache-2.0
#include "core/rtc/ice_candidate.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::rtc;

TEST_CASE("a browser's candidate line is read") {
    const auto c = parseCandidate(
        "candidate:1269360285 1 udp 2122260223 198.18.0.1 35226 typ host generation 0 ufrag m7pq network-id 1");
    REQUIRE(c);
    CHECK(c->foundation == "1269360285");
    CHECK(c->component == 1);
    CHECK(c->protocol == CandidateProtocol::udp);
    CHECK(c->priority == 2122260223u);
    CHECK(c->address == base::SocketAddress::parse("198.18.0.1:35226"));
    CHECK(c->type == CandidateType::host);
    CHECK(c->ufrag == "m7pq");
}

TEST_CASE("TCP, IPv6 and reflexive candidates are read") {
    const auto tcp = parseCandidate("a=candidate:375738803 1 TCP 1671430143 127.0.0.1 7881 typ host tcptype passive\r\n");
    REQUIRE(tcp);
    CHECK(tcp->protocol == CandidateProtocol::tcp);
    CHECK(tcp->tcpType == "passive");
    const auto v6 = parseCandidate("candidate:1 2 udp 1 2001:db8::5 9 typ srflx raddr 10.0.0.1 rport 9");
    REQUIRE(v6);
    CHECK(v6->address == base::SocketAddress::parse("[2001:db8::5]:9"));
    CHECK(v6->type == CandidateType::serverReflexive);
    CHECK(v6->component == 2);
}

TEST_CASE("malformed candidates and host names are refused") {
    for (const char* text : {
             "", "candidate:", "candidate:1", "candidate:1 1 udp 1 10.0.0.1 1 typ", "candidate:1 1 udp 1 10.0.0.1 1",
             "candidate:1 1 sctp 1 10.0.0.1 1 typ host", "candidate:1 0 udp 1 10.0.0.1 1 typ host",
             "candidate:1 1 udp -1 10.0.0.1 1 typ host", "candidate:1 1 udp 4294967296 10.0.0.1 1 typ host",
             "candidate:1 1 udp 1 10.0.0.1 65536 typ host", "candidate:1 1 udp 1 10.0.0.256 1 typ host",
             "candidate:1 1 udp 1 10.0.0.1 1 typ guess", "candidate:1 1 udp 1 10.0.0.1 1 typ host ufrag",
             "candidate:1 1 udp 1 10.0.0.1 1 typ host tcptype maybe",
             "candidate:1 1 udp 1 10.0.0.1 1 typ host ufrag bad!",
             "candidate:1 1 udp 1 4ab3cf1e-0000-4000-8000-000000000000.local 1 typ host",
             "candidate:123456789012345678901234567890123 1 udp 1 10.0.0.1 1 typ host",
         }) {
        INFO(text);
        CHECK_FALSE(parseCandidate(text));
    }
    CHECK(parseCandidate("candidate:12345678901234567890123456789012 1 udp 1 10.0.0.1 1 typ host"));
    const std::string stuffing(512, ' ');
    CHECK_FALSE(parseCandidate("candidate:1 1 udp 1 10.0.0.1 1 typ host" + stuffing));
}

TEST_CASE("what is written is read back the same") {
    IceCandidate c;
    c.foundation = "7";
    c.priority = candidatePriority(CandidateType::host, 65535, 1);
    c.address = *base::SocketAddress::parse("[fe80::1]:7000");
    c.ufrag = "abc+/9";
    CHECK(parseCandidate(toString(c)) == c);
    CHECK(parseCandidateInit(toCandidateInit(c, "0")) == c);
    c.type = CandidateType::serverReflexive;
    CHECK(parseCandidate(toString(c)) == c);
    c.protocol = CandidateProtocol::tcp;
    c.tcpType = "passive";
    CHECK(parseCandidate(toString(c)) == c);
}

TEST_CASE("host candidates have the priority of RFC 8445") {
    CHECK(candidatePriority(CandidateType::host, 65535, 1) == 2130706431u);
    CHECK(candidatePriority(CandidateType::relay, 0, 256) == 0u);
    CHECK(candidatePriority(CandidateType::serverReflexive, 65535, 1) == 1694498815u);
}

TEST_CASE("candidate JSON of LiveKit and of a browser is read") {
    const auto lk = parseCandidateInit(
        R"({"candidate":"candidate:2878742611 1 udp 2130706431 127.0.0.1 7882 typ host ufrag MkFNDqjolqYjQOAK",)"
        R"("sdpMid":"0","sdpMLineIndex":0,"usernameFragment":null})");
    REQUIRE(lk);
    CHECK(lk->ufrag == "MkFNDqjolqYjQOAK");
    const auto browser = parseCandidateInit(
        R"({"candidate":"candidate:1 1 udp 2122260223 198.18.0.1 35226 typ host","usernameFragment":"m7pq"})");
    REQUIRE(browser);
    CHECK(browser->ufrag == "m7pq");
    for (const char* text : {"", "{}", "[]", "null", R"({"candidate":1})", R"({"candidate":""})", R"({"candidate")",
                             R"({"candidate":"candidate:1 1 udp 1 10.0.0.1 1 typ host","usernameFragment":"?"})"}) {
        INFO(text);
        CHECK_FALSE(parseCandidateInit(text));
    }
}

// SPDX-License-Identifier: Apache-2.0
// Which network this is, without asking anybody.
#include "core/net/network_place.h"

#include <bit>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::net;

TEST_CASE("a subnet is the first bits of its addresses", "[net][place]") {
    const auto four = *base::IpAddress::parse("192.168.77.201");
    CHECK(subnetOf(four, 24) == "192.168.77.0/24");
    CHECK(subnetOf(four, 20) == "192.168.64.0/20");
    CHECK(subnetOf(four, 32) == "192.168.77.201/32");
    CHECK(subnetOf(four, 0) == "0.0.0.0/0");
    CHECK(subnetOf(four, 33).empty());
    CHECK(subnetOf(four, -1).empty());
    const auto six = *base::IpAddress::parse("2001:db8:1:2:3:4:5:6");
    CHECK(subnetOf(six, 64) == "2001:db8:1:2::/64");
    CHECK(subnetOf(six, 128) == "2001:db8:1:2:3:4:5:6/128");
    CHECK(subnetOf(six, 129).empty());
}

TEST_CASE("the gateway is that of the interface's default route", "[net][place]") {
    // The table shows addresses as numbers of this machine.
    const std::string gateway = std::endian::native == std::endian::little ? "0101A8C0" : "C0A80101";
    const std::string table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
                              "wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0\n"
                              "eth0\t00000000\t0202020A\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
                              "wlan0\t00000000\t" + gateway + "\t0003\t0\t0\t600\t00000000\t0\t0\t0\n";
    CHECK(gatewayIn(table, "wlan0") == "192.168.1.1");
    CHECK(gatewayIn(table, "eth1").empty());
    CHECK(gatewayIn("", "eth0").empty());
    CHECK(gatewayIn("eth0\t00000000\n", "eth0").empty());
    CHECK(gatewayIn("eth0 00000000 xyz 0003 0 0 0 00000000", "eth0").empty());
    CHECK(gatewayIn("eth0 00000000 0101A8C0 0001 0 0 0 00000000", "eth0").empty());   // no gateway in it
    CHECK(gatewayIn(table.substr(0, table.size() - 30), "wlan0").empty());
}

TEST_CASE("two networks differ in their text, one network does not", "[net][place]") {
    const NetworkPlace home{true, false, "192.168.1.0/24", "192.168.1.1"};
    auto other = home;
    CHECK(home.text() == other.text());
    other.wireless = false;
    CHECK(home.text() != other.text());
    other = home;
    other.gateway = "192.168.1.254";
    CHECK(home.text() != other.text());
    const auto here = networkPlace();   // wherever this runs
    if (here) CHECK_FALSE(here->subnet.empty());
}

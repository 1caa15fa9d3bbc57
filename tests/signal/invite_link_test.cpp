// SPDX-License-Identifier: Apache-2.0
#include "core/signal/invite_link.h"

#include <vector>

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::signal;

namespace {

const std::string kSecret = "AbCdEfGhIjKlMnOpQrSt-_";
const std::string kPin = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef-";
const std::string kTail = "/i/Zz0Zz0Zz0Zz0#k=" + kSecret;

std::string outcome(const std::string& text, const std::vector<std::string>& hosts = {}) {
    const auto link = InviteLink::parse(text, hosts);
    return link ? "good" : link.error().code;
}

/// Fails the test when the text is no link.
InviteLink again(const std::string& text, const std::vector<std::string>& hosts = {}) {
    auto link = InviteLink::parse(text, hosts);
    if (!link) FAIL(text << ": " << link.error().message);
    return *link;
}

}  // namespace

TEST_CASE("links that people share are read", "[signal]") {
    struct Row {
        std::string text, origin;
    };
    for (const auto& row : std::vector<Row>{
             {"https://example.org" + kTail, "https://example.org"},
             {"https://example.org:443" + kTail, "https://example.org"},
             {"HTTPS://EXAMPLE.org:8443" + kTail, "https://example.org:8443"},
             {"parlour://example.org" + kTail, "https://example.org"},
             {"parlour://example.org:7880" + kTail, "https://example.org:7880"},
             {"https://192.0.2.7:7880" + kTail, "https://192.0.2.7:7880"},
             {"https://[2001:db8::1]:7880" + kTail, "https://[2001:db8::1]:7880"},
             {"https://[2001:DB8::1]" + kTail, "https://[2001:db8::1]"},
             {"http://127.0.0.1:7880" + kTail, "http://127.0.0.1:7880"},
             {"http://127.9.9.9" + kTail, "http://127.9.9.9"},
             {"http://[::1]:7880" + kTail, "http://[::1]:7880"},
             {"http://localhost:7880" + kTail, "http://localhost:7880"},
             {"parlour://127.0.0.1:7880" + kTail, "http://127.0.0.1:7880"},
             {"parlour://localhost" + kTail, "http://localhost"},
             {"parlour://[::1]:7880" + kTail, "http://[::1]:7880"},
             {"https://xn--bcher-kva.example" + kTail, "https://xn--bcher-kva.example"},
             {" \t https://example.org" + kTail + "\r\n", "https://example.org"}}) {
        INFO(row.text);
        const auto link = InviteLink::parse(row.text);
        REQUIRE(link);
        CHECK(link->origin().str() == row.origin);
        CHECK(link->id().str() == "Zz0Zz0Zz0Zz0");
        CHECK(link->secret() == kSecret);
        CHECK(link->pin().empty());
        CHECK(again(link->str()) == *link);
        CHECK(again(link->appLink()) == *link);
        CHECK(link->display() == row.origin + "/i/Zz0Zz0Zz0Zz0");
    }
}

TEST_CASE("a pin makes a link of this computer an encrypted one", "[signal]") {
    for (const auto& text : {"https://127.0.0.1:7880" + kTail + "&p=" + kPin, "parlour://127.0.0.1:7880" + kTail + "&p=" + kPin,
                             "https://127.0.0.1:7880/i/Zz0Zz0Zz0Zz0#p=" + kPin + "&k=" + kSecret}) {
        INFO(text);
        const auto link = InviteLink::parse(text);
        REQUIRE(link);
        CHECK(link->origin().secure);
        CHECK(link->pin() == kPin);
        CHECK(link->origin().webSocket() == "wss://127.0.0.1:7880");
        CHECK(again(link->str()) == *link);
        CHECK(again(link->appLink()) == *link);
        CHECK(link->display().find(kPin) == std::string::npos);
        CHECK(link->display().find(kSecret) == std::string::npos);
    }
}

TEST_CASE("each damage has its own code", "[signal]") {
    const std::string good = "https://example.org" + kTail;
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "link_form"},
        {" \n", "link_form"},
        {"hello", "link_scheme"},
        {"example.org" + kTail, "link_scheme"},
        {"ftp://example.org" + kTail, "link_scheme"},
        {"javascript://example.org" + kTail, "link_scheme"},
        {"ws://example.org" + kTail, "link_scheme"},
        {"http://example.org" + kTail, "link_scheme"},
        {"http://192.0.2.7" + kTail, "link_scheme"},
        {"http://localhost.example.org" + kTail, "link_scheme"},
        {"https://" + kTail, "link_host"},
        {"https:///i/x", "link_host"},
        {"https://user@example.org" + kTail, "link_host"},
        {"https://user:pass@example.org" + kTail, "link_host"},
        {"https://exa mple.org" + kTail, "link_host"},
        {"https://-a.org" + kTail, "link_host"},
        {"https://a-.org" + kTail, "link_host"},
        {"https://a..org" + kTail, "link_host"},
        {"https://example.org." + kTail, "link_host"},
        {"https://ex_ample.org" + kTail, "link_host"},
        {"https://ex%61mple.org" + kTail, "link_host"},
        {"https://b\xc3\xbc" "cher.example" + kTail, "link_host"},
        {"https://1.2.3" + kTail, "link_host"},
        {"https://300.1.1.1" + kTail, "link_host"},
        {"https://[::1" + kTail, "link_host"},
        {"https://[zz::1]" + kTail, "link_host"},
        {"https://[127.0.0.1]" + kTail, "link_host"},
        {"https://[fe80::1%25eth0]" + kTail, "link_host"},
        {"https://2001:db8::1" + kTail, "link_host"},
        {"https://example.org:" + kTail, "link_host"},
        {"https://example.org:0" + kTail, "link_host"},
        {"https://example.org:65536" + kTail, "link_host"},
        {"https://example.org:+443" + kTail, "link_host"},
        {"https://example.org:443x" + kTail, "link_host"},
        {"https://[::1]443" + kTail, "link_host"},
        {"https://example.org", "link_path"},
        {"https://example.org/", "link_path"},
        {"https://example.org/j/Zz0Zz0Zz0Zz0#k=" + kSecret, "link_path"},
        {"https://example.org/x/../i/Zz0Zz0Zz0Zz0#k=" + kSecret, "link_path"},
        {"https://example.org/i/123456789#k=" + kSecret, "link_path"},
        {"https://example.org/i/" + std::string(33, 'a') + "#k=" + kSecret, "link_path"},
        {"https://example.org/i/Zz0Zz0Zz0Zz-#k=" + kSecret, "link_path"},
        {"https://example.org/i/Zz0Zz0Zz0Zz0?x=1#k=" + kSecret, "link_path"},
        {"https://example.org/i/Zz0Zz0Zz0Zz0/#k=" + kSecret, "link_path"},
        {"https://example.org/i/Zz0Zz0Zz0Zz0", "link_secret"},
        {"https://example.org/i/Zz0Zz0Zz0Zz0#k=", "link_secret"},
        {good + "x", "link_secret"},
        {good.substr(0, good.size() - 1), "link_secret"},
        {good.substr(0, good.size() - 1) + "+", "link_secret"},
        {"https://example.org/i/Zz0Zz0Zz0Zz0#p=" + kPin, "link_secret"},
        {"https://example.org/i/Zz0Zz0Zz0Zz0#", "link_form"},
        {"https://example.org/i/Zz0Zz0Zz0Zz0#" + kSecret, "link_form"},
        {good + "&x=1", "link_form"},
        {good + "&", "link_form"},
        {good + "&k=" + kSecret, "link_form"},
        {good + "&p=" + kPin + "&p=" + kPin, "link_form"},
        {good + "&p=", "link_pin"},
        {good + "&p=" + kPin + "x", "link_pin"},
        {good + "&p=" + kPin.substr(1), "link_pin"},
        {"http://127.0.0.1" + kTail + "&p=" + kPin, "link_pin"},
    };
    for (const auto& [text, code] : table) {
        INFO(text);
        CHECK(outcome(text) == code);
    }
}

TEST_CASE("no message of a damaged link repeats its secret", "[signal]") {
    const auto link = InviteLink::parse("https://example.org" + kTail + "&x=1");
    REQUIRE_FALSE(link);
    CHECK(base::describe(link.error()).find(kSecret) == std::string::npos);
}

TEST_CASE("ids of ten to thirty-two characters and links of 512 bytes are read", "[signal]") {
    for (const std::size_t size : {10u, 32u})
        CHECK(outcome("https://example.org/i/" + std::string(size, 'a') + "#k=" + kSecret) == "good");
    const auto padded = [](std::size_t size) {   // labels of 50 characters until the size fits
        std::string host;
        const std::size_t rest = size - std::string("https://" + kTail).size();
        while (host.size() < rest) host += host.size() % 51 == 50 ? '.' : 'a';
        return "https://" + host + kTail;
    };
    CHECK(outcome("https://" + std::string(63, 'a') + ".org" + kTail) == "good");
    CHECK(outcome("https://" + std::string(64, 'a') + ".org" + kTail) == "link_host");
    CHECK(outcome(padded(std::string("https://" + kTail).size() + 253)) == "good");
    CHECK(outcome(padded(std::string("https://" + kTail).size() + 254)) == "link_host");
    CHECK(outcome(padded(kMaxLinkBytes)) == "link_host");       // read as a link, and its host is too long
    CHECK(outcome(padded(kMaxLinkBytes + 1)) == "link_form");
}

TEST_CASE("plain http to another host is only for hosts in the settings", "[signal]") {
    const auto text = "http://lab.example:7880" + kTail;
    CHECK(outcome(text) == "link_scheme");
    CHECK(outcome(text, {"other.example"}) == "link_scheme");
    CHECK(outcome(text, {"lab.example"}) == "good");
    const auto link = InviteLink::parse(text, std::vector<std::string>{"lab.example"});
    REQUIRE(link);
    CHECK_FALSE(link->origin().secure);
    CHECK(link->origin().webSocket() == "ws://lab.example:7880");
}

TEST_CASE("a link that parlour:// cannot say stays what it is", "[signal]") {
    // Encrypted on this computer without a pin, and plain http to a host of the settings: parlour:// would mean the other.
    for (const auto& text : {"https://localhost:7880" + kTail, "http://lab.example:7880" + kTail}) {
        INFO(text);
        const std::vector<std::string> hosts{"lab.example"};
        const auto link = InviteLink::parse(text, hosts);
        REQUIRE(link);
        CHECK(again(link->appLink(), hosts) == *link);
    }
}

TEST_CASE("what a server makes is what a client takes", "[signal]") {
    const base::InvitationId id("Zz0Zz0Zz0Zz0");
    for (const auto& origin : {Origin{true, "example.org", 443}, Origin{true, "example.org", 8443}, Origin{true, "2001:db8::1", 7880},
                               Origin{false, "127.0.0.1", 7880}, Origin{false, "::1", 80}}) {
        const auto link = InviteLink::make(origin, id, kSecret);
        REQUIRE(link);
        INFO(link->str());
        const auto back = InviteLink::parse(link->str());
        REQUIRE(back);
        CHECK(*back == *link);
        CHECK(back->origin() == origin);
    }
    CHECK(InviteLink::make({true, "example.org", 443}, id, kSecret, kPin)->str() == "https://example.org" + kTail + "&p=" + kPin);
    CHECK_FALSE(InviteLink::make({true, "exa mple", 443}, id, kSecret));
    CHECK_FALSE(InviteLink::make({true, "example.org", 443}, base::InvitationId("x"), kSecret));
    CHECK_FALSE(InviteLink::make({true, "example.org", 443}, id, "short"));
    CHECK_FALSE(InviteLink::make({true, "example.org", 443}, id, kSecret, "short"));
}

TEST_CASE("an origin is read and written", "[signal]") {
    const auto text = [](const char* origin) {
        const auto parsed = parseOrigin(origin);
        return parsed ? parsed->str() : parsed.error().code;
    };
    CHECK(text("https://example.org") == "https://example.org");
    CHECK(text("https://example.org/") == "https://example.org");
    CHECK(text("https://Example.org:443") == "https://example.org");
    CHECK(text("http://example.org:80") == "http://example.org");
    CHECK(text("http://[::1]:7880/") == "http://[::1]:7880");
    CHECK(text("example.org") == "link_scheme");
    CHECK(text("wss://example.org") == "link_scheme");
    CHECK(text("https://") == "link_host");
    CHECK(text("https://example.org/path") == "link_host");
    CHECK(parseOrigin("https://localhost")->isLoopback());
    CHECK_FALSE(parseOrigin("https://localhost.example")->isLoopback());
}

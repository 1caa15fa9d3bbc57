// SPDX-License-Identifier: Apache-2.0
#include "core/net/url.h"
#include "tests/support/catch.h"

using namespace parlour::net;

TEST_CASE("a URL is taken apart and written again", "[net]") {
    const auto url = Url::parse("HTTPS://Example.ORG:8443/i/abc?x=1&y=%20#k=secret");
    REQUIRE(url);
    CHECK(url->scheme == "https");
    CHECK(url->host == "example.org");
    CHECK(url->port == 8443);
    CHECK(url->path == "/i/abc");
    CHECK(url->query == "x=1&y=%20");
    CHECK(url->fragment == "k=secret");
    CHECK(url->authority() == "example.org:8443");
    CHECK(url->origin() == "https://example.org:8443");
    CHECK(url->target() == "/i/abc?x=1&y=%20");
    CHECK(url->toString() == "https://example.org:8443/i/abc?x=1&y=%20#k=secret");
    CHECK(url->withWebSocketScheme(true).scheme == "wss");
    CHECK(url->at("/rtc", "a=b").toString() == "https://example.org:8443/rtc?a=b");
}

TEST_CASE("a port that is the scheme's own is not written", "[net]") {
    CHECK(Url::parse("http://a.example:80")->toString() == "http://a.example/");
    CHECK(Url::parse("wss://a.example:443/x")->toString() == "wss://a.example/x");
    CHECK(Url::parse("ws://a.example:443")->authority() == "a.example:443");
    CHECK(Url::parse("https://a.example")->port == 443);
    CHECK(Url::parse("ws://a.example?q")->target() == "/?q");
}

TEST_CASE("IPv6 hosts stand in brackets", "[net]") {
    const auto url = Url::parse("http://[2001:DB8::1]:7880/");
    REQUIRE(url);
    CHECK(url->host == "2001:db8::1");
    CHECK(url->toString() == "http://[2001:db8::1]:7880/");
    CHECK(Url::parse("http://[::1]")->isLoopback());
    for (const char* bad : {"http://::1/", "http://[::1", "http://[::1]x/", "http://[127.0.0.1]/", "http://[fe80::1%25eth0]/",
                            "http://[]/", "http://[::g]/"})
        CHECK_FALSE(Url::parse(bad));
}

TEST_CASE("loopback is told by address and by name, nothing else", "[net]") {
    for (const char* text : {"http://127.0.0.1", "http://127.9.9.9:1", "http://localhost", "http://LOCALHOST", "http://[::1]:9"})
        CHECK(Url::parse(text)->isLoopback());
    for (const char* text : {"http://10.0.0.1", "http://localhost.example", "http://[::2]", "http://example.org"})
        CHECK_FALSE(Url::parse(text)->isLoopback());
}

TEST_CASE("what is no plain http or ws address is refused with a sentence", "[net]") {
    for (const char* bad :
         {"", "http", "http:/", "://x", "ftp://a.example/", "javascript://x", "file:///etc/passwd", "parlour://a.example",
          "http://", "http:///x", "http://user@a.example/", "http://user:pw@a.example/", "http://a.example:0/",
          "http://a.example:65536/", "http://a.example:/", "http://a.example:8x/", "http://a.example:+80/", "http://a b/",
          "http://a.example/a b", "http://a.example/\n", "http://a.example/%", "http://a.example/%4", "http://a.example/%zz",
          "http://-a.example/", "http://a-.example/", "http://a..example/", "http://.a/", "http://a./", "http://1.2.3/",
          "http://2130706433/", "http://a_b.example/", "http://\xc3\xa4.example/", "http://a.example\\@evil.example/",
          "http://a.example/<x>", "http://a.example/#a#b", " http://a.example/"}) {
        const auto url = Url::parse(bad);
        INFO(bad);
        CHECK_FALSE(url);
        if (!url) {
            CHECK(url.error().kind == parlour::base::ErrorKind::invalidInput);
            CHECK_FALSE(url.error().message.empty());
        }
    }
}

TEST_CASE("the limits of names, labels and whole URLs hold at max and max+1", "[net]") {
    const auto label = std::string(63, 'a');
    CHECK(Url::parse("http://" + label + ".example/"));
    CHECK_FALSE(Url::parse("http://a" + label + ".example/"));
    const auto longest = label + "." + label + "." + label + "." + std::string(61, 'b');
    CHECK(isHostText(longest));
    CHECK_FALSE(isHostText(longest + "b"));
    const std::string start = "http://a.example/";
    CHECK(Url::parse(start + std::string(8192 - start.size(), 'p')));
    CHECK_FALSE(Url::parse(start + std::string(8193 - start.size(), 'p')));
}

TEST_CASE("queries are decoded, the first of equal names wins, 64 pairs at most", "[net]") {
    const auto query = parseQuery("a=1&b=x%20y+z&a=2&empty=&flag&&%3D=%26");
    REQUIRE(query);
    CHECK(query->at("a") == "1");
    CHECK(query->at("b") == "x y z");
    CHECK(query->at("empty").empty());
    CHECK(query->at("flag").empty());
    CHECK(query->at("=") == "&");
    CHECK_FALSE(parseQuery("a=%"));
    CHECK_FALSE(parseQuery("%g0=1"));
    std::string many;
    for (int i = 0; i < 64; ++i) many += "k" + std::to_string(i) + "=v&";
    CHECK(parseQuery(many)->size() == 64);
    CHECK_FALSE(parseQuery(many + "one=more"));
    CHECK(formatQuery({{"a b", "1&2"}, {"c", "\xc3\xa4"}}) == "a%20b=1%262&c=%C3%A4");
    CHECK(*percentDecode("a+b%2B") == "a+b+");
}

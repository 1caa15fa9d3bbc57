// SPDX-License-Identifier: Apache-2.0
#include "core/house/profile.h"

#include "tests/support/catch.h"

using namespace parlour;
using house::checkProfileLink;
using house::withWish;

namespace {
api::ProfileWish about(std::string text) {
    api::ProfileWish wish;
    wish.about = std::move(text);
    return wish;
}
}  // namespace

TEST_CASE("links of a profile are plain web addresses", "[profile]") {
    for (const char* good : {"https://example.org", "http://example.org:8080/a?b=c#d", "https://a-b.example.org/~me"}) {
        INFO(good);
        CHECK(checkProfileLink(good).value() == good);
    }
    for (const char* bad : {"", "example.org", "javascript:alert(1)", "HTTPS://example.org", "https://", "https:///x", "https://me@example.org",
                            "https://exam ple.org", "https://ex\xc3\xa4mple.org", "https://example.org/\"x", "https://-a.org", "https://.org",
                            "https://[::1]/", "ftp://example.org", "https://exa<mple.org"}) {
        INFO(bad);
        CHECK(checkProfileLink(bad).error().code == "bad_link");
    }
    const std::string longest = "https://example.org/" + std::string(180, 'x');
    CHECK(checkProfileLink(longest));
    CHECK_FALSE(checkProfileLink(longest + "x"));
}

TEST_CASE("what people say about themselves is cleaned and bounded", "[profile]") {
    CHECK(withWish({}, about(std::string(500, 'x')))->about.size() == 500);
    CHECK(withWish({}, about(std::string(501, 'x'))).error().code == "about_too_long");
    CHECK(withWish({}, about("a\xe2\x80\xae" "b\x01" "c"))->about == "abc");
    api::ProfileWish wish;
    wish.pronouns = std::string(40, 'x');
    CHECK(withWish({}, wish)->pronouns.size() == 40);
    wish.pronouns = std::string(41, 'x');
    CHECK(withWish({}, wish).error().code == "pronouns_too_long");
}

TEST_CASE("what a wish does not name stays, and one wrong link changes nothing", "[profile]") {
    house::ProfileRow old;
    old.about = "cellist";
    old.links = {"https://example.org"};
    CHECK(withWish(old, {})->about == "cellist");
    CHECK(withWish(old, about(""))->about.empty());
    CHECK(withWish(old, about(""))->links.size() == 1);
    api::ProfileWish wish;
    wish.links = std::vector<std::string>(5, "https://example.org");
    CHECK(withWish(old, wish)->links.size() == 5);
    wish.links->push_back("https://example.org");
    CHECK(withWish(old, wish).error().code == "too_many_links");
    wish.links = {"https://example.org", "nonsense"};
    CHECK(withWish(old, wish).error().code == "bad_link");
}

// SPDX-License-Identifier: Apache-2.0
#include "core/house/display_name.h"
#include "tests/support/catch.h"

using namespace parlour::house;

TEST_CASE("controls, bidi overrides and zero-width characters are stripped", "[name]") {
    CHECK(*cleanName("  Ann\u202E\u200Ba \n\t Lee\u2066 ") == "Anna Lee");
    CHECK(*cleanName("a\u00ADb\uFEFFc") == "abc");
    CHECK(*cleanName(std::string("x\0y\x1b[31m", 8)) == "xy[31m");
    CHECK(*cleanName("Zoe\u0308") == "Zo\u00EB");
    CHECK(*cleanName("名前 氏") == "名前 氏");
}

TEST_CASE("a stack of marks is cut, broken bytes become one sign", "[name]") {
    std::string zalgo = "Z";
    for (int i = 0; i < 40; ++i) zalgo += "\u0336";
    CHECK(cleanName(zalgo)->size() == 1 + 2 * 2);
    CHECK(cleanText("a\xff\xfe" "b", 64, 256) == "a\uFFFD\uFFFD" "b");
    CHECK(cleanText("\xc0\xafx", 64, 256) == "\uFFFD\uFFFDx");
}

TEST_CASE("a name that is no UTF-8 is refused, and one that is much too long for being that", "[name]") {
    for (const char* broken : {"\xff\xfe", "Ann\xff", "\xc0\xafx", "a\xe2\x82"}) {
        REQUIRE_FALSE(cleanName(broken));
        CHECK(cleanName(broken).error().message == "The name is not text in UTF-8.");
    }
    std::string wide = "a";
    while (wide.size() < 6000) wide += "\U0001F600";   // the first 4096 bytes end within a character
    CHECK(cleanName(wide).error().message == "The name is too long.");
    CHECK(cleanName("Zoë 名前"));
}

TEST_CASE("64 characters fit and 65 do not; nothing visible is refused", "[name][limits]") {
    CHECK(cleanName(std::string(64, 'a')));
    CHECK_FALSE(cleanName(std::string(65, 'a')));
    std::string wide;
    for (int i = 0; i < 64; ++i) wide += "\U0001F600";
    CHECK(cleanName(wide));        // 256 bytes
    CHECK_FALSE(cleanName(wide + "a"));
    CHECK_FALSE(cleanName(" \u200B\u202E "));
    CHECK_FALSE(cleanName(""));
}

TEST_CASE("cleaning twice changes nothing more", "[name]") {
    for (const char* name : {"e\u0301\u0301", "a\u0301 \u0301b", "\u0301x", "A\u030A\u0327", "o\u0308\u0304\u0301"}) {
        const auto once = cleanName(name);
        REQUIRE(once);
        CHECK(*cleanName(*once) == *once);
    }
}

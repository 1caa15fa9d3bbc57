// SPDX-License-Identifier: Apache-2.0
#include "core/api/house_json.h"

#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::api;

TEST_CASE("what is written is read back the same", "[api]") {
    StageCommand command;
    command.verb = StageVerb::ban;
    command.target = base::Identity("abc");
    command.minutes = 15;
    command.closeLink = true;
    command.ifVersion = 18'446'744'073'709'551'615ull;
    const auto text = toJson(command);
    const auto back = fromJson<StageCommand>(text);
    REQUIRE(back);
    CHECK(back->verb == StageVerb::ban);
    CHECK(back->target == command.target);
    CHECK(back->minutes == 15);
    CHECK(back->closeLink);
    CHECK(back->ifVersion == command.ifVersion);
    CHECK(toJson(*back) == text);

    Hands hands{7, {{base::Identity("a"), "Ann", "01", "no \"quotes\"\n", 5, true}, {}}};
    const auto again = fromJson<Hands>(toJson(hands));
    REQUIRE(again);
    CHECK(again->hands.size() == 2);
    CHECK(again->hands[0].note == hands.hands[0].note);
    CHECK(again->hands[0].missed);
}

TEST_CASE("every verb has a name of its own and comes back from it", "[api]") {
    for (int i = 0; i <= static_cast<int>(StageVerb::end); ++i) {
        const auto verb = static_cast<StageVerb>(i);
        REQUIRE_FALSE(toString(verb).empty());
        CHECK(parseStageVerb(toString(verb)) == verb);
    }
    CHECK_FALSE(parseStageVerb(""));
    CHECK_FALSE(parseStageVerb("Raise"));
    CHECK(parsePower("") == Power::none);
    CHECK_FALSE(parseRole("host"));
}

TEST_CASE("wrong types, missing fields and foreign words are refused with the field's name", "[api]") {
    const auto detail = [](std::string_view text) { return fromJson<StageCommand>(text).error().detail; };
    CHECK(detail("{}") == "verb");
    CHECK(detail(R"({"verb":"fly"})") == "verb");
    CHECK(detail(R"({"verb":7})") == "verb");
    CHECK(detail(R"({"verb":"ban","minutes":"5"})") == "minutes");
    CHECK(detail(R"({"verb":"ban","minutes":5.5})") == "minutes");
    CHECK(detail(R"({"verb":"ban","minutes":99999999999})") == "minutes");
    CHECK(detail(R"({"verb":"ban","if_version":-1})") == "if_version");
    CHECK(detail(R"({"verb":"lock_hands","on":1})") == "on");
    CHECK(fromJson<StageCommand>("[]").error().code == "bad_field");
    CHECK(fromJson<StageCommand>("{").error().code == "bad_json");
    CHECK(fromJson<StageCommand>("").error().code == "bad_json");
    CHECK(fromJson<StageCommand>(R"({"verb":"raise","unknown":{"x":[1]}})"));  // newer clients may say more
}

TEST_CASE("a string of the longest length is taken and one byte more is not", "[api][limits]") {
    const auto wish = [](std::size_t n) { return fromJson<PreviewRequest>(R"({"id":"abc","secret":")" + std::string(n, 'x') + "\"}"); };
    CHECK(wish(64));
    CHECK_FALSE(wish(65));
}

TEST_CASE("deep nesting and oversized bodies are refused before they cost anything", "[api][limits]") {
    CHECK(fromJson<Nothing>("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}").error().code == "bad_field");
    CHECK(fromJson<Nothing>("{\"a\":[[[[[[1]]]]]]}"));
    CHECK(fromJson<Nothing>(std::string(kMaxApiBody + 1, ' ')).error().code == "too_large");
    CHECK(fromJson<Nothing>("{}" + std::string(kMaxApiBody - 2, ' ')));
}

TEST_CASE("errors travel whole", "[api]") {
    for (int i = 0; i <= static_cast<int>(base::ErrorKind::internal); ++i) {
        const base::Error error{static_cast<base::ErrorKind>(i), "code", "What.", "Do.", "detail"};
        const auto back = fromBody(*fromJson<ErrorBody>(toJson(toBody(error))));
        CHECK(back.kind == error.kind);
        CHECK(base::describe(back) == base::describe(error));
    }
}

TEST_CASE("no two statements for signing can be confused", "[api]") {
    const base::HouseId house("h");
    const auto a = personStatement(house, "https://ab", "login", "n", 1);
    CHECK(a != personStatement(house, "https://a", "blogin", "n", 1));
    CHECK(a != personStatement(house, "https://ab", "login", "n1", 0));
    Challenge one;
    one.origins = {"ab", "c"};
    Challenge two;
    two.origins = {"a", "bc"};
    CHECK(houseStatement(one, "n") != houseStatement(two, "n"));
}

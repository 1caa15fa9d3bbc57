// SPDX-License-Identifier: Apache-2.0
// What each network needed is there at the next start, for this person alone.
#include "core/room/known_networks.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/support/catch.h"
#include "tests/support/temp_folder.h"

using namespace parlour;
using namespace parlour::room;
using namespace std::chrono_literals;

namespace {

using Delay = std::optional<base::Duration>;
const net::NetworkPlace kHome{true, false, "192.168.1.0/24", "192.168.1.1"};
const net::NetworkPlace kOffice{false, false, "10.20.0.0/16", "10.20.0.1"};
const base::WallTime kToday = base::fromUnixMs(1'800'000'000'000);

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}
void call(KnownNetworks& networks, const net::NetworkPlace& place, Delay needed, base::WallTime when = kToday) {
    networks.enter(place, when);
    networks.leave(needed, when);
}
net::NetworkPlace hotel(int n) { return {true, false, "172.16." + std::to_string(n) + ".0/24", ""}; }

}  // namespace

TEST_CASE("the next start begins with the median of the last five calls in the same network", "[networks]") {
    const tests::TempFolder folder;
    {
        KnownNetworks networks(folder.path());
        CHECK(networks.enter(kHome, kToday) == Delay());
        networks.leave(62ms, kToday);
        networks.leave(400ms, kToday);   // once for each call
    }
    KnownNetworks again(folder.path());
    CHECK(again.enter(kHome, kToday) == Delay(62ms));
    CHECK(again.enter(kOffice, kToday) == Delay());
    CHECK(again.enter(std::nullopt, kToday) == Delay());
    again.leave(8ms, kToday);            // of no network
    for (const auto needed : {300ms, 64ms, 70ms, 66ms, 68ms}) call(again, kHome, needed);
    CHECK(again.enter(kHome, kToday) == Delay(68ms));   // one bad call in five moves nothing, the first is forgotten
    call(again, kHome, std::nullopt);    // too short to tell
    CHECK(again.enter(kHome, kToday) == Delay(68ms));
}

TEST_CASE("coming back to a network in one call is noticed, and so is staying", "[networks]") {
    KnownNetworks networks({});
    networks.enter(kHome, kToday);
    CHECK(networks.moved());
    networks.leave(60ms, kToday);
    CHECK(networks.enter(kHome, kToday) == Delay(60ms));
    CHECK_FALSE(networks.moved());
    networks.leave(std::nullopt, kToday);
    networks.enter(std::nullopt, kToday);
    CHECK(networks.moved());
    CHECK(networks.enter(kHome, kToday) == Delay(60ms));
    CHECK(networks.moved());
}

TEST_CASE("the file names no address, is its owner's alone, and says nothing beside another person's", "[networks]") {
    const tests::TempFolder one, two;
    KnownNetworks first(one.path()), second(two.path());
    call(first, kHome, 62ms);
    call(second, kHome, 62ms);
    const auto text = read(one.path() / "networks.json");
    CHECK(text.find("192.168") == std::string::npos);
    CHECK(text.find("wireless") == std::string::npos);
    const auto book = KnownNetworks::parse(text), other = KnownNetworks::parse(read(two.path() / "networks.json"));
    REQUIRE(book);
    REQUIRE(other);
    REQUIRE(book->networks.size() == 1);
    CHECK(book->networks[0].key != other->networks[0].key);
#ifndef _WIN32
    using std::filesystem::perms;
    CHECK((std::filesystem::status(one.path() / "networks.json").permissions() & perms::mask) == (perms::owner_read | perms::owner_write));
#endif
}

TEST_CASE("forty networks are kept, for half a year", "[networks]") {
    const tests::TempFolder folder;
    KnownNetworks networks(folder.path());
    for (int n = 0; n <= 40; ++n) call(networks, hotel(n), 50ms);
    CHECK(networks.enter(hotel(0), kToday) == Delay());
    CHECK(networks.enter(hotel(1), kToday) == Delay(50ms));
    CHECK(networks.enter(hotel(40), kToday) == Delay(50ms));
    const auto later = [](int days) { return kToday + std::chrono::hours(24 * days); };
    CHECK(networks.enter(hotel(40), later(KnownNetworks::kDays)) == Delay(50ms));
    CHECK(networks.enter(hotel(40), later(KnownNetworks::kDays + 1)) == Delay());
    call(networks, kHome, 60ms, later(KnownNetworks::kDays + 1));
    CHECK(KnownNetworks::parse(read(folder.path() / "networks.json"))->networks.size() == 1);
    // A clock that was a year ahead once keeps nothing longer.
    call(networks, kOffice, 60ms, later(1000));
    CHECK(networks.enter(kOffice, kToday) == Delay(60ms));
}

TEST_CASE("two programs of one person keep what each of them learned", "[networks]") {
    const tests::TempFolder folder;
    KnownNetworks app(folder.path()), bot(folder.path());
    app.enter(kHome, kToday);
    bot.enter(kOffice, kToday);
    app.leave(60ms, kToday);
    bot.leave(8ms, kToday);
    CHECK(app.enter(kOffice, kToday) == Delay(8ms));
    CHECK(bot.enter(kHome, kToday) == Delay(60ms));
}

TEST_CASE("a file that is none of ours is neither believed nor written over", "[networks]") {
    const tests::TempFolder folder;
    const auto file = folder.path() / "networks.json";
    const std::string salt = R"("salt":"AAAAAAAAAAAAAAAAAAAAAA")";
    for (const std::string& text : {std::string("{"), std::string("[]"), std::string("null"), R"({"version":2,)" + salt + R"(,"networks":[]})",
                                   std::string(R"({"version":1,"salt":"AA","networks":[]})"), R"({"version":1,)" + salt + R"(,"networks":7})",
                                   std::string(KnownNetworks::kMostBytes + 1, ' '), std::string(60'000, '['), std::string("\xff\xfe\0x", 4)}) {
        { std::ofstream(file, std::ios::binary | std::ios::trunc) << text; }
        INFO(text.substr(0, 60));
        CHECK(KnownNetworks::parse(text) == std::nullopt);
        KnownNetworks networks(folder.path());
        CHECK(networks.enter(kHome, kToday) == Delay());
        networks.leave(60ms, kToday);
        CHECK(read(file) == text);
    }
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);   // and a folder of that name hurts nobody
    KnownNetworks networks(folder.path());
    CHECK(networks.enter(kHome, kToday) == Delay());
    networks.leave(60ms, kToday);
    CHECK(std::filesystem::is_directory(file));
}

TEST_CASE("entries that make no sense are left out, the others count", "[networks]") {
    const std::string key = R"("key":"AAAAAAAAAAAAAAAAAAAAAA")";
    const auto with = [](const std::string& entries) {
        return KnownNetworks::parse(R"({"version":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA","networks":[)" + entries + "]}");
    };
    const auto none = {std::string("7"), std::string("{}"), std::string(R"({"key":"AA","delays_ms":[60],"day":1})"), "{" + key + R"(,"delays_ms":[],"day":1})",
                       "{" + key + R"(,"delays_ms":[0,401,-1,60.5,"60",null,99999999999999999999],"day":1})", "{" + key + R"(,"delays_ms":[60],"day":-1})",
                       "{" + key + R"(,"delays_ms":60,"day":1})", "{" + key + R"(,"delays_ms":[60],"day":18446744073709551615})"};
    for (const auto& entry : none) {
        INFO(entry);
        const auto book = with(entry);
        REQUIRE(book);
        CHECK(book->networks.empty());
    }
    const auto book = with("{" + key + R"(,"delays_ms":[1,400,0,2,3,4,5],"day":7},{)" + key + R"(,"delays_ms":[9],"day":8})");
    REQUIRE(book);
    CHECK(book->networks == std::vector<KnownNetworks::Network>{{"AAAAAAAAAAAAAAAAAAAAAA", {1, 400, 2, 3, 4}, 7}});
    std::string many;
    for (int n = 0; n < 41; ++n)
        many += std::string(n ? "," : "") + R"({"key":"AAAAAAAAAAAAAAAAAAA)" + "AEIMQUYcgkosw048"[n % 16] + "AEIMQUYcgkosw048"[n / 16] + R"(A","delays_ms":[60],"day":1})";
    CHECK(with(many)->networks.size() == KnownNetworks::kMost);
    CHECK(KnownNetworks::parse(KnownNetworks::write(*with(many)))->networks == with(many)->networks);
}

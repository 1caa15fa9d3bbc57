// SPDX-License-Identifier: Apache-2.0
// A person's seed out of one computer and into another: the encrypted line, the linking code, the compared digits.
#include "core/room/identity_file.h"

#include "core/crypto/hash.h"
#include "core/crypto/random.h"
#include "core/room/device_link.h"
#include "core/room/person_keys.h"
#include "tests/support/catch.h"

using namespace parlour;

namespace {

room::PersonExport somebody() { return {crypto::Secret::copyOf(std::string(32, 's')), R"({"houses":[]})"}; }

std::filesystem::path emptyFolder() {
    const auto path = std::filesystem::temp_directory_path() / ("parlour-people-" + crypto::randomString(8));
    std::filesystem::remove_all(path);
    return path;
}

}  // namespace

TEST_CASE("an exported identity opens with its passphrase and with no other", "[identity]") {
    const auto line = room::exportPerson(somebody(), "correct horse").value();
    const auto back = room::importPerson(line, "correct horse");
    REQUIRE(back);
    CHECK(back->seed == somebody().seed);
    CHECK(back->houses == somebody().houses);
    const auto wrong = room::importPerson(line, "Correct horse");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().code == "passphrase_wrong");
    CHECK(line.find("ssss") == std::string::npos);
}

TEST_CASE("a passphrase has at least eight characters", "[identity]") {
    CHECK(room::exportPerson(somebody(), "12345678"));
    CHECK(room::exportPerson(somebody(), "1234567").error().code == "passphrase_short");
}

TEST_CASE("a changed cost, salt or byte is refused, and nobody is made to wait for a giant cost", "[identity]") {
    const auto line = room::exportPerson(somebody(), "correct horse").value();
    const auto swapped = [&](const std::string& from, const std::string& to) {
        std::string text = line;
        text.replace(text.find(from), from.size(), to);
        return room::importPerson(text, "correct horse");
    };
    CHECK(swapped("65536.8.1", "32768.8.1").error().code == "passphrase_wrong");
    CHECK(swapped("65536.8.1", "1073741824.8.1").error().code == "identity_file");
    CHECK(swapped("65536.8.1", "131072.8.1").error().code == "passphrase_wrong");
    CHECK(swapped("65536.8.1", "262144.8.1").error().code == "identity_file");
    CHECK(swapped("65536.8.1", "65536.9.1").error().code == "identity_file");
    CHECK(swapped("65536.8.1", "65536.8.3").error().code == "identity_file");
    CHECK(swapped("65536.8.1", "65536.8").error().code == "identity_file");
    CHECK(swapped("identity-1", "identity-2").error().detail == "written by a later version");
    std::string text = line;
    text[text.size() - 5] = text[text.size() - 5] == 'A' ? 'B' : 'A';
    CHECK(room::importPerson(text, "correct horse").error().code == "passphrase_wrong");
    CHECK(room::importPerson("", "x").error().code == "identity_file");
    CHECK(room::importPerson(std::string(room::kMaxIdentityFile + 1, 'a'), "x").error().code == "identity_file");
}

TEST_CASE("an identity moves into an empty home and never over another person's unasked", "[identity]") {
    const auto home = emptyFolder();
    const auto seed = crypto::Secret::copyOf(std::string(32, 's'));
    const base::HouseId house("somehouse");
    const auto moved = room::PersonKeys::adopt(home, seed, false);
    REQUIRE(moved);
    CHECK(room::PersonKeys::open(home).value().identityFor(house) == moved->identityFor(house));
    CHECK(room::PersonKeys::adopt(home, seed, false));
    const auto other = crypto::Secret::copyOf(std::string(32, 'o'));
    CHECK(room::PersonKeys::adopt(home, other, false).error().code == "home_taken");
    CHECK(room::PersonKeys::open(home).value().identityFor(house) == moved->identityFor(house));
    REQUIRE(room::PersonKeys::adopt(home, other, true));
    CHECK(room::PersonKeys::open(home).value().exportSeed() == other);
    CHECK(std::filesystem::exists(home / "person.seed.old"));
    std::filesystem::remove_all(home);
}

TEST_CASE("a linking code carries 256 bits and says where the mailbox is", "[identity]") {
    room::LinkCode code;
    code.origin = "https://house.example";
    code.slot = "abcdefghijklmnop";
    code.key = crypto::Secret::copyOf(std::string(32, 'k'));
    const auto back = room::LinkCode::parse(code.text() + "\n");
    REQUIRE(back);
    CHECK(back->origin == code.origin);
    CHECK(back->slot == code.slot);
    CHECK(*back->key == *code.key);
    for (const char* bad : {"", "parlour-link:", "parlour-link:https://house.example", "parlour-link:http://house.example#s=abcdefghijklmnop",
                            "parlour-link:https://house.example#s=short", "parlour-link:https://house.example#s=abcdefghijklmnop&k=AAAA",
                            "parlour-link:https://house.example#k=AAAA", "https://house.example#s=abcdefghijklmnop",
                            "parlour-link:https://house.example#s=abcdefghijklmnop&x=1"}) {
        INFO(bad);
        CHECK(room::LinkCode::parse(bad).error().code == "link_code");
    }
    CHECK(room::LinkCode::parse("parlour-link:http://127.0.0.1:7880#s=abcdefghijklmnop"));
}

TEST_CASE("with the code the new computer gets the seed, and whoever lacks the code does not", "[identity]") {
    const auto seed = crypto::Secret::copyOf(std::string(32, 's'));
    const auto key = crypto::Secret::copyOf(std::string(32, 'k'));
    room::LinkGiver giver("slot-slot-slot-slot", seed.clone(), key.clone());
    const auto sent = giver.start();
    REQUIRE(sent);
    room::LinkTaker taker("slot-slot-slot-slot", key.clone());
    CHECK_FALSE(taker.start());
    REQUIRE(taker.handle(*sent));
    CHECK(taker.state() == room::LinkState::done);
    CHECK(taker.seed() == seed);
    room::LinkTaker stranger("slot-slot-slot-slot", crypto::Secret::copyOf(std::string(32, 'x')));
    CHECK(stranger.handle(*sent).error().code == "link_failed");
    room::LinkTaker elsewhere("another-slot-another", key.clone());
    CHECK(elsewhere.handle(*sent).error().code == "link_failed");
}

TEST_CASE("compared computers see the same six digits, and the seed goes only after the yes", "[identity]") {
    const auto seed = crypto::Secret::copyOf(std::string(32, 's'));
    room::LinkGiver giver("slot-slot-slot-slot", seed.clone(), std::nullopt);
    room::LinkTaker taker("slot-slot-slot-slot", std::nullopt);
    CHECK_FALSE(giver.start());
    const auto key = giver.handle(*taker.start()).value();
    CHECK_FALSE(giver.confirm());
    const auto opened = taker.handle(*key).value();
    REQUIRE(giver.handle(*opened));
    CHECK(giver.state() == room::LinkState::compare);
    CHECK(giver.digits().size() == 6);
    CHECK(giver.digits() == taker.digits());
    REQUIRE(taker.handle(giver.confirm().value()));
    CHECK(taker.seed() == seed);
}

TEST_CASE("somebody in the middle shows different digits or is caught by the commitment", "[identity]") {
    const auto seed = crypto::Secret::copyOf(std::string(32, 's'));
    SECTION("own keys towards both sides") {
        room::LinkGiver giver("slot-slot-slot-slot", seed.clone(), std::nullopt);
        room::LinkTaker taker("slot-slot-slot-slot", std::nullopt);
        room::LinkTaker toGiver("slot-slot-slot-slot", std::nullopt);
        room::LinkGiver toTaker("slot-slot-slot-slot", seed.clone(), std::nullopt);
        const auto key = giver.handle(*toGiver.start()).value();
        REQUIRE(giver.handle(*toGiver.handle(*key).value()));
        const auto key2 = toTaker.handle(*taker.start()).value();
        REQUIRE(taker.handle(*key2));
        CHECK(giver.digits() != taker.digits());   // 1 in a million by chance
    }
    SECTION("another key than the one committed to") {
        room::LinkGiver giver("slot-slot-slot-slot", seed.clone(), std::nullopt);
        room::LinkTaker taker("slot-slot-slot-slot", std::nullopt), late("slot-slot-slot-slot", std::nullopt);
        const auto key = giver.handle(*taker.start()).value();
        CHECK(giver.handle(*late.handle(*key).value()).error().code == "link_failed");
        CHECK(giver.state() == room::LinkState::failed);
        CHECK_FALSE(giver.confirm());
    }
}

TEST_CASE("nothing that comes out of order or is no message of ours moves a link", "[identity]") {
    for (const char* bad : {"", "open AAAA", "seed AAAA", "commit", "commit AAAA", "key !!!", "hello"}) {
        INFO(bad);
        room::LinkGiver giver("slot-slot-slot-slot", crypto::Secret::copyOf(std::string(32, 's')), std::nullopt);
        CHECK_FALSE(giver.handle(bad));
        room::LinkTaker taker("slot-slot-slot-slot", std::nullopt);
        CHECK_FALSE(taker.handle(bad));
        CHECK(taker.state() == room::LinkState::failed);
    }
}

// SPDX-License-Identifier: Apache-2.0
// Signed terms are checked without a server, and nothing in them can be changed unseen.
#include "core/room/terms_file.h"

#include <cstdlib>
#include <fstream>

#include "core/api/house_json.h"
#include "core/crypto/ed25519.h"
#include "tests/support/catch.h"

using namespace parlour;

namespace {

crypto::SigningKey key(int n) { return *crypto::SigningKey::fromSeed(base::Bytes(32, static_cast<std::byte>(n))); }

struct Paper {
    crypto::SigningKey house = key(1), host = key(2), guest = key(3);
    api::TermsFile file;

    explicit Paper(api::Party by = api::Party::delegate) {
        file.house = base::HouseId(crypto::identityOf(house.publicKey()));
        file.houseName = "Sea house";
        file.invitation = base::InvitationId("guest12345");
        file.guest = "Ada";
        file.version = 3;
        file.terms.topic = "The sea";
        file.terms.excluded = {"family"};
        file.agreedMs = 1'760'000'000'000;
        sign(api::Party::host, host);
        sign(by, guest);
        seal();
    }
    void sign(api::Party by, const crypto::SigningKey& with) {
        const auto statement = api::termsStatement(file.house, file.invitation, file.guest, file.version, by, file.terms);
        file.signedBy.push_back({std::string(api::sideOf(by)), by, base::toBase64Url(with.publicKey()), "link",
                                 base::toBase64Url(with.sign(statement)), 1'760'000'000'000});
    }
    void seal() {
        file.houseKey = base::toBase64Url(house.publicKey());
        file.houseSignature = base::toBase64Url(house.sign(api::termsFileStatement(file)));
    }
    std::string text() const { return api::toJson(file); }
    std::string code() const {
        const auto result = room::verifyTerms(text());
        return result ? "" : result.error().code;
    }
};

}  // namespace

TEST_CASE("signed terms hold by themselves, and say who signed for whom", "[guests]") {
    const Paper paper;
    const auto file = room::verifyTerms(paper.text());
    REQUIRE(file);
    CHECK(file->version == 3);
    CHECK(file->signedBy[1].by == api::Party::delegate);
    CHECK(file->signedBy[1].side == "guest");
}

TEST_CASE("whatever is changed in signed terms shows", "[guests]") {
    using Change = std::function<void(api::TermsFile&)>;
    const std::vector<Change> changes{
        [](auto& f) { f.house = base::HouseId("other"); },          [](auto& f) { f.invitation = base::InvitationId("guest12346"); },
        [](auto& f) { f.guest = "Eve"; },                           [](auto& f) { f.version = 2; },
        [](auto& f) { f.terms.topic = "The moon"; },                [](auto& f) { f.terms.excluded.clear(); },
        [](auto& f) { f.terms.recording = true; },                  [](auto& f) { f.agreedMs += 1; },
        [](auto& f) { f.houseName = "Lake house"; },                [](auto& f) { f.terms.questions = {"Why?"}; },
        [](auto& f) { f.terms.format = "panel"; },                  [](auto& f) { f.terms.when = {"2026-12-01T18:00:00Z"}; },
        [](auto& f) { f.terms.lengthMinutes += 1; },                [](auto& f) { f.terms.language = "Latin"; },
        [](auto& f) { f.terms.audienceCap += 1; },                  [](auto& f) { f.terms.stage = {"Eve"}; },
        [](auto& f) { f.signedBy[0].bound = "compared"; },          [](auto& f) { f.signedBy[0].atMs += 1; },
        [](auto& f) { f.signedBy[1].by = api::Party::guest; },      [](auto& f) { f.signedBy[1].side = "host"; },
        [](auto& f) { f.signedBy[1].key = f.signedBy[0].key; },     [](auto& f) { f.signedBy.pop_back(); },
        [](auto& f) { f.signedBy.push_back(f.signedBy[0]); },       [](auto& f) { f.houseKey = f.signedBy[0].key; },
        [](auto& f) { f.houseSignature = f.signedBy[0].signature; }, [](auto& f) { f.signedBy.clear(); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Paper paper;
        changes[i](paper.file);
        INFO(i);
        CHECK(paper.code() == "terms_untrue");
    }
}

TEST_CASE("any byte of a file of signed terms that is changed shows, or changes nothing that is read", "[guests]") {
    Paper full;
    auto& terms = full.file.terms;
    terms.questions = {"What is proposed?", "Why now?"};
    terms.format = "interview";
    terms.when = {"2026-12-01T18:00:00Z"};
    terms.language = "English";
    terms.audienceCap = 5000;
    terms.recording = true;
    terms.stage = {"Bea"};
    full.file.signedBy.clear();
    full.sign(api::Party::host, full.host);
    full.sign(api::Party::delegate, full.guest);
    full.seal();
    const std::string text = full.text();
    REQUIRE(room::verifyTerms(text));
    // What a reader sees of it; a key or signature may be spelled in two ways in its last character.
    const auto seen = [](api::TermsFile file) {
        const auto bytes = [](std::string& one) { one = base::toHex(*base::fromBase64Url(one)); };
        bytes(file.houseKey);
        bytes(file.houseSignature);
        for (auto& one : file.signedBy) {
            bytes(one.key);
            bytes(one.signature);
        }
        return api::toJson(file);
    };
    const std::string before = seen(full.file);
    std::size_t refused = 0, unread = 0;
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const int with : {text[at] ^ 0x01, text[at] ^ 0x20, text[at] + 1, static_cast<int>('0'), static_cast<int>(' ')}) {
            if (static_cast<char>(with) == text[at]) continue;
            std::string changed = text;
            changed[at] = static_cast<char>(with);
            const auto result = room::verifyTerms(changed);
            if (!result) {
                ++refused;
                continue;
            }
            ++unread;
            INFO("byte " << at << " of " << text.substr(at > 30 ? at - 30 : 0, 60));
            CHECK(seen(*result) == before);
        }
    CHECK(refused > 4 * unread);
    for (std::size_t size = 0; size < text.size(); ++size) CHECK_FALSE(room::verifyTerms(text.substr(0, size)));
}

TEST_CASE("a house cannot make up what a side signed", "[guests]") {
    using Change = std::function<void(api::TermsFile&)>;
    const std::vector<Change> changes{
        [](auto& f) { f.version = 4; },
        [](auto& f) { f.terms.topic = "The moon"; },
        [](auto& f) { f.signedBy[1].by = api::Party::guest; },
        [](auto& f) { f.signedBy[1].side = "host"; },
        [](auto& f) { f.signedBy[1].key = f.signedBy[0].key; },
        [](auto& f) { f.signedBy.pop_back(); },
        [](auto& f) { f.signedBy[1] = f.signedBy[0]; },
        [](auto& f) { f.signedBy.push_back(f.signedBy[1]); },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Paper paper;
        changes[i](paper.file);
        paper.seal();
        INFO(i);
        CHECK(paper.code() == "terms_untrue");
    }
}

TEST_CASE("a demanded key has to be among the signers, in any of its forms", "[guests]") {
    const Paper paper;
    for (const auto& one : {key(1), key(2), key(3)}) {
        const auto& bytes = one.publicKey();
        for (const auto& form : {base::toBase64Url(bytes), base::toHex(bytes), room::keyFingerprint(bytes), crypto::identityOf(bytes)})
            CHECK(room::verifyTerms(paper.text(), form));
    }
    CHECK(room::verifyTerms(paper.text(), base::toHex(key(4).publicKey())).error().code == "key_missing");
    CHECK(room::verifyTerms(paper.text(), " ").error().code == "key_missing");
}

TEST_CASE("what is no file of terms says so", "[guests]") {
    for (const auto* text : {"", "{}", "[]", "not json", "{\"format\":\"parlour-terms-v1\"}"})
        CHECK(room::verifyTerms(text).error().code == "bad_terms_file");
    Paper paper;
    paper.file.format = "parlour-terms-v2";
    CHECK(paper.code() == "bad_terms_file");
    CHECK(room::verifyTerms(std::string(room::kMaxTermsFileBytes + 1, ' ')).error().detail == "too large");
    CHECK(room::verifyTerms(paper.text()).error().detail == "format parlour-terms-v2");
}

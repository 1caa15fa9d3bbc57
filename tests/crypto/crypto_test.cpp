// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>
#include <type_traits>

#include "core/crypto/aead.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/hash.h"
#include "core/crypto/hkdf.h"
#include "core/crypto/hmac_sha1.h"
#include "core/crypto/identity_text.h"
#include "core/crypto/key_exchange.h"
#include "core/crypto/random.h"
#include "core/crypto/scrypt.h"
#include "core/crypto/secret.h"
#include "tests/support/catch.h"

using namespace parlour;
using namespace parlour::crypto;
using base::asBytes;
using base::fromHex;
using base::toHex;

namespace {

base::Bytes hex(std::string_view text) { return fromHex(text).value(); }
base::Bytes repeated(unsigned value, std::size_t count) { return base::Bytes(count, static_cast<std::byte>(value)); }

template <class T, class = void>
struct IsPrintable : std::false_type {};
template <class T>
struct IsPrintable<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>> : std::true_type {};

}  // namespace

TEST_CASE("SHA-256 and SHA-1 give the standard's digests", "[crypto]") {
    CHECK(toHex(sha256(base::ByteView{})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(toHex(sha256(asBytes("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256({asBytes("a"), asBytes(""), asBytes("bc")}) == sha256(asBytes("abc")));
    CHECK(toHex(sha1(asBytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("HMAC-SHA256 follows RFC 4231", "[crypto]") {
    struct Case {
        base::Bytes key, data;
        const char* mac;
    };
    const Case cases[] = {
        {repeated(0x0b, 20), base::toBytes(asBytes("Hi There")),
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {base::toBytes(asBytes("Jefe")), base::toBytes(asBytes("what do ya want for nothing?")),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {repeated(0xaa, 20), repeated(0xdd, 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), repeated(0xcd, 50),
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {repeated(0xaa, 131), base::toBytes(asBytes("Test Using Larger Than Block-Size Key - Hash Key First")),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {repeated(0xaa, 131),
         base::toBytes(asBytes("This is a test using a larger than block-size key and a larger than block-size data. "
                               "The key needs to be hashed before being used by the HMAC algorithm.")),
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    for (const auto& c : cases) CHECK(toHex(hmacSha256(c.key, c.data)) == c.mac);
    const base::Bytes twenty(20, std::byte{0x0b});
    CHECK(toHex(hmacSha1(twenty, asBytes("Hi There"))) == "b617318655057264e28bc0b6fb378c8ef146be00");   // RFC 2202
    CHECK(toHex(hmacSha1({}, {})) == "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
    CHECK(toHex(hmacSha256({}, {})) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("HKDF-SHA256 follows RFC 5869 and refuses lengths it cannot make", "[crypto]") {
    CHECK(toHex(hkdfSha256(repeated(0x0b, 22), hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"), 42).view()) ==
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    base::Bytes ikm, salt, info;
    for (unsigned i = 0; i < 80; ++i) {
        ikm.push_back(static_cast<std::byte>(i));
        salt.push_back(static_cast<std::byte>(0x60 + i));
        info.push_back(static_cast<std::byte>(0xb0 + i));
    }
    CHECK(toHex(hkdfSha256(ikm, salt, info, 82).view()) ==
          "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
          "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
    CHECK(toHex(hkdfSha256(repeated(0x0b, 22), {}, {}, 42).view()) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
    CHECK(hkdfSha256(ikm, {}, {}, 255 * 32).size() == 255 * 32);
    CHECK(hkdfSha256(ikm, {}, {}, 255 * 32 + 1).empty());
    CHECK(hkdfSha256(ikm, {}, {}, 0).empty());
}

TEST_CASE("one person has unlinkable seeds in two houses and always the same one in each", "[crypto]") {
    const auto master = repeated(7, 32);
    const auto a = deriveSeed(master, "parlour house key v1", "house-a");
    CHECK(a.size() == 32);
    CHECK(a == deriveSeed(master, "parlour house key v1", "house-a"));
    CHECK_FALSE(a == deriveSeed(master, "parlour house key v1", "house-b"));
    CHECK_FALSE(a == deriveSeed(repeated(8, 32), "parlour house key v1", "house-a"));
}

TEST_CASE("Ed25519 signs and verifies as RFC 8032 says", "[crypto]") {
    struct Case {
        const char *seed, *publicKey, *message, *signature;
    };
    const Case cases[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
         "d25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
         "387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
         "4a7c15e9716ed28dc027beceea1ec40a"},
    };
    for (const auto& c : cases) {
        const auto key = SigningKey::fromSeed(hex(c.seed));
        REQUIRE(key);
        CHECK(toHex(key->publicKey()) == c.publicKey);
        const auto message = hex(c.message);
        CHECK(toHex(key->sign(message)) == c.signature);
        CHECK(verifySignature(hex(c.publicKey), message, hex(c.signature)));
    }
}

TEST_CASE("a signature over other bytes, by another key or of another length is not believed", "[crypto]") {
    const auto key = SigningKey::generate();
    const auto other = SigningKey::generate();
    const auto message = asBytes("let me in");
    auto signature = key.sign(message);
    CHECK(verifySignature(key.publicKey(), message, signature));
    CHECK_FALSE(verifySignature(key.publicKey(), asBytes("let me on"), signature));
    CHECK_FALSE(verifySignature(other.publicKey(), message, signature));
    CHECK_FALSE(verifySignature(key.publicKey(), message, base::ByteView(signature).first(63)));
    CHECK_FALSE(verifySignature(base::ByteView(key.publicKey()).first(31), message, signature));
    CHECK_FALSE(verifySignature({}, message, {}));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        auto bent = signature;
        bent[i] ^= std::byte{1};
        CHECK_FALSE(verifySignature(key.publicKey(), message, bent));
    }
    CHECK_FALSE(SigningKey::fromSeed(repeated(1, 31)));
    CHECK_FALSE(SigningKey::fromSeed(repeated(1, 33)));
    CHECK(SigningKey::fromSeed(key.seed().view())->publicKey() == key.publicKey());
}

TEST_CASE("an identity is 26 characters of base32 of the public key's hash", "[crypto]") {
    const auto publicKey = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    const auto id = identityOf(publicKey);
    CHECK(id.size() == kIdentityLength);
    CHECK(id == base::toBase32Lower(sha256(publicKey)).substr(0, 26));
    CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
    CHECK(id != identityOf(SigningKey::generate().publicKey()));
}

TEST_CASE("an id is told from a name of as many characters", "[crypto]") {
    const auto id = identityOf(SigningKey::generate().publicKey());
    CHECK(isIdentityText(id));
    CHECK_FALSE(isIdentityText(id.substr(1)));
    CHECK_FALSE(isIdentityText(id + "a"));
    CHECK_FALSE(isIdentityText(std::string(kIdentityLength, '1')));
    CHECK_FALSE(isIdentityText("Anna-Katharina Mustermann1"));
    CHECK_FALSE(isIdentityText(""));
}

TEST_CASE("scrypt follows RFC 7914 and refuses costs outside its limits", "[crypto]") {
    const auto check = [](const char* password, const char* salt, ScryptCost cost, const char* expected) {
        const auto key = scrypt(asBytes(password), asBytes(salt), cost, 64);
        REQUIRE(key);
        CHECK(toHex(key->view()) == expected);
    };
    check("", "", {16, 1, 1},
          "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17"
          "e8d3e0fb2e0d3628cf35e20c38d18906");
    check("password", "NaCl", {1024, 8, 16},
          "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830da"
          "c727afb94a83ee6d8360cbdfa2cc0640");
    check("pleaseletmein", "SodiumChloride", {16384, 8, 1},
          "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9"
          "e61e85dc0d651e40dfcf017b45575887");
    for (const ScryptCost bad : {ScryptCost{0, 8, 1}, ScryptCost{1, 8, 1}, ScryptCost{1000, 8, 1}, ScryptCost{1024, 0, 1},
                                 ScryptCost{1024, 8, 0}, ScryptCost{1ull << 19, 8, 1}, ScryptCost{1ull << 63, 1, 1}})
        CHECK_FALSE(scrypt(asBytes("x"), asBytes("y"), bad, 32));
    CHECK(scrypt(asBytes("x"), asBytes("y"), {16, 1, 1}, 1024));
    CHECK_FALSE(scrypt(asBytes("x"), asBytes("y"), {16, 1, 1}, 1025));
    CHECK_FALSE(scrypt(asBytes("x"), asBytes("y"), {16, 1, 1}, 0));
}

TEST_CASE("random strings use every character of their alphabet about equally often", "[crypto]") {
    std::map<char, int> counts;
    for (const char c : randomString(62'000)) ++counts[c];
    CHECK(counts.size() == 62);
    // Mean 1000, standard deviation about 31: eight of them are never seen by chance.
    for (const auto& [c, n] : counts) CHECK(std::abs(n - 1000) < 250);
    CHECK(randomString(5, "ab").find_first_not_of("ab") == std::string::npos);
    CHECK(randomString(5, "").empty());
    CHECK(randomToken(16).size() == 22);
    std::set<std::string> tokens;
    for (int i = 0; i < 1000; ++i) tokens.insert(randomToken(16));
    CHECK(tokens.size() == 1000);
    std::map<std::uint64_t, int> dice;
    for (int i = 0; i < 6000; ++i) ++dice[randomBelow(6)];
    CHECK(dice.size() == 6);
    CHECK(dice.rbegin()->first == 5);
    CHECK(randomBelow(1) == 0);
}

TEST_CASE("comparing in constant time finds every difference", "[crypto]") {
    CHECK(equalConstantTime("same", "same"));
    CHECK_FALSE(equalConstantTime("same", "samf"));
    CHECK_FALSE(equalConstantTime("same", "sam"));
    CHECK(equalConstantTime("", ""));
}

TEST_CASE("a secret cannot be printed or copied by accident and is gone after moving", "[crypto]") {
    static_assert(!IsPrintable<Secret>::value);
    static_assert(IsPrintable<std::string>::value);
    static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
    auto a = Secret::copyOf("hunter2");
    const auto b = a.clone();
    CHECK(a == b);
    const auto c = std::move(a);
    CHECK(a.empty());
    CHECK(c == b);
    base::Bytes bytes = repeated(9, 40);
    wipe(bytes);
    CHECK(bytes == repeated(0, 40));
}

TEST_CASE("X25519 agrees as in RFC 7748 section 6.1 and refuses the all-zero secret", "[key-exchange]") {
    const auto bob = crypto::KeyExchange::fromPrivate(
        *base::fromHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
    REQUIRE(bob);
    CHECK(base::toHex(bob->publicKey()) == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    const auto one = crypto::KeyExchange::generate(), two = crypto::KeyExchange::generate();
    CHECK(one.shared(two.publicKey()).value() == two.shared(one.publicKey()).value());
    CHECK_FALSE(one.shared(base::Bytes(32, std::byte{0})));
    CHECK_FALSE(one.shared(base::Bytes(31, std::byte{9})));
}

TEST_CASE("sealed bytes open with the same key and context only", "[aead]") {
    const auto key = crypto::Secret::copyOf(std::string(32, 'k'));
    const auto sealed = crypto::seal(key, base::asBytes("hello"), base::asBytes("here"));
    CHECK(sealed.size() == 5 + crypto::kSealOverhead);
    CHECK(crypto::unseal(key, sealed, base::asBytes("here")).value() == crypto::Secret::copyOf(std::string_view("hello")));
    CHECK_FALSE(crypto::unseal(key, sealed, base::asBytes("there")));
    CHECK_FALSE(crypto::unseal(crypto::Secret::copyOf(std::string(32, 'x')), sealed, base::asBytes("here")));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto broken = sealed;
        broken[i] ^= std::byte{1};
        CHECK_FALSE(crypto::unseal(key, broken, base::asBytes("here")));
    }
    CHECK_FALSE(crypto::unseal(key, base::ByteView(sealed).first(20), base::asBytes("here")));
    CHECK(crypto::unseal(key, crypto::seal(key, {}, {}), {}).value().empty());
}

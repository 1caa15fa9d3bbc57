// SPDX-License-Identifier: Apache-2.0
#include "core/room/terms_file.h"

#include <algorithm>
#include <set>

#include "core/api/house_json.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/hash.h"

namespace parlour::room {

using base::ErrorKind;

namespace {

base::Unexpected<base::Error> notAFile(std::string detail) {
    return base::fail(ErrorKind::invalidInput, "bad_terms_file", "This is no file of signed terms.",
                      "Ask for the file again, as it was downloaded.", std::move(detail));
}
base::Unexpected<base::Error> untrue(std::string what) {
    return base::fail(ErrorKind::untrusted, "terms_untrue", "These signed terms are not genuine: " + std::move(what) + ".",
                      "Do not rely on them; ask the other side for their copy.");
}

std::optional<base::Bytes> keyOf(const std::string& text) {
    auto key = base::fromBase64Url(text);
    if (!key || key->size() != crypto::PublicKey{}.size()) return std::nullopt;
    return key;
}

bool fits(const std::string& text, const base::Bytes& message, const base::Bytes& key) {
    const auto signature = base::fromBase64Url(text);
    return signature && crypto::verifySignature(key, message, *signature);
}

/// Letters and digits only, so that a fingerprint may be typed with or without its gaps.
std::string bare(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != ' ' && c != '-' && c != '\t') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

bool isKey(const base::Bytes& key, std::string_view expect) {
    return expect == base::toBase64Url(key) || bare(expect) == base::toHex(key) || bare(expect) == bare(keyFingerprint(key)) ||
           bare(expect) == crypto::identityOf(key);
}

}  // namespace

std::string keyFingerprint(base::ByteView publicKey) {
    const auto digest = crypto::sha256(publicKey);
    const auto text = base::toBase32Lower(digest);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i > 0 && i % 4 == 0) out += ' ';
        out += text[i];
    }
    return out;
}

base::Result<api::TermsFile> verifyTerms(std::string_view text, std::string_view expect) {
    if (text.size() > kMaxTermsFileBytes) return notAFile("too large");
    auto file = api::fromJson<api::TermsFile>(text);
    if (!file) return notAFile(file.error().code + " " + file.error().detail);
    if (file->format != api::TermsFile{}.format) return notAFile("format " + file->format);

    const auto houseKey = keyOf(file->houseKey);
    if (!houseKey || crypto::identityOf(*houseKey) != file->house.str()) return untrue("the key is not the one of the house they name");
    if (!fits(file->houseSignature, api::termsFileStatement(*file), *houseKey)) return untrue("the signature of the house does not fit");

    std::set<std::string> sides;
    bool expected = expect.empty() || isKey(*houseKey, expect);
    for (const auto& one : file->signedBy) {
        const auto key = keyOf(one.key);
        if (!key) return untrue("a signer's key is damaged");
        if (one.side != api::sideOf(one.by)) return untrue("a signer stands on the wrong side");
        if (!sides.insert(one.side).second) return untrue("one side signed twice");
        const auto statement = api::termsStatement(file->house, file->invitation, file->guest, file->version, one.by, file->terms);
        if (!fits(one.signature, statement, *key)) return untrue("the signature of the " + std::string(api::toString(one.by)) + " does not fit");
        expected = expected || isKey(*key, expect);
    }
    if (sides.size() != 2) return untrue("a side has not signed");
    if (!expected)
        return base::fail(ErrorKind::untrusted, "key_missing", "The terms are genuine, but nobody signed them with the key you expect.",
                          "Compare the fingerprints with those you were told.");
    return file;
}

}  // namespace parlour::room

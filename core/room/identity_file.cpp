// SPDX-License-Identifier: Apache-2.0
#include "core/room/identity_file.h"

#include <charconv>
#include <vector>

#include "core/base/words.h"
#include "core/crypto/aead.h"
#include "core/crypto/random.h"
#include "core/crypto/scrypt.h"

namespace parlour::room {

namespace {

using base::ErrorKind;

constexpr std::string_view kWord = "parlour-identity-1";
constexpr std::size_t kSeedBytes = 32, kSaltBytes = 16;
constexpr crypto::ScryptCost kCost{1u << 16, 8, 1};   // 64 MiB: a file is opened seldom and guessed at leisure

base::Unexpected<base::Error> notAFile(std::string detail = {}) {
    return base::fail(ErrorKind::invalidInput, "identity_file", "This is not an exported identity, or it is damaged.",
                      "Choose the file that was written by an export.", std::move(detail));
}

bool number(std::string_view& text, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end == text.data()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool parseCost(std::string_view text, crypto::ScryptCost& cost) {
    std::uint64_t n = 0, r = 0, p = 0;
    const auto dot = [&] {
        if (!text.starts_with('.')) return false;
        text.remove_prefix(1);
        return true;
    };
    if (!number(text, n) || !dot() || !number(text, r) || !dot() || !number(text, p) || !text.empty()) return false;
    // Ours are 65536, 8 and 1; more only makes whoever opens a foreign file wait.
    if (n > (1u << 17) || r > 8 || p > 2) return false;
    cost = {n, static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(p)};
    return true;
}

std::string head(const crypto::ScryptCost& cost, base::ByteView salt) {
    return std::string(kWord) + " " + std::to_string(cost.n) + "." + std::to_string(cost.r) + "." + std::to_string(cost.p) + " " +
           base::toBase64Url(salt);
}

}  // namespace

base::Result<std::string> exportPerson(const PersonExport& person, std::string_view passphrase) {
    if (passphrase.size() < kMinPassphraseCharacters)
        return base::fail(ErrorKind::invalidInput, "passphrase_short", "The passphrase is too short.",
                          "Use at least " + std::to_string(kMinPassphraseCharacters) + " characters, better four words.");
    const auto salt = crypto::randomBytes(kSaltBytes);
    const auto key = crypto::scrypt(base::asBytes(passphrase), salt, kCost, crypto::kSealKeyBytes);
    if (!key) return base::Unexpected<base::Error>(key.error());
    base::Bytes plain = base::toBytes(person.seed.view());
    const auto houses = base::asBytes(person.houses);
    plain.insert(plain.end(), houses.begin(), houses.end());
    const crypto::Secret wiped(std::move(plain));
    const std::string front = head(kCost, salt);
    return front + " " + base::toBase64Url(crypto::seal(*key, wiped.view(), base::asBytes(front))) + "\n";
}

base::Result<PersonExport> importPerson(std::string_view text, std::string_view passphrase) {
    if (text.size() > kMaxIdentityFile) return notAFile("too large");
    const auto parts = base::words(text);
    if (parts.size() != 4) return notAFile();
    if (parts[0] != kWord) return notAFile(parts[0].starts_with("parlour-identity-") ? "written by a later version" : "");
    crypto::ScryptCost cost;
    if (!parseCost(parts[1], cost)) return notAFile("cost");
    const auto salt = base::fromBase64Url(parts[2]);
    const auto sealed = base::fromBase64Url(parts[3]);
    if (!salt || salt->size() != kSaltBytes || !sealed || sealed->size() < kSeedBytes + crypto::kSealOverhead) return notAFile();
    const auto key = crypto::scrypt(base::asBytes(passphrase), *salt, cost, crypto::kSealKeyBytes);
    if (!key) return notAFile("cost");
    const auto plain = crypto::unseal(*key, *sealed, base::asBytes(head(cost, *salt)));
    if (!plain)
        return base::fail(ErrorKind::refused, "passphrase_wrong", "The passphrase does not open this file.",
                          "Check for capital letters and spaces; without it nobody can open the file.");
    PersonExport out;
    out.seed = crypto::Secret::copyOf(plain->view().first(kSeedBytes));
    out.houses = std::string(base::asText(plain->view().subspan(kSeedBytes)));
    return out;
}

}  // namespace parlour::room

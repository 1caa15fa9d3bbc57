// SPDX-License-Identifier: Apache-2.0
#include "core/room/person_keys.h"

#include <fstream>
#include <iterator>

#include "core/crypto/hkdf.h"
#include "core/crypto/random.h"

namespace parlour::room {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSeedBytes = 32;
constexpr std::string_view kLabel = "parlour house key v1";
constexpr const char* kFile = "person.seed";

base::Unexpected<base::Error> unwritable(const fs::path& home, const std::string& why) {
    return base::fail(base::ErrorKind::unavailable, "home_unwritable",
                      "Your key cannot be kept in " + home.string() + ".",
                      "Choose another folder with --home, or make this one writable.", why);
}

}  // namespace

PersonKeys PersonKeys::fresh() { return PersonKeys(crypto::randomSecret(kSeedBytes)); }

base::Result<PersonKeys> PersonKeys::open(const fs::path& home) {
    std::error_code error;
    fs::create_directories(home, error);
    if (error) return unwritable(home, error.message());
    fs::permissions(home, fs::perms::owner_all, error);   // 0700; a folder of somebody else keeps its own
    const auto path = home / kFile;
    if (fs::exists(path, error)) {
#ifndef _WIN32
        const auto mode = fs::status(path, error).permissions();
        if ((mode & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none)
            return base::fail(base::ErrorKind::refused, "seed_unsafe", "Others on this computer can read your key file " + path.string() + ".",
                              "Run: chmod 600 " + path.string());
#endif
        std::ifstream in(path, std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(in)), {});
        if (bytes.size() != kSeedBytes)
            return base::fail(base::ErrorKind::invalidInput, "seed_damaged", "Your key file " + path.string() + " is damaged.",
                              "Restore it from a backup. Moving it away makes you a new person to every house.");
        PersonKeys keys(crypto::Secret::copyOf(bytes));
        crypto::wipe(std::as_writable_bytes(std::span(bytes)));
        return keys;
    }
    auto seed = crypto::randomSecret(kSeedBytes);
    const auto draft = home / (std::string(kFile) + ".new");
    {
        std::ofstream out(draft, std::ios::binary | std::ios::trunc);
        fs::permissions(draft, fs::perms::owner_read | fs::perms::owner_write, error);
        out.write(reinterpret_cast<const char*>(seed.view().data()), static_cast<std::streamsize>(seed.size()));
        out.flush();
        if (!out) return unwritable(home, "writing failed; is the disk full?");
    }
    fs::rename(draft, path, error);   // whole or not at all
    if (error) return unwritable(home, error.message());
    return PersonKeys(std::move(seed));
}

crypto::SigningKey PersonKeys::keyFor(const base::HouseId& house) const {
    const auto seed = crypto::deriveSeed(m_seed.view(), kLabel, house.str());
    return std::move(*crypto::SigningKey::fromSeed(seed.view()));
}

base::Identity PersonKeys::identityFor(const base::HouseId& house) const {
    return base::Identity(crypto::identityOf(keyFor(house).publicKey()));
}

}  // namespace parlour::room

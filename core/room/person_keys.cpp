// SPDX-License-Identifier: Apache-2.0
#include "core/room/person_keys.h"

#include <fstream>
#include <iterator>
#include <utility>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#endif

#include "core/crypto/hkdf.h"
#include "core/crypto/random.h"

namespace parlour::room {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSeedBytes = 32;
constexpr std::string_view kLabel = "parlour house key v1";
constexpr const char* kFile = "person.seed";
constexpr const char* kElsewhere = "person.in-keychain";   // the app writes it; without it one would silently be a new person

base::Unexpected<base::Error> unwritable(const fs::path& home, const std::string& why) {
    return base::fail(base::ErrorKind::unavailable, "home_unwritable",
                      "Your key cannot be kept in " + home.string() + ".",
                      "Choose another folder with --home, or make this one writable.", why);
}

#ifndef _WIN32
/// Ours alone: a file that others can read, or that somebody else laid there, is no key of ours (security T49).
bool isSafe(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0077) == 0 && info.st_uid == ::geteuid();
}

/// Whole and on the disk before it has its name, so that no crash leaves half a key; "" or what went wrong.
std::string store(const fs::path& draft, const fs::path& path, base::ByteView bytes) {
    const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return std::strerror(errno);
    bool good = ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && ::fsync(file) == 0;
    std::string why = good ? "" : std::strerror(errno);
    ::close(file);
    // A name that is taken meanwhile belongs to another program of the same person: its key counts.
    if (good && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST && ::rename(draft.c_str(), path.c_str()) != 0) {
        good = false;
        why = std::strerror(errno);
    }
    ::unlink(draft.c_str());
    if (const int folder = good ? ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1; folder >= 0) {
        (void)::fsync(folder);
        ::close(folder);
    }
    return why;
}
#else
bool isSafe(const fs::path&) { return true; }   // the profile folder's access list decides

std::string store(const fs::path& draft, const fs::path& path, base::ByteView bytes) {
    {
        std::ofstream out(draft, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        out.flush();
        if (!out) return "writing failed";
    }
    std::error_code error;
    fs::rename(draft, path, error);
    return error ? error.message() : "";
}
#endif

}  // namespace

PersonKeys PersonKeys::fresh() { return PersonKeys(crypto::randomSecret(kSeedBytes)); }

base::Result<PersonKeys> PersonKeys::adopt(const fs::path& home, const crypto::Secret& seed, bool replace) {
    std::error_code error;
    const auto path = home / kFile;
    if (fs::exists(fs::symlink_status(path, error))) {
        auto there = open(home);
        if (there && there->m_seed == seed) return there;
        if (!replace)
            return base::fail(base::ErrorKind::conflict, "home_taken", "Another person lives in " + home.string() + " already.",
                              "Choose another folder with --home, or use --replace; the old key is kept as person.seed.old.");
        fs::rename(path, home / (std::string(kFile) + ".old"), error);
        if (error) return unwritable(home, error.message());
    }
    return openWith(home, seed.view());
}

base::Result<PersonKeys> PersonKeys::open(const fs::path& home) { return openWith(home, {}); }

/// `adopted`: the seed of a home that has none yet; empty = a new person.
base::Result<PersonKeys> PersonKeys::openWith(const fs::path& home, base::ByteView adopted) {
    std::error_code error;
    const bool made = fs::create_directories(home, error);
    if (error) return unwritable(home, error.message());
    // A folder that was there keeps its mode: it may be anything the person named, /tmp too.
    if (made) fs::permissions(home, fs::perms::owner_all, error);
    const auto path = home / kFile;
    if (!fs::exists(fs::symlink_status(path, error))) {
        if (adopted.empty() && fs::exists(home / kElsewhere, error))
            return base::fail(base::ErrorKind::unavailable, "seed_in_keychain", "Your key lies in the desktop's keychain, where only the app reads it.",
                              "Choose \"Keep in a file\" in the app's settings, or another folder with --home.", home.string());
        const auto seed = adopted.empty() ? crypto::randomSecret(kSeedBytes) : crypto::Secret::copyOf(adopted);
        const auto draft = home / (std::string(kFile) + "." + crypto::randomString(8));
        if (const auto why = store(draft, path, seed.view()); !why.empty()) return unwritable(home, why);
    }
    if (!isSafe(path))
        return base::fail(base::ErrorKind::refused, "seed_unsafe", "Others on this computer can read or have made your key file " + path.string() + ".",
                          "Make it yours alone: chown and chmod 600 " + path.string());
    std::ifstream in(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(in)), {});
    if (bytes.size() != kSeedBytes)
        return base::fail(base::ErrorKind::invalidInput, "seed_damaged", "Your key file " + path.string() + " is damaged.",
                          "Restore it from a backup. Moving it away makes you a new person to every house.");
    PersonKeys keys(crypto::Secret::copyOf(bytes));
    crypto::wipe(std::as_writable_bytes(std::span(bytes)));
    return keys;
}

crypto::SigningKey PersonKeys::keyFor(const base::HouseId& house) const {
    const auto seed = crypto::deriveSeed(m_seed.view(), kLabel, house.str());
    return std::move(*crypto::SigningKey::fromSeed(seed.view()));
}

base::Identity PersonKeys::identityFor(const base::HouseId& house) const {
    return base::Identity(crypto::identityOf(keyFor(house).publicKey()));
}

}  // namespace parlour::room

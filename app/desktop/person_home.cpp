// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/person_home.h"

#include <fstream>

namespace parlour::desktop {

namespace fs = std::filesystem;
using base::ErrorKind;

namespace {
constexpr const char* kSeedFile = "person.seed";
constexpr const char* kInKeychain = "person.in-keychain";   // PersonKeys::open() knows it, too
constexpr const char* kInFile = "person.in-file";
}  // namespace

QString PersonHome::entry() const { return QStringLiteral("person of ") + QString::fromStdString(fs::absolute(m_folder).lexically_normal().string()); }

bool PersonHome::marked(const char* name) const {
    std::error_code error;
    return fs::exists(m_folder / name, error);
}

base::Result<void> PersonHome::mark(const char* name, bool on) const {
    std::error_code error;
    const auto path = m_folder / name;
    bool good = false;
    if (on) {
        std::ofstream out(path, std::ios::trunc);
        good = static_cast<bool>(out << "parlour\n" << std::flush);
    } else {
        fs::remove(path, error);
        good = !error;
    }
    if (good) return {};
    return base::fail(ErrorKind::unavailable, "home_unwritable", "Nothing can be written to " + m_folder.string() + ".", "Check its rights and the free space.");
}

base::Result<PersonOpened> PersonHome::open() {
    const bool file = marked(kSeedFile);
    if (!m_keychain || (!marked(kInKeychain) && marked(kInFile))) {
        auto keys = room::PersonKeys::open(m_folder);
        if (!keys) return base::Unexpected(std::move(keys).error());
        return PersonOpened{std::move(*keys), false, {}};
    }
    if (marked(kInKeychain)) {
        auto kept = m_keychain->read(entry());
        const bool there = kept && *kept && (*kept)->size() == 32;
        if (there && !file) return PersonOpened{room::PersonKeys::of(crypto::Secret::copyOf(**kept)), true, {}};
        if (!there && !file)
            return base::fail(ErrorKind::unavailable, "seed_in_keychain", "Your key lies in the desktop's keychain, which cannot be read.",
                              "Unlock the keychain and start Parlour again.", kept ? "it is locked, or the entry is gone" : kept.error().detail);
        auto keys = room::PersonKeys::open(m_folder);
        if (!keys) return base::Unexpected(std::move(keys).error());
        if (!there)
            return PersonOpened{std::move(*keys), false, "The desktop's keychain does not answer; your key is read from its file in " + m_folder.string() + "."};
        if (!(keys->exportSeed() == crypto::Secret::copyOf(**kept))) {
            // Somebody else has moved into the folder since: the file is newer.
            (void)mark(kInKeychain, false);
            return PersonOpened{std::move(*keys), false, {}};
        }
        std::error_code ignored;
        fs::remove(m_folder / kSeedFile, ignored);   // the move was interrupted after it was read back
        return PersonOpened{std::move(*keys), true, {}};
    }
    auto keys = room::PersonKeys::open(m_folder);
    if (!keys) return base::Unexpected(std::move(keys).error());
    PersonOpened out{std::move(*keys), false, {}};
    if (!ui::Keychain::built()) return out;
    if (auto moved = moveToKeychain(out.keys.exportSeed()); moved)
        out.inKeychain = true;
    else
        out.notice = moved.error().message + " Your key stays in its file in " + m_folder.string() + ".";
    return out;
}

base::Result<void> PersonHome::moveToKeychain(const crypto::Secret& seed) {
    if (!m_keychain) return base::fail(ErrorKind::unavailable, "keychain_unavailable", "This folder keeps its key in a file.", "Start without --home.");
    if (auto done = m_keychain->write(entry(), seed.view()); !done) return done;
    auto back = m_keychain->read(entry());
    if (!back) return base::Unexpected(std::move(back).error());
    if (!*back || !(crypto::Secret::copyOf(**back) == seed))
        return base::fail(ErrorKind::unavailable, "keychain_unavailable", "The desktop's keychain did not keep what was put into it.", "Keep your key in a file.");
    if (auto done = mark(kInKeychain, true); !done) return done;
    if (auto done = mark(kInFile, false); !done) return done;
    std::error_code error;
    fs::remove(m_folder / kSeedFile, error);
    if (error) return base::fail(ErrorKind::unavailable, "home_unwritable", "The key is in the keychain, but its file cannot be removed.", "Remove it yourself.", error.message());
    return {};
}

base::Result<void> PersonHome::keepInFile(const crypto::Secret& seed) {
    auto keys = room::PersonKeys::adopt(m_folder, seed, false);
    if (!keys) return base::Unexpected(std::move(keys).error());
    if (auto done = mark(kInFile, true); !done) return done;
    if (auto done = mark(kInKeychain, false); !done) return done;
    return m_keychain ? m_keychain->remove(entry()) : base::Result<void>{};
}

}  // namespace parlour::desktop

// SPDX-License-Identifier: Apache-2.0
// Who the person of the app is: a seed in the desktop's keychain where there is one, else in the home folder. The seed moves into
// the keychain once and by itself; its file goes only after the keychain has been read back. Thread: UI, before the client.
//
// In the folder: person.seed (the file), person.in-keychain (the seed lies there), person.in-file (the person wants the file).
#pragma once

#include <filesystem>
#include <string>

#include "core/room/person_keys.h"
#include "ui/platform/keychain.h"

namespace parlour::desktop {

struct PersonOpened {
    room::PersonKeys keys;
    bool inKeychain = false;
    std::string notice;   ///< one line for the person: why the keychain is not used; empty = nothing to say
};

class PersonHome {
  public:
    /// `keychain`: nullptr keeps to the folder (--home DIR).
    PersonHome(std::filesystem::path folder, ui::Keychain* keychain) : m_folder(std::move(folder)), m_keychain(keychain) {}

    /// Errors of PersonKeys::open(); unavailable "seed_in_keychain" when the seed lies in a keychain that does not answer: nobody
    /// becomes a new person by that.
    base::Result<PersonOpened> open();
    base::Result<void> moveToKeychain(const crypto::Secret& seed);
    base::Result<void> keepInFile(const crypto::Secret& seed);

  private:
    QString entry() const;
    bool marked(const char* name) const;
    base::Result<void> mark(const char* name, bool on) const;
    std::filesystem::path m_folder;
    ui::Keychain* m_keychain;
};

}  // namespace parlour::desktop

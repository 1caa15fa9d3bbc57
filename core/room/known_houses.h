// SPDX-License-Identifier: Apache-2.0
// The houses that the person of a home folder belongs to or has been in: houses.json beside the seed, nothing secret in it.
// Several programs may keep it, and a crash leaves the old or the new list (kept_file.h). Any thread, one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/ids.h"

namespace parlour::room {

struct KnownHouse {
    base::HouseId house;
    std::string url;    ///< "https://host[:port]"
    std::string pin;    ///< of the certificate; empty = ordinary check
    std::string title;
    std::string name;   ///< the person's name there
};

class KnownHouses {
  public:
    /// No file yet is an empty list. invalidInput "houses_damaged" when it cannot be read: nothing is overwritten then.
    static base::Result<KnownHouses> open(const std::filesystem::path& home);

    /// The text of such a file: of an exported identity. invalidInput "houses_damaged".
    static base::Result<std::vector<KnownHouse>> parse(const std::string& text);

    const std::vector<KnownHouse>& all() const { return m_houses; }
    /// By address, by id, or (empty) the only one. notFound "house_unknown"; invalidInput "house_ambiguous" with the addresses.
    base::Result<KnownHouse> choose(const std::string& which) const;
    /// Replaces what was known of the same house, in the list that is there now; unavailable "home_unwritable", or as open().
    base::Result<void> remember(const KnownHouse& house);

  private:
    std::filesystem::path m_file;
    std::vector<KnownHouse> m_houses;
};

}  // namespace parlour::room

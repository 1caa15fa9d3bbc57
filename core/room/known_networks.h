// SPDX-License-Identifier: Apache-2.0
// How long packets had to be waited for in the networks where this person was: networks.json beside the seed, so that the next
// start here begins with that wait and not with a guess. A network is kept as the keyed hash of what net/network_place.h says
// of it, under a random key that lies in the same file: the files of two people, or a list of known networks, cannot be
// compared with it; whoever has the file can test a guess. At most 40 networks, five calls of each, half a year.
// Thread: net, one at a time. Several programs may keep the file (kept_file.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/net/network_place.h"

namespace parlour::room {

class KnownNetworks {
  public:
    static constexpr std::size_t kMost = 40;
    static constexpr std::size_t kCalls = 5;
    static constexpr int kDays = 180;
    static constexpr std::size_t kMostBytes = 64 * 1024;
    static constexpr int kLongest = 400;  ///< ms

    /// Empty = remembers for this run only.
    explicit KnownNetworks(std::filesystem::path home);

    /// We are in this network now; nothing: in none, or it does not matter. What was needed here: the median of the last calls.
    std::optional<base::Duration> enter(std::optional<net::NetworkPlace> place, base::WallTime now);
    /// The network entered last is another one than the one before it, or the first of this run.
    bool moved() const { return m_moved; }
    /// The call, or the stay in the network entered last, is over; `needed` is nothing where it was too short to tell.
    void leave(std::optional<base::Duration> needed, base::WallTime now);

    struct Network {
        std::string key;          ///< base64url of 16 bytes
        std::vector<int> delays;  ///< ms, of the newest call first; 1..kCalls
        std::int64_t day = 0;     ///< of the last call, since 1970
        bool operator==(const Network&) const = default;
    };
    struct Book {
        std::string salt;               ///< 16 bytes
        std::vector<Network> networks;  ///< the newest first
    };
    /// Entries that make no sense are left out; nothing when it is no such file or one of a later version.
    static std::optional<Book> parse(std::string_view text);
    static std::string write(const Book& book);

  private:
    std::string keyOf(const Book& book, const net::NetworkPlace& place) const;
    void complain(std::string_view what);

    std::filesystem::path m_file;
    Book m_book;  // of this run, where there is no file
    std::optional<net::NetworkPlace> m_place;                   // where the call is now
    std::optional<std::optional<net::NetworkPlace>> m_entered;  // last, in this run
    bool m_moved = false;
    bool m_complained = false;
};

}  // namespace parlour::room

// SPDX-License-Identifier: Apache-2.0
// A log whose rows hold each other: row n carries SHA-256 over the hash of row n-1 and its own statement. Who changes,
// drops or inserts a row has to change every later one, and whoever kept a later hash notices. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/byte_io.h"

namespace parlour::crypto {

/// One place in the chain. n = 0 with an empty hash is the place before the first row.
struct ChainLink {
    std::uint64_t n = 0;
    std::string hash;  ///< hex, 64 characters
    bool operator==(const ChainLink&) const = default;
};

/// Hash of the row that says `statement` after a row with the hash `previous`.
std::string chainHash(std::string_view previous, base::ByteView statement);

/// Walks a chain row by row and remembers the first thing that is wrong.
class ChainCheck {
  public:
    enum class Fault {
        gap,      ///< a number is missing or comes twice
        changed,  ///< the row does not give its hash
        cut,      ///< rows are missing at the end
    };
    struct Found {
        Fault fault;
        std::uint64_t n;  ///< the row where it shows
    };
    /// `base`: the place before the first row that is still kept.
    explicit ChainCheck(ChainLink base) : m_last(std::move(base)) {}

    /// The next row. False once something was wrong.
    bool add(std::uint64_t n, base::ByteView statement, std::string_view hash);
    /// After the last row: it has to be the one that `head` names.
    bool finish(const ChainLink& head);
    const ChainLink& last() const { return m_last; }
    const std::optional<Found>& found() const { return m_found; }

  private:
    ChainLink m_last;
    std::optional<Found> m_found;
};

}  // namespace parlour::crypto

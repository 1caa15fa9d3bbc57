// SPDX-License-Identifier: Apache-2.0
// Which of several parlourds on one PostgreSQL runs the house: a claim in the database that its holder renews, and that another
// takes when it has run out. All times are the database's, so the machines' clocks may differ. Who pauses and comes back too
// late is stopped by the fence (store_claim.h), not by its own idea of time. A connection of its own; blocking; one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/doors/clock.h"
#include "core/base/error.h"
#include "core/base/time.h"
#include "core/house/store/store_claim.h"

namespace parlour::house {

/// The claim as it stands.
struct ClaimSeen {
    std::int64_t fence = 0;
    std::string holder;          ///< empty = nobody has ever held it, or it was given back
    std::string holderName;      ///< "process 12 on host"
    std::string address;         ///< "IP:PORT" where the holder takes what others pass on
    std::string passKey;         ///< what they show there; secret
    base::Duration left{};       ///< until it runs out; 0 or less = anybody may take it
    base::Duration ahead{};      ///< the database's clock, as seen by ours
};

struct ClaimWish {
    std::string name;
    std::string address;
    base::Duration lease = std::chrono::seconds(3);
};

class HouseClaims {
  public:
    /// invalidInput "replicas_need_server" for SQLite, conflict "store_in_use" beside a parlourd that does not share, and the
    /// errors of Store::open(). Makes the table where it is missing, and nothing else.
    static base::Result<std::unique_ptr<HouseClaims>> open(const std::string& where, ClaimWish wish, const base::Clock& clock);
    ~HouseClaims();

    base::Result<ClaimSeen> look();
    /// Takes it if it has run out or was given back. The answer is the claim after that: mine() says whose.
    base::Result<ClaimSeen> take();
    /// Another lease from now on. False: somebody else has it, and for good.
    base::Result<bool> renew();
    /// So that another need not wait. Nothing happens where it is another's.
    base::Result<void> giveBack();
    bool mine(const ClaimSeen& seen) const;
    /// Of our turn, for openFenced().
    HouseFence fence() const;
    /// The claim changed hands, or was given back, since the last call. Asks nobody: notices lie in the connection.
    bool told();

    struct Impl;

  private:
    explicit HouseClaims(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// For people, without joining in: what `parlourd check` says. nullopt where the database has no such table.
base::Result<std::optional<ClaimSeen>> readClaim(const std::string& where, const base::Clock& clock);

}  // namespace parlour::house

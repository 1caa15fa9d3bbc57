// SPDX-License-Identifier: Apache-2.0
// The audit log: append-only, each row chained to the one before, the end signed by the house (api/audit_types.h says what
// the hashes cover). Store::addAudit() is the only way in. All inside Store::transact(), but for what says otherwise.
#pragma once

#include <optional>
#include <vector>

#include "core/api/audit_types.h"
#include "core/crypto/ed25519.h"
#include "core/crypto/hash_chain.h"
#include "core/house/store/store.h"

namespace parlour::house {

class AuditStore {
  public:
    explicit AuditStore(Store& store) : m_store(store) {}

    /// Rows above `after`, oldest first; at most `limit`.
    std::vector<api::AuditEntry> after(std::uint64_t after, base::WallTime since, int limit);
    /// Rows below `before` (0 = all), newest first.
    std::vector<api::AuditEntry> before(std::uint64_t before, base::WallTime since, int limit);
    /// Without the key, which the caller knows.
    api::AuditHead head();
    /// Signs a head that has never been signed: rows from before the house had its key.
    void signFirst();
    /// Forgets rows older than this, from the front; the base moves, and the chain goes on from there.
    std::size_t forget(base::WallTime olderThan);

    struct Verdict {
        bool good = false;
        std::uint64_t rows = 0;
        api::AuditHead head;
        std::string problem;  ///< a sentence; empty = good
    };
    /// Walks everything. Also for a store that nobody else has open.
    Verdict verify(base::ByteView houseKey);

  private:
    void writeHead(api::AuditHead head);
    Store& m_store;
};

/// "Row 12 was changed.": for people.
std::string sentence(const crypto::ChainCheck::Found& found);

}  // namespace parlour::house

// SPDX-License-Identifier: Apache-2.0
// Private to core/house/store: the session and the small helpers both files of the store use. The only header that sees SOCI.
#pragma once

#include <soci/soci.h>

#include <cassert>
#include <optional>
#include <string>

#include "core/base/thread_checker.h"
#include "core/crypto/ed25519.h"
#include "core/house/store/connection.h"
#include "core/house/store/store.h"

namespace parlour::house {

struct Store::Impl {
    explicit Impl(const base::Clock& clock) : connection(sql, clock) {}

    soci::session sql;
    Connection connection;
    bool inside = false;          ///< a transact() is running
    base::ThreadChecker thread;
    std::optional<crypto::SigningKey> auditKey;  ///< of the house; absent before it has one

    soci::session& rows() {
        assert(inside);
        return sql;
    }
};

/// The steps of the schema up to this one, each in a transaction of its own. Throws soci::soci_error.
base::Result<void> migrate(Store::Impl& impl, int upTo);

/// Rolls back unless committed. Throws soci::soci_error.
class Transaction {
  public:
    explicit Transaction(Connection& connection) : m_connection(connection) { m_connection.begin(); }
    ~Transaction() {
        if (!m_done) m_connection.rollback();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() {
        m_connection.commit();
        m_done = true;
    }

  private:
    Connection& m_connection;
    bool m_done = false;
};

/// A value that may be NULL, for use() and into().
struct MaybeNumber {
    long long value = 0;
    soci::indicator present = soci::i_null;

    MaybeNumber() = default;
    explicit MaybeNumber(std::optional<base::WallTime> t) {
        if (!t) return;
        value = base::toUnixMs(*t);
        present = soci::i_ok;
    }
    explicit MaybeNumber(std::optional<int> n) {
        if (!n) return;
        value = *n;
        present = soci::i_ok;
    }
    std::optional<base::WallTime> time() const {
        return present == soci::i_ok ? std::optional(base::fromUnixMs(value)) : std::nullopt;
    }
    std::optional<int> number() const { return present == soci::i_ok ? std::optional(static_cast<int>(value)) : std::nullopt; }
};

inline api::Role roleOf(const std::string& text) { return api::parseRole(text).value_or(api::Role::listener); }
inline api::Power powerOf(const std::string& text) { return api::parsePower(text).value_or(api::Power::none); }
template <class E>
std::string textOf(E value) {
    return std::string(api::toString(value));
}

}  // namespace parlour::house

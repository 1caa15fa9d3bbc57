// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/house_claims.h"

#include "core/crypto/random.h"
#include "core/house/store/store_impl.h"
#include "core/house/store/store_place.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

constexpr std::size_t kRunBytes = 16;
constexpr std::size_t kPassBytes = 32;
constexpr const char* kChannel = "parlour_claim";
constexpr const char* kTell = "NOTIFY parlour_claim";

ClaimSeen readRow(soci::session& sql, const Connection& connection, const base::Clock& clock) {
    ClaimSeen seen;
    long long fence = 0, until = 0, now = 0;
    const auto asked = clock.wallNow();
    sql << std::string("SELECT holder, holder_name, address, pass_key, fence, until_ms, ") + connection.databaseNow() +
               " FROM house_claim WHERE what = 'house'",
        into(seen.holder), into(seen.holderName), into(seen.address), into(seen.passKey), into(fence), into(until), into(now);
    seen.fence = fence;
    seen.left = std::chrono::milliseconds(until - now);
    seen.ahead = base::fromUnixMs(now) - (asked + (clock.wallNow() - asked) / 2);
    return seen;
}

}  // namespace

struct HouseClaims::Impl {
    explicit Impl(const base::Clock& theClock) : rows(theClock), clock(theClock) {}
    Store::Impl rows;
    const base::Clock& clock;
    ClaimWish wish;
    HouseFence fence;

    /// Like a transaction, connects anew where that is needed; for single statements, which need no lock.
    template <class Work>
    base::Result<void> run(Work work) {
        try {
            rows.connection.ensure();
            work();
            return {};
        } catch (const soci::soci_error& error) {
            return base::Unexpected(rows.connection.explain(error));
        }
    }
};

HouseClaims::HouseClaims(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
HouseClaims::~HouseClaims() = default;

base::Result<std::unique_ptr<HouseClaims>> HouseClaims::open(const std::string& where, ClaimWish wish, const base::Clock& clock) {
    if (!isDatabaseServer(where))
        return base::fail(base::ErrorKind::invalidInput, "replicas_need_server", "Several parlourds can share a house on PostgreSQL only.",
                          "Give --store postgresql://USER@HOST/DATABASE, or leave out --replica-address.");
    auto impl = std::make_unique<Impl>(clock);
    impl->wish = std::move(wish);
    impl->fence.holder = crypto::randomToken(kRunBytes);
    auto& connection = impl->rows.connection;
    try {
        if (auto done = connection.open(where); !done) return base::Unexpected(std::move(done).error());
        if (auto done = connection.claim(impl->wish.name, true); !done) return base::Unexpected(std::move(done).error());
        if (connection.schemaVersion() < kClaimsVersion)
            if (auto done = migrate(impl->rows, kClaimsVersion); !done) return base::Unexpected(std::move(done).error());
        connection.hurry();
        connection.listen(kChannel);
        return std::unique_ptr<HouseClaims>(new HouseClaims(std::move(impl)));
    } catch (const soci::soci_error& error) {
        return base::Unexpected(connection.explainOpen(error));
    }
}

base::Result<ClaimSeen> HouseClaims::look() {
    ClaimSeen seen;
    auto done = m_impl->run([&] { seen = readRow(m_impl->rows.sql, m_impl->rows.connection, m_impl->clock); });
    if (!done) return base::Unexpected(std::move(done).error());
    return seen;
}

base::Result<ClaimSeen> HouseClaims::take() {
    auto& s = *m_impl;
    ClaimSeen seen;
    try {
        // The lock of every transaction of the house: what the holder before us had begun is done or never will be.
        Transaction transaction(s.rows.connection);
        seen = readRow(s.rows.sql, s.rows.connection, s.clock);
        if (seen.left > base::Duration(0)) return seen;
        const std::string key = crypto::randomToken(kPassBytes);
        const long long lease = std::chrono::duration_cast<std::chrono::milliseconds>(s.wish.lease).count();
        s.rows.sql << std::string("UPDATE house_claim SET holder = :h, holder_name = :n, address = :a, pass_key = :k, fence = fence + 1, until_ms = ") +
                          s.rows.connection.databaseNow() + " + :l WHERE what = 'house' AND until_ms <= " + s.rows.connection.databaseNow(),
            use(s.fence.holder, "h"), use(s.wish.name, "n"), use(s.wish.address, "a"), use(key, "k"), use(lease, "l");
        seen = readRow(s.rows.sql, s.rows.connection, s.clock);
        s.rows.sql << kTell;
        transaction.commit();
    } catch (const soci::soci_error& error) {
        return base::Unexpected(s.rows.connection.explain(error));
    }
    if (seen.holder == s.fence.holder) s.fence.number = seen.fence;
    return seen;
}

base::Result<bool> HouseClaims::renew() {
    auto& s = *m_impl;
    long long number = s.fence.number;
    const long long lease = std::chrono::duration_cast<std::chrono::milliseconds>(s.wish.lease).count();
    bool held = false;
    auto done = s.run([&] {
        soci::statement st = (s.rows.sql.prepare << std::string("UPDATE house_claim SET until_ms = ") + s.rows.connection.databaseNow() +
                                                        " + :l WHERE what = 'house' AND holder = :h AND fence = :f",
                              use(lease, "l"), use(s.fence.holder, "h"), use(number, "f"));
        st.execute(true);
        held = st.get_affected_rows() == 1;
    });
    if (!done) return base::Unexpected(std::move(done).error());
    return held;
}

base::Result<void> HouseClaims::giveBack() {
    auto& s = *m_impl;
    long long number = s.fence.number;
    return s.run([&] {
        s.rows.sql << "UPDATE house_claim SET holder = '', until_ms = 0 WHERE what = 'house' AND holder = :h AND fence = :f", use(s.fence.holder, "h"),
            use(number, "f");
        s.rows.sql << kTell;
    });
}

bool HouseClaims::mine(const ClaimSeen& seen) const { return seen.holder == m_impl->fence.holder && seen.fence == m_impl->fence.number; }
HouseFence HouseClaims::fence() const { return m_impl->fence; }
bool HouseClaims::told() { return m_impl->rows.connection.told(); }

base::Result<std::optional<ClaimSeen>> readClaim(const std::string& where, const base::Clock& clock) {
    Store::Impl rows(clock);
    try {
        if (auto done = rows.connection.open(where); !done) return base::Unexpected(std::move(done).error());
        if (rows.connection.schemaVersion() < kClaimsVersion) return std::optional<ClaimSeen>();
        return std::optional(readRow(rows.sql, rows.connection, clock));
    } catch (const soci::soci_error& error) {
        return base::Unexpected(rows.connection.explainOpen(error));
    }
}

}  // namespace parlour::house

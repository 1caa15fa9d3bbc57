// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/audit_store.h"

#include <limits>

#include "core/house/store/migrations.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

constexpr int kVerifyPage = 2000;

struct EntryFields {
    long long n = 0, at = 0;
    std::string room, actor, action, object, detail, hash;
    api::AuditEntry entry() const {
        return {static_cast<std::uint64_t>(n), at, base::RoomId(room), base::Identity(actor), action, object, detail, hash, {}, {}};
    }
};

std::string headSignature(const crypto::SigningKey& key, const api::AuditHead& head) {
    const base::HouseId house(crypto::identityOf(key.publicKey()));
    return base::toBase64Url(key.sign(api::auditHeadStatement(house, head)));
}

void insertEntry(soci::session& sql, const api::AuditEntry& entry) {
    const long long n = static_cast<long long>(entry.n), at = entry.atMs;
    sql << "INSERT INTO audit(n, at_ms, room, actor, action, object, detail, hash) VALUES(:n, :t, :r, :w, :a, :o, :d, :h)",
        use(n, "n"), use(at, "t"), use(entry.room.str(), "r"), use(entry.actor.str(), "w"), use(entry.action, "a"),
        use(entry.object, "o"), use(entry.detail, "d"), use(entry.hash, "h");
}

}  // namespace

void chainAudit(soci::session& sql) {
    api::AuditEntry entry;
    long long at = 0;
    std::string room, actor, verb, target, detail;
    std::vector<api::AuditEntry> old;
    {
        soci::statement st = (sql.prepare << "SELECT at_ms, room, actor, verb, target, detail FROM audit_unchained ORDER BY at_ms",
                              into(at), into(room), into(actor), into(verb), into(target), into(detail));
        st.execute();
        while (st.fetch())
            old.push_back({0, at, base::RoomId(room), base::Identity(actor), verb, target.empty() ? room : target, detail, {}, {}, {}});
    }
    crypto::ChainLink last;
    for (auto& row : old) {
        row.n = last.n + 1;
        row.hash = crypto::chainHash(last.hash, api::auditStatement(row));
        insertEntry(sql, row);
        last = {row.n, row.hash};
    }
    const long long n = static_cast<long long>(last.n);
    sql << "UPDATE audit_head SET n = :n, hash = :h WHERE id = 1", use(n, "n"), use(last.hash, "h");
    sql << "DROP TABLE audit_unchained";
}

void Store::setAuditKey(const crypto::SigningKey& key) {
    m_impl->auditKey = crypto::SigningKey::fromSeed(key.seed().view());
}

void Store::addAudit(const AuditRow& row) {
    auto& sql = m_impl->rows();
    // The head is written first: where two servers share a database, its row makes the second wait for the first.
    sql << "UPDATE audit_head SET n = n + 1 WHERE id = 1";
    AuditStore audit(*this);
    auto head = audit.head();
    api::AuditEntry entry;
    entry.n = head.n;
    entry.atMs = base::toUnixMs(row.at);
    entry.room = row.room;
    entry.actor = row.actor;
    entry.action = row.verb;
    entry.object = row.target.empty() ? row.room.str() : row.target.str();
    entry.detail = row.detail;
    entry.hash = crypto::chainHash(head.hash, api::auditStatement(entry));
    insertEntry(sql, entry);
    head.hash = entry.hash;
    head.signature = m_impl->auditKey ? headSignature(*m_impl->auditKey, head) : std::string();
    sql << "UPDATE audit_head SET hash = :h, signature = :s WHERE id = 1", use(head.hash, "h"), use(head.signature, "s");
}

std::vector<AuditRow> Store::audit(const base::RoomId& room, int limit) {
    std::vector<AuditRow> out;
    EntryFields f;
    soci::statement st = (m_impl->rows().prepare << "SELECT at_ms, actor, action, object, detail FROM audit WHERE room = :r "
                                                    "ORDER BY n DESC LIMIT :l",
                          use(room.str(), "r"), use(limit, "l"), into(f.at), into(f.actor), into(f.action), into(f.object), into(f.detail));
    st.execute();
    while (st.fetch())
        out.push_back({base::fromUnixMs(f.at), room, base::Identity(f.actor), f.action, base::Identity(f.object), f.detail});
    return out;
}

api::AuditHead AuditStore::head() {
    api::AuditHead head;
    long long baseN = 0, n = 0;
    auto& sql = m_store.impl().rows();
    sql << "SELECT base_n, base_hash, n, hash, signature FROM audit_head WHERE id = 1", into(baseN), into(head.baseHash), into(n),
        into(head.hash), into(head.signature);
    head.baseN = static_cast<std::uint64_t>(baseN);
    head.n = static_cast<std::uint64_t>(n);
    return head;
}

void AuditStore::writeHead(api::AuditHead head) {
    const auto& key = m_store.impl().auditKey;
    head.signature = key ? headSignature(*key, head) : std::string();
    const long long baseN = static_cast<long long>(head.baseN);
    m_store.impl().rows() << "UPDATE audit_head SET base_n = :b, base_hash = :a, signature = :s WHERE id = 1", use(baseN, "b"),
        use(head.baseHash, "a"), use(head.signature, "s");
}

void AuditStore::signFirst() {
    const auto now = head();
    if (now.signature.empty()) writeHead(now);
}

std::vector<api::AuditEntry> AuditStore::after(std::uint64_t after, base::WallTime since, int limit) {
    std::vector<api::AuditEntry> out;
    EntryFields f;
    const long long from = static_cast<long long>(after), at = base::toUnixMs(since);
    soci::statement st = (m_store.impl().rows().prepare
                              << "SELECT n, at_ms, room, actor, action, object, detail, hash FROM audit WHERE n > :n AND at_ms >= :t "
                                 "ORDER BY n LIMIT :l",
                          use(from, "n"), use(at, "t"), use(limit, "l"), into(f.n), into(f.at), into(f.room), into(f.actor),
                          into(f.action), into(f.object), into(f.detail), into(f.hash));
    st.execute();
    while (st.fetch()) out.push_back(f.entry());
    return out;
}

std::vector<api::AuditEntry> AuditStore::before(std::uint64_t before, base::WallTime since, int limit) {
    std::vector<api::AuditEntry> out;
    EntryFields f;
    const long long from = before == 0 ? std::numeric_limits<long long>::max() : static_cast<long long>(before);
    const long long at = base::toUnixMs(since);
    soci::statement st = (m_store.impl().rows().prepare
                              << "SELECT n, at_ms, room, actor, action, object, detail, hash FROM audit WHERE n < :n AND at_ms >= :t "
                                 "ORDER BY n DESC LIMIT :l",
                          use(from, "n"), use(at, "t"), use(limit, "l"), into(f.n), into(f.at), into(f.room), into(f.actor),
                          into(f.action), into(f.object), into(f.detail), into(f.hash));
    st.execute();
    while (st.fetch()) out.push_back(f.entry());
    return out;
}

std::size_t AuditStore::forget(base::WallTime olderThan) {
    auto& sql = m_store.impl().rows();
    auto now = head();
    // Only from the front, and only up to the first row that is young enough: the chain keeps no holes.
    long long upTo = 0;
    soci::indicator found = soci::i_null;
    const long long limit = base::toUnixMs(olderThan);
    sql << "SELECT MIN(n) FROM audit WHERE at_ms >= :t", use(limit, "t"), into(upTo, found);
    upTo = found == soci::i_ok ? upTo - 1 : static_cast<long long>(now.n);
    if (upTo <= static_cast<long long>(now.baseN)) return 0;
    std::string hash;
    sql << "SELECT hash FROM audit WHERE n = :n", use(upTo, "n"), into(hash);
    const auto gone = static_cast<std::size_t>(upTo) - static_cast<std::size_t>(now.baseN);
    sql << "DELETE FROM audit WHERE n <= :n", use(upTo, "n");
    now.baseN = static_cast<std::uint64_t>(upTo);
    now.baseHash = hash;
    writeHead(now);
    return gone;
}

AuditStore::Verdict AuditStore::verify(base::ByteView houseKey) {
    Verdict out;
    out.head = head();
    crypto::ChainCheck check({out.head.baseN, out.head.baseHash});
    std::uint64_t at = 0;  // from the first row there is, not from the base: rows below it are a fault, too
    while (!check.found()) {
        const auto page = after(at, base::WallTime{}, kVerifyPage);
        if (page.empty()) break;
        for (const auto& entry : page) {
            if (!check.add(entry.n, api::auditStatement(entry), entry.hash)) break;
            at = entry.n;
            ++out.rows;
        }
    }
    if (!check.finish({out.head.n, out.head.hash})) {
        out.problem = sentence(*check.found());
        return out;
    }
    const base::HouseId house(crypto::identityOf(houseKey));
    const auto signature = base::fromBase64Url(out.head.signature);
    if (!signature || !crypto::verifySignature(houseKey, api::auditHeadStatement(house, out.head), *signature)) {
        out.problem = "The end of the log is not signed by this house.";
        return out;
    }
    out.good = true;
    return out;
}

std::string sentence(const crypto::ChainCheck::Found& found) {
    const auto row = "Row " + std::to_string(found.n);
    switch (found.fault) {
        case crypto::ChainCheck::Fault::gap: return row + " is missing, or does not belong there.";
        case crypto::ChainCheck::Fault::changed: return row + " was changed.";
        case crypto::ChainCheck::Fault::cut: return "The end of the log was cut off before row " + std::to_string(found.n) + ".";
    }
    return {};
}

}  // namespace parlour::house

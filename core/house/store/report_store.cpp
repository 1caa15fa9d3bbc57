// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/report_store.h"

#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

constexpr const char* kColumns = "SELECT id, at_ms, room, reporter, reported, words, context, resolved_ms, resolved_by, resolution FROM reports ";

struct Fields {
    long long at = 0;
    MaybeNumber resolved;
    std::string id, room, reporter, reported, words, context, resolvedBy, resolution;

    ReportRow row() const {
        return {id,    base::fromUnixMs(at), base::RoomId(room), base::Identity(reporter), base::Identity(reported),
                words, context,              resolved.time(),    base::Identity(resolvedBy), resolution};
    }
};

template <class Prepared>
std::vector<ReportRow> rowsOf(Prepared&& prepared, Fields& f) {
    std::vector<ReportRow> out;
    soci::statement st = (prepared, into(f.id), into(f.at), into(f.room), into(f.reporter), into(f.reported), into(f.words),
                          into(f.context), into(f.resolved.value, f.resolved.present), into(f.resolvedBy), into(f.resolution));
    st.execute();
    while (st.fetch()) out.push_back(f.row());
    return out;
}

}  // namespace

void ReportStore::add(const ReportRow& row) {
    const long long at = base::toUnixMs(row.at);
    m_store.impl().rows() << "INSERT INTO reports(id, at_ms, room, reporter, reported, words, context, resolved_ms, resolved_by, "
                             "resolution) VALUES(:i, :t, :r, :a, :b, :w, :c, NULL, '', '')",
        use(row.id, "i"), use(at, "t"), use(row.room.str(), "r"), use(row.reporter.str(), "a"), use(row.reported.str(), "b"),
        use(row.words, "w"), use(row.context, "c");
}

std::optional<ReportRow> ReportStore::find(const std::string& id) {
    Fields f;
    const auto rows = rowsOf((m_store.impl().rows().prepare << std::string(kColumns) + "WHERE id = :i", use(id, "i")), f);
    return rows.empty() ? std::nullopt : std::optional(rows.front());
}

std::vector<ReportRow> ReportStore::list(bool openOnly, base::WallTime before, int limit) {
    Fields f;
    const long long at = base::toUnixMs(before);
    const std::string where = openOnly ? "WHERE resolved_ms IS NULL AND at_ms < :t" : "WHERE at_ms < :t";
    return rowsOf((m_store.impl().rows().prepare << std::string(kColumns) + where + " ORDER BY at_ms DESC, id LIMIT :l",
                   use(at, "t"), use(limit, "l")), f);
}

int ReportStore::countOpen() {
    int count = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM reports WHERE resolved_ms IS NULL", into(count);
    return count;
}

int ReportStore::countBy(const base::Identity& reporter, base::WallTime since) {
    int count = 0;
    const long long at = base::toUnixMs(since);
    m_store.impl().rows() << "SELECT COUNT(*) FROM reports WHERE reporter = :w AND at_ms > :t", use(reporter.str(), "w"),
        use(at, "t"), into(count);
    return count;
}

bool ReportStore::resolve(const std::string& id, const base::Identity& by, const std::string& resolution, base::WallTime at) {
    const long long when = base::toUnixMs(at);
    soci::statement st = (m_store.impl().rows().prepare << "UPDATE reports SET resolved_ms = :t, resolved_by = :w, resolution = :x "
                                                           "WHERE id = :i AND resolved_ms IS NULL",
                          use(when, "t"), use(by.str(), "w"), use(resolution, "x"), use(id, "i"));
    st.execute(true);
    return st.get_affected_rows() == 1;
}

std::size_t ReportStore::forget(base::WallTime resolvedBefore) {
    const long long at = base::toUnixMs(resolvedBefore);
    soci::statement st = (m_store.impl().rows().prepare << "DELETE FROM reports WHERE resolved_ms < :t", use(at, "t"));
    st.execute(true);
    return static_cast<std::size_t>(st.get_affected_rows());
}

std::vector<ReportRow> ReportStore::concerning(const base::Identity& who) {
    Fields f;
    const std::string inside = "%\"" + who.str() + "\"%";
    return rowsOf((m_store.impl().rows().prepare << std::string(kColumns) +
                       "WHERE reporter = :a OR reported = :b OR context LIKE :c ORDER BY at_ms, id",
                   use(who.str(), "a"), use(who.str(), "b"), use(inside, "c")), f);
}

void ReportStore::setWords(const std::string& id, const std::string& words, const std::string& context) {
    m_store.impl().rows() << "UPDATE reports SET words = :w, context = :c WHERE id = :i", use(words, "w"), use(context, "c"),
        use(id, "i");
}

}  // namespace parlour::house

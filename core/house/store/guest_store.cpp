// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/guest_store.h"

#include "core/api/house_json.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

struct GuestFields {
    std::string id, name, host, state, codeHash, seatKey, seatBound, room, greenRoom;
    int version = 0, withdrawn = 0, guestReady = 0, hostReady = 0;
    long long created = 0, changed = 0;
    MaybeNumber expires, talk, agreed;

    GuestRow row() const {
        return {id, name, base::Identity(host), parseGuestState(state).value_or(GuestState::revoked), version, codeHash, seatKey,
                seatBound, withdrawn != 0, base::fromUnixMs(created), base::fromUnixMs(changed), expires.time(), talk.time(),
                agreed.time(), base::RoomId(room), base::RoomId(greenRoom), guestReady != 0, hostReady != 0};
    }
};

constexpr const char* kGuestColumns =
    "SELECT id, name, host, state, version, code_hash, seat_key, seat_bound, delegate_withdrawn, created_ms, changed_ms, expires_ms, "
    "talk_ms, agreed_ms, room, green_room, guest_ready, host_ready FROM guests ";

template <class Statement>
auto intoGuest(Statement&& statement, GuestFields& f) {
    return (std::forward<Statement>(statement), into(f.id), into(f.name), into(f.host), into(f.state), into(f.version),
            into(f.codeHash), into(f.seatKey), into(f.seatBound), into(f.withdrawn), into(f.created), into(f.changed),
            into(f.expires.value, f.expires.present), into(f.talk.value, f.talk.present), into(f.agreed.value, f.agreed.present),
            into(f.room), into(f.greenRoom), into(f.guestReady), into(f.hostReady));
}

std::optional<GuestRow> oneBy(soci::session& sql, const char* column, const std::string& value) {
    GuestFields f;
    soci::statement st =
        intoGuest((sql.prepare << std::string(kGuestColumns) + "WHERE " + column + " = :v ORDER BY changed_ms DESC", use(value, "v")), f);
    st.execute();
    return st.fetch() ? std::optional(f.row()) : std::nullopt;
}

api::Party partyOf(const std::string& text) { return api::parseParty(text).value_or(api::Party::host); }

api::Terms termsOf(const std::string& text) {
    auto terms = api::fromJson<api::Terms>(text);
    return terms ? std::move(*terms) : api::Terms{};
}

}  // namespace

void GuestStore::add(const GuestRow& row, const api::Terms& terms) {
    const std::string state(toString(row.state));
    const long long created = base::toUnixMs(row.created);
    m_store.impl().rows() << "INSERT INTO guests(id, name, host, state, version, code_hash, seat_key, seat_bound, delegate_withdrawn, "
                             "created_ms, changed_ms, room, green_room, guest_ready, host_ready) "
                             "VALUES(:i, :n, :h, :s, 1, :c, '', '', 0, :t, :u, '', '', 0, 0)",
        use(row.id, "i"), use(row.name, "n"), use(row.host.str(), "h"), use(state, "s"), use(row.codeHash, "c"), use(created, "t"),
        use(created, "u");
    put(row);
    addVersion(row.id, {1, api::Party::host, terms, row.created});
}

std::optional<GuestRow> GuestStore::find(const std::string& id) { return oneBy(m_store.impl().rows(), "id", id); }

std::optional<GuestRow> GuestStore::ofRoom(const base::RoomId& room) {
    return room.empty() ? std::nullopt : oneBy(m_store.impl().rows(), "room", room.str());
}

std::optional<GuestRow> GuestStore::ofGreenRoom(const base::RoomId& room) {
    return room.empty() ? std::nullopt : oneBy(m_store.impl().rows(), "green_room", room.str());
}

void GuestStore::put(const GuestRow& row) {
    const std::string state(toString(row.state));
    const int withdrawn = row.delegateWithdrawn ? 1 : 0, guestReady = row.guestReady ? 1 : 0, hostReady = row.hostReady ? 1 : 0;
    const long long changed = base::toUnixMs(row.changed);
    MaybeNumber expires(row.expires), talk(row.talk), agreed(row.agreed);
    m_store.impl().rows() << "UPDATE guests SET state = :s, version = :v, code_hash = :c, seat_key = :k, seat_bound = :b, "
                             "delegate_withdrawn = :w, changed_ms = :t, expires_ms = :e, talk_ms = :a, agreed_ms = :g, room = :r, green_room = :q, guest_ready = :x, host_ready = :y "
                             "WHERE id = :i",
        use(state, "s"), use(row.version, "v"), use(row.codeHash, "c"), use(row.seatKey, "k"), use(row.seatBound, "b"),
        use(withdrawn, "w"), use(changed, "t"), use(expires.value, expires.present, "e"), use(talk.value, talk.present, "a"),
        use(agreed.value, agreed.present, "g"), use(row.room.str(), "r"), use(row.greenRoom.str(), "q"), use(guestReady, "x"),
        use(hostReady, "y"), use(row.id, "i");
}

std::vector<GuestRow> GuestStore::list(const base::Identity& host, int limit) {
    std::vector<GuestRow> out;
    GuestFields f;
    const std::string all = host.empty() ? "1" : "0";
    soci::statement st =
        intoGuest((m_store.impl().rows().prepare << std::string(kGuestColumns) +
                                                        "WHERE (:all = '1' OR host = :h) ORDER BY changed_ms DESC, id LIMIT :l",
                   use(all, "all"), use(host.str(), "h"), use(limit, "l")),
                  f);
    st.execute();
    while (st.fetch()) out.push_back(f.row());
    return out;
}

int GuestStore::count(const base::Identity& host) {
    int n = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM guests WHERE host = :h AND state NOT IN ('declined', 'expired', 'revoked')",
        use(host.str(), "h"), into(n);
    return n;
}

void GuestStore::setRoomOfLinks(const std::string& guest, const base::RoomId& room, const base::RoomId& greenRoom) {
    m_store.impl().rows() << "UPDATE invitations SET room = :r WHERE object = :g AND kind <> 'delegate'", use(room.str(), "r"), use(guest, "g");
    m_store.impl().rows() << "UPDATE invitations SET room = :r WHERE object = :g AND kind = 'delegate'", use(greenRoom.str(), "r"), use(guest, "g");
}

void GuestStore::addVersion(const std::string& guest, const GuestVersionRow& row) {
    const std::string by(api::toString(row.by)), terms = api::toJson(row.terms);
    const long long at = base::toUnixMs(row.at);
    m_store.impl().rows() << "INSERT INTO guest_versions(guest, version, proposed_by, terms, at_ms) VALUES(:g, :v, :b, :t, :a)",
        use(guest, "g"), use(row.version, "v"), use(by, "b"), use(terms, "t"), use(at, "a");
}

std::vector<GuestVersionRow> GuestStore::versions(const std::string& guest) {
    std::vector<GuestVersionRow> out;
    int version = 0;
    std::string by, terms;
    long long at = 0;
    soci::statement st = (m_store.impl().rows().prepare
                              << "SELECT version, proposed_by, terms, at_ms FROM guest_versions WHERE guest = :g ORDER BY version",
                          use(guest, "g"), into(version), into(by), into(terms), into(at));
    st.execute();
    while (st.fetch()) out.push_back({version, partyOf(by), termsOf(terms), base::fromUnixMs(at)});
    return out;
}

std::optional<GuestVersionRow> GuestStore::version(const std::string& guest, int version) {
    std::string by, terms;
    long long at = 0;
    auto& sql = m_store.impl().rows();
    sql << "SELECT proposed_by, terms, at_ms FROM guest_versions WHERE guest = :g AND version = :v", use(guest, "g"), use(version, "v"),
        into(by), into(terms), into(at);
    if (!sql.got_data()) return std::nullopt;
    return GuestVersionRow{version, partyOf(by), termsOf(terms), base::fromUnixMs(at)};
}

void GuestStore::addMessage(const std::string& guest, GuestMessageRow row) {
    const int n = countMessages(guest) + 1;
    const std::string by(api::toString(row.by));
    const long long at = base::toUnixMs(row.at);
    m_store.impl().rows() << "INSERT INTO guest_messages(guest, n, party, name, act, version, words, at_ms) "
                             "VALUES(:g, :n, :p, :m, :a, :v, :w, :t)",
        use(guest, "g"), use(n, "n"), use(by, "p"), use(row.name, "m"), use(row.act, "a"), use(row.version, "v"), use(row.text, "w"),
        use(at, "t");
}

std::vector<GuestMessageRow> GuestStore::messages(const std::string& guest) {
    std::vector<GuestMessageRow> out;
    GuestMessageRow row;
    std::string by;
    long long at = 0;
    soci::statement st =
        (m_store.impl().rows().prepare << "SELECT n, party, name, act, version, words, at_ms FROM guest_messages WHERE guest = :g ORDER BY n",
         use(guest, "g"), into(row.n), into(by), into(row.name), into(row.act), into(row.version), into(row.text), into(at));
    st.execute();
    while (st.fetch()) {
        row.by = partyOf(by);
        row.at = base::fromUnixMs(at);
        out.push_back(row);
    }
    return out;
}

int GuestStore::countMessages(const std::string& guest) {
    int n = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM guest_messages WHERE guest = :g", use(guest, "g"), into(n);
    return n;
}

void GuestStore::sign(const std::string& guest, int version, const api::TermsSignature& one) {
    const std::string by(api::toString(one.by));
    const long long at = one.atMs;
    m_store.impl().rows() << "INSERT INTO guest_signatures(guest, version, side, party, signer_key, bound, signature, at_ms) "
                             "VALUES(:g, :v, :s, :p, :k, :b, :x, :t) ON CONFLICT(guest, version, side) DO UPDATE SET "
                             "party = excluded.party, signer_key = excluded.signer_key, bound = excluded.bound, "
                             "signature = excluded.signature, at_ms = excluded.at_ms",
        use(guest, "g"), use(version, "v"), use(one.side, "s"), use(by, "p"), use(one.key, "k"), use(one.bound, "b"),
        use(one.signature, "x"), use(at, "t");
}

void GuestStore::unsign(const std::string& guest, int version, const std::string& key) {
    m_store.impl().rows() << "DELETE FROM guest_signatures WHERE guest = :g AND version = :v AND signer_key = :k AND side = 'guest'",
        use(guest, "g"), use(version, "v"), use(key, "k");
}

std::vector<api::TermsSignature> GuestStore::signatures(const std::string& guest, int version) {
    std::vector<api::TermsSignature> out;
    api::TermsSignature one;
    std::string by;
    long long at = 0;
    soci::statement st = (m_store.impl().rows().prepare
                              << "SELECT side, party, signer_key, bound, signature, at_ms FROM guest_signatures "
                                 "WHERE guest = :g AND version = :v ORDER BY side DESC",
                          use(guest, "g"), use(version, "v"), into(one.side), into(by), into(one.key), into(one.bound),
                          into(one.signature), into(at));
    st.execute();
    while (st.fetch()) {
        one.by = partyOf(by);
        one.atMs = at;
        out.push_back(one);
    }
    for (auto& signature : out)
        if (compared(guest, signature.key)) signature.bound = "compared";
    return out;
}

void GuestStore::setCompared(const std::string& guest, const std::string& key, const base::Identity& by, base::WallTime at) {
    const long long ms = base::toUnixMs(at);
    m_store.impl().rows() << "INSERT INTO guest_compared(guest, signer_key, by_identity, at_ms) VALUES(:g, :k, :b, :t) "
                             "ON CONFLICT(guest, signer_key) DO UPDATE SET by_identity = excluded.by_identity, at_ms = excluded.at_ms",
        use(guest, "g"), use(key, "k"), use(by.str(), "b"), use(ms, "t");
}

bool GuestStore::compared(const std::string& guest, const std::string& key) {
    int n = 0;
    m_store.impl().rows() << "SELECT COUNT(*) FROM guest_compared WHERE guest = :g AND signer_key = :k", use(guest, "g"), use(key, "k"),
        into(n);
    return n > 0;
}

}  // namespace parlour::house

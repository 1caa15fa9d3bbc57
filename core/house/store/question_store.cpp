// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/question_store.h"

#include "core/house/store/store_impl.h"

namespace parlour::house {

using soci::into;
using soci::use;

namespace {

struct Fields {
    long long n = 0, at = 0, place = 0, changed = 0;
    std::string room, asker, name, words, origin, state, reason;

    Question question() const {
        Question q;
        q.n = static_cast<std::uint64_t>(n);
        q.asker = base::Identity(asker);
        q.askerName = name;
        q.words = words;
        q.at = base::fromUnixMs(at);
        q.origin = parseQuestionOrigin(origin).value_or(QuestionOrigin::written);
        q.state = parseQuestionState(state).value_or(QuestionState::withdrawn);
        q.place = static_cast<std::uint64_t>(place);
        q.reason = reason;
        q.changed = base::fromUnixMs(changed);
        return q;
    }
};

}  // namespace

QuestionDesk QuestionStore::load(const base::RoomId& room, const base::RoomSid& session) {
    auto& sql = m_store.impl().rows();
    QuestionDesk desk;
    desk.session = session;
    long long version = 0, revision = 0;
    sql << "SELECT version, revision FROM question_desks WHERE room = :r", use(room.str(), "r"), into(version), into(revision);
    if (!sql.got_data()) return desk;
    desk.version = static_cast<std::uint64_t>(version);
    desk.revision = static_cast<std::uint64_t>(revision);
    Fields f;
    soci::statement st = (sql.prepare << "SELECT n, asker, name, at_ms, words, origin, state, place, reason, changed_ms FROM questions "
                                         "WHERE room = :r AND sid = :s ORDER BY n",
                          use(room.str(), "r"), use(session.str(), "s"), into(f.n), into(f.asker), into(f.name), into(f.at),
                          into(f.words), into(f.origin), into(f.state), into(f.place), into(f.reason), into(f.changed));
    st.execute();
    while (st.fetch()) desk.questions.push_back(f.question());
    return desk;
}

void QuestionStore::save(const base::RoomId& room, const base::RoomSid& session, const DeskChange& change) {
    auto& sql = m_store.impl().rows();
    const long long version = static_cast<long long>(change.version), revision = static_cast<long long>(change.revision);
    sql << "DELETE FROM questions WHERE room = :r AND sid <> :s", use(room.str(), "r"), use(session.str(), "s");
    sql << "DELETE FROM question_desks WHERE room = :r", use(room.str(), "r");
    sql << "INSERT INTO question_desks(room, sid, version, revision) VALUES(:r, :s, :v, :e)", use(room.str(), "r"),
        use(session.str(), "s"), use(version, "v"), use(revision, "e");
    for (const auto& q : change.questions) {
        const long long n = static_cast<long long>(q.n), at = base::toUnixMs(q.at), place = static_cast<long long>(q.place),
                        changed = base::toUnixMs(q.changed);
        const std::string origin(toString(q.origin)), state(toString(q.state));
        sql << "DELETE FROM questions WHERE room = :r AND sid = :s AND n = :n", use(room.str(), "r"), use(session.str(), "s"), use(n, "n");
        sql << "INSERT INTO questions(room, sid, n, asker, name, at_ms, words, origin, state, place, reason, changed_ms) "
               "VALUES(:r, :s, :n, :a, :m, :t, :w, :o, :e, :p, :x, :c)",
            use(room.str(), "r"), use(session.str(), "s"), use(n, "n"), use(q.asker.str(), "a"), use(q.askerName, "m"), use(at, "t"),
            use(q.words, "w"), use(origin, "o"), use(state, "e"), use(place, "p"), use(q.reason, "x"), use(changed, "c");
    }
}

std::vector<QuestionStore::Asked> QuestionStore::askedBy(const base::Identity& who) {
    std::vector<Asked> out;
    Fields f;
    soci::statement st = (m_store.impl().rows().prepare
                              << "SELECT room, n, asker, name, at_ms, words, origin, state, place, reason, changed_ms FROM questions "
                                 "WHERE asker = :a ORDER BY room, n",
                          use(who.str(), "a"), into(f.room), into(f.n), into(f.asker), into(f.name), into(f.at), into(f.words),
                          into(f.origin), into(f.state), into(f.place), into(f.reason), into(f.changed));
    st.execute();
    while (st.fetch()) out.push_back({base::RoomId(f.room), f.question()});
    return out;
}

void QuestionStore::forgetPerson(const base::Identity& who) {
    m_store.impl().rows() << "UPDATE questions SET words = '', name = '', reason = '' WHERE asker = :a", use(who.str(), "a");
}

}  // namespace parlour::house

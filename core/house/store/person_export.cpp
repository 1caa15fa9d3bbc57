// SPDX-License-Identifier: Apache-2.0
// Everything the house knows of one person, as they may take it with them. No secrets, no other person's words, and nothing
// that tells who reported or blocked them.
#include <nlohmann/json.hpp>

#include "core/api/house_json.h"
#include "core/api/report_types.h"
#include "core/house/store/person_store.h"
#include "core/house/store/report_store.h"
#include "core/house/store/store_impl.h"

namespace parlour::house {

using Json = nlohmann::ordered_json;
using soci::use;

namespace {

struct Part {
    const char* name;
    const char* rows;   ///< :w = the identity, once
};

constexpr Part kParts[] = {
    {"person", "SELECT identity, public_key, name, created_ms FROM persons WHERE identity = :w"},
    {"membership", "SELECT standing, handle, invited_by, invitation, joined_ms, state, suspended_until_ms, granted FROM house_members "
                   "WHERE identity = :w"},
    {"brought", "SELECT identity, joined_ms FROM house_members WHERE invited_by = :w ORDER BY joined_ms, identity"},
    {"profile", "SELECT about, pronouns, links FROM profiles WHERE identity = :w"},
    {"picture", "SELECT jpeg AS jpeg_base64, at_ms FROM pictures WHERE identity = :w"},
    {"invitations_made", "SELECT id, room, kind, max_uses, used, not_before_ms, expires_ms, revoked_ms, created_ms, for_name, for_key, message, "
                         "approval FROM invitations WHERE issuer = :w ORDER BY created_ms, id"},
    {"invitations_redeemed", "SELECT r.invitation, r.at_ms, i.kind, i.room, i.issuer FROM redeems r JOIN invitations i ON i.id = r.invitation "
                             "WHERE r.identity = :w ORDER BY r.at_ms, r.invitation"},
    {"invitations_earned", "SELECT at_ms, sid FROM earned WHERE identity = :w ORDER BY at_ms"},
    {"applications", "SELECT id, name, words, invitation, room, at_ms, state FROM applications WHERE identity = :w ORDER BY at_ms"},
    {"rooms", "SELECT m.room, r.title, m.role, m.power, m.invitation, m.joined_ms, m.active, r.ended_ms FROM members m JOIN rooms r ON r.id = m.room "
              "WHERE m.identity = :w ORDER BY m.joined_ms, m.room"},
    {"seats", "SELECT room, name, role, power, seat, held, hand_note, hand_ms FROM seats WHERE identity = :w"},
    {"bans", "SELECT room, until_ms, at_ms FROM bans WHERE identity = :w ORDER BY at_ms"},
    {"follows", "SELECT whom, at_ms FROM follows WHERE who = :w ORDER BY at_ms"},
    {"blocks", "SELECT whom, at_ms FROM blocks WHERE who = :w ORDER BY at_ms"},
    {"waves_sent", "SELECT id, receiver, message, at_ms, state, room FROM waves WHERE sender = :w ORDER BY at_ms"},
    {"waves_received", "SELECT id, sender, at_ms, state, room FROM waves WHERE receiver = :w ORDER BY at_ms"},
    {"notices", "SELECT n, kind, object, sender, at_ms FROM notices WHERE identity = :w ORDER BY n"},
    {"talks", "SELECT id, title, details, zone, start_ms, minutes, repeats, room, cancelled, created_ms FROM events WHERE host = :w ORDER BY start_ms"},
    {"answers_to_talks", "SELECT event, answer, at_ms FROM rsvps WHERE identity = :w ORDER BY at_ms"},
    {"reminders", "SELECT object, at_ms FROM reminders WHERE identity = :w ORDER BY at_ms"},
    {"votes_on_dates", "SELECT event, date_ms FROM date_votes WHERE identity = :w ORDER BY event, date_ms"},
    {"calendar_feed", "SELECT at_ms FROM feeds WHERE identity = :w"},
    {"guests_invited", "SELECT id, name, state, version, created_ms, changed_ms, talk_ms, agreed_ms, room FROM guests WHERE host = :w ORDER BY created_ms"},
    {"guest_terms_proposed", "SELECT v.guest, v.version, v.terms, v.at_ms FROM guest_versions v JOIN guests g ON g.id = v.guest "
                             "WHERE v.proposed_by = 'host' AND g.host = :w ORDER BY v.guest, v.version"},
    {"guest_messages", "SELECT m.guest, m.n, m.act, m.words, m.at_ms FROM guest_messages m JOIN guests g ON g.id = m.guest "
                       "WHERE m.party = 'host' AND g.host = :w ORDER BY m.guest, m.n"},
    {"chat", "SELECT room, n, name, at_ms, words, deleted FROM chat WHERE author = :w ORDER BY at_ms, room, n"},
    {"questions", "SELECT room, n, at_ms, words, origin, state FROM questions WHERE asker = :w ORDER BY at_ms, room, n"},
    {"links_pinned", "SELECT room, pinned FROM chat_rules WHERE pinned_by = :w"},
    {"reports_made", "SELECT id, at_ms, room, reported, words, resolved_ms, resolution FROM reports WHERE reporter = :w ORDER BY at_ms"},
    {"reports_about", "SELECT id, at_ms, room, resolved_ms FROM reports WHERE reported = :w ORDER BY at_ms"},
};

Json cellOf(const soci::row& row, std::size_t i) {
    if (row.get_indicator(i) == soci::i_null) return nullptr;
    switch (row.get_properties(i).get_data_type()) {
        case soci::dt_string: return row.get<std::string>(i);
        case soci::dt_integer: return row.get<int>(i);
        case soci::dt_long_long: return row.get<long long>(i);
        case soci::dt_unsigned_long_long: return row.get<unsigned long long>(i);
        case soci::dt_double: return row.get<double>(i);
        default: return nullptr;
    }
}

Json rowsOf(soci::session& sql, const char* query, const std::string& who) {
    Json out = Json::array();
    soci::rowset<soci::row> rows = (sql.prepare << query, use(who, "w"));
    for (const auto& row : rows) {
        Json one = Json::object();
        for (std::size_t i = 0; i < row.size(); ++i) one[row.get_properties(i).get_name()] = cellOf(row, i);
        out.push_back(std::move(one));
    }
    return out;
}

/// As a guest one is known by one's key.
Json seatsTaken(soci::session& sql, const std::string& key) {
    constexpr const char* kGuest = "SELECT id, name, state, version, seat_bound, talk_ms, agreed_ms, room FROM guests WHERE seat_key = :w ORDER BY created_ms";
    constexpr const char* kSigned = "SELECT guest, version, side, party, bound, at_ms FROM guest_signatures WHERE signer_key = :w ORDER BY at_ms";
    return {{"seats", rowsOf(sql, kGuest, key)}, {"signatures", rowsOf(sql, kSigned, key)}};
}

/// A row about somebody's report names its maker as the actor: not for whom it is about.
Json auditOf(soci::session& sql, const std::string& who) {
    Json rows = rowsOf(sql, "SELECT n, at_ms, room, actor, action, object, detail FROM audit WHERE :w IN (actor, object) ORDER BY n", who);
    for (auto& row : rows)
        if (row["action"] == "report_made" && row["actor"] != who) row["actor"] = nullptr;
    return rows;
}

}  // namespace

std::string PersonStore::everything(const base::Identity& who, base::WallTime now) {
    auto& sql = m_store.impl().rows();
    Json out{{"identity", who.str()}, {"at_ms", base::toUnixMs(now)}};
    for (const auto& part : kParts) out[part.name] = rowsOf(sql, part.rows, who.str());
    const auto person = m_store.person(who);
    const auto key = person ? base::fromHex(person->publicKey) : std::nullopt;
    out["guest"] = seatsTaken(sql, key && !key->empty() ? base::toBase64Url(*key) : "-");
    Json lines = Json::array();
    for (const auto& row : ReportStore(m_store).concerning(who))
        if (const auto context = api::fromJson<api::ReportContext>(row.context))
            for (const auto& line : context->chat)
                if (line.author == who) lines.push_back({{"report", row.id}, {"at_ms", line.atMs}, {"text", line.text}});
    out["lines_kept_with_reports"] = std::move(lines);
    out["audit"] = auditOf(sql, who.str());
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace parlour::house

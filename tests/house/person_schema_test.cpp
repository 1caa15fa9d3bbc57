// SPDX-License-Identifier: Apache-2.0
// No table that holds something about a person is forgotten by deleting or exporting them: the schema itself is read, and each
// of its text columns is either named here as one that says who somebody is, or as one that does not.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/house/person.h"
#include "core/house/store/person_store.h"
#include "tests/support/catch.h"
#include "tests/support/database.h"

using namespace parlour;
using namespace parlour::tests;

namespace {

enum After {
    gone,    ///< no row names the person any more
    place,   ///< the id stays as a nameless place: in the tree, in sanctions, in the words of others, in the log
};
struct Column {
    const char* name;
    After after;
    const char* exported;   ///< the part of the file that has the row; empty = kept from the file on purpose
};

/// Kept from the file: what others did about the person, what only lives as long as the live session, and search words.
constexpr Column kPersons[] = {
    {"persons.identity", place, "person"},
    {"house_members.identity", place, "membership"},
    {"house_members.invited_by", place, "brought"},
    {"name_parts.identity", gone, ""},
    {"earned.identity", gone, "invitations_earned"},
    {"applications.identity", gone, "applications"},
    {"applications.answered_by", place, ""},
    {"invitations.issuer", place, "invitations_made"},
    {"invitations.for_key", place, ""},
    {"redeems.identity", place, "invitations_redeemed"},
    {"members.identity", place, "rooms"},
    {"bans.identity", place, "bans"},
    {"marks.identity", place, ""},
    {"seats.identity", gone, "seats"},
    {"seats.muted_by", place, ""},
    {"seats.offer_by", place, ""},
    {"sessions.host", place, ""},
    {"sessions.on_turn", place, ""},
    {"sessions.chair", place, ""},
    {"sessions.chair_next", place, ""},
    {"profiles.identity", gone, "profile"},
    {"pictures.identity", gone, "picture"},
    {"follows.who", gone, "follows"},
    {"follows.whom", gone, ""},
    {"blocks.who", gone, "blocks"},
    {"blocks.whom", gone, ""},
    {"waves.sender", gone, "waves_sent"},
    {"waves.receiver", gone, "waves_received"},
    {"notices.identity", gone, "notices"},
    {"notices.sender", gone, ""},
    {"events.host", gone, "talks"},
    {"events.cohosts", gone, ""},
    {"rsvps.identity", gone, "answers_to_talks"},
    {"date_votes.identity", gone, "votes_on_dates"},
    {"reminders.identity", gone, "reminders"},
    {"feeds.identity", gone, "calendar_feed"},
    {"guests.host", gone, "guests_invited"},
    {"guest_compared.by_identity", place, ""},
    {"chat.author", place, "chat"},
    {"chat_rules.pinned_by", gone, "links_pinned"},
    {"questions.asker", place, "questions"},
    {"reports.reporter", place, "reports_made"},
    {"reports.reported", place, "reports_about"},
    {"reports.resolved_by", place, ""},
    {"audit.actor", place, "audit"},
    {"audit.object", place, "audit"},
    {"moved_persons.old_identity", place, ""},
    {"moved_persons.new_identity", place, ""},
};

/// Ids of other things, words of a fixed list, hashes; and the words of people, which the tests of deletion search for by
/// content (tests/server/house_persons_test.cpp). A column goes here only if it never holds an identity.
constexpr std::pair<const char*, const char*> kOthers[] = {
    {"applications", "id name public_key words invitation room state"},
    {"audit", "room action detail hash"},
    {"audit_head", "base_hash hash signature"},
    {"bans", "room"},
    {"chat", "room sid id name words"},
    {"chat_rules", "room sid pinned"},
    {"date_votes", "event"},
    {"earned", "sid"},
    {"events", "id uid title details zone wall repeats colour room dates"},
    {"feeds", "token_hash"},
    {"guest_compared", "guest signer_key"},
    {"guest_messages", "guest party name act words"},
    {"guest_shows", "guest event"},
    {"guest_signatures", "guest side party signer_key bound signature"},
    {"guest_versions", "guest proposed_by terms"},
    {"guests", "id name state code_hash seat_key seat_bound room green_room"},
    {"house_claim", "what holder holder_name address pass_key"},
    {"house_members", "standing handle invitation state"},
    {"invitations", "id room kind secret_hash parent object for_name code_hash message"},
    {"link_bans", "room invitation"},
    {"marks", "room mark"},
    {"members", "room role power invitation"},
    {"meta", "name value"},
    {"name_parts", "part"},
    {"notices", "kind object message"},
    {"persons", "public_key name"},
    {"pictures", "jpeg"},
    {"profiles", "about pronouns links"},
    {"question_desks", "room sid"},
    {"questions", "room sid name words origin state reason"},
    {"redeems", "invitation"},
    {"reminders", "object"},
    {"reports", "id room words context resolution"},
    {"room_settings", "room preset hands"},
    {"rooms", "id title"},
    {"rsvps", "event answer"},
    {"seats", "room name role power seat hand_key hand_note came_by hand_pinned"},
    {"sessions", "room sid"},
    {"spent_tokens", "jti"},
    {"waves", "id message state room"},
};

const std::string kWho = "somebody23456abcdefghijkl2";
constexpr long long kMs = 7'000'000'000;

std::vector<std::string> words(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
}

struct Schema {
    Database database{Engine::sqlite};
    std::unique_ptr<house::Store> store = database.open();
    /// "table.column" -> its type.
    std::map<std::string, std::string> columns;

    Schema() {
        for (const auto& row : database.sql("SELECT m.name, p.name, p.type FROM sqlite_master m JOIN pragma_table_info(m.name) p "
                                            "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'")) {
            const auto one = row.find('|'), two = row.find('|', one + 1);
            columns[row.substr(0, one) + "." + row.substr(one + 1, two - one - 1)] = row.substr(two + 1);
        }
    }
    /// A row in the table of this column, in which it says who; every other column has a value of its own.
    void put(const std::string& column, int serial) const {
        const auto table = column.substr(0, column.find('.'));
        std::string names, values;
        for (const auto& [name, type] : columns) {
            if (!name.starts_with(table + ".")) continue;
            const auto shown = name == column ? "'" + kWho + "'" : type == "TEXT" ? "'value" + std::to_string(serial) + "'" : std::to_string(kMs + serial);
            names += (names.empty() ? "" : ", ") + name.substr(table.size() + 1);
            values += (values.empty() ? "" : ", ") + shown;
        }
        database.sql("INSERT INTO " + table + "(" + names + ") VALUES(" + values + ")");
    }
    int rows(const std::string& column) const {
        const auto dot = column.find('.');
        return std::stoi(database.sql("SELECT COUNT(*) FROM " + column.substr(0, dot) + " WHERE " + column.substr(dot + 1) + " LIKE '%" + kWho + "%'").front());
    }
    /// A member of the house of this id, without whom there is nothing to delete.
    void member() const {
        database.sql("INSERT INTO persons VALUES('" + kWho + "', 'aa', 'Somebody', 1); INSERT INTO house_members VALUES('" + kWho +
                     "', 'member', 'somebody', '', '', 1, 'active', NULL, 0, 1)");
    }
};

}  // namespace

TEST_CASE("every text column of the schema is known to say who a person is, or not to", "[persons][schema]") {
    const Schema schema;
    std::map<std::string, int> named;
    for (const auto& one : kPersons) ++named[one.name];
    for (const auto& [table, columns] : kOthers)
        for (const auto& one : words(columns)) ++named[std::string(table) + "." + one];
    for (const auto& [column, type] : schema.columns) {
        if (type != "TEXT") continue;
        INFO(column << " is new: say here whether it holds an identity, and if so let PersonStore forget, export and move it");
        CHECK(named[column] == 1);
    }
    for (const auto& [column, times] : named) {
        INFO(column << " is named here and not in the schema");
        CHECK(schema.columns.contains(column));
    }
}

TEST_CASE("a deletion reaches every column that says who a person is", "[persons][schema]") {
    for (const auto& column : kPersons) {
        INFO(column.name);
        const Schema schema;
        schema.member();
        const std::string name = column.name;
        if (!name.starts_with("persons.") && name != "house_members.identity") schema.put(name, 1);
        REQUIRE(schema.rows(name) == 1);
        auto done = schema.store->transact([&]() -> base::Result<void> {
            auto out = house::deletePerson(*schema.store, base::Identity(kWho), base::fromUnixMs(kMs));
            if (!out) return base::Unexpected(std::move(out).error());
            return {};
        });
        REQUIRE(done);
        CHECK(schema.rows(name) == (column.after == gone ? 0 : 1));
    }
}

TEST_CASE("the file of a person has the row of every column that says who they are", "[persons][schema]") {
    for (const auto& column : kPersons) {
        if (std::string(column.exported).empty()) continue;
        INFO(column.name);
        const Schema schema;
        schema.member();
        const std::string name = column.name;
        if (!name.starts_with("persons.") && name != "house_members.identity") schema.put(name, 1);
        if (name == "redeems.identity") schema.put("invitations.id", 1), schema.database.sql("UPDATE invitations SET id = 'value1'");
        if (name == "members.identity") schema.put("rooms.id", 1), schema.database.sql("UPDATE rooms SET id = 'value1'");
        std::string file;
        REQUIRE(schema.store->transact([&]() -> base::Result<void> {
            file = house::PersonStore(*schema.store).everything(base::Identity(kWho), base::fromUnixMs(1));
            return {};
        }));
        const auto json = nlohmann::json::parse(file);
        REQUIRE(json.contains(column.exported));
        CHECK(json[column.exported].size() == 1);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "core/house/store/migrations.h"

#include <vector>

namespace parlour::house {

std::string inWordsOf(Dialect dialect, std::string statements) {
    if (dialect == Dialect::sqlite) return statements;
    // Text compares by its bytes, as SQLite does it, whatever language the database was set up in.
    constexpr std::string_view kText = " TEXT", kBytes = " COLLATE \"C\"";
    for (auto at = statements.find(kText); at != std::string::npos; at = statements.find(kText, at)) {
        at += kText.size();
        if (at == statements.size() || std::string_view(" ,)\n").find(statements[at]) != std::string_view::npos) statements.insert(at, kBytes);
    }
    return statements;
}

std::vector<Migration> migrations() {
    return {
        {1, kRoomsSchema, nullptr},
        {2, kMembersSchema, fillNameParts},
        {3, kGuestsSchema, nullptr},
        {4, kScheduleSchema, nullptr},
        {5, kStageSchema, nullptr},
        {6, kSafetySchema, chainAudit},
        {7, kPeopleSchema, nullptr},
        {8, kQuestionsSchema, nullptr},
        {9, kOverflowSchema, nullptr},
        {10, kPersonSchema, nullptr},
        {11, kGuestShowsSchema, nullptr},
        {kClaimsVersion, kClaimsSchema, nullptr},
    };
}

}  // namespace parlour::house

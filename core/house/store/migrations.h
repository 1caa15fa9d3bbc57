// SPDX-License-Identifier: Apache-2.0
// The schema as numbered steps; a step that was released is never changed, only followed by another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace soci {
class session;
}

namespace parlour::house {

struct Migration {
    int version;
    std::string_view sql;  ///< statements separated by ';' at line ends
    void (*after)(soci::session&) = nullptr;  ///< what SQL cannot do, in the same transaction
};

/// From this version on there is the table house_claim (house_claims.h).
inline constexpr int kClaimsVersion = 12;

enum class Dialect { sqlite, postgresql };

/// Statements of the schema as this database needs them.
std::string inWordsOf(Dialect dialect, std::string statements);

/// In order of their numbers.
std::vector<Migration> migrations();

// One text per step, each in a file of its topic.
extern const std::string_view kRoomsSchema;
extern const std::string_view kMembersSchema;
extern const std::string_view kGuestsSchema;
extern const std::string_view kScheduleSchema;
extern const std::string_view kStageSchema;
extern const std::string_view kSafetySchema;
extern const std::string_view kPeopleSchema;
extern const std::string_view kPersonSchema;
extern const std::string_view kQuestionsSchema;
extern const std::string_view kOverflowSchema;
extern const std::string_view kGuestShowsSchema;
extern const std::string_view kClaimsSchema;
/// Everybody there is becomes findable by name.
void fillNameParts(soci::session& sql);
/// Old audit rows become links of the chain.
void chainAudit(soci::session& sql);

}  // namespace parlour::house

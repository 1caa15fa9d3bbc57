// SPDX-License-Identifier: Apache-2.0
// The terms on which a famous guest comes: their fields, what exactly is signed, how two versions differ, and the file that
// both sides keep (rooms and invitations, section 5). Plain values; pure; any thread. The page in the browser
// (core/server/web) makes the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_io.h"
#include "core/base/error.h"
#include "core/base/ids.h"

namespace parlour::api {

inline constexpr std::size_t kMaxTermsTopicCharacters = 200;
inline constexpr std::size_t kMaxTermsLineCharacters = 300;  ///< one question, one topic, one person on stage
inline constexpr std::size_t kMaxTermsLines = 30;            ///< of each list
inline constexpr std::size_t kMaxTermsWhen = 12;
inline constexpr std::size_t kMaxTermsFormatCharacters = 80;
inline constexpr std::size_t kMaxTermsLanguageCharacters = 40;
inline constexpr int kMaxTermsMinutes = 12 * 60;
inline constexpr int kMaxTermsAudience = 1'000'000;

struct Terms {
    std::string topic;
    std::vector<std::string> questions;
    std::string format;                  ///< "interview", "panel" …; free words
    std::vector<std::string> when;       ///< ISO 8601 in UTC, "2026-11-24T18:00:00Z"; several = a choice, one = fixed
    int lengthMinutes = 60;
    std::string language;
    int audienceCap = 0;                 ///< 0 = no cap
    bool recording = false;
    std::vector<std::string> stage;      ///< who else is on stage
    std::vector<std::string> excluded;   ///< what is not talked about
    bool operator==(const Terms&) const = default;
};

/// The names of the fields, in the order in which they are signed and shown.
inline constexpr std::string_view kTermsFields[] = {"topic",    "questions",    "format",    "when",  "length_minutes",
                                                    "language", "audience_cap", "recording", "stage", "excluded"};
/// What a field says, one entry per line of a list ("yes" and "no" for recording). Empty for an unknown field.
std::vector<std::string> termsField(const Terms& terms, std::string_view field);
/// Sets a field from such entries: "topic" takes one, lists take any number; no entry clears. invalidInput "bad_terms_field"
/// for an unknown field, several entries where one fits, or no number where one is wanted. Limits are looked at elsewhere.
base::Result<void> setTermsField(Terms& terms, std::string_view field, const std::vector<std::string>& values);

/// Who acts for which side. A delegate stands on the guest's side and never is the guest.
enum class Party { host, guest, delegate };
std::string_view toString(Party party);
std::optional<Party> parseParty(std::string_view text);
/// "host" or "guest".
std::string_view sideOf(Party party);

/// How a field changed between two versions. `removed` and `added` hold the entries that are only in the one or the other.
struct TermsChange {
    std::string field;
    std::vector<std::string> removed;
    std::vector<std::string> added;
    bool operator==(const TermsChange&) const = default;
};
/// Only fields that differ, in the order of kTermsFields. A list that was only put in another order shows whole on both sides.
std::vector<TermsChange> termsDifference(const Terms& before, const Terms& after);

/// What one side signs with Ed25519. Every field is preceded by its length (4 bytes, big-endian), a list by its number of
/// entries: "parlour-terms-v1", house, invitation, guest's name, version (decimal), by, then kTermsFields; numbers in decimal,
/// recording as "yes" or "no".
base::Bytes termsStatement(const base::HouseId& house, const base::InvitationId& invitation, std::string_view guestName, int version,
                           Party by, const Terms& terms);

struct TermsSignature {
    std::string side;        ///< host | guest
    Party by = Party::host;
    std::string key;         ///< Ed25519, base64url
    std::string bound;       ///< how the house knows the key: link | code | compared (by a safety code, over another channel)
    std::string signature;   ///< over termsStatement(), base64url
    std::int64_t atMs = 0;
};
/// Terms that both sides signed, as a file for both. Checked without any server by room::verifyTerms().
struct TermsFile {
    std::string format = "parlour-terms-v1";
    base::HouseId house;
    std::string houseName;   ///< for the reader; not signed
    base::InvitationId invitation;
    std::string guest;
    int version = 0;
    Terms terms;
    std::vector<TermsSignature> signedBy;
    std::int64_t agreedMs = 0;
    std::string houseKey;        ///< base64url; house = its hash
    std::string houseSignature;  ///< over termsFileStatement(), base64url
};
/// What the house signs: "parlour-terms-file-v1", house_name, the statement of the terms by the host, agreed_ms, number of signatures, and
/// of each: side, by, key, bound, signature, at_ms; all length-prefixed.
base::Bytes termsFileStatement(const TermsFile& file);

}  // namespace parlour::api

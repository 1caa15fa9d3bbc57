// SPDX-License-Identifier: Apache-2.0
// What may stand in the terms of a guest, and how an invitation of a guest goes on: one transition function over the newest
// version of the terms (rooms and invitations, sections 4.1 and 5). Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/api/guest_terms.h"
#include "core/base/error.h"

namespace parlour::house {

/// Cleaned texts, times in UTC, sorted dates without doubles; everything else as it came. invalidInput "bad_terms" names the
/// field that is missing (topic) or over its limit.
base::Result<api::Terms> cleanTerms(api::Terms terms);

enum class GuestState { draft, sent, opened, asked, countered, held, accepted, agreed, declined, expired, revoked };
std::string_view toString(GuestState state);
std::optional<GuestState> parseGuestState(std::string_view text);
/// declined, expired and revoked: nothing leads out of them.
bool isFinal(GuestState state);

/// ask: a question or a plain message. counter: a new version of the terms.
enum class GuestAct { send, open, ask, counter, hold, accept, decline, sign, revoke, expire };
std::string_view toString(GuestAct act);
std::optional<GuestAct> parseGuestAct(std::string_view text);

/// Where a negotiation stands. Signatures count for the newest version only.
struct Negotiation {
    GuestState state = GuestState::draft;
    int version = 1;                            ///< the newest
    api::Party proposedBy = api::Party::host;   ///< who wrote it
    bool hostSigned = false;
    bool guestSigned = false;                   ///< by the guest or for the guest by the delegate
    bool operator==(const Negotiation&) const = default;
};

/// The one transition. `version`: the one that is accepted or signed; ignored by the other acts.
/// conflict "terms_changed": not the newest version any more; refused "guest_closed": it is over, or not sent yet;
/// refused "guest_not_yours": this party may not do that; refused "own_terms": nobody accepts what their side proposed.
base::Result<Negotiation> advance(const Negotiation& now, GuestAct act, api::Party by, int version = 0);

/// Columns of the board of guests.
enum class GuestColumn { invited, talking, agreed, scheduled, done };
std::string_view toString(GuestColumn column);
/// Agreed ones are scheduled once their talk has a time, and done when it is over; closed ones are done.
GuestColumn columnOf(GuestState state, bool scheduled, bool over);

}  // namespace parlour::house

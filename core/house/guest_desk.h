// SPDX-License-Identifier: Apache-2.0
// What the sides of a guest's invitation do, once it is proved who they are: answers, signatures, the seat. Rules are those of
// guest_terms.h; this writes them down. All inside transact(); each function leaves `guest` as it was stored. House thread.
#pragma once

#include <string>

#include "core/api/guest_types.h"
#include "core/base/error.h"
#include "core/house/rate_limit.h"
#include "core/house/store/guest_store.h"

namespace parlour::house {

/// Who speaks. `bound` says how the house knows the key: link or code.
struct GuestSpeaker {
    api::Party party = api::Party::host;
    std::string name;      ///< shown beside the message
    std::string key;       ///< proved, base64url; may be empty for a guest or delegate who only talks
    std::string bound;
};

/// exhausted "code_wait".
base::Error codeWait(base::Duration wait);

/// Expired when its time is over and it was not agreed; the caller may store it or not.
void expireGuest(GuestRow& guest, base::WallTime now);
Negotiation negotiationOf(Store& store, const GuestRow& guest);

/// The guest's side looks at it for the first time.
base::Result<void> openGuest(Store& store, GuestRow& guest, api::Party by, base::WallTime now);
/// Errors of advance() and cleanTerms(); invalidInput "text_missing", "same_terms"; exhausted "guest_full"; of takeSeat().
base::Result<void> answerGuest(Store& store, GuestRow& guest, const GuestSpeaker& who, const api::GuestAnswer& answer, base::WallTime now);
/// untrusted "signature_wrong" unless it is that key's, over the newest version, as this party.
base::Result<void> signGuest(Store& store, GuestRow& guest, const GuestSpeaker& who, const api::GuestSign& wish,
                             const base::HouseId& house, base::WallTime now);
/// The seat goes to the first key of the guest. refused "seat_taken" for another one, "seat_not_yours" for a delegate. The same
/// key again is fine.
base::Result<void> takeSeat(Store& store, GuestRow& guest, const GuestSpeaker& who, base::WallTime now);

/// Coming into the room by one of the three links: takes the seat where the link or the right code allows it, so that seatRole()
/// answers speaker. The guest's own link is for nobody else.
base::Result<void> enterAsGuest(Store& store, const InvitationRow& link, const std::string& publicKeyHex, bool codeFits, base::WallTime now);
/// How a delegate is called in the green room: never like the guest.
std::string delegateName(const std::string& name, const std::string& guest);
/// speaker for the key that has the seat, by whichever of the links, and for the delegate, whose link leads into the green room
/// only; else what the kind gives.
api::Role seatRole(Store& store, const InvitationRow& link, const std::string& publicKeyHex);

/// Whoever has the seat speaks in the green room, too. After they came into the room.
void enterGreenRoom(Store& store, const GuestRow& guest, const base::Identity& who, base::WallTime now);

// These answer who lost a place in room or green room by it.
using Lost = std::vector<base::Identity>;
/// The delegate's link ends. What they signed is void as long as the terms are not agreed.
Lost withdrawDelegate(Store& store, GuestRow& guest, base::WallTime now);
/// Nobody has the seat; the same for a signature of the key that had it.
Lost freeSeat(Store& store, GuestRow& guest, base::WallTime now);
/// Ends the invitation and its links; listeners stay.
base::Result<Lost> revokeGuest(Store& store, GuestRow& guest, base::WallTime now);

/// Both signatures, sealed by the house; conflict "not_agreed" before that.
base::Result<api::TermsFile> termsFile(Store& store, const GuestRow& guest, const base::HouseId& house, const std::string& houseName,
                                       const crypto::SigningKey& key);
/// 6 groups of 5 digits, the same on both sides: SHA-256 over length-prefixed "parlour-safety-v1", house, key.
std::string safetyCode(const base::HouseId& house, const std::string& key);

}  // namespace parlour::house

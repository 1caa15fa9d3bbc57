// SPDX-License-Identifier: Apache-2.0
// A person's data and keys in one house: taken along, deleted, moved to a new key; and whether they are in a room already.
// Plain values; paths are listed here and in docs/api.yaml.
#pragma once

#include <cstdint>
#include <string>

#include "core/api/house_types.h"

namespace parlour::api {

// GET persons/{id}/export -> a JSON file: all that the house keeps of this person. The person alone, and the administrator.

// POST persons/{id}/delete : DeleteWish -> PersonDeleted. The person, or an admin above them. refused "owner_stays", "not_below";
// invalidInput "not_confirmed".
struct DeleteWish {
    std::string confirm;   ///< the id once more
};
struct PersonDeleted {
    base::Identity id;     ///< a nameless place under this id stays in the tree
};

// POST persons/{id}/rekey : RekeyWish -> PersonMoved. The person with the old key, an admin above them, or the administrator. What the old key
// was here the new one is: membership, role, invitations, handle, rooms, follows, talks, guests. refused "not_below"; invalidInput
// "bad_key"; conflict "key_taken" (the new key is a member with a past of its own), "moved" (the old one was moved before).
struct RekeyWish {
    std::string to;        ///< the new public key (base64url), or the id of somebody the house has seen
};
struct PersonMoved {
    base::Identity from;
    base::Identity to;
};

// GET rooms/{room}/here -> Here : of the asker alone
struct Here {
    bool here = false;     ///< connected there on another device now; joining moves to this one
};

}  // namespace parlour::api

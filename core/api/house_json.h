// SPDX-License-Identifier: Apache-2.0
// JSON of the house API's types, one description for both directions. Strict: wrong types, missing fields, over-long
// strings and deep nesting are errors (invalidInput, code "bad_json" or "bad_field"); unknown fields are ignored.
// Instantiated for every type of house_types.h. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/api/house_types.h"
#include "core/base/byte_io.h"
#include "core/base/error.h"

namespace parlour::api {

template <class T>
std::string toJson(const T& value);

/// `text` of at most kMaxApiBody bytes.
template <class T>
base::Result<T> fromJson(std::string_view text);

ErrorBody toBody(const base::Error& error);
base::Error fromBody(const ErrorBody& body);

/// What the house signs in Challenge::signature: length-prefixed "parlour-house-v1", house id, the client's nonce, the
/// server's nonce, expiry, and each origin.
base::Bytes houseStatement(const Challenge& challenge, std::string_view clientNonce);

/// What a person signs in Proof::signature (rooms and invitations, section 4.5): length-prefixed "parlour-auth-v1", house
/// id, origin as dialled, purpose, nonce, expiry.
base::Bytes personStatement(const base::HouseId& house, std::string_view origin, std::string_view purpose,
                            std::string_view nonce, std::int64_t expiresMs);

/// "redeem ID".
std::string redeemPurpose(const base::InvitationId& id);
inline constexpr std::string_view kLoginPurpose = "login";
inline constexpr std::string_view kApplyPurpose = "apply";

}  // namespace parlour::api

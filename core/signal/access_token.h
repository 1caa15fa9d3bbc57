// SPDX-License-Identifier: Apache-2.0
// LiveKit access tokens: JWT (RFC 7519) signed with HMAC-SHA256. The algorithm is ours to name, never the token's: a header
// that says anything but HS256, or brings a key along, is refused (security T13, T14). Stateless; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/time.h"

namespace parlour::signal {

/// Signing key; `id` is the token's iss. A secret below 32 bytes is refused when minting and verifying (T19).
struct TokenKey {
    std::string id;
    std::string secret;
};

enum class TokenType {
    join,     ///< spent by the first successful join
    refresh,  ///< resume credential, reusable by the same identity
};

/// LiveKit's video grant. An absent canPublish, canSubscribe or canPublishData (follows canPublish) means yes.
struct VideoGrant {
    bool roomJoin = false;
    base::RoomId room;
    std::optional<bool> canPublish;
    std::optional<bool> canSubscribe;
    std::optional<bool> canPublishData;
    std::vector<std::string> canPublishSources;  ///< "microphone", …; empty = all
    std::optional<bool> canUpdateOwnMetadata;
    bool roomCreate = false;
    bool roomList = false;
    bool roomAdmin = false;
    bool hidden = false;
};

struct AccessToken {
    std::string issuer;          ///< TokenKey::id
    base::Identity identity;     ///< sub
    std::string audience;        ///< house id; empty = none
    std::string id;              ///< jti
    base::WallTime issuedAt{};
    base::WallTime notBefore{};
    base::WallTime expires{};
    std::optional<TokenType> type;            ///< ours; absent in tokens of other issuers
    std::optional<std::uint64_t> epoch;       ///< ours: membership epoch
    std::string name;
    std::string metadata;
    std::map<std::string, std::string> attributes;
    std::string sha256;          ///< base64 of the body that came with it (webhooks)
    VideoGrant video;
};

struct TokenRules {
    std::chrono::seconds leeway{30};
    std::string audience;        ///< required value when not empty
    bool requireOurs = true;     ///< typ and jti have to be there
    bool requireJoin = true;     ///< false: a program's token, which names nobody and no way into a room
    std::vector<std::string> ownNames{};  ///< not empty: a token that has an audience has to name one of these
};

inline constexpr std::size_t kMaxTokenBytes = 16 * 1024;
inline constexpr std::size_t kMaxTokenHeaderBytes = 1024;
inline constexpr std::size_t kMinTokenSecretBytes = 32;

base::Result<std::string> mintToken(const AccessToken& token, const TokenKey& key);

/// Errors: untrusted ("token_invalid": form, algorithm, signature, key), expired ("token_expired"), refused
/// ("token_not_yet", "token_audience", "token_grant": claims missing). The token itself is in no message.
base::Result<AccessToken> verifyToken(std::string_view jwt, std::span<const TokenKey> keys, base::WallTime now,
                                      const TokenRules& rules = {});

/// Claims without any check of the signature; for a client that wants to know when its own token ends.
std::optional<AccessToken> peekToken(std::string_view jwt);

}  // namespace parlour::signal

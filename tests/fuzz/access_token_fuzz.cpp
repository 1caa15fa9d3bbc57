// SPDX-License-Identifier: Apache-2.0
// LINK: parlour_signal parlour_crypto
// Foreign bytes as a whole token, and as claims under a good signature: what passes can be minted and passes again.
#include <cstdlib>

#include "core/base/byte_io.h"
#include "core/crypto/hash.h"
#include "core/signal/access_token.h"

using namespace parlour;

namespace {

const signal::TokenKey kKey{"key1", "0123456789abcdef0123456789abcdef"};
constexpr base::WallTime kNow = base::WallTime(std::chrono::seconds(1'800'000'000));

void look(std::string_view jwt) {
    (void)signal::peekToken(jwt);
    signal::TokenRules rules;
    rules.requireOurs = false;
    const auto token = signal::verifyToken(jwt, std::span(&kKey, 1), kNow, rules);
    if (!token) return;
    if (token->identity.empty() || !token->video.roomJoin || token->video.room.empty() || token->expires + rules.leeway <= kNow)
        std::abort();
    const auto again = signal::mintToken(*token, kKey);
    if (again && !signal::verifyToken(*again, std::span(&kKey, 1), kNow, rules)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    look(text);
    const auto content = base::toBase64Url(base::asBytes(R"({"alg":"HS256"})")) + "." + base::toBase64Url(base::asBytes(text));
    look(content + "." + base::toBase64Url(crypto::hmacSha256(base::asBytes(kKey.secret), base::asBytes(content))));
    return 0;
}

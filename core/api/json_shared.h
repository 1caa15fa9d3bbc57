// SPDX-License-Identifier: Apache-2.0
// Private to core/api/*_json.cpp: descriptions of the types that several topics hold inside their own.
#pragma once

#include "core/api/house_types.h"
#include "core/api/json_codec.h"

namespace parlour::api {

template <class V, Same<Proof> T>
void describe(V& v, T& t) {
    v.field("public_key", t.publicKey, Need::required, 64);
    v.field("nonce", t.nonce, Need::required, 88);
    v.field("origin", t.origin, Need::required, 300);
    v.field("expires_ms", t.expiresMs);
    v.field("signature", t.signature, Need::required, 128);
}
template <class V, Same<JoinGrant> T>
void describe(V& v, T& t) {
    v.field("room", t.room);
    v.field("room_title", t.roomTitle, Need::optional);
    v.field("url", t.url);
    v.field("token", t.token, Need::required, kMaxTokenBytes);
    v.field("expires_ms", t.expiresMs, Need::optional);
}
template <class V, Same<RoomSummary> T>
void describe(V& v, T& t) {
    v.field("room", t.room);
    v.field("title", t.title);
    v.field("role", t.role);
    v.field("live", t.live, Need::optional);
    v.field("listeners", t.listeners, Need::optional);
    v.field("on_stage", t.onStage, Need::optional);
    v.field("live_since_ms", t.liveSinceMs);
}

}  // namespace parlour::api

// SPDX-License-Identifier: Apache-2.0
#include "core/api/chat_types.h"

#include "core/api/chat_write.h"
#include "core/api/json_codec.h"

namespace parlour::api {

template <class V, Same<ChatLine> T>
void describe(V& v, T& t) {
    v.field("n", t.n);
    v.field("id", t.id);
    v.field("author", t.author);
    v.field("name", t.name, Need::optional);
    v.field("at_ms", t.atMs);
    v.field("text", t.text, Need::optional, kMaxChatBytes);
    v.field("deleted", t.deleted, Need::optional);
}
template <class V, Same<ReactionCounts> T>
void describe(V& v, T& t) {
    for (std::size_t i = 0; i < kReactionCount; ++i) {
        std::optional<std::uint64_t> count;
        if (t.of[i] > 0) count = t.of[i];
        v.field(kReactions[i], count);
        if constexpr (!std::is_const_v<T>) t.of[i] = count.value_or(0);
    }
}
template <class V, Same<ChatRules> T>
void describe(V& v, T& t) {
    v.field("slow_s", t.slowS, Need::optional);
    v.field("pinned", t.pinned, Need::optional);
    v.field("pinned_by", t.pinnedBy, Need::optional);
}
template <class V, Same<ChatPage> T>
void describe(V& v, T& t) {
    v.field("lines", t.lines);
    v.field("more", t.more, Need::optional);
    v.field("rules", t.rules, Need::optional);
    v.field("reactions", t.reactions, Need::optional);
}
template <class V, Same<ChatRulesWish> T>
void describe(V& v, T& t) {
    v.field("slow_s", t.slowS);
    v.field("pinned", t.pinned, Need::optional, kMaxPinnedBytes * 2);
}
template <class V, Same<ChatAnswer> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
    v.field("n", t.n, Need::optional);
    v.field("code", t.code, Need::optional);
    v.field("message", t.message, Need::optional);
    v.field("advice", t.advice, Need::optional);
}
template <class V, Same<ChatWish> T>
void describe(V& v, T& t) {
    v.field("id", t.id, Need::required, kMaxChatId);
    v.field("text", t.text, Need::required, kMaxChatBytes);
}
template <class V, Same<ReactionsWish> T>
void describe(V& v, T& t) {
    v.field("reactions", t.reactions);
}
template <class V, Same<ReactionsAnswer> T>
void describe(V& v, T& t) {
    v.field("counted", t.counted);
}

PARLOUR_JSON(ReactionCounts)
PARLOUR_JSON(ReactionsWish)
PARLOUR_JSON(ReactionsAnswer)
PARLOUR_JSON(ChatRules)
PARLOUR_JSON(ChatPage)
PARLOUR_JSON(ChatRulesWish)
PARLOUR_JSON(ChatAnswer)
PARLOUR_JSON(ChatWish)

}  // namespace parlour::api

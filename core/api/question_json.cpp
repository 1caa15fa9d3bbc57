// SPDX-License-Identifier: Apache-2.0
#include "core/api/question_types.h"

#include "core/api/json_codec.h"

namespace parlour::api {

constexpr std::size_t kMaxQuestionBytes = 8 * 1024;

template <class V, Same<Question> T>
void describe(V& v, T& t) {
    v.field("n", t.n);
    v.field("text", t.text, Need::required, kMaxQuestionBytes);
    v.field("state", t.state);
    v.field("place", t.place, Need::optional);
    v.field("origin", t.origin, Need::optional);
    v.field("own", t.own, Need::optional);
    v.field("asker", t.asker, Need::optional);
    v.field("asker_name", t.askerName, Need::optional);
    v.field("at_ms", t.atMs, Need::optional);
    v.field("reason", t.reason, Need::optional, kMaxQuestionBytes);
}
template <class V, Same<QuestionList> T>
void describe(V& v, T& t) {
    v.field("version", t.version);
    v.field("revision", t.revision, Need::optional);
    v.field("desk", t.desk, Need::optional);
    v.field("agreed", t.agreed, Need::optional);
    v.field("questions", t.questions);
}
template <class V, Same<QuestionWish> T>
void describe(V& v, T& t) {
    v.field("text", t.text, Need::optional, kMaxQuestionBytes);
    v.field("hand", t.hand, Need::optional);
    v.field("agreed", t.agreed, Need::optional);
}
template <class V, Same<QuestionOrder> T>
void describe(V& v, T& t) {
    v.field("verb", t.verb);
    v.field("place", t.place);
    v.field("reason", t.reason, Need::optional, kMaxQuestionBytes);
    v.field("if_version", t.ifVersion);
}
template <class V, Same<QuestionAnswer> T>
void describe(V& v, T& t) {
    v.field("n", t.n);
    v.field("state", t.state, Need::optional);
    v.field("version", t.version);
    v.field("added", t.added, Need::optional);
}

PARLOUR_JSON(QuestionList)
PARLOUR_JSON(QuestionWish)
PARLOUR_JSON(QuestionOrder)
PARLOUR_JSON(QuestionAnswer)

}  // namespace parlour::api

// SPDX-License-Identifier: Apache-2.0
#include "core/api/person_types.h"

#include "core/api/json_codec.h"

namespace parlour::api {

template <class V, Same<DeleteWish> T>
void describe(V& v, T& t) {
    v.field("confirm", t.confirm, Need::optional);
}
template <class V, Same<PersonDeleted> T>
void describe(V& v, T& t) {
    v.field("id", t.id);
}
template <class V, Same<RekeyWish> T>
void describe(V& v, T& t) {
    v.field("to", t.to);
}
template <class V, Same<PersonMoved> T>
void describe(V& v, T& t) {
    v.field("from", t.from);
    v.field("to", t.to);
}
template <class V, Same<Here> T>
void describe(V& v, T& t) {
    v.field("here", t.here);
}

PARLOUR_JSON(DeleteWish)
PARLOUR_JSON(PersonDeleted)
PARLOUR_JSON(RekeyWish)
PARLOUR_JSON(PersonMoved)
PARLOUR_JSON(Here)

}  // namespace parlour::api

// SPDX-License-Identifier: Apache-2.0
#include "core/api/arrival_types.h"

#include "core/api/json_codec.h"

namespace parlour::api {

template <class V, Same<ArrivalLink> T>
void describe(V& v, T& t) {
    v.field("link", t.link);
    v.field("kind", t.kind);
    v.field("for_name", t.forName, Need::optional);
    v.field("issuer_name", t.issuerName, Need::optional);
    v.field("state", t.state, Need::optional);
    v.field("people", t.people);
    v.field("last_ms", t.lastMs);
}
template <class V, Same<Arrivals> T>
void describe(V& v, T& t) {
    v.field("links", t.links);
    v.field("recent", t.recent);
}

PARLOUR_JSON(ArrivalLink)
PARLOUR_JSON(Arrivals)

}  // namespace parlour::api

// SPDX-License-Identifier: Apache-2.0
#include "core/api/audit_types.h"

#include "core/api/json_codec.h"

namespace parlour::api {

template <class V, Same<AuditEntry> T>
void describe(V& v, T& t) {
    v.field("n", t.n);
    v.field("at_ms", t.atMs);
    v.field("room", t.room, Need::optional);
    v.field("actor", t.actor, Need::optional);
    v.field("action", t.action);
    v.field("object", t.object, Need::optional);
    v.field("detail", t.detail, Need::optional, 8192);
    v.field("hash", t.hash);
    v.field("actor_name", t.actorName, Need::optional);
    v.field("object_name", t.objectName, Need::optional);
}
template <class V, Same<AuditHead> T>
void describe(V& v, T& t) {
    v.field("base_n", t.baseN, Need::optional);
    v.field("base_hash", t.baseHash, Need::optional);
    v.field("n", t.n);
    v.field("hash", t.hash, Need::optional);
    v.field("key", t.key, Need::optional);
    v.field("signature", t.signature, Need::optional);
}
template <class V, Same<AuditPage> T>
void describe(V& v, T& t) {
    v.field("entries", t.entries);
    v.field("head", t.head);
    v.field("more", t.more, Need::optional);
}

PARLOUR_JSON(AuditEntry)
PARLOUR_JSON(AuditHead)
PARLOUR_JSON(AuditPage)

namespace {

void prefixed(base::ByteWriter& out, std::string_view field) {
    out.u32(static_cast<std::uint32_t>(field.size()));
    out.text(field);
}

}  // namespace

base::Bytes auditStatement(const AuditEntry& entry) {
    base::ByteWriter out;
    prefixed(out, "parlour-audit-v1");
    prefixed(out, std::to_string(entry.n));
    prefixed(out, std::to_string(entry.atMs));
    for (const std::string_view field : {std::string_view(entry.room.str()), std::string_view(entry.actor.str()),
                                         std::string_view(entry.action), std::string_view(entry.object), std::string_view(entry.detail)})
        prefixed(out, field);
    return out.take();
}

base::Bytes auditHeadStatement(const base::HouseId& house, const AuditHead& head) {
    base::ByteWriter out;
    prefixed(out, "parlour-audit-head-v1");
    prefixed(out, house.str());
    prefixed(out, std::to_string(head.baseN));
    prefixed(out, head.baseHash);
    prefixed(out, std::to_string(head.n));
    prefixed(out, head.hash);
    return out.take();
}

std::string auditLine(const AuditEntry& entry) {
    AuditEntry bare = entry;
    bare.actorName.clear();
    bare.objectName.clear();
    Json out = Writer::one(bare);
    out.erase("actor_name");
    out.erase("object_name");
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace parlour::api
